"""A database server for one test, with options of its own."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cartload_dev.layout import plan
from cartload_dev.paths import RunDir
from cartload_dev.programs import Stage
from cartload_dev.supervisor import Supervisor
from cartload_dev.system import servers
from support.certificates import Certificate
from support.engine import ENGINE, give_certificate, launcher_environment, remove_containers


@asynccontextmanager
async def server_of_its_own(folder: Path, *options: str) -> AsyncIterator[str]:
    """The administrator's URL of a server with options that win over the usual ones."""
    run = RunDir(folder / "server")
    layout = plan(run, (), {})
    (database,) = (one for one in servers(layout, launcher_environment(), options) if one.name == "database")
    supervisor = Supervisor(run, lambda *_: None, lambda _: None, os.environ)
    try:
        await supervisor.start(Stage("server", programs=(database,)))
        yield layout.mysql_root_url
    finally:
        await supervisor.stop()
        remove_containers(run)


@asynccontextmanager
async def encrypting_server(folder: Path, certificate: Certificate) -> AsyncIterator[str]:
    """The administrator's URL of a server that shows a certificate to those who ask for TLS."""
    if ENGINE == "native":
        options = ("--ssl", f"--ssl-cert={certificate.chain}", f"--ssl-key={certificate.key}")
        async with server_of_its_own(folder, *options) as url:
            yield url
        return
    async with server_of_its_own(folder) as url:
        await asyncio.to_thread(give_certificate, url, certificate)
        yield url

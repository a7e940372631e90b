"""An Azurite that takes the tokens of identities, which it does over https only."""

import base64
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from cartload_dev import azurite
from cartload_dev.cache import Cache
from cartload_dev.downloads import installed
from cartload_dev.paths import RunDir
from cartload_dev.ports import LOOPBACK, free_ports
from cartload_dev.programs import Stage
from cartload_dev.supervisor import Supervisor
from support.certificates import Certificate
from support.engine import launcher_environment
from support.listening import listens


@asynccontextmanager
async def azurite_with_identities(folder: Path, certificate: Certificate) -> AsyncIterator[str]:
    """The URL of the account of an Azurite that runs while the block does."""
    environ, (port,) = launcher_environment(), free_ports(1)
    script = installed(Cache.of(environ), environ).azurite
    key = base64.b64encode(secrets.token_bytes(64)).decode()
    plain = azurite.program(script, folder / "azurite", port, key)
    options = ("--oauth", "basic", "--cert", str(certificate.chain), "--key", str(certificate.key))
    program = replace(plain, command=(*plain.command, *options), ready=partial(listens, port))
    supervisor = Supervisor(RunDir(folder / "run"), lambda *_: None, lambda _: None, os.environ)
    try:
        await supervisor.start(Stage("Azurite", programs=(program,)))
        yield f"https://{LOOPBACK}:{port}/{azurite.ACCOUNT}"
    finally:
        await supervisor.stop()

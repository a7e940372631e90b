"""The system that is measured: started for the benchmarks by the launcher's own code, gone afterwards."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from cartload_dev import lifecycle
from cartload_dev.paths import RunDir, checkout
from cartload_dev.ports import free_ports
from cartload_dev.system_client import SystemClient
from support.engine import launcher_environment
from support.unlimited import UNLIMITED


@contextmanager
def running(name: str = "bench", *, servers_only: bool = False, **settings: str) -> Iterator[SystemClient]:
    """Start everything on empty data, without limits of rates, which would be measured instead.

    It is stopped and deleted at the end, whatever happens. `name`: its folder in `.run`.
    """
    run = RunDir(checkout() / ".run" / name)
    lifecycle.stop(run)
    shutil.rmtree(run.root, ignore_errors=True)
    port = str(free_ports(1)[0])
    environ = {**launcher_environment(), **UNLIMITED, **settings, "CARTLOAD_PORT": port}
    lifecycle.start(run, environ, print, servers_only=servers_only, owner=os.getpid())
    try:
        yield SystemClient(run)
    finally:
        lifecycle.stop(run)
        shutil.rmtree(run.root, ignore_errors=True)

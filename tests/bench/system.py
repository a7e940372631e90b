"""The system that is measured: started for the benchmarks by the launcher's own code, gone afterwards."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from cartload_dev import lifecycle
from cartload_dev.paths import RunDir, checkout
from cartload_dev.ports import free_ports
from cartload_dev.system_client import SystemClient

UNLIMITED = {"CARTLOAD_USER_REQUESTS_PER_MINUTE": "1000000"}
"""The rate limit would be measured instead of the system."""


@contextmanager
def running() -> Iterator[SystemClient]:
    """Start everything on empty data; stop and delete it at the end, whatever happens."""
    run = RunDir(checkout() / ".run" / "bench")
    lifecycle.stop(run)
    shutil.rmtree(run.root, ignore_errors=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CARTLOAD_")}
    environ = {**kept, **UNLIMITED, "CARTLOAD_PORT": str(free_ports(1)[0])}
    lifecycle.start(run, environ, print, owner=os.getpid())
    try:
        yield SystemClient(run)
    finally:
        lifecycle.stop(run)
        shutil.rmtree(run.root, ignore_errors=True)

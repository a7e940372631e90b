"""The generator's API as a process, forked from one that has its modules loaded: which starts quickly."""

import ctypes
import multiprocessing
import os
import signal
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from cartload_dev.parent_death_signal import PR_SET_PDEATHSIG

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["cartload_generator.bootstrap", "support.api_process"])


def started(environment: Mapping[str, str], log: Path) -> ForkServerProcess:
    """Start a process of the role `api` that sees this environment and writes to the end of a log."""
    process = _CONTEXT.Process(target=_serve, args=(dict(environment), str(log)))
    process.start()
    return process


def _serve(environment: dict[str, str], log: str) -> None:
    from cartload_generator.__main__ import api

    # The process that forks ends with the tests, however they end, and this one then with it.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(environment)
    api()

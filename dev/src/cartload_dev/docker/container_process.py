"""A container's life as that of a process, for the supervisor.

`python -m cartload_dev.docker.container_process` starts the container that `CARTLOAD_CONTAINER` describes
(JSON), writes the container's log to its own, and ends when the container does. SIGTERM stops the container,
which keeps its data. When this process was killed, the next one kills the container and starts it again.
"""

import json
import os
import signal
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import pymysql
from docker.models.containers import Container

from cartload_dev.docker.containers import Wanted, started
from cartload_dev.paths import write_private
from cartload_dev.state import ProcessRef
from cartload_setup import databases
from cartload_setup.accounts import Account

DESCRIBED = "CARTLOAD_CONTAINER"
ADMIN = "CARTLOAD_DATABASE_ADMIN_URL"
ACCOUNTS = "CARTLOAD_CONTAINER_ACCOUNTS"
"""JSON list of the database accounts to make, where the container is a database."""
STOP_SECONDS = 20
RETRY_SECONDS = 0.3


def described(wanted: Wanted) -> str:
    """Return a container's description for the environment."""
    return json.dumps({**asdict(wanted), "run": str(wanted.run)})


def read(text: str) -> Wanted:
    """Read what `described` wrote."""
    values = json.loads(text)
    values |= {
        "run": Path(values["run"]),
        "ports": tuple(values["ports"]),
        "command": tuple(values["command"]),
    }
    return Wanted(**values)


def mark(wanted: Wanted) -> Path:
    """Return the file with the process id of the process that started the container last."""
    return wanted.run / "data" / f"{wanted.name}.container_process"


def is_kept(wanted: Wanted) -> bool:
    """Return whether a living process of this kind started the container: one left behind does not count."""
    try:
        return ProcessRef.of(int(mark(wanted).read_text(encoding="utf-8"))).alive()
    except (FileNotFoundError, ValueError):
        return False


def keep(wanted: Wanted) -> int:
    """Run a container until it ends; return its exit code."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Also while the container is being made: it must not be left running.
        signal.signal(number, lambda *_: stopping.set())
    container = started(wanted)
    write_private(mark(wanted), str(os.getpid()))
    threading.Thread(target=_stop_when, args=(stopping, container), daemon=True).start()
    threading.Thread(target=_copy_log, args=(container,), daemon=True).start()
    if ADMIN in os.environ:
        threading.Thread(target=_make_accounts, daemon=True).start()
    return int(container.wait()["StatusCode"])


def _stop_when(stopping: threading.Event, container: Container) -> None:
    stopping.wait()
    container.stop(timeout=STOP_SECONDS)


def _copy_log(container: Container) -> None:
    for piece in container.logs(stream=True, follow=True, tail=0):
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()


def _make_accounts() -> None:
    """Make the accounts as soon as the database lets its administrator in."""
    accounts = [Account(**values) for values in json.loads(os.environ[ACCOUNTS])]
    while True:
        try:
            databases.make(os.environ[ADMIN], accounts)
        except (pymysql.MySQLError, OSError):
            time.sleep(RETRY_SECONDS)
        else:
            return


if __name__ == "__main__":
    sys.exit(keep(read(os.environ[DESCRIBED])))

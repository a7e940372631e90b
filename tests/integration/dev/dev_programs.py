"""Small programs that stand in for services: they listen, crash, hang or never get ready."""

import asyncio
import sys
from functools import partial
from pathlib import Path

from cartload_dev.programs import Program

LISTENS = """
import signal, sys, time
from pathlib import Path
marker = Path(sys.argv[1])
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
marker.touch()
while True:
    time.sleep(10)
"""
DEAF = LISTENS.replace("lambda *_: sys.exit(0)", "signal.SIG_IGN")
CRASHES = "import sys; print('cannot find the database'); sys.exit(3)"
HANGS = "import time; time.sleep(100)"


def program(name: str, script: str, folder: Path, *, start_seconds: float = 20) -> Program:
    """Return a program that is ready when its script has made its marker file."""
    marker = folder / f"{name}.ready"
    return Program(
        name=name,
        command=(sys.executable, "-c", script, str(marker)),
        ready=partial(_exists, marker),
        port=1,
        folder=folder,
        start_seconds=start_seconds,
        stop_seconds=1,
    )


async def _exists(marker: Path) -> bool:
    return await asyncio.to_thread(marker.exists)

"""One log file per program, bounded in size, and following them all."""

import asyncio
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO

LIMIT_BYTES = 50 * 1024 * 1024
FOLLOW_SECONDS = 0.2
TAIL_BYTES = 8 * 1024
READ_BYTES = 256 * 1024


def trim(folder: Path, limit: int = LIMIT_BYTES) -> None:
    """Move the contents of logs above the limit to `<name>.log.1` (one generation is kept).

    The programs go on writing: they hold the file open for appending.
    """
    for path in folder.glob("*.log"):
        if path.stat().st_size > limit:
            # Copied and cut, not renamed: the program would go on writing to the renamed file. What it writes
            # between the copy and the cut is lost; appending puts what follows at the new end.
            shutil.copyfile(path, path.with_suffix(".log.1"))
            with path.open("r+b") as file:
                file.truncate(0)


def tail(path: Path, lines: int = 15) -> str:
    """Return the last lines of a log, or a note that there are none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        text = ""
    return "\n".join(text.splitlines()[-lines:]) or "(it wrote nothing)"


class Follower:
    """New lines of every log in a folder, each with its program's name in front."""

    def __init__(self, folder: Path, out: TextIO | None = None, *, back: int = TAIL_BYTES) -> None:
        self._folder = folder
        self._out = out or sys.stdout
        self._back = back
        self._offsets: dict[Path, int] = {}
        self._partial: dict[Path, bytes] = {}

    def poll(self) -> bool:
        """Print what was written since the last call; return whether there was anything."""
        news = [self._read(path) for path in sorted(self._folder.glob("*.log"))]
        return any(news)

    async def follow(self, running: Callable[[], bool]) -> None:
        """Print until `running` says no."""
        while running():
            if not self.poll():
                await asyncio.sleep(FOLLOW_SECONDS)
        self.poll()

    def _read(self, path: Path) -> bool:
        size = path.stat().st_size
        offset = self._offsets.get(path, max(0, size - self._back))
        if size < offset:
            # It was trimmed since, or its program began a new one.
            offset = 0
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read(READ_BYTES)
        self._offsets[path] = offset + len(data)
        *lines, self._partial[path] = (self._partial.get(path, b"") + data).split(b"\n")
        self._print(path.stem, lines)
        return bool(data)

    def _print(self, name: str, lines: Iterable[bytes]) -> None:
        for line in lines:
            self._out.write(f"{name:<17} {line.decode(errors='replace')}\n")
        self._out.flush()

"""A program whose data lies on a small disk of its own, which a test can fill and free.

The disk is one in memory, in a mount namespace that a process of its own holds: it outlasts the program,
which is started inside. That takes the right to mount, which root has outside of most containers.
"""

import asyncio
import errno
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cartload_dev.programs import Program, RunTask
from cartload_dev.spawn import end, spawn

_HOLD = """
mount -t tmpfs -o size="$1"m tmpfs "$2" && cp -a "$3/." "$2" && mount --bind "$2" "$3" && exec sleep infinity
"""
"""What the folder holds already is copied, and whoever is inside finds it under the same path."""

_ENTER = 'exec nsenter --target "$(cat "$1")" --mount -- "${@:2}"'
_PIECE = bytes(2**16)
_MOUNT_SECONDS = 20.0


def why_impossible() -> str | None:
    """Why no such disk can be had on this machine; None when it can."""
    with tempfile.TemporaryDirectory() as folder:
        mount = ("unshare", "--mount", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder)
        try:
            tried = subprocess.run(mount, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            return "there is no command unshare"
    return f"a small disk cannot be mounted: {tried.stderr.strip()}" if tried.returncode else None


@dataclass
class SmallDisk:
    """A disk for a folder with the data of one program."""

    folder: Path
    mebibytes: int
    _holder: asyncio.subprocess.Process | None = None

    def program_on(self, program: Program) -> Program:
        """The program as it runs on this disk."""
        inside = ("bash", "-c", _ENTER, "bash", str(self._pid_file), *program.command)

        async def prepare(run_task: RunTask) -> None:
            if program.prepare is not None:
                await program.prepare(run_task)
            await self._mount()

        return replace(program, command=inside, prepare=prepare)

    @asynccontextmanager
    async def full(self) -> AsyncIterator[None]:
        """Nothing is left on the disk while the block runs."""
        assert self._holder is not None, "the program has not been started"
        filler = Path(f"/proc/{self._holder.pid}/root{self.folder}") / "filler"
        try:
            with filler.open("wb", buffering=0) as file:
                await asyncio.to_thread(_fill, file.fileno())
            yield
        finally:
            filler.unlink()

    async def close(self) -> None:
        """Give the disk up, and all that is on it."""
        if self._holder is not None:
            await end(self._holder, 5.0)

    async def _mount(self) -> None:
        disk = self.folder.with_name(f"{self.folder.name}.disk")
        disk.mkdir(parents=True)
        log = disk.with_suffix(".log")
        hold = (
            "unshare",
            "--mount",
            "sh",
            "-c",
            _HOLD,
            "sh",
            str(self.mebibytes),
            str(disk),
            str(self.folder),
        )
        self._holder = await spawn(hold, os.environ, disk.parent, log)
        self._pid_file.write_text(str(self._holder.pid), encoding="ascii")
        async with asyncio.timeout(_MOUNT_SECONDS):
            # The last that it does is to become another program, when all is mounted.
            while _command(self._holder.pid) != "sleep":
                assert self._holder.returncode is None, log.read_text(encoding="utf-8")
                await asyncio.sleep(0.02)

    @property
    def _pid_file(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.holder")


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text(encoding="ascii").strip()


def _fill(file: int) -> None:
    try:
        while True:
            os.write(file, _PIECE)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise

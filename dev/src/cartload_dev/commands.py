"""Run a command to its end, out of sight, and quote it where it fails."""

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from cartload_dev.errors import LauncherError

QUOTED_LINES = 40


def captured(
    command: Sequence[str], folder: Path, environ: Mapping[str, str], seconds: float | None = None
) -> tuple[int, str]:
    """Run a command; return its exit code and all that it printed, on both streams in their order.

    Raises LauncherError with the end of its output when it takes longer than `seconds`.
    """
    # Into a file, not a pipe: npm and Maven start programs of their own, and after a timeout only the command
    # itself is killed. Whoever reads a pipe waits until the last of those has closed it.
    with tempfile.TemporaryFile() as output:
        try:
            code = subprocess.run(
                command,
                cwd=folder,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=seconds,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            quoted = _end(_written(output))
            raise LauncherError(f"{_name(command)} took more than {seconds:.0f} s:\n{quoted}") from None
        return code, _written(output)


def run_quietly(
    command: Sequence[str],
    folder: Path,
    environ: Mapping[str, str],
    *,
    title: str = "",
    seconds: float | None = None,
) -> None:
    """Run a command; raises LauncherError with the end of its output when it fails or takes too long."""
    code, output = captured(command, folder, environ, seconds)
    if code:
        raise LauncherError(f"{title or _name(command)} failed with code {code}:\n{_end(output)}")


def _name(command: Sequence[str]) -> str:
    return os.path.basename(command[0])


def _written(output: IO[bytes]) -> str:
    output.seek(0)
    return output.read().decode(errors="replace")


def _end(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-QUOTED_LINES:])

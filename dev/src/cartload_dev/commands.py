"""Run a command to its end, out of sight, and quote it where it fails."""

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cartload_dev.errors import LauncherError

QUOTED_LINES = 40


@dataclass(frozen=True)
class Done:
    """A command that ended: its exit code, and what it printed on each stream."""

    code: int
    output: str
    errors: str


def captured(
    command: Sequence[str], folder: Path, environ: Mapping[str, str], seconds: float | None = None
) -> tuple[int, str]:
    """Run a command; return its exit code and all that it printed, on both streams in their order.

    Raises LauncherError with the end of its output when it takes longer than `seconds`.
    """
    with tempfile.TemporaryFile() as output:
        code = _run(command, folder, environ, seconds, output, subprocess.STDOUT)
        return code, _written(output)


def captured_apart(command: Sequence[str], folder: Path, environ: Mapping[str, str], seconds: float) -> Done:
    """As `captured`, with the streams apart: for a command whose output is a document."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        code = _run(command, folder, environ, seconds, output, errors)
        return Done(code, _written(output), _written(errors))


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


def _run(
    command: Sequence[str],
    folder: Path,
    environ: Mapping[str, str],
    seconds: float | None,
    output: IO[bytes],
    errors: IO[bytes] | int,
) -> int:
    # Into files, not pipes: npm and Maven start programs of their own, and after a timeout only the command
    # itself is killed. Whoever reads a pipe waits until the last of those has closed it.
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            timeout=seconds,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        quoted = _end(_written(output))
        raise LauncherError(f"{_name(command)} took more than {seconds:.0f} s:\n{quoted}") from None


def _name(command: Sequence[str]) -> str:
    return os.path.basename(command[0])


def _written(output: IO[bytes]) -> str:
    output.seek(0)
    return output.read().decode(errors="replace")


def _end(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-QUOTED_LINES:])

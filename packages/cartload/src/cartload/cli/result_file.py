"""Results that are written to a file of the user's choice, or to standard output."""

import errno
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from cartload.cli import console
from cartload.cli.console import CommandError
from cartload.storage import atomic_file
from cartload.storage.atomic_file import describe_os_error

_NO_RENAME: Final = (errno.EACCES, errno.EBUSY, errno.EPERM, errno.EROFS, errno.EXDEV)
"""Answers to a rename, or to a new file beside the old one, where the file itself may still be writable.

A single file that is mounted into a container is busy; a folder may be another user's.
"""


def is_file(path: str | None) -> bool:
    """Whether an option names something other than standard output."""
    return path is not None and path != "-"


def write_result(text: str, path: str | None) -> None:
    """Write a whole result where it was asked for, by default to standard output. Raises CommandError."""
    if path is None or not is_file(path):
        console.write(text)
        return
    try:
        _write(Path(path), text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        error.filename = path
        raise CommandError(describe_os_error(error)) from error


def _write(path: Path, content: bytes) -> None:
    """Replace a regular file as a whole; write into anything else.

    A rename puts a file in the place of whatever has the name: of a device, which the system then lacks, of a
    pipe, whose reader waits for ever, of a link.
    """
    try:
        there = path.lstat()
    except FileNotFoundError:
        _replace(path, content, None)
        return
    if stat.S_ISREG(there.st_mode):
        try:
            _replace(path, content, stat.S_IMODE(there.st_mode))
        except OSError as error:
            if error.errno not in _NO_RENAME:
                raise
            _overwrite(path, content)
    else:
        _overwrite(path, content)


def _overwrite(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)


def _replace(path: Path, content: bytes, mode: int | None) -> None:
    """Write a file beside the path, under a name that nobody can guess, and rename it when it is whole."""
    # Not named after the file: its name may be as long as names can be.
    descriptor, name = tempfile.mkstemp(prefix=".cartload-", suffix=".tmp", dir=path.parent)
    hidden = Path(name)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        hidden.chmod(_usual_mode() if mode is None else mode)
        atomic_file.publish(hidden, path)
    except BaseException:
        with suppress(OSError):
            hidden.unlink(missing_ok=True)
        raise


def _usual_mode() -> int:
    """The mode that a new file gets; the system tells its mask only to who changes it."""
    # For an instant the mask is stricter, never looser: a file that another thread makes meanwhile is not
    # open to others.
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask

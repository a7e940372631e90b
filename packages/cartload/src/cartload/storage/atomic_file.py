"""Files that are there whole or not at all, whenever the power fails; and why one could not be written."""

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

_REASONS: Final = {
    errno.ENOSPC: "no space is left on the device",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "a file may not become that large here",
    errno.EACCES: "permission denied",
    errno.EROFS: "the file system is read-only",
}


def describe_os_error(error: OSError) -> str:
    """What the operating system refused, and of which file, in one line."""
    reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
    return f"{error.filename}: {reason}" if error.filename else reason


def write(path: Path, content: bytes) -> None:
    """Write a file under a hidden name in the same folder, then :func:`publish` it. Raises OSError."""
    hidden = temporary(path)
    try:
        with hidden.open("wb") as file:
            file.write(content)
            file.flush()
            # Before the rename: a file system may store the new name first, and after a power failure the
            # name would lead to an empty file.
            os.fsync(file.fileno())
        publish(hidden, path)
    except BaseException:
        # What is left of a file that did not fit would keep its space, and the folder from being empty.
        with suppress(OSError):
            hidden.unlink(missing_ok=True)
        raise


def temporary(path: Path) -> Path:
    """The hidden name beside a file under which it is written."""
    # In the same folder, since a rename is atomic only within one file system.
    return path.with_name(f".{path.name}.tmp")


def publish(hidden: Path, path: Path) -> None:
    """Give a written and synced file its name, durably; what was there before is replaced."""
    hidden.replace(path)
    # A name is in the folder, not in the file: without this a power failure may leave the old name.
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    # Windows cannot open a folder like a file.
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

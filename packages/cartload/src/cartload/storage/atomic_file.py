"""Files that are there whole or not at all, whenever the power fails."""

import os
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Write a file under a hidden name in the same folder, then :func:`publish` it. Raises OSError."""
    hidden = temporary(path)
    with hidden.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    publish(hidden, path)


def temporary(path: Path) -> Path:
    """The hidden name beside a file under which it is written."""
    return path.with_name(f".{path.name}.tmp")


def publish(hidden: Path, path: Path) -> None:
    """Give a written and synced file its name, durably; what was there before is replaced."""
    hidden.replace(path)
    # A name is in the folder, not in the file: without this a power failure may leave the old name.
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""A file that grows under a hidden name, is hashed on the way, and gets its name when it is whole."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cartload.storage import atomic_file


@dataclass(frozen=True, slots=True)
class Written:
    """What a finished file is: its length and its SHA-256 in hex."""

    bytes: int
    sha256: str


class PartFile:
    """Open for writing; end it with :meth:`finish` or :meth:`abandon`. All methods raise OSError."""

    closed = False
    """Arrow asks for it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._hidden = atomic_file.temporary(path)
        self._file = self._hidden.open("wb")
        self._hash = hashlib.sha256()
        self._bytes = 0
        self._abandoned = False

    def write(self, data: Any) -> int:
        """Append bytes; an abandoned file takes them and forgets them."""
        # Arrow writes a footer when its writer is collected, after the file was deleted.
        if self._abandoned:
            return len(data)
        self._hash.update(data)
        with self._named():
            self._file.write(data)
        self._bytes += len(data)
        return len(data)

    def flush(self) -> None:
        """Arrow calls it; what counts is done at the end."""

    def finish(self) -> Written:
        """Sync the file and give it its name."""
        with self._named():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        atomic_file.publish(self._hidden, self.path)
        return Written(self._bytes, self._hash.hexdigest())

    @contextmanager
    def _named(self) -> Iterator[None]:
        """What the system refuses says of which file."""
        try:
            yield
        except OSError as error:
            error.filename = str(self.path)
            raise

    def abandon(self) -> None:
        """Delete it, unless it is finished."""
        self._abandoned = True
        self._hidden.unlink(missing_ok=True)
        try:
            self._file.close()
        except OSError:
            return  # The buffer did not fit on the disk: it is not wanted anyway.

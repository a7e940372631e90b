"""The journal of an unfinished folder: what it is going to hold, and which runs are whole.

Its lines are written and synced one by one; a torn last line counts as not written.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

from pydantic import BaseModel, ConfigDict

from cartload.storage import atomic_file
from cartload.writers.job import OutputError
from cartload.writers.parts import Finished

NAME: Final = ".cartload-journal.jsonl"


class Entry(BaseModel):
    """One whole run: the first of its chunks, and its parts."""

    model_config = ConfigDict(frozen=True)
    run: int
    parts: tuple[Finished, ...]


class Journal:
    """The open journal of a folder; one process at a time has it. Methods raise OSError."""

    def __init__(self, path: Path, file: BinaryIO, entries: Iterable[Entry]) -> None:
        self._path = path
        self._file = file
        self.entries = {entry.run: entry for entry in entries}

    @classmethod
    def begin(cls, folder: Path, identity: Mapping[str, Any]) -> Self:
        """A new journal. Raises OutputError when another process has begun one meanwhile."""
        path = folder / NAME
        try:
            file = path.open("xb")
        except FileExistsError:
            raise _in_use(folder) from None
        with _closed_on_error(file):
            _lock(file, path)
            _append(file, identity)
            atomic_file.sync_folder(folder)
        return cls(path, file, ())

    @classmethod
    def go_on(cls, folder: Path, identity: Mapping[str, Any]) -> Self:
        """The journal of an interrupted run. Raises OutputError when that was to make something else."""
        path = folder / NAME
        file = path.open("r+b")
        with _closed_on_error(file):
            # Locked before it is read, and never replaced by another file: a lock belongs to the opened file,
            # not to its name, so a replacement could be locked while the writer still works.
            _lock(file, path)
            found, entries, end = _parsed(file.read())
            if found is not None:
                _require_same(folder, found, identity)
            # A torn line is cut off: a line that is appended to it would be lost with it.
            file.truncate(end)
            file.seek(end)
            if found is None:
                _append(file, identity)
        return cls(path, file, entries)

    def add(self, entry: Entry) -> None:
        """Note a run that is whole."""
        _append(self._file, entry.model_dump(mode="json"))
        self.entries[entry.run] = entry

    def forget(self, run: int) -> None:
        """Take it that a run is not whole after all; it is noted again when it is."""
        del self.entries[run]

    def close(self) -> None:
        """Let go of it; the system unlocks it."""
        # A line that did not fit on the disk was reported when it was added, and is tried again here.
        with suppress(OSError):
            self._file.close()

    def end(self) -> None:
        """Delete it: the manifest says more now."""
        # Deleted while it is still locked, so that no other process can go on from it in between.
        self._path.unlink()
        self.close()


@contextmanager
def _closed_on_error(file: BinaryIO) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):
            file.close()
        raise


def _append(file: BinaryIO, document: Mapping[str, Any]) -> None:
    file.write(json.dumps(document, ensure_ascii=False).encode() + b"\n")
    file.flush()
    # On the disk before the next run begins: a part that the journal does not know of is made again, but one
    # that it knows of must be there.
    os.fsync(file.fileno())


def _parsed(content: bytes) -> tuple[Any, list[Entry], int]:
    """The identity (None where not even that is whole), the entries, and how many bytes all these take."""
    identity, entries, end = None, [], 0
    for line in content.splitlines(keepends=True):
        try:
            document = json.loads(line)
            # Without its end a line is torn, although it may be a whole document by chance.
            if not line.endswith(b"\n") or (identity is None and document is None):
                break
            if identity is None:
                identity = document
            else:
                entries.append(Entry.model_validate(document))
        except ValueError:
            break
        end += len(line)
    return identity, entries, end


def _require_same(folder: Path, found: Any, wanted: Mapping[str, Any]) -> None:
    if found == wanted:
        return
    there = found if isinstance(found, dict) else {}
    other = [key for key in wanted if there.get(key) != wanted[key]]
    raise OutputError(
        f"{folder} holds an interrupted run of something else ({', '.join(other)} differ): "
        "resume it with what it was started with, or choose another folder"
    )


def _lock(file: BinaryIO, path: Path) -> None:
    """Keep others out for as long as the file is open, where the system can. Raises OutputError."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _in_use(path.parent) from None
    # Who had it may have ended between our opening and our locking, and so deleted it: the folder is whole.
    if not path.exists() or not os.path.samestat(path.stat(), os.fstat(file.fileno())):
        raise _in_use(path.parent)


def _in_use(folder: Path) -> OutputError:
    return OutputError(f"{folder} is being written by another cartload")

"""The journal of an unfinished folder: what it is going to hold, and which runs are whole.

Its lines are written and synced one by one; a torn last line counts as not written.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

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

    def __init__(self, folder: Path, entries: Mapping[int, Entry]) -> None:
        self._path = folder / NAME
        self._file = self._path.open("ab")
        # Locked after opening, since a lock belongs to an open file; the system lets go of it with the
        # process.
        _lock(self._file.fileno(), folder)
        self.entries = dict(entries)

    @classmethod
    def begin(cls, folder: Path, identity: Mapping[str, Any]) -> Self:
        """A new journal."""
        atomic_file.write(folder / NAME, _line(identity))
        return cls(folder, {})

    @classmethod
    def go_on(cls, folder: Path, identity: Mapping[str, Any]) -> Self:
        """The journal of an interrupted run. Raises OutputError when that was to make something else."""
        lines = list(_lines(folder / NAME))
        if not lines:
            return cls.begin(folder, identity)
        _require_same(folder, lines[0], identity)
        entries = {entry.run: entry for entry in _entries(lines[1:])}
        # Written anew without what came after a torn line: a line appended to that would be lost with it.
        atomic_file.write(folder / NAME, b"".join(map(_line, [identity, *map(_plain, entries.values())])))
        return cls(folder, entries)

    def add(self, entry: Entry) -> None:
        """Note a run that is whole."""
        self._file.write(_line(_plain(entry)))
        self._file.flush()
        os.fsync(self._file.fileno())
        self.entries[entry.run] = entry

    def forget(self, run: int) -> None:
        """Take it that a run is not whole after all; it is noted again when it is."""
        del self.entries[run]

    def close(self) -> None:
        """Let go of it."""
        self._file.close()

    def end(self) -> None:
        """Delete it: the manifest says more now."""
        # Deleted while it is still locked, so that no other process can go on from it in between.
        self._path.unlink()
        self.close()


def _plain(entry: Entry) -> dict[str, Any]:
    return entry.model_dump(mode="json")


def _line(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"


def _lines(path: Path) -> Iterator[Any]:
    """The documents up to the first line that is none."""
    for line in path.read_bytes().splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            return


def _entries(lines: list[Any]) -> Iterator[Entry]:
    for line in lines:
        try:
            yield Entry.model_validate(line)
        except ValidationError:
            return


def _require_same(folder: Path, found: Any, wanted: Mapping[str, Any]) -> None:
    if found == wanted:
        return
    there = found if isinstance(found, dict) else {}
    other = [key for key in wanted if there.get(key) != wanted[key]]
    raise OutputError(
        f"{folder} holds an interrupted run of something else ({', '.join(other)} differ): "
        "resume it with what it was started with, or choose another folder"
    )


def _lock(descriptor: int, folder: Path) -> None:
    """Keep others out for as long as the file is open, where the system can."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OutputError(f"{folder} is being written by another cartload") from None

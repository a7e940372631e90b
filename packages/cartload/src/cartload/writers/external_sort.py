"""Sorts more lines than fit into memory: sorted runs go to a temporary file and are merged from there."""

import heapq
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pyarrow as pa

from cartload.columns import arrays
from cartload.randomness.fixed_point import I64

_CODEC: Final = "zstd"
_NEVER: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines (large_binary) with their times, and numbers that order those of one time.

    ``happened`` is there for lines that come at another time than their events did: the times of the events.
    """

    times: I64
    ranks: I64
    lines: Any
    happened: I64 | None = None

    def __len__(self) -> int:
        return len(self.times)

    @property
    def nbytes(self) -> int:
        """The bytes of the lines."""
        offsets = self._offsets
        return int(offsets[-1] - offsets[0])

    @property
    def text(self) -> memoryview:
        """All lines, one behind the other."""
        offsets = self._offsets
        data = self.lines.buffers()[2]
        return memoryview(data)[offsets[0] : offsets[-1]] if data else memoryview(b"")

    @property
    def _offsets(self) -> I64:
        return np.ndarray(
            (len(self) + 1,), np.int64, self.lines.buffers()[1], self.lines.offset * np.int64().nbytes
        )

    @property
    def event_times(self) -> I64:
        """The times of their events."""
        return self.times if self.happened is None else self.happened

    def slice(self, start: int, stop: int) -> "Lines":
        """Those at some places, not copied."""
        return Lines(
            self.times[start:stop],
            self.ranks[start:stop],
            self.lines.slice(start, max(stop - start, 0)),
            None if self.happened is None else self.happened[start:stop],
        )

    def sorted(self) -> "Lines":
        """The same by time, then rank."""
        order = np.lexsort((self.ranks, self.times))
        return Lines(self.times[order], self.ranks[order], self.lines.take(arrays.integers(order)))


def _together(parts: list[Lines]) -> Lines:
    return Lines(
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.ranks for part in parts]),
        pa.concat_arrays([part.lines for part in parts]),
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """Where a piece of a run lies in the file."""

    start: int
    size: int
    raw_size: int


class ExternalSort:
    """Takes lines in any order and gives them by time, then rank; no two may have both in common.

    What fills ``run_bytes`` becomes a run in a file. Runs are merged ``merged_bytes`` at a time, or as many
    as a piece of ``piece_bytes`` of each run, and in memory is a piece of each more. The file has no name in
    any folder: the system deletes it when the process ends, whatever ends it.
    """

    def __init__(
        self, run_bytes: int, *, piece_bytes: int = 64 * 2**10, merged_bytes: int = 16 * 2**20
    ) -> None:
        self._run_bytes = run_bytes
        self._piece_bytes = piece_bytes
        self._merged_bytes = merged_bytes
        self._waiting: list[Lines] = []
        self._bytes = 0
        self._runs: list[list[_Piece]] = []
        self._end = 0
        self._file: Any = None

    def close(self) -> None:
        """Give the file back to the system."""
        if self._file is not None:
            self._file.close()

    def add(self, lines: Lines) -> None:
        """Take some lines. Raises OSError where the disk has no room for them."""
        if not len(lines):
            return
        self._waiting.append(lines)
        self._bytes += lines.nbytes
        if self._bytes >= self._run_bytes:
            self._runs.append(list(self._written(self._taken())))

    def merged(self) -> Iterator[Lines]:
        """All lines in order, some at a time; takes them out. Raises OSError."""
        if self._waiting and not self._runs:
            yield self._taken()
            return
        if self._waiting:
            self._runs.append(list(self._written(self._taken())))
        runs, self._runs = [iter(run) for run in self._runs], []
        # Of each run is known until which time it was read: the one that was read least far is read next,
        # and what lies before that time is complete.
        known, window = [(-_NEVER, number) for number in range(len(runs))], list[Lines]()
        while known or window:
            self._read(runs, known, window)
            if not window:
                return
            until = known[0][0] if known else _NEVER
            there = _together(window).sorted()
            complete = int(np.searchsorted(there.times, until))
            if complete:
                yield there.slice(0, complete)
            window = [there.slice(complete, len(there))] if complete < len(there) else []

    def _read(self, runs: list[Iterator[_Piece]], known: list[tuple[int, int]], window: list[Lines]) -> None:
        # What is left of each run's last piece is sorted again with the next ones: so there must be more new.
        read, enough = 0, max(self._merged_bytes, len(runs) * self._piece_bytes)
        while known and read < enough:
            _, number = known[0]
            piece = next(runs[number], None)
            if piece is None:
                heapq.heappop(known)
                continue
            lines = self._load(piece)
            window.append(lines)
            read += lines.nbytes
            heapq.heapreplace(known, (int(lines.times[-1]), number))

    def _taken(self) -> Lines:
        taken = _together(self._waiting).sorted()
        self._waiting, self._bytes = [], 0
        return taken

    def _written(self, run: Lines) -> Iterator[_Piece]:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="cartload-")  # noqa: SIM115 closed by close
        count = max(1, -(-run.nbytes // self._piece_bytes))
        edges = [place * len(run) // count for place in range(count + 1)]
        for start, stop in pairwise(edges):
            if start < stop:
                yield self._write(run.slice(start, stop))

    def _write(self, lines: Lines) -> _Piece:
        columns = [arrays.integers(lines.times), arrays.integers(lines.ranks), lines.lines]
        raw = pa.RecordBatch.from_arrays(columns, schema=_SCHEMA).serialize()
        packed = pa.compress(raw, codec=_CODEC, asbytes=True)
        piece = _Piece(self._end, len(packed), raw.size)
        while packed:
            written = os.pwrite(self._file.fileno(), packed, self._end)
            packed, self._end = packed[written:], self._end + written
        return piece

    def _load(self, piece: _Piece) -> Lines:
        packed = os.pread(self._file.fileno(), piece.size, piece.start)
        raw = pa.decompress(packed, piece.raw_size, codec=_CODEC)
        times, ranks, lines = pa.ipc.read_record_batch(raw, _SCHEMA).columns
        return Lines(times.to_numpy(), ranks.to_numpy(), lines)


_SCHEMA: Final = pa.schema([("time", pa.int64()), ("rank", pa.int64()), ("line", pa.large_binary())])

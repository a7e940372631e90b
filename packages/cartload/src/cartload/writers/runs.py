"""Runs of chunks: what one worker takes at a time, and what one part file of each table holds.

Which runs there are follows from spec and format alone, so that the files are the same whatever the number
of workers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from cartload._identity import BLOCK
from cartload.engine.chunks import (
    Blocks,
    CatalogueRows,
    Chunk,
    Plan,
    Segment,
    blocks_per_message,
    plan,
    rows_of,
)
from cartload.schema import BLOCK_TABLES
from cartload.spec import sizes
from cartload.spec.counts import rows_of_block
from cartload.spec.model import Spec
from cartload.storage.manifest import Format

LARGEST: Final = 128 * 2**20
"""About so many bytes the largest part of a run has in a large dataset."""
SMALLEST: Final = 16 * 2**20
"""In a small one, at least so many: below that, more parts for more workers are not worth having."""
_MESSAGES: Final = 5
"""A chunk here is as large as so many that are sent as messages: fewer and longer loops, more memory."""
LARGEST_CHUNK: Final = 40 * 2**20
"""About the most bytes that a worker holds of one table, where a single block has no more."""
_RUNS: Final = 32
"""Between the two, a dataset is cut into so many runs."""
_SHARES, _SHORTEST = 8, 4
"""A run is an eighth of what is left at most and a quarter of a full one at least: workers end together."""
_IN_FILES: Final[dict[Format, float]] = {"parquet": 0.25, "csv": 0.85, "jsonl": 1.9, "sql": 1.0}
"""Bytes in a file by byte of an Arrow batch, measured on default specs."""


@dataclass(frozen=True, slots=True)
class Run:
    """The chunks of a plan from ``start`` to before ``stop``; of one kind: blocks, or one catalogue table."""

    start: int
    stop: int
    number: int
    tables: tuple[str, ...]


def whole(spec: Spec) -> Plan:
    """The plan of a whole dataset."""
    largest = max(_block_bytes(spec, table) for table in BLOCK_TABLES)
    blocks = max(1, min(_MESSAGES * blocks_per_message(spec), LARGEST_CHUNK // largest))
    return plan(spec, Segment(0, spec.customers), catalogue=True, blocks_per_chunk=blocks)


def cut(spec: Spec, chunks: Plan, file_format: Format) -> list[Run]:
    """The runs of a plan, catalogue first."""
    catalogue = len(chunks) - chunks.block_chunks
    return [
        *_catalogue_runs(spec, chunks[:catalogue], file_format),
        *_block_runs(spec, chunks, catalogue, file_format),
    ]


def rows(spec: Spec, chunks: Plan, wanted: Iterable[Run]) -> int:
    """Rows of these runs; those of ``counts.EXPECTED`` by their expectation."""
    return sum(_rows(spec, chunks[run.start], chunks[run.stop - 1]) for run in wanted)


def _rows(spec: Spec, first: Chunk, last: Chunk) -> int:
    match first, last:
        case Blocks(block, _), Blocks(last_block, customers):
            return sum(rows_of(spec, Blocks(block, (last_block - block) * BLOCK + customers)).values())
        case CatalogueRows(_, row, _), CatalogueRows(_, last_row, count):
            return last_row + count - row
    raise TypeError(f"a run of two kinds: {first}, {last}")


def _catalogue_runs(spec: Spec, chunks: list[Chunk], file_format: Format) -> Iterator[Run]:
    """For each table as few runs as its size allows."""
    start = 0
    for stop, chunk in enumerate(chunks, 1):
        following = chunks[stop] if stop < len(chunks) else None
        first = chunks[start]
        table = chunk.tables[0]
        most = LARGEST / (sizes.row_bytes(table, spec.ids) * _IN_FILES[file_format])
        if following is None or following.tables != chunk.tables or following.number - first.number > most:
            yield Run(start, stop, first.number, chunk.tables)
            start = stop


def _block_runs(spec: Spec, chunks: Plan, first: int, file_format: Format) -> Iterator[Run]:
    per_block = max(_block_bytes(spec, table) for table in BLOCK_TABLES) * _IN_FILES[file_format]
    blocks = -(-spec.customers // BLOCK)
    wanted = min(max(per_block * blocks / _RUNS, SMALLEST), LARGEST)
    most = max(1, round(wanted / (per_block * chunks.blocks_per_chunk)))
    start = first
    while left := len(chunks) - start:
        step = min(left, most, max(-(-most // _SHORTEST), -(-left // _SHARES)))
        yield Run(start, start + step, chunks[start].number, BLOCK_TABLES)
        start += step


def _block_bytes(spec: Spec, table: str) -> int:
    return rows_of_block(spec, table) * sizes.row_bytes(table, spec.ids)

"""Chunks, the units of work: computed from spec and segment, so that any of them can be had in O(1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from cartload._identity import BLOCK
from cartload.schema import BLOCK_TABLES, CATALOGUE_TABLES
from cartload.spec import counts, sizes
from cartload.spec.model import Spec


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of customers made by one job: from block ``first_block`` on, ``customers`` of them."""

    first_block: int
    customers: int

    @property
    def end_block(self) -> int:
        """The first block after it: where an append starts."""
        return self.first_block - (-self.customers // BLOCK)


@dataclass(frozen=True, slots=True)
class Blocks:
    """A run of blocks with all that their customers own."""

    first_block: int
    customers: int

    @property
    def number(self) -> int:
        """The number in names of parts: the first block."""
        return self.first_block

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that it makes one batch of each."""
        return BLOCK_TABLES


@dataclass(frozen=True, slots=True)
class CatalogueRows:
    """A run of rows of one catalogue table."""

    table: str
    first_row: int
    rows: int

    @property
    def number(self) -> int:
        """The number in names of parts: the first row."""
        return self.first_row

    @property
    def tables(self) -> tuple[str, ...]:
        """The one table that it makes a batch of."""
        return (self.table,)


Chunk = Blocks | CatalogueRows


@dataclass(frozen=True, slots=True)
class _Run:
    """The rows of a catalogue table in runs of equal length; the last may be shorter."""

    table: str
    total: int
    step: int

    def __len__(self) -> int:
        return -(-self.total // self.step)


@dataclass(frozen=True)
class Plan(Sequence[Chunk]):
    """All chunks of a segment in order, the catalogue first, as a sequence that computes its items.

    A plan of a hundred million customers has 25,000 chunks and takes no more memory than one of a thousand.
    """

    segment: Segment
    blocks_per_chunk: int
    catalogue: tuple[_Run, ...]

    def __len__(self) -> int:
        return sum(len(run) for run in self.catalogue) + self.block_chunks

    @property
    def block_chunks(self) -> int:
        """How many of the chunks, the last ones, are blocks."""
        return -(-self.segment.customers // (self.blocks_per_chunk * BLOCK))

    @overload
    def __getitem__(self, position: int) -> Chunk: ...

    @overload
    def __getitem__(self, position: slice) -> list[Chunk]: ...

    def __getitem__(self, position: int | slice) -> Chunk | list[Chunk]:
        if isinstance(position, slice):
            return [self[one] for one in range(*position.indices(len(self)))]
        if not 0 <= position < len(self):
            # Negative indices too: a chunk's index travels in messages, where one below 0 can only be a
            # fault.
            raise IndexError(f"chunk {position} of {len(self)}")
        for run in self.catalogue:
            if position < len(run):
                first = position * run.step
                return CatalogueRows(run.table, first, min(run.step, run.total - first))
            position -= len(run)
        return self._blocks(position)

    def __iter__(self) -> Iterator[Chunk]:
        return (self[position] for position in range(len(self)))

    def _blocks(self, position: int) -> Blocks:
        before = position * self.blocks_per_chunk
        customers = min(self.blocks_per_chunk * BLOCK, self.segment.customers - before * BLOCK)
        return Blocks(self.segment.first_block + before, customers)


def plan(spec: Spec, segment: Segment, *, catalogue: bool, blocks_per_chunk: int | None = None) -> Plan:
    """The chunks of a segment under a resolved spec; ``blocks_per_chunk`` only to try other groupings.

    The grouping changes no value, only which rows come together in a batch and in a part.
    """
    runs = [_catalogue_run(spec, table) for table in CATALOGUE_TABLES] if catalogue else []
    return Plan(segment, blocks_per_chunk or blocks_per_message(spec), tuple(runs))


def row_totals(spec: Spec, segment: Segment, *, catalogue: bool) -> dict[str, int]:
    """Rows of each table: exact, or expected (``counts.EXPECTED``); 0 for a catalogue left out."""
    fixed = {table: counts.catalogue_rows(spec, table) if catalogue else 0 for table in CATALOGUE_TABLES}
    owned = {
        table: counts.rows_between(spec, table, segment.first_block, segment.customers)
        for table in BLOCK_TABLES
    }
    return fixed | owned


def rows_of(spec: Spec, chunk: Chunk) -> dict[str, int]:
    """Rows of each batch of a chunk: exact, or expected (``counts.EXPECTED``)."""
    match chunk:
        case CatalogueRows(table, _, rows):
            return {table: rows}
        case Blocks(first, customers):
            return {table: counts.rows_between(spec, table, first, customers) for table in BLOCK_TABLES}


def _catalogue_run(spec: Spec, table: str) -> _Run:
    return _Run(table, counts.catalogue_rows(spec, table), sizes.rows_per_batch(table, spec.ids))


def blocks_per_message(spec: Spec) -> int:
    """How many blocks make batches of the size that messages should have."""
    # The table with the most bytes decides; a whole number of blocks, since a block's rows are only exact
    # together.
    fitting = (
        sizes.rows_per_batch(table, spec.ids) // max(1, counts.rows_of_block(spec, table))
        for table in BLOCK_TABLES
    )
    return max(1, min(fitting))

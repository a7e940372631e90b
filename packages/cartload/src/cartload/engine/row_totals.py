"""How many rows a segment has, before the first of them is made."""

from collections import Counter
from typing import Final

from cartload._identity import BLOCK
from cartload.engine import chunks
from cartload.engine.chunks import Blocks, CatalogueRows, Segment
from cartload.engine.generate import Engine
from cartload.schema import BLOCK_TABLES, CATALOGUE_TABLES
from cartload.spec.model import Spec

BLOCKS_COUNTED: Final = 8
"""Segments of more blocks are reckoned from so many of them, spread evenly."""


def row_totals(spec: Spec, segment: Segment, *, catalogue: bool) -> dict[str, int]:
    """Rows of each table under a resolved spec; 0 for a catalogue left out.

    A whole window's are exact, but for the tables in ``counts.EXPECTED``. Where the spec shows the shop as of
    a moment, what is there then is counted: all of the catalogue and of small segments, else a sample of
    blocks.
    """
    whole = chunks.row_totals(spec, segment, catalogue=catalogue)
    if spec.as_of is None:
        return whole
    engine = Engine(spec)
    counted = {
        table: engine.count(CatalogueRows(table, 0, whole[table]))[table] for table in CATALOGUE_TABLES
    }
    return counted | _of_blocks(engine, segment, whole)


def _of_blocks(engine: Engine, segment: Segment, whole: dict[str, int]) -> dict[str, int]:
    blocks = segment.end_block - segment.first_block
    if blocks <= BLOCKS_COUNTED:
        return engine.count(Blocks(segment.first_block, segment.customers))
    # Never the last block, which may be a small one.
    first = [segment.first_block + place * blocks // BLOCKS_COUNTED for place in range(BLOCKS_COUNTED)]
    shown, of_all = Counter[str](), Counter[str]()
    for sample in (Blocks(block, BLOCK) for block in first):
        shown.update(engine.count(sample))
        of_all.update(chunks.rows_of(engine.spec, sample))
    return {table: whole[table] * shown[table] // max(1, of_all[table]) for table in BLOCK_TABLES}

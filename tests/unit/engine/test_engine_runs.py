"""Runs: every chunk in exactly one of them, whatever the size, and none at the end that others wait for."""

import pytest

from cartload.schema import BLOCK_TABLES
from cartload.spec import parse, resolve
from cartload.storage.manifest import Format
from cartload.writers import runs


@pytest.mark.parametrize("file_format", ["parquet", "csv", "jsonl", "sql"])
@pytest.mark.parametrize("customers", [1, 1_000, 70_000, 2_240_000, 100_000_000])
def test_runs_are_all_chunks_in_order_and_end_short(customers: int, file_format: Format) -> None:
    spec = resolve(parse({"customers": customers}))
    chunks = runs.whole(spec)
    cut = runs.cut(spec, chunks, file_format)
    assert [run.start for run in cut] == [0, *(run.stop for run in cut[:-1])]
    assert cut[-1].stop == len(chunks)
    assert all(chunks[run.start].tables == chunks[run.stop - 1].tables == run.tables for run in cut)
    assert all(chunks[run.start].number == run.number for run in cut)
    sizes = [run.stop - run.start for run in cut if run.tables == BLOCK_TABLES]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] <= -(-sizes[0] // 4)

"""One measurement in memory, in a process of its own; prints it as JSON.

``python -m bench.engine.alone cartload integer 560000`` or ``… faker uuid 20`` (seconds).
"""

import json
import sys
import time
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from bench.engine.measured import Figures
from bench.engine.shop import rate
from cartload.engine.generate import Engine
from cartload.engine.worker_process import keep_freed_memory
from cartload.schema import Ids
from cartload.schema.rowhash import RowHash, hash_batch
from cartload.spec import parse, resolve
from cartload.writers import runs


def cartload(ids: Ids, customers: int) -> Figures:
    """A whole dataset: every row hashed and every value made plain, batch after batch."""
    keep_freed_memory()
    spec = resolve(parse({"customers": customers, "ids": ids}))
    engine, chunks = Engine(spec), runs.whole(spec)
    for chunk in chunks[:3] + chunks[-1:]:
        _made(engine, chunk)
    began = time.process_time()
    made = [_made(engine, chunk) for chunk in chunks]
    seconds = time.process_time() - began
    rows, cells, size, hashes = zip(*made, strict=True)
    assert sum(hashes, RowHash()).rows == sum(rows)
    return Figures(sum(rows), sum(cells), sum(size), seconds, seconds)


def _made(engine: Engine, chunk: Any) -> tuple[int, int, int, RowHash]:
    rows, cells, size, hashes = 0, 0, 0, RowHash()
    for table, coded in engine.generate(chunk, dictionaries=True).items():
        hashes += hash_batch(coded, table)
        batch: pa.RecordBatch = engine.plain(table, coded)
        rows, cells = rows + batch.num_rows, cells + batch.num_rows * batch.num_columns
        size += batch.nbytes
    return rows, cells, size, hashes


def peer(name: str, ids: Ids, seconds: float) -> Figures:
    """A library of single values; bytes are not counted for Python objects."""
    if name == "faker":
        from bench.engine.faker_shop import makers
    else:
        from bench.engine.mimesis_shop import makers
    rows, cells = rate(makers(ids), seconds)
    return Figures(round(rows * seconds), round(cells * seconds), 0, seconds, seconds)


def main(name: str, ids: Any, amount: int) -> None:
    """Measure and print."""
    figures = cartload(ids, amount) if name == "cartload" else peer(name, ids, amount)
    print(json.dumps(asdict(figures)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))

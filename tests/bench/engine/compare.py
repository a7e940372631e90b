"""The figures of the engine beside those of others, with the aims."""

import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.engine import files
from bench.engine.measured import Figures, middle, run
from bench.table import Row
from cartload.schema import Ids
from cartload.storage.manifest import Format

CUSTOMERS = 560_000
"""More than 8 M rows."""
PEER_SECONDS = 20
SMALL, LARGE = 70_000, 3_500_000
"""Customers of 1 M and 50 M rows."""
_MOST_MIB = 400
_MILLION = 1e6


@dataclass
class Bench:
    """Measurements in the order in which they are made, each told as it begins."""

    folder: Path
    rows: list[Row]

    def figure(self, title: str, once: Callable[[], Figures], aim: str = "", rounds: int = 3) -> Figures:
        """Measure and note rows/s, cells/s, MB/s and peak memory."""
        print(f"{title} …", flush=True)
        found = middle(once, rounds)
        self.rows.append(Row(title, _said(found), aim))
        return found

    def ratio(self, title: str, above: float, below: float, aim: float) -> None:
        """Note a ratio and whether it is what is wanted."""
        value = above / below
        self.rows.append(Row(f"  {title}", f"{value:.2f}", f">= {aim}{'' if value >= aim else ' MISSED'}"))


def measure() -> list[Row]:
    """All figures."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), [])
        _in_memory(bench, "integer", 200, 30)
        _in_memory(bench, "uuid", 150, 20)
        _to_files(bench)
        _fifty_million(bench)
        return bench.rows


def _in_memory(bench: Bench, ids: Ids, of_faker: float, of_mimesis: float) -> None:
    ours = bench.figure(f"in memory, {ids}", lambda: _alone("cartload", ids, CUSTOMERS))
    faker = bench.figure(f"Faker, {ids}", lambda: _alone("faker", ids, PEER_SECONDS), _at_least(10_000))
    mimesis = bench.figure(f"Mimesis, {ids}", lambda: _alone("mimesis", ids, PEER_SECONDS))
    _sane(bench, "Faker", faker, 10_000)
    bench.ratio("of Faker", ours.rate, faker.rate, of_faker)
    bench.ratio("of Mimesis", ours.rate, mimesis.rate, of_mimesis)


def _to_files(bench: Bench) -> None:
    rust = bench.figure("tpchgen-cli, Parquet", lambda: files.tpch(bench.folder, "parquet"))
    _sane(bench, "tpchgen-cli", rust, 700_000)
    aims: dict[Ids, float] = {"integer": 1.5, "uuid": 1.0}
    for ids, aim in aims.items():
        ours = bench.figure(f"Parquet, {ids}", _written(bench, "parquet", ids))
        bench.ratio("of tpchgen-cli", ours.rate, rust.rate, aim)
    rust = bench.figure("tpchgen-cli, CSV", lambda: files.tpch(bench.folder, "csv"))
    ours = bench.figure("CSV, integer", _written(bench, "csv", "integer"))
    bench.ratio("of tpchgen-cli", ours.rate, rust.rate, 0.7)
    bench.figure("JSON Lines, integer", _written(bench, "jsonl", "integer"), _at_least(500_000))


def _written(
    bench: Bench, file_format: Format, ids: Ids, customers: int = CUSTOMERS, workers: int = 1
) -> Callable[[], Figures]:
    return lambda: files.ours(bench.folder, file_format, ids, customers, workers=workers)


def _fifty_million(bench: Bench) -> None:
    """Two workers by the clock: here other processes on the machine do count, and a worker's start too."""
    small = _of_size(bench, SMALL, 1)
    large = _of_size(bench, LARGE, 1)
    both = _of_size(bench, LARGE, 2)
    bench.ratio("rate at 50 M rows of that at 1 M", large.rate, small.rate, 0.95)
    bench.rows.append(Row("  memory at 50 M rows of that at 1 M", f"{large.peak / small.peak:.2f}", "flat"))
    bench.ratio("two workers of one, by the clock", large.wall, both.wall, 1.7)


def _of_size(bench: Bench, customers: int, workers: int) -> Figures:
    title = f"Parquet, integer, {customers:,} customers, {workers} workers"
    once = _written(bench, "parquet", "integer", customers, workers)
    return bench.figure(title, once, f"<= {_MOST_MIB} MiB")


def _alone(name: str, ids: Ids, amount: int) -> Figures:
    taken = run([sys.executable, "-m", "bench.engine.alone", name, ids, str(amount)], {0})
    return Figures(**{**json.loads(taken.output), "peak": taken.peak})


def _sane(bench: Bench, name: str, found: Figures, least: int) -> None:
    if found.rate < least:
        bench.rows.append(Row(f"  {name}", "WRONG", f"a baseline below {least:,} rows/s tells nothing"))


def _at_least(rows: int) -> str:
    return f">= {rows:,} rows/s"


def _said(found: Figures) -> str:
    parts = [f"{found.rate:>10,.0f} rows/s", f"{found.cells / found.cpu / _MILLION:6.1f} M cells/s"]
    if found.size:
        parts.append(f"{found.size / found.cpu / _MILLION:6.0f} MB/s")
    parts += [f"{found.rows / _MILLION:.1f} M rows", f"peak {found.peak} MiB"]
    parts.append(f"{found.cpu:.1f} s CPU, {found.wall:.1f} s")
    return ", ".join(parts)

"""Datasets written to files by the commands that users run, ours and tpchgen-cli's."""

import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import pyarrow.parquet as pq

from bench.engine.measured import Figures, Taken, run
from cartload.schema import Ids, table
from cartload.storage import manifest
from cartload.storage.manifest import Format

_TPCH_ROWS = 8_000_000
_BLOCK = 1 << 24


def ours(folder: Path, file_format: Format, ids: Ids, customers: int, *, workers: int = 1) -> Figures:
    """``cartload generate`` on as many cores as workers."""
    out = folder / "cartload"
    command = [str(_script("cartload")), "generate", "--customers", str(customers), "--set", f"ids={ids}"]
    command += ["--format", file_format, "--out", str(out), "--workers", str(workers), "--quiet"]
    with _emptied(out):
        taken = run(command, set(range(workers)))
        tables = manifest.read(out).tables
        rows = sum(totals.rows for totals in tables.values())
        cells = sum(totals.rows * len(table(name).columns) for name, totals in tables.items())
        return _figures(rows, cells, _plain_bytes(out, file_format), taken)


def tpch(folder: Path, file_format: Format) -> Figures:
    """``tpchgen-cli`` at scale factor 1 on one core."""
    out = folder / "tpch"
    codec = ["-c", "ZSTD(1)"] if file_format == "parquet" else []
    command = [str(_script("tpchgen-cli")), file_format, "-s", "1", "-n", "1", *codec, "-o", str(out)]
    with _emptied(out):
        taken = run(command, {0})
        rows, cells = _tpch_counts(out, file_format)
        assert rows > _TPCH_ROWS
        return _figures(rows, cells, _plain_bytes(out, file_format), taken)


def _figures(rows: int, cells: int, size: int, taken: Taken) -> Figures:
    return Figures(rows, cells, size, taken.cpu, taken.wall, taken.peak)


def _script(name: str) -> Path:
    return Path(sys.executable).with_name(name)


@contextmanager
def _emptied(out: Path) -> Iterator[None]:
    shutil.rmtree(out, ignore_errors=True)
    try:
        yield
    finally:
        shutil.rmtree(out, ignore_errors=True)


def _plain_bytes(out: Path, file_format: Format) -> int:
    """Bytes of text files; for Parquet those of the same rows in Arrow's form."""
    files = _files(out, file_format)
    if file_format != "parquet":
        return sum(file.stat().st_size for file in files)
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:
        return apart.submit(_arrow_bytes, files).result()


def _arrow_bytes(files: list[Path]) -> int:
    """In a process of its own: what is measured begins with the peak of the one that starts it."""
    return sum(batch.nbytes for file in files for batch in pq.ParquetFile(file).iter_batches())


def _files(out: Path, file_format: Format) -> list[Path]:
    return sorted(out.rglob(f"*.{file_format}"))


def _tpch_counts(out: Path, file_format: Format) -> tuple[int, int]:
    rows = cells = 0
    for file in _files(out, file_format):
        count, columns = _parquet_counts(file) if file_format == "parquet" else _line_counts(file)
        rows, cells = rows + count, cells + count * columns
    return rows, cells


def _parquet_counts(file: Path) -> tuple[int, int]:
    metadata = pq.read_metadata(file)
    return metadata.num_rows, metadata.num_columns


def _line_counts(file: Path) -> tuple[int, int]:
    """Lines after the header, and columns."""
    with file.open("rb") as lines:
        columns = lines.readline().count(b",") + 1
        return sum(block.count(b"\n") for block in iter(lambda: lines.read(_BLOCK), b"")), columns

"""A folder as the command writes it: the engine's rows, whole or without a manifest."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cartload.cli import main
from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine
from cartload.schema import TABLE_NAMES, arrow_schema
from cartload.schema.rowhash import RowHash, hash_batch
from cartload.spec import parse, resolve
from cartload.storage import manifest


def generate(folder: Path, *more: str) -> manifest.Manifest:
    assert main(["generate", "--customers", "1200", "--out", str(folder), "--quiet", *more]) == 0
    return manifest.read(folder)


def made(customers: int) -> dict[str, RowHash]:
    """What the engine makes, in chunks of another size."""
    spec = resolve(parse({"customers": customers}))
    engine = Engine(spec)
    sums = dict.fromkeys(TABLE_NAMES, RowHash())
    for chunk in plan(spec, Segment(0, customers), catalogue=True, blocks_per_chunk=1):
        for table, batch in engine.generate(chunk).items():
            sums[table] += hash_batch(batch, table)
    return sums


def test_the_manifest_tells_the_engines_rows(tmp_path: Path) -> None:
    found = generate(tmp_path / "shop")
    assert {name: (totals.rows, totals.hash) for name, totals in found.tables.items()} == {
        name: (total.rows, total.hex) for name, total in made(1200).items()
    }


def test_parts_are_what_the_manifest_says(tmp_path: Path) -> None:
    found = generate(tmp_path)
    sums = dict.fromkeys(TABLE_NAMES, RowHash())
    for part in found.parts:
        content = (tmp_path / part.path).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (part.bytes, part.sha256)
        rows = pq.read_table(pa.BufferReader(content))
        assert rows.schema == arrow_schema(part.table, "uuid")
        assert rows.num_rows == part.rows
        for batch in rows.to_batches():
            sums[part.table] += hash_batch(batch, part.table)
    assert {name: total.hex for name, total in sums.items()} == {
        name: totals.hash for name, totals in found.tables.items()
    }
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {part.path for part in found.parts} | {manifest.NAME}


def test_a_folder_with_output_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = generate(tmp_path)
    assert main(["generate", "--out", str(tmp_path)]) == 1
    assert "holds a whole dataset already" in capsys.readouterr().err
    assert manifest.read(tmp_path) == before


def test_a_folder_without_manifest_is_not_whole(tmp_path: Path) -> None:
    with pytest.raises(manifest.ManifestError, match="no whole dataset"):
        manifest.read(tmp_path)


def test_a_broken_manifest_says_where(tmp_path: Path) -> None:
    generate(tmp_path)
    path = tmp_path / manifest.NAME
    path.write_text(path.read_text().replace('"vintage": ', '"vintage": "x'))
    with pytest.raises(manifest.ManifestError, match="cannot be used"):
        manifest.read(tmp_path)

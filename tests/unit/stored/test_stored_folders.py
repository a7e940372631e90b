"""Folders are read back as what was written, and what is wrong with one is said."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cartload.encoders.files import Format
from cartload.readers import Stored, StoredError, open_stored
from cartload.schema import arrow_schema
from cartload.schema.rowhash import RowHash, hash_batch
from cartload.spec import Spec, parse, resolve
from support.engine_invariants import dataset
from support.stored_places import one_batch, write_folder

FORMATS: tuple[Format, ...] = ("parquet", "csv", "jsonl")
NASTY = ["", '"', "a,b", "line\nbreak", "tab\there", "back\\slash", "\\N", "plain", "zß水🍌", "NULL"]


@pytest.fixture(scope="module")
def made() -> tuple[Spec, dict[str, pa.Table]]:
    spec, tables = dataset(customers=40)
    addresses = tables["addresses"]
    place = addresses.schema.get_field_index("title")
    titles = (NASTY * addresses.num_rows)[: addresses.num_rows]
    field = addresses.schema.field(place)
    return spec, tables | {"addresses": addresses.set_column(place, field, pa.array(titles))}


@pytest.fixture(params=FORMATS)
def folder(request: pytest.FixtureRequest, tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]]) -> Path:
    return write_folder(tmp_path / "shop", *made, request.param)


def hashes(stored: Stored) -> dict[str, RowHash]:
    return {
        name: sum((hash_batch(batch, name) for batch in stored.batches(name, 17)), RowHash())
        for name in stored.tables
    }


def test_every_row_comes_back(folder: Path, made: tuple[Spec, dict[str, pa.Table]]) -> None:
    spec, tables = made
    with open_stored(folder) as stored:
        assert stored.spec == spec
        assert hashes(stored) == {name: hash_batch(one_batch(rows), name) for name, rows in tables.items()}
        assert {b.schema for b in stored.batches("products")} == {arrow_schema("products", "uuid")}


def test_duckdb_sees_the_same_rows(folder: Path) -> None:
    query = """SELECT count(*), sum(total), min(placed_at)::VARCHAR, count(paid_at), max(o.currency)
        FROM order_details o"""
    with open_stored(folder) as stored:
        found = stored.connection.execute(query).fetchone()
        titles = stored.connection.execute("SELECT DISTINCT title FROM addresses").fetchall()
    assert found is not None
    assert (found[0], found[4]) == (100, "USD")
    assert found[2].endswith("+00")
    assert {title for (title,) in titles} == set(NASTY)


def test_long_queries_print_nothing(folder: Path) -> None:
    with open_stored(folder) as stored:
        shown = stored.connection.execute("SELECT current_setting('enable_progress_bar')").fetchone()
    assert shown == (False,)


def test_without_a_manifest_the_files_speak(folder: Path, made: tuple[Spec, dict[str, pa.Table]]) -> None:
    (folder / "manifest.json").unlink()
    with open_stored(folder) as stored:
        assert (stored.spec, stored.segments, stored.ids) == (None, None, "uuid")
        assert sum(batch.num_rows for batch in stored.batches("users")) == 40
    with open_stored(folder, spec=made[0]) as stored:
        assert stored.spec == made[0]


@pytest.mark.parametrize("file_format", FORMATS)
def test_ids_are_seen(tmp_path: Path, file_format: Format) -> None:
    spec, tables = dataset(customers=3, ids="integer")
    folder = write_folder(tmp_path / "shop", spec, tables, file_format, told=False)
    with open_stored(folder) as stored:
        assert stored.ids == "integer"
        assert stored.connection.execute("SELECT min(id) FROM users").fetchall() == [(1,)]
    with pytest.raises(StoredError, match="has integer ids, the spec says uuid"):
        opened(folder, resolve(parse({"customers": 3})))


def test_partitions_are_found(tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]]) -> None:
    folder = write_folder(tmp_path / "shop", *made, "parquet", told=False)
    whole = folder / "order_details" / "part-0.parquet"
    rows = pq.read_table(whole)
    for month, part in (("2024-01", rows.slice(0, 30)), ("2024-02", rows.slice(30))):
        path = folder / "order_details" / f"placed_month={month}" / "part-0.parquet"
        path.parent.mkdir()
        pq.write_table(part, path)
    whole.unlink()
    with open_stored(folder) as stored:
        assert sum(batch.num_rows for batch in stored.batches("order_details")) == 100
        assert [column[0] for column in stored.connection.sql("DESCRIBE order_details").fetchall()] == list(
            arrow_schema("order_details", "uuid").names
        )


def test_a_missing_table_is_named(tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]]) -> None:
    spec, tables = made
    some = {name: rows for name, rows in tables.items() if name != "wishlist"}
    with open_stored(write_folder(tmp_path / "shop", spec, some, "csv")) as stored:
        assert "wishlist" not in stored.tables
        with pytest.raises(StoredError, match="has no table wishlist"):
            next(stored.batches("wishlist"))


def opened(folder: Path, spec: Spec | None = None) -> None:
    with open_stored(folder, spec=spec):
        pass


def change_manifest(folder: Path, **fields: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def break_parquet(folder: Path) -> None:
    (folder / "users" / "part-0.parquet").write_bytes(b"PAR1 no more")


def drop_column(folder: Path) -> None:
    path = folder / "users" / "part-0.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["email"]), path)


def other_type(folder: Path) -> None:
    path = folder / "users" / "part-0.parquet"
    rows = pq.read_table(path)
    place = rows.schema.get_field_index("birth_date")
    days = ["unknown"] * rows.num_rows
    pq.write_table(rows.set_column(place, "birth_date", pa.array(days)), path)


WRONG: dict[str, Callable[[Path], object]] = {
    "has no column email": drop_column,
    "no readable Parquet file": break_parquet,
    r"birth_date as string, which is not date32\[day\]: .*'unknown'": other_type,
    "users/part-0.parquet is missing": lambda folder: (folder / "users" / "part-0.parquet").unlink(),
    "part-7.parquet is not in the manifest": lambda folder: (folder / "users" / "part-7.parquet").write_bytes(
        b""
    ),
    "vintage 9999": lambda folder: change_manifest(folder, vintage=9999),
    "is a dump of SQL": lambda folder: change_manifest(folder, format="sql"),
    "cannot be used": lambda folder: change_manifest(folder, spec={"customers": "many"}),
}


@pytest.mark.parametrize("words", WRONG)
def test_what_is_wrong_is_said(tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]], words: str) -> None:
    folder = write_folder(tmp_path / "shop", *made, "parquet")
    WRONG[words](folder)
    with pytest.raises(StoredError, match=words):
        opened(folder)


WRONG_TEXT: dict[str, tuple[Format, bytes]] = {
    "has no column first_name, last_name": ("csv", b"id,user_name\n"),
    "is empty": ("csv", b""),
    "no JSON Lines file": ("jsonl", b"id,user_name\n"),
    "no readable csv file": ("csv", b"\xff\xfe"),
}


def test_a_value_that_does_not_fit_is_said(tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]]) -> None:
    for file_format in ("csv", "jsonl"):
        folder = write_folder(tmp_path / file_format, *made, file_format)
        path = folder / "products_skus" / f"part-0.{file_format}"
        path.write_bytes(path.read_bytes().replace(b"2024-", b"20 24-").replace(b"2021-", b"20 21-"))
        with pytest.raises(StoredError, match="products_skus cannot be read"):
            opened(folder)


@pytest.mark.parametrize("words", list(WRONG_TEXT))
def test_wrong_text_is_said(tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]], words: str) -> None:
    file_format, content = WRONG_TEXT[words]
    folder = write_folder(tmp_path / "shop", *made, file_format)
    (folder / "users" / f"part-0.{file_format}").write_bytes(content)
    with pytest.raises(StoredError, match=words):
        opened(folder)


def test_no_folder_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(StoredError, match="is no folder"):
        opened(tmp_path / "nowhere")
    with pytest.raises(StoredError, match="holds no dataset"):
        opened(tmp_path)
    (tmp_path / "users").mkdir()
    for name in ("part-0.csv", "part-0.jsonl"):
        (tmp_path / "users" / name).write_bytes(b"")
    with pytest.raises(StoredError, match="mixes csv and jsonl"):
        opened(tmp_path)


def test_nothing_is_left_behind(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with open_stored(folder):
        assert list(scratch.iterdir())
    assert not list(scratch.iterdir())

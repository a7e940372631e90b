"""Folders that are hard to read: names like patterns, other ends of lines, files that are no table."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cartload.checker import check
from cartload.encoders.files import Format
from cartload.readers import Stored, StoredError, open_stored
from cartload.schema.rowhash import RowHash, hash_batch
from cartload.spec import Spec
from support.engine_invariants import dataset
from support.stored_places import one_batch, write_folder

FORMATS: tuple[Format, ...] = ("parquet", "csv", "jsonl")


@pytest.fixture(scope="module")
def made() -> tuple[Spec, dict[str, pa.Table]]:
    return dataset(customers=12)


@pytest.fixture(scope="module")
def another() -> tuple[Spec, dict[str, pa.Table]]:
    return dataset(customers=7, seed=2)


def hash_of(stored: Stored, table: str) -> RowHash:
    return sum((hash_batch(batch, table) for batch in stored.batches(table)), RowHash())


def refusal(folder: Path) -> str:
    with pytest.raises(StoredError) as caught, open_stored(folder):
        pass
    return str(caught.value)


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("shop[1]", "shop1"),
        ("sh*p", "shop"),
        ("shop?", "shops"),
        ("s[!a]", "sb"),
        ("a'b", "ab"),
        ("{a,b}", "a"),
    ],
)
def test_a_folder_is_read_and_not_others_that_its_name_would_match(
    tmp_path: Path,
    made: tuple[Spec, dict[str, pa.Table]],
    another: tuple[Spec, dict[str, pa.Table]],
    name: str,
    other: str,
    file_format: Format,
) -> None:
    _, tables = made
    write_folder(tmp_path / other, *another, file_format)
    with open_stored(write_folder(tmp_path / name, *made, file_format)) as stored:
        assert hash_of(stored, "users") == hash_batch(one_batch(tables["users"]), "users")


def csv_folder(folder: Path, made: tuple[Spec, dict[str, pa.Table]]) -> Path:
    return write_folder(folder, *made, "csv", told=False)


def test_lines_of_csv_may_end_as_on_windows(tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]]) -> None:
    folder = csv_folder(tmp_path / "shop", made)
    for path in folder.rglob("*.csv"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    with open_stored(folder) as stored:
        found = {table: hash_of(stored, table) for table in stored.tables}
    assert found == {name: hash_batch(one_batch(rows), name) for name, rows in made[1].items()}


@pytest.mark.parametrize("turned", ["header", "rows"])
def test_lines_that_end_in_two_ways_are_no_table_without_rows(
    tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]], turned: str
) -> None:
    folder = csv_folder(tmp_path / "shop", made)
    path = folder / "wishlist" / "part-0.csv"
    header, rows = path.read_bytes().split(b"\n", 1)
    if turned == "header":
        path.write_bytes(header + b"\r\n" + rows)
    else:
        path.write_bytes(header + b"\n" + rows.replace(b"\n", b"\r\n"))
    assert "wishlist cannot be read" in refusal(folder)


def test_parts_of_both_ends_of_lines_are_one_table(
    tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]]
) -> None:
    folder = csv_folder(tmp_path / "shop", made)
    path = folder / "users" / "part-0.csv"
    header, *lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([header, *lines[:5]]) + b"\n")
    path.with_name("part-1.csv").write_bytes(b"\r\n".join([header, *lines[5:]]) + b"\r\n")
    with open_stored(folder) as stored:
        assert hash_of(stored, "users") == hash_batch(one_batch(made[1]["users"]), "users")


@pytest.mark.parametrize("line", ["5", "null", '"id"', "[1]", "true"])
def test_a_first_line_of_json_that_is_no_object_is_refused(
    tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]], line: str
) -> None:
    folder = write_folder(tmp_path / "shop", *made, "jsonl", told=False)
    (folder / "users" / "part-0.jsonl").write_text(f"{line}\n", encoding="utf-8")
    assert refusal(folder).endswith("users/part-0.jsonl is no JSON Lines file: its first line is no object")


@pytest.mark.parametrize("place", ["header", "first row"])
def test_a_quote_that_is_never_closed_is_refused_in_one_line(
    tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]], place: str
) -> None:
    folder = csv_folder(tmp_path / "shop", made)
    path = folder / "categories" / "part-0.csv"
    text = path.read_text(encoding="utf-8")
    at = 0 if place == "header" else text.index("\n") + 1
    path.write_text(f'{text[:at]}"{"x" * 200_000}{text[at:]}', encoding="utf-8")
    told = refusal(folder)
    assert told.startswith(f"{path} is no readable csv file: ")
    assert "\n" not in told


def test_a_blank_header_line_lacks_every_column(
    tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]]
) -> None:
    folder = csv_folder(tmp_path / "shop", made)
    path = folder / "wishlist" / "part-0.csv"
    path.write_bytes(b"\n")
    assert refusal(folder).startswith(f"{path} has no column id, user_id, product_id, ")


def test_a_manifest_of_no_files_is_no_dataset(tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]]) -> None:
    folder = write_folder(tmp_path / "shop", *made, "parquet")
    path = folder / "manifest.json"
    path.write_text(
        json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"parts": []}), encoding="utf-8"
    )
    assert refusal(folder) == f"{folder} holds no dataset: its manifest.json names no file of a table"


def test_what_lies_beside_the_tables_is_left_alone(
    tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]]
) -> None:
    spec, tables = made
    folder = write_folder(tmp_path / "shop", spec, tables, "csv")
    (folder / "notes.csv").write_text("no table", encoding="utf-8")
    (folder / "others").mkdir()
    (folder / "others" / "part-0.csv").write_text("no table", encoding="utf-8")
    (folder / "users" / "README.txt").write_text("no part", encoding="utf-8")
    with open_stored(folder) as stored:
        assert stored.tables == tuple(tables)


@pytest.mark.parametrize("file_format", FORMATS)
def test_an_empty_table_is_a_table(
    tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]], file_format: Format
) -> None:
    spec, tables = made
    emptied = tables | {"wishlist": tables["wishlist"].slice(0, 0)}
    with open_stored(write_folder(tmp_path / "shop", spec, emptied, file_format, told=False)) as stored:
        assert hash_of(stored, "wishlist") == RowHash()
        assert hash_of(stored, "users").rows == 12


def test_a_first_table_without_rows_leaves_the_kind_of_ids_to_the_spec(tmp_path: Path) -> None:
    spec, tables = dataset(customers=12, ids="integer")
    emptied = tables | {"categories": tables["categories"].slice(0, 0)}
    folder = write_folder(tmp_path / "shop", spec, emptied, "csv")
    with open_stored(folder) as stored:
        assert stored.ids == "integer"
        assert hash_of(stored, "users").rows == 12


def test_parquet_whose_rows_are_damaged_is_named_when_they_are_read(
    tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]]
) -> None:
    folder = write_folder(tmp_path / "shop", *made, "parquet", told=False)
    path = folder / "users" / "part-0.parquet"
    content = bytearray(path.read_bytes())
    footer = int.from_bytes(content[-8:-4], "little") + 8
    content[4:-footer] = b"\xff" * (len(content) - footer - 4)
    path.write_bytes(content)
    with (
        open_stored(folder) as stored,
        pytest.raises(StoredError, match=f"^{folder}: users cannot be read: "),
    ):
        hash_of(stored, "users")
    with pytest.raises(StoredError, match=f"^{folder} cannot be checked: "):
        check(folder)


def test_a_mandatory_column_may_be_null_when_it_is_read(
    tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]]
) -> None:
    """The checker reports it; a reader that refused it could not."""
    folder = write_folder(tmp_path / "shop", *made, "parquet", told=False)
    path = folder / "users" / "part-0.parquet"
    rows = pq.read_table(path)
    place = rows.schema.get_field_index("email")
    pq.write_table(rows.set_column(place, "email", pa.nulls(rows.num_rows, pa.string())), path)
    with open_stored(folder) as stored:
        (batch,) = stored.batches("users")
    assert batch.column("email").null_count == 12
    assert batch.schema.field("email").nullable


def test_a_spec_given_goes_before_the_manifests(
    tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]]
) -> None:
    spec, tables = made
    folder = write_folder(tmp_path / "shop", spec, tables, "csv")
    other = spec.model_copy(update={"currency": "EUR"})
    with open_stored(folder, spec=other) as stored:
        assert stored.spec == other
        assert stored.segments is not None
    broken = {rule.name for rule in check(folder, spec=other).broken}
    assert broken == {"order.currency"}


@pytest.mark.parametrize("url", ["mysql://[::1/shop", "mysql://root@a..b/shop", "MYSQL://root@h:x/shop"])
def test_a_url_that_is_none_is_refused_as_such(url: str) -> None:
    with pytest.raises(StoredError, match="not a URL like mysql://user@host/database"), open_stored(url):
        pass


def test_a_manifest_that_is_no_json_is_named(tmp_path: Path, made: tuple[Spec, dict[str, pa.Table]]) -> None:
    folder = write_folder(tmp_path / "shop", *made, "csv")
    path = folder / "manifest.json"
    path.write_text("{", encoding="utf-8")
    assert refusal(folder).startswith(f"{path} cannot be used: the file: Invalid JSON")
    path.write_text(json.dumps({"engine": "0"}), encoding="utf-8")
    assert refusal(folder) == f"{path} cannot be used: vintage: Field required"
    path.unlink()
    path.mkdir()
    assert refusal(folder) == f"{path} cannot be read: Is a directory"

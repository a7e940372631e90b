"""Small parts: names, row formats, arrays of lines, faults, the OpenAPI document."""

import io
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pymysql
import pytest
from pydantic_settings import BaseSettings

from cartload import schema
from cartload.encoders import files
from cartload.engine.generate import preview
from cartload.spec import parse, resolve
from cartload_kit.kafka.errors import TryAgain
from cartload_kit.settings import load
from cartload_writer import app
from cartload_writer.adapters.blob import BlobUnavailable
from cartload_writer.api.raw import as_array
from cartload_writer.api.row_formats import encoder, part_as_json_lines
from cartload_writer.domain import names
from cartload_writer.errors import translate_errors
from cartload_writer.settings import ApiSettings, ConsumerSettings, MigrateSettings, TasksSettings

ROWS = preview(resolve(parse({"customers": 50})), 25)


def test_database_names_are_minted_and_only_those_are_quoted() -> None:
    minted = {names.mint_database() for _ in range(100)}
    assert len(minted) == 100
    assert all(len(name) == 30 and name.isalnum() and name == name.lower() for name in minted)
    assert names.quoted_database(minted.pop())
    for other in ("shop", "mysql", "shop`; DROP DATABASE mysql; --", "shop_" + "a" * 25, "SHOP" + "a" * 26):
        with pytest.raises(ValueError, match="not the name"):
            names.quoted_database(other)


def test_passwords_satisfy_common_rules() -> None:
    password = names.new_password()
    kinds = (str.isupper, str.islower, str.isdigit, lambda character: not character.isalnum())
    assert all(any(map(kind, password)) for kind in kinds)
    assert len(password) > 40
    assert password != names.new_password()


@pytest.mark.parametrize(
    ("text", "number"),
    [("part-0.parquet", 0), ("12", 12), ("part-7.csv", 7), ("part-7", 7), ("part--1.csv", None), ("", None),
     ("part-1.exe", None), ("../part-1.csv", None), ("part-1.csv\n", None), ("9" * 17, None)],
)  # fmt: skip
def test_part_numbers(text: str, number: int | None) -> None:
    assert names.part_number(text) == number


def test_a_blob_name_is_its_coordinates() -> None:
    key = uuid4()
    assert names.blob_name(key, "users", 4, "parquet") == f"datasets/{key}/users/part-4.parquet"


@pytest.mark.parametrize("table", schema.TABLE_NAMES)
def test_encoders_write_one_file_of_many_batches(table: str) -> None:
    rows = ROWS[table]
    halves = [rows.slice(0, rows.num_rows // 2), rows.slice(rows.num_rows // 2)]
    for file_format in ("csv", "jsonl"):
        made = encoder(file_format, rows.schema)
        whole = b"".join([made.begin(), *(made.rows(half) for half in halves), made.end()])
        assert whole == bytes(files.encode(rows, file_format))
    made = encoder("parquet", rows.schema)
    whole = b"".join([made.begin(), *(made.rows(half) for half in halves), made.end()])
    assert pq.read_table(io.BytesIO(whole)).combine_chunks() == pa.Table.from_batches([rows])
    with pytest.raises(ValueError, match="xml"):
        encoder("xml", rows.schema)


@pytest.mark.parametrize("table", schema.TABLE_NAMES)
def test_parts_of_every_format_give_the_same_lines(table: str) -> None:
    lines = {
        name: part_as_json_lines(bytes(files.encode(ROWS[table], name)), name, table, "uuid")
        for name in ("parquet", "csv", "jsonl")
    }
    assert lines["parquet"] == lines["csv"] == lines["jsonl"]
    assert len(lines["jsonl"].splitlines()) == ROWS[table].num_rows


async def pieces(*texts: bytes) -> AsyncGenerator[bytes]:
    for text in texts:
        yield text


@pytest.mark.parametrize("texts", [(), (b"",), (b"1\n",), (b"1\n2\n", b"", b"3\n"), (b"1\n", b"2\n")])
async def test_lines_become_one_array(texts: tuple[bytes, ...]) -> None:
    found = b"".join([piece async for piece in as_array(pieces(*texts))])
    assert json.loads(found) == [json.loads(line) for line in b"".join(texts).splitlines()]


@pytest.mark.parametrize(
    "error",
    [pymysql.OperationalError(2006, "gone"), pymysql.OperationalError(2013, "lost"),
     pymysql.OperationalError(1213, "deadlock"), pymysql.OperationalError(1205, "lock wait"),
     pymysql.InterfaceError(0, ""), pymysql.InternalError(1290, "read only"), ConnectionResetError(),
     BlobUnavailable("away")],
)  # fmt: skip
def test_what_is_away_is_tried_again(error: Exception) -> None:
    with pytest.raises(TryAgain), translate_errors():
        raise error


@pytest.mark.parametrize(
    "error",
    [pymysql.ProgrammingError(1064, "syntax"), pymysql.DataError(1406, "too long"), RuntimeError("x")],
)
def test_what_is_wrong_is_not(error: Exception) -> None:
    with pytest.raises(type(error)), translate_errors():
        raise error


def test_every_operation_is_described() -> None:
    document = app.build().openapi()
    operations = [(path, one) for path, methods in document["paths"].items() for one in methods.values()]
    assert len(operations) == 12
    assert len({one["operationId"] for _, one in operations}) == len(operations)
    for path, one in operations:
        assert one["summary"]
        assert one["security"]
        # A list of all of a user's own has nothing that could not be found.
        expected = {"401", "default"} | ({"404"} if "{" in path else set())
        assert expected <= set(one["responses"])


def test_the_document_is_printed_without_settings() -> None:
    command = [sys.executable, "-m", "cartload_writer", "openapi"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CARTLOAD_")}
    done = subprocess.run(command, capture_output=True, env=environment, check=True, timeout=60)
    assert json.loads(done.stdout)["info"]["title"] == "Cartload writer"


@pytest.mark.parametrize("role", [ConsumerSettings, TasksSettings, ApiSettings, MigrateSettings])
def test_missing_settings_are_named(
    role: type[BaseSettings], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("CARTLOAD_")]:
        monkeypatch.delenv(name)
    with pytest.raises(SystemExit):
        load(role)
    said = capsys.readouterr().err
    assert "CARTLOAD_WRITER_DATABASE_URL is not set" in said

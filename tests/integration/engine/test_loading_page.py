"""What docs/loading.md shows runs: the programs and commands for tools that are here."""

import csv
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pymysql
import pytest

from cartload.encoders import mysql
from cartload.readers import open_stored
from cartload.schema import TABLE_NAMES, table
from cartload_dev.paths import checkout
from support.engine import mysql_client
from support.pages import snippets

PAGE = checkout() / "docs" / "loading.md"
STATUSES = ("cancelled", "delivered", "returned")


def run(command: list[str], folder: Path, **more: str) -> str:
    """What a command prints, with the programs of this checkout found first."""
    path = os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    environ = {**os.environ, "PATH": path, **more}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the page's first command was run, for fewer customers."""
    (command,) = snippets(PAGE, "Loading a dataset", "sh")
    place = tmp_path_factory.mktemp("page")
    shell(command, place)
    return place


@pytest.fixture(scope="module", params=["uuid", "integer"])
def text_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the commands of the section on CSV were run."""
    (commands,) = snippets(PAGE, "CSV", "sh")
    place = tmp_path_factory.mktemp(request.param)
    generate, schema = commands.strip().splitlines()
    shell(f"{generate} --set ids={request.param}", place)
    run(["bash", "-euo", "pipefail", "-c", schema.replace(" >", f" --ids {request.param} >")], place)
    return place


def shell(command: str, folder: Path) -> str:
    alone = "" if "--out -" in command else " --workers 1"
    fewer = command.replace("--customers 1000", f"--customers 200{alone}")
    assert fewer != command
    return run(["bash", "-euo", "pipefail", "-c", fewer], folder)


@pytest.mark.parametrize("tool", ["DuckDB", "polars", "pandas"])
def test_programs_read_the_folder(folder: Path, tmp_path: Path, tool: str) -> None:
    program = snippets(PAGE, tool, "python")[0]
    (tmp_path / "shop").symlink_to(folder / "shop")
    printed = run([sys.executable, "-c", program], tmp_path)
    assert all(status in printed for status in STATUSES), printed


def test_polars_reads_months_as_a_column(tmp_path: Path) -> None:
    _, program = snippets(PAGE, "polars", "python")
    shell("cartload generate --customers 1000 --partition month --out shop", tmp_path)
    assert "2024-01" in run([sys.executable, "-c", program], tmp_path)


def test_pandas_reads_csv_as_it_reads_parquet(text_folder: Path, tmp_path: Path) -> None:
    (program,) = snippets(PAGE, "CSV into pandas", "python")
    with open_stored(text_folder / "shop") as stored:
        for name in TABLE_NAMES:
            rows = pa.Table.from_batches(stored.batches(name))
            (tmp_path / name).mkdir()
            pq.write_table(rows, tmp_path / name / "part-0.parquet")
    save = f"for name in COLUMNS: read(name).to_parquet(f'{tmp_path}/{{name}}/part-0.parquet')"
    wanted = run(["cartload", "hash", str(tmp_path)], text_folder)
    printed = run([sys.executable, "-c", f"{program}\n{save}"], text_folder)
    assert any(line.startswith("0") for line in printed.splitlines()), "card numbers keep their zeros"
    assert run(["cartload", "hash", str(tmp_path)], text_folder) == wanted


def test_na_is_a_text_in_pandas(text_folder: Path, tmp_path: Path) -> None:
    (program,) = snippets(PAGE, "CSV into pandas", "python")
    (tmp_path / "schema.json").symlink_to(text_folder / "schema.json")
    (tmp_path / "shop").mkdir()
    shutil.copytree(text_folder / "shop" / "payment_details", tmp_path / "shop" / "payment_details")
    shutil.copytree(text_folder / "shop" / "addresses", tmp_path / "shop" / "addresses")
    part = tmp_path / "shop" / "addresses" / "part-0.csv"
    with part.open(encoding="utf-8", newline="") as file:
        header, first, *rest = csv.reader(file)
    first[header.index("city")], first[header.index("line_2")] = "NA", ""
    with part.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, first, *rest])
    show = "print('found', *read('addresses').iloc[0][['city', 'line_2']])"
    assert run([sys.executable, "-c", f"{program}\n{show}"], tmp_path).splitlines()[-1] == "found NA nan"


def test_mysql_loads_csv(text_folder: Path, database: str, tmp_path: Path) -> None:
    (program,) = snippets(PAGE, "CSV into MySQL and MariaDB", "python")
    (commands,) = snippets(PAGE, "CSV into MySQL and MariaDB", "sh")
    client(tmp_path / "mysql", database)
    for name in ("shop", "schema.json"):
        (tmp_path / name).symlink_to(text_folder / name)
    (tmp_path / "load.py").write_text(program, encoding="utf-8")
    commands = commands.replace("python ", f"{sys.executable} ")
    if json.loads((text_folder / "schema.json").read_text(encoding="utf-8"))["ids"] == "integer":
        commands = commands.replace("cartload schema", "cartload schema --ids integer")
    assert run(["bash", "-euo", "pipefail", "-c", commands], tmp_path) == ""  # No warning either.
    assert run(["cartload", "hash", database], tmp_path) == run(["cartload", "hash", "shop"], tmp_path)


def test_sqlite_loads_csv(text_folder: Path, tmp_path: Path) -> None:
    (program,) = snippets(PAGE, "CSV into SQLite", "python")
    for name in ("shop", "schema.json"):
        (tmp_path / name).symlink_to(text_folder / name)
    printed = run([sys.executable, "-c", program], tmp_path)
    assert all(status in printed for status in STATUSES), printed
    with (
        open_stored(text_folder / "shop") as stored,
        closing(sqlite3.connect(tmp_path / "shop.sqlite")) as shop,
    ):
        for name in TABLE_NAMES:
            columns = table(name).columns
            sums = ", ".join(
                f"count({one.name}), "
                + (f"sum({one.name}::INT)" if one.type == "boolean" else f"max({one.name})")
                for one in columns
                if one.type not in ("timestamp", "decimal", "date")
            )
            wanted = stored.rows(f"SELECT count(*), {sums} FROM {name}")
            assert (
                shop.execute(f"SELECT count(*), {sums.replace('::INT', '')} FROM {name}").fetchall() == wanted
            )


def test_excel_gets_a_mark_that_readers_skip(tmp_path: Path) -> None:
    (command,) = snippets(PAGE, "CSV into Excel", "sh")
    shell(command, tmp_path)
    parts = list((tmp_path / "shop").glob("*/*.csv"))
    assert len(parts) == len(TABLE_NAMES)
    assert {part.read_bytes()[:3] for part in parts} == {b"\xef\xbb\xbf"}
    tables = json.loads((tmp_path / "shop" / "manifest.json").read_text(encoding="utf-8"))["tables"]
    found = json.loads(run(["cartload", "hash", "shop", "--json"], tmp_path))
    assert found == tables


@pytest.mark.parametrize(("ids", "key"), [("uuid", "uuid"), ("integer", "bigint")])
def test_postgres_gets_a_table_and_all_files_of_it(tmp_path: Path, ids: str, key: str) -> None:
    (program,) = snippets(PAGE, "PostgreSQL", "python")
    (tmp_path / "postgres.py").write_text(program, encoding="utf-8")
    (commands,) = snippets(PAGE, "PostgreSQL", "sh")
    generate, load = commands.strip().splitlines()
    shell(f"{generate} --set ids={ids}", tmp_path)
    program_only = load.rpartition("|")[0].replace("python ", f"{sys.executable} ")
    program_only = program_only.replace("--format json", f"--format json --ids {ids}")
    lines = run(["bash", "-euo", "pipefail", "-c", program_only], tmp_path).splitlines()
    assert [line.split()[2] for line in lines if line.startswith("CREATE TABLE")] == list(TABLE_NAMES)
    assert (
        f"CREATE TABLE addresses (id {key} NOT NULL, user_id {key} NOT NULL REFERENCES users, "
        in "\n".join(lines)
    )
    files = [Path(line.split("'")[1]) for line in lines if line.startswith("\\copy")]
    parts = json.loads((tmp_path / "shop" / "manifest.json").read_text(encoding="utf-8"))["parts"]
    assert sorted(map(str, files)) == sorted(f"shop/{part['path']}" for part in parts)
    assert all((tmp_path / file).exists() for file in files)


@pytest.fixture
def database(mysql_url: str) -> Iterator[str]:
    """The URL of an empty database, dropped in the end."""
    name = f"page{secrets.token_hex(6)}"
    with mysql.connect(mysql_url) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield mysql_url + name
    with mysql.connect(mysql_url) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")


def users_in(url: str) -> int:
    with mysql.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM users")
        (row,) = cursor.fetchall()
        cursor.execute("SET foreign_key_checks = 1")
        with pytest.raises(pymysql.IntegrityError, match="foreign key constraint fails"):
            cursor.execute("DELETE FROM users")
    return int(row[0])


def test_a_database_is_filled_by_one_command(tmp_path: Path, database: str) -> None:
    into, _ = snippets(PAGE, "MySQL and MariaDB", "sh")
    shell(into.replace("mysql://user:password@127.0.0.1/shop", database), tmp_path)
    assert users_in(database) == 200


def test_any_client_loads_a_dump(tmp_path: Path, database: str) -> None:
    _, dump = snippets(PAGE, "MySQL and MariaDB", "sh")
    client(tmp_path / "mysql", database)
    shell(dump, tmp_path)
    assert users_in(database) == 200


def client(program: Path, url: str) -> None:
    """Makes `mysql shop` be MariaDB's client, signed in, with that database."""
    command, name = " ".join(mysql_client(url)), url.rpartition("/")[2]
    options = 'case "$1" in --*) option=$1 ;; esac'
    program.write_text(f"#!/bin/sh\n{options}\nexec {command} $option {name}\n", encoding="utf-8")
    program.chmod(0o700)

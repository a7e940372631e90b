"""What docs/loading.md shows runs: the programs and commands for tools that are here."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from cartload.encoders import mysql
from cartload.schema import TABLE_NAMES
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


def shell(command: str, folder: Path) -> str:
    alone = "" if "--out -" in command else " --workers 1"
    fewer = command.replace("--customers 1000", f"--customers 200{alone}")
    assert fewer != command
    return run(["bash", "-euo", "pipefail", "-c", fewer], folder)


@pytest.mark.parametrize("tool", ["DuckDB", "polars", "pandas"])
def test_programs_read_the_folder(folder: Path, tmp_path: Path, tool: str) -> None:
    (program,) = snippets(PAGE, tool, "python")
    (tmp_path / "shop").symlink_to(folder / "shop")
    printed = run([sys.executable, "-c", program], tmp_path)
    assert all(status in printed for status in STATUSES), printed


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
    command = " ".join([*mysql_client(url), url.rpartition("/")[2]])
    program.write_text(f"#!/bin/sh\nexec {command}\n", encoding="utf-8")
    program.chmod(0o700)

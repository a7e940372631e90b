"""``cartload generate`` into a real server: by files, by INSERT and by a dump, always the same rows."""

import asyncio
import json
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pymysql
import pytest

from cartload import VINTAGE
from cartload.cli import main
from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine
from cartload.schema import TABLE_NAMES
from cartload.schema.rowhash import RowHash, hash_batch
from cartload.spec import parse, resolve
from support.engine import mysql_client
from support.sql_server import server_of_its_own
from support.sql_statements import execute
from support.stores import mysql_hashes

CUSTOMERS = 2300


@pytest.fixture
async def frugal_server(tmp_path: Path) -> AsyncIterator[str]:
    """The administrator's URL of a server of its own, which takes no files from clients."""
    async with server_of_its_own(tmp_path, "--local-infile=0") as url:
        yield url


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


def made(customers: int = CUSTOMERS) -> dict[str, RowHash]:
    spec = resolve(parse({"customers": customers}))
    engine = Engine(spec)
    sums = dict.fromkeys(TABLE_NAMES, RowHash())
    for chunk in plan(spec, Segment(0, customers), catalogue=True):
        for table, batch in engine.generate(chunk).items():
            sums[table] += hash_batch(batch, table)
    return sums


def keys(url: str) -> set[tuple[str, str]]:
    query = (
        "SELECT TABLE_NAME, CONSTRAINT_NAME FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_SCHEMA = "
        "DATABASE() UNION SELECT TABLE_NAME, INDEX_NAME FROM information_schema.STATISTICS "
        "WHERE TABLE_SCHEMA = DATABASE()"
    )
    return set(execute(url, query))


def wanted(*more: str) -> list[str]:
    return ["generate", "--customers", str(CUSTOMERS), *more]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_database_is_filled_and_described(mysql_url: str, database: str, workers: str) -> None:
    assert main(wanted("--into", database, "--quiet", "--workers", workers)) == 0
    assert mysql_hashes(mysql_url, name_of(database), "uuid") == made()
    ((spec, vintage, segments),) = execute(database, "SELECT spec, vintage, segments FROM _cartload")
    assert json.loads(spec)["customers"] == CUSTOMERS
    assert vintage == VINTAGE
    assert json.loads(segments) == [{"first_block": 0, "customers": CUSTOMERS}]


def test_a_dump_loads_into_the_same(
    mysql_url: str, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(wanted("--into", database, "--quiet")) == 0
    direct = keys(database), execute(database, "SELECT * FROM _cartload")
    client = mysql_client(mysql_url)
    execute(mysql_url, f"DROP DATABASE `{name_of(database)}`", f"CREATE DATABASE `{name_of(database)}`")
    assert main(wanted("--out", str(tmp_path / "dump"), "--format", "sql", "--quiet")) == 0
    files = [tmp_path / "dump/schema.sql", *tmp_path.glob("dump/*/part-*.sql"), tmp_path / "dump/keys.sql"]
    load(client, name_of(database), b"".join(path.read_bytes() for path in files))
    assert mysql_hashes(mysql_url, name_of(database), "uuid") == made()
    assert (keys(database), execute(database, "SELECT * FROM _cartload")) == direct


def test_a_dump_from_standard_output_loads(mysql_url: str, database: str) -> None:
    command = [sys.executable, "-m", "cartload", *wanted("--out", "-", "--format", "sql", "--quiet")]
    dump = subprocess.run(command, capture_output=True, check=True).stdout
    execute(mysql_url, f"CREATE DATABASE `{name_of(database)}`")
    load(mysql_client(mysql_url), name_of(database), dump)
    assert mysql_hashes(mysql_url, name_of(database), "uuid") == made()
    assert ("order_item", "fk_order_item_order_id") in keys(database)


def load(client: list[str], name: str, dump: bytes) -> None:
    subprocess.run([*client, name], input=dump, check=True, capture_output=True)


async def test_without_files_rows_go_by_insert(frugal_server: str) -> None:
    url = frugal_server + "shop"
    command = [sys.executable, "-m", "cartload", *wanted("--into", url, "--workers", "1")]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("local_infile off")) == (0, 1), done.stderr
    assert mysql_hashes(frugal_server, "shop", "uuid") == made()


def test_a_stream_folds_to_a_database(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(wanted("--into", database, "--quiet")) == 0
    stream = ["stream", "--customers", str(CUSTOMERS), "--to", "-", "--topics", "ecommerce-cdc.*", "--quiet"]
    rows = tmp_path / "rows.jsonl"
    with rows.open("wb") as out:
        subprocess.run([sys.executable, "-m", "cartload", *stream], stdout=out, check=True)
    assert main(["fold", str(rows), "--against", database]) == 0
    assert capsys.readouterr().out.count("equal ") == len(TABLE_NAMES)
    execute(database, "UPDATE users SET last_name = 'Nobody' ORDER BY id LIMIT 2", "COMMIT")
    assert main(["fold", str(rows), "--against", database, "--tables", "users,wishlist"]) == 1
    told = capsys.readouterr().out
    assert f"differs  users: {CUSTOMERS:,} rows, {CUSTOMERS:,} expected; 2 keys differ: " in told
    assert "equal    wishlist: " in told


def test_a_database_with_a_dataset_is_left_alone(
    mysql_url: str, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    execute(mysql_url, f"CREATE DATABASE `{name_of(database)}`")
    execute(database, "CREATE TABLE wishlist (id INT)", "CREATE TABLE others (id INT)")
    assert main(wanted("--into", database)) == 1
    assert "has wishlist already" in capsys.readouterr().err
    assert execute(database, "SHOW TABLES") == (("others",), ("wishlist",))


def test_what_the_server_refuses_is_told_without_the_password(
    mysql_url: str, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    scheme, _, place = mysql_url.rpartition("@")
    wrong = f"{scheme.rpartition(':')[0]}:secret-word@{place}shop"
    assert main(wanted("--into", wrong)) == 1
    told = capsys.readouterr().err
    assert "Access denied" in told
    assert "secret-word" not in told


def test_a_broken_load_is_not_called_whole(
    mysql_url: str, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    user = f"little{secrets.token_hex(4)}"
    name = name_of(database)
    execute(
        mysql_url,
        f"CREATE DATABASE `{name}`",
        f"CREATE USER {user}@'%' IDENTIFIED BY 'pw'",
        f"GRANT CREATE, INSERT, SELECT, DROP ON `{name}`.* TO {user}@'%'",
    )
    host = mysql_url.rpartition("@")[2]
    try:
        assert main(wanted("--into", f"mysql://{user}:pw@{host}{name}")) == 1
    finally:
        execute(mysql_url, f"DROP USER {user}@'%'")
    told = capsys.readouterr().err
    assert "ALTER command denied" in told
    assert "a part of the rows only" in told
    with pytest.raises(pymysql.ProgrammingError, match="_cartload"):
        execute(database, "SELECT * FROM _cartload")


def test_ctrl_c_while_keys_are_added_ends_that_on_the_server_too(mysql_url: str, database: str) -> None:
    command = [sys.executable, "-m", "cartload", "generate", "--customers", "15000", "--into", database]
    told = []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            told.append(line)
            if line == "adding indexes and foreign keys\n":
                process.send_signal(signal.SIGINT)
    assert process.returncode == 130
    part = f"{mysql_url.rpartition('@')[2].rstrip('/')}/{name_of(database)} holds a part of the rows only"
    assert part in told[-2]
    assert told[-1] == "cartload: ended by SIGINT\n"
    sessions = f"SELECT INFO FROM information_schema.PROCESSLIST WHERE DB = '{name_of(database)}'"
    assert not execute(mysql_url, sessions)

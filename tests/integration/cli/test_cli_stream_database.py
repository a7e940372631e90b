"""``cartload stream`` into a real database: whole, in transactions, and on where it was stopped."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cartload.cli import main
from cartload.schema import TABLE_NAMES, ddl
from cartload.storage import stream_position
from cartload_dev.paths import checkout
from support.pages import run_commands, snippets
from support.sql_statements import execute

SET = ("--set", "catalogue.products=40", "--set", "clickstream.sessions_per_customer=1")
MADE = ("--customers", "60", *SET, "--quiet")
LIVE = ("--speed", "3600", "--live-from", "2025-06-01T00:00:00Z")
MIDDLE = "2025-06-01T00:00:00Z"
# Orders of which another transaction made the items, or is still to make some.
TORN = """SELECT COUNT(*) FROM order_details o
    LEFT JOIN (SELECT order_id, COUNT(*) items, SUM(line_total) total FROM order_item GROUP BY order_id) i
        ON i.order_id = o.id
    WHERE i.items IS NULL OR i.total <> o.subtotal"""


def play(url: str, *more: str, made: tuple[str, ...] = MADE) -> int:
    return main(["stream", *made, "--to", url, *more])


def require_equal(url: str, capsys: pytest.CaptureFixture[str], *more: str) -> None:
    """Compare the database with a stream that is printed, and check what it says of itself."""
    command = (sys.executable, "-m", "cartload", "stream", *MADE, "--to", "-", "--topics", "*cdc*", *more)
    printed = subprocess.run(command, capture_output=True, check=True)
    folding = (sys.executable, "-m", "cartload", "fold", "-", "--against", url)
    folded = subprocess.run(folding, input=printed.stdout, capture_output=True, check=False)
    assert folded.returncode == 0, folded.stdout.decode() + folded.stderr.decode()
    assert folded.stdout.decode().count("equal ") == len(TABLE_NAMES)
    capsys.readouterr()
    assert main(["check", url]) == 0, capsys.readouterr().out


def test_a_database_becomes_the_dataset(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert play(database) == 0
    require_equal(database, capsys)
    before = execute(database, "CHECKSUM TABLE users, order_details, payment_details")
    assert play(database) == 0, "all of it is there: nothing is left to do"
    assert execute(database, "CHECKSUM TABLE users, order_details, payment_details") == before


def test_a_shop_goes_on_from_an_earlier_moment(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert play(database, "--until", MIDDLE) == 0
    require_equal(database, capsys, "--until", MIDDLE)
    assert play(database) == 0
    require_equal(database, capsys)
    assert play(database, "--until", MIDDLE) == 1
    assert "has come further than this stream goes" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_what_was_stopped_goes_on_behind_its_last_event(
    database: str, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    command = (sys.executable, "-m", "cartload", "stream", *MADE, "--to", database, *LIVE)
    torn = 0
    with subprocess.Popen(command, stderr=subprocess.PIPE) as played:
        deadline = time.monotonic() + 120
        while not (there := orders_of(database)):
            assert time.monotonic() < deadline
        while orders_of(database) < there + 2:
            torn += execute(database, TORN)[0][0]
            assert time.monotonic() < deadline
        played.send_signal(number)
        played.communicate(timeout=30)
    assert torn == 0, "an order comes with its items"
    orders = orders_of(database)
    assert not execute(database, "SHOW TABLES LIKE '\\_cartload'"), "it is not whole"
    assert play(database) == 0
    assert orders_of(database) > orders
    require_equal(database, capsys)


def orders_of(url: str) -> int:
    """How many orders there are, 0 also where there are no tables yet."""
    name = url.rpartition("/")[2]
    server = url.removesuffix(f"/{name}") + "/"
    here = f"TABLE_SCHEMA = '{name}' AND TABLE_NAME = 'order_details'"
    if not execute(server, f"SELECT 1 FROM information_schema.TABLES WHERE {here}"):
        return 0
    return int(execute(url, "SELECT COUNT(*) FROM order_details")[0][0])


def test_a_start_that_was_interrupted_is_taken_up(
    mysql_url: str, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    execute(mysql_url, f"CREATE DATABASE `{database.rpartition('/')[2]}`")
    execute(database, stream_position.CREATE)
    execute(database, ddl.create_table("categories", "uuid", final=True))
    assert play(database) == 0
    require_equal(database, capsys)


def test_what_else_a_database_holds_is_left_alone(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert play(database, "--until", "2025-01-01T00:00:00Z") == 0
    assert play(database, "--seed", "5") == 1
    assert "holds another stream: choose another database" in capsys.readouterr().err
    assert play(database, made=("--customers", "61", *MADE[2:])) == 1
    assert "holds another stream: choose another database" in capsys.readouterr().err
    execute(database, "DROP TABLE _cartload_stream")
    assert play(database) == 1
    assert "has categories, " in capsys.readouterr().err
    assert main(["generate", *MADE, "--into", database]) == 1


def test_rows_that_somebody_else_has_changed_end_it(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(database, "--until", MIDDLE) == 0
    execute(database, "DELETE FROM order_details", "COMMIT")
    assert play(database) == 1
    # Whichever comes first: an order that changes, or a new row that belongs to an order.
    told = capsys.readouterr().err
    assert re.search("somebody else has changed order_details|foreign key constraint fails", told)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--topics", "*"), "--topics cannot be used with --to mysql://"),
        (("--from", MIDDLE), "--from cannot be used with --to mysql://"),
        (("--faults", "f.yaml"), "--faults cannot be used with --to mysql://"),
        (("--partitions", "2"), "--partitions is for --to kafka://"),
    ],
)
def test_options_without_a_meaning_are_refused(
    more: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play("mysql://root:x@127.0.0.1:1/shop", *more) == 2
    assert told in capsys.readouterr().err


def test_no_server_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert play("mysql://root:secret@127.0.0.1:1/shop") == 1
    told = capsys.readouterr().err
    assert told.startswith("cartload: mysql://root@127.0.0.1:1/shop: ")
    assert told.count("\n") == 1


def test_the_commands_of_the_page_run(database: str, tmp_path: Path) -> None:
    (commands,) = snippets(checkout() / "docs" / "streams.md", "Into a database", "sh")
    shorter = commands.replace("--customers 1000", "--customers 50")
    printed = run_commands(shorter.replace("mysql://root@localhost/shop", database), tmp_path)
    assert " broken" not in printed

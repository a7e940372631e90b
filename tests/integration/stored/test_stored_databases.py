"""A real database is read back as what was loaded, in one snapshot, and what is wrong with it is said."""

import json
from collections.abc import Iterator

import pyarrow as pa
import pytest

from cartload import VINTAGE
from cartload.encoders import mysql
from cartload.readers import Stored, StoredError, open_stored
from cartload.schema.rowhash import RowHash, hash_batch
from cartload.spec import Spec
from support.engine_invariants import dataset
from support.stored_places import in_database, one_batch

NASTY = ["", '"', "a,b", "line\nbreak", "tab\there", "back\\slash", "\\N", "plain", "zß水🍌", "NULL"]


@pytest.fixture(scope="module")
def made() -> tuple[Spec, dict[str, pa.Table]]:
    spec, tables = dataset(customers=40, ids="integer")
    addresses = tables["addresses"]
    place = addresses.schema.get_field_index("title")
    titles = (NASTY * addresses.num_rows)[: addresses.num_rows]
    return spec, tables | {
        "addresses": addresses.set_column(place, addresses.schema.field(place), pa.array(titles))
    }


@pytest.fixture
def url(mysql_url: str, made: tuple[Spec, dict[str, pa.Table]]) -> Iterator[str]:
    with in_database(mysql_url, *made) as url:
        yield url


def execute(url: str, *statements: str) -> None:
    with mysql.connect(url) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        connection.commit()


def about(spec: Spec, vintage: int) -> tuple[str, str]:
    made_from = spec.model_dump_json().replace("'", "''")
    return (
        "CREATE TABLE _cartload (id TINYINT PRIMARY KEY, spec JSON, vintage INT, segments JSON)",
        f"INSERT INTO _cartload VALUES (1, '{made_from}', {vintage}, "
        f"'{json.dumps([{'first_block': 0, 'customers': spec.customers}])}')",
    )


def hashes(stored: Stored) -> dict[str, RowHash]:
    return {
        name: sum((hash_batch(batch, name) for batch in stored.batches(name)), RowHash())
        for name in stored.tables
    }


def opened(url: str) -> None:
    with open_stored(url):
        pass


def test_every_row_comes_back(url: str, made: tuple[Spec, dict[str, pa.Table]]) -> None:
    with open_stored(url) as stored:
        assert (stored.spec, stored.ids) == (None, "integer")
        assert hashes(stored) == {name: hash_batch(one_batch(rows), name) for name, rows in made[1].items()}


def test_uuids_come_back(mysql_url: str) -> None:
    spec, tables = dataset(customers=2)
    with in_database(mysql_url, spec, tables) as url, open_stored(url) as stored:
        assert hashes(stored) == {name: hash_batch(one_batch(rows), name) for name, rows in tables.items()}


def test_a_column_more_is_a_remark(url: str, made: tuple[Spec, dict[str, pa.Table]]) -> None:
    execute(url, "ALTER TABLE users ADD COLUMN loaded_at DATETIME FIRST")
    with open_stored(url) as stored:
        assert stored.remarks == ("users: the column loaded_at is no part of the schema and left out",)
        assert hashes(stored)["users"] == hash_batch(one_batch(made[1]["users"]), "users")


def test_the_database_says_what_it_was_made_from(url: str, made: tuple[Spec, dict[str, pa.Table]]) -> None:
    execute(url, *about(made[0], VINTAGE))
    with open_stored(url) as stored:
        assert stored.spec == made[0]
        assert [segment.customers for segment in stored.segments or ()] == [40]
    execute(url, "UPDATE _cartload SET vintage = vintage + 1")
    with pytest.raises(StoredError, match=f"vintage {VINTAGE + 1} of the engine, this one is vintage"):
        opened(url)
    execute(url, f"UPDATE _cartload SET vintage = {VINTAGE}, spec = '{{}}', segments = '5'")
    with pytest.raises(StoredError, match="what _cartload says cannot be used"):
        opened(url)


def test_what_is_wrong_is_said_without_the_password(url: str) -> None:
    server, _, name = url.rpartition("/")
    password = url.split("@")[0].rpartition(":")[2]
    for target, words in (
        (f"{server}/nothing_here", "cannot be read: .*nothing_here"),
        (server, "names no database"),
        (f"{server}/information_schema", "none of the dataset's tables"),
        (url.replace(password, "wrong"), "Access denied"),
    ):
        with pytest.raises(StoredError, match=words) as raised:
            opened(target)
        assert password not in str(raised.value)
    execute(url, "ALTER TABLE users DROP COLUMN email, ADD COLUMN mail TEXT")
    with pytest.raises(StoredError, match=f"{name}: users has no column email"):
        opened(url)


def test_a_value_that_does_not_fit_is_said(url: str) -> None:
    execute(url, "ALTER TABLE products_skus MODIFY price VARCHAR(20)", "UPDATE products_skus SET price = 'x'")
    with pytest.raises(StoredError, match="products_skus has a value that its column cannot hold"):
        opened(url)

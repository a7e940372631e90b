"""What the tests of the engine on real servers share."""

import secrets
from collections.abc import Iterator

import pytest

from cartload.encoders import mysql


@pytest.fixture
def database(mysql_url: str) -> Iterator[str]:
    """The name of an empty database, dropped in the end."""
    name = f"engine{secrets.token_hex(6)}"
    with mysql.connect(mysql_url) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield name
    with mysql.connect(mysql_url) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")

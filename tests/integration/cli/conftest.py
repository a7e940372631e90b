"""A database of a test's own."""

import secrets
from collections.abc import Iterator

import pytest

from support.sql_statements import execute


@pytest.fixture
def database(mysql_url: str) -> Iterator[str]:
    """The URL of a database that is not there yet."""
    name = f"command-{secrets.token_hex(6)}"
    yield mysql_url.rstrip("/") + f"/{name}"
    execute(mysql_url, f"DROP DATABASE IF EXISTS `{name}`")

"""Statements by hand, on a connection of their own."""

from typing import Any

from cartload.encoders import mysql


def execute(url: str, *statements: str) -> Any:
    """What the last of some statements answers; a change needs a ``COMMIT`` behind it."""
    with mysql.connect(url) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall()

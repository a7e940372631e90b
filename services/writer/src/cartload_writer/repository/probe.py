"""The proof, at start, that manifest and load are one transaction: all that is exactly once rests on it."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pymysql

from cartload.encoders import mysql

_COUNT = (
    "SELECT (SELECT COUNT(*) FROM manifest WHERE dataset_id = %s) "
    "+ (SELECT COUNT(*) FROM probe WHERE id = %s)"
)


class NotOneTransaction(Exception):
    """The server committed a part of what was rolled back."""


def prove_one_transaction(connection: "pymysql.Connection[Any]") -> None:
    """Begin, insert into the manifest, load a row, roll back, count: on a bulk connection that autocommits.

    Raises:
        NotOneTransaction: something stayed, or the load was not even seen inside the transaction.
    """
    key = str(uuid4())
    # TiDB before 7.6 commits the open transaction before LOAD DATA: a crash after that would leave a manifest
    # row without rows, and the batch would count as stored.
    connection.begin()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO manifest VALUES (%s, 'probe', 0, 1, %s, 0, %s, '', 0, %s)",
            (key, "0" * 32, "0" * 64, datetime.now(UTC).replace(tzinfo=None)),
        )
    mysql.load(connection, "probe", pa.RecordBatch.from_pydict({"id": [key]}))
    inside = _count(connection, key)
    connection.rollback()
    outside = _count(connection, key)
    if (inside, outside) != (2, 0):
        raise NotOneTransaction(
            f"manifest and LOAD DATA must be one transaction: {inside} of 2 rows were there inside, "
            f"{outside} of 0 after the rollback; this server cannot be used"
        )


def _count(connection: "pymysql.Connection[Any]", key: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, (key, key))
        row = cursor.fetchone()
    return int(row[0]) if row else -1

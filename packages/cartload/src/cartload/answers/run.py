"""Asking the questions of a stored dataset."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import duckdb

from cartload.answers.document import Answer, Answers, Cell
from cartload.answers.questions import Question, questions
from cartload.readers import Stored, StoredError
from cartload.schema import TABLE_NAMES


def answers(stored: Stored) -> Answers:
    """The true answers about a stored dataset.

    Raises :class:`cartload.readers.StoredError` when a table is missing or cannot be read.
    """
    stored.require(TABLE_NAMES)
    try:
        return Answers(items=tuple(_answer(stored.connection, question) for question in questions()))
    except duckdb.Error as error:
        raise StoredError(f"{stored.place}: {error}") from error


def _answer(connection: duckdb.DuckDBPyConnection, asked: Question) -> Answer:
    result = connection.execute(asked.sql)
    columns = tuple(column[0] for column in result.description or ())
    return Answer(
        name=asked.name,
        question=asked.question,
        sql=asked.sql,
        mysql=asked.mysql,
        columns=columns,
        rows=exact(result.fetchall()),
    )


def exact(rows: Iterable[Iterable[Any]]) -> tuple[tuple[Cell, ...], ...]:
    """Rows as a database client gives them with every number as an integer; TypeError on any other value."""
    return tuple(tuple(_cell(value) for value in row) for row in rows)


def _cell(value: Any) -> Cell:
    match value:
        case None | str():
            return value
        # Booleans are integers in Python, and some clients give one where others give 1.
        case int():
            return int(value)
        case Decimal() if value == value.to_integral_value():
            return int(value)
    raise TypeError(f"{value!r} is neither text nor a whole number")

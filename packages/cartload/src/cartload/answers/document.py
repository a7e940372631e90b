"""``answers.json``."""

from pydantic import BaseModel, ConfigDict

type Cell = int | str | None


class Answer(BaseModel):
    """A question in words and in SQL, and its true answer: named columns, ordered rows.

    ``sql`` is for DuckDB, ``mysql`` for MySQL and MariaDB. Money is in minor units, ``_bp`` in basis points.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    question: str
    sql: str
    mysql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Answers(BaseModel):
    """All answers about one dataset."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    items: tuple[Answer, ...]

"""``answers.json``."""

import json
from typing import Any

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

    def text(self) -> str:
        """The file's text: JSON with each row on a line of its own."""
        # By hand, since json would put each cell on a line of its own, or everything on one.
        return '{"items": [\n' + ",\n".join(map(_lines, self.items)) + "\n]}\n"


def _lines(answer: Answer) -> str:
    head = [f" {_json(name)}: {_json(value)}," for name, value in answer if name != "rows"]
    rows = ",\n".join(f"  {_json(row)}" for row in answer.rows)
    return "\n".join(["{", *head, ' "rows": [', *([rows] if rows else []), " ]", "}"])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

"""The plausibility queries of tests/soak/plausibility.sql: what they are, and running them on a dataset.

On a folder: `PYTHONPATH=tests python -m support.plausibility FOLDER` prints every count.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cartload.readers import open_stored

PAGE = Path(__file__).resolve().parents[1] / "soak" / "plausibility.sql"
HEADING = re.compile(r"^-- (?P<name>.+): (?:none|at most (?P<most>\d+) per million (?P<table>\w+), .+)$")


@dataclass(frozen=True)
class PlausibilityQuery:
    """A query that counts something implausible, the number allowed, and statements that plant some of it."""

    name: str
    sql: str
    planted: str
    most: int
    table: str

    def allowed(self, connection: Any) -> int:
        """How many there may be in a dataset: rounded up, so that chance may strike once in a small one."""
        ((rows,),) = connection.execute(f"SELECT count(*) FROM {self.table}").fetchall()
        return -(-self.most * int(rows) // 1_000_000)

    def count(self, connection: Any) -> int:
        """How many there are."""
        ((found,),) = connection.execute(self.sql).fetchall()
        return int(found or 0)


def views() -> str:
    """The statements that come first."""
    return _blocks()[0].partition("\n")[2]


def queries() -> tuple[PlausibilityQuery, ...]:
    """All queries."""
    return tuple(_parse(block) for block in _blocks()[1:])


def _blocks() -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    return [block.strip() for block in re.split(r"\n\n(?=-- )", text)[1:]]


def _parse(block: str) -> PlausibilityQuery:
    heading, _, rest = block.partition("\n")
    found = HEADING.match(heading)
    if found is None:
        raise ValueError(f"not a plausibility query: {heading}")
    sql, _, planted = rest.partition("-- planted\n")
    return PlausibilityQuery(found["name"], sql, planted, int(found["most"] or 0), found["table"] or "users")


def counts(connection: Any) -> Iterator[tuple[PlausibilityQuery, int, int]]:
    """Each query with what it counts and what is allowed."""
    connection.execute(views())
    for query in queries():
        yield query, query.count(connection), query.allowed(connection)


def too_many(connection: Any) -> list[str]:
    """What there is more of than may be, in words."""
    return [f"{query.name}: {n}, allowed {most}" for query, n, most in counts(connection) if n > most]


def main(folder: str) -> None:
    """Print every count of a folder, with what is allowed."""
    with open_stored(folder) as stored:
        for query, found, most in counts(stored.connection):
            sys.stdout.write(f"{found:>9,} of at most {most:,}: {query.name}\n")


if __name__ == "__main__":
    main(sys.argv[1])

"""What a seal proves: counts and hashes against what was expected, and that no row lacks its parent."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from cartload import schema
from cartload.schema import ddl
from cartload_contracts.model import TableName, TableTotals
from cartload_writer.domain.states import NOTHING_STORED, Totals


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant: how many rows it was asked of, how many broke it."""

    name: str
    title: str
    rows_checked: int
    violations: int
    samples: list[dict[str, Any]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The check as the report keeps it."""
        return asdict(self)


def judge(
    expected: Mapping[TableName, TableTotals] | None,
    stored: Mapping[str, Totals],
    counts: Mapping[str, int] | None,
    orphans: Mapping[str, int],
) -> list[Check]:
    """Every check of a seal: the manifest against what was made, and what the database has against both.

    Without `expected` (a load that was cancelled) no totals are proven; without `counts`, where there is no
    database, nothing is said of one.
    """
    checks = list[Check]()
    if counts is not None:
        checks += [
            _counted(name, stored.get(name, NOTHING_STORED), counts[name]) for name in schema.TABLE_NAMES
        ]
    if expected is not None:
        checks += [
            _as_expected(name, wanted, stored.get(name, NOTHING_STORED)) for name, wanted in expected.items()
        ]
    if counts is not None:
        checks += [_joined(name, counts, found) for name, found in orphans.items()]
    return checks


def _counted(name: str, stored: Totals, count: int) -> Check:
    title = f"The rows of {name} in the database are those that were stored."
    sample = [] if stored.rows == count else [{"stored": stored.rows, "counted": count}]
    return Check(f"count_{name}", title, count, abs(stored.rows - count), sample)


def _as_expected(name: str, wanted: TableTotals, stored: Totals) -> Check:
    title = f"Number and hash of the rows of {name} equal those that were made."
    if (wanted.rows, wanted.row_hash) == (stored.rows, stored.row_hash):
        return Check(f"hash_{name}", title, stored.rows, 0)
    sample = {
        "expected_rows": wanted.rows,
        "stored_rows": stored.rows,
        "expected_hash": wanted.row_hash,
        "stored_hash": stored.row_hash,
    }
    return Check(f"hash_{name}", title, stored.rows, max(1, abs(wanted.rows - stored.rows)), [sample])


def _joined(name: str, counts: Mapping[str, int], orphans: int) -> Check:
    child, column, parent = _FOREIGN_KEYS[name]
    title = f"Every {child}.{column} is the id of a row of {parent}."
    return Check(name, title, counts[child], orphans)


_FOREIGN_KEYS = {
    ddl.foreign_key_name(child.name, column): (child.name, column, parent)
    for child in schema.TABLES
    for column, parent in child.foreign_keys
}

"""From an open dataset to its report."""

import duckdb

from cartload.checker.counting import Counter
from cartload.checker.habits import findings as habits
from cartload.checker.ranges import ROWS_AT_ONCE
from cartload.checker.report import INVARIANTS, InvariantReport, Report, RuleReport
from cartload.checker.rules import all_rules
from cartload.readers import Stored, StoredError
from cartload.schema import TABLE_NAMES


def examine(stored: Stored, *, at_once: int = ROWS_AT_ONCE) -> Report:
    """Ask every rule of a dataset. Raises StoredError when a table is missing or cannot be read."""
    stored.require(TABLE_NAMES)
    try:
        return _report(stored, at_once)
    except duckdb.Error as error:
        raise StoredError(f"{stored.place} cannot be checked: {str(error).splitlines()[0]}") from error


def _report(stored: Stored, at_once: int) -> Report:
    rules = all_rules(stored.ids, stored.spec, stored.segments)
    counter = Counter(stored, at_once)
    found = counter.reports(rules)
    by_invariant: dict[int, list[RuleReport]] = {number: [] for number in INVARIANTS}
    for rule in rules:
        by_invariant[rule.invariant].append(found[rule.name])
    by_invariant[habits.INVARIANT], figures = habits.habits(counter)
    rows = {name: _rows(stored, name) for name in TABLE_NAMES}
    invariants = [
        InvariantReport(number=number, name=name, rules=by_invariant[number])
        for number, name in INVARIANTS.items()
    ]
    return Report(
        place=stored.place,
        spec_known=stored.spec is not None,
        rows=rows,
        invariants=invariants,
        figures=figures,
    )


def _rows(stored: Stored, table: str) -> int:
    ((rows,),) = stored.rows(f"SELECT count(*) FROM {table}")
    return int(rows)

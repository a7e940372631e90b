"""Run every rule on a stored dataset and collect the report."""

import duckdb

from cartload.checker.distributions import reports as distributions
from cartload.checker.ranges import ROWS_AT_ONCE
from cartload.checker.report import Report
from cartload.checker.results import INVARIANTS, InvariantReport, RuleReport
from cartload.checker.rule_evaluator import RuleEvaluator
from cartload.checker.rules import all_rules
from cartload.readers import Stored, StoredError
from cartload.schema import TABLE_NAMES


def check_stored(stored: Stored, *, rows_at_once: int = ROWS_AT_ONCE) -> Report:
    """Check every rule on an open dataset. Raises StoredError when a table is missing or cannot be read."""
    stored.require(TABLE_NAMES)
    try:
        return _report(stored, rows_at_once)
    except duckdb.Error as error:
        raise StoredError(f"{stored.place} cannot be checked: {str(error).splitlines()[0]}") from error


def _report(stored: Stored, rows_at_once: int) -> Report:
    rules = all_rules(stored.ids, stored.spec, stored.segments)
    evaluator = RuleEvaluator(stored, rows_at_once)
    found = evaluator.evaluate(rules)
    by_invariant: dict[int, list[RuleReport]] = {number: [] for number in INVARIANTS}
    for rule in rules:
        by_invariant[rule.invariant].append(found[rule.name])
    by_invariant[distributions.INVARIANT], figures = distributions.reports(evaluator)
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
        remarks=list(stored.remarks),
    )


def _rows(stored: Stored, table: str) -> int:
    ((rows,),) = stored.rows(f"SELECT count(*) FROM {table}")
    return int(rows)

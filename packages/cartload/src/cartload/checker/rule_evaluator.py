"""Evaluate rules on a stored dataset.

All rules over one relation are counted in a single query, because joining the tables is what takes the time.
Example rows are only looked for where a rule is broken.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from cartload.checker.model import QueryRule, RowRule, Rule
from cartload.checker.ranges import EVERYTHING, ROWS_AT_ONCE, Owner, Range, ranges
from cartload.checker.relations import Relation
from cartload.checker.results import RuleReport
from cartload.readers import Stored
from cartload.spec.model import Spec

SAMPLES: Final = 5
_LEAST: Final = 30
"""A rule that should have this many rows to look at, and has none, is broken."""


@dataclass
class RuleEvaluator:
    """Evaluates rules on one stored dataset; about ``rows_at_once`` rows are joined at a time."""

    stored: Stored
    rows_at_once: int = ROWS_AT_ONCE
    _ranges: dict[Owner, list[Range]] = field(default_factory=dict)

    def evaluate(self, rules: Iterable[Rule]) -> dict[str, RuleReport]:
        """The report of each rule, by its name."""
        found: dict[str, RuleReport] = {}
        by_relation: dict[Relation, list[RowRule]] = {}
        for rule in rules:
            if isinstance(rule, QueryRule):
                found[rule.name] = self._evaluate_query(rule)
            else:
                by_relation.setdefault(rule.relation, []).append(rule)
        for together in by_relation.values():
            found |= self._evaluate_rows(together)
        return found

    def _evaluate_query(self, rule: QueryRule) -> RuleReport:
        checked, violations = self._numbers(rule.count_query)
        # The first count goes by hashes and takes two values that collide for one: before a violation is
        # reported, it is counted exactly, which is slow.
        if violations and rule.recount_query:
            (violations,) = self._numbers(rule.recount_query)
        samples = self._samples(rule.sample_query) if violations else []
        return rule_report(rule, self.stored.spec, checked, violations, samples)

    def _evaluate_rows(self, rules: list[RowRule]) -> dict[str, RuleReport]:
        """The rules of one relation, counted together, range by range."""
        counts = [0] * (2 * len(rules))
        for part in self.ranges_of(rules[0].relation):
            query = f"SELECT {', '.join(_counts(rules))} FROM {rules[0].relation.source(part)}"
            counts = [total + more for total, more in zip(counts, self._numbers(query), strict=True)]
        pairs = zip(rules, counts[::2], counts[1::2], strict=True)
        return {
            rule.name: rule_report(rule, self.stored.spec, checked, broken, self._examples(rule, broken))
            for rule, checked, broken in pairs
        }

    def ranges_of(self, relation: Relation) -> list[Range]:
        """The ranges in which a relation is gone through."""
        if relation.by is None:
            return [EVERYTHING]
        if relation.by not in self._ranges:
            self._ranges[relation.by] = ranges(self.stored, relation.by, self.rows_at_once)
        return self._ranges[relation.by]

    def _examples(self, rule: RowRule, broken: int) -> list[dict[str, Any]]:
        """The first rows that break a rule, in the order of the relation's key."""
        found: list[dict[str, Any]] = []
        shown = ", ".join((*rule.relation.key, *rule.shown))
        key = ", ".join(rule.relation.key)
        for part in self.ranges_of(rule.relation) if broken else ():
            query = f"""SELECT {shown} FROM {rule.relation.source(part)}
                WHERE ({rule.applies}) AND ({rule.broken}) ORDER BY {key} LIMIT {SAMPLES}"""
            found += self._samples(query)
            if len(found) >= SAMPLES:
                break
        return found[:SAMPLES]

    def _numbers(self, query: str) -> tuple[int, ...]:
        (row,) = self.stored.rows(query)
        return tuple(int(value or 0) for value in row)

    def _samples(self, query: str) -> list[dict[str, Any]]:
        rows = self.stored.connection.sql(query).to_arrow_table().to_pylist()
        return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _counts(rules: Iterable[RowRule]) -> Iterator[str]:
    """Rows checked and violations of each rule."""
    for rule in rules:
        yield "count(*)" if rule.applies == "true" else f"count(*) FILTER ({rule.applies})"
        # NULL counts as not broken: what is missing is reported by invariant 1, once.
        yield f"count(*) FILTER (({rule.applies}) AND ({rule.broken}))"


def rule_report(
    rule: Rule, spec: Spec | None, checked: int, violations: int, samples: list[dict[str, Any]]
) -> RuleReport:
    """The report of a rule: not ok, too, when it looked at nothing where the spec promises rows."""
    expected = rule.expected(spec) if spec is not None and checked == 0 else 0
    idle = expected >= _LEAST
    note = f"no row was checked, about {expected:,.0f} were expected" if idle else None
    return RuleReport(
        name=rule.name,
        title=rule.title,
        rows_checked=checked,
        violations=violations,
        samples=samples,
        note=note,
        ok=violations == 0 and not idle,
    )


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return value

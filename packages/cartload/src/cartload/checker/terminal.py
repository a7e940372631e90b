"""The report as text: what is broken first, then a line for each invariant."""

from collections.abc import Iterator
from typing import Final

from cartload.checker.results import CheckResults, InvariantReport, RuleReport

_MOST_RULES: Final = 20
_LONGEST: Final = 160


def text(report: CheckResults) -> str:
    """The report for a terminal, ended by a newline."""
    return (
        "\n".join([*_verdict(report), *_broken(report), *map(_invariant, report.invariants), *_notes(report)])
        + "\n"
    )


def _verdict(report: CheckResults) -> Iterator[str]:
    rows = sum(report.rows.values())
    if report.ok:
        yield f"{report.place}: all invariants hold, 100 % of {rows:,} rows."
    else:
        count = len(report.broken)
        yield f"{report.place}: {count} rule{'s' if count > 1 else ''} broken, in {rows:,} rows."
    yield ""


def _broken(report: CheckResults) -> Iterator[str]:
    for rule in report.broken[:_MOST_RULES]:
        yield f"BROKEN {rule.name}: {rule.violations:,} of {rule.rows_checked:,}. {rule.title}"
        yield from _details(rule)
    if len(report.broken) > _MOST_RULES:
        yield f"... and {len(report.broken) - _MOST_RULES} more"
    if report.broken:
        yield ""


def _details(rule: RuleReport) -> Iterator[str]:
    if rule.note:
        yield f"       {rule.note}"
    for sample in rule.samples:
        line = ", ".join(f"{name}={'NULL' if value is None else value}" for name, value in sample.items())
        yield f"       {line if len(line) <= _LONGEST else line[: _LONGEST - 3] + '...'}"


def _invariant(invariant: InvariantReport) -> str:
    state = "ok    " if invariant.ok else "BROKEN"
    broken = f", {invariant.violations:,} violations" if invariant.violations else ""
    count = len(invariant.rules)
    return (
        f"{invariant.number} {state} {invariant.name}: {count} rule{'' if count == 1 else 's'}, "
        f"{invariant.rows_checked:,} rows checked{broken}"
    )


def _notes(report: CheckResults) -> Iterator[str]:
    """What is unusual, what was fitted, and what could not be asked although nothing is broken."""
    notes = [f"  {remark}" for remark in report.remarks]
    notes += [
        f"  {rule.name}: {rule.note}"
        for invariant in report.invariants
        for rule in invariant.rules
        if rule.note and rule.ok
    ]
    if notes:
        yield from ("", "Remarks:", *notes)

"""The invariants of a dataset, proven by queries over what is stored, never by making it again.

The outcome is a report: each invariant with its rules, the rows they were asked of and the violations.
"""

from pathlib import Path

from cartload.checker.report import Report
from cartload.checker.results import Figure, InvariantReport, RuleReport
from cartload.checker.run import check_stored
from cartload.readers import StoredError, open_stored
from cartload.spec.model import Spec

__all__ = ["Figure", "InvariantReport", "Report", "RuleReport", "StoredError", "check", "check_stored"]


def check(target: str | Path, *, spec: Spec | None = None) -> Report:
    """Check every invariant of the dataset in a folder or at a ``mysql://`` URL.

    ``spec`` goes before what the place itself says it was made from; where neither does, what only the spec
    can say is left out and noted. Raises :class:`StoredError` when the place cannot be read.
    """
    with open_stored(target, spec=spec) as stored:
        return check_stored(stored)

"""The truths of a dataset, checked by queries over what is stored, never by making it again."""

from pathlib import Path

from cartload._spec_model import Spec
from cartload.checker.examination import examine
from cartload.checker.report import Figure, Report, RuleReport, TruthReport
from cartload.stored import StoredError, open_stored

__all__ = ["Figure", "Report", "RuleReport", "StoredError", "TruthReport", "check", "examine"]


def check(target: str | Path, *, spec: Spec | None = None) -> Report:
    """Check every truth of the dataset in a folder or at a ``mysql://`` URL.

    ``spec`` goes before what the place itself says it was made from; where neither does, what only the spec
    can say is left out and noted. Raises :class:`StoredError` when the place cannot be read.
    """
    with open_stored(target, spec=spec) as stored:
        return examine(stored)

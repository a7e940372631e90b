"""Running named tests on a copy of the sources, and what came of it."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from mutants.mutant import source_folders


@dataclass(frozen=True)
class Outcome:
    """How tests ended, and what the first that did not pass says.

    `broken`: they did not come so far as to show anything: a fixture or the launcher failed, say.
    """

    kind: Literal["passed", "failed", "broken"]
    text: str = ""


def run_tests(tree: Path, tests: Sequence[str], log: Path, seconds: float) -> Outcome:
    """Run tests of a tree, with its packages in place of the installed ones, up to the first failure."""
    report = log.with_suffix(".xml")
    report.unlink(missing_ok=True)
    options = ("-x", "-p", "no:cacheprovider", "-p", "no:randomly", f"--junitxml={report}")
    # The services' processes inherit it from the launcher: they run the copy, too.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(source_folders(tree))}
    command = (sys.executable, "-m", "pytest", *options, *tests)
    with log.open("w") as output:
        try:
            subprocess.run(
                command,
                cwd=tree,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Outcome("broken", f"not done after {seconds:.0f} s")
    return read_report(report)


def read_report(report: Path) -> Outcome:
    """What a JUnit report says."""
    if not report.exists():
        return Outcome("broken", "pytest made no report")
    cases = list(ElementTree.parse(report).iter("testcase"))
    for kind in ("error", "failure"):
        for found in (case.find(kind) for case in cases):
            if found is not None:
                text = f"{found.get('message', '')}\n{found.text or ''}"
                return Outcome("failed" if kind == "failure" else "broken", text)
    if not cases or any(case.find("skipped") is not None for case in cases):
        return Outcome("broken", "not every test ran")
    return Outcome("passed")


def verdict(outcome: Outcome, says: str) -> str:
    """What an outcome means for a mutant: only `found` is good."""
    if outcome.kind == "passed":
        return "SURVIVED"
    if outcome.kind == "failed" and re.search(says, outcome.text):
        return "found"
    return "NOT RUN" if outcome.kind == "broken" else "OTHER FAILURE"

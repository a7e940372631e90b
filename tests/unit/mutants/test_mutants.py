"""Every mutant applies to the sources as they are now, and an outcome is taken for what it is."""

import re
from pathlib import Path

import pytest

from cartload_dev.paths import checkout
from mutants.mutant import Edit, Mutant, StaleMutant
from mutants.outcome import run_tests, verdict
from mutants.variants import MUTANTS


def changed(mutant: Mutant, folder: Path) -> dict[str, str]:
    """The files of a mutant, one edit after the other, as they are in its tree."""
    for edit in mutant.edits:
        file = folder / edit.path
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text((checkout() / edit.path).read_text())
        file.write_text(edit.applied(folder))
    return {edit.path: (folder / edit.path).read_text() for edit in mutant.edits}


@pytest.mark.parametrize("name", MUTANTS)
def test_every_mutant_applies_and_compiles(name: str, tmp_path: Path) -> None:
    for path, text in changed(MUTANTS[name], tmp_path).items():
        assert text != (checkout() / path).read_text()
        compile(text, path, "exec")


@pytest.mark.parametrize("name", MUTANTS)
def test_the_proofs_of_every_mutant_are_there(name: str) -> None:
    assert MUTANTS[name].proofs
    for proof in MUTANTS[name].proofs:
        path, test = proof.test.split("::")
        assert re.search(rf"^(async )?def {test}\(", (checkout() / path).read_text(), re.MULTILINE), proof


@pytest.mark.parametrize("text", ["not there", "twice"])
def test_a_text_that_is_not_there_once_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "module.py").write_text("twice = 1\nalso = twice\n")
    with pytest.raises(StaleMutant, match=r"module\.py has this text [02] times"):
        Edit("module.py", text, "other").applied(tmp_path)


TESTS = """
import pytest

@pytest.fixture
def unready():
    raise AssertionError("rows are lost")

def test_pass():
    pass

def test_fail():
    raise AssertionError("rows are lost")

def test_fail_otherwise():
    assert False, "the launcher failed"

def test_fail_before(unready):
    pass

def test_skip():
    pytest.skip("rows are lost")
"""


@pytest.mark.parametrize(
    ("test", "result"),
    [
        ("test_pass", "SURVIVED"),
        ("test_fail", "found"),
        ("test_fail_otherwise", "OTHER FAILURE"),
        ("test_fail_before", "NOT RUN"),
        ("test_skip", "NOT RUN"),
        ("test_that_is_not_there", "NOT RUN"),
    ],
)
def test_only_a_failure_for_the_reason_expected_finds_a_mutant(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, test: str, result: str
) -> None:
    # Of a test run that has a second to live, loading all plugins takes most.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "test_some.py").write_text(TESTS)
    outcome = run_tests(tmp_path, [f"test_some.py::{test}"], tmp_path / "some.log", 60)
    assert verdict(outcome, "rows are lost") == result

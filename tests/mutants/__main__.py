"""`make mutants`: each broken variant of the services must make its proofs fail, the true one passes them."""

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from cartload_dev.paths import default_run_dir
from mutants.mutant import Mutant, Proof, copy_sources
from mutants.outcome import Outcome, run_tests, verdict
from mutants.variants import MUTANTS

FOLDER = default_run_dir().root / "mutants"
TREE = FOLDER / "tree"
"""Always the same folder: what Python compiles of it is kept, and only what differs is compiled anew."""

PROOF_SECONDS = 600.0
UNBROKEN = "(unbroken)"


def main() -> int:
    """Try the mutants, print a table, and return 1 when one was not found or the true system fails."""
    parser = argparse.ArgumentParser(prog="python -m mutants")
    parser.add_argument("mutant", nargs="*", help=f"of {', '.join(MUTANTS)}; all when none is named")
    given = parser.parse_args()
    if unknown := set(given.mutant) - set(MUTANTS):
        parser.error(f"there is no mutant {', '.join(sorted(unknown))}: {', '.join(MUTANTS)}")
    chosen = [MUTANTS[name] for name in given.mutant or MUTANTS]
    FOLDER.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    try:
        # The true system first: what fails there finds no mutant.
        results = [_found(mutant) for mutant in chosen] if _unbroken(chosen) else [False]
    finally:
        shutil.rmtree(TREE, ignore_errors=True)
    fine = all(results)
    result = "all are found" if fine else f"NOT all is as it should be: see {FOLDER}"
    print(f"{len(chosen)} mutants in {time.monotonic() - began:.0f} s: {result}.")
    return 0 if fine else 1


def _unbroken(chosen: Sequence[Mutant]) -> bool:
    tests = list(dict.fromkeys(proof.test for mutant in chosen for proof in mutant.proofs))
    copy_sources(TREE)
    began = time.monotonic()
    outcome = run_tests(TREE, tests, FOLDER / "unbroken.log", PROOF_SECONDS + 60.0 * len(tests))
    _print(UNBROKEN, f"all {len(tests)} proofs", outcome.kind, began)
    return _as_wanted(outcome, fine=outcome.kind == "passed")


def _found(mutant: Mutant) -> bool:
    """Whether each proof of a mutant fails because of it."""
    copy_sources(TREE, mutant.edits)
    results = []
    for number, proof in enumerate(mutant.proofs, 1):
        log = FOLDER / f"{mutant.name}-{number}.log"
        # In turn, and no further once one has found it.
        results.append(any(_finds(mutant, proof, log) for _ in range(proof.tries)))
    return all(results)


def _finds(mutant: Mutant, proof: Proof, log: Path) -> bool:
    began = time.monotonic()
    outcome = run_tests(TREE, [proof.test], log, PROOF_SECONDS)
    result = verdict(outcome, proof.says)
    _print(mutant.name, proof.test.rpartition("/")[2], result, began)
    return _as_wanted(outcome, fine=result == "found")


def _print(name: str, proof: str, result: str, began: float) -> None:
    width = max(map(len, (*MUTANTS, UNBROKEN)))
    print(f"{name:{width}}  {result:13}  {time.monotonic() - began:4.0f} s  {proof}", flush=True)


def _as_wanted(outcome: Outcome, *, fine: bool) -> bool:
    if not fine and outcome.text:
        print("".join(f"    {line}\n" for line in outcome.text.splitlines()[-30:]), end="", flush=True)
    return fine


if __name__ == "__main__":
    sys.exit(main())

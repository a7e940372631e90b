"""What a mutant is: a copy of the sources without one guarantee, and the tests that must notice."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from cartload_dev.paths import checkout

COPIED = ("packages", "gateway", "services", "dev", "tests", "pyproject.toml")
"""What the named tests and the processes that they start are made of."""

LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.egg-info")


class StaleMutant(Exception):
    """A mutant's text is not in the sources, or not once: they have changed, and the mutant must follow."""


@dataclass(frozen=True)
class Edit:
    """One change: a text that a file has exactly once, and what stands there instead."""

    path: str
    old: str
    new: str

    def applied(self, root: Path) -> str:
        """The changed file below a root. Raises StaleMutant where the text is not there once."""
        text = (root / self.path).read_text(encoding="utf-8")
        if (times := text.count(self.old)) != 1:
            raise StaleMutant(f"{self.path} has this text {times} times, not once:\n{self.old}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Proof:
    """A test that must fail, and what it says then."""

    test: str
    """Its id, as pytest takes it."""
    says: str
    """A regular expression for its failure: one for another reason proves nothing."""
    tries: int = 1
    """How often it is run until it fails: more than once where it meets the fault by chance."""


@dataclass(frozen=True)
class Mutant:
    """A broken variant of the services; each of its proofs must find it."""

    name: str
    edits: tuple[Edit, ...]
    proofs: tuple[Proof, ...]


def copy_sources(tree: Path, edits: tuple[Edit, ...] = ()) -> None:
    """Make `tree` a copy of the sources with these edits. Raises StaleMutant."""
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    for name in COPIED:
        source = checkout() / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=LEFT_OUT)
        else:
            shutil.copy2(source, tree / name)
    for edit in edits:
        (tree / edit.path).write_text(edit.applied(tree), encoding="utf-8")


def source_folders(tree: Path) -> list[str]:
    """The folders that Python has to find the packages of a tree in, before those that are installed."""
    found = (folder for pattern in ("*/src", "*/*/src") for folder in tree.glob(pattern))
    return sorted(str(folder) for folder in found)

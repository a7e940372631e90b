"""What the image of one service is made of, read from the workspace's own files. Needs nothing but Python.

locked.py wanted SERVICE            the packages that it asks for, one a line
locked.py lock NAMES                the part of requirements.lock for the packages in the file NAMES
locked.py sources SERVICE FOLDER    copy its modules, and those of the workspace that it needs, to FOLDER
"""

import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("packages/*", "gateway", "services/*")
NAME = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([^\]]*)\])?")


class Workspace:
    """The packages of this repository, by name."""

    def __init__(self, root: Path = ROOT) -> None:
        found = [path for place in PLACES for path in root.glob(f"{place}/pyproject.toml")]
        projects = [
            (path.parent, tomllib.loads(path.read_text(encoding="utf-8"))["project"]) for path in found
        ]
        self._projects = {project["name"]: (folder, project) for folder, project in projects}

    def needed(self, name: str) -> dict[str, list[str]]:
        """Return a package of ours and those of ours that it needs, each with all else that it asks for.

        Raises KeyError when there is no package of that name.
        """
        asked: dict[str, list[str]] = {}
        open_ = [(name, "")]
        while open_:
            ours, extra = open_.pop()
            wanted = asked.setdefault(ours, [])
            for requirement in self._requirements(ours, extra):
                other, extras = split(requirement)
                if other in self._projects:
                    open_ += [(other, each) for each in ("", *extras) if each or other not in asked]
                elif requirement not in wanted:
                    wanted.append(requirement)
        return asked

    def folder(self, name: str) -> Path:
        """Return where a package of ours lies."""
        return self._projects[name][0]

    def _requirements(self, name: str, extra: str) -> list[str]:
        project = self._projects[name][1]
        lists: dict[str, list[str]] = project.get("optional-dependencies", {})
        return lists[extra] if extra else project["dependencies"]


def split(requirement: str) -> tuple[str, list[str]]:
    """Return the normal name and the extras of a requirement: `A_b[c]>=1` is `a-b` and `c`."""
    match = NAME.match(requirement)
    if match is None:
        raise ValueError(f"not a requirement: {requirement!r}")
    extras = [extra.strip() for extra in (match[2] or "").split(",") if extra.strip()]
    return re.sub(r"[-_.]+", "-", match[1]).lower(), extras


def entries(lock: str) -> Iterator[tuple[str, str]]:
    """Yield name and whole text, hashes included, of every package in a lock file."""
    for entry in re.split(r"\n(?=[A-Za-z0-9])", lock):
        if entry and entry[0].isalnum():
            yield split(entry)[0], entry.rstrip("\n") + "\n"


def part(lock: str, names: set[str]) -> str:
    """Return the entries of a lock file for some packages; raises ValueError when it lacks one."""
    kept = {name: text for name, text in entries(lock) if name in names}
    if missing := names - kept.keys():
        raise ValueError(f"not in the lock file: {', '.join(sorted(missing))}")
    return "".join(kept[name] for name in sorted(kept))


def wanted(service: str) -> str:
    """Return the requirements of a service beyond the workspace, one a line."""
    asked = {line for lines in Workspace().needed(service).values() for line in lines}
    return "".join(f"{line}\n" for line in sorted(asked))


def copy_sources(service: str, target: Path) -> None:
    """Copy the modules of a service and of the packages of ours that it needs."""
    workspace = Workspace()
    for name in workspace.needed(service):
        shutil.copytree(
            workspace.folder(name) / "src",
            target,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"),
        )


def main(arguments: list[str]) -> None:
    """Run one command."""
    match arguments:
        case ["wanted", service]:
            sys.stdout.write(wanted(f"cartload-{service}"))
        case ["lock", path]:
            lines = Path(path).read_text(encoding="utf-8").splitlines()
            names = {split(line)[0] for line in lines if line[:1].isalnum()}
            sys.stdout.write(part((ROOT / "requirements.lock").read_text(encoding="utf-8"), names))
        case ["sources", service, folder]:
            copy_sources(f"cartload-{service}", Path(folder))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])

"""What pages of docs/ show, so that it can be run."""

import os
import re
import subprocess
import sys
from pathlib import Path


def snippets(page: Path, heading: str, language: str) -> list[str]:
    """The fenced blocks of a language below a heading of the page, up to the next heading."""
    text = page.read_text(encoding="utf-8")
    found = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#+ |\Z)", without_comments(text), re.S | re.M)
    if found is None:
        raise ValueError(f"{page} has no heading {heading}")
    return re.findall(rf"```{language}\n(.*?)```", found[1], re.S)


def without_comments(text: str) -> str:
    """The text with code's comment lines indented, so that none of them looks like a heading."""
    return re.sub(r"```.*?```", lambda block: block[0].replace("\n#", "\n #"), text, flags=re.S)


def run_commands(commands: str, folder: Path) -> str:
    """What lines of a shell print in a folder, with the programs of this checkout found first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout

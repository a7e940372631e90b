"""What pages of docs/ show, so that it can be run."""

import re
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

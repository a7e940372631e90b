"""Renders names from Faker into the committed vocabulary: ``python -m cartload.vocabulary.render``.

Faker is needed for this command alone; datasets are made from the committed file, the same on every machine.
"""

import importlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from cartload.vocabulary import fold

_SOURCES: Final = {
    "en_US": "en_US",
    "en_GB": "en_GB",
    "de_DE": "de_DE",
    "fr_FR": "fr_FR",
    "sv_SE": "sv_SE",
    "en_CA": "en_US",
    "en_AU": "en_GB",
    "en_IE": "en_IE",
}
"""Our locales, and the locale of Faker whose names they take."""

_FIRST_NAMES: Final = 120
_LAST_NAMES: Final = 300
_TARGET: Final = Path(__file__).parent / "people.json"


def render() -> dict[str, dict[str, list[str]]]:
    """First and last names by locale; no two of a list are equal once folded to ASCII."""
    return {locale: _locale(source) for locale, source in _SOURCES.items()}


def _locale(source: str) -> dict[str, list[str]]:
    provider: Any = importlib.import_module(f"faker.providers.person.{source}").Provider
    female = _distinct(provider.first_names_female, _FIRST_NAMES, set())
    male = _distinct(provider.first_names_male, _FIRST_NAMES, {fold(name) for name in female})
    return {"female": female, "male": male, "last": _distinct(provider.last_names, _LAST_NAMES, set())}


def _distinct(names: Iterable[str], wanted: int, taken: set[str]) -> list[str]:
    chosen: list[str] = []
    for name in names:
        folded = fold(name)
        if folded not in taken and 2 <= len(folded) <= 20:
            taken.add(folded)
            chosen.append(name)
    return chosen[:wanted]


def main() -> None:
    """Writes the file."""
    text = json.dumps(render(), ensure_ascii=False, indent=None, separators=(",", ":"))
    _TARGET.write_text(text.replace("},", "},\n") + "\n", encoding="utf-8")
    sys.stdout.write(f"{_TARGET}\n")


if __name__ == "__main__":
    main()

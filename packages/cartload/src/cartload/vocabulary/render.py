"""Renders names from Faker into the committed vocabulary: ``python -m cartload.vocabulary.render``.

Faker is needed for this command alone; datasets are made from the committed file, the same on every machine.
Where Faker tells how frequent a name is, it gets slots accordingly. ``name_sources.json`` names, by hand, the
common names of locales where Faker does not, those of Faker's that nobody bears today and which are left out,
the words that stand before a last name, and how names in other scripts are romanised (Chinese by pypinyin,
Hindi by its letters); a common name counts as much as eight of the others.
"""

import importlib
import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from cartload import vocabulary
from cartload.vocabulary import fold

Named = dict[str, tuple[str | None, float]]
"""By name as written: its romanised form, or None where folding is enough, and its weight."""

# Faker has no Canadian or Australian names: Canada has the American ones, and French ones for those who speak
# French.
_SOURCES: Final = {
    "en_US": {"en_US": 1.0},
    "en_GB": {"en_GB": 1.0},
    "de_DE": {"de_DE": 1.0},
    "fr_FR": {"fr_FR": 1.0},
    "es_ES": {"es_ES": 1.0},
    "it_IT": {"it_IT": 1.0},
    "nl_NL": {"nl_NL": 1.0},
    "pl_PL": {"pl_PL": 1.0},
    "pt_BR": {"pt_BR": 1.0},
    "ja_JP": {"ja_JP": 1.0},
    "zh_CN": {"zh_CN": 1.0},
    "hi_IN": {"hi_IN": 1.0},
    "sv_SE": {"sv_SE": 1.0},
    "en_CA": {"en_US": 0.78, "fr_CA": 0.22},
    "en_AU": {"en_GB": 1.0},
    "en_IE": {"en_IE": 1.0},
}
"""Our locales, and the locales of Faker whose names they take, with shares."""

_OTHER_SCRIPTS: Final = ("ja_JP", "zh_CN", "hi_IN")
_COMMON: Final = 8.0
_FIRST_NAMES: Final = 400
_LAST_NAMES: Final = 1500
_FIRST_SLOTS: Final = 512
_LAST_SLOTS: Final = 4096
_FEMALE_ENDINGS: Final = {"ski": "ska", "cki": "cka", "dzki": "dzka"}
_TARGET: Final = Path(__file__).parent / "people.json"


def render() -> dict[str, dict[str, Any]]:
    """Names by locale, each with its slots and, in other scripts, romanised.

    No two of a list are equal once folded to ASCII, whatever the gender.
    """
    return {locale: _locale(locale) for locale in _SOURCES}


def _locale(locale: str) -> dict[str, Any]:
    taken: set[str] = set()
    lists = {
        "female": _dealt(_names(locale, "female"), _FIRST_NAMES, _FIRST_SLOTS, taken),
        "male": _dealt(_names(locale, "male"), _FIRST_NAMES, _FIRST_SLOTS, taken),
        "last": _dealt(_names(locale, "last"), _LAST_NAMES, _LAST_SLOTS, set()),
    }
    return lists | ({"last_female": _female_forms(lists["last"])} if locale == "pl_PL" else {})


def _names(locale: str, kind: str) -> Named:
    """All names of a kind that the locale's sources have."""
    found: Named = {}
    for source, share in _SOURCES[locale].items():
        names = _of_faker(source, kind) | _own(source, kind)
        total = sum(weight for _, weight in names.values())
        for name, (romanised, weight) in names.items():
            before = found.get(name, (None, 0.0))[1]
            found[name] = romanised, before + share * weight / total
    return found


def _of_faker(locale: str, kind: str) -> Named:
    provider: Any = importlib.import_module(f"faker.providers.person.{locale}").Provider
    if locale == "ja_JP":
        field = "last_name_pairs" if kind == "last" else f"first_name_{kind}_pairs"
        return {written: (fold(romanised), 1.0) for written, _, romanised in getattr(provider, field)}
    if locale == "pl_PL" and kind == "last":
        return dict.fromkeys((*provider.male_last_names, *provider.unisex_last_names), (None, 1.0))
    names = getattr(provider, "last_names" if kind == "last" else f"first_names_{kind}")
    weights = names if isinstance(names, Mapping) else dict.fromkeys(names, 1.0)
    left_out = vocabulary.document("name_sources")["left_out"].get(locale, {}).get(kind, [])
    tidied = {_tidy(name): weight for name, weight in weights.items() if name not in left_out}
    return _romanised(
        locale, {name: weight for name, weight in tidied.items() if kind != "last" or _is_surname(name)}
    )


def _tidy(name: str) -> str:
    return name[:1].upper() + name[1:].lower() if name.isupper() else name


def _is_surname(name: str) -> bool:
    """Whether a name is one word that begins with a capital, with nothing but particles before it."""
    *before, last = name.split(" ")
    particles = vocabulary.document("name_sources")["particles"]
    return all(word.lower() in particles for word in before) and _is_word(last)


def _is_word(text: str) -> bool:
    letters = text.replace("-", "").replace("'", "")
    return not text[0].islower() and all(unicodedata.category(letter)[0] in "LM" for letter in letters)


def _romanised(locale: str, weights: Mapping[str, float]) -> Named:
    if locale not in _OTHER_SCRIPTS:
        return {name: (None, weight) for name, weight in weights.items()}
    known = vocabulary.document("name_sources")["romanised"][locale]
    return {name: (known[name], weight) for name, weight in weights.items() if name in known}


def _own(locale: str, kind: str) -> Named:
    names = vocabulary.document("name_sources")["own"].get(locale, {}).get(kind, [])
    pairs = ((name, None) if isinstance(name, str) else name for name in names)
    return {written: (romanised, _COMMON) for written, romanised in pairs}


def _dealt(names: Named, most: int, slots: int, taken: set[str]) -> list[list[Any]]:
    """The most frequent names that differ when folded, with slots by the largest remainder method."""
    # One slot for each name first: a rare name shall be rare, not missing.
    chosen = _distinct(names, taken)[:most]
    total = sum(weight for _, _, weight in chosen)
    exact = [weight * (slots - len(chosen)) / total for _, _, weight in chosen]
    counts = [1 + int(share) for share in exact]
    by_rest = sorted(range(len(exact)), key=lambda place: (int(exact[place]) - exact[place], place))
    for place in by_rest[: slots - sum(counts)]:
        counts[place] += 1
    return [
        [name, count] if romanised is None else [name, count, romanised]
        for (name, romanised, _), count in zip(chosen, counts, strict=True)
    ]


def _distinct(names: Named, taken: set[str]) -> list[tuple[str, str | None, float]]:
    """Names by weight, only the first of those that are folded to the same letters."""
    found = []
    for name, (romanised, weight) in sorted(names.items(), key=_by_weight):
        folded = romanised or fold(name)
        if folded not in taken and 2 <= len(folded) <= 20 and name.isprintable():
            taken.add(folded)
            found.append((name, romanised, weight))
    return found


def _by_weight(item: tuple[str, tuple[str | None, float]]) -> tuple[float, int]:
    # Names of equal weight are ordered by a checksum and not by alphabet: only the first ones are taken,
    # which would all begin with A.
    name, (_, weight) = item
    return -weight, crc32(name.encode())


def _female_forms(last: Iterable[list[Any]]) -> dict[str, str]:
    """Forms that women bear, by the form that men bear."""
    return {
        name: name[: -len(ending)] + form
        for name, *_ in last
        for ending, form in _FEMALE_ENDINGS.items()
        if name.endswith(ending) and not name.endswith("d" + ending)
    }


def main() -> None:
    """Writes the file."""
    lines = (f"{json.dumps(locale)}:{_text(lists)}" for locale, lists in render().items())
    _TARGET.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")
    sys.stdout.write(f"{_TARGET}\n")


def _text(lists: Any) -> str:
    return json.dumps(lists, ensure_ascii=False, separators=(",", ":")).replace('"],"', '"],\n"')


if __name__ == "__main__":
    main()

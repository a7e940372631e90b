"""People: unique names and emails whatever the row number, words that belong together."""

import re
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from cartload import vocabulary
from cartload.customers import ages
from cartload.customers.names import FIRST_BITS, LAST_BITS, name_pools
from cartload.places.country_rules import country_rules
from cartload.spec import parse, resolve
from cartload.tables.users import Customers
from cartload.tables.world import World
from cartload.vocabulary.render import render

LOCALES = [names.locale for names in vocabulary.names()]
OTHER_SCRIPTS = {"ja_JP": "[一-鿿ぁ-ヿ々]+", "zh_CN": "[一-鿿]+", "hi_IN": "[ऀ-ॿ ]+"}


def people(rows: np.typing.NDArray[np.int64], **fields: object) -> Customers:
    spec = resolve(parse(fields))
    return Customers(World(spec), rows)


@pytest.mark.parametrize("names", vocabulary.names(), ids=LOCALES)
def test_names_are_distinct_once_folded(names: vocabulary.Names) -> None:
    female_forms = [vocabulary.fold(name) for name in names.last_female] if names.locale == "pl_PL" else []
    changed = [form for form, last in zip(female_forms, names.last_folded, strict=False) if form != last]
    for folded in (names.first_folded, (*names.last_folded, *changed)):
        assert len(set(folded)) == len(folded)
        assert all(re.fullmatch("[a-z]{2,20}", name) for name in folded)


@pytest.mark.parametrize("names", vocabulary.names(), ids=LOCALES)
def test_there_are_many_names_and_their_slots_are_all_given_out(names: vocabulary.Names) -> None:
    assert names.female >= 60
    assert len(names.first) - names.female >= 60
    assert len(names.last) >= 120
    assert min(*names.first_slots, *names.last_slots) >= 1
    assert sum(names.first_slots[: names.female]) * 2 == sum(names.first_slots) == 1 << FIRST_BITS
    assert sum(names.last_slots) == 1 << LAST_BITS
    assert all(re.fullmatch(OTHER_SCRIPTS.get(names.locale, "[^一-鿿]+"), name) for name in names.last)


def test_the_committed_names_can_be_rendered_again() -> None:
    rendered = render()
    assert list(rendered) == LOCALES
    assert all(len(lists["female"]) >= 60 and len(lists["last"]) >= 120 for lists in rendered.values())


@pytest.mark.parametrize(
    ("name", "folded"),
    [("José", "jose"), ("Groß-Müller", "grossmuller"), ("O'Søren", "osoren"), ("Łæ", "lae")],
)
def test_folding(name: str, folded: str) -> None:
    assert vocabulary.fold(name) == folded


def unique(values: list[str]) -> bool:
    return len({value.lower() for value in values}) == len(values)


def test_user_names_and_emails_stay_unique_across_epochs() -> None:
    epoch = 1 << 24
    parts = [np.arange(start, start + 20_000) for start in (0, epoch - 10_000, 3 * epoch, 99_980_000)]
    batch = people(np.unique(np.concatenate(parts))).batch()
    for column in ("user_name", "email"):
        values = batch[column].to_pylist()
        assert unique(values)
        assert max(map(len, values)) <= 80


@pytest.mark.parametrize("locale", ["ja_JP", "zh_CN"])
def test_few_names_go_a_long_way(locale: str) -> None:
    assert unique(people(np.arange(0, 99_000_000, 660), locales={locale: 1}).batch()["user_name"].to_pylist())


def words(pool: Any, places: np.typing.NDArray[np.int64]) -> np.typing.NDArray[np.int64]:
    known: dict[str, int] = {}
    numbers = [known.setdefault(name, len(known)) for name in pool.to_pylist()]
    assert len(known) < 1 << 16
    return np.array(numbers).take(places)


def test_a_million_user_names_are_unique() -> None:
    """Names, numbers and locales' shares of numbers, before they are written out as text."""
    made = people(np.arange(0, 100_000_000, 96))
    first, last, number = made._name
    first_word, last_word = words(name_pools().first_folded, first), words(name_pools().last_folded, last)
    keys = (number << 32) + (first_word << 16) + last_word
    assert number.max() < 1 << 24
    assert len(np.unique(keys)) == len(made.rows) > 1_000_000


def test_locales_follow_their_weights() -> None:
    made = people(np.arange(40_000), locales={"de_DE": 3, "fr_FR": 1})
    counts = Counter(made.locale.tolist())
    assert {LOCALES[place] for place in counts} == {"de_DE", "fr_FR"}
    assert counts[LOCALES.index("de_DE")] / 40_000 == pytest.approx(0.75, abs=0.012)


@pytest.mark.parametrize("locale", [*LOCALES, None])
def test_words_of_a_person_belong_together(locale: str | None) -> None:
    spec: dict[str, object] = {} if locale is None else {"locales": {locale: 1}}
    pools, rules = {names.locale: names for names in vocabulary.names()}, country_rules()
    for row in people(np.arange(1200), **spec).batch().to_pylist():
        names, rule = pools[row["locale"]], rules[row["country"]]
        first, last, number = re.fullmatch(r"([a-z]+)[._]([a-z]+)(\d*)", row["user_name"]).groups()  # type: ignore[union-attr]
        first_place = names.first.index(row["first_name"])
        assert row["country"] == names.country
        assert first == names.first_folded[first_place]
        assert last == folded_last(names, row["last_name"], first_place < names.female)
        assert not number.startswith("0")
        assert row["email"].startswith(row["user_name"] + "@")
        assert row["email"].isascii()
        assert any(re.fullmatch(pattern, row["phone_number"]) for pattern in rule.phone_patterns)
        assert row["time_zone"] in rule.time_zones
        expected = "female" if first_place < names.female else "male"
        assert row["gender"] in (expected, "other", "undisclosed")


def folded_last(names: vocabulary.Names, last: str, female: bool) -> str:
    forms = names.last_female if female else names.last
    return names.last_folded[forms.index(last)] if forms == names.last else vocabulary.fold(last)


def test_polish_women_bear_the_form_of_women() -> None:
    rows = people(np.arange(4000), locales={"pl_PL": 1}).batch().to_pylist()
    endings = Counter((row["last_name"][-3:], row["gender"]) for row in rows)
    assert endings["ska", "female"] > 50
    assert endings["ski", "male"] > 50
    assert endings["ska", "male"] == endings["ski", "female"] == 0


def test_frequent_names_are_frequent() -> None:
    names = Counter(people(np.arange(20_000), locales={"en_US": 1}).batch()["last_name"].to_pylist())
    assert names.most_common(1)[0][0] == "Smith"
    assert names["Smith"] > 20 * names.most_common()[-1][1]


def test_ages_are_those_of_online_buyers() -> None:
    drawn = ages.days(np.arange(1 << 16)) / 365.2425
    assert 16 <= drawn.min() < 16.1
    assert 85 < drawn.max() < 92
    assert np.median(drawn) == pytest.approx(43, abs=2)
    shares = [((low <= drawn) & (drawn < high)).mean() for low, high in pairwise((16, 25, 45, 65, 75, 100))]
    assert shares == pytest.approx([0.11, 0.42, 0.36, 0.09, 0.03], abs=0.03)


def test_nobody_is_younger_than_sixteen() -> None:
    for row in people(np.arange(30_000)).batch().select(["birth_date", "created_at"]).to_pylist():
        assert row["birth_date"] + timedelta(days=16 * 365.25) < row["created_at"].date()


def test_women_and_men_are_as_many_and_a_few_say_nothing() -> None:
    shares = Counter(people(np.arange(40_000)).batch()["gender"].to_pylist())
    assert shares["female"] / 40_000 == pytest.approx(0.475, abs=0.015)
    assert shares["male"] / 40_000 == pytest.approx(0.475, abs=0.015)
    assert 0.03 < (shares["other"] + shares["undisclosed"]) / 40_000 < 0.08


def test_sign_ups_grow() -> None:
    made = people(np.arange(50_000), growth=4, window={"start": "2022-01-01", "end": "2023-12-31"})
    half = made.world.sign_ups.start + (made.world.sign_ups.end - made.world.sign_ups.start) // 2
    later = (made.signed_up >= half).mean()
    assert later == pytest.approx(0.8, abs=0.02)
    assert made.signed_up.min() >= made.world.sign_ups.start
    assert made.signed_up.max() <= made.world.last_moment

"""People: unique names and emails whatever the row number, words that belong together."""

import re
import zoneinfo
from collections import Counter

import numpy as np
import pytest

from cartload import vocabulary
from cartload.draws import Randomness
from cartload.people import PHONES, POSTAL_CODES, name_pools, place_pools
from cartload.spec import parse, resolve
from cartload.tables.users import People
from cartload.tables.world import World
from cartload.vocabulary.render import render

FICTIONAL = {
    # NANPA: 555-0100 to 555-0199 of any area.
    "US": r"\+1 \d{3} 555 01\d\d",
    "CA": r"\+1 \d{3} 555 01\d\d",
    # Ofcom: mobile numbers for drama use.
    "GB": r"\+44 7700 900\d{3}",
    # Bundesnetzagentur: Berlin, Hamburg, Munich, Cologne, Frankfurt.
    "DE": r"\+49 (30 23125|40 66969|89 99998|221 4710|69 90009)\d{3}",
    # ARCEP: numbers for audiovisual works.
    "FR": r"\+33 (1 99 00|2 61 91|3 53 01|4 65 71|5 36 49) \d\d \d\d",
    # PTS: Stockholm, Gothenburg, Malmo.
    "SE": r"\+46 (8 465 004|31 390 06|40 628 04) \d\d",
    # ACMA: numbers for creative works.
    "AU": r"\+61 [2378] (5550|7010) \d{4}",
    # ComReg: 020 91 for drama use.
    "IE": r"\+353 20 91\d \d{4}",
}
POSTAL = {
    "US": r"\d{5}",
    "CA": r"[A-Z]\d[A-Z] \d[A-Z]\d",
    "GB": r"[A-Z]{1,2}\d \d[A-Z]{2}",
    "DE": r"\d{5}",
    "FR": r"\d{5}",
    "SE": r"\d{3} \d\d",
    "AU": r"\d{4}",
    "IE": r"[A-Z]\d\d [A-Z]\d[A-Z]\d",
}


def test_every_phone_is_fictional_and_every_postal_code_has_its_format() -> None:
    places = place_pools()
    phones, codes = places.phones.to_pylist(), places.postal_codes.to_pylist()
    cities = [city for country in vocabulary.countries() for city in country.cities]
    for place, city in enumerate(cities):
        for phone in phones[place * PHONES : (place + 1) * PHONES]:
            assert re.fullmatch(FICTIONAL[city.country], phone)
        for code in codes[place * POSTAL_CODES : (place + 1) * POSTAL_CODES]:
            assert re.fullmatch(POSTAL[city.country], code)
        assert city.time_zone in zoneinfo.available_timezones()
        assert -9_000_000 < city.latitude < 9_000_000


def test_names_are_distinct_once_folded() -> None:
    for names in vocabulary.names():
        for pool in (names.first, names.last):
            folded = [vocabulary.fold(name) for name in pool]
            assert len(set(folded)) == len(folded)
            assert all(re.fullmatch("[a-z]{2,20}", name) for name in folded)


def test_the_committed_names_can_be_rendered_again() -> None:
    rendered = render()
    assert list(rendered) == [names.locale for names in vocabulary.names()]
    assert all(len(lists["female"]) >= 50 and len(lists["last"]) >= 100 for lists in rendered.values())


@pytest.mark.parametrize(
    ("name", "folded"),
    [("José", "jose"), ("Groß-Müller", "grossmuller"), ("O'Søren", "osoren"), ("Łæ", "lae")],
)
def test_folding(name: str, folded: str) -> None:
    assert vocabulary.fold(name) == folded


def test_expanding_a_template() -> None:
    made = vocabulary.expand("+1 555 01##", 100)
    assert len(set(made)) == 100
    assert all(re.fullmatch(r"\+1 555 01\d\d", text) for text in made)
    assert vocabulary.expand("plain", 2) == ("plain", "plain")


def people(rows: np.typing.NDArray[np.int64], **fields: object) -> People:
    spec = resolve(parse(fields))
    return People(World(spec), rows)


def test_user_names_and_emails_stay_unique_across_epochs() -> None:
    epoch = 1 << 24
    parts = [np.arange(start, start + 20_000) for start in (0, epoch - 10_000, 3 * epoch, 99_980_000)]
    batch = people(np.unique(np.concatenate(parts))).batch()
    for column in ("user_name", "email"):
        values = [value.lower() for value in batch[column].to_pylist()]
        assert len(set(values)) == len(values)
        assert max(map(len, values)) <= 80


def test_locales_follow_their_weights() -> None:
    made = people(np.arange(40_000), locales={"de_DE": 3, "fr_FR": 1})
    counts = Counter(made.locale.tolist())
    codes = [names.locale for names in vocabulary.names()]
    assert {codes[place] for place in counts} == {"de_DE", "fr_FR"}
    assert counts[codes.index("de_DE")] / 40_000 == pytest.approx(0.75, abs=0.012)


def test_words_of_a_person_belong_together() -> None:
    batch = people(np.arange(3000)).batch().to_pylist()
    pools = {names.locale: names for names in vocabulary.names()}
    cities = {city.time_zone: city.country for country in vocabulary.countries() for city in country.cities}
    for row in batch:
        names = pools[row["locale"]]
        assert row["country"] == names.country
        assert row["first_name"] in names.first
        assert row["last_name"] in names.last
        first, last = re.split("[._]", row["user_name"].rstrip("0123456789"))
        assert (first, last) == (vocabulary.fold(row["first_name"]), vocabulary.fold(row["last_name"]))
        assert row["email"].startswith(row["user_name"] + "@")
        assert re.fullmatch(FICTIONAL[row["country"]], row["phone_number"])
        assert row["time_zone"] in cities


def test_sign_ups_grow() -> None:
    made = people(np.arange(50_000), growth=4, window={"start": "2022-01-01", "end": "2023-12-31"})
    half = made.world.sign_ups.start + (made.world.sign_ups.end - made.world.sign_ups.start) // 2
    later = (made.signed_up >= half).mean()
    assert later == pytest.approx(0.8, abs=0.02)
    assert made.signed_up.min() >= made.world.sign_ups.start
    assert made.signed_up.max() <= made.world.last_moment


def test_name_pools_line_up() -> None:
    pools = name_pools()
    assert len(pools.first) == int(pools.first_count.sum())
    assert pools.first_start.tolist()[1] == pools.first_count.tolist()[0]
    assert Randomness(1) == Randomness(1)

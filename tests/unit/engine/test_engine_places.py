"""Places: the gazetteer keeps the rules of its countries, and addresses made of it are of one piece."""

import re
from collections import Counter, defaultdict
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import numpy as np
import pytest

from cartload import vocabulary
from cartload.engine.generate import preview
from cartload.places.country_rules import country_rules
from cartload.places.gazetteer import CITY_BITS, NEAR, PHONES, POSTAL_CODES, place_pools
from cartload.places.templates import fill, fill_all
from cartload.spec import parse, resolve

COUNTRIES = {country.code: country for country in vocabulary.countries()}
LOCALES = {names.country: names.locale for names in vocabulary.names()}


@pytest.mark.parametrize("code", COUNTRIES)
def test_a_country_has_many_cities_that_differ(code: str) -> None:
    cities = COUNTRIES[code].cities
    assert len(cities) >= 40
    assert len({(city.name, city.region) for city in cities}) == len(cities)
    assert len({(city.latitude, city.longitude) for city in cities}) == len(cities)
    assert {city.time_zone for city in cities} <= available_timezones()
    assert all(city.region for city in cities)
    assert len(COUNTRIES[code].streets) >= 40
    assert len(COUNTRIES[code].titles) == 5


@pytest.mark.parametrize("code", COUNTRIES)
def test_what_the_pools_hold_keeps_the_rules(code: str) -> None:
    rule, places = country_rules()[code], place_pools()
    cities = [city for country in COUNTRIES.values() for city in country.cities]
    phones, codes = places.phones.to_pylist(), places.postal_codes.to_pylist()
    for place, city in enumerate(cities):
        if city.country != code:
            continue
        for phone in phones[place * PHONES : (place + 1) * PHONES]:
            assert any(re.fullmatch(pattern, phone) for pattern in rule.phone_patterns), (city.name, phone)
            assert phone.startswith(f"{rule.dialling_code} ")
        for postal_code in codes[place * POSTAL_CODES : (place + 1) * POSTAL_CODES]:
            assert re.fullmatch(rule.postcode_pattern, postal_code), (city.name, postal_code)


def test_large_cities_have_more_slots() -> None:
    names, slots = place_pools().names.to_pylist(), place_pools().city_slot
    counts = Counter(names[place] for place in slots.tolist())
    assert counts["Berlin"] > 3 * counts["Kassel"] > 0
    assert len(counts) == len(set(names))
    assert len(slots) == len(COUNTRIES) << CITY_BITS


def test_near_is_near() -> None:
    names, near = place_pools().names.to_pylist(), place_pools().near.reshape(-1, NEAR)
    assert near[:, 0].tolist() == list(range(len(names)))
    around = [names[place] for place in near[names.index("Köln")].tolist()]
    assert set(around) <= {"Köln", "Bonn", "Düsseldorf", "Wuppertal", "Mönchengladbach"}
    assert names[near[names.index("Uppsala")][1]] in ("Stockholm", "Sollentuna", "Täby", "Solna")


def made(code: str, customers: int = 1000) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    fields = {"customers": customers, "locales": {LOCALES[code]: 1}, "addresses": {"per_customer": 2}}
    batches = preview(resolve(parse(fields)), 2 * customers)
    return batches["users"].to_pylist(), batches["addresses"].to_pylist()


@pytest.mark.parametrize("code", COUNTRIES)
def test_an_address_is_of_one_place(code: str) -> None:
    rule, (_, addresses) = country_rules()[code], made(code)
    cities = {(city.name, city.region): city for city in COUNTRIES[code].cities}
    for row in addresses:
        city = cities[row["city"], row["region"]]
        assert row["country"] == code
        assert abs(row["latitude"] * 100_000 - city.latitude) <= 8000
        assert abs(row["longitude"] * 100_000 - city.longitude) <= 8000
        assert rule.bounding_box.south <= row["latitude"] <= rule.bounding_box.north
        assert rule.bounding_box.west <= row["longitude"] <= rule.bounding_box.east
        assert any(fits(row["postal_code"], template) for template in city.postal_codes)
        assert any(fits(row["phone_number"], template) for template in city.phones)
        assert any(street in row["line_1"] for street in COUNTRIES[code].streets)
        assert row["title"] in COUNTRIES[code].titles


def fits(text: str, template: str) -> bool:
    return pattern(template).fullmatch(text) is not None


@cache
def pattern(template: str) -> re.Pattern[str]:
    marks = {"#": r"\d", "%": "[1-9]", "@": "[A-Z]"}
    return re.compile("".join(marks.get(mark, re.escape(mark)) for mark in template))


def test_customers_live_where_their_clock_and_phone_say() -> None:
    users, addresses = made("US")
    zones = {(city.name, city.region): city.time_zone for city in COUNTRIES["US"].cities}
    homes = {row["user_id"]: row for row in addresses if row["is_default"]}
    assert len(homes) == len(users)
    for user in users:
        home = homes[user["id"]]
        assert zones[home["city"], home["region"]] == user["time_zone"]
        assert home["phone_number"] == user["phone_number"]
        assert home["title"] == "Home"


def test_other_addresses_are_mostly_near_and_holiday_homes_elsewhere() -> None:
    _, addresses = made("DE")
    homes = {row["user_id"]: row["city"] for row in addresses if row["is_default"]}
    same = defaultdict(list)
    for row in addresses:
        same[row["title"]].append(row["city"] == homes[row["user_id"]])
    share = {title: np.mean(cities) for title, cities in same.items()}
    assert share["Zuhause"] == share["Nachbarn"] == 1
    assert share["Arbeit"] > share["Eltern"] > share["Ferienhaus"]
    assert sum(len(cities) for cities in same.values()) == 2000


def test_no_two_customers_of_one_name_share_a_house() -> None:
    users, addresses = made("JP")
    names = {user["id"]: (user["first_name"], user["last_name"]) for user in users}
    houses = Counter((names[row["user_id"]], row["city"], row["line_1"]) for row in addresses)
    assert max(houses.values()) == 1


def test_filling_a_template() -> None:
    filled = fill("+1 555 01##", 100)
    assert len(set(filled)) == 100
    assert all(re.fullmatch(r"\+1 555 01\d\d", text) for text in filled)
    assert fill("plain", 2) == ["plain", "plain"]
    assert fill("12###", 20, 1) != fill("12###", 20, 2)
    assert fill_all(["a#", "b#"], 4)[::2] == [
        text.replace("b", "a") for text in fill_all(["a#", "b#"], 4)[1::2]
    ]
    assert all(re.fullmatch(r"[1-9][A-Z]", text) for text in fill("%@", 50))


def test_coordinates_are_exact_decimals() -> None:
    _, addresses = made("AU", 20)
    assert all(isinstance(row["latitude"], Decimal) and row["latitude"] < 0 for row in addresses)

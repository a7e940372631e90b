"""Readers of the committed words: folding, degrees, names and places as they are in the files."""

import json
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload import vocabulary
from cartload.vocabulary import product_types, render_places


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Smith", "smith"),
        ("O'Brien-Kelly", "obrienkelly"),
        ("van der Berg", "vanderberg"),
        ("Ørsted", "orsted"),
        ("Æsop Œuvre", "aesopoeuvre"),
        ("Đặng", "dang"),
        ("Ðóra", "dora"),
        ("Žiga Čeh", "zigaceh"),
        ("田中", ""),
        ("", ""),
    ],
)
def test_names_become_ascii_letters(name: str, folded: str) -> None:
    assert vocabulary.fold(name) == folded


@settings(deadline=None, max_examples=40)
@given(st.text("aZéßøŁ' -水1", max_size=15))
def test_folding_leaves_lower_case_ascii_letters_and_once_is_enough(name: str) -> None:
    folded = vocabulary.fold(name)
    assert all("a" <= letter <= "z" for letter in folded)
    assert vocabulary.fold(folded) == folded
    assert vocabulary.fold(name.upper()) in (folded, vocabulary.fold(name.upper().lower()))


@pytest.mark.parametrize("code", [country.code for country in vocabulary.countries()])
def test_coordinates_are_those_of_the_file_to_the_last_digit(code: str) -> None:
    country = next(one for one in vocabulary.countries() if one.code == code)
    rows = vocabulary.document(f"places/{code}")["cities"]
    assert len(rows) == len(country.cities)
    for row, city in zip(rows, country.cities, strict=True):
        assert city.name == row[0]
        assert city.latitude == round(float(row[6]) * 100_000)
        assert city.longitude == round(float(row[7]) * 100_000)
        assert city.population == row[8] > 0
        assert city.postal_codes == tuple(row[2].split("|"))


def test_cities_west_and_south_of_zero_have_negative_degrees() -> None:
    cities = {city.name: city for country in vocabulary.countries() for city in country.cities}
    assert cities["London"].longitude < 0 < cities["London"].latitude
    assert cities["Sydney"].latitude < 0 < cities["Sydney"].longitude


def test_a_citys_own_phone_numbers_come_before_those_of_the_country() -> None:
    for country in vocabulary.countries():
        rule = vocabulary.document("rules")[country.code]
        everywhere = [template for known in rule["phones"] for template in known["templates"]]
        for city in country.cities:
            assert city.phones
            assert list(city.phones[len(city.phones) - len(everywhere) :]) == everywhere


def test_only_polish_last_names_have_a_form_for_women() -> None:
    for names in vocabulary.names():
        assert len(names.last_female) == len(names.last) == len(names.last_folded) == len(names.last_slots)
        assert len(names.first) == len(names.first_folded) == len(names.first_slots)
        assert (names.last_female != names.last) == (names.locale == "pl_PL")
        assert names.country == names.locale.partition("_")[2]


def test_nouns_take_from_their_sub_category_what_they_lack() -> None:
    for category in product_types.categories():
        slug = category.name.lower().replace(" & ", "-and-").replace(" ", "-")
        raw = vocabulary.document(f"goods/categories/{slug}")
        for sub, entry in zip(category.sub_categories, raw["sub_categories"], strict=True):
            assert sub.name == entry["name"]
            for noun, own in zip(sub.nouns, entry["nouns"], strict=True):
                assert noun.name == own["name"]
                assert list(noun.price) == own.get("price", entry.get("price"))
                assert list(noun.features) == own.get("features", entry.get("features", []))
                assert noun.number == own.get("number", "singular")


def test_the_reference_size_is_the_one_of_a_hundred_percent() -> None:
    for category in product_types.categories():
        for noun in (noun for sub in category.sub_categories for noun in sub.nouns):
            if noun.sizes:
                size = noun.sizes[noun.reference]
                assert (size.price, size.grams) == (100, 100)
            else:
                assert noun.reference == 0


def test_an_unknown_document_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        vocabulary.document("nothing")


def test_cities_of_the_files_can_be_refreshed_and_written_again() -> None:
    file = resources.files(vocabulary).joinpath("places/IE.json")
    document = json.loads(file.read_text(encoding="utf-8"))
    first = document["cities"][0]
    found = {
        "timezone": "Europe/Paris",
        "latitude": 1.5,
        "longitude": -0.123456,
        "population": 1_499,
    }
    rows = render_places.refreshed(document["cities"], {first[4]: found})
    assert rows[0] == [*first[:5], "Europe/Paris", "1.50000", "-0.12346", 1]
    assert rows[1:] == document["cities"][1:]
    assert json.loads(render_places.written(document)) == document
    small = render_places.refreshed(document["cities"], {first[4]: found | {"population": 3}})
    assert small[0][8] == 1

"""The committed words about goods: enough of them, of one shape, and fitting together."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from cartload.catalogue.product_words import slug
from cartload.schema import table
from cartload.vocabulary import document, product_types
from cartload.vocabulary.product_types import Category, Noun, SubCategory

CATEGORIES = product_types.categories()
SUBS = [(category, sub) for category in CATEGORIES for sub in category.sub_categories]
NOUNS = [(category, sub, noun) for category, sub in SUBS for noun in sub.nouns]


def nouns(test: str) -> Iterator[Noun]:
    """All nouns, with a test's name so that an empty vocabulary cannot pass it."""
    assert len(NOUNS) > 1000, test
    yield from (noun for _, _, noun in NOUNS)


def words(text: str) -> set[str]:
    """Words of four letters or more, cut to four: woollen and wool are one."""
    return {word[:4] for word in re.findall("[a-z]+", text.lower()) if len(word) >= 4}


def folded(names: list[str]) -> list[str]:
    return [slug(name) for name in names]


def doubles(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def test_there_is_much_to_choose_from() -> None:
    assert len(CATEGORIES) >= 20
    assert len(SUBS) >= 100
    assert len(NOUNS) >= 1000
    assert sum(map(len, product_types.brands().values())) >= 150


def test_every_category_has_as_many_sub_categories_as_a_spec_may_ask_for() -> None:
    assert {len(category.sub_categories) for category in CATEGORIES} == {6}


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: slug(category.name))
def test_files_say_what_is_known_and_nothing_else(category: Category) -> None:
    raw = document(f"goods/categories/{slug(category.name)}")
    assert set(raw) == {"name", "description", "brands", "naming", "voice", "margin", "sub_categories"}
    assert category.naming in ("series", "plain", "model", "title")
    assert category.voice in product_types.voices()
    assert category.brands in product_types.brands()
    assert 5 <= category.margin[0] < category.margin[1] <= 70
    own = {"name", "number", "price", "grams", "sizes", "colors"}
    lists = {"adjectives", "materials", "varieties", "titles", "uses", "features", "care"}
    for sub in raw["sub_categories"]:
        assert set(sub) <= (own - {"number"}) | lists | {"description", "nouns"}
        for noun in sub["nouns"]:
            assert set(noun) <= own | lists


def test_names_have_no_doubles_after_folding() -> None:
    assert doubles(folded([category.name for category in CATEGORIES])) == []
    assert doubles(folded([f"{category.name} {sub.name}" for category, sub in SUBS])) == []
    for _, sub in SUBS:
        assert doubles(folded([noun.name for noun in sub.nouns])) == [], sub.name
    brands = [brand.name for group in product_types.brands().values() for brand in group]
    assert doubles(folded(brands)) == []
    assert doubles(folded(list(product_types.series()))) == []


def test_no_list_of_a_noun_says_a_thing_twice() -> None:
    for noun in nouns("doubles"):
        lists = (noun.adjectives, noun.materials, noun.varieties, noun.titles, noun.uses, noun.features)
        for one in (*lists, noun.care, noun.colors, tuple(size.label for size in noun.sizes)):
            assert doubles(folded(list(one))) == [], noun.name


@pytest.mark.parametrize("sub", [sub for _, sub in SUBS], ids=lambda sub: slug(sub.name))
def test_what_a_noun_may_be_called_never_repeats_itself(sub: SubCategory) -> None:
    for noun in sub.nouns:
        for qualifiers in (noun.adjectives, noun.materials, noun.varieties, noun.titles):
            for one in qualifiers:
                assert not words(one) & words(noun.name), f"{one} {noun.name}"
        for adjective in noun.adjectives:
            for one in (*noun.materials, *noun.varieties, *noun.titles):
                assert not words(adjective) & words(one), f"{adjective} {one} {noun.name}"


def test_everything_that_is_sold_can_be_described() -> None:
    for noun in nouns("described"):
        assert len(noun.adjectives) >= 2, noun.name
        assert len(noun.uses) >= 2, noun.name
        assert len(noun.features) >= 2, noun.name
        assert noun.care, noun.name
        assert not (noun.materials and noun.varieties), noun.name


def test_only_titled_goods_have_titles() -> None:
    for category, _, noun in NOUNS:
        assert (len(noun.titles) >= 3) is (category.naming == "title"), noun.name


def test_materials_are_known_and_used() -> None:
    used = {material for noun in nouns("materials") for material in noun.materials}
    assert used == set(product_types.materials())
    assert {material.level for material in product_types.materials().values()} == {1, 2, 3, 4, 5}


def test_bands_are_sane() -> None:
    for noun in nouns("bands"):
        low, high = noun.price
        assert 100 <= low < high <= 400_000, noun.name
        assert 1.8 <= high / low <= 40, noun.name
        low, high = noun.grams
        assert 1 <= low < high <= 150_000, noun.name
        assert high / low <= 6.5, noun.name


def test_sizes_go_from_small_to_large() -> None:
    falling = {"grit", "seat"}
    for name, system in product_types.sizes().items():
        assert 2 <= len(system) <= 14, name
        assert sum(size.price == size.grams == 100 for size in system) >= 1, name
        if name in falling:
            continue
        for attribute in ("price", "grams"):
            values = [getattr(size, attribute) for size in system]
            assert values == sorted(values), (name, attribute)
        found = [re.fullmatch(r"([\d.]+) ([a-z]+)", size.label) for size in system]
        if all(found) and len({match[2] for match in found if match}) == 1:
            measures = [float(match[1]) for match in found if match]
            assert measures == sorted(measures), name


def test_sizes_belong_to_their_kind_of_thing() -> None:
    letters = {"XS", "S", "L", "XL", "XXL"}
    wearable = {"Clothing", "Home Textiles", "Sports", "Outdoor & Camping", "Pets", "Cycling", "Furniture"}
    for category, _, noun in NOUNS:
        labels = {size.label for size in noun.sizes}
        if labels & letters:
            assert category.name in wearable, noun.name
        if "Fridge" in noun.name or "Freezer" in noun.name:
            assert not labels, noun.name


def test_words_fit_their_columns() -> None:
    for column, name in (("categories", "name"), ("categories", "description")):
        assert max(len(getattr(one, name)) for one in CATEGORIES) <= table(column).column(name).length
    for name in ("name", "description"):
        assert max(len(getattr(sub, name)) for _, sub in SUBS) <= table("sub_categories").column(name).length
    skus = table("products_skus")
    for noun in nouns("columns"):
        assert all(size.label.isascii() for size in noun.sizes)
        assert all(len(size.label) <= skus.column("size").length for size in noun.sizes)
        assert all(color.isascii() and len(color) <= skus.column("color").length for color in noun.colors)
        assert noun.name.isascii()


def test_sentences_are_sentences() -> None:
    told = [text for noun in nouns("sentences") for text in (*noun.features, *noun.care)]
    told += [material.about for material in product_types.materials().values()]
    told += [text for voice in product_types.voices().values() for text in voice.closings]
    for text in {*told, *(one.description for one in CATEGORIES), *(sub.description for _, sub in SUBS)}:
        assert re.fullmatch(r"[A-Z].*\.", text), text
        assert "{" not in text, text
    for use in {use for noun in nouns("uses") for use in noun.uses}:
        assert re.fullmatch(r"[a-z].*[a-z0-9%]", use), use


def test_templates_have_only_slots_that_are_filled() -> None:
    for voice in product_types.voices().values():
        for text in (*voice.summaries, *voice.openings):
            assert set(re.findall(r"{(\w*)}", text)) <= {"name", "brand", "use", "this"}, text
            assert "{brand}" in text or "{name}" in text

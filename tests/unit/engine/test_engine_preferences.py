"""What is usual: goods by category, methods and channels by shares, quantities by kind and price."""

from collections import Counter

import numpy as np
import pytest

from cartload import vocabulary
from cartload.catalogue.catalogue import Catalogue
from cartload.randomness.draws import Randomness
from cartload.spec import order_rates, parse, resolve
from cartload.tables import order_choices
from cartload.tables.preferences import COMPLEMENTS, Preferences
from cartload.tables.product_demand import ProductDemand
from cartload.tables.world import World
from cartload.vocabulary import product_types

NAMES = tuple(category.name for category in product_types.categories())


def test_every_category_of_the_vocabulary_is_of_a_kind() -> None:
    """A category of no kind has the middle weights: no name may miss its words."""
    known, unknown = Preferences(NAMES), Preferences(("Something else",))
    usual = (unknown.returned[0], unknown.more[0], unknown.repeats[0])
    found = list(zip(known.returned, known.more, known.repeats, strict=True))
    assert usual not in found


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("Women's Footwear", "Shoes"),
        ("Fashion", "Clothing"),
        ("Wine & Coffee", "Grocery"),
        ("Computers", "Electronics"),
        ("Car accessories", "Jewellery & Watches"),
        ("DIY", "Garden"),
    ],
)
def test_new_categories_are_recognised_by_their_words(name: str, like: str) -> None:
    found = Preferences((name, like))
    assert found.returned[0] == found.returned[1]
    assert found.more[0] == found.more[1]


def test_what_goes_with_a_category_is_another_one_unless_there_is_none() -> None:
    found = Preferences(("Clothing", "Shoes", "Grocery"))
    beside = found.complements.reshape(3, COMPLEMENTS).tolist()
    assert set(beside[0]) == {1}
    assert set(beside[1]) == {0}
    assert set(beside[2]) == {2}
    whole = Preferences(NAMES).complements.reshape(len(NAMES), COMPLEMENTS).tolist()
    assert all(place not in others for place, others in enumerate(whole))


@pytest.mark.parametrize("code", [country.code for country in vocabulary.countries()])
def test_methods_have_their_shares_of_256_in_each_country(code: str) -> None:
    place = [country.code for country in vocabulary.countries()].index(code)
    found = Counter(order_choices.methods()[place * 256 : (place + 1) * 256].tolist())
    shares = order_rates.METHODS[code]
    assert found == {method: share for method, share in enumerate(shares) if share}


def test_only_counters_refuse_methods_and_cards_take_their_place() -> None:
    channels, methods = np.repeat(np.arange(5), 5), np.tile(np.arange(5), 5)
    found = order_choices.accepted(channels, methods)
    changed = found != methods
    assert set(channels[changed].tolist()) == {order_rates.STORE}
    assert set(found[changed].tolist()) == {order_rates.CARD}
    assert set(methods[changed].tolist()) == {1, 2, 3}


def test_counters_are_staffed_from_monday_to_saturday() -> None:
    week = order_choices.staffed().reshape(7, 24)
    assert week.sum(axis=1).tolist() == [11] * 6 + [0]
    assert np.flatnonzero(week[0]).tolist() == list(range(9, 20))


def test_channels_are_staffed_ones_only_where_somebody_is_there() -> None:
    tables = order_choices.CHANNELS.reshape(2, order_choices.AGES, 256)
    staffed = {order_rates.STORE, order_rates.PHONE}
    for age in range(order_choices.AGES):
        assert not staffed & set(tables[0, age].tolist())
        assert staffed < set(tables[1, age].tolist())
    old, young = (np.bincount(tables[1, age], minlength=5) for age in (3, 0))
    assert old[order_rates.PHONE] > young[order_rates.PHONE]
    assert old[order_rates.IOS] < young[order_rates.IOS]


def test_reasons_belong_to_their_method() -> None:
    reasons = [
        {order_choices.REASONS[place] for place in order_choices.REASON[64 * method : 64 * (method + 1)]}
        for method in range(5)
    ]
    assert len(order_choices.REASON) == 5 * 64
    assert "expired_card" in reasons[order_rates.CARD]
    assert "code_already_used" in reasons[order_rates.GIFT_CARD]
    assert all("expired_card" not in found for found in reasons[1:])


def test_parcels_take_longer_in_large_countries() -> None:
    days = order_choices.transit().reshape(-1, 64)
    for country, found in zip(vocabulary.countries(), days, strict=True):
        assert found.max() == (10 if country.code in order_rates.FAR else 6)
        assert found.min() == 1


@pytest.mark.parametrize(("shares", "spread"), [((2, 0, 1), [0, 0, 2]), ((), []), ((0, 3), [1, 1, 1])])
def test_spreading_shares(shares: tuple[int, ...], spread: list[int]) -> None:
    assert order_choices.spread(shares).tolist() == spread


@pytest.fixture(scope="module")
def world() -> World:
    return World(resolve(parse({"customers": 100, "catalogue": {"products": 300, "categories": 8}})))


def test_demand_falls_with_the_square_root_of_a_categorys_place(world: World) -> None:
    counts = np.bincount(world.demand.category, minlength=8)
    assert counts.sum() == 4096
    assert (counts / counts[0]).tolist() == pytest.approx((1 / np.sqrt(np.arange(1, 9))).tolist(), abs=0.01)


def test_words_of_a_day_fall_on_products_on_sale_all_day(world: World) -> None:
    catalogue, demand = world.catalogue, world.demand
    words = np.array([0, 1 << 22, 1 << 23, (1 << 24) - 1])
    for day in (demand.first_day, demand.first_day + demand.days // 2, demand.first_day + demand.days - 1):
        for category in range(8):
            cells = np.full(4, demand.cells(np.array([category]), np.array([day]))[0])
            positions = demand.positions(cells, words)
            products = demand.products(positions)
            assert demand.sells(cells, positions).all()
            assert set(catalogue.category[products].tolist()) == {category}
            assert (catalogue.launched[products] <= day * 86_400_000).all()
            assert (catalogue.ends[products] >= (day + 1) * 86_400_000).all()


def test_words_of_a_category_reach_all_its_products(world: World) -> None:
    demand, catalogue = world.demand, world.catalogue
    words = np.arange(0, 1 << 24, 97)
    found = demand.products(demand.in_category(np.full(len(words), 3), words))
    assert set(found.tolist()) == set(np.flatnonzero(catalogue.category == 3).tolist())


def test_words_reach_every_sku_of_a_product(world: World) -> None:
    catalogue = world.catalogue
    words = np.arange(1 << 12)
    for product in (0, 150, 299):
        found = world.demand.sku(np.full(1 << 12, product), words)
        assert set(found.tolist()) == set(np.flatnonzero(catalogue.product_of_sku == product).tolist())


@pytest.mark.parametrize("mean", [1.0, 1.4, 3.0])
def test_quantities_have_about_the_specs_mean_over_sales(mean: float) -> None:
    spec = resolve(parse({"catalogue": {"products": 400}, "orders": {"quantity": mean}}))
    world = World(spec)
    random = np.random.default_rng(1)
    catalogue = Catalogue(spec, Randomness(spec.seed))
    demand = ProductDemand(catalogue)
    category = demand.category[random.integers(0, 4096, 40_000)]
    products = demand.products(demand.in_category(category, random.integers(0, 1 << 24, 40_000)))
    skus = demand.sku(products, random.integers(0, 1 << 12, 40_000))
    pieces = world.quantities.of(skus, random.integers(0, 1 << 12, 40_000))
    assert pieces.min() == 1
    assert pieces.max() <= 20
    assert pieces.mean() == pytest.approx(mean, rel=0.05)


def test_return_weights_rise_as_quality_falls(world: World) -> None:
    weights, quality = world.return_weights, world.catalogue.quality
    assert weights.min() >= 1
    assert weights.max() <= 127
    for category in range(8):
        own = np.flatnonzero(world.catalogue.category == category)
        order = own[np.argsort(quality[own])]
        assert (np.diff(weights[order]) <= 0).all()

"""The assortment: what products are, how many variants they have, and when they are sold."""

from typing import Any

import numpy as np
import pytest

from cartload.calendar import timeline
from cartload.calendar.timeline import DAY
from cartload.catalogue import product_words
from cartload.catalogue.catalogue import Catalogue
from cartload.randomness.draws import Randomness
from cartload.spec import parse, resolve
from cartload.tables.product_names import Names


def catalogue(seed: int = 1, **fields: Any) -> Catalogue:
    spec = resolve(parse({"catalogue": fields, "wishlist": {"per_customer": 0}, "orders": {"items": 1}}))
    return Catalogue(spec, Randomness(seed))


@pytest.fixture(scope="module")
def made() -> Catalogue:
    return catalogue(products=2000, skus_per_product=4)


def test_a_product_is_of_a_noun_of_its_sub_category_with_a_brand_of_that_noun(made: Catalogue) -> None:
    known, numbers = product_words.sub_categories(), product_words.numbers()
    sub = known.subs.start[made.category] + made.assortment.sub_place
    assert (made.noun >= known.nouns.start[sub]).all()
    assert (made.noun < known.nouns.start[sub] + known.nouns.count[sub]).all()
    place = made.assortment.brand - numbers.brands.start[made.noun]
    assert (place >= 0).all()
    assert (place < numbers.brands.count[made.noun]).all()


def test_materials_are_of_the_noun_or_none(made: Catalogue) -> None:
    lists = product_words.numbers().materials
    material, noun = made.assortment.material, made.noun
    without = lists.count[noun] == 0
    assert 0 < without.sum() < len(noun)
    assert (material[without] == -1).all()
    place = (material - lists.start[noun])[~without]
    assert (place >= 0).all()
    assert (place < lists.count[noun][~without]).all()


def test_brands_of_middle_price_are_the_most_frequent(made: Catalogue) -> None:
    levels = np.bincount(product_words.numbers().brand_level[made.assortment.brand], minlength=6)
    assert levels[3] > levels[1] > levels[5] > 0


@pytest.mark.parametrize("skus_per_product", [1, 2.5, 6, 12])
def test_the_number_of_skus_is_exact_and_each_product_has_one(skus_per_product: float) -> None:
    made = catalogue(products=300, skus_per_product=skus_per_product)
    counts = made.by_product.counts
    assert counts.sum() == made.skus == 300 * skus_per_product
    assert counts.min() >= 1
    assert made.first_sku.tolist() == [0, *np.cumsum(counts).tolist()]


def test_variants_differ_where_there_are_enough(made: Catalogue) -> None:
    sku = np.arange(made.skus)
    product = made.product_of_sku
    variant = sku - made.first_sku[product]
    size, color = made.assortment.size(product, variant), made.assortment.color(product, variant)
    assert size.tolist() == made.size.tolist()
    assert len({*zip(product.tolist(), size.tolist(), color.tolist(), strict=True)}) == made.skus


def test_runs_of_sizes_are_unbroken_and_hold_the_reference_size(made: Catalogue) -> None:
    numbers = product_words.numbers()
    reference = numbers.sizes.start[made.noun] + numbers.reference[made.noun]
    for product in range(0, made.products, 11):
        sizes = made.size[made.first_sku[product] : made.first_sku[product + 1]]
        found = sorted(set(sizes.tolist()))
        if found == [-1]:
            assert numbers.sizes.count[made.noun[product]] == 0
            continue
        assert found == list(range(found[0], found[-1] + 1))
        assert reference[product] in found


def test_colours_are_of_the_noun_and_several_where_there_are_many_skus(made: Catalogue) -> None:
    numbers, several = product_words.numbers(), []
    for product in range(0, made.products, 7):
        own = np.arange(made.first_sku[product], made.first_sku[product + 1])
        color = made.assortment.color(np.full(len(own), product), own - own[0])
        start, count = (part[made.noun[product]] for part in (numbers.colors.start, numbers.colors.count))
        assert set(color.tolist()) <= ({-1} if count == 0 else set(range(start, start + count)))
        if len(own) >= 4 and count > 1:
            several.append(len(set(color.tolist())) > 1)
    assert np.mean(several) > 0.4


def test_more_skus_than_variants_are_given_out_all_the_same() -> None:
    made = catalogue(categories=1, sub_categories=1, products=20, skus_per_product=12)
    assert made.by_product.total == 240
    assert made.price.min() > 0


def test_colours_of_one_size_cost_the_same(made: Catalogue) -> None:
    prices: dict[tuple[int, int], set[int]] = {}
    for product, size, price in zip(
        made.product_of_sku.tolist(), made.size.tolist(), made.price.tolist(), strict=True
    ):
        prices.setdefault((product, size), set()).add(price)
    assert all(len(found) == 1 for found in prices.values())


@pytest.mark.parametrize("products", [1, 2, 3, 7])
def test_the_smallest_catalogues_have_something_on_sale_all_the_time(products: int) -> None:
    made = catalogue(categories=1, products=products)
    opens = timeline.window_start(made.spec.window)
    assert made.launched.min() < opens
    for moment in np.linspace(opens, made.end - 1, 23).astype(np.int64):
        first, after = made.on_sale(np.zeros(1, np.int64), moment[None])
        assert after[0] > first[0]


def test_a_quarter_is_discontinued_each_after_the_launch_of_another(made: Catalogue) -> None:
    never = made.ends > made.end + 100 * 365 * DAY
    for category in range(made.categories):
        own = np.flatnonzero(made.category == category)
        leaving = own[~never[own]]
        assert len(leaving) == len(own) // 4
        assert leaving.tolist() == own[: len(leaving)].tolist()
        assert (np.diff(made.ends[leaving]) >= 0).all()
        successors = leaving + -(-len(own) // 2)
        assert (made.ends[leaving] - made.launched[successors] == 30 * DAY).all()


def test_three_in_five_come_before_the_window_and_none_at_its_very_end(made: Catalogue) -> None:
    opens = timeline.window_start(made.spec.window)
    assert (made.launched < opens).mean() == pytest.approx(0.6, abs=0.02)
    assert made.launched.min() >= made.start
    assert made.launched.max() < made.end - 30 * DAY
    wait = made.launched - made.created
    assert 0 <= wait.min() < wait.max() < 14 * DAY


def test_categories_are_made_before_their_sub_categories_and_these_before_products(made: Catalogue) -> None:
    assert made.category_created.max() < made.sub_category_created.min()
    assert made.sub_category_created.max() < made.created.min()


def test_another_seed_sells_other_products_in_a_catalogue_of_the_same_shape() -> None:
    one, other = catalogue(1, products=500), catalogue(2, products=500)
    assert one.by_category.counts.tolist() == other.by_category.counts.tolist()
    assert (one.noun != other.noun).mean() > 0.8
    assert (one.launched != other.launched).mean() > 0.99


def test_hardly_any_two_products_of_a_brand_have_the_same_name(made: Catalogue) -> None:
    parts = Names(made.random, made.assortment).parts
    rows = zip(made.assortment.brand.tolist(), *(part.tolist() for part in parts), strict=True)
    assert len(set(rows)) > 0.995 * made.products


def test_names_have_a_title_or_a_model_only_where_their_category_does(made: Catalogue) -> None:
    numbers, parts = product_words.numbers(), Names(made.random, made.assortment).parts
    naming = numbers.naming[made.noun]
    titled, numbered = (naming == product_words.NAMINGS.index(kind) for kind in ("title", "model"))
    assert (parts.title[~titled] == 0).all()
    assert (parts.title[titled] > 0).all()
    assert ((parts.model > 0) == numbered).all()
    assert (parts.noun == made.noun).all()
    without = made.assortment.material < 0
    assert (parts.material[without] == 0).all()


def test_slugs_are_plain() -> None:
    assert product_words.slug("Home & Garden") == "home-and-garden"
    assert product_words.slug("  Women's   Shoes!") == "womens-shoes"
    assert product_words.slug("DIY") == "diy"

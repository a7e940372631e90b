"""Addresses: the first is the default of sign-up, the others differ from it and come later."""

from collections import Counter
from itertools import pairwise

import pytest

from support.shop_rows import Row, ShopRows


@pytest.fixture(scope="module")
def shop() -> ShopRows:
    return ShopRows(addresses={"per_customer": 4.5}, orders={"per_customer": 0})


@pytest.fixture(scope="module")
def owned(shop: ShopRows) -> dict[int, list[Row]]:
    return shop.grouped("addresses", "user_id")


def test_every_customer_has_at_least_one_and_all_together_the_specs_mean(
    shop: ShopRows, owned: dict[int, list[Row]]
) -> None:
    assert list(owned) == [user["id"] for user in shop["users"]]
    assert len(shop["addresses"]) == 900
    counts = Counter(map(len, owned.values()))
    assert min(counts) >= 1
    assert len(counts) > 3


def test_the_first_is_the_default_made_at_sign_up_with_the_customers_own_number(
    shop: ShopRows, owned: dict[int, list[Row]]
) -> None:
    for key, addresses in owned.items():
        user = shop.users[key]
        assert [address["is_default"] for address in addresses] == [True] + [False] * (len(addresses) - 1)
        assert addresses[0]["created_at"] == user["created_at"]
        assert addresses[0]["phone_number"] == user["phone_number"]
        assert all(address["country"] == user["country"] for address in addresses)


def test_addresses_come_in_order_of_time_within_the_window(
    shop: ShopRows, owned: dict[int, list[Row]]
) -> None:
    for addresses in owned.values():
        moments = [address["created_at"] for address in addresses]
        assert moments == sorted(moments)
        assert moments[-1] < shop.closes
        assert [address["updated_at"] for address in addresses] == moments


def test_no_other_address_is_the_one_at_home(owned: dict[int, list[Row]]) -> None:
    for home, *others in owned.values():
        assert home["line_1"] not in {address["line_1"] for address in others}


def test_others_are_of_four_kinds_in_the_shares_of_sixteen() -> None:
    shop = ShopRows(locales={"en_GB": 1}, addresses={"per_customer": 6}, orders={"per_customer": 0})
    titles = Counter(address["title"] for address in shop["addresses"] if not address["is_default"])
    assert {address["title"] for address in shop["addresses"] if address["is_default"]} == {"Home"}
    shares = sorted((count / titles.total() for count in titles.values()), reverse=True)
    assert shares == pytest.approx([7 / 16, 5 / 16, 2 / 16, 2 / 16], abs=0.06)


def test_a_second_line_is_there_for_some_and_never_empty(shop: ShopRows) -> None:
    lines = [address["line_2"] for address in shop["addresses"]]
    assert 0 < sum(line is None for line in lines) < len(lines)
    assert all(line is None or line.strip() for line in lines)


@pytest.mark.parametrize("per_customer", [1, 8])
def test_one_address_each_and_as_many_as_allowed(per_customer: int) -> None:
    shop = ShopRows(customers=50, addresses={"per_customer": per_customer}, orders={"per_customer": 0})
    assert len(shop["addresses"]) == 50 * per_customer
    if per_customer == 1:
        assert all(address["is_default"] for address in shop["addresses"])


def test_addresses_of_a_city_are_scattered_around_it() -> None:
    shop = ShopRows(locales={"sv_SE": 1}, orders={"per_customer": 0})
    by_city = shop.grouped("addresses", "city")
    largest = max(by_city.values(), key=len)
    points = {(row["latitude"], row["longitude"]) for row in largest}
    assert len(points) == len(largest) > 20
    for place in ("latitude", "longitude"):
        values = sorted(row[place] for row in largest)
        assert values[-1] - values[0] > 0.02
        assert max(after - before for before, after in pairwise(values)) < values[-1] - values[0]

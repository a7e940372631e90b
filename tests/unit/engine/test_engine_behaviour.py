"""Customers and orders behave like a shop's: who buys what, how it is paid, sent and sent back."""

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pytest

from cartload.calendar.timeline import DAY
from cartload.tables.world import World
from support.engine_invariants import dataset

Ask = Any


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Asks a dataset of 12,000 customers in SQL; lines know their category and rating."""
    _, tables = dataset(customers=12_000, ids="integer", orders={"per_customer": 4, "return_rate": 0.2})
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, table in tables.items():
            connection.register(name, table)
        connection.execute(
            """CREATE VIEW lines AS SELECT i.*, o.user_id, o.placed_at, c.name category, p.id product,
            p.rating FROM order_item i JOIN order_details o ON o.id = i.order_id
            JOIN products_skus s ON s.id = i.product_sku_id JOIN products p ON p.id = s.product_id
            JOIN sub_categories b ON b.id = p.sub_category_id JOIN categories c ON c.id = b.category_id"""
        )
        connection.execute(
            """CREATE VIEW local AS SELECT o.*, u.country, u.time_zone,
            placed_at AT TIME ZONE u.time_zone placed, delivered_at AT TIME ZONE u.time_zone delivered
            FROM order_details o JOIN users u ON u.id = o.user_id"""
        )
        yield lambda sql: connection.execute(sql).fetchall()


def one(ask: Ask, sql: str) -> Any:
    [[value]] = ask(sql)
    return value


def test_customers_buy_from_never_to_weekly(ask: Ask) -> None:
    orders = dict(
        ask("""SELECT n, count(*) FROM (SELECT u.id, count(o.id) n FROM users u
        LEFT JOIN order_details o ON o.user_id = u.id GROUP BY u.id) GROUP BY n""")
    )
    assert orders[0] == 12_000 - 9_600
    assert orders[1] > orders[2] > orders[4] > orders[8]
    assert 80 < max(orders) < 500


def test_first_orders_come_soon_and_customers_leave(ask: Ask) -> None:
    soon = one(
        ask,
        """SELECT avg((placed <= joined + INTERVAL 1 HOUR)::INTEGER) FROM (
        SELECT min(o.placed_at) placed, any_value(u.created_at) joined FROM order_details o JOIN users u
        ON u.id = o.user_id GROUP BY u.id)""",
    )
    assert 0.6 < soon < 0.75
    left = ask("""WITH buyers AS (SELECT user_id, min(placed_at) since FROM order_details GROUP BY user_id
        HAVING min(placed_at) < TIMESTAMPTZ '2024-10-01')
      SELECT k, count(DISTINCT user_id) FROM buyers JOIN order_details USING (user_id), range(4) r(k)
      WHERE date_diff('day', since, placed_at) BETWEEN 100 * k + 1 AND 100 * k + 100 GROUP BY k ORDER BY k""")
    counts = [count for _, count in left]
    assert counts[0] > 1.2 * counts[1] > 1.2 * counts[3]


def test_most_of_a_customers_orders_are_about_few_categories(ask: Ask) -> None:
    share = one(
        ask,
        """WITH a AS (SELECT user_id, category, count(*) n FROM lines WHERE line_number = 1 GROUP BY ALL),
        b AS (SELECT user_id, n, row_number() OVER (PARTITION BY user_id ORDER BY n DESC) place,
          sum(n) OVER (PARTITION BY user_id) whole FROM a)
        SELECT sum(n) FILTER (place <= 4) / sum(n) FROM b WHERE whole >= 15""",
    )
    assert share > 0.85


def test_lines_of_a_basket_hang_together(ask: Ask) -> None:
    sql = """SELECT avg((a.category = b.category)::INTEGER) FROM lines a JOIN lines b
        ON b.line_number = 2 AND a.line_number = 1 AND b.order_id = a.order_id"""
    alone = one(
        ask, "SELECT sum(n * n) / pow(sum(n), 2) FROM (SELECT count(*) n FROM lines GROUP BY category)"
    )
    assert one(ask, sql) > 4 * alone


def test_customers_buy_the_same_again_where_it_runs_out(ask: Ask) -> None:
    sql = """WITH own AS (SELECT category, product, user_id, row_number() OVER
        (PARTITION BY user_id, category ORDER BY placed_at) place FROM lines WHERE line_number = 1)
      SELECT a.category, avg((a.product = b.product)::INTEGER) FROM own a JOIN own b
      ON b.user_id = a.user_id AND b.category = a.category AND a.place = 1 AND b.place = 2 GROUP BY 1"""
    same = dict(ask(sql))
    chance = dict(
        ask("""SELECT category, sum(n * n) / pow(sum(n), 2) FROM
        (SELECT category, product, count(*) n FROM lines GROUP BY ALL) GROUP BY category""")
    )
    assert same["Grocery"] > chance["Grocery"] + 0.08
    assert same["Furniture"] < chance["Furniture"] + 0.03


def test_baskets_are_small_with_a_long_tail_and_values_are_skewed(ask: Ask) -> None:
    [[mean, single, many]] = ask(
        """SELECT avg(n), avg((n = 1)::INTEGER), avg((n >= 6)::INTEGER)
        FROM (SELECT count(*) n FROM lines GROUP BY order_id)"""
    )
    assert mean == pytest.approx(2.2, abs=0.001)
    assert 0.4 < single < 0.55
    assert 0.01 < many < 0.1
    mean, median, high = ask(
        "SELECT avg(total), median(total), quantile_cont(total, 0.99) FROM order_details"
    )[0]
    assert mean > 1.4 * median
    assert high > 8 * median


def test_numbers_of_lines_are_almost_geometric_and_values_almost_log_normal(ask: Ask) -> None:
    counts = dict(ask("SELECT n, count(*) FROM (SELECT count(*) n FROM lines GROUP BY order_id) GROUP BY n"))
    orders, ends = sum(counts.values()), 1 / 2.2
    for lines in range(1, 9):
        assert counts[lines] / orders == pytest.approx(ends * (1 - ends) ** (lines - 1), abs=0.02)
    assert all(counts[lines] > counts[lines + 1] for lines in range(1, 8))
    deviation, skewness = ask("SELECT stddev(ln(subtotal)), skewness(ln(subtotal)) FROM order_details")[0]
    assert 1.1 < deviation < 1.5
    assert abs(skewness) < 0.3


def test_pieces_are_the_specs_on_the_whole_and_differ_by_goods(ask: Ask) -> None:
    assert one(ask, "SELECT avg(quantity) FROM lines") == pytest.approx(1.4, abs=0.06)
    pieces = dict(ask("SELECT category, avg(quantity) FROM lines GROUP BY category"))
    assert pieces["Grocery"] > 1.5 * pieces["Furniture"]
    steps = "(unit_price >= 500)::INT + (unit_price >= 4000)::INT + (unit_price >= 40000)::INT"
    by_price = [mean for _, mean in ask(f"SELECT {steps}, avg(quantity) FROM lines GROUP BY 1 ORDER BY 1")]
    assert by_price == sorted(by_price, reverse=True)
    assert by_price[0] > 1.5 * by_price[-1]


def test_clothes_and_what_disappoints_come_back(ask: Ask) -> None:
    back = "avg((returned_quantity > 0)::INTEGER)"
    by_category = dict(ask(f"SELECT category, {back} FROM lines GROUP BY category"))
    assert min(by_category["Clothing"], by_category["Shoes"]) > 2.5 * by_category["Grocery"]
    rank = "ntile(3) OVER (PARTITION BY category ORDER BY rating, product)"
    thirds = ask(f"SELECT {back} FROM (SELECT *, {rank} third FROM lines) GROUP BY third ORDER BY third")
    assert thirds[0][0] > 1.2 * thirds[2][0]


def test_shares_are_the_specs(ask: Ask) -> None:
    settled = "FROM order_details WHERE placed_at < TIMESTAMPTZ '2025-09-01'"
    shares = dict(ask(f"SELECT status, count(*) / sum(count(*)) OVER () {settled} GROUP BY status"))
    assert shares["cancelled"] == pytest.approx(0.05, abs=0.005)
    assert shares["returned"] == pytest.approx(0.95 * 0.2, abs=0.008)
    coupons = one(ask, "SELECT count(coupon) FROM order_details")
    assert coupons == 48_000 * 15 // 100


def test_parcels_arrive_in_the_daytime_but_not_on_sundays(ask: Ask) -> None:
    days = dict(ask("SELECT isodow(delivered), count(*) FROM local WHERE channel <> 'store' GROUP BY 1"))
    assert days.pop(None) > 0
    assert sorted(days) == [1, 2, 3, 4, 5, 6]
    hours = ask("SELECT min(hour(delivered)), max(hour(delivered)) FROM local WHERE channel <> 'store'")
    assert hours == [(9, 19)]


def test_counters_hand_over_at_once_and_keep_hours(ask: Ask) -> None:
    slow = "count(*) FILTER (delivered_at > paid_at + INTERVAL 15 MINUTE)"
    closed = "count(*) FILTER (isodow(placed) = 7 OR hour(placed) NOT BETWEEN 9 AND 19)"
    sent = "count(*) FILTER (shipping > 0)"
    assert ask(f"SELECT {slow}, {closed}, {sent} FROM local WHERE channel = 'store'") == [(0, 0, 0)]
    assert one(ask, f"SELECT {closed} FROM local WHERE channel = 'phone'") == 0


def test_coupons_say_what_they_take_off_and_run_when_their_campaign_does(ask: Ask) -> None:
    wrong = "discount <> subtotal * regexp_extract(coupon, '[0-9]+$')::BIGINT // 100"
    assert one(ask, f"SELECT count(*) FROM order_details WHERE coupon IS NOT NULL AND {wrong}") == 0
    friday = "SELECT min(day(placed)), max(day(placed)), count(*) FROM local WHERE coupon LIKE 'BLACKFRIDAY%'"
    first, last, count = ask(friday)[0]
    assert (first, last) == (23, 29)
    assert count > 50
    late = """SELECT count(*) FROM order_details o WHERE coupon LIKE 'WELCOME%' AND EXISTS (SELECT 1
        FROM order_details e WHERE e.user_id = o.user_id AND e.placed_at < o.placed_at)"""
    assert one(ask, late) == 0


def test_methods_are_those_of_the_country_and_failures_those_of_the_method(ask: Ask) -> None:
    klarna = dict(
        ask("""SELECT country, avg((method = 'klarna')::INTEGER) FROM payment_details p
        JOIN local l ON l.id = p.order_id GROUP BY country""")
    )
    assert min(klarna["DE"], klarna["SE"]) > 2.5 * max(klarna["US"], klarna["CA"])
    reasons = ask("SELECT DISTINCT method FROM payment_details WHERE failure_reason = 'expired_card'")
    assert reasons == [("card",)]


def test_failed_charges_are_mostly_tried_again_and_mostly_fail_again_by_the_same_method(ask: Ask) -> None:
    tried = ask(
        """SELECT a.method = b.method, b.created_at > a.updated_at, b.status, count(*) FROM payment_details a
        LEFT JOIN payment_details b ON b.order_id = a.order_id AND b.attempt = 2 AND b.kind = 'charge'
        WHERE a.attempt = 1 AND a.status = 'failed' AND a.updated_at < '2025-12-01' GROUP BY ALL"""
    )
    failed, again = (sum(row[3] for row in tried if row[1] or which) for which in (True, False))
    assert 0.6 < again / failed < 0.8
    assert {after for _, after, _, _ in tried} == {True, None}
    rates = [
        sum(row[3] for row in tried if row[0] == same and row[2] == "failed")
        / sum(row[3] for row in tried if row[0] == same)
        for same in (True, False)
    ]
    assert rates[0] > 0.3 > 0.15 > rates[1]


def test_a_third_of_the_orders_whose_first_charge_fails_is_lost_and_then_cancelled(ask: Ask) -> None:
    [[paid, cancelled]] = ask(
        """SELECT avg((paid_at IS NOT NULL)::INTEGER),
        avg((o.status = 'cancelled')::INTEGER) FILTER (paid_at IS NULL)
        FROM order_details o JOIN payment_details p ON p.order_id = o.id AND p.attempt = 1
        WHERE p.status = 'failed' AND o.placed_at < '2025-11-01'"""
    )
    assert 0.5 < paid < 0.75
    assert cancelled > 0.9


def test_some_wishes_are_bought_and_leave_the_list_then(ask: Ask) -> None:
    bought = one(
        ask,
        """SELECT count(*) FROM wishlist w WHERE EXISTS (SELECT 1 FROM lines l WHERE l.user_id = w.user_id
        AND l.product = w.product_id AND l.placed_at = w.removed_at)""",
    )
    assert 0.1 < bought / 14_400 < 0.35


@pytest.mark.parametrize("exponent", [0.8, 1.4])
def test_first_lines_follow_popularity_and_that_the_exponent(exponent: float) -> None:
    spec, tables = dataset(
        customers=8_000,
        ids="integer",
        orders={"per_customer": 5, "items": 1.5},
        catalogue={"categories": 2, "products": 600, "skus_per_product": 1},
        skew={"products": exponent},
        wishlist={"per_customer": 0},
    )
    catalogue, lines = World(spec).catalogue, tables["order_item"]
    first = lines["line_number"].to_numpy() == 1
    product = catalogue.product_of_sku[lines["product_sku_id"].to_numpy()[first] - 1]
    sold = np.bincount(product, minlength=catalogue.products)
    weights = np.diff(catalogue.popularity)
    always = (catalogue.launched < catalogue.end - 731 * DAY) & (catalogue.ends > catalogue.end)
    for category in (0, 1):
        some = np.flatnonzero(always & (catalogue.category == category))
        some = some[np.argsort(weights[some])[-30:]]
        slope = np.polyfit(np.log(weights[some]), np.log(sold[some]), 1)[0]
        assert slope == pytest.approx(1, abs=0.08)


def test_orders_are_as_unequal_as_the_customers_exponent() -> None:
    shares = []
    for exponent in (0, 0.8, 1.6):
        _, tables = dataset(
            customers=5_000,
            ids="integer",
            orders={"items": 1, "per_customer": 4},
            skew={"customers": exponent},
        )
        orders = np.sort(np.bincount(tables["order_details"]["user_id"].to_numpy()))[::-1]
        shares.append(orders[:50].sum() / orders.sum())
    assert shares[0] < 0.08
    assert 0.1 < shares[1] < 0.25
    assert shares[2] > 0.3

"""Sessions explain the orders: who comes, by what, when, and what becomes of the cart."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from cartload.engine.chunks import Blocks, Segment, plan, row_totals
from cartload.engine.generate import Engine
from cartload.schema.rowhash import hash_batch
from cartload.spec import SpecError, parse, resolve
from cartload.spec.session_counts import online_share
from support.engine_invariants import dataset, in_memory, report
from support.golden import hashes
from support.shop_rows import Row, ShopRows

ONLINE = ("web", "ios", "android")
CART = ("view_product", "add_to_cart", "remove_from_cart")


@pytest.fixture(scope="module")
def shop() -> ShopRows:
    return ShopRows(customers=600, clickstream={"sessions_per_customer": 3})


def online(shop: ShopRows) -> list[Row]:
    return [order for order in shop["order_details"] if order["channel"] in ONLINE]


def events_of(shop: ShopRows) -> dict[Any, list[Row]]:
    return shop.grouped("events", "session_id")


def purchases(shop: ShopRows) -> dict[tuple[Any, ...], list[Row]]:
    """The events of sessions with a purchase, by customer, channel and moment."""
    sessions = shop.by_id("sessions")
    return {
        (sessions[key]["user_id"], sessions[key]["channel"], events[-1]["occurred_at"]): events
        for key, events in events_of(shop).items()
        if events[-1]["type"] == "purchase"
    }


@pytest.mark.parametrize("rate", [0, 0.0001])
def test_without_sessions_per_customer_both_tables_are_empty(rate: float) -> None:
    shop = ShopRows(clickstream={"sessions_per_customer": rate})
    assert bool(shop["sessions"]) == bool(shop["events"]) == (rate > 0)
    assert len(shop["sessions"]) == (len(online(shop)) if rate else 0)


def test_no_other_table_depends_on_sessions() -> None:
    specs = [
        resolve(parse({"customers": 1500, "clickstream": clickstream}))
        for clickstream in ({}, {"sessions_per_customer": 2, "conversion_rate": 0.2})
    ]
    plain, visited = (hashes(spec, plan(spec, Segment(0, 1500), catalogue=True)) for spec in specs)
    assert {name for name in plain if plain[name] != visited[name]} == {"sessions", "events"}


def test_every_order_online_ends_a_session_whose_cart_is_the_order(shop: ShopRows) -> None:
    found, skus = purchases(shop), shop.by_id("products_skus")
    lines = shop.grouped("order_item", "order_id")
    assert len(found) == len(online(shop))
    for order in online(shop):
        cart = Counter[Any]()
        for event in found[order["user_id"], order["channel"], order["placed_at"]]:
            cart[event["product_id"]] += {"add_to_cart": 1, "remove_from_cart": -1}.get(event["type"], 0)
        ordered = Counter(skus[line["product_sku_id"]]["product_id"] for line in lines[order["id"]])
        assert +cart == ordered


def test_what_is_put_into_a_cart_was_viewed_before_often_in_an_earlier_session(shop: ShopRows) -> None:
    earlier = 0
    sessions = shop.by_id("sessions")
    viewed: dict[Any, set[Any]] = {}
    for event in sorted(shop["events"], key=lambda event: (event["occurred_at"], event["id"])):
        visitor = sessions[event["session_id"]]["visitor_id"]
        if event["type"] == "view_product":
            viewed.setdefault((visitor, event["product_id"]), set()).add(event["session_id"])
        if event["type"] == "add_to_cart":
            seen = viewed[visitor, event["product_id"]]
            earlier += event["session_id"] not in seen
    assert earlier > 100


def test_sessions_of_a_visitor_follow_one_another_and_are_short(shop: ShopRows) -> None:
    for visits in shop.grouped("sessions", "visitor_id").values():
        visits.sort(key=lambda visit: (visit["started_at"], visit["id"]))
        for visit, following in pairwise(visits):
            assert visit["ended_at"] <= following["started_at"]
        assert len({(v["channel"], v["device"], v["os"], v["browser"], v["country"]) for v in visits}) == 1
    lengths = sorted(visit["ended_at"] - visit["started_at"] for visit in shop["sessions"])
    assert lengths[-1] < timedelta(hours=3)
    assert timedelta(minutes=1) < lengths[len(lengths) * 3 // 4] < timedelta(minutes=15)


def test_some_come_before_they_sign_up_and_are_not_known_then(shop: ShopRows) -> None:
    users = {visit["visitor_id"]: visit["user_id"] for visit in shop["sessions"] if visit["user_id"]}
    before = [visit for visit in shop["sessions"] if visit["user_id"] is None]
    assert len(before) > 50
    known = [visit for visit in before if visit["visitor_id"] in users]
    assert len(known) > 20
    for visit in known:
        assert visit["started_at"] < shop.users[users[visit["visitor_id"]]]["created_at"]
        assert visit["traffic_source"] != "email"


def test_products_are_looked_at_while_they_are_on_sale(shop: ShopRows) -> None:
    products = shop.by_id("products")
    for event in shop["events"]:
        assert (event["product_id"] is not None) == (event["type"] in CART)
        if event["product_id"] is not None:
            product = products[event["product_id"]]
            assert product["launched_at"] <= event["occurred_at"]
            assert product["discontinued_at"] is None or event["occurred_at"] < product["discontinued_at"]
            assert event["url"] in ("/cart", f"/products/{product['slug']}")


def test_searches_say_what_is_looked_at_next(shop: ShopRows) -> None:
    products, searches = shop.by_id("products"), 0
    for events in events_of(shop).values():
        for event, following in pairwise(events):
            if event["type"] == "search":
                words = products[following["product_id"]]["slug"].split("-")
                assert set(event["query"].split()) <= set(words)
                assert event["url"] == "/search?q=" + event["query"].replace(" ", "+")
                searches += 1
    assert searches > 100


@pytest.mark.parametrize(
    "clickstream",
    [
        {"sessions_per_customer": 4, "bounce_rate": 0.7, "abandonment_rate": 0.3},
        {"sessions_per_customer": 2.5, "bounce_rate": 0, "abandonment_rate": 0},
        {"sessions_per_customer": 1, "bounce_rate": 0.1, "abandonment_rate": 0.5, "conversion_rate": 0.1},
    ],
)
def test_shares_are_those_of_the_spec(clickstream: dict[str, float]) -> None:
    spec, tables = dataset(customers=2000, clickstream=clickstream)
    shop = {table: tables[table].to_pylist() for table in ("sessions", "events")}
    put = {event["session_id"] for event in shop["events"] if event["type"] == "add_to_cart"}
    bought = {event["session_id"] for event in shop["events"] if event["type"] == "purchase"}
    others = [visit for visit in shop["sessions"] if visit["id"] not in bought]
    bounced = sum(visit["events"] == 1 for visit in others) / len(others)
    left = sum(visit["id"] in put for visit in others) / len(others)
    assert bounced == pytest.approx(clickstream["bounce_rate"], abs=0.03)
    assert left == pytest.approx(clickstream["abandonment_rate"], abs=0.03)
    if "conversion_rate" in clickstream:
        assert len(bought) / len(shop["sessions"]) == pytest.approx(clickstream["conversion_rate"], abs=0.001)
    else:
        assert len(others) == 2000 * clickstream["sessions_per_customer"]
    found = report(spec, tables)
    assert found.ok, found.text()


@pytest.mark.parametrize(
    "fields",
    [
        {"clickstream": {"sessions_per_customer": 3}},
        {"clickstream": {"sessions_per_customer": 10, "bounce_rate": 0.1, "abandonment_rate": 0.6}},
        {"clickstream": {"sessions_per_customer": 1, "conversion_rate": 0.1}, "orders": {"per_customer": 1}},
        {"clickstream": {"sessions_per_customer": 2}, "orders": {"per_customer": 4, "items": 5}},
        {"clickstream": {"sessions_per_customer": 2}, "orders": {"per_customer": 0}},
        {"clickstream": {"sessions_per_customer": 1}, "season": {"day": [1] * 12 + [100] * 12}},
    ],
)
def test_about_as_many_sessions_and_events_are_made_as_are_expected(fields: dict[str, Any]) -> None:
    spec = resolve(parse({"customers": 4000, "catalogue": {"products": 600}, **fields}))
    expected = row_totals(spec, Segment(0, 4000), catalogue=True)
    found = Engine(spec).count(Blocks(0, 4000))
    assert found["sessions"] == pytest.approx(expected["sessions"], rel=0.03)
    assert found["events"] == pytest.approx(expected["events"], rel=0.06)
    assert 0.5 < online_share(spec.season) <= 1


def test_a_block_alone_has_the_same_sessions_and_rows_are_in_the_order_of_their_keys() -> None:
    fields = {"sessions_per_customer": 1.7, "conversion_rate": 0.3}
    spec = resolve(parse({"customers": 3000, "ids": "integer", "clickstream": fields}))
    engine = Engine(spec)
    together = engine.generate(Blocks(0, 3000), tables=("sessions", "events"))
    alone = [engine.generate(Blocks(block, 1000), tables=("sessions", "events")) for block in (2, 0, 1)]
    for table, batch in together.items():
        parts = [hash_batch(made[table], table) for made in alone]
        assert sum(parts[1:], parts[0]) == hash_batch(batch, table)
        keys = batch["id"].to_pylist()
        assert keys == sorted(keys)
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("clickstream", "field", "message"),
    [
        ({"conversion_rate": 0.1}, "conversion_rate", "needs clickstream.sessions_per_customer above 0"),
        ({"sessions_per_customer": 3, "conversion_rate": 0.9}, "conversion_rate", "must be 0.0025 to 0.39"),
        ({"sessions_per_customer": 3, "conversion_rate": 0.001}, "conversion_rate", "must be 0.0025 to 0.39"),
        (
            {"bounce_rate": 0.9},
            "abandonment_rate",
            "must be at most 0.1 beside clickstream.bounce_rate = 0.9",
        ),
        ({"sessions_per_customer": 51}, "sessions_per_customer", "less than or equal to 50"),
    ],
)
def test_what_cannot_be_is_refused(clickstream: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        resolve(parse({"clickstream": clickstream}))
    (error,) = caught.value.errors
    assert error["field"] == f"clickstream.{field}"
    assert message in error["message"]


def test_a_conversion_needs_orders() -> None:
    with pytest.raises(SpecError, match=r"needs orders\.per_customer above 0"):
        resolve(
            parse(
                {
                    "orders": {"per_customer": 0},
                    "clickstream": {"sessions_per_customer": 1, "conversion_rate": 0.1},
                }
            )
        )


def test_nothing_is_viewed_before_its_launch_by_those_who_buy_it_right_after() -> None:
    """Half of all orders are placed in the first hour after a launch that may fall into their session."""
    spec, tables = dataset(
        customers=4000,
        ids="integer",
        locales={"en_GB": 1},
        window={"start": "2025-01-14", "end": "2025-01-15"},
        season={"day": [1000, *[1] * 23]},
        orders={"per_customer": 20, "items": 3},
        catalogue={"products": 8000},
        clickstream={"sessions_per_customer": 0.1},
    )
    with in_memory(spec, tables) as stored:
        ((views, early),) = stored.rows(
            """SELECT count(*), count(*) FILTER (occurred_at < launched_at)
            FROM events JOIN products p ON p.id = product_id"""
        )
    assert views > 300_000
    assert early == 0

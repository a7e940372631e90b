"""The business questions as programs in pandas, written from their words and not their SQL."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

type Frames = Mapping[str, pd.DataFrame]
type Rows = list[tuple[Any, ...]]

MINUTE, HOUR = pd.Timedelta(minutes=1), pd.Timedelta(hours=1)


def answers(frames: Frames) -> dict[str, Rows]:
    """The rows of each answer, by its question's name."""
    return {program.__name__: rows(program(frames)) for program in PROGRAMS}


def rows(frame: pd.DataFrame) -> Rows:
    plain = frame.astype(object).where(frame.notna(), None)
    return [tuple(row) for row in plain.itertuples(index=False)]


def bp(part: Any, whole: Any) -> Any:
    """A share in basis points, rounded half up; missing where there is no whole."""
    return (20_000 * part + whole) // (2 * whole).astype("Int64").replace(0, pd.NA)


def mean(total: Any, count: Any) -> Any:
    return (2 * total + count) // (2 * count)


def month(moments: Any) -> Any:
    return moments.dt.strftime("%Y-%m")


def paid(frames: Frames) -> pd.DataFrame:
    orders = frames["order_details"]
    return orders[orders["paid_at"].notna()]


def ranked(values: Any, percents: tuple[int, ...]) -> list[int]:
    """Nearest-rank percentiles: the smallest value that at least so many percent do not exceed."""
    ordered = values.sort_values().to_numpy()
    return [int(ordered[-(-percent * len(ordered) // 100) - 1]) for percent in percents]


def in_categories(frames: Frames, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that have a ``product_id`` with the product's name, brand and category."""
    subs = frames["sub_categories"].set_index("id")["category_id"]
    slugs = frames["categories"].set_index("id")["slug"]
    products = frames["products"][["id", "name", "brand", "sub_category_id"]]
    products = products.rename(columns={"id": "product_id", "name": "product"})
    products["category"] = products["sub_category_id"].map(subs).map(slugs)
    return rows.merge(products, on="product_id")


def lines(frames: Frames, orders: pd.DataFrame) -> pd.DataFrame:
    """Lines of the orders with their SKU, product and category."""
    orders = orders[["id", "user_id", "placed_at"]].rename(columns={"id": "order_id"})
    skus = frames["products_skus"][["id", "product_id", "sku", "cost", "stock"]]
    skus = skus.rename(columns={"id": "product_sku_id"})
    joined = frames["order_item"].merge(orders, on="order_id").merge(skus, on="product_sku_id")
    return in_categories(frames, joined)


def country_of(frames: Frames, orders: pd.DataFrame) -> Any:
    return orders["address_id"].map(frames["addresses"].set_index("id")["country"])


def first_charges(frames: Frames) -> pd.DataFrame:
    payments = frames["payment_details"]
    orders = frames["order_details"][["id", "status", "paid_at"]]
    orders = orders.rename(columns={"id": "order_id", "status": "order_status"})
    return payments[payments["attempt"] == 1].merge(orders, on="order_id")


def revenue_by_month(frames: Frames) -> pd.DataFrame:
    orders = paid(frames)
    months = orders.groupby(month(orders["placed_at"]))["total"]
    return months.agg(["size", "sum"]).reset_index()


def monthly_buyers(frames: Frames) -> pd.DataFrame:
    """What each buyer paid in each month, and whether it was the buyer's first month."""
    orders = paid(frames)
    keys = {"user_id": orders["user_id"], "month": month(orders["placed_at"])}
    months = orders["total"].groupby([keys["user_id"], keys["month"].rename("month")]).sum().reset_index()
    months["new"] = months["month"] == months.groupby("user_id")["month"].transform("min")
    return months


def new_and_returning_customers(frames: Frames) -> pd.DataFrame:
    months = monthly_buyers(frames)
    months["old"] = ~months["new"]
    months["from_new"] = months["total"] * months["new"].astype("int64")
    months["from_old"] = months["total"] - months["from_new"]
    return months.groupby("month")[["new", "old", "from_new", "from_old"]].sum().reset_index()


def cohort_retention(frames: Frames) -> pd.DataFrame:
    orders = paid(frames)
    placed = orders["placed_at"].dt
    months = (12 * placed.year + placed.month - 1).astype("int64")
    active = pd.DataFrame({"user_id": orders["user_id"], "month": months}).drop_duplicates()
    active["cohort"] = active.groupby("user_id")["month"].transform("min")
    active["later"] = active["month"] - active["cohort"]
    table = active.groupby(["cohort", "later"]).size().rename("active").reset_index()
    sizes = table[table["later"] == 0].set_index("cohort")["active"]
    table = table[table["later"].between(1, 12)]
    table["n"] = table["cohort"].map(sizes).astype("int64")
    table["bp"] = bp(table["active"], table["n"])
    table["month"], table["year"] = table["cohort"] % 12 + 1, table["cohort"] // 12
    return table[["year", "month", "n", "later", "active", "bp"]]


def repeat_purchase_rate(frames: Frames) -> pd.DataFrame:
    orders = paid(frames)["user_id"].value_counts()
    counts = pd.DataFrame({"a": [len(frames["users"])], "b": len(orders), "c": int((orders > 1).sum())})
    return counts.assign(bp=bp(counts["c"], counts["b"]))


def time_between_orders(frames: Frames) -> pd.DataFrame:
    orders = paid(frames).sort_values(["user_id", "placed_at", "id"])
    gaps = (orders.groupby("user_id")["placed_at"].diff().dropna() // HOUR).astype("int64")
    percents = (5, 10, 25, 50, 75, 90, 95) if len(gaps) else ()
    return pd.DataFrame({"percent": percents, "hours": ranked(gaps, percents)})


def revenue_by_customer_tenth(frames: Frames) -> pd.DataFrame:
    spent = paid(frames).groupby("user_id")["total"].sum().reset_index()
    spent = spent.sort_values(["total", "user_id"], ascending=[False, True], ignore_index=True)
    size, larger = divmod(len(spent), 10)
    spent["tenth"] = [tenth for tenth in range(1, 11) for _ in range(size + (tenth <= larger))]
    tenths = spent.groupby("tenth")["total"].agg(["size", "sum"]).reset_index()
    return tenths.assign(bp=bp(tenths["sum"], tenths["sum"] * 0 + spent["total"].sum()))


def orders_by_local_hour(frames: Frames) -> pd.DataFrame:
    orders, zones = frames["order_details"], frames["users"].set_index("id")["time_zone"]
    groups = orders["placed_at"].groupby(orders["user_id"].map(zones))
    local = [placed.dt.tz_convert(zone).dt.tz_localize(None) for zone, placed in groups]
    moments = pd.concat([pd.Series([], dtype="datetime64[ms]"), *local]).dt
    table = pd.DataFrame({"weekday": moments.day_of_week + 1, "hour": moments.hour})
    return table.groupby(["weekday", "hour"]).size().reset_index()


def revenue_by_channel(frames: Frames) -> pd.DataFrame:
    channels = paid(frames).groupby("channel")["total"].agg(["size", "sum"]).reset_index()
    return channels.assign(bp=bp(channels["sum"], channels["sum"] * 0 + channels["sum"].sum()))


def order_value_by_country(frames: Frames) -> pd.DataFrame:
    orders = paid(frames)
    countries = orders.groupby(country_of(frames, orders))["total"].agg(["size", "sum"]).reset_index()
    return countries.assign(mean=mean(countries["sum"], countries["size"]))


def basket_size(frames: Frames) -> pd.DataFrame:
    baskets = frames["order_item"].groupby("order_id")
    sums = baskets[["quantity", "line_total"]].sum().assign(lines=baskets.size(), orders=1)
    sizes = sums.groupby("lines")[["orders", "quantity", "line_total"]].sum().reset_index()
    return sizes.assign(line_total=mean(sizes["line_total"], sizes["orders"]))


def top_products(frames: Frames) -> pd.DataFrame:
    sold = lines(frames, paid(frames))
    sold["revenue"] = sold["line_total"] - sold["discount"]
    products = sold.groupby(["product_id", "product", "brand"])[["quantity", "revenue"]].sum().reset_index()
    return products.sort_values(["revenue", "product_id"], ascending=[False, True]).head(20)


def margin_by_category(frames: Frames) -> pd.DataFrame:
    sold = lines(frames, paid(frames))
    sold["revenue"] = sold["line_total"] - sold["discount"]
    sold["cost"] = sold["quantity"] * sold["cost"]
    sums = sold.groupby("category")[["quantity", "revenue", "cost"]].sum().reset_index()
    sums["margin"] = sums["revenue"] - sums["cost"]
    return sums.assign(bp=bp(sums["cost"], sums["revenue"]))


def stock_cover(frames: Frames) -> pd.DataFrame:
    orders = frames["order_details"]
    recent = orders["placed_at"] > orders["placed_at"].max() - pd.Timedelta(days=90)
    sold = lines(frames, orders[recent & (orders["status"] != "cancelled")])
    pieces = sold.groupby(["sku", "product", "stock"])["quantity"].sum().reset_index()
    best = pieces.sort_values(["quantity", "sku"], ascending=[False, True]).head(20)
    best["days"] = 90 * best["stock"].astype("int64") // best["quantity"]
    return best[["sku", "product", "quantity", "stock", "days"]]


def wishlist_conversion(frames: Frames) -> pd.DataFrame:
    bought = lines(frames, paid(frames))[["user_id", "product_id", "placed_at"]]
    wishes = in_categories(frames, frames["wishlist"])
    pairs = wishes.merge(bought, on=["user_id", "product_id"])
    wishes["bought"] = wishes["id"].isin(pairs.loc[pairs["placed_at"] >= pairs["created_at"], "id"])
    sums = wishes.groupby("category")["bought"].agg(["size", "sum"]).reset_index()
    return sums.assign(bp=bp(sums["sum"], sums["size"]))


def coupon_use(frames: Frames) -> pd.DataFrame:
    orders = frames["order_details"]
    used = orders[orders["coupon"].notna()].assign(n=1).groupby("coupon")
    sums = used[["n", "subtotal", "discount"]].sum().reset_index()
    best = sums.sort_values(["n", "coupon"], ascending=[False, True]).head(20)
    return best.assign(bp=bp(best["discount"], best["subtotal"]))


def payment_failures(frames: Frames) -> pd.DataFrame:
    charges = first_charges(frames)
    charges = charges[charges["status"].isin(["captured", "failed"])].assign(n=1)
    charges["failed"] = charges["status"] == "failed"
    charges["recovered"] = charges["failed"] & charges["paid_at"].notna()
    sums = charges.groupby("method")[["n", "failed", "recovered"]].sum().reset_index()
    sums["bp"], sums["recovery"] = bp(sums["failed"], sums["n"]), bp(sums["recovered"], sums["failed"])
    return sums[["method", "n", "failed", "bp", "recovered", "recovery"]]


def cancellations_by_method(frames: Frames) -> pd.DataFrame:
    charges = first_charges(frames).assign(n=1)
    cancelled = charges["order_status"] == "cancelled"
    charges["before"] = cancelled & charges["paid_at"].isna()
    charges["after"] = cancelled & charges["paid_at"].notna()
    sums = charges.groupby("method")[["n", "before", "after"]].sum().reset_index()
    return sums.assign(bp=bp(sums["before"] + sums["after"], sums["n"]))


def delivery_times(frames: Frames) -> pd.DataFrame:
    orders = frames["order_details"]
    orders = orders[orders["delivered_at"].notna()]
    minutes = ((orders["delivered_at"] - orders["placed_at"]) // MINUTE).astype("int64")
    table = [
        (country, len(values), *ranked(values, (50, 75, 90, 95, 99)))
        for country, values in minutes.groupby(country_of(frames, orders))
    ]
    return pd.DataFrame(table)


def return_rate_by_category(frames: Frames) -> pd.DataFrame:
    orders = frames["order_details"]
    delivered = lines(frames, orders[orders["delivered_at"].notna()])
    sums = delivered.groupby("category")[["quantity", "returned_quantity"]].sum().reset_index()
    return sums.assign(bp=bp(sums["returned_quantity"], sums["quantity"]))


def stock_by_center(frames: Frames) -> pd.DataFrame:
    items = frames["inventory_items"]
    cost = items["product_sku_id"].map(frames["products_skus"].set_index("id")["cost"]) * items["quantity"]
    low = (items["reorder_level"] > 0) & (items["quantity"] <= items["reorder_level"])
    held = items.assign(n=1, cost=cost, low=low.astype("int64")).groupby("distribution_center_id")
    sums = held[["n", "quantity", "cost", "low"]].sum()
    found = frames["distribution_centers"].set_index("id")[["country", "city"]].join(sums, how="inner")
    ordered = found.reset_index().sort_values(["quantity", "id"], ascending=[False, True])
    return ordered[["country", "city", "n", "quantity", "cost", "low"]]


def returns_by_review_rating(frames: Frames) -> pd.DataFrame:
    skus, reviews = frames["products_skus"], frames["reviews"]
    items = frames["order_item"]
    items = items.assign(product_id=items["product_sku_id"].map(skus.set_index("id")["product_id"]))
    pieces = items.groupby(["order_id", "product_id"])[["quantity", "returned_quantity"]].sum()
    published = reviews[reviews["status"] == "published"].assign(n=1)
    found = published.merge(pieces.reset_index(), on=["order_id", "product_id"])
    sums = found.groupby("rating")[["n", "quantity", "returned_quantity"]].sum().reset_index()
    return sums.assign(bp=bp(sums["returned_quantity"], sums["quantity"]))


def refunds_by_month(frames: Frames) -> pd.DataFrame:
    orders = frames["order_details"].set_index("id")["status"]
    refunds = frames["payment_details"]
    refunds = refunds[refunds["kind"] == "refund"].assign(n=1)
    reason = refunds["order_id"].map(orders)
    for status in ("returned", "cancelled"):
        refunds[status] = refunds["amount"].where(reason == status, 0)
    months = refunds.groupby(month(refunds["created_at"]))
    return months[["n", "amount", "returned", "cancelled"]].sum().reset_index()


def steps(frames: Frames) -> pd.DataFrame:
    """Sessions, and by the type of an event whether each has one (1 or 0)."""
    sessions, events = frames["sessions"], frames["events"]
    return sessions.assign(
        n=1,
        **{
            kind: sessions["id"].isin(events.loc[events["type"] == kind, "session_id"]).astype(int)
            for kind in ("view_product", "add_to_cart", "begin_checkout", "purchase")
        },
    )


def session_funnel(frames: Frames) -> pd.DataFrame:
    kinds = ["n", "view_product", "add_to_cart", "begin_checkout", "purchase"]
    sums = steps(frames).groupby(["channel", "device"])[kinds].sum().reset_index()
    left = sums["add_to_cart"] - sums["purchase"]
    return sums.assign(conversion=bp(sums["purchase"], sums["n"]), abandonment=bp(left, sums["add_to_cart"]))


def conversion_by_source(frames: Frames) -> pd.DataFrame:
    visits, events = steps(frames), frames["events"]
    moments = events.loc[events["type"] == "purchase", ["session_id", "occurred_at"]]
    moments = moments.set_axis(["id", "placed_at"], axis=1)
    visits = visits.merge(moments, on="id", how="left")
    visits = visits.assign(bounces=(visits["events"] == 1).astype(int))
    placed = ["user_id", "channel", "placed_at"]
    totals = frames["order_details"].groupby(placed)["total"].min().reset_index()
    visits = visits.merge(totals, on=placed, how="left").fillna({"total": 0}).astype({"total": "int64"})
    columns = ["n", "bounces", "purchase", "total"]
    sums = visits.groupby("traffic_source")[columns].sum().reset_index()
    return sums.assign(bounced=bp(sums["bounces"], sums["n"]), conversion=bp(sums["purchase"], sums["n"]))


def sessions_per_order(frames: Frames) -> pd.DataFrame:
    visits = steps(frames).dropna(subset=["user_id"]).sort_values(["user_id", "started_at", "id"])
    by_user = visits.groupby("user_id")["purchase"]
    visits["before"] = by_user.cumsum() - visits["purchase"]
    paths = visits.groupby(["user_id", "before"])[["n", "events", "purchase"]].sum()
    paths = paths[paths["purchase"] > 0].assign(purchases=1)
    sums = paths.groupby(paths["n"].clip(upper=10))[["purchases", "events"]].sum().reset_index()
    return sums.assign(events=mean(sums["events"], sums["purchases"]))


PROGRAMS: tuple[Callable[[Frames], pd.DataFrame], ...] = (
    revenue_by_month, new_and_returning_customers, cohort_retention, repeat_purchase_rate,
    time_between_orders, revenue_by_customer_tenth, orders_by_local_hour, revenue_by_channel,
    order_value_by_country, basket_size, top_products, margin_by_category, stock_cover, stock_by_center,
    wishlist_conversion, coupon_use, payment_failures, cancellations_by_method, delivery_times,
    return_rate_by_category, returns_by_review_rating, refunds_by_month,
    session_funnel, conversion_by_source, sessions_per_order,
)  # fmt: skip

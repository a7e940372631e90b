"""The business questions as programs in polars, written from their words and not their SQL."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

type Frames = Mapping[str, pl.DataFrame]
type Rows = list[tuple[Any, ...]]

C = pl.col
N = pl.len().cast(pl.Int64).alias("n")
MINUTE, HOUR = 60_000, 3_600_000


def answers(frames: Frames) -> dict[str, Rows]:
    """The rows of each answer, by its question's name."""
    return {program.__name__: program(frames).rows() for program in PROGRAMS}


def bp(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """A share in basis points, rounded half up; null where there is no whole."""
    return pl.when(whole > 0).then((20_000 * part + whole) // (2 * whole))


def mean(total: pl.Expr, count: pl.Expr) -> pl.Expr:
    return (2 * total + count) // (2 * count)


def count_if(condition: pl.Expr) -> pl.Expr:
    return condition.cast(pl.Int64).sum()


def month(moment: pl.Expr) -> pl.Expr:
    return moment.dt.strftime("%Y-%m")


def paid(frames: Frames) -> pl.DataFrame:
    return frames["order_details"].filter(C("paid_at").is_not_null())


def products(frames: Frames) -> pl.DataFrame:
    """Products with the slug of their category, by ``product_id``."""
    subs, categories = frames["sub_categories"], frames["categories"]
    return (
        frames["products"]
        .select(product_id="id", product="name", brand="brand", sub_category_id="sub_category_id")
        .join(subs.select(sub_category_id="id", category_id="category_id"), on="sub_category_id")
        .join(categories.select(category_id="id", category="slug"), on="category_id")
    )


def lines(frames: Frames, orders: pl.DataFrame) -> pl.DataFrame:
    """Lines of the orders with their SKU, product and category."""
    skus = frames["products_skus"].select("product_id", "sku", "cost", "stock", product_sku_id="id")
    return (
        frames["order_item"]
        .join(orders.select("user_id", "placed_at", order_id="id"), on="order_id")
        .join(skus, on="product_sku_id")
        .join(products(frames), on="product_id")
    )


def with_country(frames: Frames, orders: pl.DataFrame) -> pl.DataFrame:
    return orders.join(frames["addresses"].select("country", address_id="id"), on="address_id")


def nearest_rank(values: pl.Expr, percent: int) -> pl.Expr:
    """The smallest value that at least so many percent of the values do not exceed."""
    return values.sort().get((percent * values.len().cast(pl.Int64) + 99) // 100 - 1)


def revenue_by_month(frames: Frames) -> pl.DataFrame:
    return paid(frames).group_by(month(C("placed_at"))).agg(N, C("total").sum()).sort("placed_at")


def new_and_returning_customers(frames: Frames) -> pl.DataFrame:
    months = paid(frames).group_by("user_id", month=month(C("placed_at"))).agg(C("total").sum())
    new = C("month") == C("month").min().over("user_id")
    return (
        months.with_columns(new=new)
        .group_by("month")
        .agg(
            count_if(C("new")),
            count_if(~C("new")).alias("returning"),
            C("total").filter(C("new")).sum().alias("from_new"),
            C("total").filter(~C("new")).sum().alias("from_returning"),
        )
        .sort("month")
    )


def cohort_retention(frames: Frames) -> pl.DataFrame:
    months = 12 * C("placed_at").dt.year().cast(pl.Int64) + C("placed_at").dt.month() - 1
    active = paid(frames).select("user_id", month=months).unique()
    active = active.with_columns(cohort=C("month").min().over("user_id"))
    active = active.with_columns(later=C("month") - C("cohort"))
    sizes = active.filter(C("later") == 0).group_by("cohort").agg(N)
    return (
        active.filter(C("later").is_between(1, 12))
        .group_by("cohort", "later")
        .agg(pl.len().cast(pl.Int64).alias("active"))
        .join(sizes, on="cohort")
        .sort("cohort", "later")
        .select(
            C("cohort") // 12, (C("cohort") % 12 + 1).alias("month"), "n", "later", "active",
            bp(C("active"), C("n")).alias("bp"),
        )
    )  # fmt: skip


def repeat_purchase_rate(frames: Frames) -> pl.DataFrame:
    orders = paid(frames).group_by("user_id").agg(N)
    buyers, repeating = orders.height, orders.filter(C("n") > 1).height
    rate = bp(pl.lit(repeating), pl.lit(buyers))
    return pl.select(pl.lit(frames["users"].height).alias("a"), buyers, pl.lit(repeating).alias("b"), c=rate)


def time_between_orders(frames: Frames) -> pl.DataFrame:
    ordered = paid(frames).sort("user_id", "placed_at", "id")
    gaps = ordered.select(gap=C("placed_at").diff().over("user_id").dt.total_milliseconds() // HOUR)
    gaps = gaps.drop_nulls()
    if gaps.is_empty():
        return gaps
    percents = (5, 10, 25, 50, 75, 90, 95)
    return pl.concat(
        gaps.select(pl.lit(percent).alias("percent"), nearest_rank(C("gap"), percent)) for percent in percents
    )


def revenue_by_customer_tenth(frames: Frames) -> pl.DataFrame:
    spent = paid(frames).group_by("user_id").agg(C("total").sum())
    spent = spent.sort(["total", "user_id"], descending=[True, False])
    size, larger = divmod(spent.height, 10)
    tenths = [tenth for tenth in range(1, 11) for _ in range(size + (tenth <= larger))]
    return (
        spent.with_columns(tenth=pl.Series(tenths, dtype=pl.Int64), all=C("total").sum())
        .group_by("tenth")
        .agg(N, C("total").sum(), bp(C("total").sum(), C("all").first()).alias("bp"))
        .sort("tenth")
    )


def orders_by_local_hour(frames: Frames) -> pl.DataFrame:
    zones = frames["users"].select("time_zone", user_id="id")
    orders = frames["order_details"].join(zones, on="user_id")
    pieces = [
        part.select(local=C("placed_at").dt.convert_time_zone(str(zone)).dt.replace_time_zone(None))
        for (zone,), part in orders.group_by("time_zone")
    ]
    if not pieces:
        return orders.select()
    return (
        pl.concat(pieces)
        .group_by(weekday=C("local").dt.weekday(), hour=C("local").dt.hour())
        .agg(N)
        .sort("weekday", "hour")
    )


def revenue_by_channel(frames: Frames) -> pl.DataFrame:
    orders = paid(frames).with_columns(all=C("total").sum())
    share = bp(C("total").sum(), C("all").first()).alias("bp")
    return orders.group_by("channel").agg(N, C("total").sum(), share).sort("channel")


def order_value_by_country(frames: Frames) -> pl.DataFrame:
    orders = with_country(frames, paid(frames)).group_by("country").agg(N, C("total").sum())
    return orders.with_columns(value=mean(C("total"), C("n"))).sort("country")


def basket_size(frames: Frames) -> pl.DataFrame:
    baskets = frames["order_item"].group_by("order_id").agg(N, C("quantity", "line_total").sum())
    return (
        baskets.group_by(lines="n")
        .agg(pl.len().cast(pl.Int64).alias("orders"), C("quantity", "line_total").sum())
        .with_columns(line_total=mean(C("line_total"), C("orders")))
        .sort("lines")
    )


def top_products(frames: Frames) -> pl.DataFrame:
    sold = lines(frames, paid(frames)).group_by("product_id", "product", "brand")
    revenue = (C("line_total") - C("discount")).sum().alias("revenue")
    ranked = sold.agg(C("quantity").sum(), revenue)
    return ranked.sort(["revenue", "product_id"], descending=[True, False]).head(20)


def margin_by_category(frames: Frames) -> pl.DataFrame:
    revenue, cost = (C("line_total") - C("discount")).sum(), (C("quantity") * C("cost")).sum()
    sold = lines(frames, paid(frames)).group_by("category")
    sums = sold.agg(C("quantity").sum(), revenue.alias("revenue"), cost.alias("cost"))
    return sums.with_columns(
        margin=C("revenue") - C("cost"), share=bp(C("cost"), C("revenue"))
    ).sort("category")  # fmt: skip


def stock_cover(frames: Frames) -> pl.DataFrame:
    orders = frames["order_details"]
    recent = C("placed_at") > C("placed_at").max() - pl.duration(days=90)
    kept = orders.filter(recent).filter(C("status") != "cancelled")
    sold = lines(frames, kept).group_by("sku", "product", "stock").agg(C("quantity").sum())
    best = sold.sort(["quantity", "sku"], descending=[True, False]).head(20)
    return best.select("sku", "product", "quantity", "stock", days=90 * C("stock") // C("quantity"))


def wishlist_conversion(frames: Frames) -> pl.DataFrame:
    bought = lines(frames, paid(frames)).select("user_id", "product_id", "placed_at")
    wishes = frames["wishlist"].select("id", "user_id", "product_id", wished_at="created_at")
    later = wishes.join(bought, on=["user_id", "product_id"]).filter(C("placed_at") >= C("wished_at"))
    came_true = C("id").is_in(later["id"].implode())
    return (
        wishes.join(products(frames), on="product_id")
        .group_by("category")
        .agg(N, count_if(came_true).alias("bought"))
        .with_columns(bp=bp(C("bought"), C("n")))
        .sort("category")
    )


def coupon_use(frames: Frames) -> pl.DataFrame:
    used = frames["order_details"].filter(C("coupon").is_not_null()).group_by("coupon")
    sums = used.agg(N, C("subtotal", "discount").sum())
    ranked = sums.sort(["n", "coupon"], descending=[True, False]).head(20)
    return ranked.with_columns(bp=bp(C("discount"), C("subtotal")))


def first_charges(frames: Frames) -> pl.DataFrame:
    first = frames["payment_details"].filter(C("attempt") == 1)
    orders = frames["order_details"].select("paid_at", order_id="id", order_status="status")
    return first.join(orders, on="order_id")


def payment_failures(frames: Frames) -> pl.DataFrame:
    failed = C("status") == "failed"
    settled = first_charges(frames).filter(C("status").is_in(["captured", "failed"])).group_by("method")
    recovered = count_if(failed & C("paid_at").is_not_null()).alias("recovered")
    return (
        settled.agg(N, count_if(failed).alias("failed"), recovered)
        .select("method", "n", "failed", bp(C("failed"), C("n")).alias("bp"), "recovered",
                recovery=bp(C("recovered"), C("failed")))
        .sort("method")
    )  # fmt: skip


def cancellations_by_method(frames: Frames) -> pl.DataFrame:
    cancelled, was_paid = C("order_status") == "cancelled", C("paid_at").is_not_null()
    return (
        first_charges(frames)
        .group_by("method")
        .agg(
            N, count_if(cancelled & ~was_paid).alias("before"), count_if(cancelled & was_paid).alias("after")
        )
        .with_columns(bp=bp(C("before") + C("after"), C("n")))
        .sort("method")
    )


def delivery_times(frames: Frames) -> pl.DataFrame:
    delivered = frames["order_details"].filter(C("delivered_at").is_not_null())
    minutes = (C("delivered_at") - C("placed_at")).dt.total_milliseconds() // MINUTE
    percentiles = [nearest_rank(minutes, percent).alias(f"p{percent}") for percent in (50, 75, 90, 95, 99)]
    return with_country(frames, delivered).group_by("country").agg(N, *percentiles).sort("country")


def return_rate_by_category(frames: Frames) -> pl.DataFrame:
    delivered = frames["order_details"].filter(C("delivered_at").is_not_null())
    sums = lines(frames, delivered).group_by("category").agg(C("quantity", "returned_quantity").sum())
    return sums.with_columns(bp=bp(C("returned_quantity"), C("quantity"))).sort("category")


def stock_by_center(frames: Frames) -> pl.DataFrame:
    low = (C("reorder_level") > 0) & (C("quantity") <= C("reorder_level"))
    costs = frames["products_skus"].select("cost", product_sku_id="id")
    held = frames["inventory_items"].join(costs, on="product_sku_id").group_by("distribution_center_id")
    sums = held.agg(
        N, C("quantity").sum(), (C("quantity") * C("cost")).sum().alias("cost"), count_if(low).alias("low")
    )
    centers = frames["distribution_centers"].select("country", "city", distribution_center_id="id")
    return (
        sums.join(centers, on="distribution_center_id")
        .sort(["quantity", "distribution_center_id"], descending=[True, False])
        .select("country", "city", "n", "quantity", "cost", "low")
    )


def returns_by_review_rating(frames: Frames) -> pl.DataFrame:
    products = frames["products_skus"].select("product_id", product_sku_id="id")
    pieces = (
        frames["order_item"]
        .join(products, on="product_sku_id")
        .group_by("order_id", "product_id")
        .agg(C("quantity", "returned_quantity").sum())
    )
    published = frames["reviews"].filter(C("status") == "published")
    found = published.join(pieces, on=["order_id", "product_id"]).group_by("rating")
    sums = found.agg(N, C("quantity", "returned_quantity").sum())
    return sums.with_columns(bp=bp(C("returned_quantity"), C("quantity"))).sort("rating")


def refunds_by_month(frames: Frames) -> pl.DataFrame:
    orders = frames["order_details"].select(order_id="id", order_status="status")
    refunds = frames["payment_details"].filter(C("kind") == "refund").join(orders, on="order_id")
    reasons = [
        C("amount").filter(C("order_status") == status).sum().alias(status)
        for status in ("returned", "cancelled")
    ]
    return refunds.group_by(month(C("created_at"))).agg(N, C("amount").sum(), *reasons).sort("created_at")


def steps(frames: Frames) -> pl.DataFrame:
    """Sessions, and by the type of an event whether each has one."""
    kinds = ("view_product", "add_to_cart", "begin_checkout", "purchase")
    found = frames["events"].group_by("session_id")
    flags = found.agg((C("type") == kind).any().alias(kind) for kind in kinds)
    return frames["sessions"].join(flags, left_on="id", right_on="session_id")


def session_funnel(frames: Frames) -> pl.DataFrame:
    kinds = ("view_product", "add_to_cart", "begin_checkout", "purchase")
    sums = steps(frames).group_by("channel", "device").agg(N, *(count_if(C(kind)) for kind in kinds))
    return sums.with_columns(
        conversion=bp(C("purchase"), C("n")),
        abandonment=bp(C("add_to_cart") - C("purchase"), C("add_to_cart")),
    ).sort("channel", "device")


def conversion_by_source(frames: Frames) -> pl.DataFrame:
    moments = frames["events"].filter(C("type") == "purchase").select("session_id", placed_at="occurred_at")
    placed = ["user_id", "channel", "placed_at"]
    totals = frames["order_details"].group_by(placed).agg(C("total").min())
    visits = (
        steps(frames)
        .join(moments, left_on="id", right_on="session_id", how="left")
        .join(totals, on=placed, how="left")
    )
    sums = visits.group_by("traffic_source").agg(
        N, count_if(C("events") == 1).alias("bounces"), count_if(C("purchase")), C("total").sum()
    )
    return sums.with_columns(bounced=bp(C("bounces"), C("n")), conversion=bp(C("purchase"), C("n"))).sort(
        "traffic_source"
    )


def sessions_per_order(frames: Frames) -> pl.DataFrame:
    visits = steps(frames).filter(C("user_id").is_not_null()).sort("user_id", "started_at", "id")
    bought = C("purchase").cast(pl.Int64)
    visits = visits.with_columns(before=(bought.cum_sum() - bought).over("user_id"))
    paths = visits.group_by("user_id", "before").agg(N, C("events").sum().cast(pl.Int64), C("purchase").any())
    sums = (
        paths.filter(C("purchase"))
        .group_by(sessions=pl.min_horizontal(C("n"), pl.lit(10, pl.Int64)))
        .agg(pl.len().cast(pl.Int64).alias("purchases"), C("events").sum())
    )
    return sums.with_columns(events=mean(C("events"), C("purchases"))).sort("sessions")


PROGRAMS: tuple[Callable[[Frames], pl.DataFrame], ...] = (
    revenue_by_month, new_and_returning_customers, cohort_retention, repeat_purchase_rate,
    time_between_orders, revenue_by_customer_tenth, orders_by_local_hour, revenue_by_channel,
    order_value_by_country, basket_size, top_products, margin_by_category, stock_cover, stock_by_center,
    wishlist_conversion, coupon_use, payment_failures, cancellations_by_method, delivery_times,
    return_rate_by_category, returns_by_review_rating, refunds_by_month,
    session_funnel, conversion_by_source, sessions_per_order,
)  # fmt: skip

"""Any valid spec of 1 to 5,000 customers, extremes among them, as fields for ``parse``."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, get_args

from hypothesis import assume
from hypothesis import strategies as st

from cartload.engine import chunks
from cartload.spec import SpecError, parse, resolve
from cartload.spec.model import Locale, Window

LOCALES = sorted(get_args(Locale))
MOST_CUSTOMERS = 5_000


def ratio(low: float, high: float, *usual: float) -> st.SearchStrategy[float]:
    """A ratio with four decimals; often one of its bounds or a usual one."""
    scaled = st.integers(round(low * 10_000), round(high * 10_000)).map(lambda number: number / 10_000)
    return st.one_of(st.sampled_from([low, *usual, high]), scaled)


SHARE = ratio(0, 1, 0.1)
WEIGHT = st.one_of(st.just(100), st.integers(1, 1000))


@st.composite
def windows(draw: st.DrawFn) -> dict[str, str]:
    start = date(1990, 1, 1) + timedelta(days=draw(st.integers(0, 100 * 365)))
    days = draw(st.sampled_from([0, 0, 1, 6, 30, 364, 730, 7_000]))
    return {"start": start.isoformat(), "end": (start + timedelta(days=days)).isoformat()}


CATALOGUE = st.fixed_dictionaries(
    {
        "categories": st.integers(1, 22),
        "sub_categories": st.integers(1, 6),
        "skus_per_product": ratio(1, 12, 2.5),
    },
    optional={"products": st.integers(1, 3_000)},
)
ORDERS = st.fixed_dictionaries(
    {
        "per_customer": ratio(0, 50, 0.01, 1, 2.5, 2.5),
        "items": ratio(1, 10, 2.2),
        "quantity": ratio(1, 5, 1.4),
        "discount_share": SHARE,
        "cancel_rate": SHARE,
        "return_rate": SHARE,
        "payment_failure_rate": ratio(0, 0.9, 0.04),
    }
)
EVENT = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["Sale", "Fair", "Holidays"]),
        "month": st.integers(1, 12),
        "day": st.integers(1, 31),
        "days": st.integers(1, 60),
        "factor": ratio(0.1, 20, 1, 3),
    }
)
SEASON = st.fixed_dictionaries(
    {},
    optional={
        "year": st.lists(WEIGHT, min_size=12, max_size=12),
        "week": st.lists(WEIGHT, min_size=7, max_size=7),
        "day": st.lists(WEIGHT, min_size=24, max_size=24),
        "events": st.lists(EVENT, max_size=3),
    },
)
FIELDS = st.fixed_dictionaries(
    {
        "seed": st.one_of(st.sampled_from([0, 2**53 - 1]), st.integers(0, 2**53 - 1)),
        "customers": st.one_of(st.sampled_from([1, 999, 1000, 1001]), st.integers(1, MOST_CUSTOMERS)),
        "ids": st.sampled_from(["uuid", "integer"]),
        "locales": st.one_of(
            st.sampled_from(LOCALES).map(lambda locale: {locale: 1}),
            st.dictionaries(st.sampled_from(LOCALES), st.integers(1, 1000), min_size=1),
        ),
    },
    optional={
        "window": windows(),
        "growth": ratio(0.1, 10, 1),
        "catalogue": CATALOGUE,
        "addresses": st.fixed_dictionaries({"per_customer": ratio(1, 8, 1.4)}),
        "orders": ORDERS,
        "wishlist": st.fixed_dictionaries({"per_customer": ratio(0, 50, 1.2)}),
        "reviews": st.fixed_dictionaries({"rate": ratio(0, 1, 0.2)}),
        "clickstream": st.fixed_dictionaries(
            {"sessions_per_customer": ratio(0, 50, 0, 0.5, 3), "bounce_rate": ratio(0, 0.6, 0.4)},
            optional={"abandonment_rate": ratio(0, 0.4, 0.15), "conversion_rate": ratio(0.005, 0.5, 0.03)},
        ),
        "inventory": st.fixed_dictionaries(
            {"centers": st.one_of(st.none(), st.integers(3, 10)), "centers_per_sku": ratio(1, 10, 2)}
        ),
        "skew": st.fixed_dictionaries({"products": ratio(0, 2, 1), "customers": ratio(0, 2, 0.8)}),
        "season": SEASON,
        "tax": st.fixed_dictionaries({"default": ratio(0, 0.5), "rates": st.just({})}),
        "shipping": st.fixed_dictionaries(
            {"fee": st.integers(0, 1_000_000), "free_from": st.one_of(st.none(), st.integers(0, 10**8))}
        ),
    },
)


@st.composite
def _moments(draw: st.DrawFn, window: Window) -> str:
    """A moment of the window, its edges among them."""
    opens = datetime.combine(window.start, time(), UTC)
    seconds = ((window.end - window.start).days + 1) * 86_400
    moment = opens + timedelta(seconds=draw(st.one_of(st.just(seconds), st.integers(0, seconds))))
    return moment.isoformat()


@st.composite
def valid_fields(draw: st.DrawFn, most_rows: int) -> dict[str, Any]:
    """Fields of a valid spec that makes about ``most_rows`` rows at most: by fewer customers, if need be."""
    fields: dict[str, Any] = draw(FIELDS)
    try:
        spec = resolve(parse(fields))
    except SpecError:
        assume(False)
    rows = sum(chunks.row_totals(spec, chunks.Segment(0, spec.customers), catalogue=False).values())
    if rows > most_rows:
        fields = {**fields, "customers": max(1, spec.customers * most_rows // rows)}
        try:
            resolve(parse(fields))
        except SpecError:
            assume(False)
    return {**fields, "as_of": draw(_moments(spec.window))} if draw(st.booleans()) else fields

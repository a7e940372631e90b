"""The spec's fields, and its ratios as exact fractions."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    StringConstraints,
    model_validator,
)

from cartload import vocabulary

Locale = Literal[
    "en_US",
    "en_GB",
    "de_DE",
    "fr_FR",
    "es_ES",
    "it_IT",
    "nl_NL",
    "pl_PL",
    "pt_BR",
    "ja_JP",
    "zh_CN",
    "hi_IN",
    "sv_SE",
    "en_CA",
    "en_AU",
    "en_IE",
]
Country = Literal[
    "US", "GB", "DE", "FR", "ES", "IT", "NL", "PL", "BR", "JP", "CN", "IN", "SE", "CA", "AU", "IE"
]
Weight = Annotated[int, Field(ge=1, le=1000)]


DECIMALS: Final = 10_000
"""Ratios have four decimals at most, so this denominator makes each of them an exact fraction."""


def _four_decimals(value: float) -> float:
    if round(value, 4) != value:
        raise ValueError("at most four decimals")
    return value


def ten_thousandths(ratio: float) -> int:
    """A ratio as an exact integer numerator over 10,000."""
    return round(ratio * DECIMALS)


def scaled(count: int, ratio: float) -> int:
    """``floor(count * ratio)``, exactly."""
    # Not in floats, where 1000 * 1.001 is 1000.9999999999999 and one row would be missing.
    return count * ten_thousandths(ratio) // DECIMALS


Ratio = Annotated[float, Field(allow_inf_nan=False), AfterValidator(_four_decimals)]
TaxRate = Annotated[float, Field(ge=0, le=0.5, allow_inf_nan=False), AfterValidator(_four_decimals)]


_INVISIBLE = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's control characters, halves of pairs, and ends of lines and paragraphs."""
_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _printable(text: str) -> str:
    """A name is shown on one line of logs, pages and terminals: what breaks or turns it is refused."""
    for character in text:
        if unicodedata.category(character) in _INVISIBLE or character in _DIRECTION_MARKS:
            raise ValueError(f"must be one line of visible text, has U+{ord(character):04X}")
    return text


def _milliseconds_utc(moment: datetime) -> datetime:
    """A moment as rows have them: what one spec says by another zone's clock is no other spec."""
    whole = moment.microsecond // 1000 * 1000
    return moment.astimezone(UTC).replace(microsecond=whole)


def rfc3339(moment: datetime) -> str:
    """A moment in UTC as text, such as 2025-06-30T12:00:00Z."""
    return moment.isoformat().replace("+00:00", "Z")


def _from_text(value: object) -> object:
    # Not left to pydantic, which takes digits alone for seconds since 1970.
    if not isinstance(value, str):
        return value
    try:
        if re.match(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d", value):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("must be a date and time with its zone, such as 2025-06-30T12:00:00Z")


Moment = Annotated[
    AwareDatetime, BeforeValidator(_from_text), AfterValidator(_milliseconds_utc), PlainSerializer(rfc3339)
]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Window(_Model):
    """The days in which the shop is open: sign-ups and orders lie in it, nothing lies after it."""

    start: date = Field(
        date(2024, 1, 1), ge=date(1990, 1, 1), description="First day, UTC; 1990-01-01 at the earliest."
    )
    end: date = Field(
        date(2025, 12, 31),
        le=date(2099, 12, 31),
        description="Last day, UTC, included; at most 7,320 days after the first, 2099-12-31 at the latest.",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        days = (self.end - self.start).days
        if not 0 <= days <= 366 * 20:
            raise ValueError(f"end must be 0 to 7320 days after start, is {days}")
        return self


class Catalogue(_Model):
    """How much there is to buy."""

    categories: int = Field(20, ge=1, le=22, description="Categories, those that sell most first.")
    sub_categories: int = Field(6, ge=1, le=6, description="Sub-categories in each category.")
    products: int | None = Field(
        None, ge=1, le=400_000, description="Products; by default a tenth of the customers, 60 to 50,000."
    )
    skus_per_product: Ratio = Field(2.5, ge=1, le=12, description="Mean number of SKUs of a product.")


class Addresses(_Model):
    """Customers' addresses."""

    per_customer: Ratio = Field(1.4, ge=1, le=8, description="Mean number of addresses of a customer.")


class Orders(_Model):
    """How many orders, and what becomes of them."""

    per_customer: Ratio = Field(2.5, ge=0, le=50, description="Mean number of orders of a customer.")
    items: Ratio = Field(2.2, ge=1, le=10, description="Mean number of lines of an order.")
    quantity: Ratio = Field(1.4, ge=1, le=5, description="Mean number of pieces in a line.")
    discount_share: Ratio = Field(0.15, ge=0, le=1, description="Share of orders with a coupon.")
    cancel_rate: Ratio = Field(0.05, ge=0, le=1, description="Share of orders that end cancelled.")
    return_rate: Ratio = Field(0.08, ge=0, le=1, description="Share of the other orders that come back.")
    payment_failure_rate: Ratio = Field(0.04, ge=0, le=0.9, description="Share of first charges that fail.")


class Wishlist(_Model):
    """Customers' wishes."""

    per_customer: Ratio = Field(1.2, ge=0, le=50, description="Mean number of wishes of a customer.")


class Inventory(_Model):
    """Where the stock lies."""

    centers: int | None = Field(
        None,
        ge=3,
        le=10,
        description="Distribution centres; by default as many as customers have countries, 3 to 10.",
    )
    centers_per_sku: Ratio = Field(
        2, ge=1, le=10, description="Mean number of distribution centres that hold a SKU."
    )


class Reviews(_Model):
    """What customers say of products."""

    rate: Ratio = Field(
        0.2,
        ge=0,
        le=1,
        description="Share of delivered lines that are reviewed; each product once a customer.",
    )


class Clickstream(_Model):
    """Sessions of visitors and their events; no order, customer or product depends on it."""

    sessions_per_customer: Ratio = Field(
        0,
        ge=0,
        le=50,
        description="Mean number of a customer's sessions without a purchase; each order of web and apps "
        "has a session of its own besides. 0 for no session at all.",
    )
    bounce_rate: Ratio = Field(
        0.4, ge=0, le=1, description="Share of sessions without a purchase that have a single event."
    )
    abandonment_rate: Ratio = Field(
        0.15,
        ge=0,
        le=1,
        description="Share of sessions without a purchase that leave something in the cart; "
        "at most what bounce_rate leaves.",
    )
    conversion_rate: Ratio | None = Field(
        None,
        ge=0.0001,
        le=1,
        description="Share of sessions with a purchase: visitors who never sign up are added until it is "
        "reached. By default none are.",
    )


class Skew(_Model):
    """How unequal things are: exponents of Zipf's law, 0 for equal."""

    products: Ratio = Field(1.0, ge=0, le=2, description="Exponent of sales over products of a category.")
    customers: Ratio = Field(0.8, ge=0, le=2, description="Exponent of orders over customers.")


class Event(_Model):
    """Some days of each year with other demand."""

    name: Annotated[str, AfterValidator(_printable)] = Field(
        min_length=1, max_length=40, description="Shown name."
    )
    month: int = Field(ge=1, le=12, description="Month of the first day.")
    day: int = Field(ge=1, le=31, description="Day of the month of the first day.")
    days: int = Field(1, ge=1, le=60, description="Length in days.")
    factor: Ratio = Field(ge=0.1, le=20, description="Demand, as a multiple of a usual day's.")


_YEAR: tuple[int, ...] = (88, 82, 92, 94, 98, 96, 92, 90, 98, 104, 128, 138)
_WEEK: tuple[int, ...] = (100, 96, 96, 100, 106, 108, 114)
_DAY: tuple[int, ...] = (30, 18, 12, 10, 12, 22, 42, 64, 82, 96, 106, 112)
_NIGHT: tuple[int, ...] = (118, 114, 110, 108, 112, 122, 138, 152, 160, 148, 112, 64)
_EVENTS: tuple[Event, ...] = (
    Event(name="Black Friday", month=11, day=23, days=7, factor=2.6),
    Event(name="Christmas trade", month=12, day=8, days=12, factor=1.4),
)


class Season(_Model):
    """When people order: relative demand, 1 to 1000 each."""

    year: tuple[Weight, ...] = Field(_YEAR, min_length=12, max_length=12, description="January first.")
    week: tuple[Weight, ...] = Field(_WEEK, min_length=7, max_length=7, description="Monday first.")
    day: tuple[Weight, ...] = Field(
        _DAY + _NIGHT, min_length=24, max_length=24, description="By hour of the customer's clock, 0 h first."
    )
    events: tuple[Event, ...] = Field(_EVENTS, max_length=20, description="Days with other demand.")


_TAX_RATES: dict[Country, float] = {code: rule["tax"] for code, rule in vocabulary.document("rules").items()}


class Tax(_Model):
    """Sales tax by the order's country, as a share of the net price."""

    default: Ratio = Field(0.2, ge=0, le=0.5, description="Rate where none is named.")
    rates: dict[Country, TaxRate] = Field(
        default_factory=lambda: dict(_TAX_RATES),
        description="Rate by country.",
        json_schema_extra={"default": dict[str, JsonValue](_TAX_RATES.items())},
    )


class Shipping(_Model):
    """What sending costs."""

    fee: int = Field(495, ge=0, le=1_000_000, description="Fee of an order, in minor units.")
    free_from: int | None = Field(
        6000, ge=0, le=100_000_000, description="Goods less discount from which it is free, in minor units."
    )


_LOCALES: dict[Locale, int] = {
    "en_US": 34,
    "en_GB": 14,
    "de_DE": 13,
    "fr_FR": 9,
    "es_ES": 5,
    "it_IT": 5,
    "nl_NL": 4,
    "pl_PL": 3,
    "pt_BR": 3,
    "ja_JP": 1,
    "zh_CN": 1,
    "hi_IN": 1,
    "sv_SE": 2,
    "en_CA": 3,
    "en_AU": 2,
    "en_IE": 1,
}


class Spec(_Model):
    """A dataset's spec."""

    name: Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_printable)] = Field(
        "dataset", min_length=1, max_length=80, description="Shown name; changes no value."
    )
    # Below 2**53, so that programs which read JSON numbers as floats (JavaScript does) see the same seed.
    seed: int = Field(1, ge=0, lt=2**53, description="Another seed, another dataset.")
    customers: int = Field(1000, ge=1, le=100_000_000, description="Customers; all else follows.")
    ids: Literal["uuid", "integer"] = Field("uuid", description="Primary keys: UUID text or integers from 1.")
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$", description="ISO 4217 code of all money.")
    locales: dict[Locale, Weight] = Field(
        default_factory=lambda: dict(_LOCALES),
        min_length=1,
        description="Where customers live, as weights.",
        json_schema_extra={"default": dict[str, JsonValue](_LOCALES.items())},
    )
    window: Window = Field(default_factory=Window, description="The days covered.")
    # Left out of documents where it is not set, so that the hashes of specs without it stay what they were.
    as_of: Moment | None = Field(
        None,
        description="Show the shop as it was at this moment of the window, by default at its end: "
        "rows that came later are left out, and what changed later has not changed yet.",
        exclude_if=lambda moment: moment is None,
    )
    growth: Ratio = Field(1.3, ge=0.1, le=10, description="Sign-ups, as a multiple of the year before.")
    catalogue: Catalogue = Field(default_factory=Catalogue, description="Size of the catalogue.")
    addresses: Addresses = Field(default_factory=Addresses, description="How many addresses customers have.")
    orders: Orders = Field(default_factory=Orders, description="Orders and their fate.")
    wishlist: Wishlist = Field(default_factory=Wishlist, description="How many wishes customers have.")
    reviews: Reviews = Field(default_factory=Reviews, description="Reviews of what was delivered.")
    inventory: Inventory = Field(
        default_factory=Inventory, description="Distribution centres and what they hold."
    )
    clickstream: Clickstream = Field(
        default_factory=Clickstream, description="Sessions of visitors and their events."
    )
    skew: Skew = Field(default_factory=Skew, description="How unequal things are.")
    season: Season = Field(default_factory=Season, description="When people order.")
    tax: Tax = Field(default_factory=Tax, description="Sales tax.")
    shipping: Shipping = Field(default_factory=Shipping, description="Shipping fees.")
    format: Literal["parquet", "csv", "jsonl"] = Field("parquet", description="Format of the files.")

"""Business questions, each as words and as SQL.

The SQL is one text for DuckDB and, with four spellings changed, for MySQL 8 and later and MariaDB 10.3 and
later. Everything is computed in integers and fully ordered, so that all engines give the same rows: money in
minor units, shares in basis points (hundredths of a percent), rounded half up, times in whole units.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

NAMES: Final = (
    "revenue_by_month",
    "new_and_returning_customers",
    "cohort_retention",
    "repeat_purchase_rate",
    "time_between_orders",
    "revenue_by_customer_tenth",
    "orders_by_local_hour",
    "revenue_by_channel",
    "order_value_by_country",
    "basket_size",
    "top_products",
    "margin_by_category",
    "stock_cover",
    "stock_by_center",
    "wishlist_conversion",
    "coupon_use",
    "payment_failures",
    "cancellations_by_method",
    "delivery_times",
    "return_rate_by_category",
    "returns_by_review_rating",
    "refunds_by_month",
    "session_funnel",
    "conversion_by_source",
    "sessions_per_order",
)
"""All questions, in the order of ``answers.json``."""

_SPELLINGS: Final = (
    (r" // ", " DIV "),
    (r"\bdate_diff\('microsecond',", "TIMESTAMPDIFF(MICROSECOND,"),
    (r"\bisodow\(", "1 + WEEKDAY("),
    # A server without time zone tables answers NULL, and a query would count everything under NULL. EXP of so
    # much is an error, which quotes its argument: the words in it are what the user reads.
    (
        r"(\S+) AT TIME ZONE (\S+)",
        r"IFNULL(CONVERT_TZ(\1, '+00:00', \2), "
        r"\1 + INTERVAL EXP(1000 + LENGTH(CONCAT('time zone not loaded: ', \2))) SECOND)",
    ),
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``sql`` is DuckDB's and wants the session's ``TimeZone`` to be UTC.

    ``mysql`` is the same for MySQL and MariaDB. Where it says ``CONVERT_TZ`` the server must know time zones
    by name, as those of the official images do (else: ``mysql_tzinfo_to_sql``); it fails where it does not.
    """

    name: str
    question: str
    sql: str
    mysql: str


@cache
def questions() -> tuple[Question, ...]:
    """All questions, in the order of :data:`NAMES`."""
    folder = resources.files("cartload.answers") / "questions"
    return tuple(_read(name, (folder / f"{name}.sql").read_text(encoding="utf-8")) for name in NAMES)


def _read(name: str, text: str) -> Question:
    lines = text.splitlines()
    words = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
    sql = "\n".join(line for line in lines if not line.startswith("--"))
    return Question(name, " ".join(words), sql, _mysql(sql))


def _mysql(sql: str) -> str:
    for pattern, spelling in _SPELLINGS:
        sql = re.sub(pattern, spelling, sql)
    return sql

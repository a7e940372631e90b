"""Invariant 8, reviews: they follow deliveries, their texts fit, and products have the ratings they give."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from cartload.checker.model import QueryRule, RowRule, Rule
from cartload.checker.relations import REVIEWS
from cartload.checker.rules.countries import one_of
from cartload.checker.rules.structure import rows_of
from cartload.readers.duckdb_schema import text_literal
from cartload.spec.daily_demand import shown_end
from cartload.spec.model import Spec
from cartload.vocabulary.review_phrases import RATINGS, Phrases, languages

INVARIANT: Final = 8
_REVIEWS: Final = rows_of("reviews")
_SIGMAS: Final = 5
_LEAST_OF_A_PRODUCT: Final = 200
_LEAST_OF_A_RATING: Final = 100
_CUSTOMERS: Final = 100_000
"""The rate is checked on so many customers at most: they are enough, and joining all takes memory."""
_SETTLED: Final = timedelta(days=100)
"""Whatever follows an order, up to its reviews, has happened so long after it was placed."""


def rules(spec: Spec | None) -> Iterator[Rule]:
    """The rules of reviews; how many there are, where the spec is known."""
    yield RowRule(
        "review.bought",
        INVARIANT,
        "Customers review products that they ordered.",
        REVIEWS,
        "r.user_id <> o.user_id OR o.id IS NOT NULL AND l.n IS NULL",
        ("r.user_id", "o.user_id AS ordered_by", "r.product_id"),
        expected=_REVIEWS,
    )
    yield RowRule(
        "review.after_delivery",
        INVARIANT,
        "A review is written after its order was delivered.",
        REVIEWS,
        "o.id IS NOT NULL AND (o.delivered_at IS NULL OR r.created_at < o.delivered_at)",
        ("r.created_at", "o.status", "o.delivered_at"),
        expected=_REVIEWS,
    )
    yield RowRule(
        "review.checked",
        INVARIANT,
        "A review is pending until it is updated, then published or rejected.",
        REVIEWS,
        "r.updated_at < r.created_at OR (r.status = 'pending') <> (r.updated_at = r.created_at)",
        ("r.status", "r.created_at", "r.updated_at"),
        expected=_REVIEWS,
    )
    yield RowRule(
        "review.text",
        INVARIANT,
        "A review has one to five stars, and a text in the customer's language that fits them.",
        REVIEWS,
        f"NOT (CASE {' '.join(map(_fits, languages()))} ELSE u.locale IS NULL END)",
        ("r.rating", "u.locale", "r.title", "r.body"),
        expected=_REVIEWS,
    )
    yield _ratings()
    if spec is not None:
        yield _rate(spec)


def _fits(phrases: Phrases) -> str:
    """Of the locales of a language: whether a text begins as texts with so many stars do."""
    stars = " ".join(
        f"WHEN {rating} THEN ({_begins(phrases.openings[rating - 1])})" for rating in range(1, RATINGS + 1)
    )
    return f"WHEN {one_of('u.locale', phrases.locales)} THEN CASE r.rating {stars} ELSE false END"


def _begins(openings: tuple[str, ...]) -> str:
    return " OR ".join(f"starts_with(r.body, {text_literal(opening)})" for opening in openings)


_MEANS: Final = f"""
    SELECT rating, key, n, total, abs(total - n * rating) AS away,
      {_SIGMAS} * sqrt(n * (5 - rating) * (rating - 1)) + 0.001 AS allowed
    FROM (
      SELECT p.rating::DOUBLE AS rating, p.id::VARCHAR AS key, count(*) AS n, sum(r.rating)::BIGINT AS total
      FROM reviews r JOIN products p ON p.id = r.product_id WHERE r.status = 'published'
      GROUP BY ALL HAVING count(*) >= {_LEAST_OF_A_PRODUCT}
      UNION ALL
      SELECT p.rating::DOUBLE, 'all products of this rating', count(*), sum(r.rating)::BIGINT
      FROM reviews r JOIN products p ON p.id = r.product_id WHERE r.status = 'published'
      GROUP BY ALL HAVING count(*) >= {_LEAST_OF_A_RATING})"""
"""Products with many published reviews, and all products of one rating: are they as far off as chance allows?

No distribution over 1 to 5 with a mean m has a larger variance than (5 - m)(m - 1) (Bhatia and Davis
2000), so the rule needs to know none.
"""


def _ratings() -> Rule:
    """Not equality: a product's row is made without looking at any customer."""
    return QueryRule(
        "product.rating",
        INVARIANT,
        f"The mean of published reviews is the products' rating, within {_SIGMAS} standard errors.",
        f"SELECT count(*), count(*) FILTER (away > allowed) FROM ({_MEANS})",
        f"""SELECT key, rating, n AS reviews, round(total / n, 3) AS mean FROM ({_MEANS})
        WHERE away > allowed ORDER BY ALL LIMIT 5""",
    )


def _rate(spec: Spec) -> Rule:
    until = shown_end(spec) - _SETTLED
    # A product that was delivered k times is reviewed unless none of the k lines is.
    lines = f"""SELECT o.user_id, s.product_id, count(*) AS k FROM order_details o
        JOIN order_item i ON i.order_id = o.id JOIN products_skus s ON s.id = i.product_sku_id
        WHERE {_settled("o", until.isoformat())} AND o.delivered_at IS NOT NULL GROUP BY ALL"""
    chances = f"SELECT 1 - (1 - {spec.reviews.rate})::DOUBLE ** k AS p FROM ({lines})"
    found = f"""SELECT count(*) FROM reviews r JOIN order_details o ON o.id = r.order_id
        WHERE {_settled("o", until.isoformat())}"""
    sums = f"""SELECT count(*) AS n, coalesce(sum(p), 0) AS expected, ({found}) AS found,
        {_SIGMAS} * sqrt(coalesce(sum(p * (1 - p)), 0)) + 0.5 AS allowed FROM ({chances})"""
    return QueryRule(
        "review.rate",
        INVARIANT,
        f"Customers review {spec.reviews.rate:.2%} of what was delivered, within {_SIGMAS} standard errors.",
        f"SELECT n, (abs(found - expected) > allowed)::INTEGER FROM ({sums})",
        f"SELECT n AS products_of_customers, round(expected, 1) AS expected, found FROM ({sums})",
    )


def _settled(order: str, until: str) -> str:
    """Whether an order, of one of the first customers, is so old that all its reviews are there."""
    first = f"(SELECT id FROM users ORDER BY id LIMIT {_CUSTOMERS})"
    return f"{order}.placed_at < TIMESTAMPTZ '{until}' AND {order}.user_id IN {first}"

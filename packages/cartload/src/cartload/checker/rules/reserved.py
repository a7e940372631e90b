"""Invariant 7: nobody real is hit."""

from collections.abc import Iterator
from typing import Final

from cartload.checker.model import RowRule, Rule
from cartload.checker.relations import ROWS
from cartload.checker.rules.countries import matches, unlike
from cartload.checker.rules.structure import rows_of

INVARIANT: Final = 7

_DOMAIN: Final = r"(?:[a-z0-9-]+\.)*(?:example\.(?:com|net|org)|example|test|invalid)"
"""Reserved for documentation and tests by RFC 2606 and RFC 6761."""
_TEST_CARDS: Final = ("4242", "0000", "1111", "4444", "0005", "8431", "1117", "5556")
"""Last digits of the card numbers that payment providers publish for tests; no such card can be charged."""


def rules() -> Iterator[Rule]:
    """The rules of addresses, numbers and cards that belong to nobody."""
    yield RowRule(
        "user.email_domain",
        INVARIANT,
        "Every email address is on a domain that RFC 2606 or RFC 6761 reserves.",
        ROWS["users"],
        f"NOT regexp_full_match(t.email, '[^@ ]+@{_DOMAIN}')",
        ("t.email",),
        expected=rows_of("users"),
    )
    for table in ("users", "addresses"):
        yield RowRule(
            f"{table}.phone_range",
            INVARIANT,
            f"Phone numbers of {table} are from ranges that ring nowhere.",
            ROWS[table],
            unlike("t.country", lambda rule: matches("t.phone_number", rule.phone_patterns)),
            ("t.country", "t.phone_number"),
            expected=rows_of(table),
        )
    yield RowRule(
        "product.image_domain",
        INVARIANT,
        "Pictures are on a reserved domain.",
        ROWS["products"],
        f"NOT regexp_full_match(t.image_url, 'https://{_DOMAIN}/[^ ]*')",
        ("t.image_url",),
        expected=rows_of("products"),
    )
    cards = ", ".join(f"'{card}'" for card in _TEST_CARDS)
    yield RowRule(
        "payment.card",
        INVARIANT,
        "Cards are test cards that cannot be charged.",
        ROWS["payment_details"],
        f"t.card_last_four NOT IN ({cards})",
        ("t.method", "t.card_last_four"),
        applies="t.card_last_four IS NOT NULL",
        expected=lambda spec: rows_of("order_details")(spec) / 10,
    )

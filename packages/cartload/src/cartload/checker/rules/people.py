"""Truth 5: people are coherent."""

from collections.abc import Iterator
from typing import Final

from cartload.checker.model import RowRule, Rule
from cartload.checker.relations import ADDRESSES, CUSTOMERS, ROWS
from cartload.checker.rules.structure import rows_of

TRUTH: Final = 5


def rules() -> Iterator[Rule]:
    """The rules of people."""
    yield from _of_customers()
    yield from _of_addresses()


def _of_customers() -> Iterator[Rule]:
    users = rows_of("users")
    yield RowRule(
        "user.default_address",
        TRUTH,
        "A customer has at least one address; exactly one, the first, is the default.",
        CUSTOMERS,
        "coalesce(a.defaults, 0) <> 1 OR NOT a.first_is_default",
        ("a.n AS addresses", "a.defaults", "a.first_is_default"),
        expected=users,
    )
    yield RowRule(
        "user.age",
        TRUTH,
        "Every customer is 16 or older at sign-up, and 120 at most.",
        ROWS["users"],
        """t.birth_date + INTERVAL 16 YEAR > (t.created_at AT TIME ZONE 'UTC')
        OR t.birth_date + INTERVAL 120 YEAR < (t.created_at AT TIME ZONE 'UTC')""",
        ("t.birth_date", "t.created_at"),
        expected=users,
    )
    yield RowRule(
        "user.email",
        TRUTH,
        "An email address begins with the user name.",
        ROWS["users"],
        "split_part(t.email, '@', 1) <> t.user_name",
        ("t.user_name", "t.email"),
        expected=users,
    )


def _of_addresses() -> Iterator[Rule]:
    yield RowRule(
        "address.country",
        TRUTH,
        "Addresses lie in the customer's country, which is the locale's.",
        ADDRESSES,
        "a.country <> u.country OR right(u.locale, 2) <> u.country",
        ("a.country", "u.country AS home", "u.locale"),
        expected=rows_of("addresses"),
    )

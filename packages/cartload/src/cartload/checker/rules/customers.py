"""Invariant 5: customers are coherent: names, addresses, numbers and dates fit together."""

from collections.abc import Iterator
from typing import Final

from cartload.checker.model import RowRule, Rule
from cartload.checker.relations import ADDRESSES, CUSTOMERS, ROWS
from cartload.checker.rules.countries import matches, one_of, outside, unlike
from cartload.checker.rules.structure import rows_of

INVARIANT: Final = 5
_USERS: Final = rows_of("users")
_ADDRESSES: Final = rows_of("addresses")

_LATIN: Final = r"regexp_full_match(t.first_name || t.last_name, '[\p{Latin}\p{M} .''’-]+')"
_NO_LETTERS_ALONE: Final = (
    ("ß", "ss"),
    ("ł", "l"),
    ("ø", "o"),
    ("æ", "ae"),
    ("œ", "oe"),
    ("đ", "d"),
    ("ð", "d"),
)
"""Letters that are no others with an accent, and what stands for them in addresses."""


def rules() -> Iterator[Rule]:
    """The rules of customers and addresses."""
    yield from _of_customers()
    yield from _of_homes()
    yield from _of_addresses()


def _of_customers() -> Iterator[Rule]:
    yield RowRule(
        "user.default_address",
        INVARIANT,
        "A customer has at least one address; exactly one, the first, is the default.",
        CUSTOMERS,
        "coalesce(a.defaults, 0) <> 1 OR NOT a.first_is_default",
        ("a.n AS addresses", "a.defaults", "a.first_is_default"),
        expected=_USERS,
    )
    yield RowRule(
        "user.age",
        INVARIANT,
        "Every customer is 16 or older at sign-up, and 120 at most.",
        ROWS["users"],
        """t.birth_date + INTERVAL 16 YEAR > (t.created_at AT TIME ZONE 'UTC')
        OR t.birth_date + INTERVAL 120 YEAR < (t.created_at AT TIME ZONE 'UTC')""",
        ("t.birth_date", "t.created_at"),
        expected=_USERS,
    )
    yield RowRule(
        "user.email",
        INVARIANT,
        "An email address begins with the user name.",
        ROWS["users"],
        "split_part(t.email, '@', 1) <> t.user_name",
        ("t.user_name", "t.email"),
        expected=_USERS,
    )
    yield RowRule(
        "user.letters",
        INVARIANT,
        "Names begin with a letter and have only letters, accents, spaces, dots, apostrophes and hyphens.",
        ROWS["users"],
        f"NOT ({_written('t.first_name')} AND {_written('t.last_name')})",
        ("t.first_name", "t.last_name"),
        expected=_USERS,
    )
    yield RowRule(
        "user.name",
        INVARIANT,
        "A user name has the letters of first and last name, where those are written in Latin script.",
        ROWS["users"],
        f"""regexp_replace(t.user_name, '[^a-z]', '', 'g')
        <> {_folded("t.first_name")} || {_folded("t.last_name")}""",
        ("t.first_name", "t.last_name", "t.user_name"),
        applies=_LATIN,
    )


def _written(column: str) -> str:
    return f"regexp_full_match({column}, '\\p{{L}}[\\p{{L}}\\p{{M}} .''\\x{{2019}}-]*')"


def _folded(column: str) -> str:
    """A name in the lower-case ASCII letters that its owner would have in an address."""
    plain = f"lower({column})"
    for letter, written in _NO_LETTERS_ALONE:
        plain = f"replace({plain}, '{letter}', '{written}')"
    return f"regexp_replace(strip_accents({plain}), '[^a-z]', '', 'g')"


def _of_homes() -> Iterator[Rule]:
    yield RowRule(
        "user.locale",
        INVARIANT,
        "A customer's locale is one of the country's.",
        ROWS["users"],
        unlike("t.country", lambda rule: one_of("t.locale", rule.locales)),
        ("t.country", "t.locale"),
        expected=_USERS,
    )
    yield RowRule(
        "user.time_zone",
        INVARIANT,
        "A customer's time zone is one of the country's.",
        ROWS["users"],
        unlike("t.country", lambda rule: one_of("t.time_zone", rule.time_zones)),
        ("t.country", "t.time_zone"),
        expected=_USERS,
    )
    yield RowRule(
        "user.phone",
        INVARIANT,
        "A customer's phone number has the country's dialling code.",
        ROWS["users"],
        unlike("t.country", lambda rule: f"starts_with(t.phone_number, '{rule.dialling_code} ')"),
        ("t.country", "t.phone_number"),
        expected=_USERS,
    )


def _of_addresses() -> Iterator[Rule]:
    yield RowRule(
        "address.country",
        INVARIANT,
        "Addresses lie in the customer's country.",
        ADDRESSES,
        "a.country <> u.country",
        ("a.country", "u.country AS home"),
        expected=_ADDRESSES,
    )
    yield RowRule(
        "address.postal_code",
        INVARIANT,
        "A postal code has the country's form.",
        ROWS["addresses"],
        unlike("t.country", lambda rule: matches("t.postal_code", [rule.postcode_pattern])),
        ("t.country", "t.city", "t.postal_code"),
        expected=_ADDRESSES,
    )
    yield RowRule(
        "address.region",
        INVARIANT,
        "A region is one of the country's.",
        ROWS["addresses"],
        unlike("t.country", lambda rule: f"{one_of('t.region', rule.regions)} OR t.region IS NULL"),
        ("t.country", "t.city", "t.region"),
        expected=_ADDRESSES,
    )
    yield RowRule(
        "address.coordinates",
        INVARIANT,
        "Coordinates lie in the country.",
        ROWS["addresses"],
        outside("t.country", "t.latitude", "t.longitude"),
        ("t.country", "t.city", "t.latitude", "t.longitude"),
        expected=_ADDRESSES,
    )
    yield RowRule(
        "address.phone",
        INVARIANT,
        "An address's phone number has the country's dialling code.",
        ROWS["addresses"],
        unlike("t.country", lambda rule: f"starts_with(t.phone_number, '{rule.dialling_code} ')"),
        ("t.country", "t.phone_number"),
        expected=_ADDRESSES,
    )

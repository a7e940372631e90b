"""Column types and options that every service's tables use."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.dialects.mysql import CHAR, DATETIME, VARCHAR
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator


class Uuid(TypeDecorator[UUID]):
    """A UUID kept as 36 ASCII characters."""

    # ASCII and named, because in utf8mb4 an index entry may take four bytes a character, and because MySQL
    # and MariaDB have different default collations.
    impl = CHAR(36, charset="ascii", collation="ascii_bin")
    cache_ok = True

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> str | None:
        """Store as text."""
        return None if value is None else str(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> UUID | None:
        """Read as UUID."""
        return None if value is None else UUID(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time kept as DATETIME(6)."""

    impl = DATETIME(fsp=6)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store as naive UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Read as aware UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class Words(TypeDecorator[tuple[str, ...]]):
    """Some ASCII words without commas, kept as one text with commas between them."""

    impl = VARCHAR
    cache_ok = True

    def __init__(self, length: int) -> None:
        """`length`: of the whole text."""
        super().__init__(length, charset="ascii", collation="ascii_bin")

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        """Store as text."""
        return None if value is None else ",".join(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[str, ...] | None:
        """Read as a tuple."""
        return None if value is None else tuple(value.split(","))


def ascii_word(length: int) -> VARCHAR:
    """A text of ASCII characters, compared byte by byte."""
    return VARCHAR(length, charset="ascii", collation="ascii_bin")


def ascii_digits(length: int) -> CHAR:
    """A text of exactly so many ASCII characters: a hash in hexadecimal, an id."""
    return CHAR(length, charset="ascii", collation="ascii_bin")


# Named, because MySQL and MariaDB have different defaults, and MariaDB does not even know MySQL's.
TABLE_OPTIONS: Final[dict[str, Any]] = {
    "mysql_engine": "InnoDB",
    "mysql_default_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
}
"""For every table of a service's own database."""

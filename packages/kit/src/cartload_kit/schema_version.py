"""Whether a database's schema suits the code of a service, told without the migration tool.

Migrations only add (expand), so older code runs on a newer schema: replicas can be replaced one by one, and
an image can be rolled back. A migration that takes something away (contract) names in `minimum_version` the
oldest code that can live with it; the newest of these is kept in the table `schema_compatibility`.
"""

from pathlib import Path

PRESENT = "SELECT version_num FROM alembic_version"
"""Asks for the version that a database is at; error 1146, no such table, means none."""

MINIMUM = "SELECT minimum_version FROM schema_compatibility"
"""Asks for the oldest code that can use the schema; error 1146, no such table, means any."""

CREATE_MINIMUM = "CREATE TABLE IF NOT EXISTS schema_compatibility (minimum_version VARCHAR(32) NOT NULL)"

NO_SUCH_TABLE = 1146


class NotMigrated(Exception):
    """The database's schema cannot be used by this code."""


def newest(directory: Path) -> str:
    """The newest version in `directory` (a folder with `versions/<version>_<what>.py`)."""
    return max((path.stem.partition("_")[0] for path in (directory / "versions").glob("*_*.py")), default="")


def require(present: str, minimum: str, directory: Path, database: str) -> None:
    """Raise NotMigrated unless code whose newest version lies in `directory` can use the schema.

    `present` is the schema's version, `minimum` the oldest code that it allows; empty text stands for none.
    """
    known = newest(directory)
    # Versions have equally many digits, so they are ordered as text.
    if present < known:
        raise NotMigrated(
            f"database {database} is at {present or 'no version'}, this service needs {known}: "
            "run its migrate command"
        )
    if known < minimum:
        raise NotMigrated(
            f"database {database} is at {present}, which can be used by code of version {minimum} and newer "
            f"only, and this service is of version {known or 'none'}: start a newer image"
        )

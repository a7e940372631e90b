"""Whether a database has the schema that a service was built for, told without the migration tool."""

from pathlib import Path

PRESENT = "SELECT version_num FROM alembic_version"
"""Asks for the version that a database is at; error 1146, no such table, means none."""

NO_SUCH_TABLE = 1146


class NotMigrated(Exception):
    """The database's schema is not the one this service was built for."""


def newest(directory: Path) -> str:
    """The newest version in `directory` (a folder with `versions/<version>_<what>.py`)."""
    return max((path.stem.partition("_")[0] for path in (directory / "versions").glob("*_*.py")), default="")


def require(present: str, directory: Path, database: str) -> None:
    """Raise NotMigrated unless `present` is the newest version in `directory`; empty text is no version."""
    needed = newest(directory)
    if present != needed:
        has, needs = present or "no version", needed or "no version"
        raise NotMigrated(
            f"database {database} is at {has}, this service needs {needs}: run its migrate command"
        )

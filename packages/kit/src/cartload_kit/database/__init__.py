"""MySQL: engine, transactions, retries, migrations."""

from cartload_kit.away import error_code, is_away
from cartload_kit.database.engine import DatabaseAway, async_url, check_database, engine
from cartload_kit.database.migrate import NotMigrated, migrate, require_migrated
from cartload_kit.database.retry import is_deadlock, is_duplicate_key, retry_on_deadlock
from cartload_kit.database.transaction import transaction

__all__ = [
    "DatabaseAway",
    "NotMigrated",
    "async_url",
    "check_database",
    "engine",
    "error_code",
    "is_away",
    "is_deadlock",
    "is_duplicate_key",
    "migrate",
    "require_migrated",
    "retry_on_deadlock",
    "transaction",
]

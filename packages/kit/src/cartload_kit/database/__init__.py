"""MySQL: engine, transactions, retries. Migrations are in `migrate`, which loads the tool for them."""

from cartload_kit.away import error_code, is_away
from cartload_kit.database.engine import DatabaseAway, async_url, check_database, engine
from cartload_kit.database.migrated import require_migrated
from cartload_kit.database.retry import is_deadlock, is_duplicate_key, retry_on_deadlock
from cartload_kit.database.transaction import transaction
from cartload_kit.schema_version import NotMigrated

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
    "require_migrated",
    "retry_on_deadlock",
    "transaction",
]

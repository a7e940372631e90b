"""MySQL: engine, transactions, retries. Migrations are in `migrate`, which loads the tool for them."""

from cartload_kit.database.clock import database_clock
from cartload_kit.database.engine import async_url, check_database, engine
from cartload_kit.database.migrated import require_migrated
from cartload_kit.database.retry import is_deadlock, is_duplicate_key, retry_on_deadlock
from cartload_kit.database.transaction import DatabaseUnavailable, transaction
from cartload_kit.schema_version import NotMigrated
from cartload_kit.transient_errors import error_code, is_transient

__all__ = [
    "DatabaseUnavailable",
    "NotMigrated",
    "async_url",
    "check_database",
    "database_clock",
    "engine",
    "error_code",
    "is_deadlock",
    "is_duplicate_key",
    "is_transient",
    "require_migrated",
    "retry_on_deadlock",
    "transaction",
]

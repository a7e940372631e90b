"""Read-only database users: one an owner, with SELECT on that owner's datasets and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload_kit.database import error_code, transaction
from cartload_writer.domain.names import quoted_database, reader_user
from cartload_writer.repository import datasets
from cartload_writer.repository.models import database_users

CONNECTIONS = 10
STATEMENT_SECONDS = 60
IDLE_SECONDS = 30
"""A transaction without a statement for so long is ended: nothing that reads needs one."""

_NO_SUCH_GRANT = {1141, 1147, 1269, 1133}
_NO_SUCH_THREAD = 1094


@dataclass(frozen=True, slots=True)
class DatabaseUser:
    """An owner's database user; without a time of its password it does not exist yet."""

    user_name: str
    password_set_at: datetime | None


async def find(connection: AsyncConnection, owner_id: UUID) -> DatabaseUser:
    """The database user of an owner, made or not."""
    query = sa.select(database_users.c.password_set_at).where(database_users.c.owner_id == str(owner_id))
    return DatabaseUser(reader_user(owner_id), await connection.scalar(query))


async def exists(connection: AsyncConnection, owner_id: UUID) -> bool:
    """Whether the owner has asked for a database user."""
    query = sa.select(sa.literal(1)).where(database_users.c.owner_id == str(owner_id))
    return await connection.scalar(query) is not None


async def set_password(engine: AsyncEngine, owner_id: UUID, password: str, now: datetime) -> DatabaseUser:
    """Make the owner's database user with this password, or give it this one, and let it read all datasets.

    The row comes first: a dataset prepared meanwhile sees it and grants, those before are granted here.
    """
    name = reader_user(owner_id)
    row = insert(database_users).values(owner_id=str(owner_id), user_name=name, password_set_at=None)
    async with transaction(engine) as connection:
        await connection.execute(row.on_duplicate_key_update(user_name=name))
    # MySQL limits no user's statements and skips this as a comment; there, `end_overdue` is the limit.
    limits = f"WITH MAX_USER_CONNECTIONS {CONNECTIONS} /*M!100101 MAX_STATEMENT_TIME {STATEMENT_SECONDS} */"
    async with engine.connect() as connection:
        # Both: the first leaves the password of a user that is there, the second fails for one that is not.
        for verb in ("CREATE USER IF NOT EXISTS", "ALTER USER"):
            statement = sa.text(f"{verb} '{name}'@'%' IDENTIFIED BY :password {limits}")
            await connection.execute(statement, {"password": password})
        owned = await datasets.of_owner(connection, owner_id)
    for dataset in owned:
        await grant_unless_gone(engine, dataset.dataset_id, owner_id)
    async with transaction(engine) as connection:
        mine = database_users.c.owner_id == str(owner_id)
        await connection.execute(database_users.update().where(mine).values(password_set_at=now))
    return DatabaseUser(name, now)


async def grant_unless_gone(engine: AsyncEngine, dataset_id: UUID, owner_id: UUID) -> None:
    """Let the owner's user read a dataset that has rows and is not deleted.

    GRANT commits by itself, so a second connection holds the row's lock meanwhile: a deletion cannot revoke
    before this grant and leave it behind.
    """
    async with transaction(engine) as guard, engine.connect() as connection:
        dataset = await datasets.find(guard, dataset_id, lock=True)
        if dataset is not None and dataset.has_rows and not dataset.gone:
            await grant(connection, dataset.database_name, owner_id)


async def grant(connection: AsyncConnection, database: str, owner_id: UUID) -> None:
    """Let the owner's user read a database; granting twice is harmless."""
    await connection.execute(
        sa.text(f"GRANT SELECT ON {quoted_database(database)}.* TO '{reader_user(owner_id)}'@'%'")
    )


async def revoke(connection: AsyncConnection, database: str, owner_id: UUID) -> None:
    """Take the owner's right to a database away; one that is not there is fine."""
    user = f"'{reader_user(owner_id)}'@'%'"
    try:
        await connection.execute(
            sa.text(f"REVOKE ALL PRIVILEGES ON {quoted_database(database)}.* FROM {user}")
        )
    except DBAPIError as error:
        if error_code(error) not in _NO_SUCH_GRANT:
            raise


async def end_sessions(connection: AsyncConnection, owner_id: UUID, database: str | None) -> int:
    """End the sessions of the owner's user that use a database, or all of them; how many there were."""
    query = "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = :user"
    values = {"user": reader_user(owner_id)}
    if database is not None:
        query, values = f"{query} AND DB = :database", values | {"database": database}
    sessions: Sequence[int] = (await connection.execute(sa.text(query), values)).scalars().all()
    for session in sessions:
        await _end(connection, session)
    return len(sessions)


async def end_overdue(connection: AsyncConnection, *, idle_seconds: int = IDLE_SECONDS) -> int:
    """End readers' sessions whose transaction lies idle, or whose statement runs too long; how many.

    An open transaction keeps tables from being changed, and locks that it took keep rows from being stored.
    MySQL lets a session lift its own limit on statements, and neither server can be relied on to end idle
    transactions of these users alone.
    """
    query = sa.text(
        "SELECT p.ID, p.USER FROM information_schema.PROCESSLIST p "
        "LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.ID "
        "WHERE p.USER LIKE 'u%' AND ((p.COMMAND = 'Sleep' AND p.TIME >= :idle AND t.trx_id IS NOT NULL) "
        "OR (p.COMMAND IN ('Query', 'Execute') AND p.TIME >= :busy))"
    )
    limits = {"idle": idle_seconds, "busy": STATEMENT_SECONDS + 5}
    overdue = [(int(session), str(user)) for session, user in await connection.execute(query, limits)]
    if not overdue:
        return 0
    # Other accounts of the server may begin with the same letter: only those that we made are ended.
    names = sa.select(database_users.c.user_name).where(
        database_users.c.user_name.in_({user for _, user in overdue})
    )
    ours = set((await connection.scalars(names)).all())
    sessions = [session for session, user in overdue if user in ours]
    for session in sessions:
        await _end(connection, session)
    return len(sessions)


async def _end(connection: AsyncConnection, session: int) -> None:
    try:
        await connection.execute(sa.text(f"KILL {int(session)}"))
    except DBAPIError as error:
        if error_code(error) != _NO_SUCH_THREAD:
            raise

"""The async engine, and how its sessions are set up."""

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from cartload_kit.database.measured_pool import MeasuredPool, watch
from cartload_kit.database.transaction import DatabaseUnavailable, transaction
from cartload_kit.describe_error import describe_error
from cartload_kit.mysql_url import MysqlUrl

POOL_RECYCLE = 300
"""Seconds; well below the session's wait_timeout of 600."""

# The last two settings are one limit under two names: only MariaDB runs comments that begin with M!, and only
# MySQL those of its versions from 8.0.
SESSION = (
    "SET SESSION innodb_lock_wait_timeout = 5, lock_wait_timeout = 5, wait_timeout = 600, "
    "net_read_timeout = 30, net_write_timeout = 60, time_zone = '+00:00', sql_mode = "
    "'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION' "
    "/*M!100000 , max_statement_time = 30 */ /*!80000 , max_execution_time = 30000 */"
)
"""For every connection.

Short lock waits, UTC, strict values, and statements of at most 30 s (MySQL: reads).
"""

ANSWER_SECONDS = 35.0
"""How long the answer to one statement may take: a little longer than the server works on it."""


def async_url(url: str) -> URL:
    """`mysql://user:password@host:port/database` as SQLAlchemy's URL for asyncmy.

    Raises ValueError for others.
    """
    read = MysqlUrl.parse(url)
    return URL.create(
        "mysql+asyncmy",
        username=read.user,
        password=read.password,
        host=read.host,
        port=read.port,
        database=read.database,
        query={"charset": "utf8mb4"},
    )


def connecting(url: str, answer_seconds: float | None = None) -> dict[str, Any]:
    """What asyncmy is told of every connection: how long it and an answer may take, and whether it is
    encrypted.
    """
    context = MysqlUrl.parse(url).ssl_context()
    told = {"connect_timeout": 5, "read_timeout": answer_seconds}
    return told if context is None else {**told, "ssl": context}


def engine(
    url: str,
    *,
    pool_size: int = 10,
    pool_timeout: float = 5.0,
    session: str = SESSION,
    answer_seconds: float | None = ANSWER_SECONDS,
    connect_args: Mapping[str, Any] | None = None,
) -> AsyncEngine:
    """Make an engine: READ COMMITTED, utf8mb4, at most `pool_size` connections, each checked before use.

    A caller waits at most `pool_timeout` seconds for a connection, then gets sqlalchemy.exc.TimeoutError;
    a transaction waits for its beginning for two seconds only.
    `answer_seconds` has to be longer than the session lets the server work on a statement; None where that
    may take hours.
    """
    # No overflow: the server's connections are shared out among the processes, and a pool that grows under
    # load would take those of others. Checked before use, because a connection that was dropped by the server
    # looks alive until then.
    made = create_async_engine(
        async_url(url),
        isolation_level="READ COMMITTED",
        poolclass=MeasuredPool,
        pool_logging_name=MysqlUrl.parse(url).database,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout,
        pool_pre_ping=True,
        pool_recycle=POOL_RECYCLE,
        # Errors that quote the statement end in logs, and its values hold hashes, keys and users' own data.
        hide_parameters=True,
        connect_args={"init_command": session, **connecting(url, answer_seconds), **(connect_args or {})},
    )
    watch(made, pool_size)
    return made


async def check_database(engine: AsyncEngine, deadline: float = 2.0) -> None:
    """Ready check: raises DatabaseUnavailable unless `SELECT 1` is answered within `deadline` seconds."""
    try:
        async with asyncio.timeout(deadline), transaction(engine) as connection:
            await connection.execute(text("SELECT 1"))
    except (TimeoutError, OSError, SQLAlchemyError) as error:
        server = f"{engine.url.host}:{engine.url.port}"
        reason = describe_error(error)
        raise DatabaseUnavailable(f"database {engine.url.database} at {server}: {reason}") from error

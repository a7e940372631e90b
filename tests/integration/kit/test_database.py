"""Engine, transactions, retries and migrations against a real server."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import QueuePool

from cartload_kit.database import (
    DatabaseUnavailable,
    NotMigrated,
    check_database,
    engine,
    is_deadlock,
    is_duplicate_key,
    require_migrated,
    retry_on_deadlock,
    transaction,
)
from cartload_kit.database.engine import SESSION
from cartload_kit.database.migrate import migrate
from support.counting import counted

MIGRATION = '''"""{name}."""

from alembic import op

revision = "{revision}"
down_revision = {down}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create it, slowly."""
    op.execute("DO SLEEP(0.1)")
    op.execute("CREATE TABLE {name} (id INT PRIMARY KEY)")


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE {name}")
'''


@pytest.fixture
async def database(mysql_url: str) -> AsyncIterator[str]:
    """URL of an empty database of the test's own."""
    name = f"kit_{uuid.uuid4().hex[:12]}"
    admin = engine(mysql_url, pool_size=1)
    async with transaction(admin) as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(mysql_url).set(database=name).render_as_string(hide_password=False)
    async with transaction(admin) as connection:
        await connection.execute(text(f"DROP DATABASE {name}"))
    await admin.dispose()


@pytest.fixture
async def db(database: str) -> AsyncIterator[AsyncEngine]:
    made = engine(database, pool_size=3, pool_timeout=0.2)
    async with transaction(made) as connection:
        await connection.execute(text("CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL) ENGINE=InnoDB"))
        await connection.execute(text("INSERT INTO t VALUES (1, 0), (2, 0)"))
    yield made
    assert taken(made) == 0
    await made.dispose()


def taken(db: AsyncEngine) -> int:
    """Connections that are out of the pool."""
    assert isinstance(db.pool, QueuePool)
    return db.pool.checkedout()


async def values(db: AsyncEngine) -> list[tuple[int, int]]:
    async with transaction(db) as connection:
        rows = await connection.execute(text("SELECT id, v FROM t ORDER BY id"))
        return [(row.id, row.v) for row in rows]


async def put(connection: AsyncConnection, row: int, value: int) -> None:
    await connection.execute(text("UPDATE t SET v = :value WHERE id = :row"), {"value": value, "row": row})


async def test_sessions_are_set_up(db: AsyncEngine) -> None:
    async with transaction(db) as connection:
        rows = (await connection.execute(text("SHOW VARIABLES"))).all()
    settings = {row[0]: row[1] for row in rows}
    isolation = settings.get("transaction_isolation") or settings["tx_isolation"]
    assert isolation == "READ-COMMITTED"
    assert settings["time_zone"] == "+00:00"
    assert settings["innodb_lock_wait_timeout"] == "5"
    assert settings["lock_wait_timeout"] == "5"
    assert settings["wait_timeout"] == "600"
    assert settings["character_set_client"] == "utf8mb4"
    assert "STRICT_TRANS_TABLES" in settings["sql_mode"]
    assert float(settings.get("max_statement_time") or int(settings["max_execution_time"]) / 1000) == 30


async def test_a_block_that_ends_is_committed_and_one_that_raises_is_not(db: AsyncEngine) -> None:
    async with transaction(db) as connection:
        await put(connection, 1, 10)

    async def fail() -> None:
        async with transaction(db) as connection:
            await put(connection, 2, 20)
            raise KeyError("oops")

    with pytest.raises(KeyError):
        await fail()
    assert await values(db) == [(1, 10), (2, 0)]


async def test_a_cancelled_block_is_rolled_back_and_gives_its_connection_back(db: AsyncEngine) -> None:
    async def stall() -> None:
        async with transaction(db) as connection:
            await put(connection, 1, 99)
            await connection.execute(text("DO SLEEP(1)"))

    for _ in range(6):
        task = asyncio.create_task(stall())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert taken(db) == 0
    assert await values(db) == [(1, 0), (2, 0)]


async def test_a_commit_that_has_begun_is_carried_through(db: AsyncEngine) -> None:
    left = asyncio.Event()

    async def write() -> None:
        async with transaction(db) as connection:
            await put(connection, 1, 7)
            asyncio.get_running_loop().call_soon(left.set)

    task = asyncio.create_task(write())
    await left.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await values(db) == [(1, 7), (2, 0)]


async def test_cancelled_at_any_moment_nothing_leaks_and_nothing_is_half_done(db: AsyncEngine) -> None:
    async def write(value: int) -> None:
        async with transaction(db) as connection:
            await put(connection, 1, value)
            await put(connection, 2, value)

    for number in range(60):
        task = asyncio.create_task(write(number))
        await asyncio.sleep(number * 0.0003)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        (_, one), (_, two) = await values(db)
        assert one == two
    async with asyncio.timeout(5):
        while taken(db):  # noqa: ASYNC110 - the pool has no event
            await asyncio.sleep(0.01)


async def test_a_caller_waits_only_so_long_for_a_connection(db: AsyncEngine) -> None:
    async with transaction(db), transaction(db), transaction(db):
        with pytest.raises(PoolTimeout):
            async with transaction(db):
                pass


async def test_what_the_pool_lends_and_what_it_makes_wait_is_counted(db: AsyncEngine) -> None:
    def now(what: str) -> float:
        return counted(f"cartload_database_pool_{what}", pool=db.url.database or "")

    waits, timeouts = now("wait_seconds_count"), now("timeouts_total")
    async with transaction(db), transaction(db), transaction(db):
        assert now("in_use_connections") == now("size_connections") == 3
        late = asyncio.create_task(values(db))
        async with asyncio.timeout(5):
            while now("waiting_callers") == 0:  # noqa: ASYNC110 - a metric tells nobody that it changed
                await asyncio.sleep(0.01)
        with pytest.raises(PoolTimeout):
            await late
    assert (now("in_use_connections"), now("waiting_callers")) == (0, 0)
    assert now("wait_seconds_count") - waits == 4
    assert now("timeouts_total") - timeouts == 1
    assert now("wait_seconds_sum") > 0.1


async def test_of_two_in_a_deadlock_the_loser_does_it_again(db: AsyncEngine) -> None:
    meet, runs = asyncio.Barrier(2), 0

    async def cross(first: int, second: int) -> None:
        attempts = 0

        async def work() -> None:
            nonlocal attempts, runs
            attempts += 1
            runs += 1
            async with transaction(db) as connection:
                await connection.execute(text("UPDATE t SET v = v + 1 WHERE id = :id"), {"id": first})
                if attempts == 1:
                    await meet.wait()
                await connection.execute(text("UPDATE t SET v = v + 1 WHERE id = :id"), {"id": second})

        await retry_on_deadlock(work)

    await asyncio.gather(cross(1, 2), cross(2, 1))
    assert runs == 3
    assert await values(db) == [(1, 2), (2, 2)]


async def test_a_lock_wait_timeout_is_tried_again_until_the_attempts_are_used_up(
    db: AsyncEngine, database: str
) -> None:
    hasty = engine(
        database,
        pool_size=1,
        session=SESSION.replace("innodb_lock_wait_timeout = 5", "innodb_lock_wait_timeout = 1"),
    )
    runs = 0

    async def work() -> None:
        nonlocal runs
        runs += 1
        async with transaction(hasty) as connection:
            await put(connection, 1, 5)

    async with transaction(db) as connection:
        await put(connection, 1, 1)
        with pytest.raises(OperationalError) as caught:
            await retry_on_deadlock(work, attempts=2, first_wait=0.001)
    assert is_deadlock(caught.value)
    assert runs == 2
    await hasty.dispose()


async def test_a_duplicate_key_is_recognised(db: AsyncEngine) -> None:
    with pytest.raises(IntegrityError) as caught:
        async with transaction(db) as connection:
            await connection.execute(text("INSERT INTO t VALUES (1, 1)"))
    assert is_duplicate_key(caught.value)
    with pytest.raises(DBAPIError) as other:
        async with transaction(db) as connection:
            await connection.execute(text("SELECT nothing"))
    assert not is_duplicate_key(other.value)


async def test_connections_killed_by_the_server_are_replaced(db: AsyncEngine) -> None:
    async with transaction(db) as connection:
        killed = await connection.scalar(text("SELECT CONNECTION_ID()"))
    other = engine(
        db.url.set(drivername="mysql", query={}).render_as_string(hide_password=False), pool_size=1
    )
    async with transaction(other) as connection:
        await connection.execute(text(f"KILL {killed}"))
    await other.dispose()
    assert await values(db) == [(1, 0), (2, 0)]
    assert counted("cartload_database_pool_in_use_connections", pool=db.url.database or "") == 0


async def test_the_ready_check_tells_a_database_that_is_away(db: AsyncEngine) -> None:
    await check_database(db)
    away = engine("mysql://root@127.0.0.1:1/nothing", pool_size=1)
    with pytest.raises(DatabaseUnavailable, match="nothing"):
        await check_database(away)
    await away.dispose()


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    versions = tmp_path / "versions"
    versions.mkdir()
    for number, name in enumerate(("one", "two"), 1):
        down = f'"{number - 1:04}"' if number > 1 else None
        source = MIGRATION.format(name=name, revision=f"{number:04}", down=down)
        (versions / f"{number:04}_{name}.py").write_text(source)
    return tmp_path


async def test_migrators_side_by_side_migrate_once(database: str, migrations: Path) -> None:
    db = engine(database, pool_size=1)
    with pytest.raises(NotMigrated, match="no version, this service needs 0002"):
        await require_migrated(db, migrations)
    await asyncio.gather(*(asyncio.to_thread(migrate, database, migrations) for _ in range(3)))
    await require_migrated(db, migrations)
    async with transaction(db) as connection:
        tables = set((await connection.scalars(text("SHOW TABLES"))).all())
    assert tables == {"alembic_version", "one", "two"}
    await db.dispose()


def older(migrations: Path, folder: Path, count: int) -> Path:
    """The migrations of an older image: the first few of a newer one's."""
    (folder / "versions").mkdir(parents=True)
    for path in sorted((migrations / "versions").glob("*.py"))[:count]:
        (folder / "versions" / path.name).write_text(path.read_text())
    return folder


async def test_older_code_runs_on_a_schema_to_which_something_was_added(
    database: str, migrations: Path, tmp_path: Path
) -> None:
    old = older(migrations, tmp_path / "old", 1)
    await asyncio.to_thread(migrate, database, migrations)
    db = engine(database, pool_size=1)
    await require_migrated(db, old)
    await asyncio.to_thread(migrate, database, old)  # as an image that was rolled back does at its start
    await require_migrated(db, migrations)
    await db.dispose()


async def test_older_code_is_refused_where_something_it_needs_was_taken_away(
    database: str, migrations: Path, tmp_path: Path
) -> None:
    for number in (1, 2):
        older(migrations, tmp_path / f"old{number}", number)
    contract = MIGRATION.format(name="three", revision="0003", down='"0002"') + '\nminimum_version = "0002"\n'
    (migrations / "versions" / "0003_three.py").write_text(contract)
    await asyncio.to_thread(migrate, database, migrations)
    db = engine(database, pool_size=1)
    await require_migrated(db, tmp_path / "old2")
    with pytest.raises(NotMigrated, match="at 0003, which can be used by code of version 0002 and newer"):
        await require_migrated(db, tmp_path / "old1")
    with pytest.raises(NotMigrated, match="start a newer image"):
        await asyncio.to_thread(migrate, database, tmp_path / "old1")
    await db.dispose()

"""The proof at start, and the tables that migrations make."""

import contextlib

import pymysql
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from cartload.encoders.mysql import LoadError
from cartload_kit.database import require_migrated
from cartload_writer.bootstrap import MIGRATIONS
from cartload_writer.repository import batches
from cartload_writer.repository.models import metadata
from cartload_writer.repository.probe import NotOneTransaction, prove_one_transaction
from support import writer_service
from support.writer_service import Place, Writer, root


def test_manifest_and_load_are_one_transaction(place: Place) -> None:
    with batches.connect(place.url, place.name) as connection:
        prove_one_transaction(connection)
    with root(place.admin) as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {place.name}.probe")
        assert cursor.fetchone() == (0,)


def test_where_they_are_not_the_writer_refuses(mysql_url: str) -> None:
    """An engine without transactions keeps what is rolled back, as does a server that commits before it."""
    with writer_service.migrated(mysql_url) as place:
        with root(place.admin) as cursor:
            cursor.execute(f"ALTER TABLE {place.name}.probe ENGINE = MyISAM")
        connection = batches.connect(place.url, place.name)
        # MySQL with GTIDs does not even begin to mix engines; without, it warns, which no load may.
        refusals = (NotOneTransaction, LoadError, pymysql.OperationalError)
        with pytest.raises(refusals, match=r"1 of 0|1785|6414"):
            prove_one_transaction(connection)
        with contextlib.suppress(pymysql.Error):
            connection.close()


async def test_the_models_are_what_migrations_make(writer: Writer) -> None:
    await require_migrated(writer.context.meta, MIGRATIONS)
    async with writer.context.meta.connect() as connection:
        found = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    differences = [one for one in found if not (isinstance(one, tuple) and "alembic_version" in str(one[1]))]
    assert differences == []

"""A dataset straight into MySQL or MariaDB: primary keys first, then rows, then all other keys."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

import pymysql

from cartload._identity import VINTAGE
from cartload.encoders import mysql
from cartload.encoders.mysql import Bulk
from cartload.engine.generate import Engine
from cartload.schema import TABLE_NAMES, ddl
from cartload.spec.model import Spec
from cartload.storage import about, mysql_url
from cartload.writers import mysql_session as session
from cartload.writers import runs, workers
from cartload.writers.job import Notify, OnRows, OutputError
from cartload.writers.mysql_session import execute, translate_errors
from cartload.writers.runs import Run

_CONNECTIONS: Final = 2
_HOURS: Final = 24 * 3600
"""Seconds that the server may take for the keys of one table."""


@dataclass(frozen=True, slots=True)
class DatabaseJob:
    """One dataset for one database; the spec is resolved, the URL has the password."""

    url: str
    spec: Spec
    by_insert: bool

    def __repr__(self) -> str:
        return f"DatabaseJob({mysql_url.shown(self.url)})"

    def start(self) -> "DatabaseWriter":
        """Get ready to make runs, in whichever process this is."""
        return DatabaseWriter(self)


class DatabaseWriter:
    """Makes and loads runs, one after the other; each chunk is a transaction."""

    def __init__(self, job: DatabaseJob) -> None:
        self._url = job.url
        self._insert = mysql.insert if job.by_insert else mysql.load
        self._engine = Engine(job.spec)
        self._chunks = runs.whole(job.spec)
        with translate_errors(job.url):
            self._connection = session.connect(job.url)

    def make(self, run: Run, on_rows: OnRows) -> None:
        """Load the rows of a run. Raises OutputError."""
        with translate_errors(self._url):
            for position in range(run.start, run.stop):
                batches = self._engine.generate(self._chunks[position], dictionaries=True)
                for table, batch in batches.items():
                    self._insert(self._connection, table, batch)
                self._connection.commit()
                on_rows(sum(batch.num_rows for batch in batches.values()))

    def close(self) -> None:
        """Leave the server."""
        if self._connection.open:
            self._connection.close()


def write(url: str, spec: Spec, *, processes: int | None, on_rows: OnRows, notify: Notify) -> None:
    """Fill the database, which is made if there is none; ``notify`` gets what a user should know.

    Raises OutputError: the database has tables of a dataset already, or the server refuses something. The row
    in ``_cartload`` is written last: without it the dataset is not whole.
    """
    with translate_errors(url):
        job = DatabaseJob(url, spec, by_insert=_prepared(url, spec, notify))
    try:
        chunks = runs.whole(spec)
        wanted = runs.cut(spec, chunks, "sql")
        count = processes or workers.worthwhile_processes(runs.rows(spec, chunks, wanted))
        workers.work(job, wanted, count, on_rows, lambda _work, _none: None)
        with translate_errors(url):
            notify("adding indexes and foreign keys")
            _finish(url, spec)
    except BaseException:
        notify(f"{mysql_url.shown(url)} holds a part of the rows only: drop its tables before another try")
        raise


def _prepared(url: str, spec: Spec, notify: Notify) -> bool:
    """Make database and tables; whether rows must be inserted because the server takes no files."""
    with _session(mysql_url.server(url)) as connection:
        session.use_database(connection, url)
        session.require_no_tables(connection, url)
        for table in TABLE_NAMES:
            execute(connection, ddl.create_table(table, spec.ids, final=False))
        ((takes_files,),) = execute(connection, "SELECT @@GLOBAL.local_infile")
    if not takes_files:
        notify("the server has local_infile off: rows go by INSERT, which takes about three times as long")
    return not takes_files


def _finish(url: str, spec: Spec) -> None:
    """Add the keys, several tables side by side, then foreign keys; prove those, and say what it all is."""
    # Keys without foreign keys first: those have to find the indexes of their columns and of their parents.
    keys = [one for table in TABLE_NAMES for one in ddl.alter_to_final(table, ddl.foreign_key_names(table))]
    foreign = [one for table in TABLE_NAMES for one in ddl.alter_to_final(table, ddl.index_names(table))]
    # From the last table on, where the large ones are: one that began last would go on alone at the end.
    _alter_tables(url, list(reversed(keys)), _CONNECTIONS)
    # One by one: a foreign key locks its parent too, and each of them would wait for another's lock.
    _alter_tables(url, foreign, 1)
    with _session(url) as connection:
        _require_parents(connection)
        # Only now, when all keys are there and proven: whoever finds this row takes the dataset for whole.
        row = about.row(
            spec.model_dump(mode="json"), VINTAGE, [{"first_block": 0, "customers": spec.customers}]
        )
        execute(connection, about.create_table())
        execute(connection, about.replace(["%s"] * len(about.COLUMNS)), *row.values())
        connection.commit()


def _alter_tables(url: str, statements: Sequence[str], connections: int) -> None:
    """Run statements, so many side by side. None goes on when one has failed or a signal ends the command.

    A server goes on with an ALTER whose client has left, so those that run are killed there.
    """
    running: set[int] = set()

    def alter(statement: str) -> None:
        with _session(url) as connection:
            # Asked for before the statement begins, because nothing can be asked on this connection while
            # it runs.
            ((number,),) = execute(connection, "SELECT CONNECTION_ID()")
            running.add(number)
            try:
                execute(connection, statement)
            finally:
                running.discard(number)

    pool = ThreadPoolExecutor(connections)
    try:
        for done in [pool.submit(alter, statement) for statement in statements]:
            done.result()
    except BaseException:
        # First nothing new may begin, then what runs is killed; the threads end with their statements, and
        # are waited for below.
        pool.shutdown(wait=False, cancel_futures=True)
        _kill(url, sorted(running))
        raise
    finally:
        pool.shutdown()


def _kill(url: str, connections: Sequence[int]) -> None:
    """End what these connections do, where the server still knows them."""
    with suppress(pymysql.MySQLError), _session(url) as connection:
        for number in connections:
            with suppress(pymysql.MySQLError):
                execute(connection, f"KILL {number}")


def _require_parents(connection: Bulk) -> None:
    for name, query in ddl.orphan_queries().items():
        ((orphans,),) = execute(connection, query)
        if orphans:
            raise OutputError(f"{orphans} rows break {name}: what was loaded is not what was made")


@contextmanager
def _session(url: str) -> Iterator[Bulk]:
    """A connection for statements that take long."""
    connection = session.connect(url, read_seconds=_HOURS)
    try:
        yield connection
    finally:
        connection.close()

"""The fastest way by hand to a finished dataset: files first, bare tables, LOAD DATA, then keys, then proofs.

The files are written before the clock starts. Tables are loaded over two connections, the longest first.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cartload.encoders.mysql import Bulk, connect, tab_separated
from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine
from cartload.schema import TABLE_NAMES, Ids
from cartload.schema.ddl import alter_to_final, create_table, orphan_queries
from cartload.spec import parse, resolve

CONNECTIONS = 2
DATABASE = "shopbyhand"
_DROPPED_SECONDS = 60
_LOAD = (
    "LOAD DATA LOCAL INFILE %s INTO TABLE `{table}` CHARACTER SET utf8mb4 "
    r"FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n'"
)


@dataclass(frozen=True)
class Prepared:
    """Files on disk, one a table, and the server they are for."""

    server: str
    ids: Ids
    files: dict[str, Path]


def write_files(server: str, customers: int, folder: Path) -> Prepared:
    """Write the rows of the dataset that the job makes, one file a table."""
    spec = resolve(parse({"customers": customers}))
    engine = Engine(spec)
    files = {name: folder / f"{name}.tsv" for name in TABLE_NAMES}
    for chunk in plan(spec, Segment(0, customers), catalogue=True):
        for name, batch in engine.generate(chunk).items():
            with files[name].open("ab") as file:
                file.write(tab_separated(batch))
    return Prepared(server, spec.ids, files)


def wait_until_dropped(server: str, database: str) -> None:
    """Until the server no longer has a database, so that nobody works for it any more; at most a minute."""
    query = f"SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = '{database}'"
    ends = time.monotonic() + _DROPPED_SECONDS
    with _session(server, None) as connection:
        while _run(connection, query):
            assert time.monotonic() < ends, f"{database} is still there"
            time.sleep(0.1)


def load_by_hand(prepared: Prepared) -> float:
    """Seconds from an empty server to a finished, proven database."""
    _drop(prepared.server)
    began = time.perf_counter()
    with _session(prepared.server, None) as connection:
        _run(connection, f"CREATE DATABASE {DATABASE}")
    with _session(prepared.server, DATABASE) as connection:
        for name in TABLE_NAMES:
            _run(connection, create_table(name, prepared.ids, final=False))
    longest_first = sorted(TABLE_NAMES, key=lambda name: -prepared.files[name].stat().st_size)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(lambda name: _finish(prepared, name), longest_first))
    with _session(prepared.server, DATABASE) as connection:
        for query in orphan_queries().values():
            assert _run(connection, query) == 0, query
    seconds = time.perf_counter() - began
    _drop(prepared.server)
    return seconds


def _finish(prepared: Prepared, name: str) -> None:
    _load(prepared, name)
    _add_keys(prepared, name)


def _load(prepared: Prepared, name: str) -> None:
    with _session(prepared.server, DATABASE) as connection, connection.cursor() as cursor:
        cursor.execute(_LOAD.format(table=name), (str(prepared.files[name]),))
        connection.commit()


def _add_keys(prepared: Prepared, name: str) -> None:
    with _session(prepared.server, DATABASE) as connection:
        for statement in alter_to_final(name):
            _run(connection, statement)


@contextmanager
def _session(server: str, database: str | None) -> Iterator[Bulk]:
    with closing(connect(server, database, idle_seconds=60, lock_seconds=60)) as connection:
        yield connection


def _drop(server: str) -> None:
    with _session(server, None) as connection:
        _run(connection, f"DROP DATABASE IF EXISTS {DATABASE}")


def _run(connection: Bulk, statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
        return row[0] if row else None

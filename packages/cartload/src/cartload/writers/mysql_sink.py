"""A stream's rows into MySQL or MariaDB, changed row by row as an application does.

Each moment of the stream is a transaction: an order, its items and its payment, say. The position is moved in
the same transaction, so a stream that was stopped goes on behind the last event that is there.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Final, Self

import numpy as np

from cartload._identity import VINTAGE
from cartload.calendar.timeline import last_shown
from cartload.encoders import mysql, row_statements
from cartload.events.event_ids import stream_id
from cartload.schema import TABLE_NAMES, ddl
from cartload.storage import about, mysql_url, stream_position
from cartload.storage.stream_position import Position
from cartload.writers import mysql_session as session
from cartload.writers.event_stream import StreamJob
from cartload.writers.external_sort import Lines
from cartload.writers.job import OutputError
from cartload.writers.mysql_session import execute, translate_errors

_PING_SECONDS: Final = 30.0
"""How often the server hears of a stream whose next event is not due."""


class MysqlSink:
    """Plays a job, whose topics are those of all tables, into the database of a URL, made if there is none.

    Lines must begin after ``since`` (milliseconds since 1970; None: with the first one), which is where a
    stream that was stopped goes on. At its end the database is the dataset. All methods raise OutputError:
    the server refuses something, or the database holds anything else than a part of this stream.
    """

    def __init__(self, url: str, job: StreamJob) -> None:
        self._url = url
        self._job = job
        with translate_errors(url):
            self._connection = session.connect(mysql_url.server(url), foreign_key_checks=True)
            with mysql.closed_on_error(self._connection):
                session.use_database(self._connection, url)
                position = self._prepared()
        # The events of the last moment come again, because some of them may not be there.
        self.since = None if position is None else position.time - 1
        self._skipped = 0 if position is None else position.events
        self._moment, self._done = -1, 0
        self._heard = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the server, which undoes what is not committed."""
        if self._connection.open:
            self._connection.close()

    def write(self, lines: Lines) -> None:
        """Make the changes; those of the last moment may not be committed yet."""
        with translate_errors(self._url), mysql.closed_on_error(self._connection):
            for moment, some in _by_moment(lines):
                if moment != self._moment:
                    self._commit()
                    self._moment, self._done = moment, 0
                self._change(some[self._skipped :])
                self._done += len(some)
                self._skipped = max(self._skipped - len(some), 0)

    def flush(self) -> None:
        """Commit what was written."""
        with translate_errors(self._url), mysql.closed_on_error(self._connection):
            self._commit()

    def wait(self, seconds: float) -> None:
        """Sleep; now and then the server is told that somebody is there."""
        time.sleep(seconds)
        if time.monotonic() - self._heard > _PING_SECONDS:
            with translate_errors(self._url):
                self._connection.ping(reconnect=False)
            self._heard = time.monotonic()

    def finish(self) -> None:
        """Say what the database holds now: the dataset, as of the moment until which it was played."""
        spec, segments = self._job.spec, [asdict(segment) for segment in self._job.segments]
        row = about.row(spec.model_dump(mode="json"), VINTAGE, segments)
        with translate_errors(self._url):
            execute(self._connection, about.create_table())
            execute(self._connection, about.replace(["%s"] * len(about.COLUMNS)), *row.values())
            self._connection.commit()

    def _prepared(self) -> Position | None:
        """Make the tables that are missing, and return how far the stream has come."""
        there = session.tables(self._connection)
        stream = _name_of(self._job)
        if stream_position.TABLE not in there:
            session.require_no_tables(self._connection, self._url)
            # First of all, so that a start that is interrupted is known for what it was.
            execute(self._connection, stream_position.CREATE)
        found = execute(self._connection, stream_position.READ)
        if not found:
            execute(self._connection, stream_position.BEGIN, stream)
            found = ((stream, None, 0),)
        ((known, moment, events),) = found
        if known != stream:
            raise OutputError(f"{mysql_url.shown(self._url)} holds another stream: choose another database")
        if moment is not None and moment > last_shown(self._job.spec):
            raise OutputError(f"{mysql_url.shown(self._url)} has come further than this stream goes")
        for name in TABLE_NAMES:
            if name not in there:
                execute(self._connection, ddl.create_table(name, self._job.spec.ids, final=True))
        if about.TABLE in there:
            # It was whole until its last event; now it goes on.
            execute(self._connection, about.DELETE)
        self._connection.commit()
        return None if moment is None else Position(moment, events)

    def _change(self, lines: Sequence[bytes]) -> None:
        with self._connection.cursor() as cursor:
            for statement in row_statements.statements(row_statements.changes(lines)):
                touched = cursor.execute(statement.sql, statement.values)
                if touched != statement.rows:
                    raise OutputError(
                        f"{mysql_url.shown(self._url)}: somebody else has changed {statement.table}"
                    )

    def _commit(self) -> None:
        if self._done and not self._skipped:
            execute(self._connection, stream_position.MOVE, self._moment, self._done)
            self._connection.commit()
            self._heard = time.monotonic()


def _name_of(job: StreamJob) -> str:
    """Tells streams apart; one that is played until a later moment is the same."""
    segments = [[segment.first_block, segment.customers] for segment in job.segments]
    return json.dumps({"id": str(stream_id(job.spec)), "segments": segments})


def _by_moment(lines: Lines) -> Iterator[tuple[int, list[bytes]]]:
    """The lines of each moment."""
    starts = [0, *(np.flatnonzero(np.diff(lines.times)) + 1).tolist(), len(lines)]
    for start, stop in pairwise(starts):
        yield int(lines.times[start]), lines.lines[start:stop].to_pylist()

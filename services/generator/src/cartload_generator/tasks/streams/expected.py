"""What a stream adds up to where it stands, as the API answers it."""

from collections.abc import Callable
from typing import Any

from cartload.writers.expected_stream import expected
from cartload_generator.domain.streams import Stream, moment
from cartload_generator.tasks.streams.playing import job_of


class GivenUpError(Exception):
    """Nobody wants the answer any more."""


def work_out(stream: Stream, given_up: Callable[[], bool]) -> dict[str, Any]:
    """The answer, as JSON; for a thread, since all rows are made for it. Raises GivenUpError."""

    def check() -> None:
        if given_up():
            raise GivenUpError

    found = expected(job_of(stream), stream.position, check, ended=stream.state == "ended")
    assert found.as_of is not None  # noqa: S101 - of a stream that has not begun nothing is asked
    return {
        "as_of": moment(found.as_of).isoformat(),
        "tables": {name: {"rows": total.rows, "row_hash": total.hex} for name, total in found.tables.items()},
        "events": found.events,
    }

"""Examines one dataset and ends: `python -m cartload_writer.tasks.examination.examine`, a process of its own.

Standard input brings a request, standard output gets the result; memory and time end with the process.
"""

import os
import sys
import threading
from typing import Any

from pydantic import BaseModel

from cartload.answers import answers
from cartload.checker import check_stored
from cartload.readers import StoredError, open_stored


class Request(BaseModel):
    """What to examine: a database's URL, and how many megabytes the examination may hold."""

    url: str
    memory_mb: int


class Found(BaseModel):
    """The report and the answers as JSON has them, or why there are none."""

    report: dict[str, Any] | None = None
    answers: dict[str, Any] | None = None
    error: str | None = None


def main() -> None:
    """Answer one request."""
    request = Request.model_validate_json(_line())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.stdout.write(_found(request).model_dump_json())


def _line() -> bytes:
    """The first line of standard input, read without a buffer: the thread below reads on."""
    text = b""
    while not text.endswith(b"\n") and (piece := os.read(0, 65_536)):
        text += piece
    return text


def _end_with_parent() -> None:
    """End as soon as standard input does: the process that asked is dead, however it died."""
    while os.read(0, 65_536):
        pass
    os._exit(1)


def _found(request: Request) -> Found:
    try:
        with open_stored(request.url, memory_mb=request.memory_mb) as stored:
            report, found = check_stored(stored), answers(stored)
            return Found(report=report.model_dump(mode="json"), answers=found.model_dump(mode="json"))
    except StoredError as error:
        return Found(error=str(error))


if __name__ == "__main__":
    main()

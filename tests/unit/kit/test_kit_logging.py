"""Log lines: JSON, with their context, without secrets."""

import asyncio
import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from cartload_kit import tracing
from cartload_kit.logging import JsonFormatter, bind, bound
from cartload_kit.redaction import MASK, redact

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def log() -> logging.Logger:
    logger = logging.Logger("test.logger", logging.DEBUG)
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonFormatter("sample"))
    logger.addHandler(handler)
    return logger


@pytest.fixture
def lines(log: logging.Logger) -> Lines:
    handler = log.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    return lambda: [json.loads(line) for line in handler.stream.getvalue().splitlines()]


def test_a_line_says_when_who_and_what(log: logging.Logger, lines: Lines) -> None:
    log.warning("made %d of %s", 3, "ä", extra={"rows": 3})
    (line,) = lines()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "warning",
        "service": "sample",
        "logger": "test.logger",
        "message": "made 3 of ä",
        "rows": 3,
    }


async def test_context_is_in_every_line_and_ends_with_the_block(log: logging.Logger, lines: Lines) -> None:
    async def work() -> None:
        log.info("inside")

    with bind(request_id="r1", job_id=None), tracing.continue_from(None):
        trace = tracing.current_traceparent()
        with bind(job_id="j1"):
            await asyncio.create_task(work())
        log.info("between")
    log.info("after")
    inside, between, after = lines()
    assert (inside["request_id"], inside["job_id"], inside["trace_id"]) == ("r1", "j1", trace[3:35])
    assert between["request_id"] == "r1"
    assert "job_id" not in between
    assert not {"request_id", "job_id", "trace_id"} & set(after)
    assert not bound()


def test_an_exception_is_one_line_without_secrets(log: logging.Logger, lines: Lines) -> None:
    try:
        raise ValueError("mysql://root:hunter2@h/d")
    except ValueError:
        log.exception("it failed\nbadly")
    (line,) = lines()
    assert "ValueError" in line["exception"]
    assert line["error"] == f"mysql://root:{MASK}@h/d"
    assert "hunter2" not in json.dumps(line)


def test_extras_that_are_secret_or_not_json_do_no_harm(log: logging.Logger, lines: Lines) -> None:
    log.info(
        "x",
        extra={
            "password": "hunter2",
            "refresh_token": "hunter2",
            "headers": {"Authorization": "hunter2", "accept": ["Bearer hunter2"]},
            "odd": {1, 2},
            "url": "http://u:hunter2@h",
        },
    )
    (line,) = lines()
    assert "hunter2" not in json.dumps(line)
    assert line["headers"]["Authorization"] == MASK
    assert line["odd"] == "{1, 2}"


def test_a_wrong_format_loses_nothing(log: logging.Logger, lines: Lines) -> None:
    log.info("%d rows", "many")
    (line,) = lines()
    assert "many" in line["message"]


@pytest.mark.parametrize(
    "text",
    [
        "mysql://root:hunter2@host:1/d",
        "mysql://root:a@hunter2@host:1/d",
        "mysql://root:a/hunter2@host:1/d",
        "AccountName=a;AccountKey=hunter2;X=1",
        "https://h/c?sv=1&sig=hunter2",
        "Authorization: Bearer hunter2",
        "eyJhbGciOiJFZERTQSJ9.hunter2.sig",
        "{'password': 'hunter2'}",
        '{"refresh_token":"hunter2"}',
        "password=hunter2 ",
    ],
)
def test_secrets_are_taken_out_of_texts(text: str) -> None:
    assert "hunter2" not in redact(text)


@pytest.mark.parametrize(
    "text", ["GET /api/jobs 200", "http://host:80/a@b", "http://host:80 a@b", "bearer of news", "12:30:11"]
)
def test_plain_texts_stay(text: str) -> None:
    assert redact(text) == text or "bearer" in text


def test_what_stands_around_a_masked_password_stays() -> None:
    text = """cannot reach {"first":"mysql://a:x@y@one/d","second":"mysql://b:z@two/d"} as c@d"""
    masked = (
        """cannot reach {"first":"mysql://a:********@one/d","second":"mysql://b:********@two/d"} as c@d"""
    )
    assert redact(text) == masked


def test_configure_takes_over_the_loggers_of_the_process() -> None:
    code = (
        "import logging, warnings\n"
        "from cartload_kit.logging import configure\n"
        "logging.getLogger('uvicorn.error').addHandler(logging.StreamHandler())\n"
        "configure('sample', 'info')\n"
        "logging.getLogger('uvicorn.error').info('served')\n"
        "logging.getLogger('any').debug('unseen')\n"
        "logging.getLogger('aiokafka').info('unseen')\n"
        "warnings.warn('careful')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    served, careful = (json.loads(line) for line in done.stderr.splitlines())
    assert (served["message"], served["service"]) == ("served", "sample")
    assert "careful" in careful["message"]

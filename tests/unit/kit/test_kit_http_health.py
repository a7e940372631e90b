"""Liveness, readiness and the OpenAPI document."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY

from cartload_kit.http import ReadyCheck, create_app


async def fine() -> None:
    """A dependency that is there."""


async def away() -> None:
    raise OSError("cannot reach mysql://root:hunter2@h/d")


async def refuses() -> bool:
    return False


async def hangs() -> None:
    await asyncio.Event().wait()


async def ask(app: FastAPI, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sample") as client:
        return await client.get(path)


def build(checks: dict[str, ReadyCheck]) -> FastAPI:
    return create_app("sample", title="Sample", checks=checks, check_seconds=0.05)


async def test_ready_when_every_check_passes() -> None:
    answer = await ask(build({"database": fine, "kafka": fine}), "/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "checks": ["database", "kafka"]}


async def test_not_ready_names_what_failed_and_why() -> None:
    checks: dict[str, ReadyCheck] = {"a": fine, "b": away, "c": refuses, "d": hangs}
    answer = await ask(build(checks), "/health/ready")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    failed = answer.json()["failed"]
    assert set(failed) == {"b", "c", "d"}
    assert "cannot reach" in failed["b"]
    assert "hunter2" not in answer.text
    assert failed["d"] == "no answer within 0.05 s"
    labels = {"service": "sample", "check": "b"}
    assert REGISTRY.get_sample_value("cartload_ready_check", labels) == 0


async def test_checks_may_be_added_while_a_role_starts() -> None:
    checks: dict[str, ReadyCheck] = {}
    app = build(checks)
    assert (await ask(app, "/health/ready")).status_code == 200
    checks["late"] = away
    assert (await ask(app, "/health/ready")).status_code == 503
    assert app.state.checks is checks


async def test_alive_whatever_depends() -> None:
    assert (await ask(build({"b": away}), "/health/live")).json() == {"status": "live"}


async def test_a_stopping_process_is_alive_and_not_ready() -> None:
    app = build({})
    app.state.lifecycle.stop()
    assert (await ask(app, "/health/ready")).status_code == 503
    assert (await ask(app, "/health/live")).status_code == 200


async def test_metrics_are_in_the_text_format() -> None:
    answer = await ask(build({}), "/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "# TYPE cartload_http_request_duration_seconds histogram" in answer.text


async def ends() -> None:
    """A part that ends at once."""


@pytest.mark.parametrize("part", [ends, away])
async def test_a_part_that_ends_or_fails_stops_the_process(part: Any) -> None:
    lifecycle = build({}).state.lifecycle
    await lifecycle.supervise("part", part())
    assert lifecycle.stopping.is_set()
    assert lifecycle.exit_code == 1


async def test_a_part_that_ends_after_the_stop_is_fine() -> None:
    lifecycle = build({}).state.lifecycle
    lifecycle.stop()
    await lifecycle.supervise("part", ends())
    assert lifecycle.exit_code == 0


async def test_a_part_that_is_cancelled_stays_cancelled() -> None:
    lifecycle = build({}).state.lifecycle
    task = asyncio.create_task(lifecycle.supervise("part", hangs()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not lifecycle.stopping.is_set()

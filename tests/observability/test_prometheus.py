"""A real Prometheus, as `make observe` starts it, beside the running system: `make observability-test`."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest

from cartload_dev.paths import checkout
from cartload_dev.system_client import SystemClient
from support.client import User, signed_up
from support.observability import alerts, declared_series, expressions, plain, recorded
from support.promql import TARGET_LABELS, named


@pytest.fixture(scope="module")
def prometheus(cartload: SystemClient) -> Iterator[str]:
    """Its address; what was started ends with Ctrl-C and leaves nothing."""
    command = [sys.executable, "-u", "-m", "cartload_dev", "observe", "--run-dir", str(cartload.run.root)]
    with subprocess.Popen(command, cwd=checkout(), stdout=subprocess.PIPE, text=True) as observing:
        assert observing.stdout is not None
        url = ""
        for line in observing.stdout:
            if line.startswith("Prometheus: "):
                url = line.removeprefix("Prometheus: ").strip()
                break
        assert url, "it did not start"
        yield url
        observing.send_signal(signal.SIGINT)
        assert observing.wait(20) == 130


@pytest.fixture
async def user(cartload: SystemClient) -> AsyncIterator[User]:
    async with signed_up(cartload.base_url) as new:
        yield new


class Api:
    """Prometheus' HTTP API."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self._url, self._http = url, http

    async def get(self, path: str, **parameters: str) -> Any:
        async with self._http.get(f"{self._url}/api/v1/{path}", params=parameters) as answer:
            body = await answer.json()
            assert body["status"] == "success", body
            return body["data"]

    async def value(self, query: str) -> float:
        result = (await self.get("query", query=query))["result"]
        return float(result[0]["value"][1]) if result else 0.0

    async def until(self, query: str, least: float) -> None:
        async with asyncio.timeout(60):
            while await self.value(query) < least:  # noqa: ASYNC110 - Prometheus tells nobody of a change
                await asyncio.sleep(0.5)


@pytest.fixture
async def api(prometheus: str) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as http:
        yield Api(prometheus, http)


async def test_every_process_is_scraped(api: Api, cartload: SystemClient) -> None:
    await api.until('sum(up{job="cartload"})', len(cartload.endpoints.metrics))
    found = {target["labels"]["instance"] for target in (await api.get("targets"))["activeTargets"]}
    assert found == set(cartload.endpoints.metrics)


async def test_every_rule_is_loaded_and_can_be_evaluated(api: Api) -> None:
    async def states() -> list[tuple[str, str, str]]:
        groups = (await api.get("rules"))["groups"]
        return [
            (rule["name"], rule["health"], rule.get("lastError", ""))
            for one in groups
            for rule in one["rules"]
        ]

    async with asyncio.timeout(90):
        while "unknown" in {health for _, health, _ in await states()}:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.5)
    wrong = [state for state in await states() if state[1] != "ok"]
    assert not wrong
    assert {name for name, _, _ in await states()} == {alert.name for alert in alerts()} | set(recorded())


async def test_everything_that_is_asked_for_is_there(api: Api, cartload: SystemClient, user: User) -> None:
    await user.make_dataset(customers=20, name="scraped")
    await api.until("sum(cartload_job_start_seconds_count)", 1)
    await api.until("sum(cartload_writer_rows_total)", 1)
    await api.until('sum(up{job="cartload"})', len(cartload.endpoints.metrics))
    known = await api.get("metadata")
    declared, asked = declared_series(), {one for each in expressions() for one in named(each).selectors}
    names = {name for name, _ in asked} - {"up"} - set(recorded())
    for name in names:
        # A histogram is known by its name without endings; a counter as well where OpenMetrics was asked for.
        family = re.sub("_(bucket|count|sum|total)$", "", name)
        assert {name, family} & known.keys(), name
    measured = 0
    for name in names:
        series = await api.get("series", **{"match[]": name})
        measured += bool(series)
        for labels in series:
            assert labels.keys() - {"__name__"} - TARGET_LABELS == declared[name], name
    assert measured > 0.8 * len(names)


async def test_every_query_is_answered_and_most_have_something_to_show(api: Api, user: User) -> None:
    # Two, with a scrape in between: a counter that is first seen at its final value has no rate.
    await user.make_dataset(customers=20, name="first")
    await api.until("sum(cartload_writer_rows_total)", 1)
    await user.make_dataset(customers=20, name="second")
    await api.until("sum(rate(cartload_writer_rows_total[5m]))", 0.001)
    results = {each: (await api.get("query", query=plain(each)))["result"] for each in expressions()}
    empty = [each for each, result in results.items() if not result]
    assert len(empty) < 0.5 * len(results), empty


async def test_a_healthy_system_raises_no_alarm(api: Api) -> None:
    await api.until('sum(up{job="cartload"})', 1)
    firing = (await api.get("query", query='ALERTS{alertstate="firing"}'))["result"]
    assert not firing

"""Who may ask, how often, and for which host: charged before anything is looked up."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest
from starlette.responses import JSONResponse

from support.counting import counted
from support.serving import closed_port
from support.signing import Issuer


def personal(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer clp_{token}"}


async def statuses(gateway: Any, headers: list[dict[str, str]]) -> list[int]:
    # Not all at once: on a busy machine hundreds of new connections to a service take longer than they may.
    slots = asyncio.Semaphore(50)

    async def one(sent: dict[str, str]) -> int:
        async with slots, gateway.client.get("/api/jobs", headers=sent) as answer:
            return int(answer.status)

    return await asyncio.gather(*(one(sent) for sent in headers))


async def test_a_flood_of_bad_personal_tokens_does_not_reach_auth(start_gateway: Any) -> None:
    gateway = await start_gateway(connections_per_address=1000)
    gateway.services.answer("POST /internal/tokens/exchange", {}, 401)
    began = time.monotonic()
    found = await statuses(gateway, [personal(f"bad-{number}") for number in range(900)])
    asked = len(gateway.services.calls("POST /internal/tokens/exchange"))
    assert 60 <= asked <= 62 + time.monotonic() - began  # one more each second
    assert {*found} == {401, 429}
    assert found.count(401) == asked


async def test_a_refused_personal_token_is_asked_about_once(gateway: Any) -> None:
    gateway.services.answer("POST /internal/tokens/exchange", {}, 401)
    found = await statuses(gateway, [personal("bad")] * 20) + await statuses(gateway, [personal("bad")] * 20)
    assert {*found} == {401}
    assert len(gateway.services.calls("POST /internal/tokens/exchange")) == 1


async def test_a_good_personal_token_passes_in_spite_of_a_flood(start_gateway: Any) -> None:
    gateway = await start_gateway(address_token_checks_per_minute=2)
    access = gateway.issuer.token("user-7")
    gateway.services.answer("POST /internal/tokens/exchange", {"access_token": access})
    assert await statuses(gateway, [personal("good")]) == [200]
    gateway.services.answer("POST /internal/tokens/exchange", {}, 401)
    found = await statuses(gateway, [personal("bad-1"), personal("bad-2"), personal("bad-3")])
    assert sorted(found) == [401, 429, 429]
    assert await statuses(gateway, [personal("good")] * 5) == [200] * 5


async def test_bad_access_tokens_are_charged_to_their_address(start_gateway: Any) -> None:
    gateway = await start_gateway(address_requests_per_minute=5)
    refused = counted("cartload_limits_refused_total", limit="address_rate")
    found = await statuses(gateway, [{"Authorization": "Bearer nonsense"}] * 20)
    assert counted("cartload_limits_refused_total", limit="address_rate") == refused + 15
    assert sorted(found) == [401] * 5 + [429] * 15
    assert await statuses(gateway, [gateway.bearer()]) == [200]


@pytest.mark.parametrize("proxies", ["127.0.0.0/8", "10.0.0.0/8, 127.0.0.1", "::1,127.0.0.1/32"])
async def test_the_address_behind_a_trusted_network_counts(start_gateway: Any, proxies: str) -> None:
    gateway = await start_gateway(address_requests_per_minute=1, trusted_proxies=proxies)
    sent = [{"X-Forwarded-For": address} for address in ("9.9.9.1", "9.9.9.2", "9.9.9.1")]
    found = []
    for headers in sent:
        found += await statuses(gateway, [headers])
    assert found == [200, 200, 429]
    assert gateway.services.calls("GET /api/jobs")[0].headers["x-forwarded-for"] == "9.9.9.1"


async def test_ipv6_is_counted_by_its_network(start_gateway: Any) -> None:
    gateway = await start_gateway(address_requests_per_minute=1, trusted_proxies="127.0.0.1")
    found = []
    for address in ("2001:db8:1:2::3", "2001:db8:1:2:ffff::4", "2001:db8:1:3::3"):
        found += await statuses(gateway, [{"X-Forwarded-For": address}])
    assert found == [200, 429, 200]
    assert gateway.services.calls("GET /api/jobs")[0].headers["x-forwarded-for"] == "2001:db8:1:2::3"


async def test_the_document_has_the_limit_of_an_address(start_gateway: Any) -> None:
    gateway = await start_gateway(address_requests_per_minute=2)
    gateway.services.answer("GET /openapi.json", {"openapi": "3.1.0", "paths": {}})
    found = []
    for _ in range(3):
        async with gateway.client.get("/openapi.json") as answer:
            found.append(answer.status)
    assert found == [200, 200, 429]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("shop.example", 200),
        ("SHOP.example:8080", 200),
        ("[::1]:8080", 200),
        ("evil.example", 421),
        ("shop.example.evil.example", 421),
    ],
)
async def test_only_allowed_hosts_are_answered_for(start_gateway: Any, host: str, status: int) -> None:
    gateway = await start_gateway(allowed_hosts="shop.example, [::1]")
    for path in ("/", "/api/jobs"):
        async with gateway.client.get(path, headers={"Host": host}) as answer:
            assert answer.status == status
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert "X-Request-Id" in answer.headers
    async with gateway.client.get("/health/live", headers={"Host": host}) as answer:
        assert answer.status == 200


async def test_websockets_are_for_allowed_hosts_too(start_gateway: Any) -> None:
    gateway = await start_gateway(allowed_hosts="shop.example")
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await gateway.client.ws_connect("/ws/jobs", headers={"Host": "evil.example"})


async def test_metrics_are_not_public(start_gateway: Any) -> None:
    port = closed_port()
    gateway = await start_gateway(metrics_port=port)
    async with gateway.client.get("/metrics", headers={"Accept": "text/html"}) as answer:
        assert answer.status == 404
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        assert "cartload_http_requests_in_flight" in await answer.text()


async def test_a_personal_token_outlives_the_key_that_its_access_token_was_signed_with(gateway: Any) -> None:
    stale = Issuer("a-key-that-was-dropped").token("user-7")
    fresh = gateway.issuer.token("user-7")
    answers = iter([stale, fresh])
    gateway.services.answers["POST /internal/tokens/exchange"] = lambda _: JSONResponse(
        {"access_token": next(answers)}
    )
    assert await statuses(gateway, [personal("abc")]) == [200]
    assert gateway.services.calls("GET /api/jobs")[0].headers["authorization"] == f"Bearer {fresh}"


async def test_an_access_token_that_never_becomes_good_is_asked_for_twice_and_refused(gateway: Any) -> None:
    stale = Issuer("a-key-that-nobody-publishes").token("user-7")
    gateway.services.answer("POST /internal/tokens/exchange", {"access_token": stale})
    assert await statuses(gateway, [personal("abc")]) == [401]
    assert len(gateway.services.calls("POST /internal/tokens/exchange")) == 2


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, {}, 401),
        (404, {}, 401),
        (422, {}, 401),
        (429, {}, 503),
        (500, {}, 503),
        (200, {}, 502),
        (200, [], 502),
    ],
)
async def test_what_auth_says_of_a_personal_token_decides_the_answer(
    gateway: Any, status: int, body: Any, told: int
) -> None:
    gateway.services.answer("POST /internal/tokens/exchange", body, status)
    assert await statuses(gateway, [personal("abc")]) == [told]
    assert gateway.services.calls("GET /api/jobs") == []


@pytest.mark.parametrize("path", ["/api/jobs", "/", "/get_user"])
async def test_a_place_in_flight_is_given_back_after_every_answer(start_gateway: Any, path: str) -> None:
    # A place is free when the answer's end is sent, which the client may see a moment before.
    gateway = await start_gateway(address_requests_at_once=4, user_requests_at_once=4)
    for headers in ({}, gateway.bearer(), {"Authorization": "Bearer bad"}) * 6:
        async with gateway.client.get(path, headers=headers) as answer:
            assert answer.status != 429

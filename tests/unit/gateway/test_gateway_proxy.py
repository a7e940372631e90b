"""Forwarding: what goes through, what is dropped, and what callers are told when a service fails."""

import asyncio
from typing import Any

import aiohttp
import pytest

from support.serving import closed_port

from .fake_services import BIG_BYTES

CLAIMED = {
    "X-Forwarded-For": "1.2.3.4",
    "X-Forwarded-Host": "evil.example",
    "Forwarded": "for=1.2.3.4",
    "X-Real-IP": "1.2.3.4",
    "X-User-Id": "someone-else",
    "X-Auth-Role": "admin",
}


async def test_a_request_reaches_its_service_whole(gateway: Any) -> None:
    async with gateway.client.post(
        "/api/jobs?a=1&b=%20x", json={"k": "v"}, headers=gateway.bearer()
    ) as answer:
        assert answer.status == 200
        found = await answer.json()
    assert found == {"path": "/api/jobs", "query": "a=1&b=%20x", "body": '{"k": "v"}'}
    assert answer.headers.getall("Set-Cookie") == ["a=1", "b=2"]


async def test_headers_of_one_hop_and_claimed_identities_are_dropped(gateway: Any) -> None:
    headers = {
        **gateway.bearer(),
        **CLAIMED,
        "Connection": "X-Secret-Hop",
        "X-Secret-Hop": "1",
        "X-Kept": "yes",
    }
    async with gateway.client.get("/api/jobs", headers=headers) as answer:
        assert "X-Hop" not in answer.headers
    seen = gateway.services.calls("GET /api/jobs")[0].headers
    assert seen["x-kept"] == "yes"
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert not {
        "x-forwarded-host",
        "forwarded",
        "x-real-ip",
        "x-user-id",
        "x-auth-role",
        "x-secret-hop",
    } & set(seen)


async def test_the_request_id_and_trace_go_on_and_come_back(gateway: Any) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {
        **gateway.bearer(),
        "X-Request-Id": "my-request.1",
        "traceparent": f"00-{trace}-00f067aa0ba902b7-01",
    }
    async with gateway.client.get("/api/jobs", headers=headers) as answer:
        assert answer.headers.getall("X-Request-Id") == ["my-request.1"]
    seen = gateway.services.calls("GET /api/jobs")[0].headers
    assert seen["x-request-id"] == "my-request.1"
    assert seen["traceparent"].split("-")[1] == trace


async def test_security_headers_are_on_every_answer(gateway: Any) -> None:
    for path in ("/", "/api/jobs", "/api/nothing", "/health/live"):
        async with gateway.client.get(path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy
            assert "unsafe-inline" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"exp": 1_700_000_001}, "expired"),
        ({"aud": "other"}, "not valid"),
        ({"typ": "refresh"}, "not valid"),
        ({"role": None}, "not valid"),
    ],
)
async def test_a_bad_token_is_refused_before_any_service_hears_of_it(
    gateway: Any, change: dict[str, object], message: str
) -> None:
    async with gateway.client.get("/api/jobs", headers=gateway.bearer(**change)) as answer:
        assert answer.status == 401
        assert answer.content_type == "application/problem+json"
        assert message in (await answer.json(content_type=None))["detail"]
    assert gateway.services.asked == []


async def test_refresh_tokens_pass_where_auth_takes_them(gateway: Any) -> None:
    headers = {"Authorization": "Bearer an-opaque-refresh-token"}
    async with gateway.client.post("/api/auth/logout", headers=headers) as answer:
        assert answer.status == 200
    seen = gateway.services.calls("POST /api/auth/logout")[0].headers
    assert seen["authorization"] == "Bearer an-opaque-refresh-token"


async def test_a_personal_token_is_exchanged_once_and_kept(gateway: Any) -> None:
    access = gateway.issuer.token("user-7")
    gateway.services.answer("POST /internal/tokens/exchange", {"access_token": access})
    for _ in range(3):
        async with gateway.client.get("/api/jobs", headers={"Authorization": "Bearer clp_abc"}) as answer:
            assert answer.status == 200
    assert len(gateway.services.calls("POST /internal/tokens/exchange")) == 1
    assert gateway.services.calls("GET /api/jobs")[0].headers["authorization"] == f"Bearer {access}"


async def test_an_unknown_personal_token_is_401(gateway: Any) -> None:
    gateway.services.answer("POST /internal/tokens/exchange", {}, 401)
    async with gateway.client.get("/api/jobs", headers={"Authorization": "Bearer clp_nope"}) as answer:
        assert answer.status == 401


@pytest.mark.parametrize(
    "path", ["/internal/tokens/exchange", "/api/nothing", "/ws", "/.well-known/other", "/api"]
)
async def test_paths_of_no_service_are_not_found(gateway: Any, path: str) -> None:
    async with gateway.client.post(path, json={}) as answer:
        assert answer.status == 404
    assert gateway.services.asked == []


async def test_a_large_download_streams_through(gateway: Any) -> None:
    async with gateway.client.get("/api/datasets/big/export", headers=gateway.bearer()) as answer:
        size = 0
        async for chunk in answer.content.iter_any():
            size += len(chunk)
    assert size == BIG_BYTES


async def test_a_download_that_breaks_off_does_not_look_whole(gateway: Any) -> None:
    with pytest.raises(aiohttp.ClientError):
        async with gateway.client.get("/api/datasets/broken/export", headers=gateway.bearer()) as answer:
            await answer.read()


async def test_a_body_above_the_limit_is_refused(start_gateway: Any) -> None:
    gateway = await start_gateway(max_body_bytes=2048)

    async def endless() -> Any:
        for _ in range(100):
            yield b"x" * 1024

    for body in (b"x" * 4096, endless()):
        async with gateway.client.post("/api/jobs", data=body, headers=gateway.bearer()) as answer:
            assert answer.status == 413
            assert (await answer.json(content_type=None))["limit"] == 2048
    assert gateway.services.asked == []


async def test_a_service_that_is_away_is_503(start_gateway: Any) -> None:
    gateway = await start_gateway(generator_url=f"http://127.0.0.1:{closed_port()}")
    async with gateway.client.get("/api/jobs", headers=gateway.bearer()) as answer:
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) >= 1


async def test_a_service_that_does_not_answer_is_504(start_gateway: Any) -> None:
    gateway = await start_gateway(upstream_seconds=0.2)
    async with gateway.client.get("/api/jobs/slow", headers=gateway.bearer()) as answer:
        assert answer.status == 504


async def test_a_service_that_breaks_off_is_502(start_gateway: Any) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        gateway = await start_gateway(generator_url=f"http://127.0.0.1:{port}")
        async with gateway.client.post("/api/jobs", json={}, headers=gateway.bearer()) as answer:
            assert answer.status == 502


async def test_the_rate_limit_is_told_and_held(start_gateway: Any) -> None:
    gateway = await start_gateway(user_requests_per_minute=3)
    statuses = []
    for _ in range(5):
        async with gateway.client.get("/api/jobs", headers=gateway.bearer("busy")) as answer:
            statuses.append(answer.status)
            assert answer.headers["RateLimit-Policy"] == '"user";q=3;w=60'
    assert statuses == [200, 200, 200, 429, 429]
    assert int(answer.headers["Retry-After"]) >= 1
    async with gateway.client.get("/api/jobs", headers=gateway.bearer("other")) as answer:
        assert answer.status == 200

"""Targets and headers on their way through: bytes stay as sent, and what ends here goes no further."""

from typing import Any

import pytest
from starlette.responses import Response

from cartload_gateway.domain.headers import request_headers, response_headers
from support.http_server import peer


async def ask(gateway: Any, target: bytes, *lines: bytes, version: bytes = b"1.1") -> Any:
    """Send a GET as a careless client does; gives what the service saw of it."""
    head = [b"GET " + target + b" HTTP/" + version, *lines]
    head += [f"{name}: {value}".encode() for name, value in gateway.bearer().items()]
    async with peer(gateway.port) as client:
        await client.send(b"\r\n".join([*head, b"", b""]))
        assert await client.status() == 200
    return gateway.services.asked[-1]


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("é".encode(), "é".encode()),
        ("日本".encode(), "日本".encode()),
        (b"plain", b"plain"),
        (b"\xe9", "é".encode()),
    ],
)
async def test_a_value_of_a_request_reaches_the_service_as_it_was_sent(
    gateway: Any, sent: bytes, seen: bytes
) -> None:
    asked = await ask(gateway, b"/api/jobs", b"host: h", b"x-note: " + sent)
    assert asked.headers["x-note"].encode("latin-1") == seen


@pytest.mark.parametrize("value", ["é".encode(), "日本".encode(), b"\xe9\xff", b"plain"])
async def test_a_value_of_an_answer_reaches_the_client_as_it_was_sent(gateway: Any, value: bytes) -> None:
    def answer(_: Any) -> Response:
        response = Response(b"{}")
        response.raw_headers.append((b"x-note", value))
        return response

    gateway.services.answers["GET /api/jobs"] = answer
    async with gateway.client.get("/api/jobs", headers=gateway.bearer()) as answered:
        assert answered.status == 200
        assert dict(answered.raw_headers)[b"x-note"] == value


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/api/jobs?q=a%20b+c&r=%zz", "/api/jobs", "q=a%20b+c&r=%zz"),
        (b"/api/jobs/a%2Fb?x=%26", "/api/jobs/a/b", "x=%26"),
        (b"/api/jobs/../auth/me", "/api/jobs/../auth/me", ""),
    ],
)
async def test_a_target_is_sent_on_as_it_was_written(
    gateway: Any, target: bytes, path: str, query: str
) -> None:
    asked = await ask(gateway, target, b"host: h")
    assert (asked.path, asked.query) == (path, query)


async def test_a_request_of_http_1_0_without_a_host_is_answered(gateway: Any) -> None:
    asked = await ask(gateway, b"/api/jobs", version=b"1.0")
    assert asked.headers["host"].startswith("127.0.0.1:")


async def test_an_expectation_is_met_here_and_not_sent_on(gateway: Any) -> None:
    async with gateway.client.post(
        "/api/jobs", json={"a": 1}, headers=gateway.bearer(), expect100=True
    ) as answer:
        assert answer.status == 200
    [asked] = gateway.services.calls("POST /api/jobs")
    assert (asked.body, "expect" in asked.headers) == (b'{"a": 1}', False)


@pytest.mark.parametrize(
    "name",
    ["Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade"],
)
def test_what_is_about_one_hop_passes_in_neither_direction(name: str) -> None:
    given = [(name, "x"), ("X-Kept", "y")]
    assert request_headers(given) == [("X-Kept", "y")]
    assert response_headers(given) == [("X-Kept", "y")]


def test_every_line_of_connection_names_headers_of_one_hop() -> None:
    given = [("Connection", "close, X-One"), ("connection", " x-TWO ,"), ("X-One", "1"), ("x-two", "2")]
    assert request_headers([*given, ("X-Three", "3")]) == [("X-Three", "3")]
    assert response_headers([*given, ("X-Three", "3")]) == [("X-Three", "3")]


@pytest.mark.parametrize("name", ["X-Frame-Options", "content-security-policy", "Server", "X-Request-Id"])
def test_a_service_does_not_replace_what_the_gateway_says_itself(name: str) -> None:
    assert response_headers([(name, "x"), ("ETag", '"1"')]) == [("ETag", '"1"')]


def test_repeated_headers_keep_their_order() -> None:
    given = [("Accept", "a"), ("Cookie", "1"), ("Accept", "b")]
    assert request_headers(given) == given

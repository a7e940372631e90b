"""Tokens for OAUTHBEARER from a small token server."""

import asyncio
import base64

import pytest
from aiohttp import web

from cartload_kit.kafka.errors import TokenUnavailable
from cartload_kit.kafka.oauth import ClientCredentials
from support.token_server import Answer, answering


def good(life: float) -> Answer:
    return lambda count: web.json_response({"access_token": f"token-{count}", "expires_in": life})


async def test_a_token_is_asked_for_once_while_it_is_good() -> None:
    async with answering(good(3600)) as server:
        tokens = ClientCredentials(server.url, "cart:load", "hunter2", "kafka")
        found = await asyncio.gather(*(tokens.token() for _ in range(5)))
    assert found == ["token-1"] * 5
    who = base64.b64encode(b"cart%3Aload:hunter2").decode()
    assert server.asked == [{"who": f"Basic {who}", "grant_type": "client_credentials", "scope": "kafka"}]


async def test_a_token_is_renewed_before_it_ends() -> None:
    async with answering(good(0.05)) as server:
        tokens = ClientCredentials(server.url, "cartload", "hunter2")
        first = await tokens.token()
        async with asyncio.timeout(10):
            while await tokens.token() == first:  # noqa: ASYNC110 - time passing has no event
                await asyncio.sleep(0.005)
    assert "scope" not in server.asked[0]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (web.json_response({"error": "invalid_client"}, status=401), "answered 401 invalid_client; check"),
        (web.Response(status=302, headers={"Location": "http://elsewhere/"}), "answered 302 without a token"),
        (web.Response(text="<html>"), "answered 200 without a token"),
        (web.json_response({"access_token": ""}), "answered 200 without a token"),
    ],
    ids=["refused", "redirected", "no-json", "empty"],
)
async def test_no_token_is_told_with_the_settings_to_check(answer: web.Response, said: str) -> None:
    async with answering(lambda _: answer) as server:
        with pytest.raises(TokenUnavailable) as caught:
            await ClientCredentials(server.url, "cartload", "hunter2").token()
    assert f"{server.url} {said}" in str(caught.value)
    assert "CARTLOAD_KAFKA_OAUTH_CLIENT_SECRET" in str(caught.value)
    assert "hunter2" not in str(caught.value)


async def test_a_token_server_that_is_away_is_told() -> None:
    with pytest.raises(TokenUnavailable, match=r"127\.0\.0\.1:1 cannot be reached.*OAUTH_TOKEN_URL"):
        await ClientCredentials("http://127.0.0.1:1/token", "cartload", "hunter2").token()


async def test_a_failure_is_not_kept() -> None:
    refused = web.json_response({"error": "temporarily_unavailable"}, status=503)
    async with answering(lambda count: refused if count == 1 else good(60)(count)) as server:
        tokens = ClientCredentials(server.url, "cartload", "hunter2")
        with pytest.raises(TokenUnavailable, match="503 temporarily_unavailable"):
            await tokens.token()
        assert await tokens.token() == "token-2"

"""Access tokens for SASL OAUTHBEARER, by the client-credentials grant of OAuth 2.0 (RFC 6749, 4.4)."""

import asyncio
import base64
import json
import time
from typing import Any
from urllib.parse import quote_plus

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from aiokafka.abc import AbstractTokenProvider

from cartload_kit.describe_error import describe_error
from cartload_kit.kafka.errors import TokenUnavailable
from cartload_kit.proxy import Proxy
from cartload_kit.proxy_connector import connector

ANSWER_SECONDS = 10.0
"""How long the token server may take."""

_MOST_BYTES = 64 * 1024
_LIFE_SECONDS = 60.0
"""How long a token is taken to be good when the server does not say."""
_EARLY_SECONDS = 30.0


class ClientCredentials(AbstractTokenProvider):  # type: ignore[misc] # aiokafka is untyped
    """Gets a token when one is needed, and keeps it until shortly before its end.

    One for a whole process: its clients share the token. `scope` is asked for where it is given.
    """

    def __init__(
        self,
        url: str,
        client_id: str,
        client_secret: str,
        scope: str | None = None,
        proxy: Proxy | None = None,
    ) -> None:
        self._url = url
        # Encoded first, as the standard says: a colon in the name would end it early.
        who = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
        self._headers = {"Authorization": f"Basic {base64.b64encode(who.encode()).decode()}"}
        self._proxy = proxy
        self._form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        self._one_at_a_time = asyncio.Lock()
        self._token = ""
        self._good_until = 0.0

    async def token(self) -> str:
        """Return a token that is good for a while. Raises TokenUnavailable."""
        async with self._one_at_a_time:
            if time.monotonic() >= self._good_until:
                began = time.monotonic()
                self._token, life = await self._fetch()
                self._good_until = began + life - min(_EARLY_SECONDS, life / 5)
            return self._token

    async def _fetch(self) -> tuple[str, float]:
        try:
            async with (
                ClientSession(
                    timeout=ClientTimeout(total=ANSWER_SECONDS), connector=connector(self._proxy)
                ) as session,
                # No redirects: the secret is for this server alone.
                session.post(
                    self._url, data=self._form, headers=self._headers, allow_redirects=False
                ) as response,
            ):
                return self._read(response, await _content(response))
        except (ClientError, OSError, TimeoutError) as error:
            reason = describe_error(error)
            raise TokenUnavailable(
                f"no token came from {self._url}: {reason}; check CARTLOAD_KAFKA_OAUTH_TOKEN_URL"
            ) from error

    def _read(self, response: ClientResponse, answer: dict[str, Any]) -> tuple[str, float]:
        token, life = answer.get("access_token"), answer.get("expires_in", _LIFE_SECONDS)
        if response.status == 200 and isinstance(token, str) and token:
            return token, float(life) if isinstance(life, int | float) and life > 0 else _LIFE_SECONDS
        said = answer.get("error")
        reason = (
            f"{response.status} {said}" if isinstance(said, str) else f"{response.status} without a token"
        )
        raise TokenUnavailable(
            f"the token server {self._url} answered {reason}; check CARTLOAD_KAFKA_OAUTH_TOKEN_URL, "
            "CARTLOAD_KAFKA_OAUTH_CLIENT_ID, CARTLOAD_KAFKA_OAUTH_CLIENT_SECRET and "
            "CARTLOAD_KAFKA_OAUTH_SCOPE"
        )


async def _content(response: ClientResponse) -> dict[str, Any]:
    """Return the JSON object of an answer; an empty one when it holds something else."""
    try:
        found = json.loads(await response.content.read(_MOST_BYTES))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}

"""What the services say of their own health, asked side by side."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp

from cartload_kit.describe_error import describe_error
from cartload_kit.proxy import Proxy
from cartload_kit.proxy_connector import connector

_SECONDS = 5.0
"""A service gives its own checks less than that."""
_LONGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """One service: whether it is ready, and what it lacks, by the name of its check."""

    name: str
    ready: bool
    failed: dict[str, str] = field(default_factory=dict)


class HealthChecks:
    """Asks each service's `/health/ready`."""

    def __init__(self, urls: Sequence[tuple[str, str]], proxy: Proxy | None) -> None:
        self._urls = urls
        self._proxy = proxy

    async def ask_all(self) -> list[ServiceHealth]:
        """What each says now; one that does not answer is not ready."""
        # A client of its own: a service whose pool is full is to be asked all the same, and few ask for this.
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        async with aiohttp.ClientSession(connector=connector(self._proxy), timeout=timeout) as session:
            asked = (_ask(session, name, url) for name, url in self._urls)
            return list(await asyncio.gather(*asked))


async def _ask(session: aiohttp.ClientSession, name: str, url: str) -> ServiceHealth:
    try:
        async with session.get(f"{url}/health/ready", allow_redirects=False) as answer:
            if answer.status == 200:
                return ServiceHealth(name, ready=True)
            body = await answer.content.read(_LONGEST)
            return ServiceHealth(name, ready=False, failed=_failed(answer.status, body))
    except TimeoutError:
        return ServiceHealth(name, ready=False, failed={"answer": f"none within {_SECONDS:g} s"})
    except aiohttp.ClientError as error:
        return ServiceHealth(name, ready=False, failed={"answer": describe_error(error)})


def _failed(status: int, body: bytes) -> dict[str, str]:
    """The checks that failed, of an answer that says so; else whatever it says."""
    try:
        problem = json.loads(body)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        return {"answer": f"status {status}"}
    failed = problem.get("failed")
    if isinstance(failed, dict) and failed:
        return {str(name): str(reason) for name, reason in failed.items()}
    return {"answer": str(problem.get("detail", f"status {status}"))}

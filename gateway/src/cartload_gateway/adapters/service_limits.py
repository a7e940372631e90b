"""The limits that the services behind the gateway keep, asked side by side."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError

from cartload_gateway.adapters.upstreams import Upstreams
from cartload_gateway.domain.routing import Upstream
from cartload_kit.errors import Problem
from cartload_kit.published_limits import PublishedLimit, PublishedLimits

_SERVICES: Final[tuple[Upstream, ...]] = ("auth", "generator", "writer", "notifier", "shop")
_PATH = "/internal/limits"


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """The limits of one service, or why it does not tell them."""

    name: str
    items: list[PublishedLimit] = field(default_factory=list)
    reason: str | None = None


async def ask_services(upstreams: Upstreams, authorization: str | None) -> list[ServiceLimits]:
    """What each service says, in the name of the administrator whose token it is."""
    return list(await asyncio.gather(*(_ask(upstreams, name, authorization) for name in _SERVICES)))


async def _ask(upstreams: Upstreams, name: Upstream, authorization: str | None) -> ServiceLimits:
    headers = {"Authorization": authorization or "", "Accept": "application/json"}
    try:
        answer = await upstreams.request(name, name, "GET", _PATH, headers=headers)
        async with answer:
            if answer.status != 200:
                return ServiceLimits(name, reason=f"It answered with status {answer.status}.")
            found = PublishedLimits.model_validate_json(await answer.read())
            return ServiceLimits(name, found.items)
    except Problem as problem:
        return ServiceLimits(name, reason=problem.detail)
    except ValidationError:
        return ServiceLimits(name, reason="Its answer cannot be read.")

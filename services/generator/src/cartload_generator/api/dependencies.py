"""What the routes of the API work with."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_generator.api.specs.preview import Previews
from cartload_generator.domain.backlog import BacklogReader
from cartload_generator.domain.entities import Clock
from cartload_generator.domain.limits import Limits
from cartload_generator.tasks.dead_letters import DeadLetterAdministration
from cartload_generator.tasks.dispatcher import Dispatcher
from cartload_generator.tasks.job_waiters import JobWaiters
from cartload_generator.tasks.publisher import Publisher
from cartload_kit.tokens import CurrentUser


@dataclass(frozen=True, slots=True)
class Services:
    """The clients and parts of the role `api`; wired in `bootstrap` only."""

    engine: AsyncEngine
    dispatcher: Dispatcher
    backlog: BacklogReader
    waiters: JobWaiters
    previews: Previews
    stream_publisher: Publisher
    dead_letters: DeadLetterAdministration
    limits: Limits
    clock: Clock
    wait_seconds: int
    topic_prefix: str


# All of these are coroutines: FastAPI runs a plain function in a thread, at a cost for every request.


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _owner(user: CurrentUser) -> UUID:
    return UUID(user.user_id)


ServicesDep = Annotated[Services, Depends(_services)]
"""The parameter type of a route that needs the services."""

Owner = Annotated[UUID, Depends(_owner)]
"""The account that asks: what is not its own does not exist for it."""

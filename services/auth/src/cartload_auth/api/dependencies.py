"""What the use cases work with, and how routes ask for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload_auth.adapters.data_owners import DataOwners
from cartload_auth.adapters.key_store import KeyStore
from cartload_auth.adapters.password_pool import PasswordPool
from cartload_auth.api.cookie import RefreshCookie
from cartload_auth.domain.access_tokens import is_from_personal_token, session_of
from cartload_auth.domain.config import AuthConfig
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_kit.errors import Forbidden, Unauthorized
from cartload_kit.http.client_address import address_from_gateway, counting_key
from cartload_kit.tokens import Identity

type Clock = Callable[[], datetime]
"""The time now, aware, in UTC."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Everything outside the use cases, built once in `bootstrap`."""

    engine: AsyncEngine
    passwords: PasswordPool
    keys: KeyStore
    config: AuthConfig
    clock: Clock
    data_owners: DataOwners

    async def in_transaction[T](self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Do the work in one transaction, and all of it again when it lost to another one's locks."""

        async def once() -> T:
            async with transaction(self.engine) as connection:
                return await work(connection)

        return await retry_on_deadlock(once)


# All of these are coroutines: FastAPI runs a plain function in a thread, at a cost for every request.


async def _dependencies(request: Request) -> Dependencies:
    dependencies: Dependencies = request.app.state.dependencies
    return dependencies


async def _cookie(request: Request) -> RefreshCookie:
    cookie: RefreshCookie = request.app.state.cookie
    return cookie


async def _address(request: Request) -> str:
    return counting_key(address_from_gateway(request))


def require_session(identity: Identity) -> str:
    """Return the session that the access token came from.

    Raises:
        Forbidden: it came from a personal token: a leaked one must not be able to make its successors, or to
            sign its owner out, or to delete the account.
        Unauthorized: it came from neither.
    """
    if is_from_personal_token(identity.token_id):
        raise Forbidden(
            "A personal token cannot change the account, its tokens or sessions: sign in with the password."
        )
    session_id = session_of(identity.token_id)
    if session_id is None:
        raise Unauthorized
    return session_id


UseDependencies = Annotated[Dependencies, Depends(_dependencies)]
"""The dependencies of this process."""

UseCookie = Annotated[RefreshCookie, Depends(_cookie)]
"""The refresh cookie."""

Address = Annotated[str, Depends(_address)]
"""Where the request came from, as attempts are counted."""

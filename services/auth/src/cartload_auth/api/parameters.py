"""What the routes share."""

from typing import Annotated

from fastapi import Depends, Request

from cartload_auth.api.cookie import RefreshCookie
from cartload_auth.dependencies import Dependencies
from cartload_auth.domain import access_tokens
from cartload_auth.repository.accounts import Account
from cartload_kit.http.client_address import address_from_gateway, counting_key


def _dependencies(request: Request) -> Dependencies:
    dependencies: Dependencies = request.app.state.dependencies
    return dependencies


def _cookie(request: Request) -> RefreshCookie:
    cookie: RefreshCookie = request.app.state.cookie
    return cookie


def _address(request: Request) -> str:
    return counting_key(address_from_gateway(request))


UseDependencies = Annotated[Dependencies, Depends(_dependencies)]
"""The dependencies of this process."""

UseCookie = Annotated[RefreshCookie, Depends(_cookie)]
"""The refresh cookie."""

Address = Annotated[str, Depends(_address)]
"""Where the request came from, as attempts are counted."""


def access_token(dependencies: Dependencies, account: Account) -> tuple[str, int]:
    """An access token for an account, and its life in seconds."""
    now = dependencies.clock()
    signer = dependencies.keys.ring.signer(now)
    return access_tokens.issue(signer, dependencies.config, account_id=account.id, role=account.role, now=now)

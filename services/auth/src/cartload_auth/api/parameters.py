"""What the routes share."""

from typing import Annotated

from fastapi import Depends, Request, Response

from cartload_auth import access
from cartload_auth.cookie import RefreshCookie
from cartload_auth.ports import Ports
from cartload_auth.store.accounts import Account
from cartload_auth.web import client_address


def _ports(request: Request) -> Ports:
    ports: Ports = request.app.state.ports
    return ports


def _cookie(request: Request) -> RefreshCookie:
    cookie: RefreshCookie = request.app.state.cookie
    return cookie


def _uncached(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


UsePorts = Annotated[Ports, Depends(_ports)]
"""The ports of this process."""

UseCookie = Annotated[RefreshCookie, Depends(_cookie)]
"""The refresh cookie."""

Address = Annotated[str, Depends(client_address)]
"""Where the request came from, as attempts are counted."""

NO_STORE = Depends(_uncached)
"""Marks an answer as one that nobody may keep."""


def access_token(ports: Ports, account: Account) -> tuple[str, int]:
    """An access token for an account, and its life in seconds."""
    now = ports.clock()
    signer = ports.keys.ring.signer(now)
    return access.issue(signer, ports.policy, account_id=account.id, role=account.role, now=now)

"""Personal tokens, for scripts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from cartload_auth.api import token_exchange
from cartload_auth.api.dependencies import UseDependencies, require_session
from cartload_auth.api.newest_first import NewestFirst
from cartload_auth.api.schemas import AccessToken, Exchange, NewToken, ShownToken, Token
from cartload_kit.http.openapi import problem_answers
from cartload_kit.pagination import Page, cut_page
from cartload_kit.tokens import CurrentUser

router = APIRouter(prefix="/api/auth/tokens", tags=["personal tokens"])
internal = APIRouter(prefix="/internal", tags=["internal"], include_in_schema=False)
"""What only the gateway calls: it routes nothing below /internal."""


@router.post("", status_code=201, summary="Make a personal token", responses=problem_answers(401, 403, 422))
async def create(body: NewToken, identity: CurrentUser, dependencies: UseDependencies) -> ShownToken:
    """Make a token for scripts, used as `Authorization: Bearer`. Its secret is shown this once."""
    session_id = require_session(identity)
    token, secret = await token_exchange.create(
        dependencies, identity.user_id, session_id, body.name, body.expires_in_days
    )
    return ShownToken(**Token.of(token).model_dump(), token=secret)


@router.get("", summary="List personal tokens", responses=problem_answers(401, 422))
async def listing(
    identity: CurrentUser,
    dependencies: UseDependencies,
    request: Request,
    response: Response,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Page[Token]:
    """List the account's tokens, newest first, without their secrets."""
    found = await token_exchange.page(dependencies, identity.user_id, NewestFirst.read(cursor), limit + 1)
    shown, following = cut_page(found, limit, NewestFirst.after, request, response.headers)
    return Page[Token](items=[Token.of(token) for token in shown], next=following)


@router.delete(
    "/{token_id}",
    status_code=204,
    summary="Revoke a personal token",
    responses=problem_answers(401, 403, 404),
)
async def revoke(token_id: UUID, identity: CurrentUser, dependencies: UseDependencies) -> None:
    """Make a token worthless, within a minute everywhere."""
    require_session(identity)
    await token_exchange.revoke(dependencies, identity.user_id, str(token_id))


@internal.post("/tokens/exchange", summary="Exchange a personal token", responses=problem_answers(401, 422))
async def exchange(body: Exchange, dependencies: UseDependencies) -> AccessToken:
    """Give an access token of two minutes for a personal token; keep it for one at most."""
    token, seconds = await token_exchange.exchange(dependencies, body.token)
    return AccessToken(access_token=token, expires_in=seconds)

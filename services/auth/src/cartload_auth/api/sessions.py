"""Sessions: sign in, refresh, sign out; list and end one's own."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response

from cartload_auth.api import sign_in, user_sessions
from cartload_auth.api.dependencies import (
    Address,
    Dependencies,
    UseCookie,
    UseDependencies,
    require_session,
)
from cartload_auth.api.newest_first import NewestFirst
from cartload_auth.api.schemas import Login, Refresh, RefreshToken, ShownSession, SignedIn, User
from cartload_auth.domain import access_tokens
from cartload_auth.domain.access_tokens import session_of
from cartload_auth.domain.opaque_tokens import REFRESH_PREFIX
from cartload_auth.repository.accounts import Account
from cartload_kit.errors import Problem, Unauthorized
from cartload_kit.http.openapi import problem_answers
from cartload_kit.http.problems import problem_response
from cartload_kit.pagination import Page, cut_page
from cartload_kit.tokens import CurrentUser

router = APIRouter(prefix="/api/auth", tags=["sessions"])

_NO_TOKEN = "There is no refresh token in the cookie or the body: sign in."  # noqa: S105


@router.post(
    "/login",
    summary="Sign in",
    response_model_exclude_none=True,
    responses=problem_answers(401, 403, 422, 429, 503),
)
async def login(
    body: Login,
    request: Request,
    response: Response,
    dependencies: UseDependencies,
    cookie: UseCookie,
    address: Address,
) -> SignedIn:
    """Give an access token, and a refresh token in an HttpOnly cookie or, if asked for, in the body."""
    in_body = body.refresh_in == "body" or body.session == "plain"
    if not in_body:
        cookie.require_own_page(request)
    account, opened = await sign_in.login(
        dependencies, body.user_name, body.password, address, body.session, _user_agent(request)
    )
    answer = _signed_in(dependencies, account, opened.session_id)
    if in_body:
        return answer.model_copy(update={"refresh_token": opened.refresh_token})
    cookie.set(request, response, opened.refresh_token, opened.expires_at, dependencies.clock())
    return answer


@router.post(
    "/refresh",
    summary="Get a new access token",
    response_model=SignedIn,
    response_model_exclude_none=True,
    responses=problem_answers(401, 403, 422, 503),
)
async def refresh(
    request: Request,
    response: Response,
    dependencies: UseDependencies,
    cookie: UseCookie,
    body: Refresh | None = None,
) -> SignedIn | Response:
    """Use a refresh token: it is worth nothing afterwards, and the next one goes where it came from.

    A refresh token of the kind `plain` stays the same. A token that is used a second time ends its session,
    but for a short grace time in which an answer may have been lost: then it gives the same next token again.
    """
    in_body = body.refresh_token if body else None
    presented = in_body or cookie.read(request)
    if presented is None:
        raise Unauthorized(_NO_TOKEN)
    try:
        used = await user_sessions.refresh(dependencies, presented, body.session if body else None)
    except Unauthorized as problem:
        return problem_response(problem, request.scope) if in_body else _ended(problem, request, cookie)
    answer = _signed_in(dependencies, used.account, used.session_id)
    if used.following is None:
        return answer
    following = used.following
    if in_body:
        return answer.model_copy(update={"refresh_token": following.refresh_token})
    cookie.set(request, response, following.refresh_token, following.expires_at, dependencies.clock())
    return answer


def _ended(problem: Problem, request: Request, cookie: UseCookie) -> Response:
    """The refusal, which also takes the worthless cookie away."""
    answer = problem_response(problem, request.scope)
    cookie.clear(request, answer)
    return answer


@router.post("/logout", status_code=204, summary="Sign out", responses=problem_answers(401, 403))
async def logout(
    request: Request,
    response: Response,
    dependencies: UseDependencies,
    cookie: UseCookie,
    body: RefreshToken | None = None,
    authorization: Annotated[
        str | None, Header(description="`Bearer <refresh token>`, instead of cookie or body.")
    ] = None,
) -> None:
    """End the session of a refresh token. Access tokens already out end by themselves within minutes."""
    in_body = body.refresh_token if body else None
    presented = in_body or _bearer_refresh_token(authorization)
    if presented is None:
        # Also where no cookie came along: from another site's form it never does, as it is SameSite=Strict,
        # and the answer would still take it out of the browser.
        cookie.require_own_page(request)
        presented = cookie.read(request)
    if presented is None and authorization is not None:
        raise Unauthorized("This needs the refresh token: in the cookie, the body or as Bearer.")
    if presented is not None:
        await user_sessions.end(dependencies, presented)
    cookie.clear(request, response)


@router.get("/sessions", summary="List sessions", responses=problem_answers(401, 422))
async def listing(
    identity: CurrentUser,
    dependencies: UseDependencies,
    request: Request,
    response: Response,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Page[ShownSession]:
    """List where the account is signed in, newest first."""
    current = session_of(identity.token_id)
    after = NewestFirst.read(cursor)
    found = await user_sessions.page(dependencies, identity.user_id, after, limit + 1)
    shown, following = cut_page(found, limit, NewestFirst.after, request, response.headers)
    items = [ShownSession.of(session, current) for session in shown]
    return Page[ShownSession](items=items, next=following)


@router.delete(
    "/sessions", status_code=204, summary="End all other sessions", responses=problem_answers(401, 403)
)
async def end_others(identity: CurrentUser, dependencies: UseDependencies) -> None:
    """Sign out everywhere but here. Access tokens already out end by themselves within minutes."""
    await user_sessions.end_others(dependencies, identity.user_id, require_session(identity))


@router.delete(
    "/sessions/{session_id}",
    status_code=204,
    summary="End a session",
    responses=problem_answers(401, 403, 404),
)
async def end_one(session_id: UUID, identity: CurrentUser, dependencies: UseDependencies) -> None:
    """Sign out there. Access tokens already out end by themselves within minutes."""
    require_session(identity)
    await user_sessions.end_one(dependencies, identity.user_id, str(session_id))


def _user_agent(request: Request) -> str | None:
    """What the client calls itself, as far as it can be kept: 200 visible ASCII characters."""
    given = request.headers.get("User-Agent", "")
    return "".join(one for one in given if one.isascii() and one.isprintable())[:200] or None


def _bearer_refresh_token(authorization: str | None) -> str | None:
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token.startswith(REFRESH_PREFIX) else None


def _signed_in(dependencies: Dependencies, account: Account, session_id: str) -> SignedIn:
    """The answer with a fresh access token of this session."""
    now = dependencies.clock()
    token, seconds = access_tokens.issue(
        dependencies.keys.ring.signer(now),
        dependencies.config,
        account_id=account.id,
        role=account.role,
        now=now,
        session_id=session_id,
    )
    return SignedIn(access_token=token, expires_in=seconds, user=User.of(account))

"""Accounts: making one, seeing one's own, changing its password, deleting it."""

from fastapi import APIRouter, Request, Response

from cartload_auth.api import account_deletion, sign_in
from cartload_auth.api.dependencies import Address, UseCookie, UseDependencies, require_session
from cartload_auth.api.schemas import ChangePassword, DeleteAccount, Register, User
from cartload_auth.repository import accounts
from cartload_kit.database import transaction
from cartload_kit.errors import Unauthorized
from cartload_kit.http.openapi import problem_answers
from cartload_kit.tokens import CurrentUser

router = APIRouter(prefix="/api/auth", tags=["accounts"])


@router.post(
    "/register",
    status_code=201,
    summary="Make an account",
    responses=problem_answers(403, 409, 422, 429, 503),
)
async def register(body: Register, dependencies: UseDependencies, address: Address) -> User:
    """Make an account with the role customer, where registration is open."""
    return User.of(await sign_in.register(dependencies, body.user_name, body.password, address))


@router.get("/me", summary="Who am I", responses=problem_answers(401))
async def me(identity: CurrentUser, dependencies: UseDependencies) -> User:
    """Return the account that the access token belongs to."""
    async with transaction(dependencies.engine) as connection:
        account = await accounts.by_id(connection, identity.user_id)
    if account is None:
        raise Unauthorized("The account is gone.")
    return User.of(account)


@router.post(
    "/password",
    status_code=204,
    summary="Change a password",
    responses=problem_answers(401, 403, 422, 429, 503),
)
async def change_password(body: ChangePassword, dependencies: UseDependencies, address: Address) -> None:
    """Replace a password, a one-time password too.

    All sessions of the account end, and its personal tokens are revoked unless the body says `keep`.
    """
    await sign_in.change_password(
        dependencies,
        body.user_name,
        body.password,
        body.new_password,
        address,
        keep_personal_tokens=body.personal_tokens == "keep",
    )


@router.delete(
    "/account",
    status_code=204,
    summary="Delete an account",
    responses=problem_answers(401, 403, 409, 422, 429, 503),
)
async def delete_account(
    body: DeleteAccount,
    request: Request,
    response: Response,
    identity: CurrentUser,
    dependencies: UseDependencies,
    cookie: UseCookie,
    address: Address,
) -> None:
    """Delete the account that the access token belongs to, with all that it owns; this cannot be undone.

    Its sessions and personal tokens end at once, its unfinished jobs are cancelled and its datasets deleted
    within moments; its name is free again. 409: it is the last administrator.
    """
    require_session(identity)
    await account_deletion.delete_account(dependencies, identity.user_id, body.password, address)
    cookie.clear(request, response)

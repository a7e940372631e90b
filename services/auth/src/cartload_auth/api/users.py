"""Accounts, for administrators only."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from cartload_auth.api import user_administration
from cartload_auth.api.dependencies import UseDependencies, require_session
from cartload_auth.api.schemas import ChangeUser, ShownUser
from cartload_auth.repository.accounts import Role
from cartload_kit.http.openapi import problem_answers
from cartload_kit.pagination import Page, Position, cut_page, read_cursor
from cartload_kit.tokens import CurrentAdmin

router = APIRouter(prefix="/api/admin/users", tags=["administration"], responses=problem_answers(401, 403))


class NamePosition(Position):
    """The last account of a page."""

    user_name: str = Field(pattern=r"^[\x21-\x7e]{1,64}$")


@router.get("", summary="List users, by name", responses=problem_answers(422))
async def list_users(
    request: Request,
    response: Response,
    _: CurrentAdmin,
    dependencies: UseDependencies,
    q: Annotated[
        str | None, Query(max_length=64, description="Only names that begin so, in any case of letters.")
    ] = None,
    role: Annotated[Role | None, Query(description="Only accounts of this role.")] = None,
    disabled: Annotated[bool | None, Query(description="Only disabled accounts, or only others.")] = None,
    cursor: Annotated[str | None, Query(max_length=2048, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Page[ShownUser]:
    """A page of accounts."""
    found = await user_administration.page(
        dependencies,
        prefix=q,
        role=role,
        disabled=disabled,
        after=None if cursor is None else read_cursor(cursor, NamePosition).user_name,
        limit=limit + 1,
    )
    shown, following = cut_page(found, limit, _cursor_after, request, response.headers)
    return Page[ShownUser](items=list(shown), next=following)


@router.get("/{user_id}", summary="Read a user", responses=problem_answers(404))
async def read_user(user_id: UUID, _: CurrentAdmin, dependencies: UseDependencies) -> ShownUser:
    """One account."""
    return await user_administration.find(dependencies, str(user_id))


@router.patch("/{user_id}", summary="Change a user", responses=problem_answers(404, 409, 422))
async def change_user(
    user_id: UUID, body: ChangeUser, admin: CurrentAdmin, dependencies: UseDependencies
) -> ShownUser:
    """Give an account another role, disable it or enable it again.

    Access tokens already out keep their role until they end, within minutes. 409: nobody would be left who is
    an administrator and can sign in.
    """
    require_session(admin)
    return await user_administration.change(dependencies, admin.user_id, str(user_id), body)


def _cursor_after(user: ShownUser) -> str:
    return NamePosition(user_name=user.user_name).cursor

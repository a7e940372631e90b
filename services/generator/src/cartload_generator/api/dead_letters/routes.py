"""The routes of the dead letters API, for administrators only."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from cartload_generator.api.dead_letters.schemas import (
    DETAIL_EXAMPLE,
    LETTER_EXAMPLE,
    DeadLetter,
    DeadLetterDetail,
)
from cartload_generator.api.dead_letters.views import detailed_view, view
from cartload_generator.api.dependencies import ServicesDep
from cartload_generator.domain.dead_letters import LETTER_ID, LetterFilter, LetterState
from cartload_kit.http.openapi import problem_answers
from cartload_kit.numbered_pages import Cursor, Limit, page_of
from cartload_kit.pagination import Page, Position, add_link, read_cursor
from cartload_kit.tokens import CurrentAdmin

router = APIRouter(prefix="/api/admin/dead-letters", tags=["administration"], responses=problem_answers(403))

LetterId = Annotated[str, Path(pattern=LETTER_ID, description="As the list has it.")]

_DETAIL: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": DETAIL_EXAMPLE}}}
}
_DECIDED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": LETTER_EXAMPLE}}}
}


class LettersPosition(Position):
    """Where a page of letters ended: everything before these offsets follows, by partition."""

    below: list[Annotated[int, Field(ge=0, lt=2**63)]] = Field(max_length=1000)


@router.get(
    "",
    response_model=Page[DeadLetter],
    responses=page_of(LETTER_EXAMPLE),
    summary="List dead letters, newest first",
)
async def list_dead_letters(
    request: Request,
    response: Response,
    services: ServicesDep,
    _: CurrentAdmin,
    topic: Annotated[
        str | None, Query(max_length=249, description="Only messages that were on this topic.")
    ] = None,
    state: Annotated[LetterState | None, Query(description="Only letters in this state.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DeadLetter]:
    """A page of letters; it may have fewer than `limit` where others lie in between: `next` goes on."""
    below = None if cursor is None else read_cursor(cursor, LettersPosition).below
    page = await services.dead_letters.page(LetterFilter(topic, state), below, limit)
    following = LettersPosition(below=page.position).cursor if page.position is not None else None
    if following:
        add_link(response.headers, request, following)
    return Page[DeadLetter](items=[view(*one) for one in page.items], next=following)


@router.get("/{letter_id}", response_model=DeadLetterDetail, responses=_DETAIL, summary="Read a dead letter")
async def read_dead_letter(letter_id: LetterId, services: ServicesDep, _: CurrentAdmin) -> DeadLetterDetail:
    """The letter with what was in the message; 404 when Kafka no longer keeps it."""
    return detailed_view(*await services.dead_letters.find(letter_id))


@router.post(
    "/{letter_id}/redrive",
    response_model=DeadLetter,
    responses=_DECIDED | problem_answers(409),
    summary="Put a dead letter back",
)
async def redrive_dead_letter(letter_id: LetterId, services: ServicesDep, admin: CurrentAdmin) -> DeadLetter:
    """Send the message to its topic again, as it was; 409 when that was done, or cannot be done."""
    return view(*await services.dead_letters.redrive(letter_id, admin.user_id))


@router.post(
    "/{letter_id}/discard",
    response_model=DeadLetter,
    responses=_DECIDED | problem_answers(409),
    summary="Set a dead letter aside",
)
async def discard_dead_letter(letter_id: LetterId, services: ServicesDep, admin: CurrentAdmin) -> DeadLetter:
    """Mark the letter as one that is not to be put back; 409 when it was decided about before."""
    return view(*await services.dead_letters.discard(letter_id, admin.user_id))

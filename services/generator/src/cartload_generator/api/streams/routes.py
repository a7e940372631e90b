"""The routes of the streams API."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from cartload_contracts.streams import StreamStatus, StreamView
from cartload_generator.api.dependencies import Owner, Services, ServicesDep
from cartload_generator.api.ownership import require_own_stream
from cartload_generator.api.streams.control import change_speed, control, delete
from cartload_generator.api.streams.create import create
from cartload_generator.api.streams.schemas import (
    EVENT_EXAMPLE,
    EXPECTED_EXAMPLE,
    STREAM_EXAMPLE,
    SpeedChange,
    StreamEvent,
    StreamExpected,
    StreamRequest,
)
from cartload_generator.domain.streams import Stream, StreamAction
from cartload_generator.repository import streams
from cartload_kit.database import transaction
from cartload_kit.errors import Conflict
from cartload_kit.http.openapi import problem_answers
from cartload_kit.numbered_pages import (
    Cursor,
    Limit,
    NumberPosition,
    States,
    cut_by_number,
    number_in,
    page_of,
    states_in,
)
from cartload_kit.pagination import Page, add_link

router = APIRouter(prefix="/api/streams", tags=["streams"])

_STREAM: dict[str, Any] = {"content": {"application/json": {"example": STREAM_EXAMPLE}}}
_EXPECTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": EXPECTED_EXAMPLE}}}
}
_LOCATION = {"Location": {"description": "Where the stream is.", "schema": {"type": "string"}}}
_ACCEPTED: dict[int | str, dict[str, Any]] = {202: {"headers": _LOCATION, **_STREAM}}
_SOON_SECONDS = 2

_STATES = StreamStatus.__value__.__args__


@router.post(
    "",
    status_code=202,
    response_model=StreamView,
    responses=_ACCEPTED | problem_answers(404, 409),
    summary="Play a dataset into Kafka",
)
async def create_stream(
    body: StreamRequest, response: Response, services: ServicesDep, owner: Owner
) -> StreamView:
    """Play the history of a dataset as events, in the order of time; 422 names the field that is wrong."""
    stream = await create(services, owner, body)
    return _accepted(stream, response)


@router.get(
    "",
    response_model=Page[StreamView],
    responses=page_of(STREAM_EXAMPLE),
    summary="List your streams, newest first",
)
async def list_streams(
    request: Request,
    response: Response,
    services: ServicesDep,
    owner: Owner,
    state: States = None,
    dataset_id: Annotated[UUID | None, Query(description="Only the streams of this dataset.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[StreamView]:
    """A page of streams, filtered by state and dataset."""
    below = number_in(cursor)
    async with transaction(services.engine) as connection:
        found = await streams.page(
            connection,
            owner,
            states=states_in(state, _STATES),
            dataset_id=dataset_id,
            below=below,
            limit=limit + 1,
        )
    shown, following = cut_by_number(found, limit, request, response)
    return Page[StreamView](items=[stream.view() for stream in shown], next=following)


@router.get("/{stream_id}", response_model=StreamView, responses={200: _STREAM}, summary="Read a stream")
async def read_stream(stream_id: UUID, services: ServicesDep, owner: Owner) -> StreamView:
    """The stream's newest state."""
    return (await _find(services, owner, stream_id)).view()


@router.get(
    "/{stream_id}/events",
    response_model=Page[StreamEvent],
    responses=page_of(EVENT_EXAMPLE),
    summary="Read what happened to a stream",
)
async def read_stream_events(
    stream_id: UUID,
    request: Request,
    response: Response,
    services: ServicesDep,
    owner: Owner,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[StreamEvent]:
    """The stream's history, oldest first."""
    above = number_in(cursor) or 0
    stream = await _find(services, owner, stream_id)
    async with transaction(services.engine) as connection:
        found = await streams.events(connection, stream.number, above=above, limit=limit + 1)
    following = NumberPosition(n=found[limit - 1][0]).cursor if len(found) > limit else None
    if following:
        add_link(response.headers, request, following)
    items = [
        StreamEvent(at=one.at, event=one.event, version=one.version, state=one.state, detail=one.detail)
        for _, one in found[:limit]
    ]
    return Page[StreamEvent](items=items, next=following)


@router.get(
    "/{stream_id}/expected",
    response_model=StreamExpected,
    responses=_EXPECTED | problem_answers(409),
    summary="Read what a stream adds up to",
)
async def read_expected(stream_id: UUID, services: ServicesDep, owner: Owner) -> StreamExpected:
    """The right answer for whoever reads the stream, where it stands still: paused, stopped or ended."""
    stream = await _find(services, owner, stream_id)
    if stream.expected is not None:
        return StreamExpected.model_validate_json(json.dumps(stream.expected))
    if stream.unanswered:
        raise Conflict(
            "What the stream adds up to is being worked out: ask again in a moment.",
            state=stream.state,
            headers={"Retry-After": str(_SOON_SECONDS)},
        )
    raise Conflict(
        "What a stream adds up to is known where it stands still: pause it, or wait for its end.",
        state=stream.state,
    )


@router.patch(
    "/{stream_id}",
    status_code=202,
    response_model=StreamView,
    responses=_ACCEPTED | problem_answers(409),
    summary="Change the speed of a stream",
)
async def change_stream(
    stream_id: UUID, body: SpeedChange, response: Response, services: ServicesDep, owner: Owner
) -> StreamView:
    """It goes on at the new speed from the event time that it has reached."""
    speed = None if body.speed == "max" else body.speed
    return _accepted(await change_speed(services, owner, stream_id, speed), response)


@router.delete("/{stream_id}", status_code=204, summary="Delete a stream")
async def delete_stream(stream_id: UUID, services: ServicesDep, owner: Owner) -> None:
    """It stops, and is 404 from now on; what it has sent stays in Kafka."""
    await delete(services, owner, stream_id)


def _add_action(action: StreamAction, summary: str, meaning: str) -> None:
    async def act(stream_id: UUID, response: Response, services: ServicesDep, owner: Owner) -> StreamView:
        return _accepted(await control(services, owner, stream_id, action), response)

    router.add_api_route(
        f"/{{stream_id}}/{action}",
        act,
        methods=["POST"],
        status_code=202,
        response_model=StreamView,
        responses=_ACCEPTED | problem_answers(409),
        summary=summary,
        description=meaning,
        operation_id=f"{action}_stream",
    )


_add_action("pause", "Pause a stream", "No event is sent, and its clock stands still, until it is resumed.")
_add_action(
    "resume", "Resume a stream", "A paused stream goes on where it stands; so does one that has failed."
)
_add_action("stop", "Stop a stream", "It ends where it is, and cannot be resumed.")


def _accepted(stream: Stream, response: Response) -> StreamView:
    response.headers["Location"] = f"/api/streams/{stream.id}"
    return stream.view()


async def _find(services: Services, owner: UUID, stream_id: UUID) -> Stream:
    async with transaction(services.engine) as connection:
        return require_own_stream(await streams.find(connection, stream_id), owner)

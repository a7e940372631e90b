"""What is done to streams that are there: pause, resume, stop, another speed, delete."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_generator.api.dependencies import Services
from cartload_generator.api.ownership import require_own_stream
from cartload_generator.domain import limits
from cartload_generator.domain.streams import Stream, StreamAction
from cartload_generator.repository import datasets, streams
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_kit.errors import Conflict

_DONE: dict[StreamAction, str] = {"pause": "paused", "resume": "resumed", "stop": "stopped"}


async def control(services: Services, owner_id: UUID, stream_id: UUID, action: StreamAction) -> Stream:
    """Note what a user wants of a stream; its player follows. Raises NotFound, Conflict, Unprocessable."""

    def change(stream: Stream) -> None:
        if not stream.act(action, services.clock()):
            raise Conflict(f"A stream that is {stream.state} cannot be {_DONE[action]}.", state=stream.state)

    return await _change(services, owner_id, stream_id, change, action)


async def change_speed(services: Services, owner_id: UUID, stream_id: UUID, speed: float | None) -> Stream:
    """Let a stream go on at another speed. Raises NotFound and Conflict."""

    def change(stream: Stream) -> None:
        if not stream.change_speed(speed):
            raise Conflict(f"A stream that is {stream.state} has no speed any more.", state=stream.state)

    shown = "max" if speed is None else f"{speed:g}"
    return await _change(services, owner_id, stream_id, change, "speed", shown)


async def delete(services: Services, owner_id: UUID, stream_id: UUID) -> None:
    """Stop a stream and forget it; what is in Kafka stays there. Raises NotFound."""

    def change(stream: Stream) -> None:
        stream.delete(services.clock())

    await _change(services, owner_id, stream_id, change, "delete")


async def _change(
    services: Services,
    owner_id: UUID,
    stream_id: UUID,
    change: Callable[[Stream], None],
    event: str,
    detail: str | None = None,
) -> Stream:
    async def once() -> Stream:
        async with transaction(services.engine) as connection:
            # First of all, as when a stream is made: a failed one that is resumed counts again.
            await datasets.lock_owner(connection, owner_id)
            stream = require_own_stream(await streams.lock(connection, stream_id), owner_id)
            was_open = stream.open
            change(stream)
            if stream.open and not was_open:
                await _require_room(services, connection, stream)
            await streams.save_wishes(connection, stream)
            told = stream.event(event, services.clock(), detail)
            await streams.note(connection, stream.number, told)
            return stream

    stream = await retry_on_deadlock(once)
    if stream.deleted_at is None:
        services.stream_publisher.offer(stream.owner_id, stream.view())
    return stream


async def _require_room(services: Services, connection: AsyncConnection, stream: Stream) -> None:
    others = await streams.open_of_owner(connection, stream.owner_id)
    if any(other.dataset_id == stream.dataset_id for other in others):
        raise Conflict("The dataset has another stream that has not ended: stop that one first.")
    limits.check_streams(len(others), services.limits)

"""Bodies of the dead letters API."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from cartload_generator.domain.dead_letters import LetterState

LETTER_EXAMPLE: dict[str, Any] = {
    "id": "3-41-1767605400123",
    "state": "open",
    "reason": "row hash 0f1e2d3c4b5a69788796a5b4c3d2e1f0 announced, 00112233445566778899aabbccddeeff found",
    "topic": "cartload.batches.users",
    "partition": 5,
    "offset": 1807,
    "attempts": 1,
    "sent_at": "2026-01-05T09:29:59.871000Z",
    "failed_at": "2026-01-05T09:30:00.123000Z",
    "size": 91_264,
    "whole_size": None,
    "decided_by": None,
    "decided_at": None,
}
_JSON_EXAMPLE = {"type": "generate", "dataset_id": "0b8a3f5e-2d53-4b58-8f0f-1b0d5e6c7a92"}
DETAIL_EXAMPLE: dict[str, Any] = {
    **LETTER_EXAMPLE,
    "topic": "cartload.chunks",
    "reason": "Not a chunk command: header ce_type is 'cartload.generate.v2', expected 'cartload.….v1'",
    "key": "0b8a3f5e-2d53-4b58-8f0f-1b0d5e6c7a92:0",
    "headers": {"ce_type": "cartload.generate.v2", "content-type": "application/json"},
    "json_value": _JSON_EXAMPLE,
    "first_bytes": None,
}


class DeadLetter(BaseModel):
    """A message that could not be handled. What a letter itself does not say is null."""

    model_config = ConfigDict(json_schema_extra={"examples": [LETTER_EXAMPLE]})

    id: str = Field(description="Names the letter; from its place and time in the topic of dead letters.")
    state: LetterState
    reason: str | None = Field(description="Why it could not be handled.")
    topic: str | None = Field(description="The topic that the message was on, and where `redrive` sends it.")
    partition: int | None = Field(description="The partition that the message was in.")
    offset: int | None = Field(description="The offset that the message had.")
    attempts: int | None = Field(description="How often it was tried.")
    sent_at: datetime | None = Field(description="When the message was sent.")
    failed_at: datetime = Field(description="When it became a dead letter.")
    size: int = Field(description="Bytes of the value that is kept.")
    whole_size: int | None = Field(
        description="Bytes of the whole value, where only the beginning of it was kept."
    )
    decided_by: str | None = Field(description="The account's id, or `command line`.")
    decided_at: datetime | None = Field(description="When it was put back or set aside.")


class DeadLetterDetail(DeadLetter):
    """A dead letter with what was in the message, secrets masked."""

    model_config = ConfigDict(json_schema_extra={"examples": [DETAIL_EXAMPLE]})

    key: str | None = Field(description="The message's key, as text.")
    headers: dict[str, str] = Field(description="The message's own headers, as text.")
    json_value: Any = Field(description="The value, where it is JSON of at most 1 MiB.")
    first_bytes: str | None = Field(description="Else the first 1,024 bytes of the value, in base64.")

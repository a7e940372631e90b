"""What to tell a job of a JSON message that can never be handled, as far as its coordinates can be read."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cartload_contracts.messages import Failed

_STAGES = {
    "prepare": "prepare",
    "prepared": "prepare",
    "generate": "generate",
    "stored": "store",
    "seal": "seal",
    "sealing": "seal",
    "sealed": "seal",
    "discard": "discard",
    "discarded": "discard",
}
"""The step that a message of this type asks for, or answers."""


def failure_of(value: bytes, reason: str, stage: str | None = None) -> Failed | None:
    """What to tell the job of a bad message; None when nobody can say whose it is, or of which step.

    `stage` is the step where the message's own type does not say it.
    """
    try:
        message = json.loads(value)
        told = stage or (message.get("stage") if message["type"] == "failed" else _STAGES[message["type"]])
        return Failed.model_validate(
            {
                "dataset_id": UUID(message["dataset_id"]),
                "job_id": UUID(message["job_id"]),
                "stage": told,
                "attempt": _whole(message, "attempt", 1) or 1,
                "chunk_index": _whole(message, "chunk_index", 0),
                "chunk_attempt": _whole(message, "chunk_attempt", 1),
                # A text out of a broken message may have half a surrogate pair, which no message can carry.
                "reason": reason.encode(errors="replace").decode()[:2000] or "unknown",
            }
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _whole(message: Mapping[str, Any], name: str, least: int) -> int | None:
    """A number of a message that is otherwise bad; None when it cannot be read."""
    number = message.get(name)
    # Not isinstance: True is an int too. Larger numbers are none that every JSON reader holds exactly.
    return number if type(number) is int and least <= number < 2**53 else None

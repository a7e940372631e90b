"""Dead letters as the API shows them."""

import json
from base64 import b64encode
from typing import Any

from cartload_generator.api.dead_letters.schemas import DeadLetter, DeadLetterDetail
from cartload_generator.domain.dead_letters import Decision
from cartload_kit.kafka import Letter
from cartload_kit.redaction import clean

MOST_JSON = 2**20
MOST_TEXT = 1000
MOST_HEADERS = 100
FIRST_BYTES = 1024
_DEEPEST = 50
"""Levels of JSON that are shown: no message has more, and answers of thousands cannot be written."""


def view(letter: Letter, decision: Decision | None) -> DeadLetter:
    """A letter in a list."""
    return DeadLetter.model_validate(_fields(letter, decision))


def detailed_view(letter: Letter, decision: Decision | None) -> DeadLetterDetail:
    """A letter by itself."""
    value = letter.record.value
    shown = _json(value)
    return DeadLetterDetail.model_validate(
        {
            **_fields(letter, decision),
            "key": _text(letter.record.key) if letter.record.key is not None else None,
            "headers": {
                name[:MOST_TEXT]: clean(name, _text(content))
                for name, content in list(letter.headers.items())[:MOST_HEADERS]
            },
            "json_value": shown,
            "first_bytes": b64encode(value[:FIRST_BYTES]).decode() if shown is None else None,
        }
    )


def _fields(letter: Letter, decision: Decision | None) -> dict[str, Any]:
    return {
        "id": letter.id,
        "state": decision.state if decision is not None else "open",
        "reason": clean("reason", letter.reason),
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "attempts": letter.attempts,
        "sent_at": letter.sent_at,
        "failed_at": letter.record.timestamp,
        "size": letter.size,
        "whole_size": letter.whole_size,
        "decided_by": decision.decided_by if decision is not None else None,
        "decided_at": decision.decided_at if decision is not None else None,
    }


def _text(value: bytes) -> str:
    return value.decode(errors="replace")[:MOST_TEXT]


def _json(value: bytes) -> Any:
    """The value as JSON that can be written again, secrets masked; None when it is none."""
    if len(value) > MOST_JSON:
        return None
    try:
        found = json.loads(value, parse_constant=_refuse)
        if _depth(found) > _DEEPEST:
            return None
        # Half a surrogate pair and 1e999 can be read, and not be written.
        json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return clean("value", found)


def _refuse(name: str) -> float:
    raise ValueError(name)


def _depth(value: Any) -> int:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, parts), default=0)

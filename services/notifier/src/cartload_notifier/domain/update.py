"""The newest state of a job or a stream, as text that is made once for all who get it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cartload_contracts.jobs import JobState
from cartload_contracts.streams import StreamState

type Kind = Literal["job", "stream"]


@dataclass(frozen=True, slots=True)
class Update:
    """A state; of two of one id the one with the higher version is newer. `text` is the whole message."""

    id: str
    version: int
    text: str
    traceparent: str | None = field(default=None, compare=False)
    """Where the trace of the event goes on."""

    @classmethod
    def of_event(cls, state: JobState | StreamState, traceparent: str | None = None) -> "Update":
        """The update that an event carries. Its owner is left out: users see only what is their own."""
        view = state.stream if isinstance(state, StreamState) else state.job
        text = f'{{"type":"{state.type}","{state.type}":{view.model_dump_json()}}}'
        return cls(str(view.id), view.version, text, traceparent)

    @classmethod
    def of_answer(cls, kind: Kind, item: Mapping[str, Any]) -> "Update":
        """The update of a job or a stream as the generator's API gives it.

        Raises:
            ValueError: this is neither.
        """
        item_id, version, state = item.get("id"), item.get("version"), item.get("state")
        if not isinstance(item_id, str) or type(version) is not int or not isinstance(state, str):
            raise ValueError(f"a {kind} without id, version or state")
        text = json.dumps({"type": kind, kind: item}, separators=(",", ":"), ensure_ascii=False)
        return cls(item_id.lower(), version, text)

"""Ids of events: the same event has the same id in every replay, whatever else is played."""

from typing import Any, Final
from uuid import UUID, uuid5

from cartload._identity import VINTAGE
from cartload.columns import arrays
from cartload.kernels import strings
from cartload.randomness.fixed_point import I64
from cartload.spec import Spec, spec_hash

_NAMESPACE: Final = UUID("79d0da55-9b71-42c7-8cfd-11f5cc0e4030")
"""Drawn once: the namespace of all streams."""
_NEUTRAL: Final = {"name": Spec().name, "format": Spec().format, "customers": 1, "as_of": None}
"""Fields of a spec that change no value: two specs that differ only in these have events in common."""


def stream_id(spec: Spec) -> UUID:
    """What a resolved spec's stream is called: the namespace of its topics."""
    return uuid5(_NAMESPACE, f"vintage {VINTAGE}, spec {spec_hash(spec.model_copy(update=_NEUTRAL))}")


def event_ids(stream: UUID, topic: str, table: str, rows: I64, changes: I64) -> Any:
    """A UUID version 5 (RFC 9562) for each change of a row that a topic tells of, as text.

    Its namespace is that of the topic in the stream, its name is like ``users:17:1``: the table, the row as
    its integer id, and the number of the row's change.
    """
    namespace = uuid5(stream, topic)
    names = arrays.joined(f"{table}:", arrays.digits(rows + 1), ":", arrays.digits(changes), rows=len(rows))
    return arrays.fixed_text(strings.name_uuids(namespace.bytes, names))

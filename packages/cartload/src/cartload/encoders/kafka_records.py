"""Lines of events as Kafka's records: CloudEvents 1.0 in the binary mode of its protocol binding for Kafka.

What a line says about the event becomes the record's topic, key and headers; its ``data`` is the value.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cartload.events.topics import PREFIX

type Header = tuple[str, str | bytes | None]
"""As the client takes it; its values here are bytes."""

SYNTHETIC: Final[Header] = ("synthetic", b"true")
"""The header that tells made events from real ones."""
_SPEC_VERSION: Final[Header] = ("ce_specversion", b"1.0")
_CONTENT_TYPE: Final[Header] = ("content-type", b"application/json")
# The members of a line in their fixed order: no value before the data but the key holds an escape.
_LINE: Final = re.compile(
    rb'\{"type":"([^"]+)","key":"((?:[^"\\]|\\.)*)","sequence":([0-9]+),"time":"([^"]+)","id":"([^"]+)",'
    rb'"topic":"([^"]+)","data":(.*)\}\n'
)


@dataclass(frozen=True, slots=True)
class KafkaRecord:
    """One event for one topic."""

    topic: str
    key: bytes
    value: bytes
    headers: list[Header]


class KafkaRecords:
    """Makes records of a stream's lines, for topics whose names begin with ``prefix``."""

    def __init__(self, stream: UUID, prefix: str = PREFIX) -> None:
        self._prefix = prefix
        self._stream: Header = ("streamid", str(stream).encode())
        self._source: Header = ("ce_source", f"/streams/{stream}".encode())
        self._topics: dict[bytes, str] = {}

    def of(self, lines: bytes) -> Iterator[KafkaRecord]:
        """A record for each line, in their order."""
        for kind, key, sequence, time, event_id, topic, data in _LINE.findall(lines):
            headers: list[Header] = [
                ("ce_id", event_id),
                ("ce_type", kind),
                self._source,
                _SPEC_VERSION,
                ("ce_time", time),
                _CONTENT_TYPE,
                ("sequence", sequence),
                SYNTHETIC,
                self._stream,
            ]
            yield KafkaRecord(self._topic(topic), key.replace(b'\\"', b'"'), data, headers)

    def _topic(self, name: bytes) -> str:
        if name not in self._topics:
            self._topics[name] = named(name.decode(), self._prefix)
        return self._topics[name]


def named(topic: str, prefix: str) -> str:
    """A topic's name with another prefix than the usual one."""
    return prefix + topic.removeprefix(PREFIX)

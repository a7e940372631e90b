"""Puts faults into a stream on its way to a sink."""

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cartload.columns import arrays
from cartload.faults import damage
from cartload.faults.choice import NONE, Draws, chosen
from cartload.faults.plan import KINDS, FaultPlan, Kind
from cartload.randomness.fixed_point import I64
from cartload.writers.external_sort import Lines
from cartload.writers.fault_ledger import FaultLedger

# Members before the data are in a fixed order, and no value of theirs but the key holds an escape.
_HEAD: Final = re.compile(
    rb'^\{"type":"[^"]+","key":"((?:[^"\\]|\\.)*)","sequence":[0-9]+,"time":"[^"]+","id":"([^"]+)",'
    rb'"topic":"([^"]+)"',
    re.MULTILINE,
)
_END: Final = 1 << 62
_DELAY, _DAMAGE = len(KINDS), len(KINDS) + 1
"""What draws are for, beside the kinds themselves: how long, and how."""

type _Key = tuple[bytes, bytes]
"""A topic and a key."""


@dataclass(order=True, slots=True)
class _Delivery:
    """A line that is sent at ``due``. Of one moment, those that were delayed come first, then all others in
    the order of the stream.
    """

    due: int
    order: tuple[int, int]
    happened: int = field(compare=False)
    line: bytes = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Event:
    """An event: its key, its time in milliseconds since 1970, its place in the batch, its line."""

    key: _Key
    time: int
    place: int
    line: bytes


class FaultyLines:
    """Puts the faults of a plan into lines, and writes each into a ledger.

    In memory are the lines that are delayed: as many as the longest delay is long.
    """

    def __init__(self, plan: FaultPlan, ledger: FaultLedger) -> None:
        self._plan = plan
        self._ledger = ledger
        self._waiting: list[_Delivery] = []
        self._delayed = 0
        self._behind: dict[_Key, int] = {}
        """Until when keys are behind others."""

    def of(self, arriving: Iterable[Lines]) -> Iterator[Lines]:
        """What is sent, in the order in which it is sent. Raises OSError."""
        for lines in arriving:
            untouched = self._spoil(lines)
            yield self._due(lines, np.flatnonzero(untouched), int(lines.times[-1]))
        yield self._due(_NOTHING, np.zeros(0, np.int64), _END)

    def _spoil(self, lines: Lines) -> npt.NDArray[np.bool_]:
        """Choose and make the faults; which lines are sent as they are, and when they would be."""
        heads = _HEAD.findall(bytes(lines.text))
        draws = Draws(b"".join(event_id for _, event_id, _ in heads), self._plan.seed)
        kinds, lengths, manners = chosen(draws, lines.times, self._plan), draws.of(_DELAY), draws.of(_DAMAGE)
        untouched = np.ones(len(lines), bool)
        # Only whoever holds keys back has to look at every event.
        holds = self._plan.reordered is not None
        for place in range(len(lines)) if holds else np.flatnonzero(kinds != NONE).tolist():
            key, time = (heads[place][2], heads[place][0]), int(lines.times[place])
            until = self._behind.get(key, 0)
            if until <= time and kinds[place] == NONE:
                continue
            event = _Event(key, time, place, lines.lines[place].as_py())
            if until > time:
                self._delay("reordered", event, until - time)
                untouched[place] = False
            else:
                kind, length, manner = KINDS[kinds[place]], int(lengths[place]), int(manners[place])
                untouched[place] = self._fault(kind, event, length, manner)
        self._behind = {key: until for key, until in self._behind.items() if until > lines.times[-1]}
        return untouched

    def _fault(self, kind: Kind, event: _Event, length: int, manner: int) -> bool:
        """Make a fault; whether the event itself is sent all the same."""
        match kind:
            case "missing":
                self._ledger.add(kind, event.line, {})
            case "duplicate" | "late" | "reordered":
                delay = self._plan.delay(kind, length)
                self._delay(kind, event, delay)
                if kind == "reordered":
                    self._behind[event.key] = event.time + delay
            case "corrupt":
                spoilt = damage.corrupted(event.line, manner)
                if spoilt is None:
                    return True
                self._replace(kind, event, *spoilt)
            case "new_field":
                self._replace(kind, event, *damage.evolved(event.line))
            case "poison":
                line, done = damage.poisoned(event.line, manner)
                self._ledger.add(kind, event.line, done)
                self._send(event.time, (1, 2 * event.place + 1), event.time, line)
        return kind in ("duplicate", "poison")

    def _delay(self, kind: Kind, event: _Event, milliseconds: int) -> None:
        self._ledger.add(kind, event.line, {"delay_ms": milliseconds})
        self._delayed += 1
        self._send(event.time + milliseconds, (0, self._delayed), event.time, event.line)

    def _replace(self, kind: Kind, event: _Event, line: bytes, done: Mapping[str, Any]) -> None:
        self._ledger.add(kind, event.line, done)
        self._send(event.time, (1, 2 * event.place), event.time, line)

    def _send(self, due: int, order: tuple[int, int], happened: int, line: bytes) -> None:
        heapq.heappush(self._waiting, _Delivery(due, order, happened, line))

    def _due(self, lines: Lines, places: I64, until: int) -> Lines:
        """The lines at some places, and all that is to be sent until a moment."""
        sent: list[_Delivery] = []
        while self._waiting and self._waiting[0].due <= until:
            sent.append(heapq.heappop(self._waiting))
        if not sent and len(places) == len(lines):
            return lines
        times = np.concatenate([lines.times[places], np.array([one.due for one in sent], np.int64)])
        happened = np.concatenate([lines.times[places], np.array([one.happened for one in sent], np.int64)])
        orders = np.array([one.order for one in sent], np.int64).reshape(-1, 2)
        first = np.concatenate([np.ones(len(places), np.int64), orders[:, 0]])
        second = np.concatenate([2 * places, orders[:, 1]])
        order = np.lexsort((second, first, times))
        moved = pa.array([one.line for one in sent], pa.large_binary())
        both = pa.concat_arrays([lines.lines.take(arrays.integers(places)), moved])
        taken = both.take(arrays.integers(order))
        return Lines(times[order], np.zeros(len(order), np.int64), taken, happened[order])


_NOTHING: Final = Lines(np.zeros(0, np.int64), np.zeros(0, np.int64), pa.array([], pa.large_binary()))

"""The ledger of a stream's faults: for each a line of JSON with what was done, and the event as it was."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, BinaryIO

from cartload.faults.plan import Kind


class FaultLedger:
    """Writes faults to a file as they occur, and counts them."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.counts = Counter[Kind]()

    def add(self, kind: Kind, event: bytes, done: Mapping[str, Any]) -> None:
        """Write down what was done to an event, given as its line. Raises OSError."""
        self.counts[kind] += 1
        told = json.dumps(done, separators=(",", ":")).encode()
        self._out.write(b'{"kind":"%s","done":%s,"event":%s}\n' % (kind.encode(), told, event.rstrip(b"\n")))

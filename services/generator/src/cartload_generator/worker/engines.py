"""The engines of the datasets that are being made: each holds its catalogue, so only a few are kept."""

import threading
from collections import OrderedDict
from typing import Any

from cartload.engine import Engine
from cartload.spec import Spec, SpecError, parse, resolve, spec_hash
from cartload_generator import metrics


class SpecMismatch(ValueError):
    """The spec is not the one that its hash was taken of, or no spec at all."""


class Engines:
    """Engines by the hash of their spec, at most `capacity`; the one not used for longest goes first."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[str, Engine] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, spec: dict[str, Any], expected_hash: str) -> Engine:
        """The engine of a spec, built when it is not at hand. Raises SpecMismatch."""
        with self._lock:
            engine = self._kept.get(expected_hash)
            if engine is None:
                engine = self._build(spec, expected_hash)
            self._kept.move_to_end(expected_hash)
            return engine

    def _build(self, spec: dict[str, Any], expected_hash: str) -> Engine:
        resolved = _verified(spec, expected_hash)
        while len(self._kept) >= self._capacity:
            self._kept.popitem(last=False)
        metrics.ENGINES_BUILT.inc()
        self._kept[expected_hash] = Engine(resolved)
        return self._kept[expected_hash]


def _verified(spec: dict[str, Any], expected_hash: str) -> Spec:
    try:
        resolved = resolve(parse(spec))
    except SpecError as error:
        raise SpecMismatch(f"not a spec of this engine: {error}") from error
    found = spec_hash(resolved)
    if found != expected_hash:
        raise SpecMismatch(f"the spec's hash is {found}, the command says {expected_hash}")
    return resolved

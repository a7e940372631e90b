"""The engines of the datasets that are being made: each holds its catalogue, so only a few are kept."""

import threading
from collections import OrderedDict
from typing import Any

from cartload.engine.generate import Engine
from cartload.spec import Spec, SpecError, parse, resolve, spec_hash
from cartload.spec.counts import catalogue_rows
from cartload_generator import metrics

MOST_SKUS = 400_000
"""SKUs of all catalogues kept together, some 80 MB; a single larger catalogue is kept alone."""


class SpecMismatch(ValueError):
    """The spec is not the one that its hash was taken of, or no spec at all."""


class Engines:
    """Engines by the hash of their spec; the one not used for longest goes first."""

    def __init__(self, capacity: int, most_skus: int = MOST_SKUS) -> None:
        """At most `capacity` engines, whose catalogues have at most `most_skus` SKUs together."""
        self._capacity = capacity
        self._most_skus = most_skus
        self._kept: OrderedDict[str, Engine] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, spec: dict[str, Any], expected_hash: str) -> Engine:
        """The engine of a spec, built when it is not at hand. Raises SpecMismatch."""
        # Held during the building too: two threads that want one spec would otherwise hold its catalogue
        # twice.
        with self._lock:
            engine = self._kept.get(expected_hash)
            if engine is None:
                engine = self._build(_verified(spec, expected_hash))
                self._kept[expected_hash] = engine
            self._kept.move_to_end(expected_hash)
            return engine

    def _build(self, resolved: Spec) -> Engine:
        room = self._most_skus - _skus(resolved)
        # Before the new one is built, so that both are never in memory together.
        while self._kept and (len(self._kept) >= self._capacity or self._held() > room):
            self._kept.popitem(last=False)
        metrics.ENGINES_BUILT.inc()
        return Engine(resolved)

    def _held(self) -> int:
        return sum(_skus(engine.spec) for engine in self._kept.values())


def _skus(resolved: Spec) -> int:
    return catalogue_rows(resolved, "products_skus")


def _verified(spec: dict[str, Any], expected_hash: str) -> Spec:
    try:
        resolved = resolve(parse(spec))
    except SpecError as error:
        raise SpecMismatch(f"not a spec of this engine: {error}") from error
    found = spec_hash(resolved)
    if found != expected_hash:
        raise SpecMismatch(f"the spec's hash is {found}, the command says {expected_hash}")
    return resolved

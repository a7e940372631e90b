"""The invariants of a dataset as rules, one list for each."""

from cartload.checker.model import Rule
from cartload.checker.rules import customers, money, reserved, status, structure, times
from cartload.engine.chunks import Segment
from cartload.schema import Ids
from cartload.spec.model import Spec


def all_rules(ids: Ids, spec: Spec | None, segments: tuple[Segment, ...] | None) -> list[Rule]:
    """Every rule of invariants 1 to 5 and 7 that can be asked: some need the spec."""
    return [
        *structure.rules(ids, spec, segments),
        *money.rules(spec),
        *times.rules(spec),
        *status.rules(),
        *customers.rules(),
        *reserved.rules(),
    ]

"""The invariants of a dataset as rules, one list for each."""

from cartload.checker.model import Rule
from cartload.checker.rules import (
    clickstream,
    customers,
    inventory,
    money,
    reserved,
    reviews,
    status,
    structure,
    times,
)
from cartload.engine.chunks import Segment
from cartload.schema import Ids
from cartload.spec.model import Spec


def all_rules(ids: Ids, spec: Spec | None, segments: tuple[Segment, ...] | None) -> list[Rule]:
    """Every rule of all invariants but 6 that can be asked: some need the spec."""
    return [
        *structure.rules(ids, spec, segments),
        *money.rules(spec),
        *times.rules(spec),
        *status.rules(),
        *customers.rules(),
        *reserved.rules(),
        *inventory.rules(spec),
        *reviews.rules(spec),
        *clickstream.rules(spec),
    ]

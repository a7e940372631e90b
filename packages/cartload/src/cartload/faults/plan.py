"""What faults a stream shall have, as users write it in a YAML or JSON file."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cartload.spec.documents import DocumentError, read_mapping
from cartload.spec.model import Moment

type Kind = Literal["missing", "duplicate", "late", "reordered", "corrupt", "poison", "new_field"]

KINDS: Final[tuple[Kind, ...]] = (
    "missing",
    "duplicate",
    "late",
    "reordered",
    "corrupt",
    "poison",
    "new_field",
)
"""An event has one fault at most: the first of these that it is drawn for."""
_LONGEST_SECONDS: Final = 86_400


class FaultPlanError(ValueError):
    """A plan that cannot be read, or has a field or value that is not allowed; the message names it."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Share(_Model):
    """How many of the events have a fault."""

    rate: float = Field(ge=0, le=1, description="Share of the events, from 0 to 1.")


class Delay(Share):
    """How many have one, and how long it takes."""

    within: float = Field(
        60, ge=0.001, le=_LONGEST_SECONDS, description="Longest delay, in seconds of the stream's clock."
    )


class NewField(Share):
    """How many have one, and from when on."""

    since: Moment | None = Field(None, description="No event has the field until this moment.")


class FaultPlan(_Model):
    """Faults by kind; those that are left out do not occur."""

    seed: int = Field(0, ge=0, lt=2**63, description="Another seed chooses other events.")
    missing: Share | None = Field(None, description="Events that are not sent.")
    duplicate: Delay | None = Field(None, description="Events that are sent again.")
    late: Delay | None = Field(None, description="Events that come after later ones, also of their own key.")
    reordered: Delay | None = Field(None, description="Keys that come after others, in their own order.")
    corrupt: Share | None = Field(None, description="Events of which a value is wrong.")
    poison: Share | None = Field(None, description="Messages that are no JSON, each behind an event.")
    new_field: NewField | None = Field(None, description="Events with a field that their schema lacks.")

    def delay(self, kind: Kind, draw: int) -> int:
        """How long a fault of a kind that takes time does so, in milliseconds: at least one."""
        fault = getattr(self, kind)
        assert isinstance(fault, Delay)  # noqa: S101 - others are not asked
        return 1 + draw % round(fault.within * 1000)


def read(path: Path) -> FaultPlan:
    """The plan in a file. Raises FaultPlanError."""
    try:
        return parse(read_mapping(path))
    except OSError as error:
        raise FaultPlanError(f"{path}: {error.strerror}") from None
    except (DocumentError, FaultPlanError) as error:
        raise FaultPlanError(f"{path}: {error}") from None


def parse(raw: Mapping[str, Any]) -> FaultPlan:
    """The plan in ``raw``. Raises FaultPlanError."""
    try:
        # Through JSON: strictly, moments are taken from texts then, but numbers from numbers only.
        return FaultPlan.model_validate_json(json.dumps(raw, default=str), strict=True)
    except ValidationError as error:
        raise FaultPlanError("; ".join(map(_told, error.errors(include_url=False)))) from None


def _told(error: Any) -> str:
    field = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        return f"{field}: no such field; there are {', '.join(_fields(error['loc'][:-1]))}"
    if error["type"] == "missing":
        return f"{field}: is missing"
    return f"{field}: {error['input']!r}: {error['msg'].removeprefix('Value error, ')}"


def _fields(path: tuple[Any, ...]) -> Iterable[str]:
    """The fields of the plan, or those of one kind of fault."""
    kinds: dict[str, type[Share]] = {
        "duplicate": Delay,
        "late": Delay,
        "reordered": Delay,
        "new_field": NewField,
    }
    return (kinds.get(path[0], Share) if path else FaultPlan).model_fields

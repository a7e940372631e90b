"""Whether a stream can be played as it is asked for: what is wrong is named by its field."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cartload import spec as engine_spec
from cartload.events import topics
from cartload.events.topics import BUSINESS_TOPICS, UnknownTopicError
from cartload.spec import Spec, SpecError
from cartload_kit.errors import FieldError, Unprocessable


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a dataset's time is played; times are whole milliseconds in its window."""

    after: datetime | None
    until: datetime | None
    live_from: datetime | None

    def spec(self, spec: Spec) -> Spec:
        """The dataset's spec until the part's end."""
        return spec if self.until is None else spec.model_copy(update={"as_of": self.until})


def read_topics(patterns: Sequence[str] | None) -> tuple[str, ...]:
    """The topics that are asked for, the business topics by default. Raises Unprocessable."""
    if patterns is None:
        return BUSINESS_TOPICS
    try:
        return topics.matching(patterns)
    except UnknownTopicError as error:
        raise Unprocessable([FieldError(field="topics", message=str(error), value=patterns)]) from error


def read_part(
    spec: Spec,
    *,
    after: datetime | None,
    until: datetime | None,
    live_from: datetime | None,
    paced: bool,
) -> Part:
    """The part of a dataset's time that is asked for. Raises Unprocessable."""
    asked = {"from": after, "until": until, "live_from": live_from}
    errors = [*_outside(spec, asked), *_contradictions(spec, asked, paced=paced)]
    if errors:
        raise Unprocessable(errors)
    return Part(after, until, live_from)


def _outside(spec: Spec, asked: dict[str, datetime | None]) -> list[FieldError]:
    window = spec.model_dump(mode="json")["window"]
    errors = []
    for field, when in asked.items():
        if when is None:
            continue
        try:
            engine_spec.parse({"window": window, "as_of": when.isoformat()})
        except SpecError as error:
            message = error.errors[0]["message"]
            errors.append(FieldError(field=field, message=message, value=when))
    return errors


def _contradictions(spec: Spec, asked: dict[str, datetime | None], *, paced: bool) -> list[FieldError]:
    after, until, live_from = asked["from"], asked["until"], asked["live_from"]
    end = until or spec.as_of
    told_end = "until" if until else "the dataset's as_of"
    found: list[tuple[str, str, Any]] = []
    if until and spec.as_of and until > spec.as_of:
        found.append(("until", f"must not be after the dataset's as_of, {spec.as_of.isoformat()}", until))
    if after and end and after > end:
        found.append(("from", f"must not be after {told_end}", after))
    if live_from and not paced:
        found.append(("live_from", "needs a speed from 1 to 3600", live_from))
    if live_from and after and live_from < after:
        found.append(("live_from", "must not be before from", live_from))
    if live_from and end and live_from > end:
        found.append(("live_from", f"must not be after {told_end}", live_from))
    return [FieldError(field=field, message=message, value=value) for field, message, value in found]

"""Limits that come from settings, as administrators see them: what is allowed, and how much of it is used."""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import BaseModel, Field

from cartload_kit.settings import PREFIX, CheckedSettings


class Usage(NamedTuple):
    """How far a limit is used."""

    maximum: int
    used: int | None = None
    """None where nobody counts it."""


class PublishedLimit(BaseModel):
    """One limit."""

    setting: str = Field(
        description="The variable that sets it.", examples=["CARTLOAD_USER_REQUESTS_PER_MINUTE"]
    )
    description: str
    maximum: int
    used: int | None = Field(
        description="How much of it is used now, in the replica that answers. Where each user or address has "
        "the limit for itself: by whoever uses most. null: nobody counts it."
    )


class PublishedLimits(BaseModel):
    """The limits of one service."""

    items: list[PublishedLimit]


def publish(settings: type[CheckedSettings], usages: Mapping[str, Usage]) -> PublishedLimits:
    """The limits of some settings by the names of their fields, with the words that describe these."""
    return PublishedLimits(
        items=[
            PublishedLimit(
                setting=f"{PREFIX}{name.upper()}",
                description=settings.model_fields[name].description or "",
                maximum=usage.maximum,
                used=usage.used,
            )
            for name, usage in usages.items()
        ]
    )

"""A shop: a dataset's tables in a database of their own, which people change."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from cartload import spec as specs
from cartload.schema import Ids
from cartload.spec import Spec
from cartload_kit.errors import NotFound

type ShopState = Literal["opening", "open", "deleting", "failed"]
"""Being filled; in business; being removed; could not be opened."""

type EntityId = str | int
"""The id of a row in a shop: a UUID as text or a number, as its dataset has them."""

STATES: tuple[ShopState, ...] = ("opening", "open", "failed")
"""Those that somebody sees: a shop that is being deleted is gone for everybody."""

UNFINISHED: tuple[ShopState, ...] = ("opening", "deleting")
"""States in which a worker has something to do."""

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(kw_only=True)
class Shop:
    """A row of `shops`."""

    number: int = 0
    id: UUID
    owner_id: UUID
    name: str
    dataset_id: UUID
    dataset_database: str
    database_name: str
    state: ShopState = "opening"
    version: int = 1
    ids: Ids
    spec: dict[str, Any]
    vintage: int
    segments: list[dict[str, int]]
    counts: dict[str, int] = field(default_factory=dict)
    """Rows of each table that the dataset has, and so the shop when it is opened."""

    error: str | None = None
    created_at: datetime
    opened_at: datetime | None = None
    leased_until: datetime | None = None
    lease_owner: str | None = None
    deleted_at: datetime | None = None

    @cached_property
    def resolved_spec(self) -> Spec:
        """What the dataset was made from."""
        return specs.resolve(specs.parse(self.spec))

    @property
    def currency(self) -> str:
        """ISO 4217 code of all its prices."""
        return self.resolved_spec.currency

    def read_id(self, text: str, what: str = "product") -> EntityId:
        """An id of a row as the shop has them. Raises NotFound for a text that can be none."""
        pattern = _UUID if self.ids == "uuid" else _NUMBER
        if not pattern.fullmatch(text):
            raise NotFound(f"There is no such {what}.")
        return text if self.ids == "uuid" else int(text)

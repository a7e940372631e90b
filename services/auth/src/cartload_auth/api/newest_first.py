"""Lists that come newest first: where a page ends is told by creation time and id."""

from datetime import datetime
from typing import Protocol, Self
from uuid import UUID

from cartload_kit.pagination import Position, read_cursor, wrong_cursor


class Created(Protocol):
    """What such a list is of."""

    @property
    def id(self) -> str:
        """Its id, a UUID."""

    @property
    def created_at(self) -> datetime:
        """When it was made."""


class NewestFirst(Position):
    """The last item of a page."""

    created_at: str
    id: str

    @classmethod
    def after(cls, last: Created) -> str:
        """The cursor of the page that follows this item."""
        return cls(created_at=last.created_at.isoformat(), id=last.id).cursor

    @classmethod
    def read(cls, cursor: str | None) -> tuple[datetime, str] | None:
        """The place that a cursor stands for; None, and so the beginning, without one.

        Raises:
            Unprocessable: it was not given out, or not by such a list.
        """
        return None if cursor is None else read_cursor(cursor, cls)._place()

    def _place(self: Self) -> tuple[datetime, str]:
        try:
            created_at = datetime.fromisoformat(self.created_at)
            item_id = str(UUID(self.id))
            created_at.astimezone()
        except (ValueError, OverflowError) as error:
            raise wrong_cursor("This cursor belongs to another list; begin without one.") from error
        return created_at, item_id

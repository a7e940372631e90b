"""The clock of a shop: all of its business happens by it, as fast as its manager says."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

type ClockMode = Literal["running", "paused", "wall"]
"""At a speed from where it stands, not at all, or as the clock on the wall."""

FASTEST = 3_600.0
_MILLISECOND = timedelta(milliseconds=1)


class ClockError(ValueError):
    """A change that a clock cannot make; the message says why."""


@dataclass(frozen=True, slots=True)
class ShopClock:
    """What time it was in the shop at a moment of real time, and how it goes on from there."""

    mode: ClockMode
    speed: float
    """Seconds in the shop for each second; read while the clock is running."""

    real_time: datetime
    shop_time: datetime

    def at(self, real: datetime) -> datetime:
        """The time in the shop at a moment of real time, in whole milliseconds; it never goes back."""
        match self.mode:
            case "paused":
                return self.shop_time
            case "wall":
                return max(whole(real), self.shop_time)
            case "running":
                passed = max(real - self.real_time, timedelta(0))
                return whole(self.shop_time + passed * self.speed)

    def changed(self, mode: ClockMode, speed: float, real: datetime) -> "ShopClock":
        """The clock that goes on from now in another way.

        Raises ClockError where the clock on the wall is behind the shop's: time would stand still for long.
        """
        now = self.at(real)
        if mode == "wall" and whole(real) < now:
            raise ClockError(
                f"the shop's clock says {now:%Y-%m-%d %H:%M} UTC and is ahead of the time on the wall"
            )
        return ShopClock(mode, speed, real, now)


def whole(time: datetime) -> datetime:
    """The time in whole milliseconds, as shops keep it."""
    return time - timedelta(microseconds=time.microsecond % 1000)

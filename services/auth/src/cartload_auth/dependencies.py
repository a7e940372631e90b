"""What the use cases work with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_auth.key_holder import KeyHolder
from cartload_auth.passwords import PasswordPool
from cartload_auth.policy import Policy

type Clock = Callable[[], datetime]
"""The time now, aware, in UTC."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything outside the use cases, built once in `bootstrap`."""

    engine: AsyncEngine
    passwords: PasswordPool
    keys: KeyHolder
    policy: Policy
    clock: Clock

"""What the use cases work with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_auth.adapters.password_pool import PasswordPool
from cartload_auth.config import AuthConfig
from cartload_auth.key_store import KeyStore

type Clock = Callable[[], datetime]
"""The time now, aware, in UTC."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Everything outside the use cases, built once in `bootstrap`."""

    engine: AsyncEngine
    passwords: PasswordPool
    keys: KeyStore
    config: AuthConfig
    clock: Clock

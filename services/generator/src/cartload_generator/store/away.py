"""Whether an error means that something is away for now, and trying again may help."""

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cartload_kit.database import DatabaseAway, is_deadlock
from cartload_kit.kafka import KafkaUnavailable

_AWAY = (OperationalError, InterfaceError, PoolTimeout, DatabaseAway, KafkaUnavailable, OSError, TimeoutError)


def is_away(error: BaseException) -> bool:
    """Whether the database or Kafka did not answer, or a lock was not to be had."""
    return isinstance(error, _AWAY) or is_deadlock(error)

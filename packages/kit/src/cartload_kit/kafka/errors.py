"""What a handler can say about a record, and what ends a Kafka loop."""

from aiokafka.errors import KafkaConnectionError


class BadMessage(Exception):
    """The record can never be handled.

    It goes to the dead letters with `reason`, and the partition goes on.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryAgain(Exception):
    """Something this record needs is away: it is tried again with backoff, its partition paused meanwhile."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SlowDown(Exception):
    """Whatever takes the work is full.

    Nothing new is taken for `seconds`, then this record is tried again.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"slow down for {seconds} s")
        self.seconds = seconds


class KafkaUnavailable(Exception):
    """Kafka cannot be reached, or did not acknowledge in time.

    A message may still arrive: sending it again must be harmless.
    """


class BrokersUnreachable(KafkaConnectionError):  # type: ignore[misc] # aiokafka is untyped
    """No client can start; the text names broker, cause and what to do."""


class TokenUnavailable(KafkaConnectionError):  # type: ignore[misc] # aiokafka is untyped
    """The token server gave no token to sign in with; the text says why."""


class MessageTooLarge(ValueError):
    """The message is larger than the producer or its topic takes; it was not sent."""


class FatalProducerError(Exception):
    """The producer can send nothing any more; only a new process (and producer) helps."""


class DeadLetterLimitReached(Exception):
    """So many records were bad that the fault is not theirs: the consumer has stopped."""


class NoProgress(Exception):
    """No record was finished for too long although there is lag; the process should end and be restarted."""


class DependencyUnavailable(Exception):
    """A record was tried again for longer than allowed; the process should end and be restarted."""


class NotReady(Exception):
    """A ready check failed; the text says why."""

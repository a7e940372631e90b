"""Kafka: sending, consuming as a group, reading live, creating topics."""

from cartload_kit.kafka.broadcast import Subscription, read_latest, subscribe_latest
from cartload_kit.kafka.client import Timing
from cartload_kit.kafka.connection import KafkaConnection
from cartload_kit.kafka.consumer import Consumer
from cartload_kit.kafka.dead_letter_reader import DeadLetterReader, Letter
from cartload_kit.kafka.dead_letters import DeadLetterLimit, DeadLetters
from cartload_kit.kafka.errors import (
    BadMessage,
    DeadLetterLimitReached,
    DependencyUnavailable,
    FatalProducerError,
    KafkaUnavailable,
    MessageTooLarge,
    NoProgress,
    NotReady,
    SlowDown,
    TryAgain,
)
from cartload_kit.kafka.producer import Producer
from cartload_kit.kafka.record import Outgoing, Partition, Record, Sendable
from cartload_kit.kafka.retry import RetryPolicy
from cartload_kit.kafka.topics import TopicSpec, ensure_topics

__all__ = [
    "BadMessage",
    "Consumer",
    "DeadLetterLimit",
    "DeadLetterLimitReached",
    "DeadLetterReader",
    "DeadLetters",
    "DependencyUnavailable",
    "FatalProducerError",
    "KafkaConnection",
    "KafkaUnavailable",
    "Letter",
    "MessageTooLarge",
    "NoProgress",
    "NotReady",
    "Outgoing",
    "Partition",
    "Producer",
    "Record",
    "RetryPolicy",
    "Sendable",
    "SlowDown",
    "Subscription",
    "Timing",
    "TopicSpec",
    "TryAgain",
    "ensure_topics",
    "read_latest",
    "subscribe_latest",
]

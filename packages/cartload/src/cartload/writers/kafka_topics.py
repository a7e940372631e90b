"""The topics that a stream needs in Kafka: made when they are missing, used as they are when not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

from cartload.encoders.kafka_records import named
from cartload.events.topics import ORDERS, PAYMENTS
from cartload.storage.kafka_client import (
    KafkaFailedError,
    Troubles,
    metadata,
    refusal,
    refusals_told,
    settings,
)
from cartload.storage.kafka_url import OAUTHBEARER, KafkaUrl

DEFAULT_PARTITIONS: Final = 6
_SECONDS: Final = 15.0
_BROKERS_DEFAULT: Final = -1
_JOINED: Final = (ORDERS, PAYMENTS)
"""Topics of the same key, which are joined partition by partition."""
_FOREVER: Final = "-1"
_CONFIG: Final = {
    # Records have the times of their events, and by these Kafka decides which ones are too old to be kept.
    "retention.ms": _FOREVER,
    "message.timestamp.type": "CreateTime",
    # By default Kafka refuses what is more than an hour ahead of its clock.
    "message.timestamp.after.max.ms": str(2**63 - 1),
}


def create_topics(url: KafkaUrl, wanted: Sequence[str], prefix: str, partitions: int) -> list[str]:
    """As :func:`ensure_topics`, for whoever sends events with another client.

    Raises KafkaFailedError, also when no broker answers in time.
    """
    troubles = Troubles(url.shown, tokens=url.mechanism == OAUTHBEARER)
    with refusals_told(f"Kafka at {url.shown}"):
        admin = AdminClient(settings(url, troubles))
    existing = {name: len(topic.partitions) for name, topic in metadata(admin, troubles).topics.items()}
    return ensure_topics(admin, existing, wanted, prefix, partitions)


def ensure_topics(
    admin: AdminClient, existing: Mapping[str, int], wanted: Sequence[str], prefix: str, partitions: int
) -> list[str]:
    """Create the topics that are missing; return what should be known of those that are there.

    ``existing`` are all topics with their numbers of partitions. Orders and payments get the same number.
    Raises KafkaFailedError naming the topic that cannot be created.
    """
    names = [named(topic, prefix) for topic in wanted]
    counts = {name: existing[name] for name in names if name in existing}
    joined = [named(topic, prefix) for topic in _JOINED]
    given = next((existing[name] for name in joined if name in existing), partitions)
    missing = {name: given if name in joined else partitions for name in names if name not in existing}
    if missing:
        _create(admin, missing)
    return [*_uneven({**counts, **missing}, joined), *_forgetful(admin, list(counts))]


def _create(admin: AdminClient, counts: Mapping[str, int]) -> None:
    new = [
        NewTopic(name, num_partitions=count, replication_factor=_BROKERS_DEFAULT, config=_CONFIG)
        for name, count in counts.items()
    ]
    for name, future in admin.create_topics(new, request_timeout=_SECONDS).items():
        try:
            future.result(_SECONDS)
        except KafkaException as error:
            # Somebody else may have been quicker.
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise refusal(f"topic {name} cannot be created", error) from error
        except TimeoutError as error:
            raise KafkaFailedError(f"topic {name} cannot be created: no answer from Kafka") from error


def _uneven(counts: Mapping[str, int], joined: Sequence[str]) -> Iterator[str]:
    found = {name: counts[name] for name in joined if name in counts}
    if len(set(found.values())) > 1:
        told = " and ".join(f"{name} {count}" for name, count in found.items())
        yield f"partitions differ: {told}; orders and payments cannot be joined partition by partition"


def _forgetful(admin: AdminClient, names: Sequence[str]) -> Iterator[str]:
    """What topics lose: Kafka deletes old records by their time, which is that of the event."""
    if not names:
        return
    resources = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in names]
    futures = admin.describe_configs(resources, request_timeout=_SECONDS)
    for name, future in zip(names, futures.values(), strict=True):
        try:
            config = future.result(_SECONDS)
        except (KafkaException, TimeoutError):
            continue  # Who may only write does not see it.
        kept = config["retention.ms"].value
        if kept != _FOREVER:
            age = _age(int(kept))
            yield f"{name} deletes events older than {age}, by their own time, unless it has retention.ms=-1"


def _age(milliseconds: int) -> str:
    hours = milliseconds / 3_600_000
    return f"{hours / 24:,.0f} days" if hours >= 48 else f"{hours:,.1f} hours"

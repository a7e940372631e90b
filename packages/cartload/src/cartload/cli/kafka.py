"""Kafka as a place that a command names: its URL, and the extra that it needs."""

import argparse
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from cartload.cli.console import CommandError
from cartload.events.topics import PREFIX
from cartload.storage import kafka_url
from cartload.storage.kafka_url import KafkaUrl, KafkaUrlError


def brokers_from(option: str, url: str) -> KafkaUrl:
    """The brokers that an option names. Raises CommandError."""
    try:
        return kafka_url.parse(url, os.environ)
    except KafkaUrlError as error:
        # Without the URL itself, which may have a password in it.
        raise CommandError(f"{option}: {error}", 2) from None


@contextmanager
def kafka_failures_told() -> Iterator[None]:
    """Turn what Kafka refuses, and a client that is not installed, into a CommandError."""
    try:
        from cartload.storage.kafka_client import KafkaFailedError
    except ModuleNotFoundError as missing:
        if missing.name != "confluent_kafka":
            raise
        raise CommandError("this needs confluent-kafka: pip install 'cartload[kafka]'") from None
    try:
        yield
    except KafkaFailedError as error:
        raise CommandError(str(error)) from error


def prefix_from(args: argparse.Namespace) -> str:
    """What topics' names begin with. Raises CommandError."""
    prefix: str | None = args.topic_prefix
    if prefix is None:
        return PREFIX
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,200}", prefix):
        raise CommandError(
            f"--topic-prefix {prefix}: must be at most 200 letters, digits, dots, underscores and hyphens", 2
        )
    return prefix

"""Sends messages so that an acknowledged one is safe, and says so in bounded time."""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from cartload_kit.backoff import Backoff
from cartload_kit.describe_error import describe_error
from cartload_kit.kafka import context, metrics
from cartload_kit.kafka.budget import ByteBudget
from cartload_kit.kafka.client import reach, unavailable
from cartload_kit.kafka.connection import KafkaConnection
from cartload_kit.kafka.errors import FatalProducerError, KafkaUnavailable, MessageTooLarge, NotReady
from cartload_kit.kafka.record import Sendable

log = logging.getLogger(__name__)
MIB = 2**20
MAX_MESSAGE = 33 * MIB
MAX_BUFFERED = 48 * MIB
FRAMING = 256
"""Bytes to allow for what Kafka puts around a record; Kafka counts them as part of the message."""

type Headers = Iterable[tuple[str, bytes]]


class Producer:
    """An idempotent producer that waits for all replicas.

    Keys choose partitions as the Java clients do. Memory is bounded: at most `max_buffered` bytes wait for
    acknowledgement, also while Kafka is away. Once the broker refuses a message for good (a sequence out of
    order, a fenced epoch, a message above the topic's limit), it refuses what follows too: every later send
    raises FatalProducerError, and `watch` does, so that the process can end and be restarted. `limits`
    keeps messages away that a topic would refuse.
    """

    def __init__(
        self,
        connection: KafkaConnection,
        client_id: str,
        *,
        deadline: float = 15.0,
        linger_ms: int = 0,
        max_message: int = MAX_MESSAGE,
        max_buffered: int = MAX_BUFFERED,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        """Take the settings; nothing is connected yet.

        `deadline`: seconds a send may take. `max_message`: bytes of the largest message with key and headers,
        which `limits` may lower for single topics.
        """
        self._connection = connection
        self._told = ""
        self._client_id = client_id
        self._deadline = deadline
        self._linger_ms = linger_ms
        self._max_message = max_message
        self._limits = limits or {}
        buffered = max(max_buffered, max_message)
        self._budget = ByteBudget(buffered, metrics.SEND_BUFFER.set)
        metrics.SEND_BUFFER_LIMIT.set(buffered)
        self._inner: Any = None
        self._fatal: asyncio.Future[None] | None = None

    async def start(self) -> None:
        """Connect. Raises KafkaUnavailable, with the cause, when no broker can be used in time."""
        self._fatal = asyncio.get_running_loop().create_future()
        self._inner = AIOKafkaProducer(
            **self._connection.arguments(),
            client_id=self._client_id,
            acks="all",
            enable_idempotence=True,
            linger_ms=self._linger_ms,
            max_batch_size=MIB,
            max_request_size=self._max_message,
            request_timeout_ms=10_000,
            retry_backoff_ms=100,
        )
        try:
            async with asyncio.timeout(self._deadline):
                await self._connect()
        except TimeoutError as error:
            await self.stop(0.0)
            raise await unavailable(self._connection) from error
        except BaseException:
            await self.stop(0.0)
            raise

    async def _connect(self) -> None:
        # Services and Kafka start side by side, and aiokafka tries each broker only once.
        backoff, attempt = Backoff(0.25, 2.0), 0
        while True:
            attempt += 1
            try:
                await reach(self._connection, self._inner.start())
            except KafkaError as error:
                self._tell(describe_error(error))
                await asyncio.sleep(backoff.seconds(attempt))
            else:
                return

    def _tell(self, cause: str) -> None:
        # Once each: what is wrong with a password stays so at every attempt.
        if cause != self._told:
            log.info("cannot send yet: %s", cause)
        self._told = cause

    async def stop(self, grace: float = 3.0) -> None:
        """Send what waits, for at most `grace` seconds, and disconnect."""
        inner, self._inner = self._inner, None
        if inner is None:
            return
        try:
            async with asyncio.timeout(grace):
                await inner.stop()
        except (TimeoutError, KafkaError) as error:
            log.warning("stopped with messages unsent: %s", describe_error(error))
            await _drop(inner)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes,
        headers: Headers = (),
        *,
        timestamp: datetime | None = None,
    ) -> None:
        """Send one message; returns when all in-sync replicas have it. `timestamp` is by default now.

        The current trace and request id go along in headers, unless these are given.
        Raises KafkaUnavailable after the deadline (the message may still arrive), MessageTooLarge, and
        FatalProducerError when this producer is done for.
        """
        began, outcome = time.perf_counter(), "failed"
        pairs = context.outgoing(headers)
        size = self._measure(topic, key, value, pairs)
        try:
            async with asyncio.timeout(self._deadline):
                await self._budget.take(size)
                acknowledged = await self._enqueue(topic, key, value, pairs, timestamp, size)
                # Shielded: aiokafka holds the bytes until it is done with them, however long that takes, and
                # only then may the budget have them back.
                await asyncio.shield(acknowledged)
            outcome = "ok"
        except TimeoutError as error:
            raise KafkaUnavailable(f"{topic} not acknowledged within {self._deadline} s") from error
        except KafkaError as error:
            raise self._judge(error) from error
        finally:
            metrics.SEND_SECONDS.labels(topic, outcome).observe(time.perf_counter() - began)

    def _measure(self, topic: str, key: bytes | None, value: bytes, headers: list[tuple[str, bytes]]) -> int:
        around = sum(len(name) + len(content) + 8 for name, content in headers) + FRAMING
        size = len(value) + len(key or b"") + around
        limit = min(self._limits.get(topic, self._max_message), self._max_message)
        if size > limit:
            raise MessageTooLarge(f"{size} bytes for {topic}, which takes {limit}")
        return size

    async def _enqueue(
        self,
        topic: str,
        key: bytes | None,
        value: bytes,
        headers: list[tuple[str, bytes]],
        timestamp: datetime | None,
        size: int,
    ) -> asyncio.Future[Any]:
        try:
            self._raise_if_fatal()
            stamp = int(timestamp.timestamp() * 1000) if timestamp else None
            future: asyncio.Future[Any] = await self._inner.send(
                topic, value, key, timestamp_ms=stamp, headers=headers
            )
        except BaseException:
            self._budget.give(size)
            raise
        future.add_done_callback(lambda done: self._settled(done, size))
        return future

    def _settled(self, future: asyncio.Future[Any], size: int) -> None:
        self._budget.give(size)
        # Also when nobody waits any longer: a fatal error must not wait for the next send to be noticed.
        error = None if future.cancelled() else future.exception()
        if isinstance(error, KafkaError):
            self._judge(error)

    def _judge(self, error: KafkaError) -> Exception:
        if error.retriable:
            return KafkaUnavailable(describe_error(error))
        fatal = FatalProducerError(describe_error(error))
        if self._fatal is not None and not self._fatal.done():
            log.critical("this producer can send nothing any more: %s", fatal)
            self._fatal.set_exception(fatal)
            self._fatal.exception()  # taken note of: asyncio complains of exceptions that nobody has read
        return fatal

    def _raise_if_fatal(self) -> None:
        if self._inner is None or self._fatal is None:
            raise FatalProducerError("the producer is not running")
        if self._fatal.done():
            self._fatal.result()

    async def send_all(self, messages: Iterable[Sendable]) -> None:
        """Send several messages side by side; returns when each is acknowledged or has failed.

        Raises what `send` raised for the first that failed; the others may have arrived.
        """
        sends = (self.send(m.topic, m.key, m.value, m.headers) for m in messages)
        # All of them are waited for, or the others would go on behind the back of a caller that heard of one.
        outcomes = await asyncio.gather(*sends, return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    async def watch(self) -> None:
        """Wait until this producer is done for, then raise FatalProducerError."""
        self._raise_if_fatal()
        if self._fatal is not None:
            # Shielded: a watch that is cancelled must not cancel the future of all others.
            await asyncio.shield(self._fatal)

    async def check(self) -> None:
        """Ready check: raises NotReady unless a broker answers within two seconds."""
        try:
            self._raise_if_fatal()
            async with asyncio.timeout(2):
                await self._inner.client.fetch_all_metadata()
        except (TimeoutError, KafkaError, FatalProducerError) as error:
            raise NotReady(f"Kafka at {self._connection.bootstrap}: {describe_error(error)}") from error


async def _drop(inner: Any) -> None:
    """Disconnect without sending what waits: aiokafka itself would try for as long as Kafka is away."""
    sending = inner._sender.sender_task
    if sending is not None:
        sending.cancel()
    await inner.client.close()
    if sending is not None:
        await asyncio.wait([sending], timeout=1.0)

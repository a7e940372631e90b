"""Every topic, declared once."""

from dataclasses import dataclass

from cartload_contracts.model import TABLES, TableName

KIB, MIB = 2**10, 2**20
DAY_MS = 24 * 60 * 60 * 1000
PARTITIONS = 8
"""Equal for all topics whose work is shared out, so that one writer gets all tables of a chunk."""


GROUPS = {
    "generator api": "cartload-generator",
    "generator worker": "cartload-workers",
    "writer consumer": "cartload-writer-consumer",
    "writer tasks": "cartload-writer-tasks",
}
"""The consumer group of each part that shares work out; the notifier reads without a group."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic with its limits, and who writes and reads it."""

    name: str
    description: str
    key: str
    retention_ms: int
    max_message_bytes: int
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    partitions: int = PARTITIONS
    retention_bytes: int = -1
    """Per partition; -1 is no limit."""


DATASETS = Topic(
    name="cartload.datasets",
    description="Commands on a dataset as a whole: prepare, seal, discard, delete.",
    key="<dataset>",
    retention_ms=7 * DAY_MS,
    max_message_bytes=1 * MIB,
    producers=("generator api",),
    consumers=("writer tasks",),
)
CHUNKS = Topic(
    name="cartload.chunks",
    description="Commands to make one chunk.",
    key="<dataset>:<chunk>",
    retention_ms=DAY_MS,
    max_message_bytes=1 * MIB,
    producers=("generator api",),
    consumers=("generator worker",),
)
RESULTS = Topic(
    name="cartload.results",
    description="What became of commands and batches.",
    key="<job>, or <dataset> for a delete",
    retention_ms=DAY_MS,
    max_message_bytes=1 * MIB,
    producers=("generator worker", "writer consumer", "writer tasks", "generator api"),
    consumers=("generator api",),
)
JOBS = Topic(
    name="cartload.jobs",
    description="The whole state of a job at every change. Live only: the jobs table decides.",
    key="<job>",
    retention_ms=DAY_MS,
    max_message_bytes=1 * MIB,
    producers=("generator api",),
    consumers=("notifier",),
)
STREAMS = Topic(
    name="cartload.streams",
    description="The whole state of a stream at every change. Live only: the streams table decides.",
    key="<stream>",
    retention_ms=DAY_MS,
    max_message_bytes=1 * MIB,
    producers=("generator api", "generator player"),
    consumers=("notifier",),
)
DEAD_LETTERS = Topic(
    name="cartload.dead-letters",
    description="Messages that could not be handled, unchanged, with the reason in headers.",
    key="that of the original",
    retention_ms=14 * DAY_MS,
    max_message_bytes=32 * MIB,
    producers=("generator worker", "generator api", "writer consumer", "writer tasks"),
    consumers=("generator api",),
)


def _batches(table: TableName) -> Topic:
    return Topic(
        name=f"cartload.batches.{table}",
        description=f"Rows of {table}: an Arrow IPC stream a message.",
        key="<dataset>:<chunk>",
        retention_ms=DAY_MS,
        retention_bytes=512 * MIB,
        max_message_bytes=24 * MIB,
        # The API sends only what an administrator puts back.
        producers=("generator worker", "generator api"),
        consumers=("writer consumer",),
    )


BATCHES: dict[TableName, Topic] = {table: _batches(table) for table in TABLES}
WORK: tuple[Topic, ...] = (DATASETS, CHUNKS, *BATCHES.values(), RESULTS)
"""What consumer groups share out: a record that cannot be handled becomes a dead letter."""

ALL: tuple[Topic, ...] = (DATASETS, CHUNKS, *BATCHES.values(), RESULTS, JOBS, STREAMS, DEAD_LETTERS)
LIMITS: dict[str, int] = {topic.name: topic.max_message_bytes for topic in ALL}
"""The most bytes of a message, by topic."""

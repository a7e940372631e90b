"""Every metric of the writer. Base units, `cartload_writer_` prefix, labels of few values."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram

from cartload_kit import tracing

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120)

# What became of batches: stored, repeated, dropped (dataset deleted), deferred (it lost a
# lock and comes again), bad. The first three are normal.
BATCHES = Counter(
    "cartload_writer_batches_total", "Batches handled, by table and outcome.", ("table", "outcome")
)

# Rows committed to MySQL and Blob: the writer's throughput.
ROWS = Counter("cartload_writer_rows_total", "Rows stored, by table.", ("table",))

# Bytes put into Blob.
BLOB_BYTES = Counter(
    "cartload_writer_blob_bytes_total", "Bytes of parts stored in Blob, by table.", ("table",)
)

# Where the time of a batch goes: decode, encode, blob, load; commit is a part of load. Batches of one dataset
# may share a transaction: then they have one load and one commit together.
STEP_SECONDS = Histogram(
    "cartload_writer_step_duration_seconds", "Time of each step of a batch.", ("step",), buckets=_SECONDS
)

# Transactions begun again after a deadlock or a lock timeout; a steady stream means too much concurrency.
RETRIES = Counter("cartload_writer_transaction_retries_total", "Transactions begun again.", ("reason",))

# Bulk connections in use; at its limit all the time, MySQL is the bottleneck.
BULK_IN_USE = Gauge("cartload_writer_bulk_connections_in_use", "Bulk connections in use now.")

BULK_SIZE = Gauge("cartload_writer_bulk_connections_limit", "Bulk connections there may be.")
BULK_WAIT_SECONDS = Histogram(
    "cartload_writer_bulk_wait_seconds", "Time that work waited for a bulk connection.", buckets=_SECONDS
)

# Memory that batches are promised before they are decoded; at its limit, further ones wait.
BATCH_MEMORY = Gauge("cartload_writer_batch_memory_bytes", "Memory taken by batches in work.")
BATCH_MEMORY_LIMIT = Gauge(
    "cartload_writer_batch_memory_limit_bytes", "Memory that batches in work may take."
)

# What became of prepare, seal and delete: done, refused (told to the job), retried, failed.
TASKS = Counter("cartload_writer_tasks_total", "Runs of tasks, by kind and outcome.", ("kind", "outcome"))

# How long the runs of tasks take.
TASK_SECONDS = Histogram(
    "cartload_writer_task_duration_seconds", "Time of each run of a task.", ("kind",), buckets=_SECONDS
)

# The slots of the tasks and checker roles; all taken for long, tasks wait for each other.
TASKS_RUNNING = Gauge("cartload_writer_tasks_running", "Tasks that this process runs now.")
TASK_SLOTS = Gauge("cartload_writer_task_slots", "Tasks that this process may run at a time.")

# Tasks that wait or run; growing means that the tasks role is stuck.
TASKS_OPEN = Gauge("cartload_writer_tasks_open", "Tasks that are not finished.")

# Ready empty databases; at 0 for long, a prepare is slower by the time of ten CREATE TABLE.
STOCK = Gauge("cartload_writer_stock_databases", "Ready empty databases.")

# Rows that left through the API, by way: rows, export, raw.
ROWS_READ = Counter("cartload_writer_rows_read_total", "Rows answered by the API.", ("way",))


@contextmanager
def measured(step: str) -> Iterator[None]:
    """Measure a step of a batch's way, for the metric and for its trace."""
    with tracing.step(step), STEP_SECONDS.labels(step).time():
        yield

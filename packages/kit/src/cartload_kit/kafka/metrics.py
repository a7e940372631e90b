"""Every metric of the Kafka loops. Base units, `cartload_` prefix, labels of few values."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_QUEUED_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)

# Records by what became of them: ok, dead_letter, or dropped (revoked before they were finished).
RECORDS = Counter(
    "cartload_kafka_records_total", "Records taken from Kafka, by outcome.", ("group", "topic", "outcome")
)

# How long a handler takes for one record, all its attempts together.
HANDLE_SECONDS = Histogram(
    "cartload_kafka_handle_duration_seconds",
    "Time from a record's first attempt until it is finished.",
    ("group", "topic"),
    buckets=_SECONDS,
)

# Attempts that did not succeed: try_again, slow_down, error.
RETRIES = Counter(
    "cartload_kafka_retries_total", "Attempts to be repeated, by cause.", ("group", "topic", "cause")
)

# Records taken and not finished; at its limit the consumer takes no more.
IN_FLIGHT = Gauge("cartload_kafka_records_in_flight", "Records taken and not finished.", ("group",))

IN_FLIGHT_LIMIT = Gauge(
    "cartload_kafka_records_in_flight_limit", "Records that may be in flight.", ("group",)
)

# How long records lie in Kafka: the part of a chunk's latency that more consumers would take away.
QUEUED_SECONDS = Histogram(
    "cartload_kafka_queued_seconds",
    "Time from a record's sending until its first attempt begins.",
    ("group", "topic"),
    buckets=_QUEUED_SECONDS,
)

# How far behind a group is; this process's partitions only. KEDA scales on the broker's own number.
LAG = Gauge(
    "cartload_kafka_lag_records", "Records not finished yet in the partitions owned here.", ("group", "topic")
)

# Age of the oldest unfinished record: the lag that users feel.
LAG_SECONDS = Gauge(
    "cartload_kafka_lag_seconds", "Age of the oldest unfinished record owned here.", ("group", "topic")
)

# Rising steadily means that members come and go.
REBALANCES = Counter("cartload_kafka_rebalances_total", "Assignments received.", ("group",))

# 1 while the consumer waits for something that is away.
WAITING = Gauge("cartload_kafka_waiting", "Whether records wait for a dependency that is away.", ("group",))

# How long an acknowledged send takes, and how often none comes.
SEND_SECONDS = Histogram(
    "cartload_kafka_send_duration_seconds",
    "Time from handing a message over until it is acknowledged.",
    ("topic", "outcome"),
    buckets=_SECONDS,
)

# What waits to be sent; at its limit, senders wait for acknowledgements.
SEND_BUFFER = Gauge("cartload_kafka_send_buffer_bytes", "Bytes handed over and not acknowledged yet.")
SEND_BUFFER_LIMIT = Gauge("cartload_kafka_send_buffer_limit_bytes", "Bytes that may wait to be acknowledged.")

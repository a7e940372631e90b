"""Every metric of the generator. Base units, `cartload_` prefix, labels of few values."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_LONG = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400)

# Jobs that were accepted: what the system is asked for.
JOBS_CREATED = Counter("cartload_jobs_created_total", "Jobs that were accepted.", ("kind",))

# Jobs that came to an end; alert on many that failed.
JOBS_ENDED = Counter("cartload_jobs_ended_total", "Jobs that ended, by the state they ended in.", ("state",))

# From the request to the end, queueing and pauses included.
JOB_SECONDS = Histogram(
    "cartload_job_duration_seconds",
    "Time from a job's request to its end, by final state and size: small is below 100,000 rows, large from "
    "10 million on.",
    ("state", "size"),
    buckets=_LONG,
)

# From the request until its first chunk may be sent: what the objective of job starts is measured by.
JOB_START_SECONDS = Histogram(
    "cartload_job_start_seconds",
    "Time from a job's request until it begins to generate, at its first attempt.",
    buckets=_LONG,
)

# A job that never starts is in no histogram; its age shows here.
JOBS_QUEUED = Gauge("cartload_jobs_queued", "Jobs that wait to begin for the first time.")
OLDEST_QUEUED = Gauge(
    "cartload_jobs_oldest_queued_seconds", "Age of the oldest job that waits to begin for the first time."
)

# Commands that were sent; `repeated` counts those sent again because nothing came.
COMMANDS = Counter("cartload_generator_commands_total", "Commands sent to workers and writers.", ("type",))
CHUNKS_REPEATED = Counter(
    "cartload_generator_chunks_repeated_total", "Chunk commands sent again because no result came in time."
)

# Results applied to jobs, and how many at once: more at once means the database is the slower part.
RESULTS = Counter("cartload_generator_results_total", "Results applied to jobs.", ("type",))
APPLY_SECONDS = Histogram(
    "cartload_generator_apply_duration_seconds",
    "Time of one transaction that applies results.",
    buckets=_SECONDS,
)

RESULTS_WAITING = Gauge(
    "cartload_generator_results_waiting", "Results that wait to be applied, or are being applied."
)

# From the first command until all batches of the chunk are stored: generating, Kafka and storing together.
CHUNK_STORED_SECONDS = Histogram(
    "cartload_generator_chunk_stored_seconds",
    "Time from a chunk's last command until all its batches are stored.",
    buckets=_LONG,
)

# Rows that were asked for and not yet stored, over all jobs: bounded by the cap.
ROWS_IN_FLIGHT = Gauge("cartload_generator_rows_in_flight", "Rows sent to workers and not yet stored.")

# Job states published, and those that were newer before they could be sent.
STATES_PUBLISHED = Counter("cartload_generator_states_published_total", "Job states sent to Kafka.")

# The worker: rows made, and the time for it.
ROWS_GENERATED = Counter("cartload_worker_rows_total", "Rows that this worker made.", ("table",))
BYTES_PUBLISHED = Counter(
    "cartload_worker_bytes_total", "Bytes of batches that this worker sent.", ("table",)
)
CHUNK_SECONDS = Histogram(
    "cartload_worker_chunk_duration_seconds",
    "Time to make and encode one chunk.",
    ("kind",),
    buckets=_SECONDS,
)
ENCODE_SECONDS = Histogram(
    "cartload_worker_encode_duration_seconds",
    "Time to hash and encode the batches of one chunk.",
    ("kind",),
    buckets=_SECONDS,
)
ENGINES_BUILT = Counter("cartload_worker_engines_built_total", "Catalogues built, one a dataset's spec.")

# The player: events that have arrived in Kafka, and the streams that are being played or stand still in it.
STREAM_EVENTS = Counter("cartload_player_events_total", "Events of streams that have arrived in Kafka.")
STREAMS_HELD = Gauge("cartload_player_streams", "Streams that this player has.")
STREAM_SECONDS_SLOWED = Counter(
    "cartload_player_slowed_seconds_total",
    "How long the clocks of streams were held up because Kafka or a rate limit could not follow.",
)
STREAMS_ENDED = Counter(
    "cartload_streams_ended_total", "Streams that ended, by the state they ended in.", ("state",)
)

"""What each role of the generator is told: one frozen class a role."""

from pathlib import Path

from pydantic import Field, field_validator

from cartload_kit.kafka.settings import DirectKafkaSettings, KafkaSettings
from cartload_kit.settings import CheckedSettings, DatabaseUrl, Settings
from cartload_kit.shared_settings import EventTopicSettings, TokenCheckSettings

_GIB = 2**30


class MigrateSettings(CheckedSettings):
    """What the one-shot `migrate` needs."""

    generator_database_url: DatabaseUrl = Field(
        description="The generator's database, as its owner of least rights."
    )


class LettersSettings(MigrateSettings, KafkaSettings):
    """What the commands on dead letters need."""


class ApiSettings(Settings, TokenCheckSettings, MigrateSettings, KafkaSettings, EventTopicSettings):
    """The role `api`: jobs, datasets and the dispatcher."""

    job_customers: int = Field(
        default=10_000_000, ge=1, le=100_000_000, description="Most customers of one job."
    )
    user_unfinished_jobs: int = Field(
        default=10, ge=1, le=1000, description="Most jobs of one user that are not finished."
    )
    user_stored_bytes: int = Field(
        default=100 * _GIB,
        ge=1,
        description="Most bytes of files of one user, by estimate those of unfinished jobs, and tables of "
        "datasets without files.",
    )
    disk_path: Path | None = Field(
        default=None,
        description="A path on the disk that datasets are stored on, to refuse jobs that it has no room for; "
        "none: not checked.",
    )
    disk_reserve_bytes: int = Field(
        default=2 * _GIB, ge=0, description="Bytes of that disk that are to stay free."
    )
    wait_seconds: int = Field(
        default=60, ge=1, le=300, description="Longest time that `Prefer: wait` holds an answer, in seconds."
    )
    window_chunks: int = Field(default=16, ge=1, le=1000, description="Most chunks of one job in flight.")
    rows_in_flight: int = Field(
        default=3_000_000,
        ge=1,
        description="Most rows in flight over all jobs; a job with none still gets one chunk.",
    )
    shared_rows_in_flight: int = Field(
        default=200_000,
        ge=1,
        description="The same while several users have jobs: a small job waits behind so many rows. "
        "More workers and writers need more.",
    )
    chunk_blocks: int = Field(
        default=64,
        ge=1,
        le=64,
        description="Most blocks of 1,000 customers in one chunk; fewer are taken where their rows are many.",
    )
    turn_chunks: int = Field(default=8, ge=1, le=100, description="Chunks that a job sends in one turn.")
    user_streams: int = Field(
        default=3, ge=1, le=100, description="Most streams of one user that have not ended."
    )
    generator_pool: int = Field(
        default=16, ge=10, le=100, description="Connections to the generator's database."
    )

    @field_validator("disk_path")
    @classmethod
    def _is_there(cls, path: Path | None) -> Path | None:
        # Found at start: asked for only when a job comes, it would fail every one of them.
        if path is not None and not path.exists():
            raise ValueError("must be a path that is there")
        return path


class PlayerSettings(Settings, MigrateSettings, DirectKafkaSettings):
    """The role `player`."""

    player_streams: int = Field(
        default=4, ge=1, le=64, description="Streams that a player plays at a time, each in a thread."
    )
    player_pool: int = Field(
        default=4, ge=2, le=100, description="Connections of a player to the generator's database."
    )
    stream_partitions: int = Field(
        default=6, ge=1, le=1000, description="Partitions of the topics for events that this role creates."
    )


class WorkerSettings(Settings, KafkaSettings):
    """The role `worker`."""

    worker_engines: int = Field(
        default=3, ge=1, le=64, description="Datasets whose catalogues a worker keeps in memory."
    )
    worker_chunks: int = Field(
        default=2,
        ge=1,
        le=16,
        description="Chunks that a worker holds at a time: one being made, others being sent.",
    )

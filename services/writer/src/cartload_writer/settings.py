"""What each role of the writer is told: one frozen class a role."""

from collections.abc import Iterable

from pydantic import Field, SecretStr, field_validator

from cartload_kit.kafka.settings import KafkaSettings
from cartload_kit.settings import (
    CheckedSettings,
    Conflict,
    DatabaseUrl,
    HttpUrl,
    Port,
    ProxySettings,
    Settings,
)
from cartload_kit.shared_settings import TokenCheckSettings
from cartload_writer.adapters.blob_account import BlobAccount

COMMANDS_AT_ONCE = 8
"""Commands from Kafka that are kept at a time, each with a connection of its own."""

MOST_CONNECTIONS = 80
"""Connections of one process to the datasets: a fifth of what the servers that we start allow."""


class DatabaseSettings(CheckedSettings):
    """The writer's database: common to all roles."""

    writer_database_url: DatabaseUrl = Field(
        description="The writer's database, as its owner of least rights."
    )


class BlobSettings(ProxySettings):
    """The Blob account, by one of two ways, and the container in it."""

    blob_connection_string: SecretStr | None = Field(
        default=None,
        description="Connection string of the Blob account, with a key or a SAS; "
        "this or CARTLOAD_BLOB_ACCOUNT_URL.",
    )
    blob_account_url: HttpUrl | None = Field(
        default=None,
        description="URL of the Blob account, such as https://ACCOUNT.blob.core.windows.net: signed in to by "
        "CARTLOAD_BLOB_SAS or as the managed or workload identity of the process.",
    )
    blob_sas: SecretStr | None = Field(
        default=None,
        description="Shared access signature for CARTLOAD_BLOB_ACCOUNT_URL, which may read, create, write, "
        "delete and list blobs; empty: an identity signs in.",
    )
    blob_container: str = Field(
        default="cartload", pattern="^[a-z0-9]([a-z0-9-]{1,61})[a-z0-9]$", description="The Blob container."
    )

    @field_validator("blob_account_url")
    @classmethod
    def _has_no_query(cls, url: str | None) -> str | None:
        if url is not None and "?" in url:
            raise ValueError("must end before the ?: a SAS belongs into CARTLOAD_BLOB_SAS")
        return url

    def conflicts(self) -> Iterable[Conflict]:
        """Yield what does not fit together."""
        yield from super().conflicts()
        if (self.blob_connection_string is None) == (self.blob_account_url is None):
            yield Conflict(("blob_connection_string", "blob_account_url"), "set exactly one of the two")
        elif self.blob_account_url is None and self.blob_sas is not None:
            must = "a SAS is used with the URL only; a connection string carries its own"
            yield Conflict(("blob_sas", "blob_account_url"), must)
        elif self.blob_sas is None and (self.blob_account_url or "").startswith("http://"):
            must = "the tokens of an identity are sent over https only"
            yield Conflict(("blob_account_url", "blob_sas"), must)

    @property
    def blob_account(self) -> BlobAccount:
        """Which account, and who signs in."""
        text, sas = self.blob_connection_string, self.blob_sas
        return BlobAccount(
            connection_string=text.get_secret_value() if text is not None else None,
            url=self.blob_account_url or "",
            sas=sas.get_secret_value() if sas is not None else None,
            proxy=self.proxy,
        )


class MigrateSettings(DatabaseSettings, BlobSettings):
    """What the one-shot `migrate` needs: the database to migrate and the container to make."""


class StorageSettings(Settings, MigrateSettings):
    """Where rows and parts are kept: common to all roles."""


class ConsumerSettings(StorageSettings, KafkaSettings):
    """The role `consumer`."""

    writer_bulk_connections: int = Field(
        default=4, ge=1, le=16, description="Connections that load rows, each a transaction at a time."
    )
    writer_batches_in_flight: int = Field(
        default=12, ge=1, le=64, description="Batches that one consumer works on at a time."
    )
    writer_bytes_in_flight: int = Field(
        default=24 * 2**20,
        ge=8 * 2**20,
        le=2**30,
        description="Bytes of decoded rows that one consumer holds at a time.",
    )

    def conflicts(self) -> Iterable[Conflict]:
        """Yield what does not fit together."""
        yield from super().conflicts()
        if self.writer_bulk_connections > self.writer_batches_in_flight:
            yield Conflict(
                ("writer_bulk_connections", "writer_batches_in_flight"),
                "the connections must be at most as many as the batches in flight: a batch uses one",
            )


class TasksSettings(StorageSettings, KafkaSettings):
    """The role `tasks`."""

    writer_ready_databases: int = Field(
        default=3,
        ge=0,
        le=32,
        description="Empty databases kept ready, so that small datasets begin at once.",
    )
    writer_deferred_rows: int = Field(
        default=50_000,
        ge=0,
        description="First loads of more rows than this get their indexes after the rows instead of before.",
    )
    writer_report_rows: int = Field(
        default=200_000,
        ge=0,
        description="Datasets of at most so many rows get their full report unasked; larger ones on demand.",
    )
    writer_tasks_at_once: int = Field(
        default=4, ge=1, le=16, description="Seals, deletions and roll-backs that one process runs at a time."
    )
    writer_prepares_at_once: int = Field(
        default=2,
        ge=1,
        le=16,
        description="Datasets that one process prepares at a time, however long other tasks take.",
    )
    writer_index_builds: int = Field(
        default=2, ge=1, le=16, description="Tables of one dataset that are indexed and checked side by side."
    )
    writer_index_alone_rows: int = Field(
        default=2_000_000,
        ge=0,
        description="Datasets of more rows than this are indexed and checked one table at a time.",
    )
    writer_index_buffer_mb: int = Field(
        default=8,
        ge=1,
        le=1024,
        description="Megabytes that MySQL may use to sort an index; MariaDB has the start option "
        "innodb_sort_buffer_size instead.",
    )

    @property
    def own_connections(self) -> int:
        """Connections to the writer's own tables: a task's and its lease's, commands, and what is regular."""
        return 2 * (self.writer_tasks_at_once + self.writer_prepares_at_once) + COMMANDS_AT_ONCE + 6

    @property
    def dataset_connections(self) -> int:
        """Connections to datasets: what each task may use at once, and the pool of ready databases."""
        a_task = max(2, self.writer_index_builds)
        return self.writer_tasks_at_once * a_task + 2 * self.writer_prepares_at_once + 2

    def conflicts(self) -> Iterable[Conflict]:
        """Yield what does not fit together."""
        yield from super().conflicts()
        if self.dataset_connections > MOST_CONNECTIONS:
            yield Conflict(
                ("writer_tasks_at_once", "writer_index_builds", "writer_prepares_at_once"),
                f"together they need {self.dataset_connections} connections to MySQL, "
                f"at most {MOST_CONNECTIONS} are allowed",
            )


class CheckerSettings(DatabaseSettings, Settings):
    """The role `checker`."""

    writer_check_memory_mb: int = Field(
        default=512,
        ge=128,
        le=65_536,
        description="Megabytes that an examination holds before it spills.",
    )
    writer_check_seconds: float = Field(
        default=3600.0, gt=0, description="Seconds after which an examination is given up."
    )


class ApiSettings(StorageSettings, TokenCheckSettings):
    """The role `api`."""

    mysql_public_host: str | None = Field(
        default=None,
        description="Host at which users reach the datasets' database server; none: not published.",
    )
    mysql_public_port: Port | None = Field(default=None, description="Its port.")
    writer_statement_seconds: float = Field(
        default=5.0, gt=0, le=60, description="Seconds after which a user's query is ended."
    )
    writer_row_queries: int = Field(
        default=10, ge=1, le=100, description="Queries of users' rows that run at a time; more wait for them."
    )
    writer_row_queries_user: int = Field(
        default=2,
        ge=1,
        le=100,
        description="Of these, the most of one user.",
    )
    writer_exports: int = Field(
        default=8, ge=1, le=64, description="Exports that run at a time; more are refused."
    )
    writer_exports_user: int = Field(default=2, ge=1, le=64, description="Of these, the most of one user.")
    writer_downloads: int = Field(
        default=64, ge=1, le=1000, description="Files that are downloaded at a time; more are refused."
    )
    writer_downloads_user: int = Field(
        default=16, ge=1, le=1000, description="Of these, the most of one user."
    )
    writer_send_seconds: float = Field(
        default=30.0, gt=0, le=600, description="Seconds after which a download that nobody reads is ended."
    )

    def conflicts(self) -> Iterable[Conflict]:
        """Yield what does not fit together."""
        yield from super().conflicts()
        for total in ("writer_row_queries", "writer_exports", "writer_downloads"):
            share = f"{total}_user"
            if getattr(self, share) > getattr(self, total):
                yield Conflict((share, total), "the share of one user must be at most that of all")

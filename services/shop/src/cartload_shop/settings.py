"""What each role of the shop service is told: one frozen class a role."""

from pydantic import Field

from cartload_kit.kafka.settings import DirectKafkaSettings
from cartload_kit.settings import CheckedSettings, DatabaseUrl, HttpUrl, Settings
from cartload_kit.shared_settings import EventTopicSettings, TokenCheckSettings


class MigrateSettings(CheckedSettings):
    """What the one-shot `migrate` needs."""

    shop_database_url: DatabaseUrl = Field(
        description="The shop service's database, as its owner of least rights."
    )


class ApiSettings(Settings, TokenCheckSettings, MigrateSettings):
    """The role `api`: shops, and what happens in them."""

    generator_url: HttpUrl = Field(description="URL of the generator's API.")
    writer_url: HttpUrl = Field(description="URL of the writer's API.")
    user_shops: int = Field(default=3, ge=1, le=100, description="Most shops of one user.")
    shop_pool: int = Field(default=16, ge=4, le=100, description="Connections to the shops' databases.")


class WorkerSettings(Settings, MigrateSettings, DirectKafkaSettings, EventTopicSettings):
    """The role `worker`: opens and removes shops, and sends their events."""

    shop_worker_pool: int = Field(
        default=8, ge=4, le=100, description="Connections of a worker to the shops' databases."
    )
    stream_partitions: int = Field(
        default=6, ge=1, le=1000, description="Partitions of the topics for events that this role creates."
    )

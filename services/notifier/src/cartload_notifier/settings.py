"""What the operator sets."""

from pydantic import Field

from cartload_kit.kafka.settings import KafkaSettings
from cartload_kit.settings import HttpUrl, Settings
from cartload_kit.shared_settings import BrowserSettings, TokenCheckSettings


class NotifierSettings(Settings, TokenCheckSettings, BrowserSettings, KafkaSettings):
    """What the notifier needs."""

    generator_url: HttpUrl = Field(description="URL of the generator's API.")
    notifier_connections: int = Field(
        default=2000, ge=1, le=100_000, description="WebSocket connections one process takes."
    )
    notifier_connections_signing_in: int = Field(
        default=50,
        ge=1,
        le=100_000,
        description="WebSocket connections of one address that have not sent a good token yet.",
    )
    notifier_connections_user: int = Field(
        default=20, ge=1, le=1000, description="WebSocket connections one user may have in one process."
    )

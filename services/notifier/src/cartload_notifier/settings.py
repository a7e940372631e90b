"""What the operator sets."""

from pydantic import Field

from cartload_kit.kafka.settings import KafkaSettings
from cartload_kit.settings import HttpUrl, Origins, Settings


class NotifierSettings(Settings, KafkaSettings):
    """What the notifier needs."""

    generator_url: HttpUrl = Field(description="URL of the generator's API.")
    jwks_url: HttpUrl = Field(description="URL of the public keys that access tokens are checked with.")
    token_issuer: str = Field(default="cartload", min_length=1, description="`iss` of the access tokens.")
    token_audience: str = Field(default="cartload", min_length=1, description="`aud` of the access tokens.")
    public_origins: Origins = Field(
        default=(),
        description="Browser origins that may use the refresh cookie and the WebSocket; "
        "empty: that of the request itself.",
    )
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

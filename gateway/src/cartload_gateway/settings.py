"""What the gateway is told."""

from pathlib import Path

from pydantic import Field, field_validator

from cartload_kit.settings import CommaList, HttpUrl, Origins, Settings


class GatewaySettings(Settings):
    """The one public origin."""

    port: int = Field(default=8080, ge=1, le=65535, description="Port of the one public origin.")
    auth_url: HttpUrl = Field(description="URL of auth's API.")
    generator_url: HttpUrl = Field(description="URL of the generator's API.")
    writer_url: HttpUrl = Field(description="URL of the writer's API.")
    notifier_url: HttpUrl = Field(description="URL of the notifier.")
    jwks_url: HttpUrl = Field(description="URL of the public keys that access tokens are checked with.")
    token_issuer: str = Field(default="cartload", min_length=1, description="`iss` of the access tokens.")
    token_audience: str = Field(default="cartload", min_length=1, description="`aud` of the access tokens.")
    ui_dir: Path | None = Field(default=None, description="Folder of the built UI; without it there is none.")
    public_origins: Origins = Field(
        default=(),
        description="Browser origins that may use the refresh cookie and the WebSocket; "
        "empty: that of the request itself.",
    )
    trusted_proxies: CommaList = Field(
        default=(), description="Addresses of proxies in front, whose X-Forwarded-For is believed."
    )
    max_body_bytes: int = Field(default=2**20, ge=1024, description="Largest request body, in bytes.")
    upstream_seconds: float = Field(
        default=75, gt=0, le=600, description="Longest wait for a service's next bytes, in seconds."
    )
    upstream_connections: int = Field(
        default=256, ge=1, description="Connections to the services at the same time."
    )
    websockets: int = Field(default=2000, ge=1, description="WebSockets at the same time.")
    user_requests_per_minute: int = Field(
        default=1200, ge=1, description="Requests a minute for one signed-in user, in each replica."
    )
    address_requests_per_minute: int = Field(
        default=600, ge=1, description="Requests a minute without a token from one address, in each replica."
    )
    plain_max_customers: int = Field(
        default=1_000_000, ge=1, description="Largest `dataCount` of the plain endpoints."
    )

    @field_validator("ui_dir")
    @classmethod
    def _is_built(cls, folder: Path | None) -> Path | None:
        if folder is not None and not (folder / "index.html").is_file():
            raise ValueError("must be a folder with an index.html: build the UI first")
        return folder

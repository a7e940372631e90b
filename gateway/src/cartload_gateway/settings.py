"""What the gateway is told."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import Field, field_validator

from cartload_kit.http.client_address import Networks
from cartload_kit.settings import CommaList, Conflict, HttpUrl, Port, Settings
from cartload_kit.shared_settings import BrowserSettings, TokenCheckSettings


class GatewaySettings(Settings, TokenCheckSettings, BrowserSettings):
    """The one public origin."""

    port: Port = Field(default=8080, description="Port of the one public origin.")
    metrics_port: Port | None = Field(
        default=None,
        description="Port of /metrics, on the same address: the public origin does not serve them; "
        "empty: they are not served.",
    )
    auth_url: HttpUrl = Field(description="URL of auth's API.")
    generator_url: HttpUrl = Field(description="URL of the generator's API.")
    writer_url: HttpUrl = Field(description="URL of the writer's API.")
    notifier_url: HttpUrl = Field(description="URL of the notifier.")
    shop_url: HttpUrl = Field(description="URL of the shop service's API.")
    ui_dir: Path | None = Field(default=None, description="Folder of the built UI; without it there is none.")
    allowed_hosts: CommaList = Field(
        default=(), description="Host names, without ports, that requests may be for; empty: any."
    )
    trusted_proxies: Networks = Field(
        default=(),
        description="Addresses and networks (such as 10.0.0.0/8) of proxies in front, "
        "whose X-Forwarded-For is believed.",
    )
    max_body_bytes: int = Field(default=2**20, ge=1024, description="Largest request body, in bytes.")
    connections: int = Field(default=4000, ge=1, description="Connections of clients at the same time.")
    connections_per_address: int = Field(
        default=256,
        ge=1,
        description="Connections of one address (IPv6: one /64 network) at the same time; "
        "trusted proxies may have all.",
    )
    upstream_seconds: float = Field(
        default=75, gt=0, le=600, description="Longest wait for a service's next bytes, in seconds."
    )
    upstream_connections: int = Field(
        default=256, ge=1, description="Connections to each service at the same time."
    )
    waiting_connections: int = Field(
        default=1024, ge=1, description="Connections besides, for requests that wait for their job."
    )
    download_connections: int = Field(
        default=256, ge=1, description="Connections besides, for exports and files."
    )
    websockets: int = Field(default=2000, ge=1, description="WebSockets at the same time.")
    websockets_signing_in: int = Field(
        default=50, ge=1, description="WebSockets of one address that have not sent a good token yet."
    )
    user_requests_per_minute: int = Field(
        default=1200, ge=1, description="Requests a minute for one signed-in user, in each replica."
    )
    user_requests_at_once: int = Field(
        default=64, ge=1, description="Requests of one signed-in user in flight, in each replica."
    )
    address_requests_per_minute: int = Field(
        default=600, ge=1, description="Requests a minute without a token from one address, in each replica."
    )
    address_requests_at_once: int = Field(
        default=64, ge=1, description="Requests without a token of one address in flight, in each replica."
    )
    address_files_per_minute: int = Field(
        default=6000, ge=1, description="Files of the UI a minute for one address, in each replica."
    )
    address_token_checks_per_minute: int = Field(
        default=60,
        ge=1,
        description="Personal tokens a minute that auth is asked about for one address, in each replica.",
    )
    plain_max_customers: int = Field(
        default=1_000_000, ge=1, description="Largest `dataCount` of the compat endpoints."
    )

    @field_validator("ui_dir")
    @classmethod
    def _is_built(cls, folder: Path | None) -> Path | None:
        if folder is not None and not (folder / "index.html").is_file():
            raise ValueError("must be a folder with an index.html: build the UI first")
        return folder

    def conflicts(self) -> Iterable[Conflict]:
        """Yield what does not fit together."""
        yield from super().conflicts()
        if self.metrics_port == self.port:
            yield Conflict(("metrics_port", "port"), "must differ")

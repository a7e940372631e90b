"""Settings that several services share, for their settings classes to inherit."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from cartload_kit.settings import CheckedSettings, HttpUrl, Origins, ProxySettings

if TYPE_CHECKING:
    from cartload_kit.tokens import TokenVerifier


class TokenSettings(CheckedSettings):
    """What access tokens say, for the one who issues them and for all who check them."""

    token_issuer: str = Field(default="cartload", min_length=1, description="`iss` of the access tokens.")
    token_audience: str = Field(default="cartload", min_length=1, description="`aud` of the access tokens.")


class TokenCheckSettings(TokenSettings, ProxySettings):
    """What a service needs that checks access tokens issued by auth."""

    jwks_url: HttpUrl = Field(description="URL of the public keys that access tokens are checked with.")

    def token_verifier(self, clock: Callable[[], float] = time.time) -> "TokenVerifier":
        """Return the verifier of these tokens; the clock is this machine's unless one is given."""
        # It loads a client for HTTP, and roles that check no tokens have their settings in the same module.
        from cartload_kit.tokens import TokenVerifier

        return TokenVerifier(
            self.jwks_url, self.token_issuer, self.token_audience, proxy=self.proxy, clock=clock
        )


class BrowserSettings(CheckedSettings):
    """What a service needs that takes cookies or WebSockets from browsers."""

    public_origins: Origins = Field(
        default=(),
        description="Browser origins that may use the refresh cookie and the WebSocket; "
        "empty: that of the request itself.",
    )


class EventTopicSettings(CheckedSettings):
    """How the topics are called that events of streams and shops go to."""

    stream_topic_prefix: str = Field(
        default="ecommerce-",
        pattern=r"^[A-Za-z0-9._-]{0,100}$",
        description="What the names of the topics begin with that streams and shops send events to.",
    )

    @field_validator("stream_topic_prefix")
    @classmethod
    def _is_not_ours(cls, prefix: str) -> str:
        if prefix.startswith("cartload."):
            raise ValueError("must not begin as the topics of Cartload itself do, with cartload.")
        return prefix

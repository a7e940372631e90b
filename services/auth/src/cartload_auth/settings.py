"""What the operator sets."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Literal

from pydantic import Field, SecretStr

from cartload_auth.domain.config import AuthConfig
from cartload_auth.domain.throttle import Rate
from cartload_kit.settings import CheckedSettings, Conflict, DatabaseUrl, HttpUrl, Settings
from cartload_kit.shared_settings import BrowserSettings, TokenSettings


class CommandSettings(CheckedSettings):
    """What the commands beside the API need."""

    auth_database_url: DatabaseUrl = Field(
        description="Database of accounts and tokens: mysql://user:password@host:port/database."
    )
    signing_key_secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Encrypts the private signing keys and the secret of the refresh tokens in the database, "
        "at least 16 characters; without it they are protected by the database's rights alone.",
    )


class AuthSettings(Settings, CommandSettings, TokenSettings, BrowserSettings):
    """What the API needs."""

    generator_url: HttpUrl = Field(description="URL of the generator's API.")
    shop_url: HttpUrl = Field(description="URL of the shop service's API.")
    access_token_minutes: float = Field(
        default=15, gt=0, le=60, description="How long an access token lives, in minutes."
    )
    refresh_token_days: float = Field(
        default=7, gt=0, le=90, description="How long an unused refresh token lives, in days."
    )
    session_days: float = Field(
        default=30,
        gt=0,
        le=365,
        description="How long a session lives at most, in days, however often refreshed.",
    )
    refresh_grace_seconds: float = Field(
        default=10,
        ge=0,
        le=60,
        description="How long a used refresh token is taken once more, in seconds: for a lost answer.",
    )
    signing_key_days: float = Field(
        default=90, gt=0, le=3650, description="Age at which a signing key is replaced, in days."
    )
    registration: Literal["open", "closed"] = Field(
        default="open", description="Whether anybody may make an account."
    )
    cookie_secure: Literal["auto", "always"] = Field(
        default="auto",
        description="When the refresh cookie is marked Secure: always, or auto: when the browser has https.",
    )
    password_workers: int = Field(
        default=2,
        ge=1,
        le=64,
        description="Passwords hashed or verified at a time, a quarter of a CPU second each.",
    )
    password_queue: int = Field(
        default=64,
        ge=0,
        le=1000,
        description="Passwords that may wait for a worker; more are answered with 503.",
    )
    password_queue_address: int = Field(
        default=40,
        ge=0,
        le=1000,
        description="Passwords from one address that may wait for a worker.",
    )
    login_attempts: int = Field(
        default=10,
        ge=1,
        le=1000,
        description="Wrong passwords for one account from one address before each further one takes 30 s.",
    )
    login_attempts_account: int = Field(
        default=1000,
        ge=1,
        le=100000,
        description="Wrong passwords for one account from all addresses that never signed in to it before "
        "each further one takes 5 s.",
    )
    login_attempts_address: int = Field(
        default=100,
        ge=1,
        le=100000,
        description="Wrong passwords from one address, for accounts that never signed in from it, "
        "before each further one takes 6 s.",
    )
    registrations_address: int = Field(
        default=200,
        ge=1,
        le=100000,
        description="Attempts to register from one address before each further one takes 5 s.",
    )

    def conflicts(self) -> Iterable[Conflict]:
        """Yield limits that contradict each other."""
        yield from super().conflicts()
        if self.login_attempts_account < self.login_attempts:
            yield Conflict(
                ("login_attempts_account", "login_attempts"),
                "the first must be at least the second, which is for one address",
            )
        # An attempt is charged while its password is verified, a right one too.
        if self.login_attempts < self.password_workers:
            yield Conflict(
                ("login_attempts", "password_workers"),
                "the first must be at least the second, or right sign-ins at once are refused",
            )

    def config(self) -> AuthConfig:
        """The numbers that the use cases work with."""
        return AuthConfig(
            issuer=self.token_issuer,
            audience=self.token_audience,
            access_lifetime=timedelta(minutes=self.access_token_minutes),
            refresh_lifetime=timedelta(days=self.refresh_token_days),
            session_lifetime=timedelta(days=max(self.session_days, self.refresh_token_days)),
            grace=timedelta(seconds=self.refresh_grace_seconds),
            key_lifetime=timedelta(days=self.signing_key_days),
            registration_open=self.registration == "open",
            per_pair=Rate(self.login_attempts, 30.0),
            per_account=Rate(self.login_attempts_account, 5.0),
            per_address=Rate(self.login_attempts_address, 6.0),
            registrations=Rate(self.registrations_address, 5.0),
        )

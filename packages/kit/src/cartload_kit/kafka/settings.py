"""What a role that uses Kafka is told of it, checked at start: every such role inherits `KafkaSettings`."""

import ssl
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from cartload_kit.kafka.connection import KafkaConnection, SaslMechanism, SecurityProtocol
from cartload_kit.settings import Conflict, HttpUrl, ProxySettings


def _authority(path: Path) -> Path:
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        raise ValueError("must be a file with certificates in PEM") from None
    except OSError as error:
        raise ValueError(f"must be a file that can be read: {error.strerror}") from None
    return path


def _readable(path: Path) -> Path:
    try:
        path.open("rb").close()
    except OSError as error:
        raise ValueError(f"must be a file that can be read: {error.strerror}") from None
    return path


type _AuthorityFile = Annotated[Path, AfterValidator(_authority)]
type _File = Annotated[Path, AfterValidator(_readable)]

_WITH_PASSWORD = ("kafka_username", "kafka_password")
_FOR_TOKENS = ("kafka_oauth_token_url", "kafka_oauth_client_id", "kafka_oauth_client_secret")
_FOR_TLS = ("kafka_ca_file", "kafka_certificate_file", "kafka_key_file")


class KafkaSettings(ProxySettings):
    """Where Kafka is and how to sign in to it. Brokers with TLS are always verified, their names too."""

    kafka_bootstrap_servers: str = Field(
        min_length=1, description="Kafka brokers as host:port, separated by commas."
    )
    kafka_security_protocol: SecurityProtocol = Field(
        default="PLAINTEXT", description="What the brokers speak on their port: TLS or not, SASL or not."
    )
    kafka_sasl_mechanism: SaslMechanism | None = Field(
        default=None, description="How to sign in to Kafka, with SASL_PLAINTEXT and SASL_SSL."
    )
    kafka_username: str | None = Field(default=None, description="User at Kafka, for PLAIN and SCRAM.")
    kafka_password: SecretStr | None = Field(default=None, description="Its password at Kafka.")
    kafka_ca_file: _AuthorityFile | None = Field(
        default=None,
        description="Certificates in PEM of the authorities that the brokers' certificates are verified by; "
        "empty: those of the system.",
    )
    kafka_certificate_file: _File | None = Field(
        default=None, description="Our own certificate in PEM, where Kafka asks for one."
    )
    kafka_key_file: _File | None = Field(
        default=None, description="Its private key in PEM, without a password."
    )
    kafka_oauth_token_url: HttpUrl | None = Field(
        default=None,
        description="Where OAUTHBEARER gets its tokens, by the client-credentials grant of OAuth 2.0.",
    )
    kafka_oauth_client_id: str | None = Field(
        default=None, description="Our name at the token server of OAUTHBEARER."
    )
    kafka_oauth_client_secret: SecretStr | None = Field(
        default=None, description="Our secret at the token server of OAUTHBEARER."
    )
    kafka_oauth_scope: str | None = Field(
        default=None, description="The scope to ask the token server of OAUTHBEARER for, where it wants one."
    )

    @property
    def _has_tls(self) -> bool:
        return self.kafka_security_protocol in ("SSL", "SASL_SSL")

    @property
    def _has_sasl(self) -> bool:
        return self.kafka_security_protocol in ("SASL_PLAINTEXT", "SASL_SSL")

    def conflicts(self) -> Iterable[Conflict]:
        """Yield what does not fit together."""
        yield from super().conflicts()
        yield from self._tls_conflicts()
        yield from self._sasl_conflicts()

    def _given(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if getattr(self, name) is not None]

    def _tls_conflicts(self) -> Iterable[Conflict]:
        if not self._has_tls:
            for name in self._given(_FOR_TLS):
                yield Conflict((name, "kafka_security_protocol"), "it is used with SSL and SASL_SSL only")
            return
        pair = ("kafka_certificate_file", "kafka_key_file")
        if len(self._given(pair)) == 1:
            yield Conflict(pair, "set both or none: the certificate and its key")
        elif self._given(pair):
            try:
                self._context()
            except (ssl.SSLError, OSError):
                yield Conflict(pair, "must be a certificate in PEM and the key it was made with")

    def _sasl_conflicts(self) -> Iterable[Conflict]:
        mechanism = self.kafka_sasl_mechanism
        if self._has_sasl != (mechanism is not None):
            yield Conflict(
                ("kafka_security_protocol", "kafka_sasl_mechanism"),
                "SASL_PLAINTEXT and SASL_SSL need a mechanism, the other protocols use none",
            )
            return
        with_tokens, with_password = mechanism == "OAUTHBEARER", mechanism not in (None, "OAUTHBEARER")
        yield from self._credential_conflicts(_WITH_PASSWORD, with_password, "PLAIN and SCRAM")
        yield from self._credential_conflicts(_FOR_TOKENS, with_tokens, "OAUTHBEARER")
        if self.kafka_oauth_scope is not None and not with_tokens:
            yield Conflict(("kafka_oauth_scope", "kafka_sasl_mechanism"), "it is used with OAUTHBEARER only")

    def _credential_conflicts(self, names: Iterable[str], used: bool, by: str) -> Iterable[Conflict]:
        for name in names:
            if (getattr(self, name) is not None) != used:
                must = f"{by} must have it" if used else f"it is used with {by} only"
                yield Conflict((name, "kafka_sasl_mechanism"), must)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.kafka_ca_file)
        if self.kafka_certificate_file is not None:
            # An encrypted key would else ask for its password on the terminal, and wait for ever.
            context.load_cert_chain(self.kafka_certificate_file, self.kafka_key_file, password=lambda: "")
        return context

    @cached_property
    def kafka(self) -> KafkaConnection:
        """How all clients of this process reach Kafka."""
        secret, tokens = self.kafka_password, None
        if self.kafka_oauth_token_url and self.kafka_oauth_client_id and self.kafka_oauth_client_secret:
            # Here and not above: it loads an HTTP client, 9 MiB that most workers have better use for.
            from cartload_kit.kafka.oauth import ClientCredentials

            tokens = ClientCredentials(
                self.kafka_oauth_token_url,
                self.kafka_oauth_client_id,
                self.kafka_oauth_client_secret.get_secret_value(),
                self.kafka_oauth_scope,
                self.proxy,
            )
        return KafkaConnection(
            bootstrap=self.kafka_bootstrap_servers,
            protocol=self.kafka_security_protocol,
            tls=self._context() if self._has_tls else None,
            mechanism=self.kafka_sasl_mechanism,
            username=self.kafka_username,
            password=secret.get_secret_value() if secret is not None else None,
            tokens=tokens,
        )


class DirectKafkaSettings(KafkaSettings):
    """Kafka, for roles that also use a client which asks for its tokens without the proxy."""

    def conflicts(self) -> Iterable[Conflict]:
        """Yield what does not fit together."""
        yield from super().conflicts()
        tokens, proxy = self.kafka_oauth_token_url, self.proxy
        if tokens is not None and proxy is not None and (urlsplit(tokens).hostname or "") not in proxy.bypass:
            yield Conflict(
                ("kafka_oauth_token_url", "proxy_bypass"),
                "this role asks for its tokens without the proxy: the bypass must hold their host",
            )

    @property
    def kafka_options(self) -> dict[str, Any]:
        """The same settings in plain values, by the names that the engine's `KafkaUrl` has for them."""
        password, secret = self.kafka_password, self.kafka_oauth_client_secret
        files = {
            "ca": self.kafka_ca_file,
            "certificate": self.kafka_certificate_file,
            "key": self.kafka_key_file,
        }
        return {
            "brokers": tuple(broker.strip() for broker in self.kafka_bootstrap_servers.split(",")),
            "tls": self._has_tls,
            **{name: None if file is None else str(file) for name, file in files.items()},
            "mechanism": self.kafka_sasl_mechanism,
            "user": self.kafka_username,
            "password": None if password is None else password.get_secret_value(),
            "token_url": self.kafka_oauth_token_url,
            "client_id": self.kafka_oauth_client_id,
            "client_secret": None if secret is None else secret.get_secret_value(),
            "scope": self.kafka_oauth_scope,
        }

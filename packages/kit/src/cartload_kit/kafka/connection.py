"""How Kafka is reached: the brokers, what encrypts, who signs in. The one place that tells it to aiokafka."""

import ssl
from dataclasses import dataclass, field
from typing import Any, Literal

from aiokafka.abc import AbstractTokenProvider
from aiokafka.conn import collect_hosts

type SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
type SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]


@dataclass(frozen=True, slots=True)
class KafkaConnection:
    """What each client of a process is told; by default neither encrypted nor signed in.

    `bootstrap` is `host:port`, several separated by commas. `tls` verifies the brokers, and is there exactly
    with the two protocols that encrypt; `mechanism`, with user and password or `tokens`, with those of SASL.
    """

    bootstrap: str
    protocol: SecurityProtocol = "PLAINTEXT"
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    mechanism: SaslMechanism | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tokens: AbstractTokenProvider | None = field(default=None, repr=False)

    def security(self) -> dict[str, Any]:
        """Return the arguments of any of aiokafka's clients, and of its single connections."""
        arguments: dict[str, Any] = {"security_protocol": self.protocol, "ssl_context": self.tls}
        if self.mechanism is not None:
            arguments["sasl_mechanism"] = self.mechanism
            arguments["sasl_plain_username"] = self.username
            arguments["sasl_plain_password"] = self.password
            arguments["sasl_oauth_token_provider"] = self.tokens
        return arguments

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of any of aiokafka's clients: where the brokers are, and `security`."""
        return {"bootstrap_servers": self.bootstrap, **self.security()}

    def brokers(self) -> list[tuple[str, int]]:
        """Return host and port of each broker that is asked first."""
        return [(host, port) for host, port, _ in collect_hosts(self.bootstrap, randomize=False)]

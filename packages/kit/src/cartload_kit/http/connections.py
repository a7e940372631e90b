"""What a connection may cost, and how many a server holds open, in all and for one address."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from cartload_kit.errors import Problem, TooManyRequests, Unavailable
from cartload_kit.http.client_address import Network, counting_key
from cartload_kit.metrics import LIMITS_REFUSED

type Release = Callable[[], None]


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What one connection may send, and how long it may take to send and to read.

    A gateway in front has smaller limits than the services behind it, because it adds headers of its own:
    whatever passes the gateway passes the service too.
    """

    target_bytes: int = 16_000
    """The path with its query; above it 414."""
    head_bytes: int = 64 * 1024
    """The request line and the headers together; above it 431."""
    head_seconds: float = 30.0
    """From the connection, or from the first byte of a later request, to the end of the head."""
    idle_seconds: float = 75.0
    """Between the end of an answer and the next request."""
    body_seconds: float = 60.0
    """The longest wait for a body. Time in which the app does not read does not count, here and below."""
    body_grace_seconds: float = 10.0
    """How long a body may take before the rate counts."""
    body_bytes_per_second: int = 2048
    """A body that comes slower than this, after the grace, is given up."""
    body_overhead_bytes: int = 16 * 1024
    """Chunk sizes, their extensions and trailers, beside eight bytes for each byte of the body."""
    send_seconds: float = 30.0
    """How long a client may read nothing while an answer waits for it."""
    drain_seconds: float = 2.0
    """How long the rest of a body is thrown away after an early answer, so that the client hears it."""
    drain_bytes: int = 16 * 1024 * 1024
    """How much of it is thrown away."""
    abort_seconds: float = 5.0
    """How long a closing connection may take to deliver what was written."""


DEFAULT_LIMITS = HttpLimits()
"""Those of the services behind the gateway."""


class ConnectionLimits:
    """Counts open connections: at most ``total``, and at most ``per_address`` from one address.

    Proxies that are ``trusted`` bring the connections of many clients, so only the total holds for them.
    """

    def __init__(self, total: int, per_address: int, trusted: Sequence[Network] = ()) -> None:
        self._total = total
        self._per_address = per_address
        self._trusted = trusted
        self._open = 0
        self._by_address: Counter[str] = Counter()

    def open(self, peer: str) -> Release | Problem:
        """Count a connection; gives what to call when it is closed, or the refusal."""
        if self._open >= self._total:
            LIMITS_REFUSED.labels("connections").inc()
            return Unavailable("Too many connections are open.", retry_after=5)
        key = None if self._is_trusted(peer) else counting_key(peer)
        if key is not None and self._by_address[key] >= self._per_address:
            LIMITS_REFUSED.labels("connections_per_address").inc()
            detail = f"More than {self._per_address} connections are open from your address."
            return TooManyRequests(5, detail)
        self._open += 1
        if key is not None:
            self._by_address[key] += 1
        return lambda: self._close(key)

    def _close(self, key: str | None) -> None:
        self._open -= 1
        if key is not None:
            self._by_address[key] -= 1
            if not self._by_address[key]:
                del self._by_address[key]  # a Counter keeps zeros, and addresses are without number

    def _is_trusted(self, peer: str) -> bool:
        try:
            return any(ip_address(peer) in network for network in self._trusted)
        except ValueError:
            return False


def head_too_large(limit: int) -> Problem:
    """431: the request line and the headers have more than ``limit`` bytes."""
    detail = f"The request line and the headers may have at most {limit} bytes together."
    return Problem(431, "Headers too large", detail, limit=limit)


def too_slow(what: str, seconds: float) -> Problem:
    """408: ``what`` was not there after so many seconds."""
    return Problem(408, "Too slow", f"{what} did not arrive within {seconds:.3g} s.")

"""Every metric that the kit itself counts. Base units, `cartload_` prefix, labels of few values."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

# How long HTTP requests take, by route template: the first thing to look at when users complain.
HTTP_SECONDS = Histogram(
    "cartload_http_request_duration_seconds",
    "Time from a request's first byte to the last byte of its answer.",
    ("service", "method", "route", "status"),
    buckets=_SECONDS,
)

# Requests being answered now; it stays up when something below hangs.
HTTP_IN_FLIGHT = Gauge(
    "cartload_http_requests_in_flight",
    "Requests and WebSocket connections that are open now.",
    ("service", "kind"),
)

# Requests that were refused before a route saw them.
HTTP_REFUSED = Counter(
    "cartload_http_refused_total",
    "Requests refused by the limits of the app: body too large, too slow, or not JSON.",
    ("service", "reason"),
)

# Errors that nobody expected; alert on any.
HTTP_UNEXPECTED = Counter(
    "cartload_http_unexpected_errors_total",
    "Requests that ended in an exception nobody handles.",
    ("service",),
)

# 1 while a dependency answers its readiness check.
READY = Gauge(
    "cartload_ready_check",
    "Whether the last readiness check of this name passed.",
    ("service", "check"),
)

# How often the public keys are read, and how often that fails.
JWKS_READS = Counter(
    "cartload_jwks_reads_total",
    "Reads of the public keys that access tokens are checked with.",
    ("outcome",),
)

# Tokens that are no good: a rise of `signature` or `unknown_key` is somebody trying, or a key that is lost.
TOKENS_REFUSED = Counter(
    "cartload_tokens_refused_total",
    "Access tokens refused: malformed, unknown_key, signature, claims, not_yet or expired.",
    ("reason",),
)

# Which limit turned work away; its name is that of the setting where there is one.
LIMITS_REFUSED = Counter(
    "cartload_limits_refused_total", "Requests and connections refused by a limit, by its name.", ("limit",)
)

# The pools of database connections: at its size all the time, requests wait for each other.
POOL_IN_USE = Gauge(
    "cartload_database_pool_in_use_connections", "Database connections lent out now.", ("pool",)
)
POOL_SIZE = Gauge("cartload_database_pool_size_connections", "Database connections there may be.", ("pool",))
POOL_WAITING = Gauge(
    "cartload_database_pool_waiting_callers", "Callers that wait for a database connection.", ("pool",)
)
POOL_WAIT_SECONDS = Histogram(
    "cartload_database_pool_wait_seconds",
    "Time until a connection was lent: the wait for a free one, and opening or checking it.",
    ("pool",),
    buckets=_SECONDS,
)
POOL_TIMEOUTS = Counter(
    "cartload_database_pool_timeouts_total", "Callers that no connection was free for in time.", ("pool",)
)

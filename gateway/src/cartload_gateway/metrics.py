"""What the gateway counts, beside what every process counts."""

from prometheus_client import Counter, Gauge

# Why requests are turned away before a service hears of them: floods and shares that are used up.
REFUSED = Counter(
    "cartload_gateway_refused_total",
    "Requests and WebSockets that the gateway refused itself.",
    ("reason",),
)

# The pools of connections to services: at its limit, requests queue, and at twice that they hear 503.
UPSTREAM_REQUESTS = Gauge(
    "cartload_gateway_upstream_requests",
    "Requests that wait for a service's answer or for a connection to it, by pool.",
    ("lane",),
)
UPSTREAM_CONNECTIONS = Gauge(
    "cartload_gateway_upstream_connections_limit", "Connections that a pool may have open.", ("lane",)
)

# Which service fails, and how; alert when it lasts.
UPSTREAM_FAILURES = Counter(
    "cartload_gateway_upstream_failures_total",
    "Requests that a service did not answer whole.",
    ("upstream", "kind"),
)

"""What the gateway counts, beside what every process counts."""

from prometheus_client import Counter

# Why requests are turned away before a service hears of them: floods and shares that are used up.
REFUSED = Counter(
    "cartload_gateway_refused_total",
    "Requests and WebSockets that the gateway refused itself.",
    ("reason",),
)

# Which service fails, and how; alert when it lasts.
UPSTREAM_FAILURES = Counter(
    "cartload_gateway_upstream_failures_total",
    "Requests that a service did not answer whole.",
    ("upstream", "kind"),
)

"""Every metric of this service."""

from prometheus_client import Counter, Gauge

# Connections open now, those that have not said who they are among them.
CONNECTIONS = Gauge("cartload_notifier_connections", "WebSocket connections that are open now.")

# How connections end, by the name of the close code; `gone` clients left, `slow` ones did not read in time.
CLOSED = Counter("cartload_notifier_closed_total", "Connections ended, by reason.", ("reason",))

# What came from Kafka; `bad` ones could not be read.
EVENTS = Counter(
    "cartload_notifier_events_total", "States of jobs and streams read, by outcome.", ("outcome",)
)

# What went out to browsers. Less than events times connections: states in between are left out.
SENT = Counter("cartload_notifier_sent_total", "States of jobs and streams sent to browsers.")

# How often the reader had to begin again at the end of the topic; each time all connections are closed.
RESUBSCRIBED = Counter("cartload_notifier_resubscribed_total", "New beginnings after the first.")

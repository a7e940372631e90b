"""Every metric of the shop service. Base units, `cartload_` prefix, labels of few values."""

from prometheus_client import Counter

# What became of the shops that were to be opened or removed; alert on those that failed.
SHOPS_CHANGED = Counter(
    "cartload_shops_changed_total", "Shops that were opened or removed, or could not be opened.", ("outcome",)
)

# Events of shops that Kafka has; those that wait stay in the outboxes.
EVENTS_SENT = Counter("cartload_shop_events_total", "Events of shops that have arrived in Kafka.")

"""Handlers of what comes from Kafka."""

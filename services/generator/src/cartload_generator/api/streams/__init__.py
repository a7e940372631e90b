"""Streams: datasets that are played into Kafka as events."""

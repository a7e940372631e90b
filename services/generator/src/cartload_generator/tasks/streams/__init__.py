"""The role `player`: plays streams into Kafka."""

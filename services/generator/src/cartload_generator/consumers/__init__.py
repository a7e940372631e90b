"""What handles records from Kafka."""

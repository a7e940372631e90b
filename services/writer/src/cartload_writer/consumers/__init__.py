"""What happens to each Kafka message: batches are stored, commands are kept as tasks."""

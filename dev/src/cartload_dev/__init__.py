"""The launcher: Kafka, a database, Blob storage and every service as local processes."""

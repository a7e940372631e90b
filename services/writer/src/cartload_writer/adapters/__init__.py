"""The servers that rows, parts and results go to: bulk connections to MySQL, Blob, Kafka."""

"""The images of others: here for the tests, in docker-compose.yml for people; a test compares."""

KAFKA = "apache/kafka:4.1.1"
MYSQL = "mysql:9.7"
AZURITE = "mcr.microsoft.com/azure-storage/azurite:3.35.0"

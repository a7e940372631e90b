"""The HTTP API of shops."""

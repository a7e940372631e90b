"""The rules of a living shop, without any server."""

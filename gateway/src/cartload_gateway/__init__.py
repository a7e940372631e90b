"""Cartload's one public origin: UI, API, WebSocket and the compat endpoints."""

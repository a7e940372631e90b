"""Relays job events to browsers over WebSocket."""

"""The WebSocket: its endpoint, the life of a connection, and what a client may say."""

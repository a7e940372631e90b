"""The dispatcher: lets jobs send chunks, applies results to them, and publishes their states."""

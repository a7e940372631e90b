"""What the gateway does with a request: admit it, forward it, or answer with the UI."""

"""SQL, and nothing else: every function works inside the caller's transaction."""

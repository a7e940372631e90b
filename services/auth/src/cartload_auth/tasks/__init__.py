"""Work beside answering requests: housekeeping, and what an administrator asks for."""

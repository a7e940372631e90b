"""Work that goes on beside answering requests."""

"""What the role `worker` does in the background."""

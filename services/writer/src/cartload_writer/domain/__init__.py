"""What the writer knows without any server: names, states and what a seal must prove."""

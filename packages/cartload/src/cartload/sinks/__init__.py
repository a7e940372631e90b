"""Where batches go: files and MySQL. Formats wrap the engine; it knows none of them."""

"""Jobs, datasets, their dispatcher, and the workers that make chunks."""

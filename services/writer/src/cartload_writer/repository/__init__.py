"""Every SQL statement of the writer: its own tables, and the databases of the datasets."""

"""The role `checker`: the full quality report and the answers of a dataset, one dataset at a time."""

"""What can be wrong with a place that a dataset is read from."""


class StoredError(Exception):
    """A dataset that cannot be read; the message names the place and says what is wrong."""

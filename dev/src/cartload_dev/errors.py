"""The one kind of failure that the launcher reports as a plain line instead of a trace."""


class LauncherError(Exception):
    """Something the user can act on; its text is printed as it stands and the exit code is 1."""

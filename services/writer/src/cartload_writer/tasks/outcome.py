"""What a task can say besides being done."""


class Refused(Exception):
    """It cannot be done, now or later; the reason is fit for the job's owner to read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotYet(Exception):
    """Something is in the way for now; the task is tried again."""

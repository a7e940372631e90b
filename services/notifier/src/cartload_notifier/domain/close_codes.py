"""Why the server closes a connection."""

from enum import IntEnum


class CloseCode(IntEnum):
    """Close codes; those above 4000 are ours, and part of the interface."""

    GOING_AWAY = 1012
    NOT_TEXT = 1003
    BAD_MESSAGE = 1008
    TRY_AGAIN = 1013
    TOKEN = 4401
    ORIGIN = 4403
    TOO_MANY = 4429


class Closed(Exception):
    """The connection is to be closed with this code."""

    def __init__(self, code: CloseCode, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Disconnected(Exception):
    """The client is not there any more."""


class TooSlow(Exception):
    """The client does not read; nothing more can be said to it."""

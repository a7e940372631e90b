"""What may go wrong on the way out."""

import errno
from typing import Final

_SAID: Final = {
    errno.ENOSPC: "no space is left on the device",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "a file may not become that large here",
    errno.EACCES: "permission denied",
    errno.EROFS: "the file system is read-only",
}


class OutputError(Exception):
    """The output cannot be made or finished; the message is one line for the user."""


def said(error: OSError) -> str:
    """What the operating system refused, and of which file, in one line."""
    reason = _SAID.get(error.errno or 0, error.strerror or str(error))
    return f"{error.filename}: {reason}" if error.filename else reason

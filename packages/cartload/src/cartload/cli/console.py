"""The terminal of a command: standard output and standard error, always UTF-8, and what is asked for there.

The two streams are written to in this module only.

A write that fails raises CommandError for standard output, whose reader must not take a part for the whole.
On standard error it is left out: a result does not depend on whether somebody can watch.
"""

import errno
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, TextIO

from cartload.storage.atomic_file import describe_os_error

_STREAMS: Final = ((0, "r"), (1, "w"), (2, "w"))


class CommandError(Exception):
    """A failure with the message for the user, and the exit code: 1 failed, 2 wrong usage."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def prepare() -> None:
    """Make the three standard streams usable in this process, whatever it was started with."""
    for descriptor, mode in _STREAMS:
        _fill(descriptor, mode)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 open as long as the process
    # Paths may hold bytes that are no UTF-8: on standard output they are given back as they were.
    _reopen("stdout", 1, "surrogateescape")
    _reopen("stderr", 2, "backslashreplace")


def _fill(descriptor: int, mode: str) -> None:
    """Put something in the place of a closed stream, before the next file that is opened takes it.

    Standard output gets a file that cannot be written, so that a command fails whose result nobody can get.
    """
    with suppress(OSError):
        os.fstat(descriptor)
        return
    writable = mode == "w" and descriptor != 1
    # The system gives the lowest free number, which mostly is the one that is missing already.
    opened = os.open(os.devnull, os.O_WRONLY if writable else os.O_RDONLY)
    if opened != descriptor:
        os.dup2(opened, descriptor)
        os.close(opened)
    # Worker processes need their standard streams too, and what Python opens it closes in children.
    os.set_inheritable(descriptor, True)


def _reopen(name: str, descriptor: int, errors: str) -> None:
    stream = getattr(sys, name)
    if stream is None:
        setattr(sys, name, open(descriptor, "w", encoding="utf-8", errors=errors, closefd=False))  # noqa: SIM115 open as long as the process
    else:
        stream.reconfigure(encoding="utf-8", errors=errors)


def write(lines: str | Iterable[str]) -> None:
    """Write text to standard output. Raises CommandError, and BrokenPipeError when its reader has enough."""
    with output_errors():
        sys.stdout.writelines([lines] if isinstance(lines, str) else lines)


def flush() -> None:
    """Hand on what was written to standard output. Raises as :func:`write` does."""
    with output_errors():
        sys.stdout.flush()


@contextmanager
def output_errors() -> Iterator[None]:
    """Raise CommandError for what the system refuses of standard output; let BrokenPipeError through."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        closed = error.errno == errno.EBADF
        raise CommandError("standard output is closed" if closed else describe_os_error(error)) from error


def print_error(error: BaseException) -> None:
    """One line for the user on standard error, where there is one."""
    print_remark(str(error))


def print_remark(line: str) -> None:
    """A line beside a result, on standard error, where there is one."""
    # A closed stream is a ValueError, a full disk an OSError.
    with suppress(OSError, ValueError):
        sys.stderr.write(f"cartload: {line}\n")
        sys.stderr.flush()


def complete_url(url: str) -> str:
    """The URL with its password, asked for on a terminal when it is nowhere else. Raises CommandError."""
    # Imported here, since it imports ssl, which takes longer than all that most commands need.
    import getpass

    from cartload.storage import mysql_url

    ask = getpass.getpass if sys.stdin.isatty() else None
    try:
        return mysql_url.complete(url, os.environ, ask)
    except EOFError:
        raise CommandError(f"{mysql_url.shown(url)}: no password was typed", 2) from None
    except mysql_url.UrlError as error:
        raise CommandError(str(error), 2) from error


def close(code: int) -> int:
    """The exit code of a command that would end with ``code``, once its output is handed on.

    Python hands on the rest at its own end, where a failure would be a traceback.
    """
    try:
        flush()
    except BrokenPipeError:
        code = code or 1
        _forget(sys.stdout)
    except CommandError as error:
        if code == 0:
            print_error(error)
        code = code or error.code
        _forget(sys.stdout)
    try:
        sys.stderr.flush()
    except OSError:
        _forget(sys.stderr)
    return code


def _forget(stream: TextIO) -> None:
    """Let what a stream still holds go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    # Python writes its buffers once more at its own end. Closing the stream would do that too and fail
    # again, so the descriptor below it is exchanged.
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)

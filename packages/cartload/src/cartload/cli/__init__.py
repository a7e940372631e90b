"""The ``cartload`` command.

Whatever takes long to import is imported by the command that needs it.
"""

import sys
from collections.abc import Sequence
from typing import NoReturn

from cartload.cli import arguments
from cartload.cli.errors import CommandError, Interrupted
from cartload.cli.signals import stopping_by_signal
from cartload.engine.worker_process import keep_freed_memory, leave_out_pandas


def run() -> NoReturn:
    """The entry point: exits with :func:`main`'s answer."""
    leave_out_pandas()
    keep_freed_memory()
    sys.exit(main())


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 failed, 2 wrong usage, 128 + the number of a signal that ended it."""
    given = arguments.parser().parse_args(argv)
    try:
        with stopping_by_signal():
            return arguments.command(given.command)(given)
    except CommandError as error:
        _say(error)
        return error.code
    except Interrupted as stop:
        _say(stop)
        return stop.code
    except BrokenPipeError:
        sys.stderr.close()  # Who read our output has enough.
        return 1


def _say(error: BaseException) -> None:
    sys.stderr.write(f"cartload: {error}\n")

"""The ``cartload`` command.

Whatever takes long to import is imported by the command that needs it.
"""

import sys
from collections.abc import Sequence
from typing import NoReturn

from cartload.cli import console, signals
from cartload.cli.errors import CommandError, Interrupted
from cartload.writers.errors import said


def run() -> NoReturn:
    """The entry point of the process: exits with :func:`main`'s code."""
    # First of all, so that Ctrl-C while the rest is imported ends the command as at any other time.
    signals.install()
    try:
        console.prepare()
        _prepare_process()
        code = console.close(main())
        signals.ignore()  # The code is settled: nothing may interrupt the interpreter's own end.
    except Interrupted as stop:
        signals.ignore()
        console.print_error(stop)
        code = console.close(stop.code)
    sys.exit(code)


def _prepare_process() -> None:
    from cartload.engine.worker_process import keep_freed_memory, leave_out_pandas

    leave_out_pandas()
    keep_freed_memory()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 failed, 2 wrong usage, 128 + the number of a signal that ended it."""
    try:
        return _command(argv)
    except SystemExit as end:  # argparse ends --help, --version and wrong usage so
        return end.code if isinstance(end.code, int) else 0
    except Exception as error:  # noqa: BLE001 raised again where it is none that we know
        # Libraries turn the exception of our signal handler into errors of their own: DuckDB raises
        # "RuntimeError: Query interrupted", an import that is cut off an ImportError.
        number = signals.received()
        if number is None:
            return _failed(error)
        signals.ignore()
        return _failed(Interrupted(number))
    except Interrupted as stop:
        signals.ignore()
        return _failed(stop)


def _command(argv: Sequence[str] | None) -> int:
    from cartload.cli import arguments

    args = arguments.parser().parse_args(argv)
    code = arguments.command(args.command)(args)
    console.flush()
    return code


def _failed(error: BaseException) -> int:
    """Tell the user in one line, if anything is to be told; the exit code. Raises what nobody foresaw."""
    match error:
        case BrokenPipeError():
            return 1  # Whoever read our output has enough: that is no error to be told.
        case CommandError() | Interrupted():
            console.print_error(error)
            return error.code
        case OSError():
            console.print_error(CommandError(said(error)))
            return 1
    raise error

"""The ``cartload`` command.

Whatever takes long to import is imported by the command that needs it.
"""

import sys
from collections.abc import Sequence
from typing import NoReturn

# No other module of the command is imported here: until the handlers of signals are installed, Ctrl-C is
# a traceback of Python's, and every import before that makes this time longer.
from cartload.cli import signals
from cartload.cli.signals import Interrupted


def run() -> NoReturn:
    """The entry point of the process: exits with :func:`main`'s code."""
    signals.install()
    try:
        code = _run()
    except BaseException:
        # A signal outside of main: while the first modules are imported, or while the output is closed. Its
        # exception may have become another one on the way, as in main.
        number = signals.received()
        if number is None:
            raise
        signals.ignore()
        from cartload.cli import console

        stop = Interrupted(number)
        console.print_error(stop)
        code = console.close(stop.code)
    sys.exit(code)


def _run() -> int:
    from cartload.cli import console

    console.prepare()
    _prepare_process()
    code = console.close(main())
    signals.ignore()  # The code is settled: nothing may interrupt the interpreter's own end.
    return code


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
    from cartload.cli import arguments, console

    args = arguments.parser().parse_args(argv)
    code = arguments.command(args.command)(args)
    console.flush()
    return code


def _failed(error: BaseException) -> int:
    """Print one line for the user, if there is anything to say; the exit code. Raises what nobody foresaw."""
    from cartload.cli import console
    from cartload.cli.console import CommandError
    from cartload.storage.atomic_file import describe_os_error

    match error:
        case BrokenPipeError():
            return 1  # Whoever read our output has enough: that is no error to be reported.
        case CommandError() | Interrupted():
            console.print_error(error)
            return error.code
        case OSError():
            console.print_error(CommandError(describe_os_error(error)))
            return 1
    raise error

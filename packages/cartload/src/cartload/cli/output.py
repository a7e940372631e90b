"""What the commands that write rows share: which tables are wanted, and what is said when writing fails."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from cartload import schema
from cartload.cli.console import CommandError
from cartload.storage.atomic_file import describe_os_error
from cartload.writers.job import OutputError


@contextmanager
def failures_told() -> Iterator[None]:
    """Turn what cannot be written into a CommandError, one line for the user."""
    try:
        yield
    except OutputError as error:
        raise CommandError(str(error)) from error
    # An OSError too, but no failure: main ends the command without a word.
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(describe_os_error(error)) from error


def tables_from_arguments(args: argparse.Namespace) -> tuple[str, ...]:
    """The tables asked for, in schema order."""
    if args.tables is None:
        return schema.TABLE_NAMES
    wanted = {name.strip() for name in args.tables.split(",")}
    if "" in wanted:
        raise CommandError("--tables: a name between the commas is missing", 2)
    unknown = sorted(wanted - set(schema.TABLE_NAMES))
    if unknown:
        raise CommandError(
            f"--tables: no table {', '.join(unknown)}; there are {', '.join(schema.TABLE_NAMES)}", 2
        )
    return tuple(name for name in schema.TABLE_NAMES if name in wanted)

"""``python -m cartload_<service> <command> …``: finding the command, and saying plainly what is wrong."""

import inspect
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from cartload_kit.describe_error import describe_error
from cartload_kit.transient_errors import is_transient

Command = Callable[..., int | None]
"""Takes each argument as text; returns the exit code, or None for 0."""

PATIENCE = "CARTLOAD_PATIENCE_SECONDS"
"""Names how long a command tries again while something it needs is away; not set: not at all."""

_WRONG_USAGE = 2
_AGAIN_SECONDS = 1.0


def dispatch(
    commands: Mapping[str, Command], arguments: Sequence[str] | None = None, *, program: str | None = None
) -> NoReturn:
    """Run the command that the first argument names with the others, and exit with its code.

    The positional parameters of a command's function are its arguments: ``def create_admin(user: str)`` is
    used as ``create-admin USER``. Wrong usage is told on stderr, with exit code 2; ``--help`` is not wrong.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    name = program or _program()
    if given and given[0] in ("-h", "--help", "help"):
        sys.stdout.write(usage(commands, name))
        sys.exit(0)
    if not given:
        _refuse("a command is missing", commands, name)
    command = commands.get(given[0])
    if command is None:
        _refuse(f"unknown command {given[0]!r}", commands, name)
    least, most = _counts(command)
    if not least <= len(given) - 1 <= most:
        _refuse(f"{given[0]} takes other arguments", {given[0]: command}, name)
    sys.exit(_run(command, given, name))


def _run(command: Command, given: list[str], program: str) -> int:
    """Run a command; that something it needs is away is told in one line, anything else as it is."""
    deadline = time.monotonic() + float(os.environ.get(PATIENCE, "") or 0)
    while True:
        try:
            return command(*given[1:]) or 0
        except Exception as error:
            if not is_transient(error):
                raise
            sys.stderr.write(f"{program} {given[0]}: not possible now: {describe_error(error)}\n")
        if time.monotonic() >= deadline:
            return 1
        time.sleep(_AGAIN_SECONDS)


def usage(commands: Mapping[str, Command], program: str) -> str:
    """What to type, one line a command."""
    lines = [f"  {program} {' '.join([name, *_names(command)])}\n" for name, command in commands.items()]
    return "usage:\n" + "".join(lines)


def _refuse(reason: str, commands: Mapping[str, Command], program: str) -> NoReturn:
    sys.stderr.write(f"{program}: {reason}\n{usage(commands, program)}")
    sys.exit(_WRONG_USAGE)


def _program() -> str:
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    return f"python -m {spec.parent}" if spec is not None and spec.parent else sys.argv[0]


def _positional(command: Command) -> list[inspect.Parameter]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p for p in inspect.signature(command).parameters.values() if p.kind in kinds]


def _counts(command: Command) -> tuple[int, int]:
    parameters = _positional(command)
    return sum(p.default is inspect.Parameter.empty for p in parameters), len(parameters)


def _names(command: Command) -> list[str]:
    return [_shown(parameter) for parameter in _positional(command)]


def _shown(parameter: inspect.Parameter) -> str:
    name = parameter.name.upper()
    return name if parameter.default is inspect.Parameter.empty else f"[{name}]"

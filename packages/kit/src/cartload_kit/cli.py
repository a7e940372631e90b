"""``python -m cartload_<service> <command> …``: finding the command, and saying plainly what is wrong."""

import argparse
import inspect
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NoReturn

from cartload_kit.describe_error import describe_error
from cartload_kit.transient_errors import is_transient

Command = Callable[..., int | None]
"""Takes each argument as text; returns the exit code, or None for 0."""

PATIENCE = "CARTLOAD_PATIENCE_SECONDS"
"""Names how long a command tries again while something it needs is away; not set: not at all."""

_AGAIN_SECONDS = 1.0


def dispatch(
    commands: Mapping[str, Command], arguments: Sequence[str] | None = None, *, program: str | None = None
) -> NoReturn:
    """Run the command that the first argument names with the others, and exit with its code.

    The positional parameters of a command's function are its arguments: ``def create_admin(user: str)`` is
    used as ``create-admin USER``, ``def redrive(*letters: str)`` takes any number. Its keyword-only ones are
    options: ``reset: bool = False`` is the flag ``--reset``, ``topic: str = ""`` is ``--topic TOPIC``.
    Wrong usage is told on stderr, with exit code 2; ``--help`` is not wrong.
    """
    name = program or _program()
    given = vars(_parser(commands, name).parse_args(arguments))
    command = given.pop("command")
    options = {parameter.name: given.pop(parameter.name) for parameter in _options(commands[command])}
    several = [given.pop(parameter.name) for parameter in _several(commands[command])]
    positional = (*given.values(), *(value for values in several for value in values))
    sys.exit(_run(partial(commands[command], *positional, **options), f"{name} {command}"))


def _parser(commands: Mapping[str, Command], program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=program, allow_abbrev=False)
    choices = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in commands.items():
        summary = (inspect.getdoc(command) or "").partition("\n")[0]
        sub = choices.add_parser(name, help=summary, description=summary, allow_abbrev=False)
        for parameter in _positional(command):
            optional = parameter.default is not inspect.Parameter.empty
            default = parameter.default if optional else None
            nargs = "?" if optional else None
            sub.add_argument(parameter.name, metavar=parameter.name.upper(), nargs=nargs, default=default)
        for parameter in _several(command):
            sub.add_argument(parameter.name, metavar=parameter.name.upper().removesuffix("S"), nargs="*")
        for parameter in _options(command):
            if isinstance(parameter.default, bool):
                sub.add_argument(f"--{parameter.name}", action="store_true")
            else:
                sub.add_argument(f"--{parameter.name}", default=parameter.default)
    return parser


def _run(command: Callable[[], int | None], name: str) -> int:
    """Run a command; that something it needs is away is told in one line, anything else as it is."""
    deadline = time.monotonic() + float(os.environ.get(PATIENCE, "") or 0)
    while True:
        try:
            return command() or 0
        except Exception as error:
            if not is_transient(error):
                raise
            sys.stderr.write(f"{name}: not possible now: {describe_error(error)}\n")
        # After the attempt, so that there is one also where nobody asked for patience.
        if time.monotonic() >= deadline:
            return 1
        time.sleep(_AGAIN_SECONDS)


def _program() -> str:
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    return f"python -m {spec.parent}" if spec is not None and spec.parent else sys.argv[0]


def _options(command: Command) -> list[inspect.Parameter]:
    parameters = inspect.signature(command).parameters.values()
    return [p for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]


def _several(command: Command) -> list[inspect.Parameter]:
    parameters = inspect.signature(command).parameters.values()
    return [p for p in parameters if p.kind is inspect.Parameter.VAR_POSITIONAL]


def _positional(command: Command) -> list[inspect.Parameter]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p for p in inspect.signature(command).parameters.values() if p.kind in kinds]

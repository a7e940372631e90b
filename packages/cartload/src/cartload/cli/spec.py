"""Reads the spec that the arguments describe; and ``cartload spec``, which prints one to start from."""

import argparse
from datetime import datetime
from typing import Any, Final

from cartload import spec as specs
from cartload.cli import console
from cartload.cli.console import CommandError
from cartload.spec import Spec, SpecError, commented_yaml, specfile

_OPTIONS: Final = ("customers", "seed", "as_of")
"""Fields of a spec that have an option of their own."""


def run(args: argparse.Namespace) -> int:
    """Print a commented spec."""
    raw = _raw_spec(args)
    title = (
        f"# A spec of Cartload{f', from {args.spec}' if args.spec else ''}. Use it: cartload generate FILE"
    )
    console.write(f"{title}\n\n{commented_yaml.commented(raw, _parsed(raw), full=args.full)}")
    return 0


def spec_from_arguments(args: argparse.Namespace) -> Spec:
    """The spec that the arguments ask for, resolved. Raises CommandError."""
    return specs.resolve(_parsed(_raw_spec(args)))


def moment_of(spec: Spec, option: str, text: str) -> datetime:
    """A moment of the spec's window, as an option names it. Raises CommandError."""
    try:
        found = specs.parse({"window": spec.model_dump(mode="json")["window"], "as_of": text}).as_of
    except SpecError as error:
        raise CommandError(f"{option} {text}: {error.errors[0]['message']}", 2) from None
    assert found is not None  # noqa: S101 - text is one
    return found


def refuse_changes(args: argparse.Namespace) -> None:
    """Raises CommandError where options change fields of a spec, but a stored dataset is named."""
    given = [f"--{name.replace('_', '-')}" for name in _OPTIONS if getattr(args, name) is not None]
    for option in [*given, *(["--set"] if args.set else [])]:
        raise CommandError(f"{option} is for a spec: {args.spec} says itself what it was made from", 2)


def spec_from_file(name: str) -> Spec:
    """The spec in a file or preset, resolved. Raises CommandError."""
    try:
        return specs.resolve(specs.parse(specfile.load(name)))
    except SpecError as error:
        raise _command_error(error) from None


def _raw_spec(args: argparse.Namespace) -> dict[str, Any]:
    """File or preset, then single settings, then those that have options of their own."""
    try:
        raw = specfile.load(args.spec) if args.spec else {}
        for setting in args.set:
            specfile.set_field(raw, setting)
    except SpecError as error:
        raise _command_error(error) from None
    options = {name: getattr(args, name) for name in _OPTIONS}
    return raw | {name: value for name, value in options.items() if value is not None}


def _parsed(raw: dict[str, Any]) -> Spec:
    try:
        return specs.parse(raw)
    except SpecError as error:
        raise _command_error(error) from None


def _command_error(error: SpecError) -> CommandError:
    """One line for one error, else a list."""
    lines = [f"{one['field']} = {one['value']!r}: {one['message']}" for one in error.errors]
    return CommandError("the spec cannot be used: " + "\n  ".join(["", *lines] if lines[1:] else lines), 2)

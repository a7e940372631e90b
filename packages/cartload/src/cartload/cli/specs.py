"""From what was typed to a spec; and ``cartload spec``, which writes one to start from."""

import argparse
from typing import Any

from cartload import spec as specs
from cartload.cli import console
from cartload.cli.errors import CommandError
from cartload.spec import Spec, SpecError, commented_yaml, specfile


def run(given: argparse.Namespace) -> int:
    """Print a commented spec."""
    raw = _raw(given)
    title = (
        f"# A spec of Cartload{f', from {given.spec}' if given.spec else ''}. Use it: cartload generate FILE"
    )
    console.write(f"{title}\n\n{commented_yaml.commented(raw, _checked(raw), full=given.full)}")
    return 0


def resolved_spec(given: argparse.Namespace) -> Spec:
    """The spec that the arguments ask for, resolved. Raises CommandError."""
    return specs.resolve(_checked(_raw(given)))


def from_file(name: str) -> Spec:
    """The spec in a file or preset, resolved. Raises CommandError."""
    try:
        return specs.resolve(specs.parse(specfile.named(name)))
    except SpecError as error:
        raise _refusal(error) from None


def _raw(given: argparse.Namespace) -> dict[str, Any]:
    """File or preset, then single settings, then the two that have options of their own."""
    try:
        raw = specfile.named(given.spec) if given.spec else {}
        for setting in given.set:
            specfile.assign(raw, setting)
    except SpecError as error:
        raise _refusal(error) from None
    options = {name: getattr(given, name) for name in ("customers", "seed")}
    return raw | {name: value for name, value in options.items() if value is not None}


def _checked(raw: dict[str, Any]) -> Spec:
    try:
        return specs.parse(raw)
    except SpecError as error:
        raise _refusal(error) from None


def _refusal(error: SpecError) -> CommandError:
    """One line for one error, else a list."""
    lines = [f"{one['field']} = {one['value']!r}: {one['message']}" for one in error.errors]
    return CommandError("the spec cannot be used: " + "\n  ".join(["", *lines] if lines[1:] else lines), 2)

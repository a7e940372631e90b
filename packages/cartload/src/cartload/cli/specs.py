"""From what was typed to a resolved spec."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cartload import spec as specs
from cartload.cli.errors import CommandError
from cartload.spec import PRESETS, Spec, SpecError


def resolved_spec(given: argparse.Namespace) -> Spec:
    """The spec that the arguments ask for, resolved. Raises CommandError."""
    raw = dict(_raw(given.spec))
    raw |= {name: getattr(given, name) for name in ("customers", "seed") if getattr(given, name) is not None}
    try:
        return specs.resolve(specs.parse(raw))
    except SpecError as error:
        lines = [f"{one['field']}: {one['message']} (given: {one['value']!r})" for one in error.errors]
        raise CommandError("the spec cannot be used:\n  " + "\n  ".join(lines), 2) from error


def _raw(name: str | None) -> Mapping[str, Any]:
    if name is None:
        return {}
    if name in PRESETS:
        return PRESETS[name]
    raise CommandError(f"{Path(name)}: neither a file nor a preset", 2)

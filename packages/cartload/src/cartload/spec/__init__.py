"""What a dataset is made from: the fields of a spec with their bounds, presets and files of specs.

It also holds what follows from a spec before any row is made: exact row counts and expected sizes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from cartload.spec.model import Catalogue, Event, Season, Shipping, Spec, Tax, Window
    from cartload.spec.parsing import SpecError, parse, resolve, spec_hash
    from cartload.spec.presets import PRESETS

__all__ = [
    "PRESETS",
    "Catalogue",
    "Event",
    "Season",
    "Shipping",
    "Spec",
    "SpecError",
    "Tax",
    "Window",
    "parse",
    "resolve",
    "spec_hash",
]

_PARSING: Final = frozenset({"SpecError", "parse", "resolve", "spec_hash"})


def __getattr__(name: str) -> Any:
    # The names above are imported at first use: ``cartload --help`` reads the presets from this package
    # and would otherwise wait half a second for pydantic and pyarrow.
    if name not in __all__:
        raise AttributeError(f"module 'cartload.spec' has no attribute {name!r}")
    module = "presets" if name == "PRESETS" else "parsing" if name in _PARSING else "model"
    return getattr(import_module(f"cartload.spec.{module}"), name)

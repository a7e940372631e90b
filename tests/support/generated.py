"""The scripts under dev/generate, as modules."""

import importlib
import sys
from types import ModuleType

from cartload_dev.paths import checkout


def generator(name: str) -> ModuleType:
    """Return one of the scripts, loaded and not run; they import each other by name."""
    folder = str(checkout() / "dev" / "generate")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(name)

"""Processes of our own without pandas."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _NoPandas(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is left out in this process", name=fullname)
        return None


def leave_out_pandas() -> None:
    """Let nothing import pandas in this process from now on.

    pyarrow does at its first scalar, where there is one: a second and 150 MiB. For programs that own their
    process; a library's user may well want ``to_pandas``.
    """
    sys.meta_path.insert(0, _NoPandas())

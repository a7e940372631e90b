"""Cartload: whole e-commerce businesses as a pure function of a spec.

>>> import cartload
>>> shop = cartload.generate({"customers": 5000, "seed": 42})
>>> orders = shop.table("order_details").to_pandas()

``Spec`` is what a dataset is made from, ``generate`` makes one, ``check`` proves a stored one. They are
imported at first use: ``import cartload`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from cartload._identity import BLOCK, VINTAGE

if TYPE_CHECKING:
    from cartload.checker import check
    from cartload.engine.dataset import generate
    from cartload.spec.model import Spec

__all__ = ["BLOCK", "VINTAGE", "Spec", "check", "generate"]

_LATER: Final = {
    "Spec": "cartload.spec.model",
    "check": "cartload.checker",
    "generate": "cartload.engine.dataset",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'cartload' has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})

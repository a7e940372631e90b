"""Cartload: whole e-commerce businesses as a pure function of a spec.

>>> import cartload
>>> shop = cartload.generate({"customers": 5000, "seed": 42})
>>> orders = shop.table("order_details").to_pandas()

``Spec`` is what a dataset is made from, ``generate`` makes one, ``check`` proves a stored one. They are
imported at first use: ``import cartload`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from cartload._constants import BLOCK, VINTAGE

if TYPE_CHECKING:
    from cartload._spec_model import Spec
    from cartload.checker import check
    from cartload.dataset import generate

__all__ = ["BLOCK", "VINTAGE", "Spec", "check", "generate"]

_LATER: Final = {
    "Spec": "cartload._spec_model",
    "check": "cartload.checker",
    "generate": "cartload.dataset",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'cartload' has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})

"""Cartload's engine: whole e-commerce businesses as a pure function of a spec.

Nothing here knows a service, a topic or a clock: ``rows(spec, blocks) -> tables``.
"""

from cartload._constants import BLOCK, VINTAGE

__all__ = ["BLOCK", "VINTAGE"]

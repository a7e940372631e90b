"""Named partial specs, to start from."""

from typing import Any, Final

PRESETS: Final[dict[str, dict[str, Any]]] = {
    "tiny": {"name": "tiny", "customers": 100},
    "demo": {"name": "demo", "customers": 10_000},
    "seasonal": {
        "name": "seasonal",
        "customers": 20_000,
        "growth": 1.8,
        "season": {
            "year": [60, 55, 70, 80, 90, 85, 80, 75, 95, 120, 210, 280],
            "events": [
                {"name": "Black Friday", "month": 11, "day": 24, "days": 5, "factor": 6.0},
                {"name": "Summer sale", "month": 7, "day": 1, "days": 14, "factor": 1.8},
            ],
        },
    },
    "skewed": {"name": "skewed", "customers": 20_000, "skew": {"products": 1.4, "customers": 1.2}},
    "load-test": {
        "name": "load-test",
        "customers": 1_000_000,
        "ids": "integer",
        "catalogue": {"products": 20_000},
    },
}
"""Name to partial spec; each is valid as it stands."""

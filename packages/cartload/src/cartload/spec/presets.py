"""Named partial specs, to start from."""

from typing import Any, Final

PRESETS: Final[dict[str, dict[str, Any]]] = {
    "tiny": {"name": "tiny", "customers": 100},
    "demo": {"name": "demo", "customers": 10_000, "clickstream": {"sessions_per_customer": 3}},
    "seasonal": {
        "name": "seasonal",
        "customers": 20_000,
        "window": {"start": "2023-01-01", "end": "2025-12-31"},
        "growth": 1.4,
        "season": {
            "week": [90, 85, 85, 95, 120, 150, 130],
            "year": [60, 55, 70, 80, 90, 85, 80, 75, 95, 120, 210, 280],
            "events": [
                {"name": "Black Friday", "month": 11, "day": 23, "days": 7, "factor": 5.0},
                {"name": "Summer sale", "month": 7, "day": 1, "days": 14, "factor": 1.8},
            ],
        },
    },
    "skewed": {
        "name": "skewed",
        "customers": 20_000,
        "orders": {"per_customer": 4},
        "skew": {"products": 1.4, "customers": 1.2},
    },
    "load-test": {
        "name": "load-test",
        "customers": 1_000_000,
        "ids": "integer",
        "catalogue": {"products": 20_000},
    },
}
"""Name to partial spec; each is valid as it stands."""

"""The golden hashes: what the engine made when its vintage was last raised.

`make golden` writes them again, after a change of values that raises VINTAGE; with the name of a spec as
argument the hashes of that one are printed instead.
"""

import json
import sys
from collections.abc import Iterable
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

import cartload.vocabulary
from cartload import VINTAGE
from cartload.engine.chunks import Chunk, Segment, plan
from cartload.engine.generate import Engine
from cartload.randomness.register import FAMILIES
from cartload.schema import TABLE_NAMES
from cartload.schema.rowhash import RowHash, hash_batch
from cartload.spec import Spec, parse, resolve

TESTS = Path(__file__).parents[1]
FILE = TESTS / "unit" / "engine" / "golden.json"

SPECS: dict[str, dict[str, Any]] = {
    "default": {"customers": 2500},
    "integers": {
        "customers": 1200,
        "seed": 2**53 - 1,
        "ids": "integer",
        "currency": "SEK",
        "window": {"start": "2010-02-28", "end": "2016-03-01"},
        "growth": 2.25,
        "orders": {"per_customer": 3.1, "items": 3, "payment_failure_rate": 0.4, "quantity": 2.2},
        "wishlist": {"per_customer": 3.75},
        "reviews": {"rate": 0.55},
        "inventory": {"centers": 5, "centers_per_sku": 1.5},
        "skew": {"products": 1.7, "customers": 0},
    },
    "clickstream": {
        "customers": 1100,
        "ids": "integer",
        "clickstream": {"sessions_per_customer": 2.2, "conversion_rate": 0.3, "bounce_rate": 0.35},
    },
}


def hashes(spec: Spec, chunks: Iterable[Chunk]) -> dict[str, RowHash]:
    """Row hash of each table over the chunks."""
    engine, sums = Engine(spec), dict.fromkeys(TABLE_NAMES, RowHash())
    for chunk in chunks:
        for name, batch in engine.generate(chunk).items():
            sums[name] += hash_batch(batch, name)
    return sums


def hashes_of(name: str) -> dict[str, list[Any]]:
    """Rows and hash of each table of one of the specs."""
    spec = resolve(parse(SPECS[name]))
    sums = hashes(spec, plan(spec, Segment(0, spec.customers), catalogue=True))
    return {table: [one.rows, one.hex] for table, one in sums.items()}


def vocabulary() -> dict[str, str]:
    """SHA-256 of each file of the vocabulary."""
    folder = Path(str(resources.files(cartload.vocabulary)))
    files = sorted(folder.rglob("*.json"))
    return {
        file.relative_to(folder).with_suffix("").as_posix(): sha256(file.read_bytes()).hexdigest()
        for file in files
    }


def register() -> dict[str, str]:
    """Fields of each family with their widths."""
    return {
        family: " ".join(f"{name}:{width}" for name, width in fields) for family, fields in FAMILIES.items()
    }


def main(names: list[str]) -> None:
    """Write the file, or print the hashes of the named specs."""
    if names:
        print(json.dumps([hashes_of(name) for name in names]))  # noqa: T201
        return
    found = {
        "vintage": VINTAGE,
        "vocabulary": vocabulary(),
        "register": register(),
        "hashes": {name: hashes_of(name) for name in SPECS},
    }
    FILE.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

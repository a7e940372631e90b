"""Statistics of the engine's draws: is each field even, does any two of them have something in common.

Thresholds follow from the statistics alone: over all comparisons of one test together a sound generator is
called unsound once in a million (Bonferroni), whatever the seed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from cartload.randomness.draws import Randomness, keys, permute, scramble, seed_keys
from cartload.randomness.register import FAMILIES
from cartload.schema import TABLE_NAMES

FALSE_ALARMS: Final = 1e-6
LAGS: Final = 64
_CELL_BITS: Final = 10
_LEAST_IN_A_CELL: Final = 20
_ID_FIELDS: Final = 4
_NAME_BITS: Final = 24


@dataclass(frozen=True)
class Field:
    """Values of one field of the register for consecutive rows: integers of ``width`` bits."""

    name: str
    width: int
    values: npt.NDArray[np.int64]


def fields(seed: int, rows: int, first_row: int = 0) -> list[Field]:
    """Every field of the register, the hashes of ids in four parts, and the permutation behind names."""
    return list(_fields(seed, np.arange(first_row, first_row + rows)))


def _fields(seed: int, numbers: npt.NDArray[np.int64]) -> Iterator[Field]:
    random = Randomness(seed)
    for family, given in FAMILIES.items():
        draw = random.draw(family, numbers)
        for name, width in given:
            yield Field(f"{family}.{name}", width, draw.bits(name))
    for table in TABLE_NAMES:
        words = scramble(numbers, *seed_keys(seed, f"{table}.id"))
        for place in range(_ID_FIELDS):
            part = words >> np.uint64(16 * place) & np.uint64(0xFFFF)
            yield Field(f"{table}.id.{place}", 16, part.view(np.int64))
    names = permute(numbers % (1 << _NAME_BITS), keys("user names", seed, count=4), _NAME_BITS // 2)
    yield Field("user names", _NAME_BITS, names)


def uneven(slabs: Iterable[list[Field]]) -> list[str]:
    """Fields whose values, highest and lowest bits, or pairs of neighbours are not spread evenly.

    ``slabs``: the same fields for one run of rows after the other.
    """
    counts: dict[str, npt.NDArray[np.int64]] = {}
    for slab in slabs:
        for name, cells, bits in chain.from_iterable(map(_cells, slab)):
            counted = np.bincount(cells, minlength=1 << bits)
            assert len(counted) == 1 << bits
            counts[name] = counts[name] + counted if name in counts else counted
    limit = _sigmas(FALSE_ALARMS / len(counts))
    found = {name: _evenness(counted) for name, counted in counts.items()}
    return [f"{name}: {sigmas:.1f} sigma" for name, sigmas in found.items() if abs(sigmas) > limit]


def _cells(field: Field) -> Iterator[tuple[str, npt.NDArray[np.int64], int]]:
    bits = min(field.width, _CELL_BITS)
    yield f"{field.name}, highest bits", field.values >> (field.width - bits), bits
    yield f"{field.name}, lowest bits", field.values & ((1 << bits) - 1), bits
    half = min(field.width, _CELL_BITS // 2)
    high, low = field.values >> (field.width - half), field.values & ((1 << half) - 1)
    yield f"{field.name}, neighbours' highest bits", high[1::2] << half | high[:-1:2], 2 * half
    yield f"{field.name}, neighbours' lowest bits", low[1::2] << half | low[:-1:2], 2 * half


def _evenness(counts: npt.NDArray[np.int64]) -> float:
    """Chi-square of equal cells as sigmas of a normal deviate (Wilson and Hilferty 1931)."""
    expected = counts.sum() / len(counts)
    assert expected >= _LEAST_IN_A_CELL
    freedom = len(counts) - 1
    spread = 2 / (9 * freedom)
    chi_square = float(((counts - expected) ** 2).sum() / expected)
    return float(((chi_square / freedom) ** (1 / 3) - (1 - spread)) / spread**0.5)


def dependent(slabs: Iterable[tuple[list[Field], list[Field]]]) -> list[str]:
    """Pairs of columns whose correlation at some distance from 0 to 64 rows cannot be chance.

    ``slabs``: the same two lists of fields, for one run of rows after the other. A field is compared with
    itself at other distances only, and at distance 0 each pair once, where both lists are one.
    """
    sums: npt.NDArray[np.float64] | None = None
    rows = np.zeros(LAGS + 1)
    for left, right in slabs:
        names, same = [field.name for field in left], left is right
        one, other = _standardised(left), _standardised(right)
        with threadpool_limits(1):  # more threads than free cores wait for each other a minute
            products = np.stack([one[: len(one) - lag].T @ other[lag:] for lag in range(LAGS + 1)])
        sums = products.astype(np.float64) if sums is None else sums + products
        rows += len(one) - np.arange(LAGS + 1)
    assert sums is not None
    sigmas = np.abs(sums) / np.sqrt(rows)[:, None, None]
    if same:
        sigmas[0] = np.triu(sigmas[0], 1)
    return [
        f"{names[left]} and {names[right]}, {lag} rows on: {sigmas[lag, left, right]:.1f} sigma"
        for lag, left, right in np.argwhere(sigmas > _sigmas(FALSE_ALARMS / sigmas.size))
    ]


def _standardised(found: list[Field]) -> npt.NDArray[np.float32]:
    """A column each: expectation 0 and variance 1 by what the values should be, not by what they are."""
    columns = []
    for field in found:
        size = 1 << field.width
        columns.append(((field.values - (size - 1) / 2) / np.sqrt((size**2 - 1) / 12)).astype(np.float32))
    return np.stack(columns, axis=1)


def _sigmas(chance: float) -> float:
    return -NormalDist().inv_cdf(chance / 2)

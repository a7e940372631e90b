"""The expected number of payments is the number that is made, also where the window's end cuts some off."""

from typing import Any

import pytest

from cartload.engine.chunks import Blocks, Segment, row_totals
from cartload.engine.generate import Engine
from cartload.spec import parse, resolve
from cartload.spec.counts import rows_before, rows_of_block

CUSTOMERS = 60_000
BLOCKS_AT_ONCE = 5

SPECS: dict[str, dict[str, Any]] = {
    "the default": {},
    "a day": {"window": {"start": "2024-11-20", "end": "2024-11-20"}},
    "weeks": {"window": {"start": "2024-06-01", "end": "2024-07-10"}},
    "twenty years": {"window": {"start": "2004-01-01", "end": "2023-12-31"}},
    "fast growth": {"growth": 4.0},
    "many returns": {"orders": {"return_rate": 1.0, "cancel_rate": 0.0}},
    "failures and cancellations": {
        "orders": {"payment_failure_rate": 0.3, "cancel_rate": 0.6, "return_rate": 0.5}
    },
    "paid by transfer": {"locales": {"nl_NL": 1}},
}


def expected_and_made(fields: dict[str, Any]) -> tuple[int, int]:
    spec = resolve(parse({"customers": CUSTOMERS, "ids": "integer", **fields}))
    engine, made = Engine(spec), 0
    for block in range(0, CUSTOMERS // 1000, BLOCKS_AT_ONCE):
        batches = engine.generate(Blocks(block, BLOCKS_AT_ONCE * 1000), tables=("payment_details",))
        made += batches["payment_details"].num_rows
    return row_totals(spec, Segment(0, CUSTOMERS), catalogue=False)["payment_details"], made


@pytest.mark.parametrize("name", SPECS)
def test_as_many_payments_are_expected_as_are_made(name: str) -> None:
    expected, made = expected_and_made(SPECS[name])
    assert expected == pytest.approx(made, rel=0.0025)  # two to three standard deviations of what is made


def test_sizes_are_planned_as_if_the_window_had_no_end() -> None:
    short = resolve(parse({"window": {"start": "2024-11-20", "end": "2024-11-20"}}))
    long = resolve(parse({}))
    assert rows_of_block(short, "payment_details") == rows_of_block(long, "payment_details")
    assert rows_before(long, "payment_details", 1000) < rows_of_block(long, "payment_details")

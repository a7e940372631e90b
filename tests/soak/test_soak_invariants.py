"""All invariants at size: two hundred random specs, and ten million rows with sessions, so all tables."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from cartload.checker import Report
from cartload.engine import chunks
from cartload.engine.row_totals import row_totals
from cartload.spec import parse, resolve
from cartload.spec.counts import EXPECTED
from support.any_spec import valid_fields
from support.engine_invariants import dataset, report

CUSTOMERS = 300_000
SESSIONS = "clickstream.sessions_per_customer=1"
TEN_MILLION_ROWS = {"customers": CUSTOMERS, "clickstream": {"sessions_per_customer": 1}}
"""A good ten million rows; by default there are no sessions, and nothing of them to check."""
MOST_MEMORY = 2 << 30


@pytest.mark.timeout(3600)
@settings(
    max_examples=200,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(valid_fields(most_rows=200_000))
def test_two_hundred_random_specs_hold(fields: dict[str, Any]) -> None:
    spec, tables = dataset(**fields)
    found = report(spec, tables)
    assert found.ok, found.text()
    promised = row_totals(spec, chunks.Segment(0, spec.customers), catalogue=True)
    exact = promised.keys() - EXPECTED
    assert {name: found.rows[name] for name in exact} == {name: promised[name] for name in exact}


MEASURED = """
import resource, sys
from cartload.checker import check
report = check(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
print(report.model_dump_json(exclude_computed_fields=True))
"""


@pytest.mark.timeout(3600)
def test_ten_million_rows_hold_in_bounded_memory(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    made = (sys.executable, "-m", "cartload", "generate", "--customers", str(CUSTOMERS), "--set", SESSIONS)
    subprocess.run((*made, "--quiet", "--out", str(folder)), check=True)
    done = subprocess.run((sys.executable, "-c", MEASURED, str(folder)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    peak, said = done.stdout.split("\n", 1)
    found = Report.model_validate_json(said)
    assert found.ok, found.text()
    assert sum(found.rows.values()) > 10_000_000
    assert all(invariant.rows_checked for invariant in found.invariants)
    assert int(peak) < MOST_MEMORY
    spec = resolve(parse(TEN_MILLION_ROWS))
    promised = chunks.row_totals(spec, chunks.Segment(0, spec.customers), catalogue=True)
    assert found.rows["order_item"] == promised["order_item"]

"""A million rows, with some sessions, written and checked by the command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CUSTOMERS = 68_000


def cartload(*arguments: str) -> str:
    done = subprocess.run((sys.executable, "-m", "cartload", *arguments), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(300)
def test_all_invariants_hold_in_a_million_rows(tmp_path: Path) -> None:
    folder, file = tmp_path / "shop", tmp_path / "report.json"
    shop = ("--customers", str(CUSTOMERS), "--set", "clickstream.sessions_per_customer=0.2")
    cartload("generate", *shop, "--out", str(folder), "--quiet")
    said = cartload("check", str(folder), "--report", "json", "--report-file", str(file))
    assert "all invariants hold, 100 %" in said
    found = json.loads(file.read_text(encoding="utf-8"))
    assert found["ok"]
    assert sum(found["rows"].values()) > 1_000_000
    assert all(invariant["rows_checked"] > 0 for invariant in found["invariants"])

"""Ten million rows as the command writes them, and next to nothing implausible in them."""

from pathlib import Path

import pytest

from cartload.cli import main
from cartload.readers import open_stored
from cartload.storage.manifest import read
from support.plausibility import too_many

CUSTOMERS = 700_000


@pytest.mark.timeout(1800)
def test_ten_million_rows_are_plausible(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    assert main(["generate", "--customers", str(CUSTOMERS), "--out", str(folder), "--quiet"]) == 0
    assert sum(table.rows for table in read(folder).tables.values()) >= 10_000_000
    with open_stored(folder) as stored:
        assert too_many(stored.connection) == []

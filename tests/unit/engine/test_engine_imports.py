"""What the command loads: nothing that it does not need."""

import subprocess
import sys
from pathlib import Path

import pytest

_CODE = """
import atexit, sys
from cartload.cli import run
atexit.register(lambda: print("pandas" if sys.modules.get("pandas") else "no pandas"))
run()
"""


@pytest.mark.parametrize("file_format", ["parquet", "csv", "jsonl"])
def test_generating_needs_no_pandas(tmp_path: Path, file_format: str) -> None:
    command = [sys.executable, "-c", _CODE, "generate", "--customers", "3", "--quiet", "--workers", "1"]
    done = subprocess.run(
        [*command, "--format", file_format, "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "no pandas\n"), done.stderr

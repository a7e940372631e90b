"""What the command loads: nothing that it does not need."""

import subprocess
import sys
from pathlib import Path

_CODE = """
import sys
from cartload import cli

options = ["generate", "--customers", "3", "--quiet", "--workers", "1"]
argv = sys.argv
for form in ("parquet", "csv", "jsonl"):
    sys.argv = [*argv[:1], *options, "--format", form, "--out", f"{argv[1]}/{form}"]
    try:
        cli.run()
    except SystemExit as end:
        print(form, end.code, "pandas" if sys.modules.get("pandas") else "no pandas", file=sys.stderr)
"""


def test_generating_needs_no_pandas(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _CODE, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    said = [f"{form} 0 no pandas" for form in ("parquet", "csv", "jsonl")]
    assert (done.returncode, done.stderr.splitlines()) == (0, said)

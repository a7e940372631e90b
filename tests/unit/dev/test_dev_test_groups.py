"""`make test` relies on groups: tests that kill parts of the one running system must not run side by side."""

import os
import subprocess
import sys
from pathlib import Path

GROUPED = """
import os
from pathlib import Path

import pytest


@pytest.mark.xdist_group("system")
@pytest.mark.parametrize("number", range(12))
def test_one(number):
    Path(f"{os.environ['PYTEST_XDIST_WORKER']}.{number}").touch()
"""


def test_one_worker_gets_all_tests_of_a_group(tmp_path: Path) -> None:
    (tmp_path / "test_grouped.py").write_text(GROUPED)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # Of the plugins only the one that makes the groups: all of them take two seconds in three processes.
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    command = (
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "-p",
        "no:cacheprovider",
        "-p",
        "xdist",
    )
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=100)
    ran = [path.name for path in tmp_path.glob("gw*")]
    assert len(ran) == 12
    assert len({name.split(".")[0] for name in ran}) == 1

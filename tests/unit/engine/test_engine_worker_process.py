"""Settings for processes of our own: no pandas, and freed memory kept."""

import subprocess
import sys

CODE = """
from cartload.engine.worker_process import keep_freed_memory, leave_out_pandas
leave_out_pandas()
keep_freed_memory()
for name in ("pandas", "json", "colorsys"):
    try:
        __import__(name)
        print(name)
    except ModuleNotFoundError as error:
        print("no", error.name)
import cartload
print(cartload.generate({"customers": 3}).table("users").num_rows)
"""


def test_a_process_without_pandas_that_keeps_freed_memory_makes_datasets() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split("\n") == ["no pandas", "json", "colorsys", "3", ""]

"""Settings for processes of our own: no pandas, and freed memory kept."""

import subprocess
import sys
from textwrap import dedent


def printed(code: str) -> str:
    """What a fresh interpreter prints that runs the code."""
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def test_pandas_cannot_be_imported_after_it_was_left_out_and_all_else_can() -> None:
    out = printed(
        """
        from cartload.engine.worker_process import leave_out_pandas
        leave_out_pandas()
        for name in ("pandas", "json", "colorsys"):
            try:
                __import__(name)
                print(name)
            except ModuleNotFoundError as error:
                print("no", error.name)
        """
    )
    assert out.split("\n")[:-1] == ["no pandas", "json", "colorsys"]


def test_the_engine_works_without_pandas_and_with_freed_memory_kept() -> None:
    out = printed(
        """
        from cartload.engine.worker_process import keep_freed_memory, leave_out_pandas
        leave_out_pandas()
        keep_freed_memory()
        import cartload
        dataset = cartload.generate({"customers": 3})
        print(dataset.table("users").num_rows, dataset.table("users").to_pylist()[2]["country"] != "")
        """
    )
    assert out == "3 True\n"

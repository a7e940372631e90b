"""What is deleted from an image's environment, and that nothing else is."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[3] / "deploy" / "docker" / "slim.py"
KEPT = (
    "a/__init__.py",
    "a/native.so",
    "a/tests/test_a.py",
    "pyarrow/lib.so",
    "pyarrow/libarrow.so.1",
    "pyarrow/libarrow_substrait.so.1",
    "a/x.pyi",
)
GONE = (
    "a/native.c",
    "a/native.pyx",
    "numpy/core/tests/t.py",
    "pyarrow/include/arrow/api.h",
    "pyarrow/tests/t.py",
    "pyarrow/libarrow_flight.so.1",
    "pyarrow/_flight.so",
)


def test_sources_tests_and_unused_libraries_go(tmp_path: Path) -> None:
    packages = tmp_path / "lib" / "python3.13" / "site-packages"
    for name in (*KEPT, *GONE):
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).touch()
    subprocess.run([sys.executable, str(SCRIPT), str(tmp_path)], check=True)
    left = {str(path.relative_to(packages)) for path in packages.rglob("*") if path.is_file()}
    assert left == set(KEPT)

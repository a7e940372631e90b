"""Delete from an environment what no process of ours loads: sources, headers, tests, unused parts of Arrow.

slim.py FOLDER
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SOURCES = {".a", ".c", ".cc", ".cpp", ".h", ".hpp", ".pxd", ".pxi", ".pyx"}
TESTS = ("numpy/*/tests", "numpy/tests", "pyarrow/tests", "pyarrow/include", "pyarrow/src")
UNUSED = ("pyarrow/*flight*", "pygments/lexers")
"""Large, and loaded by nobody here: Arrow's network protocol; the languages that rich can colour."""

PROOF = (
    "import pyarrow.compute, pyarrow.csv, pyarrow.dataset, pyarrow.ipc, pyarrow.json, pyarrow.parquet, numpy"
)

KAFKA_PROOF = "import confluent_kafka.admin"
"""Its wheel brings the library that it calls."""


def superfluous(packages: Path) -> Iterator[Path]:
    """Yield what can go from a folder of packages."""
    for pattern in (*TESTS, *UNUSED):
        yield from packages.glob(pattern)
    yield from (path for path in packages.rglob("*") if path.suffix in SOURCES and path.is_file())


def slim(folder: Path) -> None:
    """Delete it."""
    for packages in folder.glob("lib/python*/site-packages"):
        for path in list(superfluous(packages)):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        if any((packages / "pyarrow").glob("lib.*.so")):
            # The build must fail here, not the container later.
            subprocess.run([folder / "bin" / "python", "-c", PROOF], check=True)
        if (packages / "confluent_kafka.libs").exists():
            subprocess.run([folder / "bin" / "python", "-c", KAFKA_PROOF], check=True)


if __name__ == "__main__":
    slim(Path(sys.argv[1]))

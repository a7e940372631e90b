"""Freed memory leaves the process, also after one large batch."""

import subprocess
import sys

PROGRAM = """
import sys
from pathlib import Path
from cartload_kit.memory import give_back_freed_blocks

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

if sys.argv[1] == "yes":
    assert give_back_freed_blocks()
keep = []
for size in (30_000_000, 1_000_000):
    blocks = [bytearray(size) for _ in range(30_000_000 // size)]
    keep.append(bytearray(1000))
    before = resident()
    del blocks[:-1]
    del blocks
print(resident())
"""


def resident_after(setting: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, setting], capture_output=True, text=True, check=True, timeout=60
    )
    return int(done.stdout)


def test_freed_blocks_leave_the_process() -> None:
    assert resident_after("yes") < resident_after("no") - 10_000_000

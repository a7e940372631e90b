"""Processes whose wall clock is wrong: libfaketime, loaded into them, shifts what the system says."""

import importlib.util
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

_SHOW = (sys.executable, "-I", "-S", "-c", "import time; print(time.time())")


def off_by(difference: timedelta) -> dict[str, str]:
    """The environment of a process whose wall clock is ahead by so much; its monotonic clock is right."""
    return {
        "LD_PRELOAD": str(_library()),
        "FAKETIME": f"{difference.total_seconds():+.0f}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def why_impossible() -> str | None:
    """Why no process can have a wrong clock on this machine; None when one can."""
    if importlib.util.find_spec("libfaketime") is None:
        return "libfaketime is not there"
    hour = timedelta(hours=1)
    right, wrong = (
        float(subprocess.run(_SHOW, env=environment, capture_output=True, text=True, check=True).stdout)
        for environment in ({}, off_by(hour))
    )
    return None if wrong - right > hour.total_seconds() / 2 else "libfaketime cannot be loaded here"


def _library() -> Path:
    found = importlib.util.find_spec("libfaketime")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "vendor/libfaketime/src/libfaketime.so.1"

"""The C loops under AddressSanitizer and UndefinedBehaviorSanitizer.

The engine's tests run with a library that stops at the first access outside of an array and at the first
undefined operation. The compiler that comes with Zig has no AddressSanitizer, so this needs gcc or clang.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cartload

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(cartload.__file__).parent
FLAGS = ("-O1", "-g", "-std=c11", "-fwrapv", "-fno-omit-frame-pointer", "-shared", "-fPIC")
SANITIZERS = "address,undefined"
TESTS = (
    "tests/unit/engine/test_engine_kernels.py",
    "tests/unit/engine/test_engine_determinism.py",
    "tests/unit/engine/test_engine_rowhash.py",
    "tests/unit/engine/test_engine_encoders.py",
    "tests/unit/engine/test_engine_encoders_coded.py",
    "tests/unit/engine/test_engine_message_limits.py",
)
OVERFLOW = """
import numpy as np
from cartload.kernels import library
library.run("owners", np.array([9]), 1, np.empty(4, np.int64))
"""
"""Writes nine numbers where there is room for four."""


def compiler() -> str:
    for name in ("gcc", "clang", "cc"):
        if found := shutil.which(name):
            return found
    raise AssertionError("no C compiler with sanitizers: install gcc or clang")


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which ``import cartload`` finds a copy with a library that watches itself."""
    folder = tmp_path_factory.mktemp("sanitized")
    kernels = folder / "cartload" / "kernels"
    shutil.copytree(PACKAGE, folder / "cartload", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    stop = ("-fsanitize=" + SANITIZERS, "-fno-sanitize-recover=all")
    sources = sorted(kernels.glob("*.c"))
    subprocess.run([compiler(), *FLAGS, *stop, "-o", kernels / "_kernels.so", *sources], check=True)
    shutil.copy(kernels / "_kernels.so", kernels / "_kernels_avx512.so")
    asked = [compiler(), "-print-file-name=libasan.so"]
    runtime = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT / "tests"))),
        "LD_PRELOAD": runtime,
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0",  # Python itself keeps memory to its end
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",  # so that Arrow's buffers are watched too
    }


def test_the_watched_library_stops_at_an_overflow(environ: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OVERFLOW], env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert "heap-buffer-overflow" in done.stderr
    assert "loops.c" in done.stderr


@pytest.mark.timeout(1800)
def test_the_engines_tests_pass_with_the_watched_library(environ: dict[str, str]) -> None:
    command = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *TESTS)
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=1700)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

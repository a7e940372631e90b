"""Commands whose standard streams are full, closed or of another encoding, or that are interrupted."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

COMMAND = f"{sys.executable} -m cartload"


def shell(command: str, folder: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    # Buffered output as users have it: the error comes at the last moment.
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(
        ["bash", "-c", command.replace("cartload", COMMAND, 1)],
        cwd=folder,
        env=variables | environ,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "command", ["schema", "schema --format markdown", "spec", "--help", "generate --help", "--version"]
)
@pytest.mark.parametrize(
    ("redirected", "said"),
    [("> /dev/full", "no space is left on the device"), (">&-", "standard output is closed")],
)
def test_text_that_nobody_gets_is_one_line_and_code_1(
    tmp_path: Path, command: str, redirected: str, said: str
) -> None:
    done = shell(f"cartload {command} {redirected}", tmp_path)
    assert (done.returncode, done.stderr) == (1, f"cartload: {said}\n")


@pytest.mark.parametrize("redirected", ["2>&-", "2> /dev/full", "2>&- <&-"])
def test_progress_that_cannot_be_shown_is_left_out(tmp_path: Path, redirected: str) -> None:
    done = shell(f"cartload generate tiny --out shop {redirected}", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    checked = shell(f"cartload check shop {redirected}", tmp_path)
    assert checked.returncode == 0, "what was meant for standard error is in no file"
    assert checked.stdout.startswith("shop: ")


def test_nobody_is_asked_for_a_password_where_there_is_no_input(tmp_path: Path) -> None:
    done = shell("cartload hash mysql://root@127.0.0.1:1/shop <&-", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("cartload: mysql://root@127.0.0.1:1/shop cannot be read: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_stream_to_a_closed_output_is_one_line(tmp_path: Path) -> None:
    done = shell("cartload generate tiny --out - --tables users --quiet >&-", tmp_path)
    assert (done.returncode, done.stderr) == (1, "cartload: standard output is closed\n")


def test_text_is_utf_8_whatever_python_is_told(tmp_path: Path) -> None:
    usual = shell("cartload schema --format markdown", tmp_path)
    ascii_only = shell("cartload schema --format markdown", tmp_path, PYTHONIOENCODING="ascii", LC_ALL="C")
    assert "→" in usual.stdout
    assert (ascii_only.returncode, ascii_only.stdout) == (0, usual.stdout)


def test_a_reader_of_text_that_has_enough_is_no_error(tmp_path: Path) -> None:
    done = shell("cartload schema --format json | true; exit ${PIPESTATUS[0]}", tmp_path)
    assert (done.returncode in (0, 1), done.stderr) == (True, "")


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize("command", ["check", "answers"])
def test_ctrl_c_within_a_query_is_one_line_and_code_130(tmp_path: Path, command: str) -> None:
    made = shell("cartload generate --customers 60000 --format csv --out shop --quiet", tmp_path)
    assert made.returncode == 0
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "cartload", command, str(tmp_path / "shop")],
        env=os.environ | {"TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # The rows are read into this file by queries, which take seconds for so many.
    wait_for(lambda: any(scratch.glob("*/stored.duckdb*")))
    process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=60)
    assert (process.returncode, out, told) == (130, "", "cartload: ended by SIGINT\n")
    assert not list(scratch.iterdir())


LOST = {
    "in a destructor": """
class Closed:
    def __del__(self):
        interrupt()
Closed()
""",
    "in code that drops all errors": """
try:
    interrupt()
except BaseException:
    pass
""",
}


def interrupted(lines: str) -> "subprocess.CompletedProcess[str]":
    program = f"""
import os, signal, time
from cartload.cli import signals
from cartload.cli.signals import Interrupted

def interrupt():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0)

signals.install()
try:
{textwrap.indent(lines, "    ")}
    time.sleep(60)
except Interrupted as stop:
    print(stop)
"""
    return subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=30
    )


@pytest.mark.parametrize("place", LOST)
def test_ctrl_c_is_heard_where_its_exception_is_lost(place: str) -> None:
    done = interrupted(LOST[place])
    assert (done.stdout, done.stderr) == ("ended by SIGINT\n", "")


def test_cleaning_up_is_not_interrupted_again() -> None:
    done = interrupted(
        """
try:
    interrupt()
finally:
    end = time.monotonic() + 0.5  # Several reminders, and a user who presses Ctrl-C again.
    interrupt()
    while time.monotonic() < end:
        pass
    print("cleaned up")
"""
    )
    assert (done.stdout, done.stderr) == ("cleaned up\nended by SIGINT\n", "")

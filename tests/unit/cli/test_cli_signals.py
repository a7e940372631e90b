"""Ctrl-C at the first moments of the command, while Python still imports its modules."""

import subprocess
import sys

import pytest

PROGRAM = """
import os, signal, sys

def interrupt(event, values):
    if event == "import" and values[0] == {module!r} and not sent:
        sent.append(True)
        os.kill(os.getpid(), signal.SIGINT)

sent = []
sys.addaudithook(interrupt)
sys.argv = ["cartload", *{arguments!r}]
from cartload.cli import run
run()
"""


def interrupted_at(module: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command, which gets Ctrl-C at its first import of a module."""
    program = PROGRAM.format(module=module, arguments=arguments)
    return subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    "module",
    [
        "contextlib",
        "cartload.cli.console",
        "cartload.cli.arguments",
        "pydantic",
    ],
)
def test_ctrl_c_during_an_import_is_one_line_and_code_130(module: str) -> None:
    done = interrupted_at(module, "spec")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "cartload: ended by SIGINT\n")


def test_the_version_can_be_interrupted_too() -> None:
    done = interrupted_at("importlib.metadata", "--version")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "cartload: ended by SIGINT\n")


def test_hardly_anything_is_imported_before_the_handlers_are_installed() -> None:
    program = """
import signal, sys
before = {*sys.modules}
def stop(number, handler):
    print(sorted({*sys.modules} - before))
    sys.exit()
signal.signal = stop
from cartload.cli import run
run()
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    loaded = set(done.stdout.strip("[]\n").replace("'", "").split(", "))
    ours = {name for name in loaded if name.partition(".")[0] == "cartload"}
    assert ours == {"cartload", "cartload._identity", "cartload.cli", "cartload.cli.signals"}
    assert not loaded & {"pathlib", "argparse", "importlib.metadata", "ssl", "numpy"}

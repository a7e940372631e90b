"""Commands run out of sight: their output is kept whole, and quoted when they fail or hang."""

import os
import sys
from pathlib import Path

import pytest

from cartload_dev.commands import Done, captured, captured_apart, run_quietly
from cartload_dev.errors import LauncherError


def script(text: str) -> list[str]:
    return ["/bin/sh", "-c", text]


def test_both_streams_come_back_in_their_order(tmp_path: Path) -> None:
    text = "echo one; echo two >&2; echo three; exit 4"
    assert captured(script(text), tmp_path, os.environ) == (4, "one\ntwo\nthree\n")


def test_it_runs_in_the_folder_with_the_environment_and_without_input(tmp_path: Path) -> None:
    code, output = captured(script('pwd; echo "$NAME"; cat'), tmp_path, {"NAME": "value", "PATH": "/bin"})
    assert (code, output.splitlines()) == (0, [str(tmp_path), "value"])


def test_output_that_is_no_text_is_no_trouble(tmp_path: Path) -> None:
    _, output = captured(script("printf '\\377ok'"), tmp_path, os.environ)
    assert output == "\N{REPLACEMENT CHARACTER}ok"


def test_a_command_that_fails_is_quoted(tmp_path: Path) -> None:
    command = [sys.executable, "-S", "-c", "import sys; print('no such package'); sys.exit(7)"]
    with pytest.raises(LauncherError, match=r"^python\S* failed with code 7:\nno such package$"):
        run_quietly(command, tmp_path, os.environ)


def test_only_the_end_of_a_long_output_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(LauncherError, match=r"^the build failed with code 1:\n961\n") as raised:
        run_quietly(script("seq 1000; exit 1"), tmp_path, os.environ, title="the build")
    assert str(raised.value).endswith("\n1000")


def test_one_that_succeeds_says_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run_quietly(script("echo noise; echo noise >&2"), tmp_path, os.environ)
    assert capfd.readouterr() == ("", "")


def test_one_that_hangs_is_a_plain_failure_also_when_a_child_of_it_goes_on(tmp_path: Path) -> None:
    # The child holds the output open for longer than the test may take.
    hangs = script("echo begun; sleep 1000 & echo $! >child; wait")
    with pytest.raises(LauncherError, match="sh took more than 0 s:\nbegun"):
        captured(hangs, tmp_path, os.environ, seconds=0.3)
    os.kill(int((tmp_path / "child").read_text()), 9)


def test_a_document_comes_back_apart_from_what_is_said_beside_it(tmp_path: Path) -> None:
    done = captured_apart(script("echo '{}'; echo warning >&2; exit 3"), tmp_path, os.environ, seconds=30)
    assert done == Done(3, "{}\n", "warning\n")

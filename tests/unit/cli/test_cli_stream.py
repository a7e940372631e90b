"""``cartload stream``: lines of JSON in the order of time, and what it refuses."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cartload.cli import main

MADE = ("--customers", "200", "--set", "ids=integer")
EARLIER, MOMENT = "2025-02-01T00:00:00Z", "2025-03-01T12:00:00Z"


def stream(*arguments: str) -> int:
    return main(["stream", *arguments])


def test_a_shop_is_played_in_the_order_of_time(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert stream(*MADE, "--to", "-", "--quiet") == 0
    out, err = capfdbinary.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert err == b""
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    assert list(lines[0]) == ["type", "key", "sequence", "time", "id", "topic", "data"]
    assert {line["topic"] for line in lines} == {
        "ecommerce-user-events",
        "ecommerce-orders",
        "ecommerce-inventory",
        "ecommerce-payments",
    }
    assert sum(line["type"] == "user_registered" for line in lines) == 200


def test_how_far_it_is_is_said_on_standard_error(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert stream("tiny", "--to", "-", "--topics", "ecommerce-payments") == 0
    out, err = capfdbinary.readouterr()
    made, written = err.decode().splitlines()
    count = out.count(b"\n")
    assert made.startswith(f"{count:,} events are made and in order in ")
    assert written.startswith(f"{count:,} events are written in ")
    assert written.endswith(" events/s)")


def test_topics_and_moments_are_chosen(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    topics = ("--topics", "ecommerce-orders, ecommerce-cdc.order_*")
    assert stream(*MADE, "--to", "-", "--quiet", *topics) == 0
    whole = capfdbinary.readouterr().out
    assert stream(*MADE, "--to", "-", "--quiet", *topics, "--until", MOMENT) == 0
    early = capfdbinary.readouterr().out
    assert stream(*MADE, "--to", "-", "--quiet", *topics, "--from", MOMENT) == 0
    late = capfdbinary.readouterr().out
    assert early + late == whole
    assert {json.loads(line)["topic"] for line in early.splitlines()} == {
        "ecommerce-orders",
        "ecommerce-cdc.order_details",
        "ecommerce-cdc.order_item",
    }
    assert stream(*MADE, "--as-of", MOMENT, "--to", "-", "--quiet", *topics) == 0
    assert capfdbinary.readouterr().out == early


def test_a_folder_is_played_as_its_spec_is(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["generate", *MADE, "--seed", "5", "--out", str(tmp_path), "--quiet"]) == 0
    assert stream(str(tmp_path), "--to", "-", "--quiet") == 0
    played = capfdbinary.readouterr().out
    assert stream(*MADE, "--seed", "5", "--to", "-", "--quiet") == 0
    assert played == capfdbinary.readouterr().out


def test_a_folder_of_another_vintage_is_not_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", *MADE, "--out", str(tmp_path), "--quiet"]) == 0
    manifest = tmp_path / "manifest.json"
    found: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**found, "vintage": found["vintage"] - 1}), encoding="utf-8")
    assert stream(str(tmp_path), "--to", "-") == 1
    assert "play it with the one that made it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--from", "2025-03-01T00:00:00Z", "--until", MOMENT[:4] + "-02-01T00:00:00Z"),
            "is after --until 2025-02-01",
        ),
        (
            ("--from", MOMENT, "--as-of", "2025-02-01T00:00:00Z"),
            "is after the spec's as_of, 2025-02-01T00:00:00",
        ),
        (("--until", MOMENT, "--as-of", MOMENT), "the spec says as_of"),
        (("--from", "2023-12-31T23:59:59Z"), "--from 2023-12-31T23:59:59Z: must lie in the window"),
        (("--until", "2026-01-01T00:00:01Z"), "--until 2026-01-01T00:00:01Z: must lie in the window"),
        (("--until", "soon"), "--until soon: must be a date and time with its zone"),
        (
            ("--topics", "ecommerce-clickstream"),
            "--topics: no topic ecommerce-clickstream; there are ecommerce-",
        ),
        (("--topics", "ecommerce-orders,"), "--topics: a name between the commas is missing"),
        (("--to", "kafka://127.0.0.1"), "--to kafka://127.0.0.1: only - is known"),
        (("--customers", "0"), "0 is not above 0"),
    ],
)
def test_what_makes_no_sense_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert stream("tiny", "--to", "-", *arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


def test_a_folder_takes_no_options_of_a_spec(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stream(str(tmp_path), "--to", "-", "--seed", "5") == 2
    assert f"--seed is for a spec: {tmp_path} says itself" in capsys.readouterr().err
    assert stream(str(tmp_path), "--to", "-") == 1
    assert f"{tmp_path} has no manifest.json" in capsys.readouterr().err


def process(*arguments: str, **more: Any) -> "subprocess.Popen[bytes]":
    command = (sys.executable, "-m", "cartload", "stream", *arguments)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def test_a_reader_who_has_enough_ends_it_quietly() -> None:
    # More than a pipe holds.
    with process("--customers", "1000", "--to", "-", "--quiet") as played:
        assert played.stdout is not None
        assert played.stderr is not None
        assert json.loads(played.stdout.readline())["sequence"] == 1
        played.stdout.close()
        assert played.stderr.read() == b""
    assert played.returncode == 1


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    # More than is sorted in memory: it waits for its reader with its temporary file open.
    place = {**os.environ, "TMPDIR": str(tmp_path)}
    with process("--customers", "2000", "--to", "-", "--quiet", "--topics", "*", env=place) as played:
        assert played.stdout is not None
        assert json.loads(played.stdout.readline())
        played.send_signal(signal.SIGINT)
        _, err = played.communicate(timeout=60)
    assert (played.returncode, err) == (130, b"cartload: ended by SIGINT\n")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_line() -> None:
    with open("/dev/full", "wb") as full:
        command = (sys.executable, "-m", "cartload", "stream", "tiny", "--to", "-", "--quiet")
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.decode() == "cartload: no space is left on the device\n"

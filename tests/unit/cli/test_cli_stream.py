"""``cartload stream``: lines of JSON in the order of time, and what it refuses."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime
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
            ("--topics", "ecommerce-clicks"),
            "--topics: no topic ecommerce-clicks; there are ecommerce-",
        ),
        (("--topics", "ecommerce-orders,"), "--topics: a name between the commas is missing"),
        (
            ("--to", "events.jsonl"),
            "--to events.jsonl: must be - (standard output), kafka://host:9092 or mysql://user@host/database",
        ),
        (("--to", "kafka://127.0.0.1:0"), "--to: not a URL like kafka://host:9092: '127.0.0.1:0'"),
        (("--partitions", "3"), "--partitions is for --to kafka://"),
        (("--topic-prefix", "mine-"), "--topic-prefix is for --to kafka://"),
        (("--to", "kafka://a:1", "--topic-prefix", "a b"), "--topic-prefix a b: must be at most 200 letters"),
        (("--speed", "0"), "--speed 0: must be a number from 1 to 3600, or max"),
        (("--speed=-5",), "--speed -5: must be a number from 1 to 3600, or max"),
        (("--speed", "3601"), "--speed 3601: must be a number from 1 to 3600, or max"),
        (("--speed", "nan"), "--speed nan: must be a number from 1 to 3600, or max"),
        (("--live-from", MOMENT), "--live-from needs a --speed from 1 to 3600"),
        (
            ("--speed", "60", "--live-from", "2026-02-01T00:00:00Z"),
            "--live-from 2026-02-01T00:00:00Z: must lie in the window",
        ),
        (
            ("--speed", "60", "--live-from", EARLIER, "--from", MOMENT),
            f"--live-from {EARLIER} is before --from {MOMENT}",
        ),
        (
            ("--speed", "60", "--live-from", MOMENT, "--until", EARLIER),
            f"--live-from {MOMENT} is after --until {EARLIER}",
        ),
        (("--customers", "0"), "0 is not above 0"),
        (("--faults", "faults.yaml"), "--faults and --ledger go together: what shall be wrong, and what was"),
        (
            ("--ledger", "ledger.jsonl"),
            "--faults and --ledger go together: what shall be wrong, and what was",
        ),
        (("--faults", "none.yaml", "--ledger", "x"), "--faults: none.yaml: No such file or directory"),
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


def test_live_events_are_there_when_they_are_due(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    part = ("--from", "2025-11-28T12:00:00Z", "--until", "2025-11-28T13:00:00Z", "--topics", "*")
    began = time.monotonic()
    with process("--customers", "2000", "--to", "-", "--quiet", "--speed", "3600", *part) as played:
        assert played.stdout is not None
        arrived = [(json.loads(line)["time"], time.monotonic()) for line in played.stdout]
    assert played.returncode == 0
    assert stream("--customers", "2000", "--to", "-", "--quiet", *part) == 0
    assert [when for when, _ in arrived] == [
        json.loads(line)["time"] for line in capfdbinary.readouterr().out.splitlines()
    ]
    # An hour at this speed is one second: nothing comes faster, whatever this machine is busy with.
    times = [datetime.fromisoformat(when).timestamp() for when, _ in arrived]
    clock = [moment - began for _, moment in arrived]
    assert clock[-1] - clock[0] >= 0.9 * (times[-1] - times[0]) / 3600


def test_kafka_needs_its_client(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['confluent_kafka'] = None; from cartload.cli import run; run()"
    for command in (["stream", "tiny", "--to", "kafka://a:1"], ["fold", "kafka://a:1", "--against", "tiny"]):
        done = subprocess.run(
            [sys.executable, "-c", hidden, *command], capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 1
        assert done.stderr.decode() == (
            "cartload: this needs confluent-kafka: pip install 'cartload[kafka]'\n"
        )

"""``cartload hash``, ``check`` and ``answers`` over what ``generate`` wrote."""

import json
from pathlib import Path

import pytest

from cartload.cli import main
from cartload.storage import manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert (
        main(
            [
                "generate",
                "--customers",
                "400",
                "--set",
                "clickstream.sessions_per_customer=1",
                "--out",
                str(tmp_path / "shop"),
                "--quiet",
            ]
        )
        == 0
    )
    return tmp_path / "shop"


def test_the_hash_of_a_folder_is_its_manifests(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hash", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {name: totals.model_dump() for name, totals in manifest.read(folder).tables.items()}
    assert main(["hash", str(folder)]) == 0
    assert f"{told['users']['hash']}             400  users\n" in capsys.readouterr().out


def test_a_whole_folder_passes_the_check(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    assert main(["check", str(folder), "--report", "json", "--report-file", str(report)]) == 0
    assert "all invariants hold" in capsys.readouterr().out
    assert json.loads(report.read_text(encoding="utf-8"))["ok"] is True


def test_a_broken_invariant_is_shown_and_is_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["generate", "--customers", "50", "--format", "csv", "--out", str(tmp_path), "--quiet"]
    assert main(arguments) == 0
    part = tmp_path / "users" / "part-0.csv"
    lines = part.read_text(encoding="utf-8").splitlines(keepends=True)
    part.write_text("".join(lines[:-1]), encoding="utf-8")
    assert main(["check", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "1 BROKEN Keys" in told
    assert "2 ok     Money" in told


def test_answers_are_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["answers", str(folder)]) == 0
    items = json.loads(capsys.readouterr().out)["items"]
    assert len(items) >= 20
    assert all(item["rows"] and item["sql"] for item in items)


def test_what_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hash", str(tmp_path / "nothing")]) == 1
    assert capsys.readouterr().err == f"cartload: {tmp_path}/nothing is no folder\n"
    assert main(["check", "mysql://root@127.0.0.1"]) == 2
    assert "names no database" in capsys.readouterr().err

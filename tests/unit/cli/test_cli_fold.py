"""``cartload fold``: a stream's rows are those of the dataset, or it says which are not."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from cartload.cli import main
from cartload.schema import TABLE_NAMES

MADE = ("--customers", "300", "--set", "catalogue.products=400")
MOMENT = "2025-03-01T12:00:00Z"
type Line = dict[str, Any]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The rows of a shop as a stream in a file, made with some more options."""
    made: dict[tuple[str, ...], Path] = {}

    def file(*more: str) -> Path:
        if more not in made:
            path = tmp_path_factory.mktemp("played") / "rows.jsonl"
            command = (sys.executable, "-m", "cartload", "stream", *MADE, *more)
            with path.open("wb") as out:
                subprocess.run([*command, "--to", "-", "--quiet", "--topics", "*"], stdout=out, check=True)
            made[more] = path
        return made[more]

    return file


def fold(file: Path | str, against: str, *more: str) -> int:
    return main(["fold", str(file), "--against", against, *more])


def changed(path: Path, tmp_path: Path, change: Callable[[Line], Iterable[Line]]) -> Path:
    """A copy of a stream with other lines for some."""
    result = tmp_path / "changed.jsonl"
    with path.open(encoding="utf-8") as file:
        lines = (json.dumps(line) for old in file for line in change(json.loads(old)))
        result.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return result


def spec_file(tmp_path: Path, **more: Any) -> str:
    spec = {"customers": 300, "catalogue": {"products": 400}, **more}
    (tmp_path / "shop.json").write_text(json.dumps(spec), encoding="utf-8")
    return str(tmp_path / "shop.json")


@pytest.mark.parametrize("ids", ["uuid", "integer"])
def test_a_stream_folds_to_its_dataset(
    tmp_path: Path, played: Callable[..., Path], capsys: pytest.CaptureFixture[str], ids: str
) -> None:
    file = played("--set", f"ids={ids}")
    assert fold(file, spec_file(tmp_path), "--set", f"ids={ids}") == 0
    out = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in out] == [f"{name}:" for name in TABLE_NAMES]
    assert "equal    users: 300 rows" in out
    assert main(["generate", *MADE, "--set", f"ids={ids}", "--out", str(tmp_path / "shop"), "--quiet"]) == 0
    assert fold(file, str(tmp_path / "shop")) == 0


def test_until_a_moment_it_folds_to_the_shop_as_of_then(
    tmp_path: Path, played: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    file = played("--until", MOMENT)
    assert fold(file, spec_file(tmp_path), "--as-of", MOMENT) == 0
    assert fold(file, spec_file(tmp_path)) == 1
    assert "differs  users: " in capsys.readouterr().out


def test_events_may_come_in_any_order_and_twice(tmp_path: Path, played: Callable[..., Path]) -> None:
    lines = played().read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "mixed.jsonl").write_text("".join([*reversed(lines), *lines[::3]]), encoding="utf-8")
    assert fold(tmp_path / "mixed.jsonl", spec_file(tmp_path)) == 0


def test_a_lost_change_is_named_by_its_key(
    tmp_path: Path, played: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    lost: list[str] = []

    def lose_one(line: Line) -> list[Line]:
        if not lost and line["topic"] == "ecommerce-cdc.wishlist" and line["sequence"] == 2:
            lost.append(line["data"]["after"]["id"])
            return []
        return [line]

    assert fold(changed(played(), tmp_path, lose_one), spec_file(tmp_path)) == 1
    out = capsys.readouterr().out.splitlines()
    differing = [line for line in out if not line.startswith("equal ")]
    assert differing == [f"differs  wishlist: 360 rows, 360 expected; 1 key differs: {lost[0]}"]


def test_lost_rows_wrong_values_and_deleted_rows_are_found(
    tmp_path: Path, played: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    def spoil(line: Line) -> list[Line]:
        topic, data = line["topic"], line["data"]
        if topic == "ecommerce-cdc.addresses":
            return []
        if topic == "ecommerce-cdc.categories":
            data["after"]["name"] += "!"
        if topic == "ecommerce-cdc.products":
            data["after"]["rating"] = "good"
        if topic == "ecommerce-cdc.users":
            gone = {**line, "sequence": 2, "data": {"before": data["after"], "after": None, "op": "d"}}
            return [gone, line]
        return [line]

    assert fold(changed(played(), tmp_path, spoil), spec_file(tmp_path)) == 1
    told = {line.split()[1]: line for line in capsys.readouterr().out.splitlines()}
    assert "addresses: 0 rows, 420 expected; 420 keys differ: " in told["addresses:"]
    assert "categories: 20 rows, 20 expected; 20 keys differ: " in told["categories:"]
    assert told["categories:"].endswith(", …")
    assert "products: 400 rows, 400 expected; 400 keys differ: " in told["products:"]
    assert "users: 0 rows, 300 expected; 300 keys differ: " in told["users:"]
    assert told["order_item:"].startswith("equal ")


def test_the_ledger_of_faults_explains_each_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, ledger, faulty = (str(tmp_path / name) for name in ("faults.json", "ledger.jsonl", "faulty.jsonl"))
    kinds = ("missing", "duplicate", "late", "reordered", "corrupt", "poison", "new_field")
    Path(plan).write_text(json.dumps({kind: {"rate": 0.02} for kind in kinds}), encoding="utf-8")
    command = (sys.executable, "-m", "cartload", "stream", *MADE, "--to", "-", "--quiet", "--topics", "*")
    with Path(faulty).open("wb") as out:
        subprocess.run([*command, "--faults", plan, "--ledger", ledger], stdout=out, check=True)
    faults = [json.loads(line) for line in Path(ledger).read_bytes().splitlines()]
    poison = sum(fault["kind"] == "poison" for fault in faults)
    assert fold(faulty, spec_file(tmp_path)) == 1
    told = capsys.readouterr()
    assert f"cartload: {poison:,} messages are no JSON: they are left out\n" in told.err
    assert " events came again: each counts once\n" in told.err
    assert "\ngap      ecommerce-cdc.order_details: " in told.out
    assert fold(faulty, spec_file(tmp_path), "--ledger", ledger) == 0
    assert capsys.readouterr().out.count("equal ") == len(TABLE_NAMES)
    # Without one of its lines it does not: the ledger has no fault too few.
    found = [place for place, fault in enumerate(faults) if fault["kind"] == "missing"]
    kept = [fault for place, fault in enumerate(faults) if place != found[-1]]
    Path(ledger).write_text("".join(json.dumps(fault) + "\n" for fault in kept), encoding="utf-8")
    of_row = "cdc" in faults[found[-1]]["event"]["topic"]
    assert fold(faulty, spec_file(tmp_path), "--ledger", ledger) == int(of_row)


def test_a_ledger_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rows.jsonl").touch()
    assert fold(tmp_path / "rows.jsonl", spec_file(tmp_path), "--ledger", "none.jsonl") == 1
    assert capsys.readouterr().err == "cartload: --ledger none.jsonl: there is no such file\n"


def test_one_table_is_enough(
    tmp_path: Path, played: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    only = changed(played(), tmp_path, lambda line: [line] if line["topic"] == "ecommerce-cdc.users" else [])
    assert fold(only, spec_file(tmp_path), "--tables", "users") == 0
    assert capsys.readouterr().out == "equal    users: 300 rows\n"


def test_standard_input_is_read(tmp_path: Path, played: Callable[..., Path]) -> None:
    command = (sys.executable, "-m", "cartload", "fold", "-", "--against", spec_file(tmp_path))
    given = played().read_bytes()
    done = subprocess.run(command, input=given, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    done = subprocess.run(command, input=b"{}\n", capture_output=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.decode() == (
        "cartload: standard input has no event of a row: make it with --topics 'ecommerce-cdc.*'\n"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "has no event of a row"),
        (b'{"topic": "ecommerce-orders", "key": "1", "sequence": 1, "data": {}}\n', "has no event of a row"),
        (b"order 1\n", "has no event of a row: "),
    ],
)
def test_what_is_no_stream_of_rows_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, message: str
) -> None:
    file = tmp_path / "some [file]*.jsonl"
    file.write_bytes(content)
    assert fold(file, spec_file(tmp_path)) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"cartload: {file} ")
    assert message in err
    assert err.count("\n") == 1


def test_keys_of_another_kind_are_refused(
    tmp_path: Path, played: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert fold(played(), spec_file(tmp_path, ids="integer")) == 1
    assert "has uuid ids, the dataset has integer" in capsys.readouterr().err


def test_places_that_are_not_there_are_refused(
    tmp_path: Path, played: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing"
    assert fold(missing, spec_file(tmp_path)) == 1
    assert f"{missing}: there is no such file" in capsys.readouterr().err
    assert fold(played(), str(missing)) == 2
    assert str(missing) in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert fold(played(), str(tmp_path / "empty")) == 1
    assert "holds no dataset" in capsys.readouterr().err
    assert fold(played(), str(tmp_path / "empty"), "--seed", "1") == 2
    assert "--seed is for a spec" in capsys.readouterr().err
    assert fold(played(), spec_file(tmp_path), "--tables", "buyers") == 2

"""What each command refuses, in one line, by code 2 for wrong usage and 1 for failures; and its last line."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cartload.cli import main
from cartload.schema import TABLE_NAMES
from cartload.storage import manifest

type Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command; the code, and what it printed."""

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(arguments)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop") / "shop"
    assert main(["generate", "tiny", "--out", str(folder), "--quiet"]) == 0
    return folder


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--out", "x", "--bom"), "--bom is for --format csv"),
        (("--into", "mysql://u@h/d", "--bom", "--format", "csv"), "--bom is for --format csv"),
        (
            ("--out", "x", "--format", "sql", "--partition", "month"),
            "--partition is for files that are read in place, not for --format sql",
        ),
        (("--out", "-", "--resume", "--tables", "users"), "--resume cannot be used with --out -"),
        (
            ("--out", "-", "--workers", "2", "--partition", "month"),
            "--workers, --partition cannot be used with --out -",
        ),
        (
            ("--out", "-", "--format", "csv"),
            "--out - holds one table as csv: name it with --tables, or --format sql",
        ),
        (("--out", "-"), "--out - holds one table as parquet: name it with --tables, or --format sql"),
        (
            ("--into", "mysql://u@h/d", "--tables", "users", "--format", "csv", "--resume"),
            "--resume, --format, --tables cannot be used with --into",
        ),
        (("--into", "shop"), "not a URL like mysql://user@host/database"),
        (("--into", "mysql://u@h"), "mysql://u@h names no database"),
        (("--into", "mysql://u:pw@h/d?x=1"), "?x is not known; there are ?tls=verify, ?tls="),
        (
            ("--out", "x", "--tables", "users,orders,a"),
            "--tables: no table a, orders; there are categ",
        ),
        (("--out", "x", "nothing.yaml"), "spec = 'nothing.yaml': neither a file nor a preset"),
        (("--out", "x", "--customers", "100000001"), "customers = 100000001: Input should be"),
        (("--out", "x", "--set", "seed=x"), "seed = 'x': Input should be a valid integer"),
    ],
)
def test_generate_refuses_before_it_writes(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run("generate", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("cartload: ")
    assert told in err
    assert len(err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("make",), "invalid choice: 'make'"),
        (("generate",), "one of the arguments --out --into is required"),
        (("generate", "--out", "x", "--into", "y"), "argument --into: not allowed with argument --out"),
        (("generate", "--out", "x", "--workers", "0"), "argument --workers: 0 is not above 0"),
        (("generate", "--out", "x", "--format", "xml"), "argument --format: invalid choice: 'xml'"),
        (("generate", "--out", "x", "a", "b"), "unrecognized arguments: b"),
        (("generate", "--out", "x", "--customers", "-5"), "argument --customers: -5 is not above 0"),
        (("check",), "the following arguments are required: DIR|URL"),
        (("check", "x", "--report", "pdf"), "argument --report: invalid choice: 'pdf'"),
        (("schema", "--ids", "int"), "argument --ids: invalid choice: 'int'"),
        (("answers", "x", "y"), "unrecognized arguments: y"),
    ],
)
def test_wrong_usage_is_told_with_the_usage(run: Run, arguments: tuple[str, ...], told: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("usage: cartload")
    assert told in err


@pytest.mark.parametrize("command", ["generate", "check", "answers", "hash", "schema", "spec"])
def test_every_command_has_help(run: Run, command: str) -> None:
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: cartload {command}")


@pytest.mark.parametrize("command", ["check", "answers", "hash"])
def test_a_place_that_cannot_be_read_is_a_failure(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    for place, told in (
        ("nowhere", "is no folder"),
        ("file", "is no folder"),
        ("empty", "holds no dataset: neither manifest.json nor a file like users/part-0.parquet"),
    ):
        code, out, err = run(command, str(tmp_path / place))
        assert (code, out, err) == (1, "", f"cartload: {tmp_path}/{place} {told}\n")


@pytest.mark.parametrize("command", ["check", "answers"])
def test_a_spec_beside_a_dataset_must_be_one_and_of_its_ids(run: Run, shop: Path, command: str) -> None:
    code, _, err = run(command, str(shop), "--spec", "nothing")
    assert (code, "neither a file nor a preset" in err) == (2, True)
    code, _, err = run(command, str(shop), "--spec", "load-test")
    assert (code, err) == (1, f"cartload: {shop} has uuid ids, the spec says integer\n")


def test_a_part_of_the_tables_has_hashes_but_no_answers(run: Run, tmp_path: Path) -> None:
    some = tmp_path / "some"
    assert run("generate", "tiny", "--tables", "users, wishlist", "--out", str(some), "--quiet")[0] == 0
    code, out, _ = run("hash", str(some), "--json")
    totals = manifest.read(some).tables
    assert (code, json.loads(out)) == (0, {name: one.model_dump() for name, one in totals.items()})
    assert list(totals) == ["users", "wishlist"]
    for command in ("check", "answers"):
        code, out, err = run(command, str(some))
        assert (code, out) == (1, "")
        others = ", ".join(name for name in TABLE_NAMES if name not in ("users", "wishlist"))
        assert err == f"cartload: {some} has no table {others}\n"


def test_a_report_that_cannot_be_written_is_no_success(run: Run, shop: Path, tmp_path: Path) -> None:
    where = tmp_path / "nowhere" / "report"
    for command in (("check", "--report-file"), ("answers", "--out")):
        code, out, err = run(command[0], str(shop), command[1], str(where))
        assert (code, out, err) == (1, "", f"cartload: {where}: No such file or directory\n")


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_a_report_goes_to_a_file_and_its_summary_to_the_terminal(
    run: Run, shop: Path, tmp_path: Path, form: str
) -> None:
    printed = run("check", str(shop), "--report", form)
    assert (printed[0], printed[2]) == (0, "")
    file = tmp_path / "report"
    code, out, err = run("check", str(shop), "--report", form, "--report-file", str(file))
    assert (code, err) == (0, "")
    assert file.read_text(encoding="utf-8") == printed[1]
    assert out.startswith(f"{shop}: all invariants hold, 100 % of ")


def test_the_last_line_of_a_run_says_what_is_whole(run: Run, tmp_path: Path) -> None:
    code, out, err = run("generate", "tiny", "--out", str(tmp_path / "shop"), "--workers", "1")
    assert (code, out) == (0, "")
    assert err.splitlines()[-1].startswith(f"{tmp_path}/shop is whole in ")
    code, out, err = run("generate", "tiny", "--out", str(tmp_path / "shop"), "--resume")
    assert (code, err.splitlines()[0]) == (0, f"{tmp_path}/shop is whole already")


def test_months_are_folders_that_hold_their_orders_only(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    command = ("generate", "--customers", "300", "--seed", "5", "--out", str(folder), "--quiet")
    assert run(*command, "--partition", "month")[0] == 0
    parts = sorted((folder / "order_details").glob("*/*.parquet"))
    assert len(parts) > 20
    rows = 0
    for part in parts:
        name, _, month = part.parent.name.partition("=")
        placed = pq.ParquetFile(part).read()["placed_at"].to_pylist()
        assert (name, {f"{moment:%Y-%m}" for moment in placed}) == ("placed_month", {month})
        rows += len(placed)
    assert rows == manifest.read(folder).tables["order_details"].rows == 750
    partitioned = run("hash", str(folder))
    assert run(*command[:-2], str(tmp_path / "plain"), "--quiet")[0] == 0
    assert run("hash", str(tmp_path / "plain")) == partitioned


def test_a_shop_without_orders_has_a_month_all_the_same(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    setting = ("--set", "orders.per_customer=0", "--partition", "month", "--format", "csv")
    assert run("generate", "tiny", *setting, "--out", str(folder), "--quiet")[0] == 0
    (part,) = (folder / "order_details").glob("*/*.csv")
    assert part.parent.name == "placed_month=2024-01"
    assert len(part.read_text(encoding="utf-8").splitlines()) == 1
    assert run("hash", str(folder))[0] == 0

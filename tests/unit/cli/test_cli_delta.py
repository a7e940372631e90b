"""``cartload delta``: a folder of changes, in every format, and what it refuses."""

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from cartload.cli import main
from cartload.schema import TABLE_NAMES, table
from cartload.spec import parse, resolve
from cartload.writers.changes import ChangesJob, Delta, write_folder

START, END = "2025-01-15T12:00:00Z", "2025-03-01T00:00:00Z"
READERS = {"parquet": "read_parquet", "csv": "read_csv", "jsonl": "read_json"}
MADE = ("--customers", "400", "--set", "ids=integer", "--quiet")


def delta(folder: Path, *more: str, since: str = START, until: str = END) -> int:
    return main(["delta", *MADE, "--from", since, "--to", until, "--out", str(folder), *more])


def generate(folder: Path, moment: str) -> None:
    assert main(["generate", *MADE, "--as-of", moment, "--out", str(folder)]) == 0


@pytest.mark.parametrize("form", READERS)
def test_applied_to_the_earlier_shop_it_makes_the_later_one(tmp_path: Path, form: str) -> None:
    generate(tmp_path / "before", START)
    generate(tmp_path / "after", END)
    assert delta(tmp_path / "delta", "--format", form) == 0
    found = Delta.model_validate_json((tmp_path / "delta" / "delta.json").read_text(encoding="utf-8"))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in TABLE_NAMES:
            read = f"{READERS[form]}('{tmp_path}/delta/{name}.{form}')"
            before, after = (f"read_parquet('{tmp_path}/{place}/{name}/*')" for place in ("before", "after"))
            columns = ", ".join(table(name).column_names)
            # Text of no rows does not say of which types its columns are.
            empty = not found.tables[name].inserts + found.tables[name].updates
            changed = (
                f"SELECT {columns}, '' AS _change_type FROM {before} WHERE false" if empty else f"FROM {read}"
            )
            applied = f"""WITH changes AS ({changed})
                SELECT {columns} FROM {before} WHERE id NOT IN (
                    SELECT id FROM changes WHERE _change_type <> 'insert')
                UNION ALL SELECT {columns} FROM changes WHERE _change_type <> 'update_preimage'"""
            for one, other in (
                (applied, f"SELECT {columns} FROM {after}"),
                (f"SELECT {columns} FROM {after}", applied),
            ):
                assert connection.sql(f"({one}) EXCEPT ALL ({other})").fetchall() == [], name


def test_what_the_folder_holds_is_said_by_delta_json(tmp_path: Path) -> None:
    assert delta(tmp_path, "--tables", "users,wishlist", "--format", "csv") == 0
    found = Delta.model_validate_json((tmp_path / "delta.json").read_text(encoding="utf-8"))
    assert (found.since.isoformat(), found.until.isoformat()) == (
        "2025-01-15T12:00:00+00:00",
        "2025-03-01T00:00:00+00:00",
    )
    assert found.spec.customers == 400
    assert found.tables.keys() == {"users", "wishlist"}
    for totals in found.tables.values():
        lines = (tmp_path / totals.path).read_bytes()
        assert len(lines) == totals.bytes
        assert lines.count(b"\n") == 1 + totals.inserts + 2 * totals.updates
    assert sorted(path.name for path in tmp_path.iterdir()) == ["delta.json", "users.csv", "wishlist.csv"]


def test_one_table_goes_to_standard_output(capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> None:
    arguments = ("--tables", "order_details", "--format", "jsonl")
    assert delta(tmp_path, *arguments) == 0
    assert delta(Path("-"), *arguments) == 0
    out = capfdbinary.readouterr().out
    assert out == (tmp_path / "order_details.jsonl").read_bytes()
    kinds = {json.loads(line)["_change_type"] for line in out.splitlines()}
    assert kinds == {"insert", "update_preimage", "update_postimage"}


@pytest.mark.parametrize(
    ("more", "since", "until", "message"),
    [
        ((), END, START, f"--from {END} is after --to {START}"),
        ((), "2023-01-01T00:00:00Z", END, "--from 2023-01-01T00:00:00Z: must lie in the window"),
        ((), START, "soon", "--to soon: must be a date and time with its zone"),
        (("--as-of", START), START, END, "the spec says as_of"),
        (("--tables", "buyers"), START, END, "--tables: no table buyers"),
    ],
)
def test_what_makes_no_sense_is_refused(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    more: tuple[str, ...],
    since: str,
    until: str,
    message: str,
) -> None:
    assert delta(tmp_path / "delta", *more, since=since, until=until) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "delta").exists()


def test_all_tables_do_not_fit_one_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert delta(Path("-")) == 2
    assert "--out - holds the changes of one table" in capsys.readouterr().err


def test_a_folder_with_something_in_it_stays_as_it_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "mine").write_text("precious", encoding="utf-8")
    assert delta(tmp_path) == 1
    assert f"{tmp_path} is not an empty folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_where_it_cannot_be_written_one_line_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert delta(tmp_path / "file" / "delta") == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_an_end_halfway_leaves_an_empty_folder(tmp_path: Path) -> None:
    spec = resolve(parse({"customers": 50}))
    since, until = (datetime(2025, month, 1, tzinfo=UTC) for month in (2, 3))
    job = ChangesJob(spec, since, until, "csv", TABLE_NAMES)

    def stop(rows: int) -> None:
        if rows:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_folder(job, tmp_path, stop)
    assert list(tmp_path.iterdir()) == []
    assert write_folder(job, tmp_path, lambda _: None).tables["users"].inserts > 0

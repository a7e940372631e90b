"""Writing into a folder: refused where something is, gone on with where a run was stopped, always whole."""

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cartload.schema import TABLE_NAMES
from cartload.spec import parse, resolve
from cartload.storage import manifest
from cartload.storage.manifest import Format, Manifest
from cartload.writers import folder, journal
from cartload.writers.job import FolderJob, OutputError

SPEC = resolve(parse({"customers": 30, "catalogue": {"products": 80}}))


class Stopped(BaseException):
    """What a signal raises, here at a chosen number of rows."""


def job(path: Path, file_format: Format = "csv", **fields: Any) -> FolderJob:
    return replace(FolderJob(path, SPEC, file_format, TABLE_NAMES), **fields)


def ignore(_: object) -> None:
    """Neither rows nor notices are of interest."""


def write(
    wanted: FolderJob,
    *,
    resume: bool = False,
    on_rows: Callable[[int], None] = ignore,
    notify: Callable[[str], None] = ignore,
) -> Manifest:
    return folder.write(wanted, resume=resume, processes=1, on_rows=on_rows, notify=notify)


def after(rows: int, error: BaseException) -> Callable[[int], None]:
    """Counts rows, and raises once there are so many."""
    left = [rows]

    def count(more: int) -> None:
        left[0] -= more
        if left[0] < 0:
            raise error

    return count


def files(path: Path) -> dict[str, bytes]:
    return {one.relative_to(path).as_posix(): one.read_bytes() for one in path.rglob("*") if one.is_file()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("undisturbed") / "shop"
    write(job(path))
    return files(path)


ROWS = 400
"""Enough that some runs are whole, and too few for all."""


def test_a_stopped_run_keeps_what_is_whole_and_goes_on_to_the_same_bytes(
    tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    notices: list[str] = []
    with pytest.raises(Stopped):
        write(job(tmp_path), on_rows=after(ROWS, Stopped()), notify=notices.append)
    left = files(tmp_path)
    whole = {name: content for name, content in left.items() if name != journal.NAME}
    assert whole
    assert whole.items() < undisturbed.items()
    parts = len(whole)
    assert notices == [
        f"{tmp_path} is not whole: {parts} parts that are whole stay, --resume goes on from there"
    ]
    rows: list[int] = []
    write(job(tmp_path), resume=True, on_rows=rows.append)
    assert files(tmp_path) == undisturbed
    assert sum(rows) == sum(totals.rows for totals in manifest.read(tmp_path).tables.values())


def test_a_full_disk_is_told_with_what_stays(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    full = OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "users/part-0.csv"))
    with pytest.raises(OutputError) as caught:
        write(job(tmp_path), on_rows=after(ROWS, full))
    told = str(caught.value)
    assert told.startswith(f"{tmp_path}/users/part-0.csv: no space is left on the device; ")
    assert told.endswith(" parts that are whole stay, --resume goes on from there")
    assert not [name for name in files(tmp_path) if name.endswith(".tmp")]
    write(job(tmp_path), resume=True)
    assert files(tmp_path) == undisturbed


def test_a_stopped_run_is_not_begun_anew_unasked(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        write(job(tmp_path), on_rows=after(ROWS, Stopped()))
    before = files(tmp_path)
    with pytest.raises(OutputError, match="holds an interrupted run: add --resume to go on, or delete it"):
        write(job(tmp_path))
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("other", "differ"),
    [
        ({"format": "jsonl"}, "format"),
        ({"tables": ("users",)}, "tables"),
        ({"monthly": True}, "partition"),
        ({"bom": True}, "bom"),
        ({"spec": SPEC.model_copy(update={"seed": 2})}, "spec"),
        ({"format": "parquet", "tables": ("users",)}, "format, tables"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_stopped_run_of_something_else_is_not_gone_on_with(
    tmp_path: Path, other: dict[str, Any], differ: str
) -> None:
    with pytest.raises(Stopped):
        write(job(tmp_path), on_rows=after(ROWS, Stopped()))
    before = files(tmp_path)
    with pytest.raises(OutputError, match=rf"of something else \({differ} differ\)"):
        write(replace(job(tmp_path), **other), resume=True)
    assert files(tmp_path) == before


@pytest.mark.parametrize("harm", ["changed", "longer", "missing"])
def test_a_part_that_is_not_as_it_was_written_is_made_again(
    tmp_path: Path, undisturbed: dict[str, bytes], harm: str
) -> None:
    with pytest.raises(Stopped):
        write(job(tmp_path), on_rows=after(ROWS, Stopped()))
    part = tmp_path / "categories" / "part-0.csv"
    content = part.read_bytes()
    match harm:
        case "changed":
            part.write_bytes(content.replace(b"a", b"b", 1))
        case "longer":
            part.write_bytes(content + b"\n")
        case _:
            part.unlink()
    notices: list[str] = []
    write(job(tmp_path), resume=True, notify=notices.append)
    assert notices == ["categories/part-0.csv is not as it was written: it is made again"]
    assert files(tmp_path) == undisturbed


def test_a_whole_folder_is_left_alone_by_a_resume(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    write(job(tmp_path))
    notices: list[str] = []
    found = write(job(tmp_path), resume=True, notify=notices.append)
    assert notices == [f"{tmp_path} is whole already"]
    assert found == manifest.read(tmp_path)
    assert files(tmp_path) == undisturbed


@pytest.mark.parametrize(
    "other",
    [
        {"format": "jsonl"},
        {"tables": ("users",)},
        {"monthly": True},
        {"bom": True},
        {"spec": SPEC.model_copy(update={"seed": 2})},
    ],
    ids=str,
)
@pytest.mark.parametrize("resume", [True, False])
def test_a_whole_folder_of_something_else_is_refused(
    tmp_path: Path, undisturbed: dict[str, bytes], other: dict[str, Any], resume: bool
) -> None:
    write(job(tmp_path))
    with pytest.raises(OutputError, match="holds a whole dataset already: choose another folder"):
        write(replace(job(tmp_path), **other), resume=resume)
    assert files(tmp_path) == undisturbed


@pytest.mark.parametrize("more", [{"bom": True}, {"monthly": True}, {"bom": True, "monthly": True}], ids=str)
def test_a_whole_folder_is_known_with_its_options(tmp_path: Path, more: dict[str, Any]) -> None:
    made = write(job(tmp_path, **more))
    assert write(job(tmp_path, **more), resume=True) == made


def test_folders_with_other_files_and_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "notes.txt").touch()
    with pytest.raises(OutputError, match=r"shop is not empty: choose another folder$"):
        write(job(tmp_path / "shop"))
    with pytest.raises(OutputError, match=r"notes\.txt is not a folder$"):
        write(job(tmp_path / "shop" / "notes.txt"))
    assert list(files(tmp_path)) == ["shop/notes.txt"]


def test_a_folder_is_made_with_all_above_it(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    write(job(tmp_path / "a" / "b" / "shop"))
    assert files(tmp_path / "a" / "b" / "shop") == undisturbed


def test_some_tables_are_written_as_they_are_among_all(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    found = write(job(tmp_path, tables=("users", "wishlist")))
    assert {name for name in files(tmp_path) if name != manifest.NAME} == {
        name for name in undisturbed if name.partition("/")[0] in ("users", "wishlist")
    }
    assert found.tables.keys() == {"users", "wishlist"}
    assert all(undisturbed[part.path] == (tmp_path / part.path).read_bytes() for part in found.parts)


def test_a_dump_has_keys_between_the_tables_it_has(tmp_path: Path) -> None:
    write(job(tmp_path / "some", "sql", tables=("users", "wishlist")))
    keys = (tmp_path / "some" / "keys.sql").read_text(encoding="utf-8")
    assert "fk_wishlist_user_id" in keys
    assert "fk_wishlist_product_id" not in keys  # There is no table of products to refer to.
    assert "_cartload" not in keys  # What the database would say of itself is not there as a whole.
    write(job(tmp_path / "all", "sql"))
    keys = (tmp_path / "all" / "keys.sql").read_text(encoding="utf-8")
    assert "fk_wishlist_product_id" in keys
    assert keys.rstrip().endswith("COMMIT;")
    assert "REPLACE INTO `_cartload`" in keys

"""Single files: whole under their name or not there, and named in errors."""

import errno
import hashlib
import stat
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartload.cli.result_file import write_result
from cartload.storage import atomic_file
from cartload.storage.atomic_file import describe_os_error
from cartload.writers.partfile import PartFile
from cartload.writers.rows import Cutter


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def on_a_full_disk(path: Path) -> None:
    """Let the hidden file, under whose name the file is written, be one that takes no byte."""
    atomic_file.temporary(path).symlink_to("/dev/full")


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "users" / "part-0.csv"
    file = PartFile(path)
    assert file.write(b"one,") == 4
    assert file.write(memoryview(b"two")) == 3
    assert not path.exists()
    written = file.finish()
    assert names(path.parent) == ["part-0.csv"]
    assert path.read_bytes() == b"one,two"
    assert (written.bytes, written.sha256) == (7, hashlib.sha256(b"one,two").hexdigest())


def test_an_abandoned_file_leaves_nothing_and_takes_what_comes_late(tmp_path: Path) -> None:
    file = PartFile(tmp_path / "part-0.csv")
    file.write(b"one")
    file.abandon()
    assert names(tmp_path) == []
    assert file.write(b"two") == 3  # Arrow writes a footer when its writer is collected.
    assert names(tmp_path) == []


def test_a_finished_file_is_not_taken_back(tmp_path: Path) -> None:
    file = PartFile(tmp_path / "part-0.csv")
    file.write(b"one")
    file.finish()
    file.abandon()
    assert (tmp_path / "part-0.csv").read_bytes() == b"one"


def test_a_second_file_of_the_name_replaces_the_first_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "part-0.csv"
    path.write_bytes(b"before")
    file = PartFile(path)
    file.write(b"after")
    assert path.read_bytes() == b"before"
    file.finish()
    assert path.read_bytes() == b"after"


def write_and_finish(file: PartFile, content: bytes) -> None:
    file.write(content)
    file.finish()


@pytest.mark.parametrize("amount", [10, 1_000_000], ids=["when it is finished", "when it is written"])
def test_a_full_disk_names_the_file_by_its_name_to_be(tmp_path: Path, amount: int) -> None:
    path = tmp_path / "part-0.csv"
    on_a_full_disk(path)
    file = PartFile(path)
    with pytest.raises(OSError, match="No space left") as caught:
        write_and_finish(file, b"x" * amount)
    assert describe_os_error(caught.value) == f"{path}: no space is left on the device"
    file.abandon()
    assert names(tmp_path) == []


def test_what_cannot_be_written_as_a_whole_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(b"before")
    on_a_full_disk(path)
    with pytest.raises(OSError, match="No space left"):
        atomic_file.write(path, b"after")
    assert names(tmp_path) == ["manifest.json"]
    assert path.read_bytes() == b"before"
    atomic_file.write(path, b"after")
    assert path.read_bytes() == b"after"


def test_a_name_that_a_folder_has_is_an_error_that_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        atomic_file.write(tmp_path / "manifest.json", b"content")
    assert names(tmp_path) == ["manifest.json"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no space is left on the device"),
        (OSError(errno.EDQUOT, "Disk quota exceeded", "a/b"), "a/b: the disk quota is used up"),
        (PermissionError(errno.EACCES, "Permission denied", "a"), "a: permission denied"),
        (OSError(errno.EROFS, "Read-only file system", "a"), "a: the file system is read-only"),
        (OSError(errno.EIO, "Input/output error", "a"), "a: Input/output error"),
        (OSError("a library's own words"), "a library's own words"),
    ],
)
def test_what_the_system_refuses_is_one_line(error: OSError, told: str) -> None:
    assert describe_os_error(error) == told


def test_a_report_may_have_the_longest_name_there_can_be(tmp_path: Path) -> None:
    path = tmp_path / ("r" * 255)
    write_result("first", str(path))
    write_result("second", str(path))
    assert path.read_text(encoding="utf-8") == "second"
    assert names(tmp_path) == [path.name]


def test_a_report_that_fails_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(UnicodeEncodeError):
        write_result("\ud800", str(path))
    assert names(tmp_path) == ["report"]
    assert path.read_text(encoding="utf-8") == "before"


def test_bytes_of_names_that_are_no_text_are_written_back(tmp_path: Path) -> None:
    path = tmp_path / "report"
    write_result(b"shop-\xff".decode("utf-8", "surrogateescape"), str(path))
    assert path.read_bytes() == b"shop-\xff"


def test_a_file_may_be_written_in_a_folder_that_takes_no_new_ones(tmp_path: Path) -> None:
    """As one that is mounted into a container; whoever is root may write everywhere."""
    path = tmp_path / "folder" / "report"
    path.parent.mkdir()
    path.write_text("before", encoding="utf-8")
    path.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        write_result("after", str(path))
    finally:
        path.parent.chmod(stat.S_IRWXU)
    assert path.read_text(encoding="utf-8") == "after"
    assert names(path.parent) == ["report"]


def batches(lengths: list[int]) -> list[pa.RecordBatch]:
    """Batches of these lengths, their rows numbered on."""
    starts = [sum(lengths[:place]) for place in range(len(lengths))]
    return [
        pa.RecordBatch.from_arrays([pa.array(range(start, start + length), pa.int64())], ["n"])
        for start, length in zip(starts, lengths, strict=True)
    ]


@given(st.lists(st.integers(0, 25), max_size=8), st.integers(1, 12))
def test_rows_are_cut_into_groups_of_one_length_in_their_order(lengths: list[int], rows: int) -> None:
    cutter = Cutter(rows)
    groups = [group for batch in batches(lengths) for group in cutter.add(batch)]
    assert all(group.num_rows == rows for group in groups)
    rest = list(cutter.rest())
    assert [group.num_rows for group in rest] == ([sum(lengths) % rows] if sum(lengths) % rows else [])
    found = [number for group in [*groups, *rest] for number in group["n"].to_pylist()]
    assert found == list(range(sum(lengths)))


def test_a_group_comes_as_soon_as_it_is_full() -> None:
    cutter = Cutter(10)
    came = [sum(group.num_rows for group in cutter.add(batch)) for batch in batches([9, 1, 10, 5])]
    assert came == [0, 10, 10, 0]

"""The journal of an unfinished folder: what is whole stays noted, and one process at a time has it."""

import json
from pathlib import Path
from typing import Any

import pytest

from cartload.storage.manifest import Part
from cartload.writers.job import OutputError
from cartload.writers.journal import NAME, Entry, Journal
from cartload.writers.parts import Finished

IDENTITY: dict[str, Any] = {"vintage": 4, "spec": {"name": "Größe", "seed": 1}, "tables": ["users"]}


def entry(run: int, rows: int = 10) -> Entry:
    part = Part(table="users", path=f"users/part-{run}.csv", first=run, rows=rows, bytes=99, sha256="ab" * 32)
    return Entry(run=run, parts=(Finished(part=part, hash="0" * 32),))


def begun(folder: Path, *entries: Entry) -> bytes:
    """The content of a journal with some entries, left behind by a run that was killed."""
    journal = Journal.begin(folder, IDENTITY)
    for one in entries:
        journal.add(one)
    journal.close()
    return (folder / NAME).read_bytes()


def read_again(folder: Path) -> dict[int, Entry]:
    journal = Journal.go_on(folder, IDENTITY)
    journal.close()
    return journal.entries


def test_what_was_noted_is_there_again(tmp_path: Path) -> None:
    begun(tmp_path, entry(0), entry(7))
    assert read_again(tmp_path) == {0: entry(0), 7: entry(7)}


def test_it_goes_on_behind_what_is_there(tmp_path: Path) -> None:
    begun(tmp_path, entry(0))
    journal = Journal.go_on(tmp_path, IDENTITY)
    journal.add(entry(1))
    journal.close()
    assert read_again(tmp_path) == {0: entry(0), 1: entry(1)}


def test_a_run_that_is_made_again_is_noted_as_it_is_now(tmp_path: Path) -> None:
    begun(tmp_path, entry(0, rows=10), entry(1))
    journal = Journal.go_on(tmp_path, IDENTITY)
    journal.forget(0)
    assert list(journal.entries) == [1]
    journal.add(entry(0, rows=11))
    journal.close()
    assert read_again(tmp_path)[0] == entry(0, rows=11)


def test_wherever_it_was_torn_the_whole_lines_count(tmp_path: Path) -> None:
    """A power failure may leave any part of what was written last."""
    first = len(begun(tmp_path, entry(0)))
    (tmp_path / NAME).unlink()
    whole = begun(tmp_path, entry(0), entry(1))
    for length in range(first, len(whole)):
        (tmp_path / NAME).write_bytes(whole[:length])
        assert read_again(tmp_path) == {0: entry(0)}
        journal = Journal.go_on(tmp_path, IDENTITY)
        journal.add(entry(2))
        journal.close()
        assert read_again(tmp_path) == {0: entry(0), 2: entry(2)}


@pytest.mark.parametrize("kept", [0, 1, 20, -1])
def test_a_torn_first_line_begins_anew(tmp_path: Path, kept: int) -> None:
    whole = begun(tmp_path)
    (tmp_path / NAME).write_bytes(whole[:kept])
    assert read_again(tmp_path) == {}
    assert (tmp_path / NAME).read_bytes() == whole


@pytest.mark.parametrize("line", [b"nothing\n", b"5\n", b'{"run": "x", "parts": []}\n', b"\xff\n"])
def test_nothing_is_believed_behind_a_line_that_is_no_entry(tmp_path: Path, line: bytes) -> None:
    whole = begun(tmp_path, entry(0))
    later = json.dumps(entry(3).model_dump(mode="json")).encode() + b"\n"
    (tmp_path / NAME).write_bytes(whole + line + later)
    assert read_again(tmp_path) == {0: entry(0)}
    assert (tmp_path / NAME).read_bytes() == whole


@pytest.mark.parametrize("there", [IDENTITY | {"spec": {}, "tables": []}, [1], "text"])
def test_a_run_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path, there: Any) -> None:
    before = json.dumps(there).encode() + b"\n"
    (tmp_path / NAME).write_bytes(before)
    with pytest.raises(OutputError, match="an interrupted run of something else") as caught:
        Journal.go_on(tmp_path, IDENTITY)
    assert "spec, tables differ" in str(caught.value)
    assert (tmp_path / NAME).read_bytes() == before


def test_a_second_process_is_kept_out_while_the_first_works(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path, IDENTITY)
    for begin in (Journal.go_on, Journal.begin):
        with pytest.raises(OutputError, match="is being written by another cartload"):
            begin(tmp_path, IDENTITY)
    journal.add(entry(0))
    journal.close()
    assert read_again(tmp_path) == {0: entry(0)}


def test_a_third_process_is_kept_out_of_a_run_that_was_gone_on_with(tmp_path: Path) -> None:
    begun(tmp_path, entry(0))
    second = Journal.go_on(tmp_path, IDENTITY)
    with pytest.raises(OutputError, match="is being written by another cartload"):
        Journal.go_on(tmp_path, IDENTITY)
    second.add(entry(1))
    second.close()
    assert read_again(tmp_path) == {0: entry(0), 1: entry(1)}


def test_the_end_deletes_it_and_lets_go(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path, IDENTITY)
    journal.end()
    assert not list(tmp_path.iterdir())
    Journal.begin(tmp_path, IDENTITY).end()


def test_a_refused_journal_is_let_go_of(tmp_path: Path) -> None:
    begun(tmp_path, entry(0))
    with pytest.raises(OutputError, match="something else"):
        Journal.go_on(tmp_path, IDENTITY | {"vintage": 5})
    assert read_again(tmp_path) == {0: entry(0)}


def test_a_folder_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Journal.begin(tmp_path / "nowhere", IDENTITY)
    with pytest.raises(FileNotFoundError):
        Journal.go_on(tmp_path, IDENTITY)

"""What docs/streams.md shows runs, and it has every topic and type of events."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cartload.events.topics import BUSINESS_TOPICS, EVENT_TYPES, TOPICS
from cartload.faults.plan import KINDS
from cartload.schema import TABLE_NAMES
from cartload_dev.paths import checkout
from support.pages import run_commands, snippets

PAGE = checkout() / "docs" / "streams.md"
HEADINGS = (
    "Streams",
    "Rows, as change data capture tells of them",
    "The right answer is known",
    "A part of the time",
    "At the speed of a clock",
    "Faults, with a ledger",
    "Mended by its ledger",
)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the page's commands print, below each heading in the order of the page; for fewer customers."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "default.yaml").write_text("customers: 100\n", encoding="utf-8")
    found = {"folder": str(folder)}
    for heading in HEADINGS:
        (commands,) = snippets(PAGE, heading, "sh")
        fewer = commands.replace("--customers 1000", "--customers 100")
        found[heading] = run_commands(fewer, folder)
    return found


def test_the_commands_run_and_what_is_folded_is_equal(printed: dict[str, str]) -> None:
    assert printed["Streams"].startswith('{"type":"product_created","key":')
    assert printed["The right answer is known"].count("equal ") == len(TABLE_NAMES)
    assert printed["A part of the time"].count("equal ") == 2 * len(TABLE_NAMES)
    assert printed["Mended by its ledger"].count("equal ") == len(TABLE_NAMES)


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Rows, as change data capture tells of them", "100 users"),
        ("Questions to a stream", "payment_refunded"),
    ],
)
def test_the_programs_run(printed: dict[str, str], heading: str, expected: str) -> None:
    (program,) = snippets(PAGE, heading, "python")
    assert expected in run_commands(f"python - <<'PROGRAM'\n{program}PROGRAM\n", Path(printed["folder"]))


def test_the_ledger_holds_the_faults_that_were_asked_for(printed: dict[str, str]) -> None:
    ledger = (Path(printed["folder"]) / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["kind"] for line in ledger} == {"duplicate", "late", "corrupt"}


def test_every_kind_of_fault_is_in_the_table() -> None:
    lines = PAGE.read_text(encoding="utf-8").partition("\n| kind |")[2].partition("\n\n")[0].splitlines()
    assert tuple(line.split("`")[1] for line in lines[2:]) == KINDS


def rows_of_the_table() -> Iterator[str]:
    lines = PAGE.read_text(encoding="utf-8").partition("\n| topic |")[2].splitlines()
    yield from (line for line in lines if line.startswith("| `ecommerce-"))


def test_every_topic_and_type_is_in_the_table() -> None:
    told = {line.split("`")[1]: line for line in rows_of_the_table()}
    assert told.keys() == {*BUSINESS_TOPICS, "ecommerce-cdc.<table>"}
    assert all(topic in BUSINESS_TOPICS or topic.startswith("ecommerce-cdc.") for topic in TOPICS)
    for kind in EVENT_TYPES:
        row = told["ecommerce-cdc.<table>" if kind.form == "cdc" else kind.topic]
        assert f"`{kind.name}`" in row
        assert kind.previous is None or f"`previous_{kind.previous}`" in row

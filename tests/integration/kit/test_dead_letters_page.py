"""What docs/runbooks/dead-letters.md shows for looking at dead letters is a program that runs."""

import asyncio
import sys
from pathlib import Path

from cartload_kit.kafka import BadMessage, Record
from support.kafka_place import Place, running
from support.pages import snippets

PAGE = Path(__file__).resolve().parents[3] / "docs" / "runbooks" / "dead-letters.md"


async def test_the_program_shows_what_every_letter_says(place: Place, tmp_path: Path) -> None:
    async def refuse(record: Record) -> None:
        raise BadMessage(f"cannot handle {record.value.decode()}")

    await place.send(3)
    async with running(place.consumer(refuse)):
        await place.dead_letters(3)
    (program,) = snippets(PAGE, "How to see it", "python")
    assert program.count("cartload.dead-letters") == 1
    (tmp_path / "letters.py").write_text(program.replace("cartload.dead-letters", place.dead))
    shown = await asyncio.create_subprocess_exec(
        sys.executable, "letters.py", place.bootstrap, cwd=tmp_path, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await asyncio.wait_for(shown.communicate(), 30)
    lines = output.decode().splitlines()
    assert sorted(line.rpartition(" None ")[2] for line in lines) == [
        "cannot handle 0",
        "cannot handle 1",
        "cannot handle 2",
    ]
    assert all(f" {place.work} " in line for line in lines)

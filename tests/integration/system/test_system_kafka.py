"""What docs/kafka.md shows to readers of the topics is a program that runs."""

import asyncio
import sys
from pathlib import Path

from cartload_dev.handle import Handle
from cartload_dev.paths import checkout
from support.client import User


def program_of(page: Path) -> str:
    return page.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]


async def test_the_documented_program_reads_the_batches_of_a_job(
    cartload: Handle, user: User, tmp_path: Path
) -> None:
    program = tmp_path / "read.py"
    program.write_text(program_of(checkout() / "docs" / "kafka.md").replace("my-pipeline", user.name))
    job = await user.make_dataset(customers=1500)
    reader = await asyncio.create_subprocess_exec(
        sys.executable, program, cartload.endpoints.kafka_bootstrap, stdout=asyncio.subprocess.PIPE
    )
    try:
        rows = 0
        async with asyncio.timeout(60):
            while rows < job["tables"]["order_details"]["rows_done"]:
                assert reader.stdout is not None
                line = (await reader.stdout.readline()).decode().split()
                assert line, "the program ended"
                rows += int(line[2]) if line[0] == job["dataset_id"] else 0
        assert rows == job["tables"]["order_details"]["rows_done"]
    finally:
        reader.terminate()
        await reader.wait()

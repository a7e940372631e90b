"""The examination as a child process: bounded, behind everything else, never left running."""

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from cartload_writer.tasks.examination.examine import Found, Request

SESSION_NICE = 5
"""The examination's session gets a third of what another one gets of a processor that is wanted by all."""

_LONGEST_RESULT = 8 * 2**20
_COMMAND = (sys.executable, "-m", "cartload_writer.tasks.examination.examine")


class ExaminationFailed(Exception):
    """The child ended without a result, or took too long."""


async def examine(request: Request, seconds: float) -> Found:
    """Run the examination. Raises ExaminationFailed; the child is gone whatever happens."""
    child = await asyncio.create_subprocess_exec(
        *_COMMAND,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        # Signals of a terminal go to the service alone, which ends the child itself.
        start_new_session=True,
    )
    try:
        step_back(child.pid)
        async with asyncio.timeout(seconds):
            result = await _answer(child, request)
            code = await child.wait()
    except TimeoutError as error:
        raise ExaminationFailed(f"it took more than {seconds:g} s") from error
    finally:
        # Also when this task is cancelled: a child that reads keeps a deletion from the dataset's tables.
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    if code:
        raise ExaminationFailed(f"the examination ended with code {code}")
    return _read(result)


async def _answer(child: asyncio.subprocess.Process, request: Request) -> bytes:
    """What the child writes. Its input stays open: that it ends tells the child that this process died."""
    if child.stdin is None or child.stdout is None:
        raise ExaminationFailed("the examination has no pipes")
    with suppress(ConnectionError):
        child.stdin.write(request.model_dump_json().encode() + b"\n")
        await child.stdin.drain()
    return await child.stdout.read()


def step_back(pid: int) -> None:
    """Let the child have only what nobody else wants: the load of datasets goes before examinations."""
    with suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, pid, 19)
        if hasattr(os, "SCHED_IDLE"):
            os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
    # The child leads a session of its own, and Linux shares the processor among sessions first (sched(7),
    # "The autogroup feature"): without this, its priority would count against nobody but itself. Not last of
    # all: somebody waits for a report on a machine that is never idle, too.
    with suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(SESSION_NICE))


def _read(result: bytes) -> Found:
    if len(result) > _LONGEST_RESULT:
        raise ExaminationFailed(f"its result has {len(result)} bytes, at most {_LONGEST_RESULT} are kept")
    try:
        return Found.model_validate_json(result)
    except ValidationError as error:
        raise ExaminationFailed("its result cannot be read") from error

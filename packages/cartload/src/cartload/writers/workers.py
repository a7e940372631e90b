"""Several processes write runs: each takes one run at a time and reports through a pipe of its own.

A pipe holds little, and a worker gets its next run only when the last is done, so nothing piles up. Workers
end when the parent does: their pipe breaks. Signals of the terminal go to the parent alone.
"""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import connection, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final, Protocol

from cartload.engine.worker_process import keep_freed_memory, leave_out_pandas
from cartload.storage.atomic_file import describe_os_error
from cartload.writers.job import OnRows, OutputError
from cartload.writers.runs import Run

_END_SECONDS: Final = 5
_ROWS_WORTH_A_PROCESS: Final = 500_000


class ChunkWriter[T](Protocol):
    """Makes runs in one process."""

    def make(self, run: Run, on_rows: OnRows) -> T:
        """Make a run; raises OSError and OutputError."""

    def close(self) -> None:
        """Let go of what is held."""


class Job[T](Protocol):
    """What can be sent to a process to be begun there."""

    def start(self) -> ChunkWriter[T]:
        """Get ready to make runs."""


def work[T](
    job: Job[T],
    runs: Sequence[Run],
    processes: int,
    on_rows: OnRows,
    on_done: Callable[[Run, T], None],
) -> None:
    """Make all runs, in any order, in so many processes; ``on_rows`` is called as rows come,
    ``on_done`` with each whole run.

    Raises OutputError and OSError.
    """
    count = min(processes, len(runs))
    if count > 1:
        with _started(job, count) as workers:
            _distribute(workers, runs, on_rows, on_done)
    elif runs:
        writer = job.start()
        try:
            for run in runs:
                on_done(run, writer.make(run, on_rows))
        finally:
            writer.close()


def worthwhile_processes(rows: int) -> int:
    """How many processes are worth their start for so many rows: at most one for each usable core."""
    return max(1, min(_usable_cores(), rows // _ROWS_WORTH_A_PROCESS))


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        # Those that this process may use: containers and batch systems give less than the machine has.
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


type Pipe = Connection[Any, Any]
type _Workers = dict[Pipe, BaseProcess]


def _distribute[T](
    workers: _Workers, runs: Sequence[Run], on_rows: OnRows, on_done: Callable[[Run, T], None]
) -> None:
    waiting = iter(runs)
    # As many pipes as there are runs at most: a worker without a run never answers.
    busy = {pipe for pipe, _ in zip(list(workers), range(len(runs)), strict=False)}
    for pipe in busy:
        _send(pipe, next(waiting), workers)
    while busy:
        for pipe in busy.intersection(connection.wait(list(busy))):
            match _received(pipe, workers):
                case ("rows", count):
                    on_rows(count)
                case ("done", run, result):
                    on_done(run, result)
                    following = next(waiting, None)
                    if following is None:
                        busy.discard(pipe)
                    else:
                        _send(pipe, following, workers)
                case ("failed", message):
                    raise OutputError(message)


def _send(pipe: Pipe, run: Run, workers: _Workers) -> None:
    _use_pipe(lambda: pipe.send(run), workers[pipe])


def _received(pipe: Pipe, workers: _Workers) -> Any:
    return _use_pipe(pipe.recv, workers[pipe])


def _use_pipe[T](use: Callable[[], T], process: BaseProcess) -> T:
    """What the use of a process's pipe answers. One that breaks is that of a dead process: OutputError."""
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        return use()
    process.join(_END_SECONDS)
    raise OutputError(f"a worker process ended too early ({_ending(process.exitcode)})")


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


@contextmanager
def _started(job: Job[Any], count: int) -> Iterator[_Workers]:
    """So many processes with their pipes; none is left at the end."""
    # Not "fork": a copy of a process whose threads (Arrow's) hold locks may wait for them for ever.
    context = multiprocessing.get_context("spawn")
    workers: _Workers = {}
    try:
        with _block_sigint():
            for _ in range(count):
                ours, theirs = context.Pipe()
                process = context.Process(target=_work, args=(theirs, job), daemon=True)
                process.start()
                # The worker has its own copy. As long as we hold one too, the pipe does not break when the
                # worker dies, and we would wait for ever.
                theirs.close()
                workers[ours] = process
        yield workers
    finally:
        _end_workers(workers)


def _end_workers(workers: _Workers) -> None:
    # All are told first and then waited for, so that ending takes as long as the slowest, not as their sum.
    for pipe, process in workers.items():
        pipe.close()
        process.terminate()
    for process in workers.values():
        process.join(_END_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()


@contextmanager
def _block_sigint() -> Iterator[None]:
    """Start processes that ignore Ctrl-C from their first moment: the parent ends them.

    The signal is blocked, which they inherit, rather than ignored: what comes meanwhile reaches the parent
    afterwards.
    """
    # multiprocessing's tracker starts with the first process and unblocks the signal then: start it before.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe: Pipe, job: Job[Any]) -> None:
    """A worker's whole life."""
    leave_out_pandas()
    keep_freed_memory()
    try:
        writer = job.start()
        try:
            while True:
                run = pipe.recv()
                pipe.send(("done", run, writer.make(run, lambda rows: pipe.send(("rows", rows)))))
        finally:
            writer.close()
    # The parent has closed the pipe, or is gone: whatever it wanted, nobody waits for it.
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except OutputError as error:
        pipe.send(("failed", str(error)))
    except OSError as error:
        pipe.send(("failed", describe_os_error(error)))
    except Exception as error:  # noqa: BLE001 told to the parent, which ends
        # Printed here, since exceptions lose their traceback when they are sent to another process.
        traceback.print_exc()
        pipe.send(("failed", f"unexpected: {type(error).__name__}: {error}"))

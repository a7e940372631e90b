"""Start stages of programs, keep them running, and end them in reverse order."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from cartload_dev import logs
from cartload_dev.errors import LauncherError
from cartload_dev.paths import RunDir, checkout
from cartload_dev.programs import Program, RunTask, Stage, Task
from cartload_dev.spawn import OrphanReaper, end, spawn, sweep
from cartload_dev.state import ProcessRef, ProgramState

FIRST_BACKOFF_SECONDS = 0.3
MAX_BACKOFF_SECONDS = 15.0
STABLE_SECONDS = 30.0
POLL_SECONDS = 0.2
TRIM_SECONDS = 30.0

Log = Callable[[str], None]
Changed = Callable[[str, ProgramState], None]


def backoff(failures: int) -> float:
    """Return how long to wait before restart number `failures` (1 is the first) in a row, in seconds."""
    # The exponent has a limit too: after a thousand failures the power alone would be too large for a float.
    return min(MAX_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2.0 ** min(failures - 1, 16))


class ProcessSupervisor:
    """One program's whole life: started, watched until it is ready, restarted whenever it ends."""

    def __init__(
        self,
        program: Program,
        run: RunDir,
        reaper: OrphanReaper,
        changed: Changed,
        log: Log,
        environ: Mapping[str, str],
        run_task: RunTask,
    ) -> None:
        self.program = program
        self._run_task = run_task
        self._log_file = run.logs / f"{program.name}.log"
        self._reaper = reaper
        self._changed = changed
        self._log = log
        self._environ = environ
        self._process: asyncio.subprocess.Process | None = None
        self._state = ProgramState("waiting", program.port)
        self._was_ready = asyncio.Event()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return when the program is ready for the first time.

        Raises LauncherError with the end of its log when it ends before, or takes too long.
        """
        if self.program.prepare is not None:
            await self.program.prepare(self._run_task)
        self._task = asyncio.create_task(self._run_until_stopped(), name=self.program.name)
        ready = asyncio.create_task(self._was_ready.wait())
        try:
            await asyncio.wait(
                {self._task, ready}, timeout=self.program.start_seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            ready.cancel()
        if self._task.done():
            await self._task
        if not self._was_ready.is_set():
            raise LauncherError(self._failure(f"was not ready after {self.program.start_seconds:.0f} s"))

    async def stop(self) -> None:
        """End the program, and do not start it again."""
        self._stopping.set()
        if self._process is not None:
            await end(self._process, self.program.stop_seconds)
        if self._task is not None:
            await asyncio.wait({self._task})
            if not self._task.cancelled():
                self._task.exception()

    async def _run_until_stopped(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            code = await self._run_once()
            if self._stopping.is_set():
                break
            if not self._was_ready.is_set():
                raise LauncherError(self._failure(f"ended with code {code} before it was ready"))
            # One that ran for a while did not fail at its start, so earlier failures no longer count.
            failures = 1 if time.monotonic() - began >= STABLE_SECONDS else failures + 1
            await self._wait_before_restart(code, backoff(failures))
        self._change(state="stopped", process=None)

    async def _run_once(self) -> int:
        """Run the program until it ends; return its exit code (negative: the signal)."""
        environment = {**self._environ, **self.program.environment}
        folder = self.program.folder or checkout()
        process = await spawn(self.program.command, environment, folder, self._log_file)
        self._process = process
        self._reaper.add(process.pid)
        self._change(state="starting", process=ProcessRef.of(process.pid))
        if self._stopping.is_set():
            # `stop` came while the process was being started, and found none to end.
            await end(process, self.program.stop_seconds)
        watch = asyncio.create_task(self._watch_ready(process))
        try:
            return await process.wait()
        finally:
            watch.cancel()
            # Its children first, while the reaper still knows the group: the supervisor may be killed here.
            sweep(process.pid)
            self._reaper.remove(process.pid)
            # From here on the kernel may give the id to another process, which `stop` must not signal.
            self._process = None

    async def _watch_ready(self, process: asyncio.subprocess.Process) -> None:
        while process.returncode is None:
            if await self.program.ready():
                self._change(state="ready")
                self._was_ready.set()
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _wait_before_restart(self, code: int, seconds: float) -> None:
        self._change(state="waiting", process=None, restarts=self._state.restarts + 1)
        self._log(f"{self.program.name} ended with code {code}; starting it again in {seconds:.1f} s")
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    def _change(self, **values: object) -> None:
        self._state = replace(self._state, **values)  # type: ignore[arg-type]
        self._changed(self.program.name, self._state)

    def _failure(self, what: str) -> str:
        return f"{self.program.name} {what}; the end of {self._log_file}:\n{logs.tail(self._log_file)}"


class Supervisor:
    """Stages in order; everything started here is ended by `stop`, whatever happened in between."""

    def __init__(
        self,
        run: RunDir,
        changed: Changed,
        log: Log,
        environ: Mapping[str, str],
        reaper: OrphanReaper | None = None,
    ) -> None:
        self._run = run
        self._changed = changed
        self._log = log
        self._environ = environ
        self._reaper = reaper or OrphanReaper()
        self._stages: list[list[ProcessSupervisor]] = []

    async def start(self, stage: Stage) -> None:
        """Start a stage's programs and tasks side by side; return when all are ready and done.

        Raises LauncherError for the first that fails.
        """
        began = time.monotonic()
        started = [self._process_supervisor(program) for program in stage.programs]
        self._stages.append(started)
        work = [one.start() for one in started] + [self._run_task(task) for task in stage.tasks]
        tasks = [asyncio.create_task(coroutine) for coroutine in work]
        try:
            await _all_or_first_failure(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self._log(f"  {stage.title}: ready ({time.monotonic() - began:.1f} s)")

    async def watch(self, stop: asyncio.Event) -> None:
        """Keep logs bounded until `stop` is set; programs are watched by their supervisors."""
        while not stop.is_set():
            logs.trim(self._run.logs)
            try:
                await asyncio.wait_for(stop.wait(), TRIM_SECONDS)
            except TimeoutError:
                continue

    async def stop(self) -> None:
        """End everything, the last stage first."""
        while self._stages:
            programs = self._stages.pop()
            await asyncio.gather(*(program.stop() for program in programs))
        self._reaper.close()

    def _process_supervisor(self, program: Program) -> ProcessSupervisor:
        return ProcessSupervisor(
            program,
            self._run,
            self._reaper,
            changed=self._changed,
            log=self._log,
            environ=self._environ,
            run_task=self._run_task,
        )

    async def _run_task(self, task: Task) -> None:
        log = self._run.logs / f"{task.name}.log"
        process = await spawn(task.command, {**self._environ, **task.environment}, checkout(), log)
        self._reaper.add(process.pid)
        try:
            code = await asyncio.wait_for(process.wait(), task.seconds)
        except TimeoutError:
            raise LauncherError(f"{task.name} took more than {task.seconds:.0f} s; see {log}") from None
        finally:
            await end(process, 5.0)
            self._reaper.remove(process.pid)
        if code:
            raise LauncherError(f"{task.name} failed with code {code}; the end of {log}:\n{logs.tail(log)}")


async def _all_or_first_failure(tasks: list[asyncio.Task[None]]) -> None:
    if not tasks:
        return
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        await task

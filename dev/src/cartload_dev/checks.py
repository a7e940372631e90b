"""`make check` and `make test`: which commands they are, in which order."""

import contextlib
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cartload_dev import generated, node, observability, requirements
from cartload_dev.commands import captured
from cartload_dev.docker import built
from cartload_dev.errors import LauncherError
from cartload_dev.paths import checkout

PACKAGES = (
    "cartload",
    "cartload_contracts",
    "cartload_kit",
    "cartload_setup",
    "cartload_gateway",
    "cartload_auth",
    "cartload_generator",
    "cartload_writer",
    "cartload_notifier",
    "cartload_shop",
    "cartload_dev",
)
SCRIPT_FOLDERS = ("tests", "dev/generate", "deploy/docker", "examples")
SCRIPTS = (
    ".ci/run",
    "dev/bootstrap",
    "dev/find-python",
    "examples/dbt/run",
    "examples/jobs_to_script/on-job-ended",
    "examples/flink/run",
    "examples/spark/run",
)
YAML = (".github", "deploy", "docker-compose.yml", "docker-compose.mysql.yml")
VERSION = "0.1.0"
STEP_SECONDS = 900
WORKERS = "2"
UNIT_TESTS = ("tests/unit", "tests/contract")
"""They need no server; the architecture rules among them are part of `make check`."""
UNIT_GROUPS = (("gateway",), ("kit", "notifier"), ("engine", "mutants"), ("checker", "stored", "cli"))
"""Folders of unit tests that take longest, the one that waits most first; the others are one more group."""
OUTAGES = "tests/soak/test_soak_outages.py"
TIMES = "tests/soak/test_soak_passwords.py"
"""These compare times of answers, to milliseconds: nothing else runs meanwhile."""
SERVER_TESTS = ("tests/integration", "tests/e2e")


@dataclass(frozen=True)
class Step:
    """One command of `make check`."""

    title: str
    command: tuple[str, ...]
    folder: str = "."


def python_steps() -> tuple[Step, ...]:
    """Return the checks of the Python side."""
    run = (sys.executable, "-m")
    types = tuple(argument for package in PACKAGES for argument in ("-p", package))
    return (
        Step("format", (*run, "ruff", "format", "--check", ".")),
        Step("lint", (*run, "ruff", "check", "--no-cache", ".")),
        Step("types", (*run, "mypy", *types)),
        Step("types of the tests and examples", (*run, "mypy", *SCRIPT_FOLDERS)),
        Step("Dockerfile", (tool("hadolint"), "Dockerfile")),
        Step("shell scripts", (tool("shellcheck"), *SCRIPTS)),
        Step("YAML", (tool("yamllint"), "--strict", *YAML)),
        Step("architecture rules", (*run, "pytest", "tests/unit/architecture", "-p", "no:cacheprovider")),
    )


def tool(name: str) -> str:
    """Return the path of a program that the Python environment brings."""
    return str(Path(sys.executable).parent / name)


def frontend_steps() -> tuple[Step, ...]:
    """Return the checks of the UI."""
    return (
        Step("lint of the UI", tuple(node.npm("run", "lint")), "frontend"),
        Step("types of the UI", tuple(node.npm("run", "typecheck")), "frontend"),
    )


def check(environ: Mapping[str, str], log: Callable[[str], None]) -> None:
    """Run all checks, Python and UI side by side; raises LauncherError naming those that failed."""
    root = checkout()
    with ThreadPoolExecutor(max_workers=2) as pool:
        chains = [
            pool.submit(_chain, steps, root, environ, log) for steps in (python_steps(), frontend_steps())
        ]
        failed = [title for chain in chains for title in chain.result()]
    if not _up_to_date(root, environ, log):
        failed.append("generated files")
    if failed:
        raise LauncherError(f"make check failed: {', '.join(failed)}")


def test(environ: Mapping[str, str], log: Callable[[str], None]) -> None:
    """Run every test, those that need no server first; raises LauncherError naming the parts that failed."""
    log("Tests that need no server:")
    unit(environ, log)
    folders = tuple(folder for folder in SERVER_TESTS if (checkout() / folder).is_dir())
    run = (sys.executable, "-m", "pytest", *folders, "-n", WORKERS, "--dist", "loadgroup")
    step = Step("Integration and browser tests", run)
    log(f"{step.title}:")
    began = time.monotonic()
    code = _run_shown(step, checkout(), environ)
    log(f"{step.title}: {'FAILED' if code else 'passed'} ({time.monotonic() - began:.0f} s)")
    if code:
        raise LauncherError("make test failed: integration and browser tests")


def unit(environ: Mapping[str, str], log: Callable[[str], None]) -> None:
    """Run every test that needs no server; raises LauncherError naming the parts that failed."""
    began = time.monotonic()
    # A process for each group, since workers of one run would each import and collect everything: a fifth
    # more of the processor. All at once, since the UI's tests end early and many of the gateway's wait.
    run = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
    groups = [Step(title, (*run, *folders)) for title, folders in unit_groups(checkout()).items()]
    steps = (*groups, Step("UI", tuple(node.npm("run", "test")), "frontend"))
    with ThreadPoolExecutor(max_workers=len(steps)) as pool:
        passed = list(pool.map(lambda step: _passes(step, checkout(), environ, log), steps))
    failed = [step.title for step, fine in zip(steps, passed, strict=True) if not fine]
    if failed:
        raise LauncherError(f"these tests failed: {', '.join(failed)}")
    log(f"All passed in {time.monotonic() - began:.0f} s.")


def unit_groups(root: Path) -> dict[str, tuple[str, ...]]:
    """The folders of all tests that need no server, in groups of about equal length, by their titles."""
    unit, *others = UNIT_TESTS
    named = {name for group in UNIT_GROUPS for name in group}
    rest = sorted(
        folder.name
        for folder in (root / unit).iterdir()
        if folder.is_dir() and folder.name not in named and not folder.name.startswith("_")
    )
    groups = {", ".join(group): tuple(f"{unit}/{name}" for name in group) for group in UNIT_GROUPS}
    return {**groups, "all others": (*(f"{unit}/{name}" for name in rest), *others)}


def observability_test(environ: Mapping[str, str], log: Callable[[str], None]) -> None:
    """Have promtool check and test the alert rules, and a real Prometheus scrape a running system.

    Raises LauncherError naming what failed.
    """
    promtool = observability.program("promtool", environ)
    observability.program("prometheus", environ)
    steps = [
        Step(title, command)
        for title, command in observability.promtool_commands(promtool, checkout()).items()
    ]
    scraped = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/observability")
    steps.append(Step("a real Prometheus beside the running system", scraped))
    failed = [step.title for step in steps if not _passes(step, checkout(), environ, log)]
    if failed:
        raise LauncherError(f"make observability-test failed: {', '.join(failed)}")


def bench(environ: Mapping[str, str], parts: Sequence[str] = ()) -> int:
    """Run the benchmarks, or some parts of them with their options; return their exit code."""
    step = Step("benchmarks", (sys.executable, "-m", "bench", *parts))
    return _run_shown(step, checkout(), {**environ, "PYTHONPATH": "tests"})


def load(environ: Mapping[str, str], parts: Sequence[str] = ()) -> int:
    """Put load on a running system, in every way or in some; return 1 when an aim was missed."""
    step = Step("load", (sys.executable, "-m", "load", *parts))
    return _run_shown(step, checkout(), {**environ, "PYTHONPATH": "tests"})


def pictures(environ: Mapping[str, str]) -> int:
    """Take the pictures of README.md anew; return 1 when one is too large."""
    step = Step("pictures", (sys.executable, "-m", "pictures"))
    return _run_shown(step, checkout(), {**environ, "PYTHONPATH": "tests"})


def lighthouse(environ: Mapping[str, str], parts: Sequence[str] = ()) -> int:
    """Score the pages of the UI by Lighthouse, all or some; return 1 when a score is too low."""
    step = Step("lighthouse", (sys.executable, "-m", "lighthouse", *parts))
    return _run_shown(step, checkout(), {**environ, "PYTHONPATH": "tests"})


def soak(environ: Mapping[str, str]) -> int:
    """Run the long proofs; return 1 when one failed."""
    # Two -v take the -q of every run back: what fails in an hour is said at once.
    run = (sys.executable, "-m", "pytest", "-v", "-v")
    beside = (
        Step("outages", (*run, OUTAGES)),
        Step("all others", (*run, "tests/soak", *(f"--ignore={path}" for path in (TIMES, OUTAGES)))),
    )
    codes = [_run_shown(Step("times", (*run, TIMES)), checkout(), environ)]
    # The outages are half an hour of waiting, which costs the others little.
    with ThreadPoolExecutor(max_workers=len(beside)) as pool:
        codes += pool.map(lambda step: _run_shown(step, checkout(), environ), beside)
    return int(any(codes))


def mutants(environ: Mapping[str, str], names: Sequence[str] = ()) -> int:
    """Try whether tests find broken variants of the services, all or those named; return 1 if they do not."""
    step = Step("mutants", (sys.executable, "-m", "mutants", *names))
    return _run_shown(step, checkout(), {**environ, "PYTHONPATH": "tests"})


def chart_test(environ: Mapping[str, str]) -> int:
    """Run the tests of the Helm chart; return their exit code."""
    tests = (sys.executable, "-m", "pytest", "tests/chart", "-n", WORKERS)
    return _run_shown(Step("tests of the chart", tests), checkout(), environ)


def examples_test(environ: Mapping[str, str]) -> int:
    """Run the tests of examples that bring large packages; return their exit code."""
    tests = (sys.executable, "-m", "pytest", "tests/large_examples")
    return _run_shown(Step("tests of large examples", tests), checkout(), environ)


def screenshots(environ: Mapping[str, str], folder: Path) -> int:
    """Take pictures of every page, wide and narrow, light and dark; return the browser tests' exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    step = Step("browser tests", (sys.executable, "-m", "pytest", "tests/e2e", "-n", WORKERS))
    return _run_shown(step, checkout(), {**environ, "CARTLOAD_SCREENSHOTS": str(folder)})


def images(environ: Mapping[str, str], log: Callable[[str], None]) -> int:
    """Build all images and say what they are; return 1 when one is not as it should be."""
    requirements.check({**environ, "CARTLOAD_ENGINE": "docker"})
    built.build(_revision())
    found = built.inspect(tuple(f"cartload/{service}:{VERSION}" for service in built.SERVICES))
    log("\n".join(image.line() for image in found))
    problems = [line for image in found for line in image.problems()]
    log("\n".join(problems) or "All within their bounds.")
    return 1 if problems else 0


def compose_test(environ: Mapping[str, str], log: Callable[[str], None]) -> int:
    """Build the images and run the tests of docker-compose.yml; return their exit code."""
    log(
        "Needs Docker with compose and buildx, Chromium, 6 GB of memory and 12 GB of disk, and 20 minutes.\n"
        "Everything it starts has names and ports of its own and is deleted at the end."
    )
    requirements.check({**environ, "CARTLOAD_ENGINE": "docker"})
    built.build(_revision())
    # In their order: the stack's life is one story, and its last test deletes it.
    tests = (sys.executable, "-m", "pytest", "tests/compose", "-p", "no:randomly", "-v")
    return _run_shown(Step("tests of docker-compose.yml", tests), checkout(), environ)


def _revision() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=checkout(), capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def _chain(
    steps: tuple[Step, ...], root: Path, environ: Mapping[str, str], log: Callable[[str], None]
) -> list[str]:
    return [step.title for step in steps if not _passes(step, root, environ, log)]


def _passes(step: Step, root: Path, environ: Mapping[str, str], log: Callable[[str], None]) -> bool:
    began = time.monotonic()
    try:
        code, output = captured(step.command, root / step.folder, node.environment(environ), STEP_SECONDS)
    except LauncherError as error:
        code, output = 1, str(error)
    seconds = time.monotonic() - began
    if code:
        log(f"  {step.title}: FAILED ({seconds:.0f} s)\n{output.rstrip()}")
    else:
        log(f"  {step.title}: fine ({seconds:.0f} s){_counted(output)}")
    return code == 0


def _counted(output: str) -> str:
    """How many tests a runner says have passed, to be read behind its title; nothing for other programs."""
    counts = re.findall(r"(?<!\d)(\d+) passed", output)
    return f", {counts[-1]} passed" if counts else ""


def _up_to_date(root: Path, environ: Mapping[str, str], log: Callable[[str], None]) -> bool:
    try:
        old = generated.outdated(root, environ, generated.generators())
    except LauncherError as error:
        log(f"  generated files: FAILED\n{error}")
        return False
    if old:
        log(f"  generated files: FAILED, run `make generate` and commit: {', '.join(old)}")
    else:
        log("  generated files: up to date")
    return not old


def _run_shown(step: Step, root: Path, environ: Mapping[str, str]) -> int:
    process = subprocess.Popen(
        step.command, cwd=root / step.folder, env=node.environment(environ), stdin=subprocess.DEVNULL
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        # The terminal's Ctrl-C reached it as well: let it put away what it started.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=60)
        raise
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()

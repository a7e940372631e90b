"""The launcher's commands, which the Makefile calls."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from cartload_dev import checks, chromium, control, demo, generated, logs, requirements, setup
from cartload_dev.errors import LauncherError
from cartload_dev.handle import Handle
from cartload_dev.paths import RunDir, checkout, default_run_dir
from cartload_dev.progress import Line
from cartload_dev.state import SystemState
from cartload_dev.system import run


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    options = _parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    command: Callable[[argparse.Namespace], int | None] = options.command
    try:
        return command(options) or 0
    except LauncherError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def install(_options: argparse.Namespace) -> None:
    """Install what is missing: the servers, and the UI's packages and build."""
    setup.install(os.environ, Line())


def up(options: argparse.Namespace) -> None:
    """Start the system in the background."""
    print(f"Starting (engine: {requirements.engine(os.environ)}; logs in {options.run.logs})")
    state = control.start(
        options.run, os.environ, print, servers_only=options.servers_only, owner=options.owner
    )
    if state.url:
        print(f"Cartload is running: {state.url}")


def run_demo(options: argparse.Namespace) -> None:
    """Start the system in the background, make a dataset and print the login."""
    before = SystemState.read(options.run)
    up(options)
    try:
        asyncio.run(demo.run_demo(options.run, Handle(options.run).base_url, Line()))
    except BaseException:
        if before is None or not before.running():
            control.stop(options.run)
        raise


def foreground(options: argparse.Namespace) -> None:
    """Run the system in the foreground until it is told to stop."""
    asyncio.run(run(options.run, os.environ, servers_only=options.servers_only, owner=options.owner))


def down(options: argparse.Namespace) -> None:
    """Stop the system; its data is kept."""
    print("Stopped." if control.stop(options.run) else "Nothing is running.")


def show_logs(options: argparse.Namespace) -> None:
    """Follow the logs of everything."""
    state = SystemState.read(options.run)
    asyncio.run(logs.Follower(options.run.logs).follow(lambda: state is not None and state.running()))


def check(_options: argparse.Namespace) -> None:
    """Check format, lint, types, house rules and generated files."""
    print("Checking")
    checks.check(os.environ, _say)


def test(options: argparse.Namespace) -> None:
    """Run the checks and then every test."""
    browser = chromium.ensure(os.environ)
    check(options)
    checks.test({**os.environ, "CARTLOAD_CHROMIUM": browser}, _say)


def bench(options: argparse.Namespace) -> int:
    """Run the benchmarks."""
    return checks.bench(os.environ, options.part)


def soak(_options: argparse.Namespace) -> int:
    """Run the long proofs."""
    return checks.soak(os.environ)


def generate(_options: argparse.Namespace) -> None:
    """Write the generated files again."""
    generated.generate(checkout(), os.environ, generated.generators())


def _say(text: str) -> None:
    print(text, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cartload_dev", description="The launcher.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=(command.__doc__ or "").splitlines()[0])
        sub.set_defaults(command=command)
        sub.add_argument("--run-dir", dest="run", type=_run_dir, default=default_run_dir())
        sub.add_argument("--servers-only", action="store_true", help="Kafka, MariaDB and Azurite only")
        sub.add_argument("--owner", type=int, help="process id; the system ends when that process does")
        if command is bench:
            sub.add_argument("part", nargs="*", help="one part of them and its options, after --")
    return parser


def _run_dir(text: str) -> RunDir:
    return RunDir(Path(text).absolute())


COMMANDS: dict[str, Callable[[argparse.Namespace], int | None]] = {
    "setup": install,
    "demo": run_demo,
    "up": up,
    "run": foreground,
    "down": down,
    "logs": show_logs,
    "check": check,
    "test": test,
    "bench": bench,
    "soak": soak,
    "generate": generate,
}

if __name__ == "__main__":
    sys.exit(main())

"""The launcher's commands, which the Makefile calls."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from cartload_dev import control, logs, requirements
from cartload_dev.cache import Cache
from cartload_dev.downloads import downloads
from cartload_dev.errors import LauncherError
from cartload_dev.paths import RunDir, default_run_dir
from cartload_dev.progress import Line, side_by_side
from cartload_dev.state import SystemState
from cartload_dev.system import run


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int | None] = options.command
    try:
        return command(options) or 0
    except LauncherError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def setup(_options: argparse.Namespace) -> None:
    """Download the servers."""
    requirements.check(os.environ)
    cache = Cache.of(os.environ)
    wanted = [each for each in downloads(os.environ) if cache.find(each.name) is None]
    if not wanted:
        return
    print(f"Downloading {' and '.join(each.title for each in wanted)} into {cache.root}")
    steps = {each.title: lambda each=each: cache.install(each.name, each.build) for each in wanted}
    side_by_side(steps, Line())


def up(options: argparse.Namespace) -> None:
    """Start the system in the background."""
    print(f"Starting (engine: {requirements.engine(os.environ)}; logs in {options.run.logs})")
    state = control.start(
        options.run, os.environ, print, servers_only=options.servers_only, owner=options.owner
    )
    if state.url:
        print(f"Cartload is running: {state.url}")


def foreground(options: argparse.Namespace) -> None:
    """Run the system in the foreground until it is told to stop."""
    asyncio.run(run(options.run, os.environ, servers_only=options.servers_only, owner=options.owner))


def down(options: argparse.Namespace) -> None:
    """Stop the system; its data is kept."""
    print("Stopped." if control.stop(options.run) else "Nothing is running.")


def show_logs(options: argparse.Namespace) -> None:
    """Follow the logs of everything."""
    state = SystemState.read(options.run)
    running = (lambda: state.running()) if state else (lambda: False)
    asyncio.run(logs.Follower(options.run.logs).follow(running))


def clean_cache(_options: argparse.Namespace) -> None:
    """Delete the shared download cache."""
    cache = Cache.of(os.environ)
    cache.clean()
    print(f"Deleted {cache.root}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cartload_dev", description="The launcher.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=(command.__doc__ or "").splitlines()[0])
        sub.set_defaults(command=command)
        sub.add_argument("--run-dir", dest="run", type=_run_dir, default=default_run_dir())
        sub.add_argument("--servers-only", action="store_true", help="Kafka, MariaDB and Azurite only")
        sub.add_argument("--owner", type=int, help="process id; the system ends when that process does")
    return parser


def _run_dir(text: str) -> RunDir:
    return RunDir(Path(text).absolute())


COMMANDS: dict[str, Callable[[argparse.Namespace], int | None]] = {
    "setup": setup,
    "up": up,
    "run": foreground,
    "down": down,
    "logs": show_logs,
    "clean-cache": clean_cache,
}

if __name__ == "__main__":
    sys.exit(main())

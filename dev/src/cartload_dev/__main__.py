"""The launcher's commands, which the Makefile calls."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from cartload_dev import (
    audit,
    checks,
    chromium,
    demo,
    environments,
    generated,
    lifecycle,
    logs,
    observability,
    operation,
    requirements,
    sbom,
    setup,
)
from cartload_dev.docker import compose
from cartload_dev.errors import LauncherError
from cartload_dev.frontend import Frontend
from cartload_dev.paths import RunDir, checkout, default_run_dir
from cartload_dev.progress import Line
from cartload_dev.state import SystemState
from cartload_dev.system import run
from cartload_dev.system_client import SystemClient


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
    start(options)


def start(options: argparse.Namespace) -> str | None:
    """Start the system the way that the engine says; return the public URL, if anything public runs."""
    if in_containers(options) and not options.servers_only:
        print("Starting (engine: docker; logs: make logs)")
        url: str | None = compose.up(options.run, os.environ, _log)
    else:
        print(f"Starting (engine: {requirements.engine(os.environ)}; logs in {options.run.logs})")
        options.run.engine.unlink(missing_ok=True)
        servers_only, owner = options.servers_only, options.owner
        url = lifecycle.start(options.run, os.environ, print, servers_only=servers_only, owner=owner).url
    if url:
        print(f"Cartload is running: {url}")
    return url


def in_containers(options: argparse.Namespace) -> bool:
    """Return whether everything runs in containers; raises LauncherError for an engine that is unknown."""
    if requirements.engine(os.environ) not in requirements.ENGINES:
        requirements.check(os.environ)
    return requirements.engine(os.environ) == "docker" and options.run == default_run_dir()


def is_compose(options: argparse.Namespace) -> bool:
    """Return whether this checkout's system is one of containers: asked for, or started last."""
    return options.run == default_run_dir() and compose.is_in_use(options.run, os.environ)


def run_demo(options: argparse.Namespace) -> None:
    """Start the system in the background, make a dataset and print the login."""
    before = SystemState.read(options.run)
    url = start(options)
    if url is None:
        raise LauncherError("the demo needs the whole system, not the servers only")
    try:
        asyncio.run(demo.run_demo(options.run, url, Line()))
    except BaseException:
        if in_containers(options):
            raise
        if before is None or not before.running():
            lifecycle.stop(options.run)
        raise


def foreground(options: argparse.Namespace) -> None:
    """Run the system in the foreground until it is told to stop."""
    asyncio.run(run(options.run, os.environ, servers_only=options.servers_only, owner=options.owner))


def down(options: argparse.Namespace) -> None:
    """Stop the system; its data is kept."""
    contained = is_compose(options) and compose.down(os.environ, volumes=options.volumes)
    print("Stopped." if lifecycle.stop(options.run) or contained else "Nothing is running.")


def show_kafka_address(options: argparse.Namespace) -> None:
    """Print where the Kafka of the running system listens."""
    if is_compose(options):
        raise LauncherError("in containers Kafka can be reached by the containers only: it publishes no port")
    state = SystemState.read(options.run)
    if state is None or not state.running():
        raise LauncherError("nothing is running: make up starts it")
    print(SystemClient(options.run).endpoints.kafka_bootstrap)


def make_example_environment(options: argparse.Namespace) -> None:
    """Print the Python environment of an example that has one of its own, made when it is not there."""
    print(environments.of_example(options.name, os.environ))


def show_logs(options: argparse.Namespace) -> None:
    """Follow the logs of everything."""
    if is_compose(options):
        compose.follow_logs(os.environ)
        return
    state = SystemState.read(options.run)
    asyncio.run(logs.Follower(options.run.logs).follow(lambda: state is not None and state.running()))


def restart(options: argparse.Namespace) -> None:
    """Start one process anew, such as a consumer that too many bad messages have stopped."""
    if len(options.arguments) != 1:
        raise LauncherError("name one process: make restart PROCESS=writer-consumer")
    if is_compose(options):
        compose.restart(os.environ, options.arguments[0])
    else:
        operation.restart(options.run, options.arguments[0])
    print(f"{options.arguments[0]} runs anew.")


def dead_letters(options: argparse.Namespace) -> int:
    """Show the messages that could not be handled."""
    return _letters(options, "dead-letters")


def redrive(options: argparse.Namespace) -> int:
    """Put messages back that could not be handled: by id, or with --topic or --reason all such."""
    return _letters(options, "redrive")


def _letters(options: argparse.Namespace, command: str) -> int:
    arguments = [command, *options.arguments]
    if is_compose(options):
        return operation.letters_in_containers(os.environ, arguments)
    return operation.letters(options.run, os.environ, arguments)


def check(_options: argparse.Namespace) -> None:
    """Check format, lint, types, architecture rules and generated files."""
    print("Checking")
    checks.check(os.environ, _log)


def unit(_options: argparse.Namespace) -> None:
    """Run every test that needs no server. Neither servers nor a built UI are needed, so none is made."""
    frontend = Frontend.of(os.environ)
    if not frontend.is_installed():
        frontend.install()
    print("Testing")
    checks.unit(os.environ, _log)


def test(options: argparse.Namespace) -> None:
    """Run the checks and then every test."""
    browser = chromium.ensure(os.environ)
    check(options)
    checks.test({**os.environ, "CARTLOAD_CHROMIUM": browser}, _log)


def bench(options: argparse.Namespace) -> int:
    """Run the benchmarks."""
    return checks.bench(os.environ, options.part)


def pictures(_options: argparse.Namespace) -> int:
    """Take the pictures of README.md anew, in a system of their own."""
    return checks.pictures(os.environ)


def lighthouse(options: argparse.Namespace) -> int:
    """Score the UI's pages by Lighthouse, in a system of their own."""
    return checks.lighthouse(os.environ, options.part)


def load(options: argparse.Namespace) -> int:
    """Put load on a system of its own."""
    return checks.load(os.environ, options.part)


def soak(_options: argparse.Namespace) -> int:
    """Run the long proofs."""
    return checks.soak(os.environ)


def mutants(options: argparse.Namespace) -> int:
    """Break the services on purpose, and require that the tests find it."""
    return checks.mutants(os.environ, options.mutant)


def images(_options: argparse.Namespace) -> int:
    """Build the containers' images and print their sizes, users and secrets (there must be none)."""
    return checks.images(os.environ, _log)


def compose_test(_options: argparse.Namespace) -> int:
    """Build the images, start docker-compose.yml from nothing and try it in every way."""
    browser = chromium.ensure(os.environ)
    return checks.compose_test({**os.environ, "CARTLOAD_CHROMIUM": browser}, _log)


def chart_test(_options: argparse.Namespace) -> int:
    """Lint the Helm chart, render it with every profile of values, and test what it makes."""
    requirements.check_helm(os.environ)
    return checks.chart_test(os.environ)


def screenshots(_options: argparse.Namespace) -> int:
    """Take pictures of every page of the UI."""
    folder = checkout() / ".run" / "screenshots"
    code = checks.screenshots(os.environ, folder)
    _log(f"{len(list(folder.glob('*.png')))} pictures in {folder.relative_to(checkout())}")
    return code


def examples_test(_options: argparse.Namespace) -> int:
    """Run the examples that are too large for the other tests."""
    return checks.examples_test(os.environ)


def observe(options: argparse.Namespace) -> None:
    """Hold Prometheus, and Grafana where it is installed, beside the running system."""
    if is_compose(options):
        compose.observe(os.environ, _log)
    else:
        observability.observe(options.run, os.environ, _log)


def observability_test(_options: argparse.Namespace) -> None:
    """Check and test the alert rules with promtool, and what a real Prometheus sees of a running system."""
    checks.observability_test(os.environ, _log)


def run_audit(_options: argparse.Namespace) -> None:
    """Ask for advisories on everything that is locked."""
    audit.audit(os.environ, _log)


def write_sbom(_options: argparse.Namespace) -> None:
    """Write what is in each image."""
    sbom.write(os.environ, _log)


def generate(_options: argparse.Namespace) -> None:
    """Write the generated files again. The UI is not built first: what it lacks may be its new client."""
    frontend = Frontend.of(os.environ)
    if not frontend.is_installed():
        frontend.install()
    generated.generate(checkout(), os.environ, generated.generators())


def _log(text: str) -> None:
    print(text, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cartload_dev", description="The launcher.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=(command.__doc__ or "").splitlines()[0])
        sub.set_defaults(command=command)
        sub.add_argument("--run-dir", dest="run", type=_run_dir, default=default_run_dir())
        sub.add_argument("--servers-only", action="store_true", help="Kafka, MariaDB and Azurite only")
        sub.add_argument("--volumes", action="store_true", help="with down: delete the containers' data too")
        sub.add_argument("--owner", type=int, help="process id; the system ends when that process does")
        if command is make_example_environment:
            sub.add_argument("name", help="its folder in examples/")
        if command in (bench, lighthouse, load):
            sub.add_argument("part", nargs="*", help="one part of them and its options, after --")
        if command is mutants:
            sub.add_argument("mutant", nargs="*", help="some of them, after --; otherwise all")
        if command in (restart, dead_letters, redrive):
            sub.add_argument("arguments", nargs="*", help="which one; options after --")
    return parser


def _run_dir(text: str) -> RunDir:
    return RunDir(Path(text).absolute())


COMMANDS: dict[str, Callable[[argparse.Namespace], int | None]] = {
    "setup": install,
    "demo": run_demo,
    "up": up,
    "run": foreground,
    "down": down,
    "kafka-address": show_kafka_address,
    "example-environment": make_example_environment,
    "logs": show_logs,
    "restart": restart,
    "dead-letters": dead_letters,
    "redrive": redrive,
    "check": check,
    "unit": unit,
    "test": test,
    "bench": bench,
    "lighthouse": lighthouse,
    "pictures": pictures,
    "load": load,
    "soak": soak,
    "mutants": mutants,
    "images": images,
    "compose-test": compose_test,
    "chart-test": chart_test,
    "examples-test": examples_test,
    "screenshots": screenshots,
    "observe": observe,
    "observability-test": observability_test,
    "audit": run_audit,
    "sbom": write_sbom,
    "generate": generate,
}

if __name__ == "__main__":
    sys.exit(main())

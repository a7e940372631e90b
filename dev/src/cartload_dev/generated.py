"""The generated files: how they are made, and whether the committed ones are up to date."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cartload_dev import node
from cartload_dev.commands import run_quietly

SECONDS = 180
CHART = "deploy/helm/cartload"


@dataclass(frozen=True)
class Generator:
    """One command, and the files or folders that it writes."""

    title: str
    command: tuple[str, ...]
    outputs: tuple[str, ...]
    folder: str = "."


def generators() -> tuple[Generator, ...]:
    """Return all generators, in the order that they need."""
    python = sys.executable
    contracts = "packages/contracts/src/cartload_contracts"
    return (
        Generator("messages", (python, "-m", "cartload_contracts.generate"), (f"{contracts}/schemas",)),
        Generator("events", (python, "dev/generate/event_schemas.py"), (f"{contracts}/schemas/events",)),
        Generator("configuration", (python, "dev/generate/configuration.py"), ("docs/configuration.md",)),
        Generator("metrics", (python, "dev/generate/metrics.py"), ("docs/metrics.md",)),
        Generator(
            "alerts on the objectives",
            (python, "dev/generate/slo_rules.py"),
            ("deploy/observability/rules/slo.yaml",),
        ),
        Generator("dashboards", (python, "dev/generate/dashboards.py"), ("deploy/observability/dashboards",)),
        Generator("spec reference", (python, "dev/generate/spec.py"), ("docs/spec.md",)),
        Generator(
            "data dictionary", (python, "dev/generate/data_dictionary.py"), ("docs/data-dictionary.md",)
        ),
        Generator(
            "answers",
            (python, "dev/generate/answers.py"),
            ("docs/answers.md", "docs/images/answers"),
        ),
        Generator("samples", (python, "dev/generate/samples.py"), ("docs/sample",)),
        Generator(
            "numbers for the UI's tests",
            (python, "dev/generate/ui_numbers.py"),
            ("frontend/src/testing/engine-numbers.json",),
        ),
        Generator(
            "dbt sources", (python, "dev/generate/dbt_sources.py"), ("examples/dbt/models/sources.yml",)
        ),
        Generator("compose variables", (python, "dev/generate/compose_env.py"), (".env.example",)),
        Generator(
            "the chart's values",
            (python, "dev/generate/chart.py"),
            (f"{CHART}/values.schema.json", f"{CHART}/README.md", f"{CHART}/files"),
        ),
        Generator("OpenAPI", (python, "dev/generate/openapi.py"), ("docs/openapi.json",)),
        Generator(
            "the UI's client",
            tuple(node.npm("run", "generate")),
            ("frontend/src/lib/api/schema.gen.d.ts",),
            folder="frontend",
        ),
    )


def generate(root: Path, environ: Mapping[str, str], wanted: tuple[Generator, ...]) -> None:
    """Write all generated files; raises LauncherError with a generator's output when it fails."""
    for generator in wanted:
        run_quietly(
            generator.command,
            root / generator.folder,
            node.environment(environ),
            title=f"generating {generator.title}",
            seconds=SECONDS,
        )


def outdated(root: Path, environ: Mapping[str, str], wanted: tuple[Generator, ...]) -> list[str]:
    """Return the generated files that are not what the generators make now; changes nothing."""
    with _kept(root, wanted) as before:
        generate(root, environ, wanted)
        after = _contents(root, wanted)
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


@contextmanager
def _kept(root: Path, wanted: tuple[Generator, ...]) -> Iterator[dict[str, bytes]]:
    before = _contents(root, wanted)
    try:
        yield before
    finally:
        after = _contents(root, wanted)
        for name in after.keys() - before.keys():
            (root / name).unlink()
        for name, content in before.items():
            # A generator may also have deleted a file that it writes no more, and its folder with it.
            if after.get(name) != content:
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(content)


def _contents(root: Path, wanted: tuple[Generator, ...]) -> dict[str, bytes]:
    files = [path for generator in wanted for output in generator.outputs for path in _files(root / output)]
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return [
            file for file in sorted(path.rglob("*")) if file.is_file() and "__pycache__" not in file.parts
        ]
    return [path] if path.exists() else []

"""Rules of the house that no linter knows."""

import ast
import re
from pathlib import Path

from support.syntax import parsed

ROOT = Path(__file__).resolve().parents[3]
LONGEST_FILE = 400
METRICS = {"Counter", "Gauge", "Histogram", "Summary"}
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX)\b|NotImplementedError")


def sources() -> list[Path]:
    patterns = (
        "packages/*/src",
        "services/*/src",
        "services/*/migrations",
        "gateway/src",
        "dev/src",
        "dev/generate",
    )
    return sorted(path for pattern in patterns for top in ROOT.glob(pattern) for path in top.rglob("*.py"))


def written_tests() -> list[Path]:
    return sorted((ROOT / "tests").rglob("*.py"))


def shown(paths: list[Path]) -> str:
    return "\n".join(str(path.relative_to(ROOT)) for path in paths)


def test_no_file_is_longer_than_one_can_read() -> None:
    long = [
        p
        for p in sources() + written_tests()
        if len(p.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE
    ]
    assert not long, shown(long)


def test_nothing_is_left_for_later() -> None:
    unfinished = [path for path in sources() if UNFINISHED.search(path.read_text(encoding="utf-8"))]
    assert not unfinished, shown(unfinished)


def test_no_error_is_told_by_the_name_of_its_class() -> None:
    """People read what happened: `describe_error` says it, and unwraps groups."""
    named = re.compile(r"type\((?:error|exc|exception)\)\.__name__")
    services = [path for path in sources() if "packages/cartload/" not in str(path)]
    wrong = [path for path in services if named.search(path.read_text(encoding="utf-8"))]
    assert not wrong, shown(wrong)


def declares_metrics(path: Path) -> bool:
    tree = parsed(path)
    from_client = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "prometheus_client"
        for alias in node.names
    }
    return bool(from_client & METRICS)


def test_metrics_are_declared_in_one_place_of_each_package() -> None:
    elsewhere = [path for path in sources() if path.name != "metrics.py" and declares_metrics(path)]
    assert not elsewhere, shown(elsewhere)


def test_every_metric_has_our_prefix_and_a_base_unit() -> None:
    for path in sources():
        if path.name != "metrics.py":
            continue
        for node in ast.walk(parsed(path)):
            match node:
                case ast.Call(func=ast.Name(id=kind), args=[ast.Constant(value=str(name)), *_]) if (
                    kind in METRICS
                ):
                    assert name.startswith("cartload_"), f"{path}: {name}"
                    assert kind != "Counter" or name.endswith("_total"), f"{path}: {name}"
                    assert not re.search(r"_(ms|millis|minutes|kb|mb|mib)(_|$)", name), f"{path}: {name}"


def test_names_of_test_files_are_unique() -> None:
    names = [path.name for path in written_tests() if path.name.startswith("test_")]
    assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})

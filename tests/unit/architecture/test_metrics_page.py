"""docs/metrics.md says what the metrics' declarations say."""

from types import ModuleType

import pytest

from support.observability import ROOT, metrics_generator

PAGE = ROOT / "docs" / "metrics.md"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    return metrics_generator()


def test_the_page_is_up_to_date(generator: ModuleType) -> None:
    assert PAGE.read_text(encoding="utf-8") == generator.text(), "run `make generate`"


def test_every_module_of_metrics_is_on_the_page(generator: ModuleType) -> None:
    folders = [*ROOT.glob("packages/*/src"), ROOT / "gateway" / "src", *ROOT.glob("services/*/src")]
    found = {
        ".".join(path.relative_to(folder).with_suffix("").parts)
        for folder in folders
        for path in folder.rglob("metrics.py")
    }
    assert found == set(generator.MODULES)


def test_every_metric_says_in_a_sentence_what_it_is(generator: ModuleType) -> None:
    for metric in generator.declared():
        sentence = metric._documentation
        assert sentence[0].isupper(), sentence
        assert sentence.endswith("."), sentence


def test_no_label_can_have_values_without_end(generator: ModuleType) -> None:
    """Each value is a series of its own: ids, paths and names of users would fill any Prometheus."""
    known = {
        *("cause", "check", "group", "kind", "lane", "limit", "method", "outcome", "pool", "reason", "route"),
        *("service", "size", "state", "status", "step", "table", "topic", "type", "upstream", "way", "le"),
    }
    for metric in generator.declared():
        for name, labels in generator.series(metric).items():
            assert labels <= known, name


def test_no_name_is_declared_twice(generator: ModuleType) -> None:
    names = [name for metric in generator.declared() for name in generator.series(metric)]
    assert len(names) == len(set(names))

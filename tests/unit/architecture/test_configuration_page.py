"""docs/configuration.md says what the settings classes say."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from cartload_kit.settings import Settings, variable

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "configuration.md"
GENERATOR = ROOT / "dev" / "generate" / "configuration.py"


class Generator:
    """The script that draws the page."""

    def __init__(self) -> None:
        spec = importlib.util.spec_from_file_location("generate_configuration", GENERATOR)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.text: Callable[[], str] = module.text
        self.role_classes: Callable[[], list[type[Settings]]] = module.role_classes


@pytest.fixture(scope="module")
def generator() -> Generator:
    return Generator()


def test_the_page_is_up_to_date(generator: Generator) -> None:
    assert PAGE.read_text(encoding="utf-8") == generator.text(), "run `make generate`"


def test_every_variable_of_every_role_is_on_the_page(generator: Generator) -> None:
    page = PAGE.read_text(encoding="utf-8")
    classes = generator.role_classes()
    services = {cls.__module__.split(".")[0] for cls in classes}
    assert services == {
        f"cartload_{name}" for name in ("auth", "gateway", "generator", "notifier", "shop", "writer")
    }
    for cls in classes:
        for name in cls.model_fields:
            assert f"`{variable(cls, name)}`" in page


def test_one_variable_means_one_thing(generator: Generator) -> None:
    told: dict[str, set[str]] = {}
    for cls in generator.role_classes():
        for name, field in cls.model_fields.items():
            if name != "port":  # every process has its own, and only the gateway's has a default
                told.setdefault(variable(cls, name), set()).add(f"{field.description} {field.annotation}")
    assert not {name: words for name, words in told.items() if len(words) > 1}


def test_every_role_is_frozen(generator: Generator) -> None:
    for cls in generator.role_classes():
        assert cls.model_config.get("frozen"), cls
        assert cls.model_config.get("env_prefix") == "CARTLOAD_", cls

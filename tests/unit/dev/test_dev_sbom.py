"""The images' bill of materials: for the Python that they have, and without what only development needs."""

import json
from typing import Any

import pytest

from cartload_dev.errors import LauncherError
from cartload_dev.paths import checkout
from cartload_dev.sbom import image_python, shipped


def test_the_version_of_python_is_the_one_of_the_images() -> None:
    assert image_python("ARG SERVICE\nARG PYTHON=3.13\nARG NODE=24\n") == "3.13"
    assert image_python((checkout() / "Dockerfile").read_text("utf-8"))


def test_a_dockerfile_without_one_is_refused() -> None:
    with pytest.raises(LauncherError, match="no line ARG PYTHON"):
        image_python("FROM python:3.13-slim\n")


def component(name: str, scope: str = "required", **properties: str) -> dict[str, Any]:
    return {
        "bom-ref": name,
        "scope": scope,
        "properties": [{"name": f"cdx:npm:package:{key}", "value": text} for key, text in properties.items()],
    }


def test_the_document_of_the_ui_has_what_is_shipped_only() -> None:
    bom = {
        "metadata": {"component": {"bom-ref": "ui"}},
        "components": [
            component("react"),
            component("vite", development="true"),
            component("types", "optional"),
        ],
        "dependencies": [
            {"ref": "ui", "dependsOn": ["react", "vite"]},
            {"ref": "react", "dependsOn": ["types"]},
            {"ref": "vite", "dependsOn": ["react"]},
        ],
    }
    found = json.loads(shipped(json.dumps(bom)))
    assert [each["bom-ref"] for each in found["components"]] == ["react"]
    assert found["dependencies"] == [{"ref": "ui", "dependsOn": ["react"]}, {"ref": "react", "dependsOn": []}]

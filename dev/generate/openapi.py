"""Write docs/openapi.json: what the gateway serves at `/openapi.json`, from the services' own documents."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cartload_gateway.domain.openapi import merge

SERVICES = ("auth", "generator", "writer", "notifier", "shop")
TARGET = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def document_of(service: str) -> dict[str, Any]:
    """Return the OpenAPI document that a service prints."""
    command = [sys.executable, "-m", f"cartload_{service}", "openapi"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def text() -> str:
    """Return the merged document."""
    merged = merge(document_of("gateway"), {service: document_of(service) for service in SERVICES})
    return json.dumps(merged, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text(), encoding="utf-8")

"""One example of every message, as committed JSON files that all producer and consumer tests share."""

import json
from base64 import b64decode, b64encode
from importlib.resources import files

from cartload_contracts.envelope import Wire

_FOLDER = files("cartload_contracts") / "examples"


def names() -> list[str]:
    """The names of all examples, sorted."""
    return sorted(
        item.name.removesuffix(".json") for item in _FOLDER.iterdir() if item.name.endswith(".json")
    )


def load(name: str) -> Wire:
    """Read an example as Kafka would carry it.

    Raises:
        FileNotFoundError: there is no example of that name.
    """
    stored = json.loads((_FOLDER / f"{name}.json").read_text())
    value = b64decode(stored["base64"]) if "base64" in stored else json.dumps(stored["value"]).encode()
    headers = tuple((key, text.encode()) for key, text in stored["headers"].items())
    return Wire(stored["topic"], stored["key"].encode(), value, headers)


def dump(wire: Wire) -> str:
    """Write an example: JSON values legibly, anything else in base64."""
    headers = {name: value.decode() for name, value in wire.headers}
    body: dict[str, object] = (
        {"value": json.loads(wire.value)}
        if headers["content-type"] == "application/json"
        else {"base64": b64encode(wire.value).decode()}
    )
    stored = {"topic": wire.topic, "key": wire.key.decode(), "headers": headers, **body}
    return json.dumps(stored, indent=2, ensure_ascii=False) + "\n"

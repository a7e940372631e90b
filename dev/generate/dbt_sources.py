"""Write the sources of examples/dbt and their tests, from the one schema definition."""

from pathlib import Path

from cartload.schema.exports import dbt

TARGET = Path(__file__).resolve().parents[2] / "examples" / "dbt" / "models" / "sources.yml"

HEAD = "# What `cartload schema --format dbt` prints; written by `make generate`.\n"


def text() -> str:
    """Return the whole file."""
    return HEAD + dbt.text()


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")

"""Draw docs/data-dictionary.md from the one schema definition."""

from pathlib import Path

from cartload.schema.exports import markdown

TARGET = Path(__file__).resolve().parents[2] / "docs" / "data-dictionary.md"

HEAD = """# Data dictionary

The tables of every dataset, in every output: MySQL, files, Kafka and Python. Drawn from the schema by
`make generate`; `cartload schema` says it in other languages (`--format sql`, `json`, `arrow`, `dbt`).

Every column is NOT NULL unless it says otherwise. Ids are 36 characters of UUID version 8 or integers from 1,
as the spec says. Money is an integer in minor units of the dataset's currency. Times are UTC with
milliseconds.

"""


def text() -> str:
    """Return the whole page."""
    return HEAD + markdown.text()


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")

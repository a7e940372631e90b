"""``cartload schema``."""

import argparse
import json

from cartload.cli import console
from cartload.schema.exports import arrow, dbt, json_schema, markdown, sql


def run(given: argparse.Namespace) -> int:
    """Print the schema in the language asked for."""
    console.write(_text(given))
    return 0


def _text(given: argparse.Namespace) -> str:
    match given.format:
        case "json":
            return json.dumps(json_schema.tables(), indent=2) + "\n"
        case "markdown":
            return markdown.text()
        case "arrow":
            return arrow.text(given.ids)
        case "dbt":
            return dbt.text()
    return sql.text(given.ids)

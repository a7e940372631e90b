"""``cartload schema``."""

import argparse
import json
import sys

from cartload.described import arrow, dbt, document, markdown, statements


def run(given: argparse.Namespace) -> int:
    """Print the schema in the language asked for."""
    sys.stdout.write(_text(given))
    return 0


def _text(given: argparse.Namespace) -> str:
    match given.format:
        case "json":
            return json.dumps(document.tables(), indent=2) + "\n"
        case "markdown":
            return markdown.text()
        case "arrow":
            return arrow.text(given.ids)
        case "dbt":
            return dbt.text()
    return statements.text(given.ids)

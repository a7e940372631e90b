"""``cartload schema``."""

import argparse
import json

from cartload.cli import console
from cartload.cli.console import CommandError
from cartload.schema import Ids, ddl
from cartload.schema.exports import arrow, dbt, json_schema, markdown


def run(args: argparse.Namespace) -> int:
    """Print the schema in the language asked for."""
    console.write(_text(args))
    return 0


def _text(args: argparse.Namespace) -> str:
    if args.ids and args.format in ("markdown", "dbt"):
        raise CommandError(f"--ids cannot be used with --format {args.format}, which is the same for both", 2)
    ids: Ids = args.ids or "uuid"
    match args.format:
        case "json":
            return json.dumps(json_schema.tables(ids), indent=2) + "\n"
        case "markdown":
            return markdown.text()
        case "arrow":
            return arrow.text(ids)
        case "dbt":
            return dbt.text()
    return ddl.create_tables(ids)

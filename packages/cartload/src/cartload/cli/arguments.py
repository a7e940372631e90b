"""The commands with their arguments, and which function runs each of them."""

import argparse
import re
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from cartload.cli import console
from cartload.spec.presets import PRESETS

_COMMANDS: Final = {
    "answers": "cartload.cli.stored_datasets:answers",
    "check": "cartload.cli.stored_datasets:check",
    "delta": "cartload.cli.delta:run",
    "fold": "cartload.cli.fold:run",
    "generate": "cartload.cli.generate:run",
    "hash": "cartload.cli.stored_datasets:hashes",
    "schema": "cartload.cli.schema:run",
    "spec": "cartload.cli.spec:run",
    "stream": "cartload.cli.stream:run",
}
_ROW_FORMATS: Final = ("parquet", "csv", "jsonl")
_FORMATS: Final = (*_ROW_FORMATS, "sql")
_REPORTS: Final = ("text", "json", "html")
_LANGUAGES: Final = ("sql", "json", "markdown", "arrow", "dbt")

type Command = Callable[[argparse.Namespace], int]
type _Commands = "argparse._SubParsersAction[_Parser]"


def command(name: str) -> Command:
    """The function of a command; imports what the command needs."""
    module, function = _COMMANDS[name].split(":")
    found: Command = getattr(import_module(module), function)
    return found


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; it ends the program with code 2 on wrong usage."""
    top = _Parser(
        prog="cartload",
        description="Make e-commerce datasets that are consistent to the last cent and the last second.",
    )
    top.add_argument("--version", action=_Version)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _generate(commands)
    _delta(commands)
    _stream(commands)
    _fold(commands)
    _check(commands)
    _answers(commands)
    _hash(commands)
    _schema(commands)
    _spec(commands)
    return top


class _Parser(argparse.ArgumentParser):
    """Its commands' parsers are of this class too, by argparse's own rule."""

    def _print_message(self, message: str, file: Any = None) -> None:
        """Raise what argparse leaves unsaid: a help text that standard output did not take."""
        if file is sys.stdout:
            console.write(message)
        else:
            super()._print_message(message, file)


class _Version(argparse.Action):
    """Prints the version; looking it up takes time, so only when asked."""

    def __init__(self, option_strings: list[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version and end")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from cartload._identity import version

        parser._print_message(f"cartload {version()}\n", sys.stdout)
        parser.exit()


def _generate(commands: _Commands) -> None:
    generate = commands.add_parser("generate", help="make a dataset", description="Make a dataset.")
    _spec_arguments(generate)
    target = generate.add_mutually_exclusive_group(required=True)
    target.add_argument("--out", metavar="DIR", type=_text, help="folder to write, or - for standard output")
    target.add_argument(
        "--into", metavar="URL", type=_text, help="database to fill: mysql://user@host/database"
    )
    add = generate.add_argument
    add("--format", choices=_FORMATS, help="what the spec says by default: parquet")
    add("--tables", metavar="A,B", type=_text, help="these tables only")
    add("--partition", choices=("month",), help="one folder of orders for each month of placed_at")
    add("--bom", action="store_true", help="begin CSV files with a byte order mark, as Excel wants it")
    add("--workers", metavar="N", type=_positive, help="processes; by default one for each core")
    add("--resume", action="store_true", help="go on where an interrupted run stopped")
    add("--quiet", action="store_true", help="no progress, only errors")


def _delta(commands: _Commands) -> None:
    purpose = "write what changes between two moments of a shop"
    delta = commands.add_parser("delta", help=purpose, description=f"{purpose.capitalize()}.")
    _spec_arguments(delta)
    add = delta.add_argument
    moment = "as in 2025-06-30T12:00:00Z"
    add(
        "--from",
        dest="since",
        metavar="TIME",
        type=_text,
        required=True,
        help=f"changes after this, {moment}",
    )
    add("--to", dest="until", metavar="TIME", type=_text, required=True, help="and until this")
    add("--out", metavar="DIR", type=_text, required=True, help="folder to write, or - for standard output")
    add("--format", choices=_ROW_FORMATS, help="what the spec says by default: parquet")
    add("--tables", metavar="A,B", type=_text, help="these tables only")
    add("--quiet", action="store_true", help="no progress, only errors")


def _stream(commands: _Commands) -> None:
    purpose = "play a dataset as events, in the order of time"
    stream = commands.add_parser("stream", help=purpose, description=f"{purpose.capitalize()}.")
    _spec_arguments(stream, "SPEC|DIR", "folder of a dataset, YAML or JSON file, or preset")
    add = stream.add_argument
    moment = "as in 2025-06-30T12:00:00Z"
    add(
        "--to",
        metavar="-|URL",
        type=_text,
        required=True,
        help="-: JSON Lines on standard output; kafka://host:9092: Kafka, several brokers by commas; "
        "mysql://user@host/database: its rows, one by one",
    )
    add(
        "--from",
        dest="since",
        metavar="TIME",
        type=_text,
        help=f"events after this, {moment}; by default from the first on",
    )
    add("--until", metavar="TIME", type=_text, help="and until this; by default the window's end")
    add(
        "--topics",
        metavar="A,B",
        type=_text,
        help="these only; * stands for any characters, as in 'ecommerce-cdc.*'; by default all but those",
    )
    add(
        "--speed",
        metavar="N",
        type=_text,
        default="max",
        help="N times as fast as the clock, from 1 to 3600; by default max",
    )
    add(
        "--live-from",
        metavar="TIME",
        type=_text,
        help="with --speed: all until this at once; by default what was before --from or the window",
    )
    add("--faults", metavar="FILE", type=_text, help="what faults the events shall have, YAML or JSON")
    add("--ledger", metavar="FILE", type=_text, help="with --faults: each fault as a line of JSON")
    _topic_prefix(stream)
    add("--partitions", metavar="N", type=_positive, help="of topics that Kafka does not have yet; 6")
    add("--quiet", action="store_true", help="no progress, only errors")


def _fold(commands: _Commands) -> None:
    purpose = "fold a stream's rows into tables and compare them with a dataset"
    fold = commands.add_parser(
        "fold", help=purpose, description=f"{purpose.capitalize()}; exit code 1: they differ."
    )
    fold.add_argument(
        "file",
        metavar="FILE|URL",
        type=_text,
        help="JSON Lines as cartload stream writes them, with topics ecommerce-cdc.*; - for standard input; "
        "kafka://host:9092 for these topics of Kafka",
    )
    fold.add_argument(
        "--against",
        dest="spec",
        metavar="DIR|URL|SPEC",
        type=_text,
        required=True,
        help="folder, mysql://user@host/database, or what the dataset is made from",
    )
    _spec_options(fold)
    fold.add_argument("--tables", metavar="A,B", type=_text, help="these tables only")
    fold.add_argument(
        "--ledger", metavar="FILE", type=_text, help="the faults of the stream, which are put right first"
    )
    _topic_prefix(fold)


def _topic_prefix(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--topic-prefix",
        metavar="TEXT",
        type=_text,
        help="what topics in Kafka begin with; ecommerce- by default",
    )


def _check(commands: _Commands) -> None:
    purpose = "check every invariant of a stored dataset"
    check = commands.add_parser(
        "check", help=purpose, description=f"{purpose.capitalize()}; exit code 1: broken."
    )
    _target(check)
    check.add_argument("--report", choices=_REPORTS, default="text", help="text by default")
    check.add_argument(
        "--report-file", metavar="FILE", type=_text, help="write the report there, a summary here; - for here"
    )


def _answers(commands: _Commands) -> None:
    purpose = "answer business questions about a stored dataset"
    answers = commands.add_parser("answers", help=purpose, description=f"{purpose.capitalize()}, as JSON.")
    _target(answers)
    answers.add_argument(
        "--out", metavar="FILE", type=_text, help="write them there; by default, and for -, standard output"
    )


def _hash(commands: _Commands) -> None:
    purpose = "print rows and an order-independent hash of each table"
    hashes = commands.add_parser("hash", help=purpose, description=f"{purpose.capitalize()}.")
    hashes.add_argument("target", metavar="DIR|URL", type=_text, help="folder, or mysql://user@host/database")
    hashes.add_argument("--json", action="store_true", help="as JSON")


def _target(to: argparse.ArgumentParser) -> None:
    """A stored dataset, and what it was made from where it does not say so itself."""
    to.add_argument("target", metavar="DIR|URL", type=_text, help="folder, or mysql://user@host/database")
    to.add_argument(
        "--spec",
        metavar="SPEC",
        type=_text,
        help="file or preset that it was made from, where it does not say",
    )


def _schema(commands: _Commands) -> None:
    purpose = "print the tables and their columns"
    schema = commands.add_parser("schema", help=purpose, description=f"{purpose.capitalize()}.")
    schema.add_argument("--format", choices=_LANGUAGES, default="sql", help="sql by default")
    schema.add_argument(
        "--ids", choices=("uuid", "integer"), help="kind of keys, uuid by default (sql, json, arrow)"
    )


def _spec(commands: _Commands) -> None:
    purpose = "print a commented spec file to start from"
    spec = commands.add_parser("spec", help=purpose, description=f"{purpose.capitalize()}.")
    _spec_arguments(spec)
    spec.add_argument("--full", action="store_true", help="write out defaults too, instead of as comments")


def _spec_arguments(
    to: argparse.ArgumentParser, name: str = "SPEC", meaning: str = "YAML or JSON file, or preset"
) -> None:
    """What a dataset is made from."""
    presets = ", ".join(PRESETS)
    to.add_argument(
        "spec", metavar=name, nargs="?", type=_text, help=f"{meaning}: {presets}; {{}} by default"
    )
    _spec_options(to)


def _spec_options(to: argparse.ArgumentParser) -> None:
    """What changes a spec that is named."""
    to.add_argument("--customers", metavar="N", type=_positive, help="how many; all else follows")
    to.add_argument("--seed", metavar="S", type=_whole, help="another seed, another dataset")
    to.add_argument(
        "--as-of",
        metavar="TIME",
        type=_text,
        help="the shop as it was at a moment of the window, as in 2025-06-30T12:00:00Z",
    )
    to.add_argument(
        "--set",
        metavar="PATH=VALUE",
        type=_text,
        action="append",
        default=[],
        help="any field of the spec, as in orders.per_customer=3; may be repeated",
    )


def _text(text: str) -> str:
    """The text, which must not be empty: a variable that is not set is no way to leave an option out."""
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def _whole(text: str) -> int:
    # As in a spec: Python's int() would take 1_000 and the digits of other scripts too.
    if not re.fullmatch("[-+]?[0-9]{1,20}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)


def _positive(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number

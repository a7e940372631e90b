"""What can be typed, and which function answers it."""

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import Final

from cartload.presets import PRESETS

_COMMANDS: Final = {"generate": "cartload.cli.generate"}
_FORMATS: Final = ("parquet", "csv", "jsonl", "sql")

type Command = Callable[[argparse.Namespace], int]


def command(name: str) -> Command:
    """The function of a command."""
    run: Command = import_module(_COMMANDS[name]).run
    return run


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; it ends the program with code 2 on wrong usage."""
    top = argparse.ArgumentParser(
        prog="cartload",
        description="Whole e-commerce businesses out of nothing: true to the last cent and the last second.",
    )
    top.add_argument("--version", action=_Version)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _generate(commands)
    return top


class _Version(argparse.Action):
    """Looks the version up only when asked."""

    def __init__(self, option_strings: list[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version and end")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from cartload._version import version

        parser.exit(message=f"cartload {version()}\n")


type _Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _generate(commands: _Commands) -> None:
    generate = commands.add_parser("generate", help="make a dataset", description="Make a dataset.")
    add_spec(generate)
    generate.add_argument(
        "--out", metavar="DIR|-", required=True, help="folder to write, - for standard output"
    )
    generate.add_argument("--format", choices=_FORMATS, help="parquet by default, or what the spec says")
    generate.add_argument("--tables", metavar="A,B", help="these tables only")
    generate.add_argument("--workers", metavar="N", type=positive, help="processes; by default one a core")
    generate.add_argument("--resume", action="store_true", help="go on where an interrupted run stopped")
    generate.add_argument("--quiet", action="store_true", help="no progress, only errors")


def add_spec(to: argparse.ArgumentParser) -> None:
    """The arguments that say what a dataset is made from."""
    to.add_argument(
        "spec",
        metavar="SPEC",
        nargs="?",
        help=f"a YAML or JSON file, or a preset: {', '.join(PRESETS)}; without it, the defaults",
    )
    to.add_argument("--customers", metavar="N", type=positive, help="how many customers")
    to.add_argument("--seed", metavar="S", type=int, help="another seed, another dataset")
    to.add_argument(
        "--set", metavar="PATH=VALUE", action="append", default=[], help="any field, as orders.per_customer=3"
    )


def positive(text: str) -> int:
    """A whole number from 1 on; underscores may separate digits. Raises ValueError."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number

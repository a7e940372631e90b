"""What is typed: an argument that is there has a value."""

import argparse

import pytest

from cartload.cli import main
from cartload.cli.arguments import parser


def actions() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command."""
    (commands,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(commands.choices)


VALUES = [
    (command, action.option_strings[0] if action.option_strings else str(action.metavar))
    for command, options in actions().items()
    for action in options._actions
    if action.nargs != 0
]
"""Every option and positional that takes a value."""


@pytest.mark.parametrize(("command", "argument"), VALUES)
def test_an_empty_argument_is_refused_by_name(
    capsys: pytest.CaptureFixture[str], command: str, argument: str
) -> None:
    typed = [argument, ""] if argument.startswith("--") else [""]
    if command == "generate" and argument not in ("--out", "--into"):
        typed += ["--out", "somewhere"]
    elif argument != "DIR|URL" and command in ("check", "answers", "hash"):
        typed += ["somewhere"]
    assert main([command, *typed]) == 2
    assert f"cartload {command}: error: argument {argument}: " in capsys.readouterr().err


def test_all_commands_were_asked() -> None:
    expected = {"answers", "check", "delta", "fold", "generate", "hash", "schema", "spec", "stream"}
    assert {command for command, _ in VALUES} == expected
    assert len(VALUES) >= 20


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["generate", "--out", "x", "--tables", "users,,addresses"], "--tables: a name between the commas"),
        (["spec", "--set", "catalogue.products="], "catalogue.products = '': "),
        (["spec", "--set", "=3"], "= '3': no such field"),
    ],
)
def test_an_empty_part_is_refused_too(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("number", ["1_000", "1e3", "ten", "٣", "9" * 30])
def test_a_number_is_written_in_digits(capsys: pytest.CaptureFixture[str], number: str) -> None:
    assert main(["spec", "--customers", number]) == 2
    assert f"argument --customers: {number!r} is no whole number" in capsys.readouterr().err


def test_the_version_is_a_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("cartload ")

"""The commands of a service: found, given their arguments, and plain about wrong usage."""

import pytest

from cartload_kit.cli import Command, dispatch

done: list[tuple[str, ...]] = []


def api() -> None:
    """A role."""
    done.append(("api",))


def make(name: str, size: str = "1") -> int:
    """A command with arguments."""
    done.append((name, size))
    return 3


def redrive(*letters: str, topic: str = "", quiet: bool = False) -> None:
    """A command with any number of arguments, and options."""
    done.append((*letters, topic, str(quiet)))


COMMANDS: dict[str, Command] = {"api": api, "make": make, "redrive": redrive}


def run(*arguments: str) -> object:
    done.clear()
    with pytest.raises(SystemExit) as error:
        dispatch(COMMANDS, arguments, program="sample")
    return error.value.code


def test_a_command_is_run_and_its_code_is_the_exit_code() -> None:
    assert run("api") == 0
    assert done == [("api",)]
    assert run("make", "ada") == 3
    assert done == [("ada", "1")]
    assert run("make", "ada", "2") == 3
    assert done == [("ada", "2")]


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ([], ("", "False")),
        (["a", "b"], ("a", "b", "", "False")),
        (["--topic", "x", "a", "--quiet"], ("a", "x", "True")),
    ],
)
def test_a_command_may_take_any_number_of_arguments_and_options(
    arguments: list[str], given: tuple[str, ...]
) -> None:
    assert run("redrive", *arguments) == 0
    assert done == [given]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "sample: error: the following arguments are required: COMMAND"),
        (["nope"], "argument COMMAND: invalid choice: 'nope'"),
        (["api", "x"], "sample: error: unrecognized arguments: x"),
        (["make"], "usage: sample make [-h] NAME [SIZE]"),
        (["make", "a", "b", "c"], "unrecognized arguments: c"),
        (["redrive", "--topic"], "argument --topic: expected one argument"),
    ],
)
def test_wrong_usage_is_told_with_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert run(*arguments) == 2
    assert not done
    assert told in capsys.readouterr().err


def test_help_is_not_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    told = capsys.readouterr().out
    assert told.startswith("usage: sample [-h] COMMAND")
    assert "make      A command with arguments." in told


@pytest.mark.parametrize(
    ("error", "told"),
    [(ConnectionError("nobody at b:1\nmore"), "nobody at b:1"), (TimeoutError(), "no answer came in time")],
)
def test_that_something_is_away_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], error: Exception, told: str
) -> None:
    def migrate() -> None:
        raise error

    with pytest.raises(SystemExit) as end:
        dispatch({"migrate": migrate}, ["migrate"], program="sample")
    assert end.value.code == 1
    assert capsys.readouterr().err == f"sample migrate: not possible now: {told}\n"


def test_any_other_failure_is_shown_whole() -> None:
    def migrate() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        dispatch({"migrate": migrate}, ["migrate"], program="sample")


def test_a_patient_command_tries_again_until_what_it_needs_is_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTLOAD_PATIENCE_SECONDS", "30")
    answers = iter([ConnectionError("away"), None])

    def migrate() -> None:
        if (error := next(answers)) is not None:
            raise error

    with pytest.raises(SystemExit) as end:
        dispatch({"migrate": migrate}, ["migrate"], program="sample")
    assert end.value.code == 0
    assert capsys.readouterr().err == "sample migrate: not possible now: away\n"


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARTLOAD_PATIENCE_SECONDS", "0.5")
    tries: list[int] = []

    def migrate() -> None:
        tries.append(1)
        raise ConnectionError("away")

    with pytest.raises(SystemExit) as end:
        dispatch({"migrate": migrate}, ["migrate"], program="sample")
    assert end.value.code == 1
    assert len(tries) == 2

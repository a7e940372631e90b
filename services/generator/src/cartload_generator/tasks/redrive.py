"""The commands on dead letters: showing them, and putting many back."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from cartload_generator.domain.dead_letters import Decision, LetterFilter
from cartload_generator.tasks.dead_letters import DeadLetterAdministration
from cartload_kit.errors import Problem
from cartload_kit.kafka import Letter

BY = "command line"
MOST = 10_000
"""Letters that one command puts back."""

_PAGE = 200

type Say = Callable[[str], None]
"""Prints a line."""


async def show(letters: DeadLetterAdministration, wanted: LetterFilter, say: Say) -> None:
    """Print the letters that are wanted, newest first. Raises Unavailable."""
    shown = 0
    async for letter, decision in _each(letters, wanted):
        say(_line(letter, decision))
        shown += 1
        if shown == MOST:
            say(f"and more: {MOST} are shown")
            break
    if not shown:
        say("there is no such letter")


async def redrive(
    letters: DeadLetterAdministration, ids: Sequence[str], wanted: LetterFilter | None, say: Say
) -> bool:
    """Put letters back: those of these ids, and with `wanted` all such that are open.

    Prints what became of each; whether all were put back. Raises Unavailable.
    """
    chosen = list(ids)
    if wanted is not None:
        found = [letter.id async for letter, _ in _each(letters, replace(wanted, state="open"), MOST)]
        # The oldest first: messages of one key were sent in an order that may matter.
        chosen += reversed(found)
    refused = 0
    for letter_id in chosen:
        try:
            letter, _ = await letters.redrive(letter_id, BY)
        except Problem as problem:
            if problem.status not in (404, 409):
                raise
            refused += 1
            say(f"{letter_id}  not put back: {problem.detail}")
        else:
            say(f"{letter_id}  put back on {letter.topic}")
    say(f"{len(chosen) - refused} put back, {refused} not")
    return refused == 0


async def _each(
    letters: DeadLetterAdministration, wanted: LetterFilter, most: int | None = None
) -> AsyncIterator[tuple[Letter, Decision | None]]:
    """The letters that are wanted, page by page, at most so many."""
    below: list[int] | None = None
    count = 0
    while most is None or count < most:
        page = await letters.page(wanted, below, min(_PAGE, most - count) if most else _PAGE)
        for one in page.items:
            yield one
        count += len(page.items)
        below = page.position
        if below is None:
            return


def _line(letter: Letter, decision: Decision | None) -> str:
    state = decision.state if decision is not None else "open"
    origin = f"{letter.topic}/{letter.partition}/{letter.offset}"
    return f"{letter.id}  {letter.record.timestamp:%Y-%m-%d %H:%M:%S}  {state}  {origin}  {letter.reason}"

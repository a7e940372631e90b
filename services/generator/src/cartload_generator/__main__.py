"""`python -m cartload_generator ROLE`: the roles `api`, `worker`, `player`, and the one-shots beside them."""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from cartload_contracts import topics
from cartload_generator.settings import (
    ApiSettings,
    LettersSettings,
    MigrateSettings,
    PlayerSettings,
    WorkerSettings,
)
from cartload_kit import cli, logging
from cartload_kit.kafka import ensure_topics
from cartload_kit.kafka.settings import KafkaSettings
from cartload_kit.settings import load

if TYPE_CHECKING:
    from cartload_generator.tasks.dead_letters import DeadLetterAdministration


def api() -> None:
    """Serve jobs and datasets, and dispatch."""
    # Here and not above: a worker then loads no database toolkit, whose memory is better spent on chunks.
    from cartload_generator import bootstrap

    bootstrap.run_api(load(ApiSettings))


def worker() -> None:
    """Make chunks."""
    from cartload.engine.worker_process import leave_out_pandas
    from cartload_generator.consumers import bootstrap

    leave_out_pandas()
    bootstrap.run(load(WorkerSettings))


def player() -> None:
    """Play streams into Kafka."""
    from cartload.engine.worker_process import leave_out_pandas
    from cartload_generator.tasks.streams import bootstrap

    leave_out_pandas()
    bootstrap.run(load(PlayerSettings))


def migrate() -> None:
    """Bring the database up to date; harmless to repeat."""
    from cartload_generator.repository.models import MIGRATIONS
    from cartload_kit.database.migrate import migrate as run_migrations

    settings = load(MigrateSettings)
    logging.configure("generator-migrate")
    run_migrations(settings.generator_database_url.get_secret_value(), MIGRATIONS)


def make_topics() -> None:
    """Create the Kafka topics that are missing; harmless to repeat."""
    settings = load(KafkaSettings)
    logging.configure("generator-topics")
    asyncio.run(ensure_topics(settings.kafka, topics.ALL))


def dead_letters(*, topic: str = "", reason: str = "") -> int:
    """Show the dead letters, of one topic, or those with a text in their reason."""
    from cartload_generator.domain.dead_letters import LetterFilter
    from cartload_generator.tasks import redrive as commands

    wanted = LetterFilter(topic or None, None, reason or None)
    return _on_letters(lambda letters: commands.show(letters, wanted, _say))


def redrive(*letters: str, topic: str = "", reason: str = "") -> int:
    """Put dead letters back: of these ids, or all open ones of a topic or with a text in their reason."""
    from cartload_generator.domain.dead_letters import LETTER_ID, LetterFilter
    from cartload_generator.tasks import redrive as commands

    if wrong := [one for one in letters if not re.fullmatch(LETTER_ID, one)]:
        _say(f"redrive: {', '.join(wrong)}: no id of a letter; `dead-letters` shows them")
        return 2
    if not (letters or topic or reason):
        _say("redrive: name letters by id, or give --topic or --reason")
        return 2
    wanted = LetterFilter(topic or None, "open", reason or None) if topic or reason else None

    return _on_letters(lambda administration: commands.redrive(administration, letters, wanted, _say))


def _on_letters(work: "Callable[[DeadLetterAdministration], Awaitable[bool | None]]") -> int:
    """Do something with dead letters; the exit code. Refusals are told in one line."""
    from cartload_generator.bootstrap import dead_letter_administration
    from cartload_kit.errors import Problem

    settings = load(LettersSettings)

    async def run() -> bool | None:
        async with dead_letter_administration(settings) as administration:
            return await work(administration)

    try:
        return 1 if asyncio.run(run()) is False else 0
    except Problem as problem:
        _say(problem.detail)
        return 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def openapi() -> None:
    """Print the OpenAPI document."""
    from cartload_generator.app import build
    from cartload_kit.http import print_openapi

    print_openapi(build())


if __name__ == "__main__":
    cli.dispatch(
        {
            "api": api,
            "worker": worker,
            "player": player,
            "migrate": migrate,
            "topics": make_topics,
            "dead-letters": dead_letters,
            "redrive": redrive,
            "openapi": openapi,
        }
    )

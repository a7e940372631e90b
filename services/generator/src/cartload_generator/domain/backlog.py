"""What waits in Kafka for the parts that a job depends on: why a silent job is silent."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Backlog:
    """Messages not done yet by consumer group: commands on datasets, chunk commands, batches.

    A message counts until its offset is committed, so one that a consumer holds counts too.
    """

    dataset_commands: int = 0
    chunk_commands: int = 0
    batches: int = 0
    reachable: bool = True
    """False when Kafka could not be asked."""

    def holds_up_datasets(self) -> str | None:
        """What a prepare, seal or discard waits for, in words; None when nothing is in its way."""
        if not self.reachable:
            return "Kafka, which does not answer"
        if self.dataset_commands:
            return f"the writer's tasks: {_counted(self.dataset_commands, 'command')} not done yet"
        return None

    def holds_up_chunks(self) -> str | None:
        """What chunks in flight wait for, in words; None when nothing is in their way."""
        if not self.reachable:
            return "Kafka, which does not answer"
        if self.chunk_commands:
            return f"the workers: {_counted(self.chunk_commands, 'chunk')} not made yet"
        if self.batches:
            return f"the writers: {_counted(self.batches, 'batch', 'batches')} not stored yet"
        return None


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


class BacklogReader(Protocol):
    """Looks at Kafka."""

    async def read(self) -> Backlog:
        """What waits now; never raises for a Kafka that is away."""

    async def until_commands_are_read(self, seconds: float) -> bool:
        """Wait until the writer has read every command on a dataset that was sent before; False: not yet."""

"""Where bytes go."""

from typing import Any, Protocol


class Sink(Protocol):
    """A file, standard output, or whatever takes bytes."""

    def write(self, data: Any, /) -> int:
        """Append them; raises OSError."""

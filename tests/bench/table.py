"""What was measured, as a table: figure, value, aim."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure."""

    name: str
    value: str = ""
    aim: str = ""


def render(rows: list[Row]) -> str:
    """The rows as aligned text."""
    cells = [("figure", "measured", "aim"), *((row.name, row.value, row.aim) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(3)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in cells]
    return "\n".join([lines[0], "-" * sum(widths), *lines[1:]])

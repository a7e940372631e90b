"""Plain charts as SVG text: the same bytes for the same numbers, wherever they are drawn."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

BLUE, ORANGE, GREY, INK, GRID = "#2f6db5", "#e08a3c", "#9aa5b1", "#24313f", "#e3e8ee"
WIDTH, HEIGHT = 760, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 44, 34
LETTER = 6.8
"""Width of a letter, roughly."""
BAR = 24

type Say = Callable[[float], str]


@dataclass(frozen=True)
class Series:
    """Numbers of one colour, one for each label."""

    name: str
    values: Sequence[float]
    colour: str = BLUE


@dataclass
class Picture:
    """Shapes on white; sizes in pixels, the origin at the top left."""

    title: str
    width: float = WIDTH
    height: float = HEIGHT
    parts: list[str] = field(default_factory=list)

    def rectangle(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle."""
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'
        )

    def text(
        self, x: float, y: float, words: str, *, anchor: str = "start", colour: str = INK, size: int = 12
    ) -> None:
        """Write at a baseline's point."""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">'
            f"{escape(words)}</text>"
        )

    def svg(self) -> str:
        """Return the picture as a file's text."""
        size = f"{self.width:.0f} {self.height:.0f}"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img" '
            f'aria-label="{escape(self.title)}" font-family="system-ui, sans-serif">'
        )
        title = (
            f'<text x="16" y="24" font-size="15" font-weight="600" fill="{INK}">{escape(self.title)}</text>'
        )
        return "\n".join(
            [head, '<rect width="100%" height="100%" fill="#fff"/>', title, *self.parts, "</svg>\n"]
        )


def columns(title: str, labels: Sequence[str], series: Sequence[Series], say: Say) -> str:
    """Stacked columns over labels; labels are thinned where they would touch."""
    picture = Picture(title)
    _legend(picture, series)
    heights = [sum(each) for each in zip(*(one.values for one in series), strict=True)]
    steps = _steps(max(heights))
    bottom, scale = HEIGHT - BOTTOM, (HEIGHT - BOTTOM - TOP) / steps[-1]
    for step in steps:
        picture.rectangle(LEFT, bottom - step * scale, WIDTH - LEFT - RIGHT, 1, GRID)
        picture.text(LEFT - 8, bottom - step * scale + 4, say(step), anchor="end")
    pitch = (WIDTH - LEFT - RIGHT) / len(labels)
    for place, label in enumerate(labels):
        left, y = LEFT + place * pitch, float(bottom)
        for one in series:
            y -= one.values[place] * scale
            picture.rectangle(left + pitch * 0.12, y, pitch * 0.76, one.values[place] * scale, one.colour)
        if place % -(-len(labels) // 12) == 0:
            picture.text(left + pitch / 2, bottom + 18, label, anchor="middle")
    return picture.svg()


def bars(title: str, labels: Sequence[str], series: Sequence[Series], say: Say) -> str:
    """Stacked horizontal bars, the sum written behind each."""
    picture = Picture(title, height=TOP + BAR * len(labels) + 12)
    _legend(picture, series)
    sums = [sum(each) for each in zip(*(one.values for one in series), strict=True)]
    left = max(LEFT, LETTER * max(map(len, labels)) + 24)
    scale = (WIDTH - left - 90) / max(sums)
    for place, label in enumerate(labels):
        x, y = left, TOP + BAR * place
        picture.text(left - 8, y + 15, label, anchor="end")
        for one in series:
            picture.rectangle(x, y + 3, one.values[place] * scale, BAR - 7, one.colour)
            x += one.values[place] * scale
        picture.text(x + 6, y + 15, say(sums[place]))
    return picture.svg()


def ranges(title: str, labels: Sequence[str], marks: Sequence[Series], say: Say) -> str:
    """For each label a line from the first mark to the last with a tick at each."""
    picture = Picture(title, height=TOP + BAR * len(labels) + 34)
    _legend(picture, marks)
    steps = _steps(max(marks[-1].values))
    bottom, scale = TOP + BAR * len(labels), (WIDTH - LEFT - RIGHT - 20) / steps[-1]
    for step in steps:
        picture.rectangle(LEFT + step * scale, TOP, 1, bottom - TOP, GRID)
        picture.text(LEFT + step * scale, bottom + 18, say(step), anchor="middle")
    for place, label in enumerate(labels):
        y = TOP + BAR * place + BAR / 2
        first, last = (LEFT + mark.values[place] * scale for mark in (marks[0], marks[-1]))
        picture.text(LEFT - 8, y + 4, label, anchor="end")
        picture.rectangle(first, y - 1, last - first, 2, GREY)
        for mark in marks:
            picture.rectangle(LEFT + mark.values[place] * scale - 3, y - 7, 6, 14, mark.colour)
    return picture.svg()


def heat(
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Sequence[float | None]],
    say: Say,
) -> str:
    """Cells from light at nothing to dark at the largest value, with their values; None leaves a gap."""
    cell = (WIDTH - LEFT - RIGHT) / len(columns)
    picture = Picture(title, height=TOP + 22 * len(rows) + 40)
    largest = max(value for row in values for value in row if value is not None)
    for place, label in enumerate(columns):
        picture.text(LEFT + (place + 0.5) * cell, TOP + 10, label, anchor="middle", size=11)
    for down, (label, row) in enumerate(zip(rows, values, strict=True)):
        y = TOP + 18 + 22 * down
        picture.text(LEFT - 8, y + 15, label, anchor="end", size=11)
        for across, value in enumerate(row):
            if value is not None:
                x = LEFT + across * cell
                picture.rectangle(x, y, cell - 1, 21, _shade(value / largest))
                colour = "#fff" if value / largest > 0.55 else INK
                picture.text(x + cell / 2, y + 15, say(value), anchor="middle", colour=colour, size=10)
    return picture.svg()


def _legend(picture: Picture, series: Sequence[Series]) -> None:
    x = float(WIDTH - RIGHT)
    for one in reversed(series):
        if one.name:
            picture.text(x, 24, one.name, anchor="end")
            x -= LETTER * len(one.name) + 18
            picture.rectangle(x, 14, 10, 10, one.colour)
            x -= 14


def _steps(largest: float) -> list[float]:
    """Round numbers from 0 to just above the largest value, four to six of them."""
    size = 1.0
    while largest / size > 5:
        size *= 2.5 if str(int(size))[0] == "2" else 2
    return list(_up_to(largest, size))


def _up_to(largest: float, size: float) -> Iterator[float]:
    step = 0.0
    yield step
    while step < largest:
        step += size
        yield step


def _shade(share: float) -> str:
    light, dark = (236, 242, 249), (28, 79, 138)
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(light, dark, strict=True))
    return f"#{red:02x}{green:02x}{blue:02x}"

"""Small plots as inline SVG: bars with what was expected, and points on two logarithmic axes. No script."""

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Final

from cartload.checker.results import Figure

_WIDTH: Final = 380
_HEIGHT: Final = 230
_LEFT: Final = 44
_RIGHT: Final = 10
_TOP: Final = 10
_BOTTOM: Final = 40
_MOST_LABELS: Final = 12


def svg(figure: Figure) -> str:
    """A figure as one SVG element, its colours left to the page's style."""
    marks = _log_log(figure) if figure.kind == "log_log" else _bars(figure)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(figure.title, quote=True)}">'
        f"{''.join(marks)}{_axis_names(figure)}</svg>"
    )


def _axis_names(figure: Figure) -> str:
    middle, bottom = (_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 6
    place = f'x="{middle:.0f}" y="{bottom}" text-anchor="middle"'
    return f'<text class="name" {place}>{escape(figure.x_label)}</text>'


def _inner() -> tuple[float, float]:
    return _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM


def _bars(figure: Figure) -> Iterator[str]:
    """A bar for each value from 0 on, and a mark across it where it was expected."""
    width, height = _inner()
    ticks = _ticks(max([*figure.y, *(figure.expected or ()), 1e-9]))
    top = ticks[-1]
    yield from (_grid(_TOP + height * (1 - tick / top), f"{tick:g}") for tick in ticks)
    step = width / max(len(figure.y), 1)
    for place, value in enumerate(figure.y):
        left, tall = _LEFT + place * step, height * value / top
        bar = f'x="{left + step * 0.12:.1f}" y="{_TOP + height - tall:.1f}" width="{step * 0.76:.1f}"'
        yield f'<rect class="bar" {bar} height="{tall:.1f}"/>'
        if figure.expected is not None:
            y = _TOP + height * (1 - figure.expected[place] / top)
            yield f'<path class="expected" d="M{left:.1f} {y:.1f}h{step:.1f}"/>'
    yield from _bar_labels(figure.x, step, _TOP + height)


def _bar_labels(names: Sequence[str | float], step: float, bottom: float) -> Iterator[str]:
    """Names below the bars, as many as there is room for."""
    every = max(1, ceil(len(names) / _MOST_LABELS))
    for place in range(0, len(names), every):
        where = f'x="{_LEFT + (place + 0.5) * step:.1f}" y="{bottom + 14:.0f}" text-anchor="middle"'
        yield f"<text {where}>{escape(str(names[place]))}</text>"


def _grid(y: float, name: str) -> str:
    return (
        f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>'
        f'<text x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{name}</text>'
    )


def _ticks(highest: float) -> list[float]:
    """Round numbers from 0 to the first that is not below the highest value."""
    # Steps of 1, 2, 2.5 or 5 times a power of ten, as people count, and at most five of them.
    power = 10.0 ** floor(log10(highest))
    step = next(size * power for size in (0.25, 0.5, 1, 2, 2.5) if highest / (size * power) <= 5)
    return [step * place for place in range(ceil(highest / step - 1e-9) + 1)]


def _log_log(figure: Figure) -> Iterator[str]:
    """Points of the values and a line of what was expected, on logarithmic axes with a grid by tens."""
    width, height = _inner()
    xs = [float(x) for x in figure.x]
    decades = max(1, ceil(log10(max([*xs, 2]))))
    low, high = floor(log10(max(min([*figure.y, 1.0]), 1e-3))), ceil(log10(max([*figure.y, 10.0])))

    def across(x: float) -> float:
        return _LEFT + width * log10(max(x, 1.0)) / decades

    def down(y: float) -> float:
        share = (log10(max(y, 10.0**low)) - low) / (high - low)
        return _TOP + height * (1 - min(share, 1.0))

    yield from (_grid(down(10.0**power), f"{10.0**power:,g}") for power in range(low, high + 1))
    for power in range(decades + 1):
        x = across(10.0**power)
        yield f'<text x="{x:.1f}" y="{_TOP + height + 14:.0f}" text-anchor="middle">{10**power:,}</text>'
    yield from (
        f'<circle class="dot" cx="{across(x):.1f}" cy="{down(y):.1f}" r="2"/>'
        for x, y in zip(xs, figure.y, strict=True)
    )
    if figure.expected is not None:
        points = " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in zip(xs, figure.expected, strict=True))
        yield f'<polyline class="expected" points="{points}"/>'

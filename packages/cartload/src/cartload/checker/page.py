"""The report as one self-contained HTML page: no script, light or dark, fit for a phone."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, Final

from cartload.checker.plots import svg
from cartload.checker.results import CheckResults, Figure, InvariantReport, RuleReport

_STYLE: Final = """
:root{color-scheme:light dark;--back:#fff;--fore:#1b1f24;--soft:#57606a;--line:#d8dee4;--card:#f6f8fa;
--good:#116329;--bad:#a40e26;--bar:#4f8fd6;--want:#bc4c00}
@media (prefers-color-scheme:dark){:root{--back:#0d1117;--fore:#e6edf3;--soft:#9da7b1;--line:#30363d;
--card:#161b22;--good:#3fb950;--bad:#ff7b72;--bar:#4184d9;--want:#f0883e}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:75rem;background:var(--back);color:var(--fore);
font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:.25rem 0}
p{margin:.25rem 0}.soft,figcaption{color:var(--soft);font-size:.9rem}
.good{color:var(--good)}.bad{color:var(--bad)}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem;width:100%}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.sample td,.sample th{white-space:nowrap}
details,.card,figure{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;padding:.6rem .8rem;
background:var(--card)}summary{cursor:pointer;font-weight:600}
.plots{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,21rem),1fr))}
figure{margin:0}figure details{border:0;padding:0;margin:.25rem 0 0}figure summary{font-weight:400}
svg{width:100%;height:auto;display:block}svg text{fill:var(--soft);font:11px system-ui,sans-serif}
svg .name{fill:var(--fore)}.bar,.dot{fill:var(--bar)}svg .grid{stroke:var(--line);stroke-width:1}
svg .expected{stroke:var(--want);stroke-width:2;fill:none}
"""


def html(report: CheckResults) -> str:
    """The report as a page."""
    parts = [*_head(report), *_broken(report), *_invariants(report), *_figures(report), *_rows(report)]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Cartload: {_verdict(report)}</title><style>{_STYLE}</style></head>\n"
        f"<body><main>\n{chr(10).join(parts)}\n</main></body></html>\n"
    )


def _verdict(report: CheckResults) -> str:
    if report.ok:
        return "all invariants hold"
    return f"{len(report.broken)} rule{'s' if len(report.broken) > 1 else ''} broken"


def _head(report: CheckResults) -> Iterator[str]:
    rows = sum(report.rows.values())
    state = "good" if report.ok else "bad"
    yield f'<h1>Quality report: <span class="{state}">{_verdict(report)}</span></h1>'
    yield f'<p class="soft">{escape(report.place)} · {rows:,} rows in {len(report.rows)} tables</p>'
    if not report.spec_known:
        yield "<p>Nobody said what the dataset was made from: what only the spec can say was left out.</p>"
    for remark in report.remarks:
        yield f"<p>{escape(remark)}</p>"


def _broken(report: CheckResults) -> Iterator[str]:
    if report.broken:
        yield "<h2>Broken</h2>"
    for rule in report.broken:
        yield (
            f'<div class="card"><h3 class="bad">{escape(rule.name)}: {rule.violations:,} of '
            f"{rule.rows_checked:,}</h3><p>{escape(rule.title)}</p>{_note(rule)}{_samples(rule)}</div>"
        )


def _note(rule: RuleReport) -> str:
    return f'<p class="soft">{escape(rule.note)}</p>' if rule.note else ""


def _samples(rule: RuleReport) -> str:
    if not rule.samples:
        return ""
    names = list(rule.samples[0])
    rows = [[_shown(sample.get(name)) for name in names] for sample in rule.samples]
    # Focusable, so that a table which is wider than the page can be scrolled by keyboard.
    return f'<div class="scroll sample" tabindex="0">{_table(names, rows)}</div>'


def _shown(value: Any) -> str:
    return "NULL" if value is None else str(value)


def _table(names: Iterable[str], rows: Iterable[Iterable[str]], numbers: bool = False) -> str:
    """A table; with ``numbers``, all columns but the first are right-aligned."""
    kinds = ["", *([' class="number"'] * 99 if numbers else [""] * 99)]
    head = "".join(f"<th{kind}>{escape(name)}</th>" for name, kind in zip(names, kinds, strict=False))
    body = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{escape(cell)}</td>" for cell, kind in zip(row, kinds, strict=False))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _invariants(report: CheckResults) -> Iterator[str]:
    yield "<h2>Invariants</h2>"
    yield from map(_invariant, report.invariants)


def _invariant(invariant: InvariantReport) -> str:
    state = '<span class="good">holds</span>' if invariant.ok else '<span class="bad">broken</span>'
    rules = "".join(map(_rule, invariant.rules))
    head = '<tr><th>Rule</th><th class="number">Checked</th><th class="number">Violations</th></tr>'
    return (
        f"<details><summary>{invariant.number} {escape(invariant.name)}: {state}, "
        f"{invariant.rows_checked:,} checked by {len(invariant.rules)} rules</summary>"
        f'<div class="scroll" tabindex="0"><table><thead>{head}</thead><tbody>{rules}</tbody></table>'
        "</div></details>"
    )


def _rule(rule: RuleReport) -> str:
    state = "" if rule.ok else " bad"
    return (
        f"<tr><td>{escape(rule.title)}{_note(rule)}</td><td class='number'>{rule.rows_checked:,}</td>"
        f"<td class='number{state}'>{rule.violations:,}</td></tr>"
    )


def _figures(report: CheckResults) -> Iterator[str]:
    if report.figures:
        yield "<h2>Skew and season</h2>"
        yield '<p class="soft">Bars and dots are what is stored, orange lines what the spec asks for.</p>'
        yield f'<div class="plots">{"".join(map(_figure, report.figures))}</div>'


def _figure(figure: Figure) -> str:
    expected = figure.expected or []
    names = [figure.x_label, figure.y_label, *(["expected"] if expected else [])]
    columns = [figure.x, figure.y, *([expected] if expected else [])]
    rows = [
        [f"{cell:,g}" if isinstance(cell, float) else str(cell) for cell in row]
        for row in zip(*columns, strict=True)
    ]
    return (
        f"<figure><h3>{escape(figure.title)}</h3>{svg(figure)}<figcaption>{escape(figure.note)}</figcaption>"
        '<details><summary>Numbers</summary><div class="scroll" tabindex="0">'
        f"{_table(names, rows, numbers=True)}</div></details></figure>"
    )


def _rows(report: CheckResults) -> Iterator[str]:
    yield "<h2>Rows</h2>"
    rows = [[name, f"{count:,}"] for name, count in report.rows.items()]
    yield f'<div class="scroll" tabindex="0">{_table(["Table", "Rows"], rows, numbers=True)}</div>'

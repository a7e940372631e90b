"""Draw docs/spec.md from the fields of the spec's model and the presets."""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from cartload.spec import fields as spec_fields
from cartload.spec import parse
from cartload.spec.fields import Field
from cartload.spec.message_limits import most_orders_per_customer
from cartload.spec.presets import PRESETS

TARGET = Path(__file__).resolve().parents[2] / "docs" / "spec.md"

HEAD = """# What a dataset is made from

A spec says what a dataset is made from. It is a YAML or JSON file, the name of a preset, or the body of a
request, with the same fields everywhere. Every field has a default, so `{}` is a spec too. A field that is
unknown, out of bounds or contradicts another one is refused with its path, its value and what is allowed.
This page is generated from the model by `make generate`.

```
cartload spec demo > shop.yaml      # a commented file to start from; --full writes the defaults out
cartload generate shop.yaml --out shop/
cartload generate demo --set orders.per_customer=3 --set tax.rates.DE=0.07 --out shop/
```

Ratios have at most four decimals. The same spec with the same seed gives the same rows on every machine and
with any number of workers; `name` and `format` change no value.

YAML is read by the rules of YAML 1.2, JSON files and the values of `--set` like it: `010` is ten, `NO` is a
text, `1e0` a number. A field that is there twice is refused. A byte order mark at the start is skipped.

The service sends the rows that 1,000 customers have of a table in one message. So through the browser and
REST a customer has at most {uuid:g} orders with the default number of items ({integer:g} with integer ids),
fewer with more items; the answer to a spec that is too large says how many. The command has no such limit.
"""


def text() -> str:
    """Return the whole page."""
    fields = sorted(spec_fields.fields(), key=lambda field: len(field.path) > 1)
    parts = [_section(*group) for group in groupby(fields, lambda field: field.path[:-1])]
    return "\n".join([_head(), *parts, _presets()])


def _head() -> str:
    most = {ids: most_orders_per_customer(parse({"ids": ids})) for ids in ("uuid", "integer")}
    return HEAD.replace("{uuid:g}", f"{most['uuid']:g}").replace("{integer:g}", f"{most['integer']:g}")


def _section(path: tuple[str, ...], fields: Any) -> str:
    rows = "\n".join(_row(field) for field in fields)
    head = f"## {path[0]}\n\n{spec_fields.section(path[0])}\n\n" if path else ""
    return f"{head}| field | allowed | default | meaning |\n|---|---|---|---|\n{rows}\n"


def _row(field: Field) -> str:
    return f"| `{'.'.join(field.path)}` | {field.allowed} | {_default(field.default)} | {field.meaning} |"


def _default(value: Any) -> str:
    if value is None:
        return "by size"
    shown = json.dumps(value, default=str, ensure_ascii=False)
    return f"`{shown.strip('"')}`"


def _presets() -> str:
    told = "\n".join(
        f"### {name}\n\n```yaml\n{yaml.safe_dump(spec, sort_keys=False, default_flow_style=None)}```\n"
        for name, spec in PRESETS.items()
    )
    return f"## Presets\n\nEach is a partial spec; all else is as above.\n\n{told}"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")

"""A spec is read by one set of rules, whether it is YAML, JSON or a value on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from cartload.spec import Spec, SpecError, parse, specfile
from cartload.spec.commented_yaml import commented


def read(folder: Path, name: str, text: str | bytes) -> dict[str, Any]:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return specfile.read_file(path)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1e0", 1.0),
        ("1E+2", 100.0),
        (".5", 0.5),
        ("-3", -3),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("True", True),
        ("null", None),
        ("~", None),
        ("2024-02-01", "2024-02-01"),
        ("<<", "<<"),
        ("=", "="),
    ],
)
def test_plain_texts_are_read_as_yaml_1_2_has_it(tmp_path: Path, written: str, value: object) -> None:
    found = read(tmp_path, "spec.yaml", f"seed: {written}\n")["seed"]
    assert (found, type(found)) == (value, type(value))
    raw: dict[str, Any] = {}
    specfile.set_field(raw, f"seed={written}")
    assert raw == {"seed": value}


@pytest.mark.parametrize("number", ["1e0", "1.0", "1", "10e-1"])
def test_a_number_is_one_in_every_form(tmp_path: Path, number: str) -> None:
    wanted = parse({"growth": 1.0})
    assert parse(read(tmp_path, "spec.yaml", f"growth: {number}")) == wanted
    assert parse(read(tmp_path, "spec.json", f'{{"growth": {number}}}')) == wanted


@pytest.mark.parametrize("name", ["spec.json", "spec.yaml", "SPEC.JSON"])
def test_a_byte_order_mark_is_skipped(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, name, b'\xef\xbb\xbf{"seed": 3}') == {"seed": 3}


TWICE = [
    '{"seed": 1, "seed": 2}',
    '{"tax": {"rates": {"DE": 0.1, "DE": 0.2}}}',
    '{"season": {"events": [{"name": "a", "name": "b"}]}}',
]


@pytest.mark.parametrize("name", ["spec.json", "spec.yaml"])
@pytest.mark.parametrize("text", TWICE)
def test_a_name_twice_is_refused_at_any_depth(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(SpecError, match="is there twice"):
        read(tmp_path, name, text)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("spec.yaml", "seed: 1\n'seed': 2", "seed is there twice in line 1 and below"),
        ("spec.yaml", "seed: &a [*a]", "is not YAML: Circular reference"),
        ("spec.yaml", "? [seed]\n: 1", "a name is no text"),
        ("spec.yaml", "seed: " + "[" * 5000, "is not YAML"),
        ("spec.yaml", "seed: 1\n---\nseed: 2", "expected a single document"),
        ("spec.json", '{"growth": NaN}', "NaN is no number in JSON"),
        ("spec.json", '{"seed": 010}', "is not JSON"),
        ("spec.json", "[" * 100_000, "is not JSON"),
        ("spec.yaml", "\0", "is not YAML"),
    ],
)
def test_a_text_that_is_none_is_refused_in_one_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        read(tmp_path, name, text)
    (error,) = caught.value.errors
    assert said in error["message"]
    assert "\n" not in error["message"]


@pytest.mark.parametrize("name", ["a\nb", "a\0b", "a\x1b[31m", "\u202eb", "a\u2028b", "a\x7fb"])
@pytest.mark.parametrize("field", ["name", "season.events.0.name"])
def test_names_are_one_line_of_visible_text(field: str, name: str) -> None:
    event = {"name": name, "month": 1, "day": 1, "factor": 2}
    raw = {"name": name} if field == "name" else {"season": {"events": [event]}}
    with pytest.raises(SpecError) as caught:
        parse(raw)
    assert [error["field"] for error in caught.value.errors] == [field]
    assert "must be one line of visible text, has U+" in caught.value.errors[0]["message"]


@pytest.mark.parametrize("name", ["Größe", "日本", "a\u00a0b", "👩‍🚀", 'it\'s: "1"'])
def test_names_of_any_language_are_names(name: str) -> None:
    assert parse({"name": name}).name == name


@pytest.mark.parametrize(
    "name", ["1e5", "0o10", "010", "NO", "1:30", "null", "2024-01-01", "0x1F", ".5", "a: b"]
)
def test_a_name_that_looks_like_a_value_is_written_as_text(tmp_path: Path, name: str) -> None:
    raw = {"name": name}
    assert parse(read(tmp_path, "spec.yaml", commented(raw, parse(raw), full=True))) == Spec(name=name)


def test_what_json_writes_yaml_reads(tmp_path: Path) -> None:
    spec = parse({"name": "Größe 👩‍🚀", "growth": 1.25}).model_dump(mode="json")
    assert read(tmp_path, "spec.yaml", json.dumps(spec, ensure_ascii=False)) == spec

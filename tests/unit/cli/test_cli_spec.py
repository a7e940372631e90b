"""Specs as users write them: files, presets, single settings; and the commented one that is printed."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from cartload.cli import main
from cartload.spec import PRESETS, Spec, SpecError, parse, specfile


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["spec", *arguments]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["spec", *arguments]) == 2
    return capsys.readouterr().err


def parsed(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    return parse(specfile.read_file(path))


@pytest.mark.parametrize("full", [[], ["--full"]], ids=["short", "full"])
@pytest.mark.parametrize("preset", [[], *([name] for name in PRESETS)])
def test_a_printed_spec_is_read_as_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], preset: list[str], full: list[str]
) -> None:
    wanted = parse(PRESETS[preset[0]] if preset else {})
    assert parsed(tmp_path, printed(capsys, *preset, *full)) == wanted


def test_every_field_is_there_with_its_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "--full")
    assert "  # Mean number of orders of a customer (number from 0 to 50).\n  per_customer: 2.5\n" in text
    assert yaml.safe_load(text).keys() == Spec.model_fields.keys()


def test_what_is_left_to_its_default_is_commented_out(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "--set", "orders.items=3").splitlines()
    assert {"orders:", "  items: 3.0", "#  per_customer: 2.5", "#seed: 1"} <= set(lines)


@pytest.mark.parametrize(
    ("setting", "path", "value"),
    [
        ("orders.per_customer=3", ("orders", "per_customer"), 3.0),
        ("name=12", ("name",), "12"),
        ("window.start=2024-02-01", ("window", "start"), "2024-02-01"),
        ("shipping.free_from=null", ("shipping", "free_from"), None),
        ("season.week=[1, 2, 3, 4, 5, 6, 7]", ("season", "week"), [1, 2, 3, 4, 5, 6, 7]),
        ("ids=integer", ("ids",), "integer"),
    ],
)
def test_a_setting_is_read_as_its_field_asks(setting: str, path: tuple[str, ...], value: Any) -> None:
    raw: dict[str, Any] = {}
    specfile.set_field(raw, setting)
    found: Any = parse(raw).model_dump(mode="json")
    for part in path:
        found = found[part]
    assert found == value


def test_one_entry_by_name_leaves_the_others() -> None:
    raw: dict[str, Any] = {}
    specfile.set_field(raw, "tax.rates.DE=0.07")
    rates = parse({}).model_dump()["tax"]["rates"]
    assert parse(raw).model_dump()["tax"]["rates"] == rates | {"DE": 0.07}


def test_one_entry_of_a_list_leaves_the_others() -> None:
    raw: dict[str, Any] = {}
    specfile.set_field(raw, "season.week.6=7")
    specfile.set_field(raw, "season.events.1.factor=3")
    specfile.set_field(raw, "season.events.1.name=Advent")
    usual = parse({}).season
    season = parse(raw).season
    assert season.week == (*usual.week[:6], 7)
    assert season.events[0] == usual.events[0]
    assert season.events[1] == usual.events[1].model_copy(update={"factor": 3.0, "name": "Advent"})


def test_an_entry_of_a_presets_list_leaves_the_preset_alone() -> None:
    before = copy.deepcopy(PRESETS["seasonal"])
    raw = specfile.load("seasonal")
    for setting in ("season.week.0=1", "season.events.0.days=9", "window.start=2024-01-01"):
        specfile.set_field(raw, setting)
    assert (raw["season"]["week"][0], raw["season"]["events"][0]["days"]) == (1, 9)
    assert PRESETS["seasonal"] == before


@pytest.mark.parametrize("raw", [{"season": []}, {"season": {"week": {"0": 1}}}, {"season": 3}])
def test_a_setting_goes_over_what_is_of_another_kind(raw: dict[str, Any]) -> None:
    specfile.set_field(raw, "season.week.0=5")
    assert parse(raw).season.week == (5, *parse({}).season.week[1:])


def test_settings_go_over_the_preset_and_leave_it_alone() -> None:
    raw = specfile.load("seasonal")
    specfile.set_field(raw, "season.week=[9, 9, 9, 9, 9, 9, 9]")
    spec = parse(raw)
    assert spec.season.year == tuple(PRESETS["seasonal"]["season"]["year"])
    assert spec.season.week == (9,) * 7
    assert PRESETS["seasonal"]["season"]["week"] != [9] * 7


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.yaml",), "spec = 'nowhere.yaml': neither a file nor a preset; presets are tiny, demo"),
        (("--set", "orders.items"), "orders.items = 'orders.items': expected as path=value"),
        (("--set", "orders.itms=2"), "orders.itms = '2': no such field: there are per_customer, items"),
        (("--set", "seed.x=2"), "seed.x = '2': no such field: seed has no fields"),
        (("--set", "seed=[1"), "seed = '[1': is no value"),
        (("--set", "orders.items=99"), "orders.items = 99: Input should be less than or equal to 10"),
        (("--set", "season.week.7=5"), "season.week.7 = '5': no such entry: the list has 7, counted from 0"),
        (("--set", "season.events.2.day=5"), "no such entry: the list has 2, counted from 0"),
        (("--set", "season.week.x=5"), "season.week.x = '5': no such field: season.week has no fields"),
        (("--set", "season.events.0.colour=5"), "no such field: there are name, month, day, days, factor"),
        (("--seed", "-1"), "seed = -1: Input should be greater than or equal to 0"),
    ],
)
def test_what_cannot_be_is_refused_with_path_value_and_reason(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert said in refused(capsys, *arguments)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("spec.yaml", "orders: {items: [}", "is not YAML"),
        ("spec.json", "{", "is not JSON"),
        ("spec.yaml", "- 1", "holds list, not fields with values"),
        ("spec.yaml", "seed: 1\nseed: 2", "seed is there twice"),
        ("spec.yaml", "colour: red", "colour = 'red': no such field: there are name, seed"),
    ],
)
def test_a_file_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert said in refused(capsys, str(tmp_path / name))


def test_json_and_an_empty_file_do_as_well(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text('{"customers": 7}', encoding="utf-8")
    assert parse(specfile.read_file(tmp_path / "spec.json")).customers == 7
    assert parsed(tmp_path, "") == parse({})


def test_no_is_norway(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        parsed(tmp_path, "tax: {rates: {NO: yes}}")
    assert "tax.rates.NO" in {error["field"] for error in caught.value.errors}
    assert {error["value"] for error in caught.value.errors} & {"yes", "NO"}

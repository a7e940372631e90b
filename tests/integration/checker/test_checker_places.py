"""The same dataset has the same report wherever it lies: in files of each format, in a real database."""

from pathlib import Path

import pyarrow as pa
import pytest

from cartload import VINTAGE
from cartload.checker import Report, check
from cartload.encoders import mysql
from cartload.spec import Spec
from cartload.storage import about
from support.engine_invariants import dataset
from support.stored_places import in_database, write_folder


@pytest.fixture(scope="module", params=["uuid", "integer"])
def made(request: pytest.FixtureRequest) -> tuple[Spec, dict[str, pa.Table]]:
    """A dataset with some cents wrong, and one name lost."""
    spec, tables = dataset(customers=150, ids=request.param)
    lines = tables["order_item"]
    prices = lines["unit_price"].to_pylist()
    prices[3:20] = [price + 1 for price in prices[3:20]]
    place = lines.schema.get_field_index("unit_price")
    lines = lines.set_column(place, lines.schema.field(place), pa.array(prices))
    users = tables["users"]
    place = users.schema.get_field_index("last_name")
    names = ["", *users["last_name"].to_pylist()[1:]]
    users = users.set_column(place, users.schema.field(place), pa.array(names))
    return spec, tables | {"order_item": lines, "users": users}


def placeless(report: Report) -> Report:
    return report.model_copy(update={"place": ""})


def describe(url: str, spec: Spec) -> None:
    row = about.row(spec.model_dump(mode="json"), VINTAGE, [{"first_block": 0, "customers": spec.customers}])
    with mysql.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(about.create_table())
        cursor.execute(about.replace(["%s"] * 3), [row[column] for column in about.COLUMNS])
        connection.commit()


def test_the_report_is_the_same_everywhere(
    tmp_path: Path, mysql_url: str, made: tuple[Spec, dict[str, pa.Table]]
) -> None:
    reports = [
        check(write_folder(tmp_path / "parquet", *made, "parquet")),
        check(write_folder(tmp_path / "csv", *made, "csv")),
        check(write_folder(tmp_path / "jsonl", *made, "jsonl")),
        check(write_folder(tmp_path / "untold", *made, "parquet", told=False), spec=made[0]),
    ]
    with in_database(mysql_url, *made) as url:
        describe(url, made[0])
        reports.append(check(url))
    broken = {rule.name: rule.violations for rule in reports[0].broken}
    assert broken.keys() >= {"line.total", "line.unit_price"}
    assert broken["line.total"] == 17
    for report in reports[1:]:
        assert placeless(report) == placeless(reports[0])


def test_a_database_without_a_spec_can_be_given_one(
    mysql_url: str, made: tuple[Spec, dict[str, pa.Table]]
) -> None:
    with in_database(mysql_url, *made) as url:
        assert not check(url).spec_known
        assert check(url, spec=made[0]).spec_known

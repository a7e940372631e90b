"""What a pipeline wrote again in other types is the same dataset, as long as no value has changed."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.parquet as pq
import pytest

from cartload.cli import main
from cartload.readers import StoredError, open_stored
from cartload.schema import Ids
from cartload.storage import manifest


@pytest.fixture(scope="module", params=["uuid", "integer"])
def original(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    ids: Ids = request.param
    folder = tmp_path_factory.mktemp(ids) / "shop"
    command = ["generate", "tiny", "--set", f"ids={ids}", "--out", str(folder), "--quiet"]
    assert main(command) == 0
    return folder


@pytest.fixture(scope="module")
def uuids(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("uuids") / "shop"
    assert main(["generate", "tiny", "--out", str(folder), "--quiet"]) == 0
    return folder


def rewritten(original: Path, folder: Path, write: Callable[[Path, Path], object]) -> Path:
    """The folder's files written again by a tool, without a manifest."""
    for path in original.glob("*/*.parquet"):
        copy = folder / path.relative_to(original)
        copy.parent.mkdir(parents=True)
        write(path, copy)
    return folder


def hashes(folder: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    assert main(["hash", str(folder), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def wanted(original: Path) -> dict[str, object]:
    return {name: totals.model_dump() for name, totals in manifest.read(original).tables.items()}


def by_pandas(source: Path, copy: Path) -> None:
    pd.read_parquet(source).to_parquet(copy)


def by_pandas_with_nanoseconds(source: Path, copy: Path) -> None:
    frame = pd.read_parquet(source)
    times = frame.select_dtypes("datetimetz").columns
    frame.astype(dict.fromkeys(times, "datetime64[ns, UTC]")).to_parquet(copy)


def by_polars(source: Path, copy: Path) -> None:
    pl.read_parquet(source).write_parquet(copy)


def by_duckdb(source: Path, copy: Path) -> None:
    duckdb.execute(f"COPY (FROM '{source}') TO '{copy}' (FORMAT parquet)")


WIDE_DECIMALS = pa.decimal128(20, 9)


def with_wide_types(source: Path, copy: Path, decimals: pa.DataType = WIDE_DECIMALS) -> None:
    """Every type as another that holds its values."""
    rows = pq.read_table(source)
    other: dict[str, pa.DataType] = {
        "int32": pa.float64(),
        "int64": pa.decimal128(38, 0),
        "bool": pa.int8(),
        "date32[day]": pa.timestamp("us"),
        "string": pa.large_binary(),
        "timestamp[ms, tz=UTC]": pa.timestamp("us"),
    }
    columns = []
    for column in rows.columns:
        is_decimal = pa.types.is_decimal(column.type)
        kind = decimals if is_decimal else other[str(column.type)]
        step = column.cast(pa.decimal128(22, 0)) if str(column.type) == "int64" else column
        # Through text, which is exact: Arrow's own way makes 4.1000000000000005 of 4.1.
        step = step.cast(pa.string()) if is_decimal else step
        columns.append(step.cast(kind))
    pq.write_table(pa.table(columns, rows.column_names), copy)


def with_floats(source: Path, copy: Path) -> None:
    with_wide_types(source, copy, pa.float64())


@pytest.mark.parametrize(
    "write", [with_floats, by_pandas, by_pandas_with_nanoseconds, by_polars, by_duckdb, with_wide_types]
)
def test_the_same_values_have_the_same_hash(
    original: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], write: Callable[[Path, Path], object]
) -> None:
    folder = rewritten(original, tmp_path / "shop", write)
    assert hashes(folder, capsys) == wanted(original)


def test_uuids_as_bytes_are_their_texts(
    uuids: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def write(source: Path, copy: Path) -> None:
        rows = pq.read_table(source)
        for place, name in enumerate(rows.column_names):
            if name == "id" or name.endswith("_id"):
                values = [UUID(one.as_py()).bytes for one in rows[name]]
                rows = rows.set_column(place, name, pa.array(values, pa.binary(16)))
        pq.write_table(rows, copy)

    assert hashes(rewritten(uuids, tmp_path / "shop", write), capsys) == wanted(uuids)


def test_parts_of_other_types_and_orders_are_one_table(
    uuids: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def write(source: Path, copy: Path) -> None:
        rows = pq.read_table(source)
        half = rows.num_rows // 2
        pq.write_table(rows.slice(0, half), copy)
        turned = rows.slice(half).select(rows.column_names[::-1])
        turned.to_pandas().to_parquet(copy.with_name("part-1.parquet"))

    assert hashes(rewritten(uuids, tmp_path / "shop", write), capsys) == wanted(uuids)


@pytest.mark.parametrize("file_format", ["parquet", "csv", "jsonl"])
def test_a_column_more_is_a_remark(
    uuids: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], file_format: str
) -> None:
    folder = tmp_path / "shop"
    command = ["generate", "tiny", "--format", file_format, "--out", str(folder), "--quiet"]
    assert main(command) == 0
    path = folder / "users" / f"part-0.{file_format}"
    match file_format:
        case "parquet":
            rows = pq.read_table(path)
            pq.write_table(rows.add_column(0, "loaded_at", pa.array(["now"] * rows.num_rows)), path)
        case "csv":
            first, *lines = path.read_text(encoding="utf-8").splitlines()
            lines = [f"loaded_at,{first}", *(f"now,{line}" for line in lines)]
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        case _:
            lines = [
                line.replace("{", '{"loaded_at":"now",', 1) for line in path.read_text("utf-8").splitlines()
            ]
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    remark = "users: the column loaded_at is no part of the schema and left out"
    assert main(["hash", str(folder), "--json"]) == 0
    out, told = capsys.readouterr()
    assert (json.loads(out), told) == (wanted(uuids), f"cartload: {remark}\n")
    assert main(["check", str(folder)]) == 0
    assert f"Remarks:\n  {remark}\n" in capsys.readouterr().out


def set_column(name: str, values: Callable[[Any], object]) -> Callable[[Path, Path], object]:
    def write(source: Path, copy: Path) -> None:
        rows = pq.read_table(source)
        if name in rows.column_names:
            rows = rows.set_column(rows.column_names.index(name), name, values(rows[name]))
        pq.write_table(rows, copy)

    return write


LOSSES: dict[str, Callable[[Path, Path], object]] = {
    "rating as double": set_column("rating", lambda v: pc.add(v.cast(pa.float64()), 0.01)),
    "launched_at as timestamp[us, tz=UTC]": set_column(
        "launched_at", lambda v: pa.array([one.value * 1000 + 1 for one in v], pa.timestamp("us", "UTC"))
    ),
    "total as double": set_column("total", lambda v: pc.add(v.cast(pa.float64()), 0.5)),
    "quantity as string": set_column("quantity", lambda v: pa.array([f"0{one.as_py()}" for one in v])),
    "birth_date as timestamp[ms]": set_column(
        "birth_date", lambda v: pa.array([one.value * 86_400_000 + 1 for one in v], pa.timestamp("ms"))
    ),
    "city as binary": set_column("city", lambda v: pa.array([b"\xff"] * len(v))),
    "tax as decimal128(21, 1)": set_column(
        "tax", lambda v: pa.array([Decimal("1.5")] * len(v), pa.decimal128(21, 1))
    ),
    "gender as list": set_column("gender", lambda v: pa.array([["female"]] * len(v))),
}


@pytest.mark.parametrize("words", LOSSES)
def test_a_value_that_would_change_is_refused(uuids: Path, tmp_path: Path, words: str) -> None:
    folder = rewritten(uuids, tmp_path / "shop", LOSSES[words])
    with pytest.raises(StoredError) as caught, open_stored(folder):
        pass
    assert words in str(caught.value)
    assert ", which is not " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_csv_columns_in_another_order_are_found_by_name(
    uuids: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    assert main(["generate", "tiny", "--format", "csv", "--out", str(folder), "--quiet"]) == 0
    path = folder / "wishlist" / "part-0.csv"
    rows = pv.read_csv(path)
    names = rows.column_names[::-1]
    lines = [line.split(",")[::-1] for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(",".join(line) for line in lines) + "\n", encoding="utf-8")
    assert names == path.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert hashes(folder, capsys) == wanted(uuids)

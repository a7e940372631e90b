"""Sales by day and country, from the Parquet files of a dataset, as Parquet files."""

import argparse
import sys
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f


def daily_sales(spark: SparkSession, shop: Path) -> DataFrame:
    """Return orders and money by day and country, cancelled orders left out. Money is in minor units."""
    orders = spark.read.parquet(str(shop / "order_details")).where("status <> 'cancelled'")
    countries = spark.read.parquet(str(shop / "addresses")).select(f.col("id").alias("address_id"), "country")
    return (
        orders.join(countries, "address_id")
        .groupBy(f.to_date("placed_at").alias("day"), "country", "currency")
        .agg(f.count("*").alias("orders"), f.sum("total").alias("total"))
    )


def main(shop: Path, out: Path) -> None:
    """Write the sales, in place of those of an earlier run, and show the best days."""
    # The manifest is written last: a folder that has one is whole.
    if not (shop / "manifest.json").exists():
        sys.exit(f"{shop} holds no whole dataset: cartload generate --out {shop} makes one")
    # Spark shows and groups times in its session's zone.
    spark = (
        SparkSession.builder.appName("daily sales").config("spark.sql.session.timeZone", "UTC").getOrCreate()
    )
    try:
        daily_sales(spark, shop).coalesce(1).write.mode("overwrite").parquet(str(out))
        spark.read.parquet(str(out)).orderBy(f.desc("total"), "day", "country").show(10)
    finally:
        spark.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shop", type=Path, help="folder of a dataset, as cartload generate --out writes it")
    parser.add_argument("out", type=Path, help="folder to write to; what is in it is replaced")
    given = parser.parse_args()
    main(given.shop, given.out)

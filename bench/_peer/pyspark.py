"""PySpark's half: our own plan, on Spark in this process, over the files that DuckDB reads."""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import duckdb

from bench import _activity_rows as drawn
from carbonkit.accounting import gwp_set
from carbonkit.accounting.frame import FactorTable, account_frame

DIGITS = 13  # of the product of an amount and a factor


def session() -> Any:  # noqa: ANN401  PySpark has no types here
    """Start Spark with two workers in this process, its errors loud and its web page off."""
    builder = importlib.import_module("pyspark.sql").SparkSession.builder.master("local[2]")
    for name, value in (
        ("spark.ui.enabled", "false"),
        ("spark.driver.memory", "4g"),
        ("spark.driver.host", "127.0.0.1"),
        ("spark.driver.bindAddress", "127.0.0.1"),
        ("spark.sql.ansi.enabled", "true"),
        ("spark.sql.shuffle.partitions", "4"),
        ("spark.sql.execution.arrow.pyspark.enabled", "true"),
        ("spark.sql.session.timeZone", "UTC"),
    ):
        builder = builder.config(name, value)
    return builder.getOrCreate()


def main() -> None:
    """Read the files named, account them twice, and answer with the second time and the totals."""
    job = json.load(sys.stdin)
    with duckdb.connect() as connection:
        table = FactorTable(drawn.catalogue(Path(job["factors"]), connection))
    spark = session()
    answer: dict[str, object] = {}
    for _ in range(2):  # the first run compiles
        started = time.perf_counter()
        inventory = account_frame(spark.read.parquet(job["rows"]), table, engine="native")
        parts = inventory.co2e(gwp_set("AR5")).by_activity().parts
        seconds = time.perf_counter() - started
        totals = {kind: int(amount.to("kgCO2e").number.scaleb(DIGITS)) for kind, amount in parts}
        answer = {"seconds": seconds, "totals": totals}
    spark.stop()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()

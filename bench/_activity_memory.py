"""A process that accounts one file of activity rows and says how much memory it took at the most."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import duckdb

from bench import _activity_rows as drawn
from carbonkit.accounting import gwp_set
from carbonkit.accounting.frame import FactorTable, account_frame

KIBIBYTE = 1024  # the kernel counts in these


def main() -> None:
    """Account the file of the folder, count and seed named on the command line."""
    folder, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    rows, factors = folder / f"rows-{count}-{seed}.parquet", folder / f"factors-{seed}.parquet"
    with duckdb.connect() as connection:
        table = FactorTable(drawn.catalogue(factors, connection))
        inventory = account_frame(connection.read_parquet(str(rows)), table)
        inventory.co2e(gwp_set("AR5")).by_activity()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIBIBYTE
    print(json.dumps({"bytes": most, "rows": inventory.rows_out}))


if __name__ == "__main__":
    main()

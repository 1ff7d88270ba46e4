"""
Make tests/worked/risk/returns.csv: 500 returns that measures of risk are tried on.

They are carbonkit's own: seeded draws from a Student t distribution, kept beside the
project with the other research data.
"""

from __future__ import annotations

import argparse
import csv
from decimal import Decimal
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "tests" / "worked" / "risk"


def main() -> None:
    """Read the returns, check that each is a number, and number them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="where the research data are")
    options = parser.parse_args()
    with (options.shared / "data" / "fund" / "var_returns_500.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        returns = [f"{Decimal(row['ret']):f}" for row in csv.DictReader(file)]
    OUT.mkdir(parents=True, exist_ok=True)
    with (OUT / "returns.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("day", "return"))
        writer.writerows(enumerate(returns, start=1))
    print(f"{len(returns)} returns")


if __name__ == "__main__":
    main()

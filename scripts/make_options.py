"""
Carry over the reference values of options into tests/worked/options, in our own form.

The values were computed with QuantLib 1.44 and, for Black's formula, with 30 digits
beside; only the columns that the tests need are taken. Run from the project's folder.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

OUT = Path("tests/worked/options")
RIGHTS = {"C": "call", "P": "put"}
TERMS = {"F": "forward", "K": "strike", "vol": "volatility", "T": "years", "r": "rate"}
FIGURES = {
    "hp_value": "value",
    "hp_delta": "delta",
    "hp_gamma": "gamma",
    "hp_vega": "vega",
    "hp_theta_per_year": "theta",
    "hp_rho": "rho",
    "hp_vanna": "vanna",
    "hp_volga": "volga",
    "d1": "d1",
    "d2": "d2",
    "ql_value": "value_in_floats",
    "ql_itm_prob": "distribution_at_d2",
}
KINDS = {
    "black76_implied_vol": "implied volatility",
    "bachelier_value": "Bachelier",
    "european_on_futures_blackprocess": "European",
    "american_on_futures_BAW": "American, Barone-Adesi and Whaley",
    "american_on_futures_fd1000x2000": "American, 1000 x 2000",
}
SPREAD = "kirk_spread_"
SPREAD_TERMS = {
    "F1": "first",
    "F2": "second",
    "s1": "first_volatility",
    "s2": "second_volatility",
    "rho": "correlation",
}


def read(path: Path) -> list[dict[str, str]]:
    """Read one table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name: str, rows: list[dict[str, str]]) -> None:
    """Write one table."""
    OUT.mkdir(parents=True, exist_ok=True)
    with (OUT / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{name}: {len(rows)} rows")


def black(row: dict[str, str]) -> dict[str, str]:
    """Take over one value of Black's formula."""
    terms = {"right": RIGHTS[row["type"]]} | {new: row[old] for old, new in TERMS.items()}
    return terms | {new: row[old] for old, new in FIGURES.items()}


def other(row: dict[str, str]) -> dict[str, str]:
    """Take over one value of another kind; `given` is a volatility, or a price."""
    return {
        "kind": KINDS[row["kind"]],
        "right": RIGHTS[row["type"]],
        "forward": row["F"],
        "strike": row["K"],
        "years": row["T"],
        "rate": row["r"],
        "given": row["x"],
        "value": row["value"],
    }


def spread(row: dict[str, str]) -> dict[str, str]:
    """Take over one value of an option on a spread, whose terms stand in its name."""
    terms = dict(pair.split("=") for pair in row["kind"].removeprefix(SPREAD).split(","))
    given = {new: terms[old] for old, new in SPREAD_TERMS.items()}
    rest = {"strike": row["K"], "years": row["T"], "rate": row["r"], "value": row["value"]}
    return {"right": RIGHTS[row["type"]]} | given | rest


def main() -> None:
    """Read the reference and write the three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="where the research data are")
    folder = parser.parse_args().shared / "data" / "fund"
    rows = read(folder / "options_extra_quantlib.csv")
    write("black76.csv", [black(row) for row in read(folder / "black76_quantlib.csv")])
    write("others.csv", [other(row) for row in rows if not row["kind"].startswith(SPREAD)])
    write("spreads.csv", [spread(row) for row in rows if row["kind"].startswith(SPREAD)])


if __name__ == "__main__":
    main()

"""
Make tests/worked/xirr: dated cash flows with every internal rate of return that they have.

The flows and the rates named "reference" come from research data kept beside the
project: series from the tests of pyxirr (Unlicense), examples that Microsoft,
LibreOffice and MathWorks publish, and cases made by hand. That reference looked
for rates on a stretch of the line only. What carbonkit finds beyond it is written
down as "beyond", each time after the present value was seen to change its sign
there, worked out to 200 digits term by term, without the solver.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import decimal
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from carbonkit.fund import CashFlow, DayCount, xirr
from carbonkit.values import Money, Rounding

if TYPE_CHECKING:
    from collections.abc import Sequence

OUT = Path(__file__).resolve().parent.parent / "tests" / "worked" / "xirr"
DIGITS = 20  # significant digits of the reference
PLACES = 40
FIELD_LIMIT = 10_000_000

Flows = list[tuple[str, str]]

_REFERENCE = decimal.Context(prec=DIGITS)
_CHECK = decimal.Context(prec=200, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX)


def present_value(flows: Flows, rate: Decimal) -> Decimal:
    """Add the flows up at a rate, years of 365 days, in plain arithmetic."""
    first = min(datetime.date.fromisoformat(on) for on, _ in flows)
    logarithm = _CHECK.divide(_CHECK.ln(_CHECK.add(1, rate)), 365)
    result = Decimal(0)
    for on, amount in flows:
        days = (datetime.date.fromisoformat(on) - first).days
        factor = _CHECK.exp(_CHECK.multiply(logarithm, -days))
        result = _CHECK.add(result, _CHECK.multiply(Decimal(amount), factor))
    return result


def mirrored(flows: Flows) -> Flows:
    """Let time run backwards: what grew by a factor then shrinks by it."""
    ends = [datetime.date.fromisoformat(on) for on, _ in flows]
    return [(str(min(ends) + (max(ends) - datetime.date.fromisoformat(on))), amount) for on, amount in flows]


def crosses(flows: Flows, rate: Decimal) -> bool:
    """Say whether the present value changes its sign within the last digit kept of a rate."""
    if rate == -1:  # rounded: so little is left that it only shows with time running backwards
        flows = mirrored(flows)
        rate = kept(max(rates(flows)))
    step = Decimal((0, (1,), int(rate.as_tuple().exponent)))
    low = present_value(flows, _CHECK.subtract(rate, step))
    high = present_value(flows, _CHECK.add(rate, step))
    return (low > 0) != (high > 0)


def kept(rate: Decimal) -> Decimal:
    """Shorten a large rate to as many significant digits as the reference has."""
    return _REFERENCE.plus(rate) if rate > 1 else rate


def rates(flows: Flows) -> tuple[Decimal, ...]:
    """Find all rates."""
    given = [CashFlow(on, Money(amount, "CNY")) for on, amount in flows]
    found = xirr(given, day_count=DayCount.ACT_365_FIXED, places=PLACES, rounding=Rounding.HALF_EVEN)
    return found.rates


def compared(case: str, flows: Flows, reference: Sequence[str]) -> list[tuple[str, str, str]]:
    """List a case's rates with where each is known from; stop if the reference has one that is not found."""
    known = {_REFERENCE.plus(Decimal(root)): root for root in reference}
    rows = []
    for rate in rates(flows):
        root = known.pop(_REFERENCE.plus(rate), None)
        if root is None:
            root = str(kept(rate))
            if not crosses(flows, Decimal(root)):
                sys.exit(f"{case}: the present value does not change its sign at {root}")
            rows.append((case, root, "beyond"))
        else:
            rows.append((case, root, "reference"))
    if known:
        sys.exit(f"{case}: the reference also has {', '.join(known.values())}")
    return rows


def write(name: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write one table."""
    with (OUT / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    """Read the reference, check every case, and write the two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="where the research data are")
    options = parser.parse_args()
    csv.field_size_limit(FIELD_LIMIT)
    with (options.shared / "data" / "fund" / "xirr_golden.csv").open(encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    roots, flows = [], []
    for case in cases:
        given: Flows = [
            (on, amount) for on, amount in json.loads(case["flows"], parse_float=str, parse_int=str)
        ]
        flows += [(case["id"], on, amount) for on, amount in given]
        roots += compared(case["id"], given, case["all_roots_hp"].split())
    OUT.mkdir(parents=True, exist_ok=True)
    write("flows.csv", ("case", "on", "amount"), flows)
    write("roots.csv", ("case", "rate", "origin"), roots)
    beyond = sum(origin == "beyond" for _, _, origin in roots)
    print(
        f"{len(cases)} cases, {len(flows)} flows, {len(roots)} rates, {beyond} of them beyond the reference"
    )


if __name__ == "__main__":
    main()

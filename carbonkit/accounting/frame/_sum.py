"""
Sums: what matched rows add up to, worked out by the engine in whole numbers.

There are two ways, with the same figures. Where all coefficients fit, the engine multiplies each
row by them and adds the products up. Otherwise it adds up the quantities of each factor, and
these are multiplied here; a sum of quantities can never overflow.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.accounting.frame._choice import Cell
from carbonkit.accounting.frame._engine import Engine, Lazy, narwhals
from carbonkit.accounting.frame._plan import Chosen
from carbonkit.accounting.frame.factor_table import FactorTable, Label, in_kilograms, scaled
from carbonkit.values.number import add, multiply

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from carbonkit.accounting.frame._plan import Matching
    from carbonkit.accounting.frame._rows import Rows

__all__ = ["Part", "Summed", "fits", "merged", "parts_of", "per_factor"]

_LARGEST: Final = 10**38
_SLOTS: Final = ("a", "b")


@attrs.frozen(eq=False)
class Part:
    """
    What the rows of one cell emitted, by one method.

    Args:
        cell: What the rows share.
        slot: Which of the methods that were asked for; 0 outside scope 2.
        amounts: The mass of each gas, or the CO2e. [kg, kgCO2e]
        facility: Their facility, where they were added up by it.
    """

    cell: Cell
    slot: int
    amounts: dict[Label, Decimal]
    facility: str = ""


@attrs.frozen(eq=False)
class Summed:
    """The quantity of the rows of one cell and one factor, in the rows' unit and in the factor's."""

    cell: Cell
    slot: int
    chosen: Chosen
    lines: int
    given: Decimal
    quantity: Decimal
    facility: str = ""


def fits(engine: Engine, rows: Rows, matching: Matching, table: FactorTable) -> bool:
    """Say whether the products of all rows can be added up in 38 digits, whatever their signs."""
    if not table.laid.fits:
        return False
    if matching.rows * 10**rows.digits * table.laid.largest < _LARGEST:
        return True
    quantity = narwhals().col("ck_quantity")
    found = engine.collect(rows.frame.select(low=quantity.min(), high=quantity.max())).to_pylist()[0]
    largest = max(
        (scaled(abs(Decimal(each)), rows.carried) for each in found.values() if each is not None), default=0
    )
    return matching.rows * largest * table.laid.largest < _LARGEST


def parts_of(
    engine: Engine,
    rows: Rows,
    matched: Lazy,
    matching: Matching,
    table: FactorTable,
    *,
    by_product: bool,
    by_facility: bool = False,
) -> tuple[int, tuple[Part, ...]]:
    """Add the rows up; give how many there are, and what those of each cell emitted."""
    if by_product:
        return _by_product(engine, rows, matched, matching, table, by_facility=by_facility)
    count = 0
    made: dict[tuple[str, Cell, int], Part] = {}
    rates: dict[int, dict[Label, Decimal]] = {}
    for each in per_factor(engine, rows, matched, matching, by_facility=by_facility):
        count += each.lines if not each.slot else 0
        key = (each.facility, each.cell, each.slot)
        part = made.setdefault(key, Part(each.cell, each.slot, {}, each.facility))
        if each.chosen.row not in rates:
            rates[each.chosen.row] = in_kilograms(each.chosen.factor)
        for label, rate in rates[each.chosen.row].items():
            amount = multiply(each.quantity, rate)
            part.amounts[label] = add(part.amounts.get(label, Decimal(0)), amount)
    return count, tuple(made.values())


def per_factor(
    engine: Engine, rows: Rows, matched: Lazy, matching: Matching, *, by_facility: bool = False
) -> Iterator[Summed]:
    """Add up the quantities of each factor."""
    nw = narwhals()
    keys = ["cell", "v1", "v2", *(["ck_facility"] if by_facility else [])]
    found = engine.collect(
        matched.group_by(*keys).agg(nw.len().alias("n"), nw.col("ck_quantity").sum().alias("q"))
    )
    facilities = found["ck_facility"].to_pylist() if by_facility else [""] * found.num_rows
    columns = [found[name].to_pylist() for name in ("cell", "v1", "v2", "n", "q")]
    for facility, cell, first, second, lines, number in zip(facilities, *columns, strict=True):
        shared = matching.cells[cell]
        given = _shifted(number, rows.scale - rows.carried)
        for slot, version in enumerate((first, second)[: len(shared.ratios)]):
            quantity = multiply(given, shared.ratios[slot])
            yield Summed(shared, slot, matching.chosen(version), lines, given, quantity, str(facility))


def _by_product(
    engine: Engine, rows: Rows, matched: Lazy, matching: Matching, table: FactorTable, *, by_facility: bool
) -> tuple[int, tuple[Part, ...]]:
    nw = narwhals()
    keys = ["cell", "s1", "s2", *(["ck_facility"] if by_facility else [])]
    twice = any(len(cell.ratios) > 1 for cell in matching.cells)
    names = [f"{slot}{n}" for slot in (_SLOTS if twice else _SLOTS[:1]) for n in range(len(table.labels))]
    products = {f"p_{name}": nw.col("ck_quantity") * nw.col(name) for name in names}
    sums = [nw.col(f"p_{name}").sum().alias(name) for name in names]
    multiplied = matched.with_columns(**products) if products else matched
    found = engine.collect(multiplied.group_by(*keys).agg(nw.len().alias("n"), *sums))
    parts = []
    for row in found.to_pylist():
        cell = matching.cells[row["cell"]]
        facility = str(row["ck_facility"]) if by_facility else ""
        for slot, ratio in enumerate(cell.ratios):
            amounts = _amounts(row, slot, table, scale=rows.scale - rows.carried, ratio=ratio)
            parts.append(Part(cell, slot, amounts, facility))
    return sum(found["n"].to_pylist()), tuple(parts)


def _amounts(
    row: dict[str, Any], slot: int, table: FactorTable, *, scale: int, ratio: Decimal
) -> dict[Label, Decimal]:
    """Put the decimal points back, and the units together."""
    amounts = {}
    for label in table.laid.signatures[row[f"s{slot + 1}"]]:
        position = table.laid.positions[label]
        number = _shifted(row[f"{_SLOTS[slot]}{position}"], scale + table.laid.scales[position])
        amounts[label] = multiply(number, ratio)
    return amounts


def _shifted(number: Decimal | int, places: int) -> Decimal:
    """Put the decimal point of a whole number back."""
    return multiply(Decimal(number), Decimal((0, (1,), -places)))


def merged(parts: Sequence[Part]) -> dict[Label, Decimal]:
    """Add parts up."""
    sums: dict[Label, Decimal] = {}
    for part in parts:
        for label, amount in part.amounts.items():
            sums[label] = add(sums.get(label, Decimal(0)), amount)
    return sums

"""China's MRV guideline for power: what a unit burnt of one fuel in one month, and months from a CSV text."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.schemes._china_mrv_month import cell, check_content, check_heat, measured, month
from carbonkit.schemes.china_mrv_fuel import FuelKind, fuel_kind
from carbonkit.values.field import choice, is_a
from carbonkit.values.number import Exact, exact, whole
from carbonkit.values.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["FuelMonth", "read_fuel_months"]


def _burnt(value: Exact) -> Decimal:
    return exact(value, field="burnt")


def _heat(value: Exact | None) -> Decimal | None:
    return measured(value, "heat")


def _carbon(value: Exact | None) -> Decimal | None:
    return measured(value, "carbon")


@attrs.frozen
class FuelMonth:
    """
    What a unit burnt of one fuel in one month.

    Args:
        month: The month, 1 to 12.
        fuel: The fuel; that of a coal is free, an oil or gas stands in the guideline's table, unless its heat
            and carbon were measured.
        kind: Coal, oil or gas; of a fuel that stands in a table, that of the table.
        burnt: How much; 0 if there was none, negative to take back what was recorded. [t or 10⁴ Nm³]
        heat: Its measured net calorific value; None if it was not validly tested. [GJ/t or GJ/10⁴ Nm³]
        carbon: Its measured carbon, as received; None likewise. [tC/t or tC/10⁴ Nm³]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If there is no such month, the fuel is of another kind, or a measured figure is not
            above zero or beyond what any fuel has: 60 GJ/t and 1 tC/t, of a gas 500 GJ and 50 tC/10⁴ Nm³,
            and 0.1 tC/GJ.
        WrongTypeError: If a field has another type.

    Example:
        >>> FuelMonth(1, "coal", FuelKind.COAL, "100000.00", heat="20.000", carbon="56.12")
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: carbon: must be at most 1 tC/t, was 56.12; 56 % is 0.56
    """

    month: int = attrs.field(converter=month)
    fuel: str = attrs.field(validator=is_a(str))
    kind: FuelKind = attrs.field(validator=is_a(FuelKind))
    burnt: Decimal = attrs.field(converter=_burnt)
    heat: Decimal | None = attrs.field(default=None, kw_only=True, converter=_heat)
    carbon: Decimal | None = attrs.field(default=None, kw_only=True, converter=_carbon)

    def __attrs_post_init__(self) -> None:
        """Check that the fuel is of its kind, and that it can have what was measured."""
        known = fuel_kind(self.fuel)
        if known is not None and known is not self.kind:
            must = f"be {known.value}, as {self.fuel} is in the tables"
            raise InvalidValueError(must, was=self.kind.value, field="kind")
        gas = self.kind is FuelKind.GAS
        check_heat(self.heat, gas=gas)
        check_content(self.carbon, self.heat, gas=gas)


def read_fuel_months(lines: Iterable[str], *, file: str) -> tuple[FuelMonth, ...]:
    """
    Read a unit's months from a CSV text with the columns month, fuel, kind, burnt, heat, carbon.

    Args:
        lines: The text's lines, the header first; an empty cell of heat or carbon was not measured.
        file: The name that problems give the input.

    Returns:
        The months.

    Raises:
        BatchError: If anything is wrong; every problem names file, row and field.
        InvalidValueError: If `lines` is one text.

    Example:
        >>> read_fuel_months(["month,fuel,kind,burnt,heat,carbon", "13,coal,coal,1e,20,"], file="unit 1.csv")
        Traceback (most recent call last):
        ...
        carbonkit.errors.BatchError: 2 problems; nothing was written
          unit 1.csv, row 2, month: must be a month from 1 to 12, was 13
          unit 1.csv, row 2, burnt: must be a plain number such as "1234.5", was 1e
    """
    columns: dict[str, Callable[[str], object]] = {
        "month": lambda text: month(whole(text, field="month")),
        "fuel": str,
        "kind": lambda text: choice(FuelKind, text, field="kind"),
        "burnt": exact,
        "heat": cell(exact),
        "carbon": cell(exact),
    }

    def build(row: dict[str, Any]) -> FuelMonth:
        return FuelMonth(**row)

    return read_table(lines, file=file, columns=columns, build=build)

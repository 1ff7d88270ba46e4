"""
Emission factors: what one unit of an activity emits, where, when, by whose account.

A factor gives a mass of each gas, or only CO2e with the fixed basis that its
publisher used (see `carbonkit.accounting.gwp`), never both. Its edition is part
of its identity: the same figure in two editions is two factors.
"""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.accounting._field import is_name, name
from carbonkit.accounting.gwp import CO2E, gas_name
from carbonkit.accounting.scope import Scope2Method
from carbonkit.errors import BatchError, IncompatibleUnitsError, InvalidValueError, Problem
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, choice, is_a
from carbonkit.values.number import Exact, exact, plain, whole
from carbonkit.values.place import Place
from carbonkit.values.source import Source, Status
from carbonkit.values.table import read_table
from carbonkit.values.time import Period, as_date
from carbonkit.values.unit import Dimension, unit_named

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Factor", "Rate", "read_factors"]


def _gas(value: str) -> str:
    return CO2E if value == CO2E else gas_name(value)


def _number(value: Exact) -> Decimal:
    number = exact(value, field="amount")
    if number < 0:
        hint = "a reversal is a negative quantity of activity"
        raise InvalidValueError("be zero or more", was=plain(number), field="amount", hint=hint)
    return number


def _per(value: str) -> str:
    return unit_named(value, field="per").name


@attrs.frozen
class Rate:
    """
    How much of one gas a unit of activity emits; or of CO2e, where no more is known.

    Args:
        gas: The gas, or "CO2e".
        number: How much; zero is a value.
        unit: A unit of mass for a gas, of CO2e for CO2e.
        basis: For CO2e alone, the GWP set that its publisher used, or words that say that it is not known.

    Raises:
        InexactNumberError: If `number` is a float, a bool, NaN or infinite.
        IncompatibleUnitsError: If `unit` measures something else.
        InvalidValueError: If `number` is negative, or `basis` is missing or out of place.

    Example:
        >>> print(Rate("CO2", "53.06", "kg"))
        53.06 kg CO2
        >>> print(Rate("CO2e", "0.05311", "tCO2e", basis="AR4"))
        0.05311 tCO2e (basis: AR4)
    """

    gas: str = attrs.field(converter=_gas)
    number: Decimal = attrs.field(converter=_number)
    unit: str
    basis: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Check that unit and basis belong to what the rate gives."""
        wanted = Dimension.CO2E if self.only_co2e else Dimension.MASS
        if unit_named(self.unit).dimension is not wanted:
            must = f"be a unit of {'CO2e' if self.only_co2e else 'mass'} for {self.gas}"
            raise IncompatibleUnitsError(must, was=self.unit, field="unit")
        if self.only_co2e:
            name(self.basis, field="basis")
        elif self.basis:
            raise InvalidValueError(f"be empty for the gas {self.gas}", was=self.basis, field="basis")

    @property
    def only_co2e(self) -> bool:
        """Whether only CO2e is known, not its gases."""
        return self.gas == CO2E

    def __str__(self) -> str:
        """Write the amount out, with its gas or its basis."""
        amount = f"{plain(self.number)} {self.unit}"
        return f"{amount} (basis: {self.basis})" if self.only_co2e else f"{amount} {self.gas}"


def _rates(value: Iterable[Rate]) -> tuple[Rate, ...]:
    rates = tuple(value)
    for rate in rates:
        check_type(rate, Rate, field="rate")
    return rates


@attrs.frozen
class Factor:
    """
    What one unit of an activity emits.

    Args:
        id: The name of the factor, the same in all its editions.
        edition: The publication, dataset or version that it stands in.
        activity: The kind of activity that it is for, word for word as the activities name it.
        place: Where it holds.
        valid: When it holds.
        per: The unit of activity that the rates are for.
        rates: The amount of each gas; or of CO2e, alone.
        source: Where the figures come from.
        method: For purchased energy, the scope 2 method that it belongs to.
        file: The file that it was read from.
        row: The row in that file.

    Raises:
        UnknownUnitError: If the unit table has no such unit.
        InvalidValueError: If a name is blank, there is no rate, a gas stands twice, or CO2e beside gases.

    Example:
        >>> hub = Source("US EPA", "GHG Emission Factors Hub", 2025, table="Table 1")
        >>> gas = Factor("natural-gas", "2025", "natural gas", Place("US"), Period.year(2025), "MMBtu",
        ...              (Rate("CO2", "53.06", "kg"), Rate("CH4", "1.0", "g"), Rate("N2O", "0.10", "g")), hub)
        >>> print(gas)
        natural-gas (2025): 53.06 kg CO2, 1.0 g CH4, 0.10 g N2O per MMBtu
    """

    id: str = attrs.field(validator=is_name)
    edition: str = attrs.field(validator=is_name)
    activity: str = attrs.field(validator=is_name)
    place: Place = attrs.field(validator=is_a(Place))
    valid: Period = attrs.field(validator=is_a(Period))
    per: str = attrs.field(converter=_per)
    rates: tuple[Rate, ...] = attrs.field(converter=_rates)
    source: Source = attrs.field(validator=is_a(Source))
    method: Scope2Method | None = attrs.field(default=None, kw_only=True)
    file: str = attrs.field(default="", kw_only=True, eq=False, repr=False)
    row: int | None = attrs.field(default=None, kw_only=True, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Check that the rates are there, once each, and CO2e only alone."""
        if not self.rates:
            raise InvalidValueError("hold at least one rate", was="none", field="rates")
        gases = [rate.gas for rate in self.rates]
        if len(set(gases)) != len(gases):
            raise InvalidValueError("give each gas once", was=", ".join(gases), field="gas")
        if CO2E in gases and len(gases) > 1:
            raise InvalidValueError("give gases or CO2e, not both", was=", ".join(gases), field="gas")
        if self.method is not None:
            check_type(self.method, Scope2Method, field="method")

    def explain(self) -> Explanation:
        """
        Say what the factor is and where it comes from.

        Returns:
            The factor with its place, validity and source.

        Example:
            >>> factor = Factor("steam", "2016", "steam", Place("US"), Period.year(2016), "MMBtu",
            ...                 (Rate("CO2", "66.33", "kg"),), Source("US EPA", "Emission Factors", 2016))
            >>> print(factor.explain().text())
            factor steam (2016): 66.33 kg CO2 per MMBtu = steam at US, valid [2016-01-01, 2017-01-01)
              source: US EPA, Emission Factors, 2016 [confirmed]
        """
        how = f"{self.activity} at {self.place}, valid {self.valid}"
        if self.method is not None:
            how += f", {self.method}"
        return Explanation(
            f"factor {self.id} ({self.edition})", f"{self._amounts()} per {self.per}", how, self.source
        )

    def _amounts(self) -> str:
        return ", ".join(map(str, self.rates))

    def __str__(self) -> str:
        """Name the factor and write its rates out."""
        return f"{self.id} ({self.edition}): {self._amounts()} per {self.per}"


def _optional_end(cell: str) -> datetime.date | None:
    return as_date(cell) if cell else None


def _method(cell: str) -> Scope2Method | None:
    return choice(Scope2Method, cell, field="method") if cell else None


_COLUMNS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        "id": name,
        "edition": name,
        "activity": name,
        "place": Place,
        "method": _method,
        "valid_from": as_date,
        "valid_until": _optional_end,
        "per": _per,
        "gas": _gas,
        "amount": _number,
        "unit": lambda cell: unit_named(cell).name,
        "basis": str,
        "publisher": name,
        "title": name,
        "year": whole,
        "table": str,
        "url": str,
        "licence": str,
        "status": lambda cell: choice(Status, cell, field="status"),
        "note": str,
    }
)
_OF_THE_SOURCE = ("publisher", "title", "year", "table", "url", "licence", "status", "note")


def read_factors(lines: Iterable[str], *, file: str) -> tuple[Factor, ...]:
    r"""
    Read factors from CSV, one row for each factor and gas.

    The columns are id, edition, activity, place, method, valid_from, valid_until,
    per, gas, amount, unit, basis, and those of the source: publisher, title, year,
    table, url, licence, status, note. `method` is "location", "market" or empty;
    `valid_until` is the first day on which the factor no longer holds, or empty.
    Rows of the same id and edition make one factor, and must agree in all but
    gas, amount, unit and basis.

    Args:
        lines: The text's lines, the header first.
        file: The name that problems give the input.

    Returns:
        The factors, in the order in which they first occur.

    Raises:
        BatchError: If anything is wrong; every problem names file, row and field.

    Example:
        >>> header = "id,edition,activity,place,method,valid_from,valid_until,per,gas,amount,unit,basis," \
        ...          "publisher,title,year,table,url,licence,status,note"
        >>> row = "gas,2025,natural gas,US,,2025-01-01,2026-01-01,MMBtu,{},,US EPA,Hub,2025,,,,confirmed,"
        >>> for factor in read_factors([header, row.format("CO2,53.06,kg"), row.format("CH4,1.0,g")],
        ...                            file="factors.csv"):
        ...     print(factor)
        gas (2025): 53.06 kg CO2, 1.0 g CH4 per MMBtu
    """
    rows = read_table(
        lines, file=file, columns=_COLUMNS, build=lambda row: _one_rate(row, file), row_as="row"
    )
    grouped: dict[tuple[str, str], list[Factor]] = {}
    for row in rows:
        grouped.setdefault((row.id, row.edition), []).append(row)
    problems: list[Problem] = []
    factors: list[Factor] = []
    for group in grouped.values():
        first = group[0]
        odd = [row for row in group if attrs.evolve(row, rates=first.rates) != first]
        problems.extend(
            Problem(
                code=InvalidValueError.code,
                must=f"agree with row {first.row} in all but gas, amount, unit and basis",
                was=", ".join(_differences(first, row)),
                field="id",
                file=file,
                row=row.row,
                hint=f"both are {first.id} ({first.edition})",
            )
            for row in odd
        )
        if not odd:
            try:
                factors.append(attrs.evolve(first, rates=[rate for row in group for rate in row.rates]))
            except InvalidValueError as error:
                problems.append(error.at(file=file, row=first.row).problem)
    if problems:
        raise BatchError(problems)
    return tuple(factors)


def _differences(first: Factor, row: Factor) -> list[str]:
    fields = ("activity", "place", "valid", "per", "method", "source")
    return [f"another {field}" for field in fields if getattr(first, field) != getattr(row, field)]


def _one_rate(row: dict[str, Any], file: str) -> Factor:
    return Factor(
        id=row["id"],
        edition=row["edition"],
        activity=row["activity"],
        place=row["place"],
        valid=Period(row["valid_from"], row["valid_until"]),
        per=row["per"],
        rates=(Rate(row["gas"], row["amount"], row["unit"], basis=row["basis"]),),
        source=Source(**{field: row[field] for field in _OF_THE_SOURCE}),
        method=row["method"],
        file=file,
        row=row["row"],
    )

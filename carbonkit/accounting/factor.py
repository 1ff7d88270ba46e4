"""
Emission factors: what one unit of an activity emits, where, when, by whose account.

A factor gives a mass of each gas, or only CO2e with the fixed basis that its
publisher used (see `carbonkit.accounting.gwp`), never both. Its edition is part
of its identity: the same figure in two editions is two factors.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import attrs

from carbonkit.accounting._field import is_name, name, optional
from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.gwp import CO2E, gas_name
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.quality import Quality
from carbonkit.accounting.rate import Rate
from carbonkit.accounting.scope import Scope2Method
from carbonkit.errors import BatchError, InvalidValueError, Problem
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, choice, is_a
from carbonkit.values.number import exact, whole
from carbonkit.values.place import Place
from carbonkit.values.source import Source, Status
from carbonkit.values.table import read_table
from carbonkit.values.time import Period, as_date
from carbonkit.values.unit import unit_named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Factor", "Rate", "read_factors"]

Choice = TypeVar("Choice", bound=enum.Enum)
Value = TypeVar("Value")

_BETWEEN_LEVELS = " > "


def _per(value: str) -> str:
    return unit_named(value, field="per").name


def _levels(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(name(level, field="levels") for level in value)


def _published(value: datetime.date | str | None) -> datetime.date | None:
    return None if value is None else as_date(value, field="published")


def _data_year(value: int | None) -> int | None:
    return None if value is None else whole(value, field="data_year")


def _rates(value: Iterable[Rate]) -> tuple[Rate, ...]:
    check_type(value, Iterable, field="rates")
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
        calorific: For a fuel per energy, by which of its two heats the energy is counted.
        levels: The publisher's own headings over it, from wide to narrow.
        published: The day on which it was published.
        data_year: The year that the data behind it are from.
        coverage: Which stages of a life cycle it counts, if that is said.
        quality: How good it is.
        file: The file that it was read from.
        row: The row in that file.

    Raises:
        UnknownUnitError: If the unit table has no such unit.
        InvalidValueError: If a name is blank, there is no rate, a gas of one origin stands twice, CO2e
            beside gases, or what was weighed beside masses or on two bases; biogenic CO2 may stand
            beside anything.

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
    calorific: Calorific | None = attrs.field(default=None, kw_only=True, validator=optional(Calorific))
    levels: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_levels)
    published: datetime.date | None = attrs.field(default=None, kw_only=True, converter=_published)
    data_year: int | None = attrs.field(default=None, kw_only=True, converter=_data_year)
    coverage: Coverage | None = attrs.field(default=None, kw_only=True, validator=optional(Coverage))
    quality: Quality | None = attrs.field(default=None, kw_only=True, validator=optional(Quality))
    file: str = attrs.field(default="", kw_only=True, eq=False, repr=False)
    row: int | None = attrs.field(default=None, kw_only=True, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Check that the rates are there, once each, and CO2e only alone."""
        if not self.rates:
            raise InvalidValueError("hold at least one rate", was="none", field="rates")
        counted = [rate for rate in self.rates if not rate.apart]
        gases = [rate.gas for rate in counted]
        if len({(rate.gas, rate.origin) for rate in self.rates}) != len(self.rates):
            was = ", ".join(rate.gas for rate in self.rates)
            raise InvalidValueError("give each gas once", was=was, field="gas")
        if CO2E in gases and len(gases) > 1:
            raise InvalidValueError("give gases or CO2e, not both", was=", ".join(gases), field="gas")
        bases = sorted({rate.basis for rate in counted})
        if len(bases) > 1:
            was = ", ".join(basis or "masses" for basis in bases)
            raise InvalidValueError("give masses, or what was weighed on one basis", was=was, field="basis")
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
        said = (
            self.method,
            self.calorific,
            self.coverage,
            self.published and f"published {self.published}",
            self.data_year and f"data of {self.data_year}",
            self.quality and f"quality {self.quality}",
        )
        how = ", ".join(
            [f"{self.activity} at {self.place}, valid {self.valid}", *map(str, filter(None, said))]
        )
        return Explanation(
            f"factor {self.id} ({self.edition})", f"{self._amounts()} per {self.per}", how, self.source
        )

    def _amounts(self) -> str:
        return ", ".join(map(str, self.rates))

    def agrees(self, other: Factor) -> bool:
        """
        Say whether a factor per another unit of the same kind gives the same, but for rounding.

        Publishers print one figure per kilometre and another per mile, each rounded by itself: each
        may be half of its last place away, or the two a hundredth apart, which is more than any two
        in the bundled catalogues are.

        Args:
            other: A factor for the same activity.

        Returns:
            False if they contradict each other; True also if they give different gases, or on another
            basis, which cannot be compared.

        Example:
            >>> def car(number, unit):
            ...     return Factor("car", "2025", "car", Place("GB"), Period.year(2025), unit,
            ...                   [Rate("CO2", number, "kg")], Source("DESNZ", "Conversion factors", 2025))
            >>> car("0.17", "km").agrees(car("0.27", "mi")), car("0.17", "km").agrees(car("0.30", "mi"))
            (True, False)
        """
        ours, theirs = _per_base(self), _per_base(other)
        if ours.keys() != theirs.keys():
            return True
        return all(
            abs(ours[gas][0] - theirs[gas][0])
            <= max(ours[gas][1] + theirs[gas][1], _NEAR * max(ours[gas][0], theirs[gas][0]))
            for gas in ours
        )

    @property
    def weighed(self) -> bool:
        """Whether only CO2e on a fixed basis is known."""
        return any(rate.weighed for rate in self.rates)

    def __str__(self) -> str:
        """Name the factor and write its rates out."""
        return f"{self.id} ({self.edition}): {self._amounts()} per {self.per}"


_Gas: TypeAlias = "tuple[str, Origin | None, str]"
_Spread: TypeAlias = "tuple[Fraction, Fraction]"  # a number, and half of its last place

_NEAR: Final = Fraction(1, 100)


def _per_base(factor: Factor) -> dict[_Gas, _Spread]:
    """Give each gas, or all CO2e that was weighed, in base units for one base unit of activity."""
    per = Fraction(unit_named(factor.per).ratio)
    found: dict[_Gas, _Spread] = {}
    for rate in factor.rates:
        size = Fraction(unit_named(rate.unit).ratio) / per
        exponent = rate.number.as_tuple().exponent
        half = Fraction(10) ** exponent / 2 if isinstance(exponent, int) else Fraction(0)
        key = (CO2E, None, rate.basis) if rate.weighed else (rate.gas, rate.origin, "")
        number, spread = found.get(key, (Fraction(0), Fraction(0)))
        found[key] = (number + Fraction(rate.number) * size, spread + half * size)
    return found


def _choice_or_none(kind: type[Choice], field: str) -> Callable[[str], Choice | None]:
    return lambda cell: choice(kind, cell, field=field) if cell else None


def _or_none(convert: Callable[[str], Value]) -> Callable[[str], Value | None]:
    return lambda cell: convert(cell) if cell else None


_COLUMNS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        "id": name,
        "edition": name,
        "activity": name,
        "place": Place,
        "method": _choice_or_none(Scope2Method, "method"),
        "valid_from": as_date,
        "valid_until": _or_none(as_date),
        "per": _per,
        "gas": lambda cell: cell if cell == CO2E else gas_name(cell),
        "amount": exact,
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
        "origin": _choice_or_none(Origin, "origin"),
        "lower": _or_none(exact),
        "upper": _or_none(exact),
        "calorific": _choice_or_none(Calorific, "calorific"),
        "levels": lambda cell: tuple(cell.split(_BETWEEN_LEVELS)) if cell else (),
        "published": _or_none(as_date),
        "data_year": _or_none(whole),
        "coverage": _choice_or_none(Coverage, "coverage"),
        "quality": _or_none(Quality.parse),
    }
)
_MAY_BE_ABSENT: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        ("origin", "lower", "upper", "calorific", "levels", "published", "data_year", "coverage", "quality"),
        "",
    )
)
_OF_THE_RATE = ("gas", "unit", "basis", "origin", "lower", "upper")
_OF_THE_FACTOR = ("calorific", "levels", "published", "data_year", "coverage", "quality")
_OF_THE_SOURCE = ("publisher", "title", "year", "table", "url", "licence", "status", "note")


def read_factors(lines: Iterable[str], *, file: str) -> tuple[Factor, ...]:
    r"""
    Read factors from CSV, one row for each factor and gas.

    The columns are id, edition, activity, place, method, valid_from, valid_until,
    per, gas, amount, unit, basis, and those of the source: publisher, title, year,
    table, url, licence, status, note. `method` is "location", "market" or empty;
    `valid_until` is the first day on which the factor no longer holds, or empty.
    Rows of the same id and edition make one factor, and must agree in all but
    gas, amount, unit, basis, origin and limits. These columns may be absent: origin,
    lower and upper (95 % limits of the amount), calorific ("gross" or "net"), levels
    (joined by " > "), published, data_year, coverage and quality (such as "1/2/2/3/1").

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
        lines,
        file=file,
        columns=_COLUMNS,
        build=lambda row: _one_rate(row, file),
        row_as="row",
        absent=_MAY_BE_ABSENT,
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
                must=f"agree with row {first.row} in all but what is of one gas",
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
    fields = ("activity", "place", "valid", "per", "method", "source", *_OF_THE_FACTOR)
    return [f"another {field}" for field in fields if getattr(first, field) != getattr(row, field)]


def _one_rate(row: dict[str, Any], file: str) -> Factor:
    return Factor(
        id=row["id"],
        edition=row["edition"],
        activity=row["activity"],
        place=row["place"],
        valid=Period(row["valid_from"], row["valid_until"]),
        per=row["per"],
        rates=(Rate(**{field: row[field] for field in _OF_THE_RATE}, number=row["amount"]),),
        source=Source(**{field: row[field] for field in _OF_THE_SOURCE}),
        method=row["method"],
        **{field: row[field] for field in _OF_THE_FACTOR},
        file=file,
        row=row["row"],
    )

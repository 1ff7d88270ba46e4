"""
The plan as SQL, for a warehouse that is not to be emptied first.

The factors go there as a table, with whole numbers as coefficients; the statement joins and adds
up, and the sums that come back are read here. One statement counts purchased energy by one
method; each method has its own table of factors.
"""

from __future__ import annotations

import csv
import datetime
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.accounting.frame._choice import Choices, Key, Refused
from carbonkit.accounting.frame._dialect import Dialect, dialect_named
from carbonkit.accounting.frame._name import NAME_LENGTH
from carbonkit.accounting.frame.columns import Columns
from carbonkit.accounting.frame.factor_table import FOREVER, FactorTable, Label, in_kilograms
from carbonkit.accounting.frame.line import LineColumn, whole_numbers
from carbonkit.accounting.scope import Scope, Scope2Method
from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type
from carbonkit.values.number import multiply, whole
from carbonkit.values.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from carbonkit.accounting.catalogue import Catalogue
    from carbonkit.accounting.factor import Factor

__all__ = ["WarehousePlan", "to_sql"]

_DIGITS: Final = 19
_BATCH: Final = 500
_FACTS: Final = (
    *("factor", "edition", "activity", "place", "calorific", "unit", "scope_2", "valid_from", "valid_until"),
)


@attrs.frozen(repr=False)
class WarehousePlan:
    """
    The statements for a warehouse; made by `to_sql`.

    Args:
        create: Makes the table of factors, empty.
        totals: Adds up by activity and scope (and category): rows, and whole numbers of each gas.
        unmatched: Lists the rows that are in no sum.
        duplicates: Lists ids that stand more than once; there must be none.
        columns: What the columns of whole numbers in `totals` count, in their order.
        rows: The rows of the table of factors, in the order of its columns.

    Example:
        >>> from carbonkit.accounting import Catalogue, Factor, Rate
        >>> from carbonkit.values import Period, Place, Source
        >>> steam = Factor("steam", "2016", "steam", Place("US"), Period.year(2016), "MMBtu",
        ...                (Rate("CO2", "66.33", "kg"),), Source("US EPA", "Emission Factors", 2016))
        >>> plan = to_sql("trino", Catalogue([steam]), rows="bills", factors="factors",
        ...               units=["MMBtu"], places=2)
        >>> print(plan.csv())
        factor,edition,activity,place,calorific,unit,scope_2,valid_from,valid_until,g_co2
        steam,2016,steam,US,,MMBtu,0,2016-01-01,2017-01-01,6633
        <BLANKLINE>
    """

    create: str
    totals: str
    unmatched: str
    duplicates: str
    columns: tuple[LineColumn, ...]
    rows: tuple[tuple[str | int | datetime.date, ...], ...]
    _into: str

    def csv(self) -> str:
        """
        Write the factors as CSV, for a warehouse's own loader.

        Returns:
            The text, with a header.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow((*_FACTS, *(column.name for column in self.columns)))
        writer.writerows(self.rows)
        return text.getvalue()

    def inserts(self) -> Iterator[str]:
        """
        Write the factors as statements, 500 rows each.

        Yields:
            One INSERT after the other.
        """
        for first in range(0, len(self.rows), _BATCH):
            rows = (f"({', '.join(map(_literal, row))})" for row in self.rows[first : first + _BATCH])
            yield f"INSERT INTO {self._into} VALUES\n" + ",\n".join(rows)

    def masses(self, found: Iterable[Mapping[str, Any]]) -> tuple[tuple[Label, Decimal], ...]:
        """
        Read the rows that `totals` gave, and put the decimal points back.

        Args:
            found: The rows, by the names of their columns.

        Returns:
            Each gas, or CO2e, with its sum. [kg, kgCO2e]

        Raises:
            InvalidValueError: If a sum is no whole number.
        """
        sums: dict[str, int] = {}
        for row in found:
            for column in self.columns:
                sums[column.name] = sums.get(column.name, 0) + whole(row[column.name] or 0)
        return tuple(
            (column.label, multiply(Decimal(sums.get(column.name, 0)), Decimal((0, (1,), -column.places))))
            for column in self.columns
        )


def to_sql(
    dialect: str,
    catalogue: Catalogue | FactorTable,
    *,
    rows: str,
    factors: str,
    units: Iterable[str],
    places: int,
    columns: Columns | None = None,
    scope_2: Scope2Method | None = None,
) -> WarehousePlan:
    """
    Write the plan for a warehouse, over a table of activities that is there already.

    The activities' amounts are decimals with at most `places` decimal places, their dates are dates,
    and the other columns texts or whole numbers. A row that is anything else is among the
    unmatched. Nothing falls back.

    Args:
        dialect: "duckdb", "snowflake", "bigquery", "trino", "spark" or "postgres".
        catalogue: The factors to choose from.
        rows: The name of the table of activities, with its schema if need be.
        factors: The name that the table of factors is to have.
        units: The units that occur in the activities.
        places: How many decimal places the amounts have at most.
        columns: The names of the activities' columns, if they are not those of `Columns()`.
        scope_2: The method by which purchased energy is counted; None leaves its rows unmatched.

    Returns:
        The statements, and the factors.

    Raises:
        InvalidValueError: If the dialect is none of these, a name has other signs than letters, digits
            and underscores, `places` is not from 0 to 18, or a factor has more than 18 digits.
        UnknownUnitError: If the unit table has no such unit.

    Example:
        >>> from carbonkit.accounting import Catalogue, Factor, Rate
        >>> from carbonkit.values import Period, Place, Source
        >>> steam = Factor("steam", "2016", "steam", Place("US"), Period.year(2016), "MMBtu",
        ...                (Rate("CO2", "66.33", "kg"),), Source("US EPA", "Emission Factors", 2016))
        >>> plan = to_sql("snowflake", Catalogue([steam]), rows="erp.bills", factors="erp.factors",
        ...               units=["MMBtu", "kBtu"], places=2)
        >>> print(plan.columns[0], plan.rows[1][5:7], plan.rows[1][9])
        g_co2: kg with 7 decimal places ('kBtu', 0) 6633
    """
    spoken = dialect_named(dialect)
    named = Columns() if columns is None else columns
    check_type(named, Columns, field="columns")
    if scope_2 is not None:
        check_type(scope_2, Scope2Method, field="scope_2")
    scale = whole(places, field="places")
    if not 0 <= scale < _DIGITS:
        raise InvalidValueError(f"be 0 to {_DIGITS - 1}", was=scale, field="places")
    table = catalogue if isinstance(catalogue, FactorTable) else FactorTable(catalogue)
    facts, rates = _laid_out(table, tuple(dict.fromkeys(units)), scope_2)
    labels = dict.fromkeys(label for each in rates for label in each)
    made, coefficients = [], []
    known: list[str] = []
    for label in labels:
        known.append(_column(label, known))
        names = [f"{factor} ({edition})" for factor, edition, *_ in facts]
        decimals, numbers = whole_numbers([each.get(label) for each in rates], names, label)
        made.append(LineColumn(known[-1], label, label.unit, decimals + scale))
        coefficients.append([number or 0 for number in numbers])
    data = tuple((*row, *numbers) for row, *numbers in zip(facts, *coefficients, strict=True))
    text = _Text(spoken, named, rows, factors, scale, tuple(made))
    return WarehousePlan(
        text.create(),
        text.totals(),
        text.unmatched(),
        text.duplicates(),
        tuple(made),
        data,
        spoken.name(factors),
    )


def _laid_out(
    table: FactorTable, units: tuple[str, ...], scope_2: Scope2Method | None
) -> tuple[list[tuple[Any, ...]], list[dict[Label, Decimal]]]:
    """Give each factor once for each unit that leads to it, by the rules of the catalogue."""
    methods = () if scope_2 is None else (scope_2,)
    choices = Choices(table, methods, None)
    versions: dict[tuple[Any, ...], list[Factor]] = {}
    for factor in table.catalogue.factors:
        if factor.method in {None, scope_2}:
            key = (factor.activity, factor.place.path, factor.method, factor.calorific)
            versions.setdefault(key, []).append(factor)
    facts, rates = [], []
    for (activity, path, method, calorific), known in versions.items():
        for unit in units:
            scope = Scope.ONE if method is None else Scope.TWO
            answer = choices.led(Key(activity, Place(path), unit, scope, None, calorific))
            if isinstance(answer, Refused):
                continue
            per, ratio = answer
            heat = "" if calorific is None else str(calorific.value)
            for factor in known:
                if factor.per == per:
                    valid = (factor.valid.start, factor.valid.end or FOREVER)
                    two = 0 if method is None else 1
                    facts.append((factor.id, factor.edition, activity, path, heat, unit, two, *valid))
                    rates.append(
                        {label: multiply(rate, ratio) for label, rate in in_kilograms(factor).items()}
                    )
    return facts, rates


def _column(label: Label, known: Sequence[str]) -> str:
    """Make a name of a label that needs no other signs than letters, digits and underscores, and is new."""
    text = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in str(label).lower())
    name = "_".join(filter(None, ("g", *text.split("_"))))
    numbered = (name, *(f"{name}_{number}" for number in range(2, len(known) + 2)))
    return next(each for each in numbered if each not in known)


def _literal(value: str | int | datetime.date) -> str:
    if isinstance(value, datetime.date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, int):
        return str(value)
    if "\\" in value:
        raise InvalidValueError("hold no backslash", was=value, field="factor", hint="load the CSV instead")
    return "'" + value.replace("'", "''") + "'"


@attrs.frozen
class _Text:
    """Writes the statements."""

    dialect: Dialect
    columns: Columns
    rows: str
    factors: str
    scale: int
    made: tuple[LineColumn, ...]

    def create(self) -> str:
        """Write the table of factors."""
        quoted, text = self.dialect.name, self.dialect.text
        kinds = dict.fromkeys(_FACTS, text) | {"scope_2": "INTEGER"}
        kinds |= {"valid_from": "DATE", "valid_until": "DATE"}
        kinds |= {column.name: self.dialect.coefficient for column in self.made}
        body = ",\n".join(f"  {quoted(name)} {kind}" for name, kind in kinds.items())
        return f"CREATE TABLE {quoted(self.factors)} (\n{body}\n)"

    def totals(self) -> str:
        """Write the sums."""
        quoted, given = self.dialect.name, self._given
        groups = [given("activity"), given("scope")]
        if self.columns.category is not None:
            groups.append(given("category"))
        amount = f"CAST({given('amount')} * {10**self.scale} AS {self.dialect.quantity})"
        sums = [f"SUM({amount} * f.{quoted(column.name)}) AS {quoted(column.name)}" for column in self.made]
        listed = ",\n  ".join([*groups, f"COUNT(*) AS {quoted('rows_out')}", *sums])
        return (
            f"SELECT\n  {listed}\nFROM {quoted(self.rows)} r\n"
            f"JOIN {quoted(self.factors)} f\n  ON {self._on()}\n"
            f"WHERE {self._sound()}\nGROUP BY {', '.join(groups)}"
        )

    def unmatched(self) -> str:
        """Write the list of rows that are in no sum."""
        quoted = self.dialect.name
        return (
            f"SELECT r.*\nFROM {quoted(self.rows)} r\nLEFT JOIN {quoted(self.factors)} f\n  ON {self._on()}\n"
            f"WHERE f.{quoted('factor')} IS NULL OR CASE WHEN {self._sound()} THEN 0 ELSE 1 END = 1"
        )

    def duplicates(self) -> str:
        """Write the list of ids that stand more than once."""
        uses = self.dialect.name("uses")
        return (
            f"SELECT {self._given('id')}, COUNT(*) AS {uses}\nFROM {self.dialect.name(self.rows)} r\n"
            f"GROUP BY {self._given('id')}\nHAVING COUNT(*) > 1"
        )

    def _given(self, field: str) -> str:
        return f"r.{self.dialect.name(getattr(self.columns, field))}"

    def _on(self) -> str:
        quoted, given, text = self.dialect.name, self._given, self.dialect.text
        calorific = "''" if self.columns.calorific is None else f"COALESCE({given('calorific')}, '')"
        equal = [(name, given(name)) for name in ("activity", "place", "unit")]
        equal.append(("scope_2", f"CASE WHEN CAST({given('scope')} AS {text}) = '2' THEN 1 ELSE 0 END"))
        conditions = [f"f.{quoted(name)} = {value}" for name, value in equal]
        # some loaders of CSV make a null of a blank
        conditions.append(f"COALESCE(f.{quoted('calorific')}, '') = {calorific}")
        conditions.append(f"{given('start')} >= f.{quoted('valid_from')}")
        conditions.append(f"{given('end')} <= f.{quoted('valid_until')}")
        return "\n  AND ".join(conditions)

    def _sound(self) -> str:
        given, text = self._given, self.dialect.text
        amount = given("amount")
        scope = f"CAST({given('scope')} AS {text})"
        identity, facility = (f"CAST({given(field)} AS {text})" for field in ("id", "facility"))
        conditions = [
            f"{identity} <> '' AND LTRIM({identity}) = {identity}",
            f"{facility} <> '' AND TRIM({facility}) = {facility} AND LENGTH({facility}) <= {NAME_LENGTH}",
            f"{given('start')} < {given('end')}",
            f"{scope} IN ('1', '2', '3')",
            f"FLOOR({amount} * {10**self.scale}) = {amount} * {10**self.scale}",
            f"ABS({amount}) < {10 ** (_DIGITS - self.scale)}",
        ]
        if self.columns.category is not None:
            category = f"CAST({given('category')} AS {text})"
            known = ", ".join(f"'{number}'" for number in range(1, 16))
            blank = f"COALESCE({category}, '') = ''"
            conditions.append(f"({blank} OR ({scope} = '3' AND {category} IN ({known})))")
        return "\n  AND ".join(conditions)

"""
Refrigerants: what cooling equipment lost, by balancing its stocks or by rates over its life.

Both give masses of gases, so a blend weighs what each GWP set says. The balance needs no
assumption; the life-cycle method stands on rates that somebody names.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting.blend import Blend, CountedGases
from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.scope import Category, Scope
from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Exact, exact, multiply, plain, subtract
from carbonkit.values.place import Place
from carbonkit.values.quantity import Mass
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period

__all__ = ["LeakRates", "RefrigerantLife", "RefrigerantStock"]

_PERCENT: Final = Decimal("0.01")
_HUNDRED: Final = Decimal(100)

_EPA: Final = Source(
    "US EPA",
    "Greenhouse Gas Inventory Guidance, Direct Fugitive Emissions from Refrigeration, Air Conditioning, "
    "Fire Suppression, and Industrial Gases",
    2020,
    table="material balance method",
    status=Status.RECALLED,
)
_IPCC: Final = Source(
    "IPCC",
    "2006 Guidelines for National Greenhouse Gas Inventories, Volume 3, Chapter 7",
    2006,
    table="equations 7.12 to 7.14",
    status=Status.RECALLED,
)


def _ended(_: object, attribute: attrs.Attribute[Period], value: Period) -> None:
    check_type(value, Period, field=attribute.name)
    if value.end is None:
        raise InvalidValueError("have an end", was=str(value), field=attribute.name)


@attrs.frozen(kw_only=True)
class RefrigerantStock:
    """
    One refrigerant's stocks and flows at a facility, from which what was lost follows.

    lost = store at the start - at the end + bought - sold or returned + capacity at the start - at the end

    Capacity is the full charge of all equipment, new charges of what was installed in it and of what
    was taken out no longer in it. A figure may be negative where an earlier one is taken back.

    Args:
        id: Names the calculation.
        facility: The site that it counts to.
        place: Where it is.
        period: From when to when; it has an end.
        scope: Where it counts; own equipment is scope 1.
        refrigerant: What is in it.
        store_start: In store, outside of equipment, at the start.
        store_end: In store at the end.
        bought: Bought in the period, in equipment too.
        sold: Sold, returned, sent away for recycling or destruction, in equipment too.
        capacity_start: The full charge of all equipment at the start.
        capacity_end: The same at the end.
        source: The records behind the figures.
        activity: What the calculation is called by kind.
        category: In scope 3, the category.
        file: The file that it was read from.
        row: The row in that file.

    Raises:
        InvalidValueError: If a name is blank, a value has another type, or the period has no end.

    Example:
        >>> from carbonkit.accounting.blend import refrigerant_named
        >>> def kg(number): return Mass(number, "kg")
        >>> stock = RefrigerantStock(
        ...     id="chillers", facility="7", place=Place("US"), period=Period.year(2025), scope=Scope.ONE,
        ...     refrigerant=refrigerant_named("R-410A"), store_start=kg(10), store_end=kg(4), bought=kg(20),
        ...     sold=kg(2), capacity_start=kg(100), capacity_end=kg(110),
        ...     source=Source("Us", "Refrigerant log", 2025))
        >>> print(stock.lost)
        14 kg
        >>> print(*stock.calculation(CountedGases.KYOTO).amounts, sep=", ")
        7.00 kg HFC32, 7.00 kg HFC125
    """

    id: str = attrs.field(validator=is_name)
    facility: str = attrs.field(validator=is_name)
    place: Place = attrs.field(validator=is_a(Place))
    period: Period = attrs.field(validator=_ended)
    scope: Scope = attrs.field(validator=is_a(Scope))
    refrigerant: Blend = attrs.field(validator=is_a(Blend))
    store_start: Mass = attrs.field(validator=is_a(Mass))
    store_end: Mass = attrs.field(validator=is_a(Mass))
    bought: Mass = attrs.field(validator=is_a(Mass))
    sold: Mass = attrs.field(validator=is_a(Mass))
    capacity_start: Mass = attrs.field(validator=is_a(Mass))
    capacity_end: Mass = attrs.field(validator=is_a(Mass))
    source: Source = attrs.field(validator=is_a(Source))
    activity: str = attrs.field(default="refrigerant", validator=is_name)
    category: Category | None = attrs.field(default=None, validator=attrs.validators.optional(is_a(Category)))
    file: str = attrs.field(default="", eq=False, repr=False)
    row: int | None = attrs.field(default=None, eq=False, repr=False)

    @property
    def lost(self) -> Mass:
        """What escaped of the refrigerant; below zero only if a figure is wrong or taken back."""
        store = self.store_start - self.store_end
        return store + self.bought - self.sold + self.capacity_start - self.capacity_end

    def calculation(self, counted: CountedGases) -> Calculation:
        """
        Say what was emitted, gas by gas.

        Args:
            counted: Which gases count.

        Returns:
            The calculation, to stand in an inventory.

        References:
            US EPA's material balance method, its screening tables' simplified form (recalled).
        """
        lost = self.lost
        figures = (
            ("in store at the start", self.store_start),
            ("in store at the end", self.store_end),
            ("bought", self.bought),
            ("sold or returned", self.sold),
            ("capacity at the start", self.capacity_start),
            ("capacity at the end", self.capacity_end),
        )
        balance = Explanation(
            "balance of stocks",
            f"{lost} {self.refrigerant.name}",
            "store at start - at end + bought - sold or returned + capacity at start - at end",
            _EPA,
            [Explanation(what, str(mass), source=self.source) for what, mass in figures],
        )
        return _calculation(self, lost, counted, balance)


def _rate(value: Exact) -> Decimal:
    number = exact(value, field="rate")
    if not 0 <= number <= _HUNDRED:
        hint = "a rate is a percentage: a leak of 5 % is 5"
        raise InvalidValueError("be 0 to 100", was=plain(number), field="rate", hint=hint)
    return number


@attrs.frozen(kw_only=True)
class LeakRates:
    """
    The shares of a charge that escape over the life of equipment.

    Args:
        installation: Of a new charge, when it is filled. [%]
        operation: Of a charge, in a year of use. [% per year]
        remaining: Of a charge, what is still there when equipment is disposed of. [%]
        recovered: Of what is still there, what is recovered. [%]
        source: Who gives these rates.

    Raises:
        InvalidValueError: If a rate is not from 0 to 100.

    Example:
        >>> rates = LeakRates(installation=1, operation=5, remaining=80, recovered=75,
        ...                   source=Source("Us", "Maintenance records", 2025))
        >>> print(rates.operation)
        5
    """

    installation: Decimal = attrs.field(converter=_rate)
    operation: Decimal = attrs.field(converter=_rate)
    remaining: Decimal = attrs.field(converter=_rate)
    recovered: Decimal = attrs.field(converter=_rate)
    source: Source = attrs.field(validator=is_a(Source))


def _years(value: Exact) -> Decimal:
    number = exact(value, field="years")
    if number < 0:
        raise InvalidValueError("be zero or more", was=plain(number), field="years")
    return number


@attrs.frozen(kw_only=True)
class RefrigerantLife:
    """
    The charges of equipment in a period, from which what was lost follows by rates.

    lost = installed × installation + in use × operation × years + disposed × remaining × (1 - recovered)

    Args:
        id: Names the calculation.
        facility: The site that it counts to.
        place: Where it is.
        period: When; it has an end.
        scope: Where it counts; own equipment is scope 1.
        refrigerant: What is in it.
        installed: The charge of what was filled on site in the period.
        in_use: The full charge of what was in use.
        years: How long it was in use in the period. [years]
        disposed: The full charge of what was disposed of.
        rates: What escapes.
        source: The records behind the charges.
        activity: What the calculation is called by kind.
        category: In scope 3, the category.
        file: The file that it was read from.
        row: The row in that file.

    Raises:
        InvalidValueError: If a name is blank, a value has another type, the period has no end, or `years`
            is negative.

    Example:
        >>> from carbonkit.accounting.blend import refrigerant_named
        >>> rates = LeakRates(installation=1, operation=5, remaining=80, recovered=75,
        ...                   source=Source("Us", "Maintenance records", 2025))
        >>> life = RefrigerantLife(
        ...     id="chillers", facility="7", place=Place("US"), period=Period.year(2025), scope=Scope.ONE,
        ...     refrigerant=refrigerant_named("R-134a"), installed=Mass(10, "kg"),
        ...     in_use=Mass(200, "kg"), years=1,
        ...     disposed=Mass(20, "kg"), rates=rates, source=Source("Us", "Equipment list", 2025))
        >>> print(life.lost)
        14.1000 kg
    """

    id: str = attrs.field(validator=is_name)
    facility: str = attrs.field(validator=is_name)
    place: Place = attrs.field(validator=is_a(Place))
    period: Period = attrs.field(validator=_ended)
    scope: Scope = attrs.field(validator=is_a(Scope))
    refrigerant: Blend = attrs.field(validator=is_a(Blend))
    installed: Mass = attrs.field(validator=is_a(Mass))
    in_use: Mass = attrs.field(validator=is_a(Mass))
    years: Decimal = attrs.field(converter=_years)
    disposed: Mass = attrs.field(validator=is_a(Mass))
    rates: LeakRates = attrs.field(validator=is_a(LeakRates))
    source: Source = attrs.field(validator=is_a(Source))
    activity: str = attrs.field(default="refrigerant", validator=is_name)
    category: Category | None = attrs.field(default=None, validator=attrs.validators.optional(is_a(Category)))
    file: str = attrs.field(default="", eq=False, repr=False)
    row: int | None = attrs.field(default=None, eq=False, repr=False)

    @property
    def lost(self) -> Mass:
        """What escaped of the refrigerant."""
        installed, used, disposed = self._stages()
        return installed + used + disposed

    def calculation(self, counted: CountedGases) -> Calculation:
        """
        Say what was emitted, gas by gas.

        Args:
            counted: Which gases count.

        Returns:
            The calculation, to stand in an inventory.
        """
        rates = self.rates
        written = (
            f"{self.installed} × {plain(rates.installation)} %",
            f"{self.in_use} × {plain(rates.operation)} % per year × {plain(self.years)} years",
            f"{self.disposed} × {plain(rates.remaining)} % × (100 % - {plain(rates.recovered)} %)",
        )
        stages = [
            Explanation(f"lost in {stage}", str(mass), how, rates.source)
            for stage, mass, how in zip(
                ("installation", "use", "disposal"), self._stages(), written, strict=True
            )
        ]
        charges = Explanation("charges", f"{self.in_use} in use", source=self.source)
        lost = self.lost
        how = "installation + use + disposal"
        value = f"{lost} {self.refrigerant.name}"
        life = Explanation("loss over the life", value, how, _IPCC, [*stages, charges])
        return _calculation(self, lost, counted, life)

    def _stages(self) -> tuple[Mass, Mass, Mass]:
        rates = self.rates
        escapes = multiply(_share(rates.remaining), subtract(Decimal(1), _share(rates.recovered)))
        return (
            self.installed * _share(rates.installation),
            self.in_use * multiply(_share(rates.operation), self.years),
            self.disposed * escapes,
        )


def _share(percent: Decimal) -> Decimal:
    return multiply(percent, _PERCENT)


def _calculation(
    what: RefrigerantStock | RefrigerantLife, lost: Mass, counted: CountedGases, how: Explanation
) -> Calculation:
    amounts = what.refrigerant.amounts(lost, counted)
    told = f"{lost} × share of mass, {counted}"
    left_out = what.refrigerant.uncounted(counted)
    if left_out:
        told += f"; not counted: {', '.join(left_out)}"
    working = Explanation(
        "refrigerant lost",
        ", ".join(map(str, amounts)) or "nothing that counts",
        told,
        parts=(how, what.refrigerant.explain()),
    )
    return Calculation(
        what.id,
        what.facility,
        what.activity,
        what.place,
        what.period,
        what.scope,
        amounts,
        working,
        category=what.category,
        file=what.file,
        row=what.row,
    )

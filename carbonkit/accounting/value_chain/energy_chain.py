"""
Fuel- and energy-related activities that are in neither scope 1 nor scope 2: category 3.

Four parts: what stands before bought fuels (A), before bought electricity (B), what the
network loses on the way to the reporter (C), and for those who sell power on, all of it
(D). The burning of a fuel and the generation of electricity stand in scopes 1 and 2
already; a factor that would count them again is refused.
"""

from __future__ import annotations

import enum
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.rate import Rate
from carbonkit.accounting.scope import Category
from carbonkit.accounting.value_chain._fraction import written
from carbonkit.accounting.value_chain.applied import chosen
from carbonkit.accounting.value_chain.data_kind import DataKind
from carbonkit.accounting.value_chain.derived_quantity import DerivedQuantity, Measured, derived, explained
from carbonkit.accounting.value_chain.emission import Emission
from carbonkit.accounting.value_chain.entry import Entry, of_emission
from carbonkit.accounting.value_chain.item import Item
from carbonkit.accounting.value_chain.method import Method
from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Exact, exact, multiply, plain, subtract
from carbonkit.values.quantity import quantity
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period

if TYPE_CHECKING:
    from carbonkit.accounting.catalogue import Choice
    from carbonkit.accounting.line import Conversion

__all__ = [
    "Loss",
    "LossBasis",
    "lost",
    "network_losses",
    "power_sold",
    "purchased_electricity",
    "purchased_fuel",
    "upstream_factor",
]

_CATEGORY: Final = Category.FUEL_AND_ENERGY_RELATED


class LossBasis(enum.Enum):
    """
    What a rate of network losses is a part of; the two differ, and publishers mean either.

    Example:
        >>> str(LossBasis("delivered"))
        'of what is delivered'
    """

    DELIVERED = "delivered"
    """Of the electricity that reaches its users: lost = used × rate."""
    GENERATED = "generated"
    """Of the electricity that is fed in: lost = used × rate ÷ (1 - rate)."""

    def __str__(self) -> str:
        """Write it out."""
        return f"of what is {self.value}"


def _rate(value: Exact) -> Decimal:
    number = exact(value, field="loss rate")
    if not 0 <= number < 1:
        hint = "write 0.08 for 8 %" if number >= 1 else ""
        raise InvalidValueError("be from 0 to below 1", was=plain(number), field="loss rate", hint=hint)
    return number


@attrs.frozen
class Loss:
    """
    How much electricity a network loses.

    Args:
        rate: The part of 1: "0.08" is 8 %.
        of: What it is a part of.
        source: Who publishes it.

    Raises:
        InexactNumberError: If `rate` is a float, a bool, NaN or infinite.
        InvalidValueError: If it is negative, or 1 or more.

    Example:
        >>> print(Loss("0.08", LossBasis.GENERATED, Source("Grid operator", "Yearly report", 2025)))
        0.08 of what is generated
    """

    rate: Decimal = attrs.field(converter=_rate)
    of: LossBasis = attrs.field(validator=is_a(LossBasis))
    source: Source = attrs.field(validator=is_a(Source))

    def __str__(self) -> str:
        """Write rate and basis."""
        return f"{plain(self.rate)} {self.of}"


def upstream_factor(life_cycle: Factor, direct: Factor, *, although: str = "") -> Factor:
    """
    Take the direct emissions off a life-cycle factor, to have what is upstream alone.

    Biogenic CO2 is taken off too, and goes on standing apart.

    Args:
        life_cycle: The factor of the whole life cycle.
        direct: The factor of the burning or the generation, of the same activity and place, and of the
            same gases on the same basis.
        although: Why the two belong together although activity or place differ, such as two names of one
            fuel; it stands in the note of the source. Without it they must be the same.

    Returns:
        A factor of what is upstream, marked as derived, valid when both are.

    Raises:
        IncompatibleUnitsError: If the two are per things that do not convert.
        InexactConversionError: If they are per units that do not convert exactly.
        InvalidValueError: If activity or place differ and no reason is given, they say that they are of
            other stages, are of different gases, bases, scope 2 methods or calorific values, do not overlap
            in time, or the direct one is the larger.
        WrongTypeError: If a value has another type.

    Example:
        >>> from carbonkit.values import Place
        >>> hub, year = Source("Institute", "Fuels", 2025), Period.year(2025)
        >>> whole = Factor("diesel, all", "2025", "diesel", Place("DE"), year, "L",
        ...                [Rate("CO2", "3.25", "kg")], hub, coverage=Coverage.LIFE_CYCLE)
        >>> burnt = Factor("diesel", "2025", "diesel", Place("DE"), year, "L", [Rate("CO2", "2.65", "kg")],
        ...                hub, coverage=Coverage.DIRECT)
        >>> print(upstream_factor(whole, burnt))
        diesel, all, upstream (2025): 0.60 kg CO2 per L
    """
    _belong_together(life_cycle, direct, although)
    per = quantity(1, life_cycle.per).to(direct.per).number
    taken = {(rate.gas, rate.basis, rate.origin): rate for rate in direct.rates}
    if {(rate.gas, rate.basis, rate.origin) for rate in life_cycle.rates} != set(taken):
        was = f"{', '.join(map(str, life_cycle.rates))} and {', '.join(map(str, direct.rates))}"
        raise InvalidValueError("give the same gases on the same basis", was=was, field="factors")
    rates = []
    for rate in life_cycle.rates:
        other = taken[(rate.gas, rate.basis, rate.origin)]
        number = quantity(multiply(other.number, per), other.unit).to(rate.unit).number
        rest = subtract(rate.number, number)
        if rest < 0:
            was = f"{plain(number)} {rate.unit} of {plain(rate.number)} {rate.unit}"
            raise InvalidValueError("be at most that of the life cycle", was=was, field=f"direct {rate.gas}")
        rates.append(Rate(rate.gas, rest, rate.unit, basis=rate.basis, origin=rate.origin))
    ends = [each for each in (life_cycle.valid.end, direct.valid.end) if each is not None]
    valid = Period(max(life_cycle.valid.start, direct.valid.start), min(ends) if ends else None)
    first = life_cycle.source
    other_source = f"{direct.source.publisher}, {direct.source.title}"
    note = f"{life_cycle.id} ({first.title}) minus {direct.id} ({other_source})"
    if although:
        note += f", of {direct.activity} at {direct.place}: {although}"
    return Factor(
        f"{life_cycle.id}, upstream",
        life_cycle.edition,
        life_cycle.activity,
        life_cycle.place,
        valid,
        life_cycle.per,
        rates,
        attrs.evolve(first, status=Status.DERIVED, note=note),
        calorific=life_cycle.calorific,
        coverage=Coverage.UPSTREAM,
    )


def _belong_together(life_cycle: Factor, direct: Factor, although: str) -> None:
    for value, field in ((life_cycle, "life_cycle"), (direct, "direct")):
        check_type(value, Factor, field=field)
    check_type(although, str, field="although")
    for factor, wanted in ((life_cycle, Coverage.LIFE_CYCLE), (direct, Coverage.DIRECT)):
        _covers(factor.coverage, wanted, factor.id)
    if (life_cycle.activity, life_cycle.place) != (direct.activity, direct.place) and not although.strip():
        hint = "if they belong together all the same, say why: although=…"
        was = " and ".join(f"{each.activity} at {each.place}" for each in (life_cycle, direct))
        raise InvalidValueError("be of one activity and place", was=was, field="factors", hint=hint)
    if life_cycle.calorific is not direct.calorific:
        was = f"{life_cycle.calorific} and {direct.calorific}"
        raise InvalidValueError("have one calorific basis", was=was, field="factors")
    if len({life_cycle.method, direct.method} - {None}) > 1:
        was = f"{life_cycle.method} and {direct.method}"
        raise InvalidValueError("be of one scope 2 method", was=was, field="factors")
    if not life_cycle.valid.overlaps(direct.valid):
        was = f"{life_cycle.valid} and {direct.valid}"
        raise InvalidValueError("overlap in time", was=was, field="factors")


def purchased_fuel(item: Item, emission: Emission, *, conversion: Conversion | None = None) -> Entry:
    """
    Count what stands before a bought fuel: extraction, refining, transport (part A).

    Args:
        item: The fuel.
        emission: The fuel bought times a factor of what is upstream; see `upstream_factor`.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry; supplier-specific if all is primary data, else from averages.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the figure does not say that it is upstream alone; burning is scope 1.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Place, Volume
        >>> well = Factor("diesel, well to tank", "2025", "diesel", Place("DE"), Period.year(2025), "L",
        ...               [Rate("CO2", "0.6", "kg")], Source("Institute", "Fuels", 2025),
        ...               coverage=Coverage.UPSTREAM)
        >>> bought = Emission.of(Volume("500", "L"), well, data=DataKind.SECONDARY)
        >>> entry = purchased_fuel(Item("1", "fleet", "diesel", Place("DE"), Period.year(2025)), bought)
        >>> print(entry.record.amounts[0], entry.method, sep=", ")
        300 kg CO2, average-data method
    """
    check_type(emission, Emission, field="emission")
    _covers(emission.coverage, Coverage.UPSTREAM, emission.what)
    return of_emission(item, emission, category=_CATEGORY, method=_method(emission), conversion=conversion)


def purchased_electricity(item: Item, emission: Emission, *, conversion: Conversion | None = None) -> Entry:
    """
    Count what stands before bought electricity, steam, heat or cooling (part B).

    Args:
        item: The energy.
        emission: The energy bought times a factor of what is upstream of its generation.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry; supplier-specific if all is primary data, else from averages.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the figure does not say that it is upstream alone; generation is scope 2.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Energy, Place
        >>> grid = Factor("grid, whole", "2025", "electricity", Place("DE"), Period.year(2025), "MWh",
        ...               [Rate("CO2", "0.5", "t")], Source("Institute", "Grids", 2025),
        ...               coverage=Coverage.LIFE_CYCLE)
        >>> used = Emission.of(Energy("100", "MWh"), grid, data=DataKind.SECONDARY)
        >>> purchased_electricity(Item("1", "HQ", "electricity", Place("DE"), Period.year(2025)), used)
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: electricity: must be of coverage upstream, was life cycle; \
scopes 1 and 2 hold the rest already; see upstream_factor
    """
    check_type(emission, Emission, field="emission")
    _covers(emission.coverage, Coverage.UPSTREAM, emission.what)
    return of_emission(item, emission, category=_CATEGORY, method=_method(emission), conversion=conversion)


def lost(used: Measured, loss: Loss) -> DerivedQuantity:
    """
    Work out how much the network loses on the way to the reporter.

    Args:
        used: The electricity that the reporter used.
        loss: How much the network loses.

    Returns:
        What was lost for it.

    Raises:
        WrongTypeError: If a value has another type.

    Example:
        >>> from carbonkit.values import Energy
        >>> tenth = Loss("0.1", LossBasis.GENERATED, Source("Operator", "Report", 2025))
        >>> print(lost(Energy("90", "MWh"), tenth))
        10 MWh
    """
    check_type(loss, Loss, field="loss")
    before = derived("electricity used", used)
    rate = Fraction(loss.rate)
    part = rate if loss.of is LossBasis.DELIVERED else rate / (1 - rate)
    number = before.number * part
    how = f"{before} × {written(part)}, {loss}"
    working = Explanation(
        "lost in networks", f"{written(number)} {before.unit}", how, loss.source, explained(used)
    )
    return DerivedQuantity(number, before.unit, working)


def network_losses(
    item: Item,
    used: Measured,
    loss: Loss,
    factor: Factor | Choice,
    *,
    data: DataKind,
    conversion: Conversion | None = None,
) -> Entry:
    """
    Count what was generated for the reporter and lost in networks (part C).

    Args:
        item: The electricity.
        used: The electricity that the reporter used.
        loss: How much the network loses.
        factor: The life-cycle factor of the grid: what is lost was generated, and its fuel got, all for this.
        data: What it rests on.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry; supplier-specific if it is primary data, else from averages.

    Raises:
        IncompatibleUnitsError: If the quantity does not convert to the factor's unit.
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the factor does not say that it is of the life cycle.
        UnknownFactorError: If the factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Energy, Place
        >>> grid = Factor("grid", "2025", "electricity", Place("DE"), Period.year(2025), "kWh",
        ...               [Rate("CO2", "0.8", "kg")], Source("Institute", "Grids", 2025),
        ...               coverage=Coverage.LIFE_CYCLE)
        >>> loss = Loss("0.1", LossBasis.DELIVERED, Source("Operator", "Report", 2025))
        >>> entry = network_losses(Item("1", "HQ", "electricity", Place("DE"), Period.year(2025)),
        ...                        Energy("500000", "kWh"), loss, grid, data=DataKind.SECONDARY)
        >>> print(entry.record.amounts[0])
        40000 kg CO2
    """
    check_type(item, Item, field="item")
    found = chosen(factor)
    _covers(found.coverage, Coverage.LIFE_CYCLE, found.id)
    emission = Emission.of(lost(used, loss), factor, data=data, what=item.activity)
    return of_emission(item, emission, category=_CATEGORY, method=_method(emission), conversion=conversion)


def power_sold(item: Item, emission: Emission, *, conversion: Conversion | None = None) -> Entry:
    """
    Count the generation of power that was bought to be sold on, with all before it (part D).

    Args:
        item: The power.
        emission: The power sold times a life-cycle factor, or what its generators state for it.
        conversion: How a number is rounded whose digits never end.

    Returns:
        The entry; supplier-specific if all is primary data, else from averages.

    Raises:
        InexactConversionError: If a number's digits never end and no rounding is named.
        InvalidValueError: If the figure does not say that it is of the life cycle.
        UnknownFactorError: If a factor does not hold in the item's period or at its place.

    Example:
        >>> from carbonkit.accounting.value_chain import Item
        >>> from carbonkit.values import Energy, Place
        >>> grid = Factor("grid", "2025", "electricity", Place("DE"), Period.year(2025), "MWh",
        ...               [Rate("CO2", "0.5", "t")], Source("Institute", "Grids", 2025),
        ...               coverage=Coverage.LIFE_CYCLE)
        >>> sold = Emission.of(Energy("200", "MWh"), grid, data=DataKind.SECONDARY)
        >>> print(*power_sold(Item("1", "trade", "electricity", Place("DE"), Period.year(2025)),
        ...                   sold).record.amounts)
        100 t CO2
    """
    check_type(emission, Emission, field="emission")
    _covers(emission.coverage, Coverage.LIFE_CYCLE, emission.what)
    return of_emission(item, emission, category=_CATEGORY, method=_method(emission), conversion=conversion)


def _covers(coverage: Coverage | None, wanted: Coverage, what: str) -> None:
    if coverage is not wanted:
        hint = "say the coverage where the figure is made"
        if coverage is not None and wanted is Coverage.UPSTREAM:
            hint = "scopes 1 and 2 hold the rest already; see upstream_factor"
        elif coverage is not None:
            hint = "a part of the life cycle would be missing"
        was = str(coverage) if coverage is not None else "not said"
        raise InvalidValueError(f"be of coverage {wanted}", was=was, field=what, hint=hint)


def _method(emission: Emission) -> Method:
    return Method.SUPPLIER_SPECIFIC if emission.data == {DataKind.PRIMARY} else Method.AVERAGE

"""
Statements: an inventory weighed in CO2e under a named GWP set.

A statement is a view: the inventory keeps gases, and a second statement under
another set takes nothing from the first. Its figures are exact; a breakdown is
rounded once, for disclosure.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from carbonkit.accounting.breakdown import Breakdown
from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.gwp import CO2E, GwpSet
from carbonkit.accounting.line import Line, explained_conversion
from carbonkit.accounting.lines import Lines
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.rate import Amount
from carbonkit.accounting.scope import Category, Scope, Scope2Method
from carbonkit.errors import FixedBasisError, UnknownGasError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import add, multiply, total, totals
from carbonkit.values.quantity import CO2e, Mass, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from carbonkit.accounting.activity import Activity
    from carbonkit.accounting.factor import Factor
    from carbonkit.accounting.rate import Rate

__all__ = ["Statement", "StatementLine"]

_UNIT: Final = "tCO2e"  # units of CO2e are powers of ten apart, so this one is always exact


@attrs.frozen
class StatementLine:
    """
    One line of an inventory, weighed.

    Args:
        line: The activity with its factor and masses.
        gwp: The GWP set that weighed them.
        parts: The CO2e of each gas; of the stated CO2e where no gases are known. [tCO2e]

    Example:
        >>> from carbonkit.accounting import Activity, Catalogue, Factor, Rate, Scope, account, gwp_set
        >>> from carbonkit.values import Energy, Period, Place, Source
        >>> year, place = Period.year(2025), Place("US")
        >>> hub = Source("US EPA", "GHG Emission Factors Hub", 2025, table="Table 1")
        >>> factor = Factor("gas", "2025", "natural gas", place, year, "MMBtu",
        ...                 (Rate("CH4", "1.0", "g"),), hub)
        >>> bill = Activity("1", "7", "natural gas", Energy("2", "MMBtu"), place, year, Scope.ONE)
        >>> line = account([bill], Catalogue([factor])).co2e(gwp_set("AR5")).lines[0]
        >>> print(line.explain().text())
        CO2e of activity 1 under AR5: 0.0000560 tCO2e = sum over gases
          CO2e of CH4: 0.0000560 tCO2e = 2 MMBtu × 1.0 g CH4 per MMBtu × global warming potential
            global warming potential of CH4: 28 kgCO2e per kg
              source: Open Climate Data (J. Gütschow, R. Gieseke), globalwarmingpotentials 0.13.2, 2026, ...
          emitted by activity 1: 2.0 g CH4 = 2 MMBtu × factor
            activity 1: 2 MMBtu = natural gas at US, [2025-01-01, 2026-01-01), facility 7, scope 1
            factor gas (2025): 1.0 g CH4 per MMBtu = natural gas at US, valid [2025-01-01, 2026-01-01)
              source: US EPA, GHG Emission Factors Hub, 2025, Table 1 [confirmed]
    """

    line: Line
    gwp: GwpSet
    parts: tuple[tuple[str, CO2e], ...]

    @property
    def co2e(self) -> CO2e:
        """The line's sum over its gases."""
        return CO2e(total(amount.number for _, amount in self.parts), _UNIT)

    def explain(self) -> Explanation:
        """
        Say how the figure came about, down to the row, the factor's source and the GWP set's.

        Returns:
            The figure with its weights and its masses.
        """
        weights = _explained_weights(self.line.factor, self.line.quantity, self.gwp)
        return Explanation(
            f"CO2e of activity {self.line.activity.id} under {self.gwp.id}",
            str(self.co2e),
            "sum over gases",
            parts=(*weights, self.line.explain()),
        )


_Weights: TypeAlias = "tuple[tuple[str, Decimal], ...]"  # tonnes of CO2e for one unit of activity, by gas
_Parts: TypeAlias = "tuple[tuple[str, Decimal], ...]"  # tonnes of CO2e of one calculation, by gas
Label: TypeAlias = "Callable[[Activity | Calculation], str]"

_NO_CATEGORY: Final = "no category"
_ZERO: Final = Decimal(0)


def _lines(value: Iterable[Line]) -> Lines:
    return Lines.of(value)


def _all_weights(statement: Statement) -> dict[int, _Weights]:
    check_type(statement.gwp, GwpSet, field="gwp")  # before it weighs, and so before the validators
    weighing = _Weighing(statement.gwp)
    return {place: weighing.of(factor) for place, factor in statement.entries.used.items()}


def _all_calculated(statement: Statement) -> tuple[_Parts, ...]:
    return tuple(_calculated(each, statement.gwp) for each in statement.calculations)


def _calculated(calculation: Calculation, gwp: GwpSet) -> _Parts:
    try:
        return tuple((_label(each), _weight(each, gwp)) for each in calculation.amounts if not each.apart)
    except (UnknownGasError, FixedBasisError) as error:
        raise error.at(file=calculation.file, row=calculation.row) from None


@attrs.frozen
class Statement:
    """
    The CO2e of an inventory under one GWP set and one scope 2 method; made by `Inventory.co2e`.

    Args:
        gwp: The GWP set that weighs the gases.
        scope_2: The method by which purchased energy is counted; None where there is none.
        entries: The inventory's lines that are counted.
        calculations: Its calculations that are counted.

    Raises:
        UnknownGasError: If the set does not hold a gas.
        FixedBasisError: If a factor gives only CO2e, on another basis than this set.

    Example:
        >>> from carbonkit.accounting import Activity, Catalogue, Factor, Rate, Scope, account, gwp_set
        >>> from carbonkit.values import Energy, Period, Place, Rounding, Source
        >>> year, place = Period.year(2025), Place("US")
        >>> hub = Source("US EPA", "GHG Emission Factors Hub", 2025, table="Table 1")
        >>> factor = Factor("gas", "2025", "natural gas", place, year, "MMBtu",
        ...                 (Rate("CO2", "53.06", "kg"), Rate("CH4", "1.0", "g")), hub)
        >>> bills = [Activity(site, site, "natural gas", Energy(much, "MMBtu"), place, year, Scope.ONE)
        ...          for site, much in (("north", "2000"), ("south", "1001"))]
        >>> statement = account(bills, Catalogue([factor])).co2e(gwp_set("AR5"))
        >>> for label, amount in statement.by_facility().rounded(1, Rounding.HALF_UP).parts:
        ...     print(label, amount)
        north 106.2 tCO2e
        south 53.1 tCO2e
        >>> print(statement.only(facility="south").total)
        53.1410880 tCO2e
        >>> print(statement.explain().parts[0].parts[0].how)
        3001 MMBtu in 2 lines × factor × global warming potentials
    """

    gwp: GwpSet = attrs.field(validator=is_a(GwpSet))
    scope_2: Scope2Method | None = attrs.field(validator=attrs.validators.optional(is_a(Scope2Method)))
    entries: Lines = attrs.field(converter=_lines)
    calculations: tuple[Calculation, ...] = ()
    _weights: dict[int, _Weights] = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_all_weights, takes_self=True)
    )
    _calculated: tuple[_Parts, ...] = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_all_calculated, takes_self=True)
    )

    @property
    def lines(self) -> tuple[StatementLine, ...]:
        """Each line of the inventory, weighed; made when asked for."""
        chosen = zip(self.entries, self.entries.chosen, strict=True)
        return tuple(self._weighed(line, self._weights[factor]) for line, factor in chosen)

    @property
    def total(self) -> CO2e:
        """The sum of all, in tCO2e; biogenic CO2 is not in it."""
        of_lines = (self._weight(factor, number) for factor, number in self._by_factor.items())
        calculated = (number for parts in self._calculated for _, number in parts)
        return CO2e(total(chain(of_lines, calculated)), _UNIT)

    @property
    def biogenic_co2(self) -> Mass:
        """The carbon dioxide of biogenic origin, in tonnes, which stands apart from all scopes."""
        of_lines = (amount for line in self.entries for amount in line.amounts)
        calculated = (amount for each in self.calculations for amount in each.amounts)
        apart = (Mass(amount.number, amount.unit) for amount in chain(of_lines, calculated) if amount.apart)
        return sum(apart, Mass(0, "kg")).to("t")

    def by_scope(self) -> Breakdown:
        """
        Break the total down by scope.

        Returns:
            The scopes that have lines, in their order.
        """
        found = self._by("scope", lambda it: str(it.scope))
        return Breakdown(found.by, sorted(found.parts))

    def by_facility(self) -> Breakdown:
        """
        Break the total down by facility.

        Returns:
            The facilities, in the order in which they first occur.
        """
        return self._by("facility", attrgetter("facility"))

    def by_activity(self) -> Breakdown:
        """
        Break the total down by the kind of activity.

        Returns:
            The kinds, in the order in which they first occur.
        """
        sums: dict[str, Decimal] = {}
        for factor, number in self._by_factor.items():  # a factor is for one kind of activity
            key = self.entries.factors[factor].activity
            sums[key] = add(sums.get(key, _ZERO), self._weight(factor, number))
        return Breakdown("activity", _parts(self._with_calculations(sums, attrgetter("activity"))))

    def by_category(self) -> Breakdown:
        """
        Break scope 3 down by category; the other scopes are not in it.

        Returns:
            The categories that have lines, in their order; what has none last.
        """
        third = self.only(scope=Scope.THREE)
        found = third._by("category", lambda it: str(it.category or _NO_CATEGORY))  # noqa: SLF001  its own kind
        order = [*map(str, Category), _NO_CATEGORY]
        return Breakdown(found.by, sorted(found.parts, key=lambda part: order.index(part[0])))

    def by_gas(self) -> Breakdown:
        """
        Break the total down by gas.

        Returns:
            The gases, in the order in which they first occur; stated CO2e apart, with its basis.
        """
        sums: dict[str, Decimal] = {}
        for factor, quantity in self._by_factor.items():
            for gas, weight in self._weights[factor]:
                sums[gas] = add(sums.get(gas, _ZERO), multiply(quantity, weight))
        for parts in self._calculated:
            for gas, amount in parts:
                sums[gas] = add(sums.get(gas, _ZERO), amount)
        return Breakdown("gas", _parts(sums))

    def only(
        self, *, scope: Scope | None = None, facility: str | None = None, activity: str | None = None
    ) -> Statement:
        """
        Keep the lines of one scope, facility or kind of activity.

        Args:
            scope: The scope to keep; None keeps all.
            facility: The facility to keep; None keeps all.
            activity: The kind of activity to keep; None keeps all.

        Returns:
            A statement of those lines, which explains itself.
        """

        def kept(it: Activity | Calculation) -> bool:
            return (
                (scope is None or it.scope is scope)
                and (facility is None or it.facility == facility)
                and (activity is None or it.activity == activity)
            )

        return attrs.evolve(
            self,
            entries=self.entries.kept(
                [place for place, activity in enumerate(self.entries.activities) if kept(activity)]
            ),
            calculations=tuple(each for each in self.calculations if kept(each)),
        )

    def explain(self) -> Explanation:
        """
        Say how the total came about: by scope, then by factor, down to the sources.

        Lines of one factor are explained by the sum of their quantities; each line
        explains itself alone.

        Returns:
            The total with its parts.
        """
        groups: dict[str, dict[int, list[Line]]] = {}
        for line in self.entries:
            factors = groups.setdefault(str(line.activity.scope), {})
            factors.setdefault(id(line.factor), []).append(line)
        calculated: dict[str, list[Explanation]] = {}
        for each, parts in zip(self.calculations, self._calculated, strict=True):
            of_scope = calculated.setdefault(str(each.scope), [])
            of_scope.append(_explained_calculation(each, parts, self.gwp))
        totals = self._sums(lambda it: str(it.scope))
        scopes = tuple(
            Explanation(
                scope,
                str(CO2e(totals[scope], _UNIT)),
                "sum over factors" if scope not in calculated else "sum over factors and calculations",
                parts=(
                    *(_explained_group(lines, self.gwp) for lines in groups.get(scope, {}).values()),
                    *calculated.get(scope, ()),
                ),
            )
            for scope in sorted(totals)
        )
        under = self.gwp.id + (f", {self.scope_2}" if self.scope_2 is not None else "")
        return Explanation(f"CO2e under {under}", str(self.total), "sum over scopes", parts=scopes)

    def _weighed(self, line: Line, weights: _Weights) -> StatementLine:
        number = line.quantity.number
        parts = tuple((gas, CO2e(multiply(number, weight), _UNIT)) for gas, weight in weights)
        return StatementLine(line, self.gwp, parts)

    @cached_property
    def _by_factor(self) -> dict[int, Decimal]:
        """The quantities of each factor, added up: the product with a weight is made once."""
        return totals(self.entries.chosen, self.entries.numbers)

    def _weight(self, factor: int, number: Decimal) -> Decimal:
        weights = self._weights[factor]
        if len(weights) == 1:
            return multiply(number, weights[0][1])
        return total(multiply(number, weight) for _, weight in weights)

    def _sums(self, label: Label) -> dict[str, Decimal]:
        entries = self.entries
        keys = zip(map(label, entries.activities), entries.chosen, strict=True)
        sums: dict[str, Decimal] = {}
        for (key, factor), number in totals(keys, entries.numbers).items():
            sums[key] = add(sums.get(key, _ZERO), self._weight(factor, number))
        return self._with_calculations(sums, label)

    def _with_calculations(self, sums: dict[str, Decimal], label: Label) -> dict[str, Decimal]:
        for each, parts in zip(self.calculations, self._calculated, strict=True):
            key = label(each)
            sums[key] = add(sums.get(key, _ZERO), total(number for _, number in parts))
        return sums

    def _by(self, what: str, label: Label) -> Breakdown:
        return Breakdown(what, _parts(self._sums(label)))


def _parts(sums: dict[str, Decimal]) -> list[tuple[str, CO2e]]:
    return [(key, CO2e(number, _UNIT)) for key, number in sums.items()]


@attrs.frozen
class _Weighing:
    """Weighs factors under one set, and remembers what one unit of a gas weighs."""

    gwp: GwpSet
    _ones: dict[tuple[str, str, str, Origin | None], tuple[str, Decimal]] = attrs.field(
        init=False, factory=dict
    )

    def of(self, factor: Factor) -> _Weights:
        """Weigh a factor's rates: tonnes of CO2e for one unit of activity; what is apart has no weight."""
        made = []
        for rate in factor.rates:
            key = (rate.gas, rate.unit, rate.basis, rate.origin)
            one = self._ones.get(key)
            if one is None:
                if rate.apart:
                    continue
                try:
                    one = self._ones[key] = (_label(rate), self._one(rate))
                except (UnknownGasError, FixedBasisError) as error:
                    raise error.at(file=factor.file, row=factor.row) from None
            made.append((one[0], multiply(rate.number, one[1])))
        return tuple(made)

    def _one(self, rate: Rate) -> Decimal:
        return _weight(Amount(rate.gas, 1, rate.unit, basis=rate.basis, origin=rate.origin), self.gwp)


def _weights(factor: Factor, gwp: GwpSet) -> _Weights:
    return _Weighing(gwp).of(factor)


def _weight(rate: Rate | Amount, gwp: GwpSet) -> Decimal:
    if rate.weighed:
        gwp.check_basis(rate.basis)
        return CO2e(rate.number, rate.unit).to(_UNIT).number
    return gwp.weigh(rate.gas, Mass(rate.number, rate.unit), origin=rate.origin).number


def _label(rate: Rate | Amount) -> str:
    return f"{CO2E} (basis: {rate.basis})" if rate.gas == CO2E else rate.gas


def _explained_weights(factor: Factor, quantity: Quantity, gwp: GwpSet) -> tuple[Explanation, ...]:
    made = []
    counted = [rate for rate in factor.rates if not rate.apart]
    for rate, (label, weight) in zip(counted, _weights(factor, gwp), strict=True):
        amount = CO2e(multiply(quantity.number, weight), _UNIT)
        how = f"{quantity} × {rate} per {factor.per}"
        if rate.weighed:
            what = f"{CO2E} as published" if rate.gas == CO2E else f"{CO2E} of {label} as published"
            made.append(Explanation(what, str(amount), f"{how}, never re-expressed"))
        else:
            potential = gwp.potential(rate.gas, origin=rate.origin).explain()
            made.append(
                Explanation(
                    f"{CO2E} of {label}", str(amount), f"{how} × global warming potential", parts=(potential,)
                )
            )
    return tuple(made)


def _explained_group(lines: list[Line], gwp: GwpSet) -> Explanation:
    factor = lines[0].factor
    count = f"{len(lines)} line{'' if len(lines) == 1 else 's'}"
    quantity = _summed(line.quantity for line in lines)
    weights = _explained_weights(factor, quantity, gwp)
    how = f"{quantity} in {count} × factor"
    if not factor.weighed:
        how += " × global warming potentials"
    steps = Counter(str(line.step) for line in lines if line.step is not None)
    if steps:
        said = (step if many == len(lines) else f"{many} by: {step}" for step, many in steps.items())
        how += f" ({'; '.join(said)})"
    amount = total(multiply(quantity.number, weight) for _, weight in _weights(factor, gwp))
    return Explanation(
        f"{factor.activity} at {factor.place}",
        str(CO2e(amount, _UNIT)),
        how,
        parts=(*weights, *_explained_conversions(lines), factor.explain()),
    )


def _explained_calculation(calculation: Calculation, parts: _Parts, gwp: GwpSet) -> Explanation:
    counted = [amount for amount in calculation.amounts if not amount.apart]
    weights = [
        Explanation(
            f"{CO2E} of {gas}",
            str(CO2e(number, _UNIT)),
            f"{amount} × global warming potential",
            parts=(gwp.potential(amount.gas, origin=amount.origin).explain(),),
        )
        for amount, (gas, number) in zip(counted, parts, strict=True)
        if not amount.weighed
    ]
    return Explanation(
        f"{calculation.activity}, {calculation.id}",
        str(CO2e(total(number for _, number in parts), _UNIT)),
        "sum over gases",
        parts=(*weights, calculation.explain()),
    )


def _explained_conversions(lines: list[Line]) -> list[Explanation]:
    by_path: dict[object, list[Line]] = {}
    for line in lines:
        if line.activity.quantity.unit != line.factor.per:
            by_path.setdefault((line.activity.quantity.unit, line.conversion), []).append(line)
    return [
        explained_conversion(
            _summed(line.activity.quantity for line in some),
            _summed(line.quantity for line in some),
            conversion=some[0].conversion,
            lines=len(some),
        )
        for some in by_path.values()
    ]


def _summed(quantities: Iterable[Quantity]) -> Quantity:
    """Add up quantities of one unit."""
    known = list(quantities)
    return type(known[0])(total(each.number for each in known), known[0].unit)

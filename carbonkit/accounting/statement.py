"""
Statements: an inventory weighed in CO2e under a named GWP set.

A statement is a view: the inventory keeps gases, and a second statement under
another set takes nothing from the first. Its figures are exact; a breakdown is
rounded once, for disclosure.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting.breakdown import Breakdown
from carbonkit.accounting.gwp import CO2E, GwpSet
from carbonkit.accounting.line import Line, explained_conversion
from carbonkit.accounting.scope import Scope2Method
from carbonkit.errors import FixedBasisError, UnknownGasError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.number import add, multiply, total
from carbonkit.values.quantity import CO2e, Mass, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from carbonkit.accounting.factor import Factor, Rate
    from carbonkit.accounting.scope import Scope

__all__ = ["Statement", "StatementLine", "weighed"]

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


def weighed(lines: Iterable[Line], gwp: GwpSet) -> tuple[StatementLine, ...]:
    """
    Weigh lines under a GWP set.

    Args:
        lines: The lines.
        gwp: The set.

    Returns:
        The same lines, weighed.

    Raises:
        UnknownGasError: If the set does not hold a gas.
        FixedBasisError: If a factor gives only CO2e, on another basis.

    Example:
        >>> weighed((), GwpSet("AR5", ()))
        ()
    """
    weights: dict[int, tuple[tuple[str, Decimal], ...]] = {}  # by the factor's identity in memory
    made: list[StatementLine] = []
    for line in lines:
        weight = weights.get(id(line.factor))
        if weight is None:
            weight = weights[id(line.factor)] = _weights(line.factor, gwp)
        number = line.quantity.number
        parts = tuple((label, CO2e(multiply(number, each), _UNIT)) for label, each in weight)
        made.append(StatementLine(line, gwp, parts))
    return tuple(made)


@attrs.frozen
class Statement:
    """
    The CO2e of an inventory under one GWP set and one scope 2 method; made by `Inventory.co2e`.

    Args:
        gwp: The GWP set that weighs the gases.
        scope_2: The method by which purchased energy is counted; None where there is none.
        lines: The weighed lines.

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
    lines: tuple[StatementLine, ...]

    @property
    def total(self) -> CO2e:
        """The sum of all lines, in tCO2e."""
        return CO2e(total(amount.number for line in self.lines for _, amount in line.parts), _UNIT)

    def by_scope(self) -> Breakdown:
        """
        Break the total down by scope.

        Returns:
            The scopes that have lines, in their order.
        """
        found = self._by("scope", lambda line: str(line.activity.scope))
        return Breakdown(found.by, sorted(found.parts))

    def by_facility(self) -> Breakdown:
        """
        Break the total down by facility.

        Returns:
            The facilities, in the order in which they first occur.
        """
        return self._by("facility", lambda line: line.activity.facility)

    def by_activity(self) -> Breakdown:
        """
        Break the total down by the kind of activity.

        Returns:
            The kinds, in the order in which they first occur.
        """
        return self._by("activity", lambda line: line.activity.activity)

    def by_gas(self) -> Breakdown:
        """
        Break the total down by gas.

        Returns:
            The gases, in the order in which they first occur; stated CO2e apart, with its basis.
        """
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            for gas, amount in line.parts:
                sums[gas] = add(sums.get(gas, Decimal(0)), amount.number)
        return Breakdown("gas", [(gas, CO2e(number, _UNIT)) for gas, number in sums.items()])

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
        kept = (
            line
            for line in self.lines
            if (scope is None or line.line.activity.scope is scope)
            and (facility is None or line.line.activity.facility == facility)
            and (activity is None or line.line.activity.activity == activity)
        )
        return attrs.evolve(self, lines=tuple(kept))

    def explain(self) -> Explanation:
        """
        Say how the total came about: by scope, then by factor, down to the sources.

        Lines of one factor are explained by the sum of their quantities; each line
        explains itself alone.

        Returns:
            The total with its parts.
        """
        groups: dict[str, dict[int, list[StatementLine]]] = {}
        for line in self.lines:
            factors = groups.setdefault(str(line.line.activity.scope), {})
            factors.setdefault(id(line.line.factor), []).append(line)
        scopes = tuple(
            Explanation(
                scope,
                str(_sum(line for lines in factors.values() for line in lines)),
                "sum over factors",
                parts=tuple(_explained_group(lines, self.gwp) for lines in factors.values()),
            )
            for scope, factors in sorted(groups.items())
        )
        under = self.gwp.id + (f", {self.scope_2}" if self.scope_2 is not None else "")
        return Explanation(f"CO2e under {under}", str(self.total), "sum over scopes", parts=scopes)

    def _by(self, what: str, label: Callable[[Line], str]) -> Breakdown:
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            key = label(line.line)
            for _, amount in line.parts:
                sums[key] = add(sums.get(key, Decimal(0)), amount.number)
        return Breakdown(what, [(key, CO2e(number, _UNIT)) for key, number in sums.items()])


def _weights(factor: Factor, gwp: GwpSet) -> tuple[tuple[str, Decimal], ...]:
    """Weigh a factor's rates: tonnes of CO2e for one unit of activity."""
    try:
        return tuple((_label(rate), _weight(rate, gwp)) for rate in factor.rates)
    except (UnknownGasError, FixedBasisError) as error:
        raise error.at(file=factor.file, row=factor.row) from None


def _weight(rate: Rate, gwp: GwpSet) -> Decimal:
    if rate.only_co2e:
        gwp.check_basis(rate.basis)
        return CO2e(rate.number, rate.unit).to(_UNIT).number
    return gwp.weigh(rate.gas, Mass(rate.number, rate.unit)).number


def _label(rate: Rate) -> str:
    return f"{CO2E} (basis: {rate.basis})" if rate.only_co2e else rate.gas


def _sum(lines: Iterable[StatementLine]) -> CO2e:
    return CO2e(total(amount.number for line in lines for _, amount in line.parts), _UNIT)


def _explained_weights(factor: Factor, quantity: Quantity, gwp: GwpSet) -> tuple[Explanation, ...]:
    made = []
    for rate, (label, weight) in zip(factor.rates, _weights(factor, gwp), strict=True):
        amount = CO2e(multiply(quantity.number, weight), _UNIT)
        how = f"{quantity} × {rate} per {factor.per}"
        if rate.only_co2e:
            made.append(Explanation(f"{CO2E} as published", str(amount), f"{how}, never re-expressed"))
        else:
            potential = gwp.potential(rate.gas).explain()
            made.append(
                Explanation(
                    f"{CO2E} of {label}", str(amount), f"{how} × global warming potential", parts=(potential,)
                )
            )
    return tuple(made)


def _explained_group(lines: list[StatementLine], gwp: GwpSet) -> Explanation:
    factor = lines[0].line.factor
    count = f"{len(lines)} line{'' if len(lines) == 1 else 's'}"
    quantity = _summed(line.line.quantity for line in lines)
    weights = _explained_weights(factor, quantity, gwp)
    how = f"{quantity} in {count} × factor"
    if not factor.rates[0].only_co2e:
        how += " × global warming potentials"
    return Explanation(
        f"{factor.activity} at {factor.place}",
        str(_sum(lines)),
        how,
        parts=(*weights, *_explained_conversions(lines), factor.explain()),
    )


def _explained_conversions(lines: list[StatementLine]) -> list[Explanation]:
    by_path: dict[object, list[Line]] = {}
    for each in lines:
        line = each.line
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

"""
Consolidation: the inventories of a group, each facility by the share that the reporting company counts.

`consolidate` finds the share of every row on the days of its period. Nothing is rounded: a third
of a facility stays a third. A group can also be taken together from its subsidiaries' own
consolidated inventories, with the same result.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.accounting._fraction import finite, fraction, percent, rounded
from carbonkit.accounting.boundary import Apportionment, Boundary, ConsolidatedShare
from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.consolidated_statement import ConsolidatedStatement
from carbonkit.accounting.inventory import Inventory
from carbonkit.accounting.line import Line
from carbonkit.accounting.rate import Amount
from carbonkit.errors import BatchError, CarbonkitError, InexactConversionError, InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Rounding, multiply
from carbonkit.values.quantity import CO2e, Mass
from carbonkit.values.time import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from carbonkit.accounting.activity import Activity
    from carbonkit.accounting.gwp import GwpSet
    from carbonkit.accounting.scope import Scope2Method
    from carbonkit.errors import Problem

__all__ = ["Consolidated", "consolidate"]

RowKey: TypeAlias = "tuple[str, str, Scope2Method | None]"
Row: TypeAlias = "Line | Calculation"


def _parts(
    value: Iterable[tuple[ConsolidatedShare, Inventory]],
) -> tuple[tuple[ConsolidatedShare, Inventory], ...]:
    parts = tuple(value)
    for share, inventory in parts:
        check_type(share, ConsolidatedShare, field="share")
        check_type(inventory, Inventory, field="inventory")
    return parts


@attrs.frozen(repr=False)
class Consolidated:
    """
    The inventories of a group, each part with its share; made by `consolidate`.

    Args:
        boundary: What the reporting company counts as its own.
        period: The reporting period, in which every row lies.
        parts: Each facility's rows with the share that is counted of them.

    Example:
        >>> from carbonkit.accounting.activity import Activity
        >>> from carbonkit.accounting.catalogue import Catalogue
        >>> from carbonkit.accounting.factor import Factor
        >>> from carbonkit.accounting.gwp import gwp_set
        >>> from carbonkit.accounting.assignment import account
        >>> from carbonkit.accounting.organisation import Organisation
        >>> from carbonkit.accounting.ownership import Facility, Ownership, Relationship
        >>> from carbonkit.accounting.rate import Rate
        >>> from carbonkit.accounting.scope import Scope
        >>> from carbonkit.accounting.treatment import ConsolidationApproach
        >>> from carbonkit.values import Energy, Place, Source
        >>> year, place, always = Period.year(2025), Place("US"), Period("2020-01-01", None)
        >>> group = Organisation(
        ...     ["A", "B"], [Ownership("A", "B", "1/3", Relationship.JOINT_VENTURE, always, operated=True)],
        ...     [Facility("7", "B", always, operator="B")])
        >>> factor = Factor("gas", "2025", "natural gas", place, year, "GJ", [Rate("CO2", "50", "kg")],
        ...                 Source("A", "Laboratory report", 2025))
        >>> bill = Activity("1", "7", "natural gas", Energy("100", "GJ"), place, year, Scope.ONE)
        >>> inventory = account([bill], Catalogue([factor]))
        >>> boundary = Boundary(group, "A", ConsolidationApproach.EQUITY_SHARE)
        >>> found = consolidate(boundary, [inventory], period=year)
        >>> found.masses()
        (('CO2', Fraction(5, 3)),)
        >>> print(found.co2e(gwp_set("AR5")).by_entity().rounded(2, Rounding.HALF_UP).amount("B"))
        1.67 tCO2e
    """

    boundary: Boundary = attrs.field(validator=is_a(Boundary))
    period: Period = attrs.field(validator=is_a(Period))
    parts: tuple[tuple[ConsolidatedShare, Inventory], ...] = attrs.field(converter=_parts)

    @property
    def inside(self) -> tuple[tuple[ConsolidatedShare, Inventory], ...]:
        """The parts of which something is counted."""
        return tuple(part for part in self.parts if part[0].share)

    @property
    def outside(self) -> tuple[ConsolidatedShare, ...]:
        """The facilities that have rows, but lie outside of the boundary; each explains why."""
        return tuple(share for share, _ in self.parts if not share.share)

    @property
    def methods(self) -> tuple[Scope2Method, ...]:
        """The scope 2 methods that it was accounted by."""
        return tuple(dict.fromkeys(method for _, inventory in self.parts for method in inventory.methods))

    def co2e(self, gwp: GwpSet, *, scope_2: Scope2Method | None = None) -> ConsolidatedStatement:
        """
        Weigh what is counted in CO2e.

        Args:
            gwp: The GWP set; there is no default.
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            The view, with totals by entity, facility, scope, activity and gas.

        Raises:
            InvalidValueError: If there are scope 2 rows and no method, or one that some lack.
            UnknownGasError: If the set does not hold a gas.
            FixedBasisError: If a factor gives only CO2e, on another basis than this set.
        """
        weighed = [
            (share, inventory.co2e(gwp, scope_2=scope_2 if inventory.methods else None))
            for share, inventory in self.inside
        ]
        what = f"{self.boundary.reporter}, {self.boundary.group or self.boundary.approach}, {self.period}"
        return ConsolidatedStatement(what, gwp, scope_2 if self.methods else None, tuple(weighed))

    def masses(self, *, scope_2: Scope2Method | None = None) -> tuple[tuple[str, Fraction], ...]:
        """
        Add up the counted mass of each gas; what was published only as CO2e is in `stated`.

        Args:
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            Each gas with its mass, exact, in the order in which they first occur. [t]

        Raises:
            InvalidValueError: If there are scope 2 rows and no method, or one that some lack.
        """
        return self._added(
            (gas, mass, share)
            for share, inventory, method in self._counted(scope_2)
            for gas, mass in inventory.masses(scope_2=method)
        )

    def stated(self, *, scope_2: Scope2Method | None = None) -> tuple[tuple[str, Fraction], ...]:
        """
        Add up what was published only as CO2e, by its basis.

        Args:
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            Each basis with its amount, exact. [tCO2e]

        Raises:
            InvalidValueError: If there are scope 2 rows and no method, or one that some lack.
        """
        return self._added(
            (basis, co2e, share)
            for share, inventory, method in self._counted(scope_2)
            for basis, co2e in inventory.stated(scope_2=method)
        )

    def biogenic_co2(self, *, scope_2: Scope2Method | None = None) -> Fraction:
        """
        Add up the counted carbon dioxide of biogenic origin, which stands apart from all scopes.

        Args:
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            Its mass, exact. [t]

        Raises:
            InvalidValueError: If there are scope 2 rows and no method, or one that some lack.
        """
        found = (
            share * fraction(inventory.biogenic_co2(scope_2=method).to("t").number)
            for share, inventory, method in self._counted(scope_2)
        )
        return sum(found, Fraction(0))

    def rounded_masses(
        self, places: int, rounding: Rounding, *, scope_2: Scope2Method | None = None
    ) -> tuple[tuple[str, Mass], ...]:
        """
        Round the mass of each gas for disclosure.

        Args:
            places: Decimal places that stay. [t]
            rounding: Which way.
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            Each gas with its mass. [t]

        Raises:
            InvalidValueError: If there are scope 2 rows and no method, or one that some lack.
        """
        masses = self.masses(scope_2=scope_2)
        return tuple((gas, Mass(rounded(mass, places, rounding), "t")) for gas, mass in masses)

    def inventory(self) -> Inventory:
        """
        Make an inventory of what is counted, to publish it or to work on with it.

        Each row becomes a calculation, named "facility/row", of its amounts times its share. A row of
        which nothing is counted is left out. The uncertainty of a quantity is not that of its
        emissions, so the rows of activities carry none.

        Returns:
            The inventory, exact.

        Raises:
            InexactConversionError: If a share has no finite decimal form, such as 1/3.
        """
        counted: dict[RowKey, tuple[Row, Fraction, list[Explanation]]] = {}
        for share, inventory in self.inside:
            for row in rows_of(inventory):
                key = key_of(row)
                _, before, workings = counted.get(key, (row, Fraction(0), []))
                counted[key] = (row, before + share.share, [*workings, share.working])
        return Inventory((), [_shared(*found) for found in counted.values()])

    def _counted(
        self, scope_2: Scope2Method | None
    ) -> Iterator[tuple[Fraction, Inventory, Scope2Method | None]]:
        for share, inventory in self.inside:
            yield share.share, inventory, scope_2 if inventory.methods else None

    @staticmethod
    def _added(found: Iterable[tuple[str, Mass | CO2e, Fraction]]) -> tuple[tuple[str, Fraction], ...]:
        sums: dict[str, Fraction] = {}
        for name, amount, share in found:
            tonnes = amount.to("t" if isinstance(amount, Mass) else "tCO2e")
            sums[name] = sums.get(name, Fraction(0)) + share * fraction(tonnes.number)
        return tuple(sums.items())

    def __repr__(self) -> str:
        """Say whose it is, and how large."""
        reporter, approach = self.boundary.reporter, self.boundary.group or self.boundary.approach
        return f"<Consolidated inventory of {reporter}, {approach}, {self.period}, {len(self.parts)} parts>"


def consolidate(
    boundary: Boundary,
    inventories: Iterable[Inventory],
    *,
    period: Period,
    apportionment: Apportionment | None = None,
) -> Consolidated:
    """
    Count every row by the share that the reporting company has of its facility, or refuse the batch.

    A row names a facility of the organisation, or an entity. Its share must be the same on all days of
    its period; a row in whose period the share changes is refused, unless `apportionment`
    says what to do with it.

    Args:
        boundary: What the reporting company counts as its own.
        inventories: The inventories of the group's entities, each in whole, as if it were owned in whole.
        period: The reporting period.
        apportionment: What to do with a row in whose period the share changes.

    Returns:
        The consolidated inventory; what lies outside of the boundary is kept apart in it.

    Raises:
        BatchError: If a row lies outside of the reporting period, names no facility, or stands twice, or its
            share changes and there is no apportionment; every problem is in it.

    Example:
        >>> from carbonkit.accounting.organisation import Organisation
        >>> from carbonkit.accounting.treatment import ConsolidationApproach
        >>> boundary = Boundary(Organisation(["A"], []), "A", ConsolidationApproach.EQUITY_SHARE)
        >>> consolidate(boundary, [], period=Period.year(2025))
        <Consolidated inventory of A, equity share, [2025-01-01, 2026-01-01), 0 parts>
    """
    check_type(boundary, Boundary, field="boundary")
    check_type(period, Period, field="period")
    problems: list[Problem] = []
    shares: dict[tuple[str, Period], ConsolidatedShare | None] = {}
    seen: set[RowKey] = set()
    parts: list[tuple[ConsolidatedShare, Inventory]] = []
    for inventory in inventories:
        check_type(inventory, Inventory, field="inventories")
        rows: dict[tuple[str, str, Fraction], tuple[ConsolidatedShare, list[int], list[Calculation]]] = {}
        for place, row in enumerate(_headed(inventory)):
            about, key = row
            try:
                _check(about, key, period, seen)
                share = _share(boundary, about, apportionment, shares)
            except CarbonkitError as error:
                problems.append(error.at(file=about.file, row=about.row).problem)
                continue
            if share is not None:
                group = rows.setdefault((share.name, share.entity, share.share), (share, [], []))
                if isinstance(about, Calculation):
                    group[2].append(about)
                else:
                    group[1].append(place)
        parts.extend(
            (share, Inventory(inventory.lines.kept(places), calculations))
            for share, places, calculations in rows.values()
        )
    if problems:
        raise BatchError(problems)
    return Consolidated(boundary, period, parts)


def _headed(inventory: Inventory) -> Iterator[tuple[Activity | Calculation, RowKey]]:
    """Go through the rows without making lines."""
    lines = inventory.lines
    methods = {place: factor.method for place, factor in lines.used.items()}
    for activity, place in zip(lines.activities, lines.chosen, strict=True):
        yield activity, (activity.facility, activity.id, methods[place])
    for calculation in inventory.calculations:
        yield calculation, (calculation.facility, calculation.id, calculation.method)


def _check(about: Activity | Calculation, key: RowKey, period: Period, seen: set[RowKey]) -> None:
    if key in seen:
        hint = "an inventory that was given twice would count twice"
        raise InvalidValueError("stand once", was=f"{about.id} of {about.facility}", field="id", hint=hint)
    seen.add(key)
    if not period.covers(about.period):
        raise InvalidValueError(f"lie within {period}", was=str(about.period), field="period")


def _share(
    boundary: Boundary,
    about: Activity | Calculation,
    apportionment: Apportionment | None,
    shares: dict[tuple[str, Period], ConsolidatedShare | None],
) -> ConsolidatedShare | None:
    """Find the share of a row; None if it was refused for another row already."""
    key = (about.facility, about.period)
    if key not in shares:
        shares[key] = None
        shares[key] = boundary.over(about.facility, about.period, apportionment=apportionment)
    return shares[key]


def rows_of(inventory: Inventory) -> Iterator[Row]:
    """Go through lines and calculations."""
    yield from inventory.lines
    yield from inventory.calculations


def key_of(row: Row) -> RowKey:
    """Say what a row is known by in a group: its facility, its id and its scope 2 method."""
    about = row.activity if isinstance(row, Line) else row
    return about.facility, about.id, row.method


def _shared(row: Row, share: Fraction, workings: list[Explanation]) -> Calculation:
    times = finite(share)
    about = row.activity if isinstance(row, Line) else row
    if times is None:
        raise InexactConversionError(
            "have a finite decimal form",
            was=f"{share} of {about.facility}",
            field="share",
            hint="work with co2e(…) and masses(…), which are exact, and round there",
        )
    working = Explanation(
        f"counted of {about.id}", percent(share), "share × amounts", parts=(*workings, row.explain())
    )
    return Calculation(
        f"{about.facility}/{about.id}",
        about.facility,
        about.activity,
        about.place,
        about.period,
        about.scope,
        [_times(amount, times) for amount in row.amounts],
        working,
        method=row.method,
        category=about.category,
        uncertainty=row.uncertainty if isinstance(row, Calculation) else None,
        file=about.file,
        row=about.row,
    )


def _times(amount: Amount, times: Decimal) -> Amount:
    number = multiply(amount.number, times)
    return Amount(amount.gas, number, amount.unit, basis=amount.basis, origin=amount.origin)

"""
Inventories: activities with the factors chosen for them, and what they emitted, gas by gas.

An inventory is made by `account`, which chooses a factor for every activity. It
holds masses of gases; CO2e is a view of it under a GWP set that the
caller names, and where purchased energy is in it, under a named scope 2 method.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.gwp import GwpSet
from carbonkit.accounting.lines import Lines
from carbonkit.accounting.scope import Scope2Method
from carbonkit.accounting.statement import Statement
from carbonkit.errors import BatchError, InvalidValueError
from carbonkit.values.field import check_type
from carbonkit.values.number import total
from carbonkit.values.quantity import CO2e, Mass, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import duckdb

    from carbonkit.accounting.catalogue import Catalogue
    from carbonkit.accounting.fallback import Fallback
    from carbonkit.accounting.frame._engine import EngineName
    from carbonkit.accounting.frame._progress import Progress
    from carbonkit.accounting.frame.columns import Columns
    from carbonkit.accounting.frame.factor_table import FactorTable
    from carbonkit.accounting.frame.result import FrameInventory
    from carbonkit.accounting.line import Line
    from carbonkit.accounting.rate import Amount
    from carbonkit.errors import Problem

__all__ = ["Inventory"]


_Energy: TypeAlias = "tuple[str, str, str]"  # facility, kind, place


def _lines(value: Iterable[Line]) -> Lines:
    return Lines.of(value)


def _calculations(value: Iterable[Calculation]) -> tuple[Calculation, ...]:
    calculations = tuple(value)
    for calculation in calculations:
        check_type(calculation, Calculation, field="calculations")
    return calculations


@attrs.frozen(repr=False)
class Inventory:
    """
    What activities emitted, gas by gas; made by `account`.

    Args:
        lines: The activities with their factors. Purchased energy has a line for each scope 2
            method that it was accounted by; no sum takes in both.
        calculations: What was found by methods that are more than a quantity times a factor.

    Example:
        >>> from carbonkit.accounting import Activity, Catalogue, Factor, Rate, Scope, account, gwp_set
        >>> from carbonkit.values import Energy, Period, Place, Source
        >>> year, place = Period.year(2025), Place("US")
        >>> hub = Source("US EPA", "GHG Emission Factors Hub", 2025, table="Table 1")
        >>> factor = Factor("gas", "2025", "natural gas", place, year, "MMBtu",
        ...                 (Rate("CO2", "53.06", "kg"), Rate("CH4", "1.0", "g")), hub)
        >>> bill = Activity("1", "7", "natural gas", Energy("2000", "kBtu"), place, year, Scope.ONE)
        >>> inventory = account([bill], Catalogue([factor]))
        >>> print(*(f"{mass} {gas}" for gas, mass in inventory.masses()))
        106.12000 kg CO2 2.0000 g CH4
        >>> print(inventory.co2e(gwp_set("AR5")).total, inventory.co2e(gwp_set("AR6")).total)
        0.1061760000 tCO2e 0.10617580000 tCO2e
    """

    lines: Lines = attrs.field(converter=_lines)
    calculations: tuple[Calculation, ...] = attrs.field(default=(), converter=_calculations)

    def __attrs_post_init__(self) -> None:
        """Check that no calculation has the name of another, or of an activity."""
        if self.calculations:
            used: set[object] = {activity.id for activity in self.lines.activities}
            problems = []
            for calculation in self.calculations:
                # the two methods of scope 2 may have a calculation each under one name
                name = (calculation.id, calculation.method)
                if calculation.id in used or name in used:
                    error = InvalidValueError("be used once", was=calculation.id, field="id")
                    problems.append(error.at(file=calculation.file, row=calculation.row).problem)
                used.add(name)
            if problems:
                raise BatchError(problems)

    @property
    def methods(self) -> tuple[Scope2Method, ...]:
        """The scope 2 methods that it was accounted by."""
        found = {factor.method for factor in self.lines.used.values()}
        found.update(calculation.method for calculation in self.calculations)
        return tuple(method for method in Scope2Method if method in found)

    @staticmethod
    def from_frame(
        frame: Any,  # noqa: ANN401  any frame that narwhals knows
        catalogue: Catalogue | FactorTable,
        *,
        columns: Columns | None = None,
        scope_2: Iterable[Scope2Method] = (),
        fallback: Fallback | None = None,
        engine: EngineName = "duckdb",
        connection: duckdb.DuckDBPyConnection | None = None,
        progress: Progress | bool = False,
    ) -> FrameInventory:
        """
        Account for a table: the same figures, to the last digit, with the rows left where they are.

        Args:
            frame: Activities in a frame of pandas, Polars, PyArrow, DuckDB or PySpark.
            catalogue: The factors to choose from; a `FactorTable` spares laying them out again.
            columns: The frame's names, if they are not those of `Columns()`.
            scope_2: The methods by which purchased energy is accounted; a row needs a factor for each.
            fallback: What a look-up may do where no factor fits exactly; None allows nothing.
            engine: "duckdb" works in DuckDB, whatever the frame is; "native" where the frame is at home.
            connection: The DuckDB that a frame of another kind is handed to; None makes one in memory.
            progress: Called with a step's name, how many steps are done and how many there are; True
                draws a bar with tqdm.

        Returns:
            The inventory of the table; rows that are in no figure stand in its `unmatched`.

        Raises:
            InvalidValueError: If a column is missing, an amount or a sum is too long for the engines, or
                `engine` is neither.
            InexactNumberError: If the amounts are floats.
            WrongTypeError: If `frame` is no frame, or a column holds what it cannot hold.
            IntegrityError: If rows in are not rows out and unmatched rows: the frame changed meanwhile.
            MissingExtraError: If the extra `bulk` is not installed, or tqdm for a bar.

        Example:
            >>> import pyarrow
            >>> from carbonkit.accounting import Catalogue, Factor, Rate
            >>> from carbonkit.values import Period, Place, Source
            >>> steam = Factor("steam", "2016", "steam", Place("US"), Period.year(2016), "MMBtu",
            ...                (Rate("CO2", "66.33", "kg"),), Source("US EPA", "Emission Factors", 2016))
            >>> bills = pyarrow.table({
            ...     "id": ["1"], "facility": ["7"], "activity": ["steam"], "amount": ["2"],
            ...     "unit": ["MMBtu"], "place": ["US"], "start": ["2016-01-01"], "end": ["2016-02-01"],
            ...     "scope": [1]})
            >>> print(Inventory.from_frame(bills, Catalogue([steam])).masses()[0][1])
            132.66 kg
        """
        from carbonkit.accounting.frame.plan import account_frame  # noqa: PLC0415  for those who need it

        return account_frame(
            frame,
            catalogue,
            columns=columns,
            scope_2=scope_2,
            fallback=fallback,
            engine=engine,
            connection=connection,
            progress=progress,
        )

    def co2e(self, gwp: GwpSet, *, scope_2: Scope2Method | None = None) -> Statement:
        """
        Weigh the inventory in CO2e.

        Args:
            gwp: The GWP set; there is no default.
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            The view, with totals by scope, facility, activity and gas.

        Raises:
            InvalidValueError: If there are scope 2 lines and no method, or one that was not accounted.
            BatchError: If there are both methods, and one leaves out energy that the other has.
            UnknownGasError: If the set does not hold a gas.
            FixedBasisError: If a factor gives only CO2e, on another basis than this set.
        """
        check_type(gwp, GwpSet, field="gwp")
        lines, calculations = self._counted(scope_2)
        return Statement(gwp, scope_2 if self.methods else None, lines, calculations)

    def masses(self, *, scope_2: Scope2Method | None = None) -> tuple[tuple[str, Mass], ...]:
        """
        Add up the mass of each gas; what was published only as CO2e is in `stated`.

        Biogenic CO2 is not in it, see `biogenic_co2`; methane of all origins is one gas here.

        Args:
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            Each gas with its mass, in the order in which they first occur.

        Raises:
            InvalidValueError: If there are scope 2 lines and no method, or one that was not accounted.
        """
        sums: dict[str, Mass] = {}
        for amount in self._amounts(scope_2):
            if not amount.weighed and not amount.apart:
                mass = Mass(amount.number, amount.unit)
                sums[amount.gas] = sums[amount.gas] + mass if amount.gas in sums else mass
        return tuple(sums.items())

    def biogenic_co2(self, *, scope_2: Scope2Method | None = None) -> Mass:
        """
        Add up the carbon dioxide of biogenic origin, which stands apart from all scopes.

        Args:
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            Its mass.

        Raises:
            InvalidValueError: If there are scope 2 lines and no method, or one that was not accounted.
        """
        apart = [Mass(each.number, each.unit) for each in self._amounts(scope_2) if each.apart]
        return sum(apart, Mass(0, "kg"))

    def stated(self, *, scope_2: Scope2Method | None = None) -> tuple[tuple[str, CO2e], ...]:
        """
        Add up what was published only as CO2e, by its basis.

        Args:
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            Each basis with its amount, in the order in which they first occur.

        Raises:
            InvalidValueError: If there are scope 2 lines and no method, or one that was not accounted.
        """
        sums: dict[str, CO2e] = {}
        for amount in self._amounts(scope_2):
            if amount.weighed:
                co2e = CO2e(amount.number, amount.unit)
                sums[amount.basis] = sums[amount.basis] + co2e if amount.basis in sums else co2e
        return tuple(sums.items())

    def _amounts(self, scope_2: Scope2Method | None) -> Iterator[Amount]:
        lines, calculations = self._counted(scope_2)
        for line in lines:
            yield from line.amounts
        for calculation in calculations:
            yield from calculation.amounts

    def _counted(self, scope_2: Scope2Method | None) -> tuple[Lines, tuple[Calculation, ...]]:
        if scope_2 is not None:
            check_type(scope_2, Scope2Method, field="scope_2")
        methods = self.methods
        if methods and scope_2 not in methods:
            was = str(scope_2) if scope_2 is not None else ""
            raise InvalidValueError(
                f"name a method that scope 2 was accounted by: {', '.join(map(str, methods))}",
                was=was,
                field="scope_2",
                hint="" if was else "the two methods are two answers, so there is no total without one",
            )
        if not methods:
            return self.lines, self.calculations
        if len(methods) > 1 and self._differing:
            raise BatchError(self._differing)
        wanted = (None, scope_2)
        counted = {place for place, factor in self.lines.used.items() if factor.method in wanted}
        places = [place for place, factor in enumerate(self.lines.chosen) if factor in counted]
        return (
            self.lines.kept(places),
            tuple(calculation for calculation in self.calculations if calculation.method in wanted),
        )

    @cached_property
    def _differing(self) -> tuple[Problem, ...]:
        """Where the two methods were not given the same energy: a total may not leave some of it out."""
        given: dict[Scope2Method, dict[_Energy, list[Quantity | None]]] = {each: {} for each in Scope2Method}
        methods = {place: factor.method for place, factor in self.lines.used.items()}
        for activity, factor in zip(self.lines.activities, self.lines.chosen, strict=True):
            method = methods[factor]
            if method is not None:
                key = (activity.facility, activity.activity, activity.place.path)
                given[method].setdefault(key, []).append(activity.quantity)
        for each in self.calculations:
            if each.method is not None:
                key = (each.facility, each.activity, each.place.path)
                given[each.method].setdefault(key, []).append(each.quantity)
        located, marketed = given[Scope2Method.LOCATION], given[Scope2Method.MARKET]
        problems = []
        for key in sorted(located.keys() | marketed.keys()):
            facility, kind, place = key
            what = f"{kind} of {facility} at {place}"
            if key not in located or key not in marketed:
                only = Scope2Method.LOCATION if key in located else Scope2Method.MARKET
                must = f"be accounted by both methods, as other purchased energy is, not {only} alone"
                problems.append(InvalidValueError(must, was=what, field="scope_2").problem)
                continue
            one, other = _net(located[key]), _net(marketed[key])
            if one is not None and other is not None and one != other:
                was = f"{what}: {one} location-based, {other} market-based"
                must = "be the same energy by both methods"
                problems.append(InvalidValueError(must, was=was, field="scope_2").problem)
        return tuple(problems)

    def __repr__(self) -> str:
        """Say how much it holds."""
        calculated = f" and {len(self.calculations)} calculations" if self.calculations else ""
        return f"<Inventory of {len(self.lines)} lines{calculated}>"


def _net(quantities: list[Quantity | None]) -> Quantity | None:
    """Add quantities up; None where one is not known, or they measure different things."""
    known = [quantity for quantity in quantities if quantity is not None]
    if len(known) < len(quantities) or len({type(quantity) for quantity in known}) > 1:
        return None
    return type(known[0])(total(quantity.in_base() for quantity in known), known[0].dimension.value)

"""
Inventories of frames: the same figures as the row-by-row path gives, with the rows left where they are.

Only sums come back. What was added up are whole numbers, so that every engine gives the same to
the last digit; the scales are put back here.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.accounting.breakdown import Breakdown
from carbonkit.accounting.frame._engine import Engine, Lazy, narwhals
from carbonkit.accounting.frame._plan import Matching
from carbonkit.accounting.frame._refusal import engine_errors
from carbonkit.accounting.frame._rows import Rows
from carbonkit.accounting.frame._sum import Part, merged, parts_of, per_factor
from carbonkit.accounting.frame.factor_table import FactorTable, Label
from carbonkit.accounting.frame.line import LineColumn, Lined, lined
from carbonkit.accounting.frame.reason import Reason
from carbonkit.accounting.gwp import CO2E, GwpSet
from carbonkit.accounting.scope import Category, Scope, Scope2Method
from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.number import add, multiply, plain, total
from carbonkit.values.quantity import CO2e, Mass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from carbonkit.accounting.frame._sum import Summed

__all__ = ["FrameInventory", "FrameStatement"]

_UNIT: Final = "tCO2e"
_TONNES_PER_KG: Final = Decimal("0.001")
_NO_CATEGORY: Final = "no category"


@attrs.frozen(eq=False, repr=False)
class Plan:
    """Everything that a further question to the rows needs."""

    engine: Engine
    rows: Rows
    matching: Matching
    table: FactorTable
    by_product: bool

    @property
    def matched(self) -> Lazy:
        """The rows that have their factors, joined with them."""
        return self.matching.matched(self.engine, self.rows)

    def parts(self, *, by_facility: bool = False) -> tuple[int, tuple[Part, ...]]:
        """Add the matched rows up."""
        return parts_of(
            self.engine,
            self.rows,
            self.matched,
            self.matching,
            self.table,
            by_product=self.by_product,
            by_facility=by_facility,
        )


@attrs.frozen(eq=False, repr=False)
class FrameInventory:
    """
    What the rows of a frame emitted, gas by gas; made by `account_frame`.

    Args:
        rows_in: How many rows the frame has.
        rows_out: How many of them were accounted; all others are in `unmatched`.
        reasons: Why rows were not accounted, each with how many.
        methods: The scope 2 methods that it was accounted by.

    Example:
        >>> import pyarrow
        >>> from carbonkit.accounting import Catalogue, Factor, Rate, gwp_set
        >>> from carbonkit.accounting.frame import account_frame
        >>> from carbonkit.values import Period, Place, Source
        >>> hub = Source("US EPA", "GHG Emission Factors Hub", 2025, table="Table 1")
        >>> factor = Factor("gas", "2025", "natural gas", Place("US"), Period.year(2025), "MMBtu",
        ...                 (Rate("CO2", "53.06", "kg"), Rate("CH4", "1.0", "g")), hub)
        >>> bills = pyarrow.table({
        ...     "id": ["1", "2"], "facility": ["7", "7"], "activity": ["natural gas"] * 2,
        ...     "amount": ["2000", "-500"], "unit": ["kBtu"] * 2, "place": ["US"] * 2,
        ...     "start": ["2025-01-01"] * 2, "end": ["2025-02-01"] * 2, "scope": [1, 1]})
        >>> inventory = account_frame(bills, Catalogue([factor]))
        >>> print(inventory, *(f"{mass} {gas}" for gas, mass in inventory.masses()))
        <FrameInventory of 2 rows, 0 unmatched> 79.59000 kg CO2 0.001500 kg CH4
        >>> print(inventory.co2e(gwp_set("AR5")).total)
        0.079632000 tCO2e
    """

    rows_in: int
    rows_out: int
    reasons: tuple[tuple[Reason, int], ...]
    methods: tuple[Scope2Method, ...]
    _plan: Plan
    _parts: tuple[Part, ...]
    _kept: dict[str, Any] = attrs.field(init=False, factory=dict)

    @property
    def unmatched(self) -> Any:  # noqa: ANN401  whatever kind of frame the caller uses
        """The rows that are in no figure, in the caller's kind of frame, with `reason` and `detail`."""
        nw, plan = narwhals(), self._plan
        marked = plan.matching.marked(plan.engine, plan.rows)
        why, known = nw.col("ck_why"), nw.col("ck_reason")
        found = marked.filter(~why.is_null()).select(
            *plan.engine.rows.collect_schema().names(),
            why.alias("reason"),
            nw.when(why == known).then(nw.col("ck_detail")).alias("detail"),
        )
        with engine_errors(plan.engine.kind):
            return plan.engine.give(found)

    @property
    def lines(self) -> Any:  # noqa: ANN401  whatever kind of frame the caller uses
        """
        Every accounted row with its factor and what it emitted, in the caller's kind of frame.

        A row of scope 2 is there once for each method. What was emitted are whole numbers;
        `line_columns` says where their decimal point belongs. A gas that the factor does not give is null.
        """
        plan = self._plan
        names = plan.engine.rows.collect_schema().names()
        with engine_errors(plan.engine.kind):
            return plan.engine.give(self._lined.frame(plan.engine, plan.rows, plan.matched, names))

    @property
    def line_columns(self) -> tuple[LineColumn, ...]:
        """What the columns of whole numbers in `lines` count."""
        return self._lined.columns

    @property
    def _lined(self) -> Lined:
        if "lined" not in self._kept:
            self._kept["lined"] = lined(self._plan.engine, self._plan.matching, self._plan.rows)
        known: Lined = self._kept["lined"]
        return known

    def masses(self, *, scope_2: Scope2Method | None = None) -> tuple[tuple[str, Mass], ...]:
        """
        Add up the mass of each gas; what was published only as CO2e is in `stated`.

        Args:
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            Each gas with its mass.

        Raises:
            InvalidValueError: If there are scope 2 rows and no method, or one that was not accounted.
        """
        sums: dict[str, Decimal] = {}
        for label, amount in merged(self._counted(scope_2)).items():
            if not label.basis and not label.apart:
                sums[label.gas] = add(sums.get(label.gas, Decimal(0)), amount)
        return tuple((gas, Mass(amount, "kg")) for gas, amount in sums.items())

    def stated(self, *, scope_2: Scope2Method | None = None) -> tuple[tuple[str, CO2e], ...]:
        """
        Add up what was published only as CO2e, by its basis.

        Args:
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            Each basis with its amount.

        Raises:
            InvalidValueError: If there are scope 2 rows and no method, or one that was not accounted.
        """
        sums: dict[str, Decimal] = {}
        for label, amount in merged(self._counted(scope_2)).items():
            if label.basis:
                sums[label.basis] = add(sums.get(label.basis, Decimal(0)), amount)
        return tuple((basis, CO2e(amount, "kgCO2e")) for basis, amount in sums.items())

    def biogenic_co2(self, *, scope_2: Scope2Method | None = None) -> Mass:
        """
        Add up the carbon dioxide of biogenic origin, which stands apart from all scopes.

        Args:
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            Its mass.

        Raises:
            InvalidValueError: If there are scope 2 rows and no method, or one that was not accounted.
        """
        sums = merged(self._counted(scope_2))
        return Mass(total(amount for label, amount in sums.items() if label.apart), "kg")

    def co2e(self, gwp: GwpSet, *, scope_2: Scope2Method | None = None) -> FrameStatement:
        """
        Weigh the inventory in CO2e.

        Args:
            gwp: The GWP set; there is no default.
            scope_2: The method by which purchased energy is counted; must be named where there is any.

        Returns:
            The view, with totals by scope, facility, activity, gas and category.

        Raises:
            InvalidValueError: If there are scope 2 rows and no method, or one that was not accounted.
            UnknownGasError: If the set does not hold a gas.
            FixedBasisError: If a factor gives only CO2e, on another basis than this set.
        """
        check_type(gwp, GwpSet, field="gwp")
        parts = self._counted(scope_2)
        labels = dict.fromkeys(label for part in parts for label in part.amounts if not label.apart)
        weights = {label: _weight(label, gwp) for label in labels}
        return FrameStatement(gwp, scope_2 if self._has_scope_2 else None, parts, weights, self)

    def explain(self) -> Explanation:
        """
        Say what was joined with what, and how the masses came about, by factor, down to the sources.

        Returns:
            The counts of rows, with a part for each scope, method and factor.
        """
        plan = self._plan
        found = sorted(
            per_factor(plan.engine, plan.rows, plan.matched, plan.matching),
            key=lambda it: (it.cell.scope.value, it.slot, it.chosen.row, it.cell.unit),
        )
        used = {each.chosen.row: each.chosen.factor for each in found}
        digest = hashlib.sha256("\n".join(str(used[row]) for row in sorted(used)).encode())
        editions = ", ".join(sorted({factor.edition for factor in used.values()})) or "none"
        on = ", ".join(name.removeprefix("ck_") for name in plan.matching.on)
        way = "products added up" if plan.by_product else "quantities of each factor added up"
        left = [Explanation(f"unmatched: {reason.value}", f"{many} rows") for reason, many in self.reasons]
        joined = Explanation(
            "plan",
            f"{plan.engine.kind}, {way} in whole numbers",
            f"rows joined with factors on {on}, from the first day on and not beyond the last",
        )
        table = Explanation(
            "factors", f"{len(used)} of editions {editions}", f"SHA-256 of their texts {digest.hexdigest()}"
        )
        return Explanation(
            "inventory of a frame",
            f"{self.rows_out} of {self.rows_in} rows",
            "rows in = rows out + unmatched rows",
            parts=(joined, table, *left, *map(_explained, found)),
        )

    @property
    def _has_scope_2(self) -> bool:
        return any(cell.scope is Scope.TWO for cell in self._plan.matching.cells)

    def _counted(self, scope_2: Scope2Method | None) -> tuple[Part, ...]:
        if scope_2 is not None:
            check_type(scope_2, Scope2Method, field="scope_2")
        if not self._has_scope_2:
            return self._parts
        return tuple(part for part in self._parts if self._counts(part, scope_2))

    def _counts(self, part: Part, scope_2: Scope2Method | None) -> bool:
        if scope_2 not in self.methods:
            was = str(scope_2) if scope_2 is not None else ""
            raise InvalidValueError(
                f"name a method that scope 2 was accounted by: {', '.join(map(str, self.methods))}",
                was=was,
                field="scope_2",
                hint="" if was else "the two methods are two answers, so there is no total without one",
            )
        return part.cell.scope is not Scope.TWO or self.methods[part.slot] is scope_2

    def _by_facility(self, scope_2: Scope2Method | None) -> tuple[Part, ...]:
        if "facilities" not in self._kept:
            self._kept["facilities"] = self._plan.parts(by_facility=True)[1]
        parts: tuple[Part, ...] = self._kept["facilities"]
        if not self._has_scope_2:
            return parts
        return tuple(part for part in parts if self._counts(part, scope_2))

    def __repr__(self) -> str:
        """Say how much it holds."""
        return f"<FrameInventory of {self.rows_in} rows, {self.rows_in - self.rows_out} unmatched>"


@attrs.frozen(eq=False, repr=False)
class FrameStatement:
    """
    The CO2e of a frame's inventory under one GWP set and scope 2 method; made by `FrameInventory.co2e`.

    Args:
        gwp: The GWP set that weighs the gases.
        scope_2: The method by which purchased energy is counted; None where there is none.

    Example:
        >>> import pyarrow
        >>> from carbonkit.accounting import Catalogue, Factor, Rate, as_published
        >>> from carbonkit.accounting.frame import account_frame
        >>> from carbonkit.values import Period, Place, Source
        >>> flight = Factor("flight", "2025", "flight", Place("GB"), Period.year(2025), "p_km",
        ...                 (Rate("CO2e", "0.2", "kgCO2e", basis="AR5"),), Source("UK", "Factors", 2025))
        >>> trips = pyarrow.table({
        ...     "id": ["1", "2"], "facility": ["north", "south"], "activity": ["flight"] * 2,
        ...     "amount": [1000, 500], "unit": ["p_km"] * 2, "place": ["GB"] * 2,
        ...     "start": ["2025-03-01"] * 2, "end": ["2025-03-02"] * 2, "scope": [3, 3]})
        >>> statement = account_frame(trips, Catalogue([flight])).co2e(as_published("AR5"))
        >>> for facility, amount in statement.by_facility().parts:
        ...     print(facility, amount)
        north 0.2000 tCO2e
        south 0.1000 tCO2e
    """

    gwp: GwpSet
    scope_2: Scope2Method | None
    _parts: tuple[Part, ...]
    _weights: dict[Label, Decimal]
    _inventory: FrameInventory

    @property
    def total(self) -> CO2e:
        """The sum of all, in tCO2e; biogenic CO2 is not in it."""
        return CO2e(total(map(self._weighed, self._parts)), _UNIT)

    @property
    def biogenic_co2(self) -> Mass:
        """The carbon dioxide of biogenic origin, in t; it stands apart from all scopes."""
        return self._inventory.biogenic_co2(scope_2=self.scope_2).to("t")

    def by_scope(self) -> Breakdown:
        """
        Break the total down by scope.

        Returns:
            The scopes that have rows, in their order.
        """
        return self._by("scope", lambda part: str(part.cell.scope))

    def by_activity(self) -> Breakdown:
        """
        Break the total down by the kind of activity.

        Returns:
            The kinds, sorted by name.
        """
        return self._by("activity", lambda part: part.cell.activity)

    def by_facility(self) -> Breakdown:
        """
        Break the total down by facility; the rows are added up anew for it.

        Returns:
            The facilities, sorted by name.
        """
        parts = self._inventory._by_facility(self.scope_2)  # noqa: SLF001  its own inventory
        return self._by("facility", lambda part: part.facility, parts)

    def by_category(self) -> Breakdown:
        """
        Break scope 3 down by category; the other scopes are not in it.

        Returns:
            The categories that have rows, in their order; what has none last.
        """
        third = [part for part in self._parts if part.cell.scope is Scope.THREE]
        found = self._by("category", lambda part: str(part.cell.category or _NO_CATEGORY), third)
        order = [*map(str, Category), _NO_CATEGORY]
        return Breakdown(found.by, sorted(found.parts, key=lambda part: order.index(part[0])))

    def by_gas(self) -> Breakdown:
        """
        Break the total down by gas.

        Returns:
            The gases, sorted by name; stated CO2e apart, with its basis.
        """
        sums: dict[str, Decimal] = {}
        for label, amount in merged(self._parts).items():
            if not label.apart:
                gas = f"{CO2E} (basis: {label.basis})" if label.gas == CO2E else label.gas
                sums[gas] = add(sums.get(gas, Decimal(0)), multiply(amount, self._weights[label]))
        return _breakdown("gas", sums)

    def explain(self) -> Explanation:
        """
        Say how the total came about, down to the sources of the factors and of the potentials.

        Returns:
            The total with its gases, and the inventory that it weighs.
        """
        sums = merged(self._parts)
        gases = []
        for label, weight in self._weights.items():
            amount = CO2e(multiply(sums[label], weight), _UNIT)
            how = f"{plain(sums[label])} {label.unit} as published, never re-expressed"
            parts: tuple[Explanation, ...] = ()
            if not label.basis:
                how = f"{plain(sums[label])} kg × global warming potential"
                parts = (self.gwp.potential(label.gas, origin=label.origin).explain(),)
            gases.append(Explanation(f"{CO2E} of {label}", str(amount), how, parts=parts))
        under = self.gwp.id + (f", {self.scope_2}" if self.scope_2 is not None else "")
        parts = (*gases, self._inventory.explain())
        return Explanation(f"{CO2E} under {under}", str(self.total), "sum over gases", parts=parts)

    def _weighed(self, part: Part) -> Decimal:
        return total(
            multiply(amount, self._weights[label])
            for label, amount in part.amounts.items()
            if not label.apart
        )

    def _by(self, what: str, label: Callable[[Part], str], parts: Iterable[Part] | None = None) -> Breakdown:
        sums: dict[str, Decimal] = {}
        for part in self._parts if parts is None else parts:
            name = label(part)
            sums[name] = add(sums.get(name, Decimal(0)), self._weighed(part))
        return _breakdown(what, sums)

    def __repr__(self) -> str:
        """Say what it is a view of."""
        return f"<FrameStatement of {self._inventory.rows_out} rows under {self.gwp.id}>"


def _breakdown(what: str, sums: dict[str, Decimal]) -> Breakdown:
    return Breakdown(what, [(name, CO2e(sums[name], _UNIT)) for name in sorted(sums)])


def _weight(label: Label, gwp: GwpSet) -> Decimal:
    """Give the tonnes of CO2e of one kilogram."""
    if label.basis:
        gwp.check_basis(label.basis)
        return _TONNES_PER_KG
    return gwp.weigh(label.gas, Mass("1", "kg"), origin=label.origin).number


def _explained(each: Summed) -> Explanation:
    factor, cell = each.chosen.factor, each.cell
    rows = f"{each.lines} row{'' if each.lines == 1 else 's'}"
    how = f"{plain(each.given)} {cell.unit} in {rows}"
    if cell.unit != factor.per:
        how += f" = {plain(each.quantity)} {factor.per}"
    how += " × factor" + (f" ({each.chosen.step})" if each.chosen.step is not None else "")
    amounts = ", ".join(
        f"{plain(multiply(each.quantity, rate.number))} {rate.unit} {rate.gas}" for rate in factor.rates
    )
    return Explanation(
        f"{factor.activity} at {factor.place}, {cell.scope}", amounts, how, parts=(factor.explain(),)
    )

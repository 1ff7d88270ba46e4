"""
Changes: two snapshots of one inventory beside each other, row by row, with the reason of each difference.

Rows belong together by their id. A row's difference is what it emitted in the later snapshot less
what it emitted in the earlier one, each as published; the differences of all rows add up to that
of the totals, exactly.
"""

from __future__ import annotations

import enum
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from carbonkit.accounting._remainder import largest_remainder
from carbonkit.accounting.inventory import Inventory
from carbonkit.accounting.line import Line
from carbonkit.accounting.snapshot import Snapshot
from carbonkit.errors import NotFoundError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.number import Rounding, multiply, plain, round_to, subtract, total
from carbonkit.values.quantity import CO2e
from carbonkit.values.unit import unit_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.accounting.activity import Activity
    from carbonkit.accounting.calculation import Calculation
    from carbonkit.accounting.factor import Factor
    from carbonkit.accounting.gwp import GwpSet
    from carbonkit.accounting.rate import Amount, Rate
    from carbonkit.accounting.scope import Scope2Method
    from carbonkit.accounting.statement import Statement

__all__ = ["Change", "Reason", "RowChange", "compare_snapshots"]

_UNIT: Final = "tCO2e"
_ZERO: Final = Decimal(0)


class Reason(enum.Enum):
    """
    Why a row is not what it was.

    Example:
        >>> print(Reason.FACTOR_EDITION)
        another edition of the factor
    """

    ADDED = "row added"
    REMOVED = "row removed"
    QUANTITY = "another quantity"
    CONVERSION = "quantity converted otherwise"
    FACTOR = "another factor"
    FACTOR_EDITION = "another edition of the factor"
    FACTOR_VALUE = "another value of the factor"
    CALCULATION = "another result of the calculation"
    METHOD = "another method"
    GWP_SET = "another GWP value"
    PLACED = "counted elsewhere"

    def __str__(self) -> str:
        """Say it in words."""
        return self.value


@attrs.frozen
class RowChange:
    """
    One row in two snapshots.

    Args:
        id: The row's id.
        before: What it emitted in the earlier snapshot; None where it did not stand there.
        after: What it emitted in the later one; None where it no longer stands there.
        reasons: Why the two differ; none where nothing changed.
        details: What was changed to what, one text for each thing.

    Example:
        >>> RowChange("1", CO2e("2", "tCO2e"), CO2e("3", "tCO2e"), (Reason.QUANTITY,), ()).difference
        CO2e('1', 'tCO2e')
    """

    id: str
    before: CO2e | None
    after: CO2e | None
    reasons: tuple[Reason, ...]
    details: tuple[str, ...]

    @property
    def difference(self) -> CO2e:
        """What came to it; a row that does not stand in a snapshot emitted nothing there."""
        after, before = (each.number if each is not None else _ZERO for each in (self.after, self.before))
        return CO2e(subtract(after, before), _UNIT)

    def explain(self) -> Explanation:
        """
        Say what changed, and why.

        Returns:
            The difference with its reasons.
        """
        ends = f"{self.before or 'nothing'} → {self.after or 'nothing'}"
        why = ", ".join(map(str, self.reasons)) or "nothing changed"
        details = f" ({'; '.join(self.details)})" if self.details else ""
        return Explanation(f"row {self.id}", str(self.difference), f"{ends}: {why}{details}")


@attrs.frozen
class Change:
    """
    The difference of two snapshots; made by `compare_snapshots`.

    Args:
        before: The earlier snapshot's name.
        after: The later snapshot's name.
        total_before: The earlier total. [tCO2e]
        total_after: The later total. [tCO2e]
        rows: Every row of either, in the order of the later one, then those that are gone.

    Example:
        >>> row = RowChange("1", None, CO2e("3", "tCO2e"), (Reason.ADDED,), ())
        >>> change = Change("2024", "2025", CO2e("0", "tCO2e"), CO2e("3", "tCO2e"), (row,))
        >>> for reasons, difference in change.by_reason():
        ...     print(*reasons, difference)
        row added 3 tCO2e
    """

    before: str
    after: str
    total_before: CO2e
    total_after: CO2e
    rows: tuple[RowChange, ...]

    @property
    def difference(self) -> CO2e:
        """The later total less the earlier one, which is the sum of the rows' differences."""
        return CO2e(subtract(self.total_after.number, self.total_before.number), _UNIT)

    @property
    def changed(self) -> tuple[RowChange, ...]:
        """The rows that are not what they were."""
        return tuple(row for row in self.rows if row.reasons)

    def row(self, name: str) -> RowChange:
        """
        Find one row.

        Args:
            name: The row's id.

        Returns:
            The row.

        Raises:
            NotFoundError: If neither snapshot has it.
        """
        for row in self.rows:
            if row.id == name:
                return row
        raise NotFoundError("be a row of one of the two snapshots", was=name, field="id")

    def by_reason(self) -> tuple[tuple[tuple[Reason, ...], CO2e], ...]:
        """
        Add the differences up by their reasons.

        A row that changed for several reasons counts once, under all of them together: how much
        each of them did alone depends on the order in which they are taken.

        Returns:
            Each set of reasons with its difference; together the whole difference.
        """
        sums: dict[tuple[Reason, ...], list[Decimal]] = {}
        for row in self.changed:
            sums.setdefault(row.reasons, []).append(row.difference.number)
        order = list(Reason)
        ordered = sorted(sums, key=lambda reasons: [order.index(reason) for reason in reasons])
        return tuple((reasons, CO2e(total(sums[reasons]), _UNIT)) for reasons in ordered)

    def rounded(self, places: int, rounding: Rounding) -> tuple[Decimal, ...]:
        """
        Round for disclosure, so that the steps from one total to the other add up.

        Args:
            places: Decimal places, in tonnes.
            rounding: How the two totals are rounded.

        Returns:
            The earlier total, a step for each of `by_reason`, and the later total.

        Raises:
            InvalidValueError: If `places` is beyond what a number may have.

        Example:
            >>> row = RowChange("1", None, CO2e("0.4", "tCO2e"), (Reason.ADDED,), ())
            >>> change = Change("2024", "2025", CO2e("0.4", "tCO2e"), CO2e("0.8", "tCO2e"), (row,))
            >>> print(*change.rounded(0, Rounding.HALF_UP))
            0 1 1
        """
        before, after = (
            round_to(each.number, places, rounding) for each in (self.total_before, self.total_after)
        )
        steps = [difference.number for _, difference in self.by_reason()]
        return (before, *largest_remainder(steps, subtract(after, before), places), after)

    def explain(self) -> Explanation:
        """
        Say by how much the total changed, and why, row by row.

        Returns:
            The difference, by reason, then by row.
        """
        parts = [
            Explanation(
                ", ".join(map(str, reasons)),
                str(difference),
                "sum over rows",
                parts=tuple(row.explain() for row in self.changed if row.reasons == reasons),
            )
            for reasons, difference in self.by_reason()
        ]
        how = f"{self.total_after} in {self.after} - {self.total_before} in {self.before}"
        return Explanation(
            f"change from {self.before} to {self.after}", str(self.difference), how, parts=parts
        )


_Row: TypeAlias = "Line | Calculation"


def compare_snapshots(
    before: Snapshot,
    after: Snapshot,
    *,
    scope_2: Scope2Method | None = None,
    scope_2_after: Scope2Method | None = None,
) -> Change:
    """
    Put two snapshots beside each other, row by row.

    Args:
        before: The earlier snapshot.
        after: The later one.
        scope_2: The method by which purchased energy is counted; must be named where there is any.
        scope_2_after: The method in the later snapshot, where that is another one.

    Returns:
        The change, with a reason for every row that is not what it was.

    Raises:
        InvalidValueError: If there are scope 2 rows and no method, or one that was not accounted.

    Example:
        >>> from carbonkit.accounting import Activity, Catalogue, Factor, Rate, Scope, account, gwp_set
        >>> from carbonkit.accounting.snapshot import publish
        >>> from carbonkit.values import Energy, Period, Place, Source
        >>> year, place = Period.year(2025), Place("US")
        >>> bill = Activity("1", "7", "gas", Energy("2", "MMBtu"), place, year, Scope.ONE)
        >>> def published(edition, number):
        ...     factor = Factor("gas", edition, "gas", place, year, "MMBtu", [Rate("CO2", number, "kg")],
        ...                     Source("US EPA", "GHG Emission Factors Hub", 2025))
        ...     return publish(account([bill], Catalogue([factor])), gwp_set("AR6"), name=edition,
        ...                    at="2026-03-31T09:00:00Z", engine="1.0")
        >>> change = compare_snapshots(published("first", "53.06"), published("second", "53.11"))
        >>> print(change.row("1").explain().how)  # doctest: +ELLIPSIS
        0.10612 tCO2e → 0.10622 tCO2e: another edition of the factor, another value of the factor (factor ...
        >>> change.difference
        CO2e('0.00010', 'tCO2e')
    """
    check_type(before, Snapshot, field="before")
    check_type(after, Snapshot, field="after")
    earlier = before.statement(scope_2=_method(before, scope_2))
    later = after.statement(scope_2=_method(after, scope_2 if scope_2_after is None else scope_2_after))
    old, new = _rows(earlier), _rows(later)
    emitted, emits = _figures(earlier), _figures(later)
    rows = []
    for name in [*new, *(name for name in old if name not in new)]:
        left, right = old.get(name), new.get(name)
        reasons = dict(_reasons(left, right, before.gwp, after.gwp))
        rows.append(
            RowChange(
                name,
                emitted.get(name),
                emits.get(name),
                tuple(reason for reason in Reason if reason in reasons),
                tuple(reasons[reason] for reason in Reason if reasons.get(reason)),
            )
        )
    return Change(before.name, after.name, earlier.total, later.total, tuple(rows))


def _method(snapshot: Snapshot, scope_2: Scope2Method | None) -> Scope2Method | None:
    """Name the method only where there is one: a year without purchased energy has none."""
    return scope_2 if snapshot.methods else None


def _rows(statement: Statement) -> dict[str, _Row]:
    return {
        **{line.activity.id: line for line in statement.entries},
        **{calculation.id: calculation for calculation in statement.calculations},
    }


def _figures(statement: Statement) -> dict[str, CO2e]:
    calculated = {
        each.id: Inventory((), (each,)).co2e(statement.gwp, scope_2=each.method).total
        for each in statement.calculations
    }
    return {each.line.activity.id: each.co2e for each in statement.lines} | calculated


def _reasons(
    left: _Row | None, right: _Row | None, before: GwpSet, after: GwpSet
) -> Iterator[tuple[Reason, str]]:
    """Say why a row differs; each reason with what was changed to what."""
    if left is None or right is None:
        yield (Reason.ADDED if left is None else Reason.REMOVED), ""
        return
    if left.method is not right.method:
        yield Reason.METHOD, f"method {left.method or 'none'} → {right.method or 'none'}"
    if isinstance(left, Line) and isinstance(right, Line):
        yield from _of_quantities(left, right)
        yield from _of_factors(left.factor, right.factor)
    elif isinstance(left, Line) or isinstance(right, Line):
        yield Reason.METHOD, f"{_kind(left)} → {_kind(right)}"
    elif _sums(left.amounts) != _sums(right.amounts):
        yield Reason.CALCULATION, f"{_listed(left.amounts)} → {_listed(right.amounts)}"
    weights = list(_of_potentials(left, right, before, after))
    if weights:
        yield Reason.GWP_SET, ", ".join(weights)
    moved = list(_of_labels(_about(left), _about(right)))
    if moved:
        yield Reason.PLACED, ", ".join(moved)


def _of_quantities(left: Line, right: Line) -> Iterator[tuple[Reason, str]]:
    given, now = left.activity.quantity, right.activity.quantity
    if given != now:
        yield Reason.QUANTITY, f"quantity {given} → {now}"
    elif left.quantity != right.quantity:
        yield Reason.CONVERSION, f"quantity {left.quantity} → {right.quantity}, of {given}"


def _of_factors(left: Factor, right: Factor) -> Iterator[tuple[Reason, str]]:
    named, now = f"{left.id} ({left.edition})", f"{right.id} ({right.edition})"
    if left.id != right.id:
        yield Reason.FACTOR, f"factor {named} → {now}"
    elif left.edition != right.edition:
        yield Reason.FACTOR_EDITION, f"factor {named} → {now}"
    if _values(left) != _values(right):
        yield Reason.FACTOR_VALUE, f"{_given(left)} → {_given(right)}"


def _of_potentials(left: _Row, right: _Row, before: GwpSet, after: GwpSet) -> Iterator[str]:
    """Say for which gases that stand in both rows the two sets have other values."""
    weighed = {(each.gas, each.origin) for each in _gases(left)}
    for gas, origin in dict.fromkeys((each.gas, each.origin) for each in _gases(right)):
        if (gas, origin) in weighed:
            old, new = before.potential(gas, origin=origin).value, after.potential(gas, origin=origin).value
            if old != new:
                yield f"{gas} {plain(old)} in {before.id} → {plain(new)} in {after.id}"


def _of_labels(left: Activity | Calculation, right: Activity | Calculation) -> Iterator[str]:
    for name in ("facility", "activity", "place", "period", "scope", "category"):
        old, new = getattr(left, name), getattr(right, name)
        if old != new:
            yield f"{name} {old or 'none'} → {new or 'none'}"


def _about(row: _Row) -> Activity | Calculation:
    return row.activity if isinstance(row, Line) else row


def _gases(row: _Row) -> list[Amount]:
    return [each for each in row.amounts if not each.weighed and not each.apart]


def _kind(row: _Row) -> str:
    return "activity × factor" if isinstance(row, Line) else "calculation"


def _given(factor: Factor) -> str:
    return f"{_listed(factor.rates)} per {factor.per}"


def _listed(amounts: tuple[Amount, ...] | tuple[Rate, ...]) -> str:
    return ", ".join(map(str, amounts))


def _in_base(each: Amount | Rate) -> Decimal:
    return multiply(each.number, unit_named(each.unit).ratio)


def _values(factor: Factor) -> dict[object, Fraction]:
    """Say what the factor gives of each gas for one base unit of activity, so that units do not matter."""
    per = Fraction(*unit_named(factor.per).ratio.as_integer_ratio())
    return {
        (rate.gas, rate.origin, rate.basis): Fraction(*_in_base(rate).as_integer_ratio()) / per
        for rate in factor.rates
    }


def _sums(amounts: tuple[Amount, ...]) -> dict[object, Decimal]:
    sums: dict[object, list[Decimal]] = {}
    for each in amounts:
        sums.setdefault((each.gas, each.origin, each.basis), []).append(_in_base(each))
    return {key: total(numbers) for key, numbers in sums.items()}

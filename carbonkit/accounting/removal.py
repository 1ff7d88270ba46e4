"""
Removals and credits: what was taken back, and what was bought from others, beside an inventory.

Neither is ever netted: an inventory's totals are gross, and what is here is reported as memo
items that no sum of emissions takes in. The types see to it, as a memo item is no CO2e.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting.gwp import gas_name
from carbonkit.errors import BatchError, InvalidValueError, Problem, WrongTypeError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Exact, exact, plain, total, whole
from carbonkit.values.place import Place
from carbonkit.values.quantity import Mass
from carbonkit.values.source import Source
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

__all__ = ["Credit", "CreditKind", "MemoItem", "Removal", "RemovalKind", "RemovalsAndCredits"]


class RemovalKind(enum.Enum):
    """
    How carbon is taken back.

    Example:
        >>> RemovalKind("hybrid")
        <RemovalKind.HYBRID: 'hybrid'>
    """

    BIOGENIC = "biogenic"
    """By plants and soil: forests, wetlands, farmland."""
    TECHNOLOGICAL = "technological"
    """By a plant or a mineral: direct air capture, enhanced weathering."""
    HYBRID = "hybrid"
    """By both: biochar, energy from biomass with capture and storage."""

    def __str__(self) -> str:
        """Write it as reports do."""
        return self.value


class CreditKind(enum.Enum):
    """
    What a credit was issued for.

    Example:
        >>> CreditKind("reduction")
        <CreditKind.REDUCTION: 'reduction'>
    """

    REDUCTION = "reduction"
    """Emissions that did not take place."""
    REMOVAL = "removal"
    """Carbon that was taken back."""

    def __str__(self) -> str:
        """Write it as reports do."""
        return self.value


def _memo_number(value: Exact) -> Decimal:
    return exact(value, field="number")


@attrs.frozen
class MemoItem:
    """
    A figure that is reported beside an inventory, and in no sum of emissions.

    It has no arithmetic, and nothing that adds up emissions takes it.

    Args:
        label: What the figure is.
        number: How much.
        unit: What is counted, in words.

    Raises:
        InexactNumberError: If `number` is a float, a bool, NaN or infinite.
        InvalidValueError: If a name is blank.

    Example:
        >>> print(MemoItem("removed, biogenic", "120", "t CO2"))
        removed, biogenic: 120 t CO2
    """

    label: str = attrs.field(validator=is_name)
    number: Decimal = attrs.field(converter=_memo_number)
    unit: str = attrs.field(validator=is_name)

    def __str__(self) -> str:
        """Write it out."""
        return f"{self.label}: {plain(self.number)} {self.unit}"


def _permanence(value: int | None) -> int | None:
    if value is None:
        return None
    number = whole(value, field="permanence_years")
    if number < 0:
        raise InvalidValueError("be zero or more", was=number, field="permanence_years")
    return number


@attrs.frozen(kw_only=True)
class Removal:
    """
    A mass of a gas that was taken out of the air and stored; or the reversal of such.

    Args:
        id: Names it; used once.
        facility: The site that it counts to.
        kind: How it was taken back.
        method: The method in words, such as "afforestation" or "direct air capture".
        gas: The gas.
        mass: How much: above zero for a removal, below zero for a reversal.
        place: Where it is stored.
        period: When it was taken back, or came free again; it has an end.
        permanence_years: For how long storage is foreseen; None where nobody says. [years]
        own: Whether in the reporter's own operations; otherwise in its value chain.
        source: The measurement or the report behind it.
        reverses: The id of the removal that a reversal takes back.
        file: The file that it was read from.
        row: The row in that file.

    Raises:
        InvalidValueError: If a name is blank, the mass is zero, the period has no end, or only one of a
            negative mass and the removal that it reverses is there.

    Example:
        >>> forest = Removal(id="2025", facility="estate", kind=RemovalKind.BIOGENIC, method="afforestation",
        ...                  gas="CO2", mass=Mass(120, "t"), place=Place("CN/HB"), period=Period.year(2025),
        ...                  permanence_years=30, own=True, source=Source("Us", "Forest survey", 2026))
        >>> print(forest)
        2025: 120 t CO2 by afforestation, 30 years
    """

    id: str = attrs.field(validator=is_name)
    facility: str = attrs.field(validator=is_name)
    kind: RemovalKind = attrs.field(validator=is_a(RemovalKind))
    method: str = attrs.field(validator=is_name)
    gas: str = attrs.field(converter=gas_name)
    mass: Mass = attrs.field(validator=is_a(Mass))
    place: Place = attrs.field(validator=is_a(Place))
    period: Period = attrs.field(validator=is_a(Period))
    permanence_years: int | None = attrs.field(converter=_permanence)
    own: bool = attrs.field(validator=is_a(bool))
    source: Source = attrs.field(validator=is_a(Source))
    reverses: str = attrs.field(default="", validator=is_a(str))
    file: str = attrs.field(default="", eq=False, repr=False)
    row: int | None = attrs.field(default=None, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Check that the period has an end, and that sign and reversal belong together."""
        if self.period.end is None:
            raise InvalidValueError("have an end", was=str(self.period), field="period")
        if not self.mass.number:
            raise InvalidValueError("be something taken back, or a reversal", was="0", field="mass")
        if (self.mass.number < 0) is not bool(self.reverses):
            must = "be negative for a reversal, which names what it reverses, and positive otherwise"
            raise InvalidValueError(must, was=str(self.mass), field="mass")

    def explain(self) -> Explanation:
        """
        Say what was taken back, how, where, and for how long.

        Returns:
            The mass with its facts and its source.
        """
        what = f"reversal of {self.reverses}" if self.reverses else "removal"
        where = "own operations" if self.own else "value chain"
        how = f"{self.kind}, {self.method} at {self.place}, {self.period}, facility {self.facility}, {where}"
        how += f", {self._permanence()}"
        return Explanation(f"{what} {self.id}", f"{self.mass} {self.gas}", how, self.source)

    def _permanence(self) -> str:
        if self.permanence_years is None:
            return "permanence not said"
        return f"{self.permanence_years} years"

    def __str__(self) -> str:
        """Say what was taken back."""
        return f"{self.id}: {self.mass} {self.gas} by {self.method}, {self._permanence()}"


def _tonnes(value: int) -> int:
    number = whole(value, field="tonnes")
    if number <= 0:
        raise InvalidValueError("be more than zero", was=number, field="tonnes")
    return number


def _cancelled_on(value: datetime.date | str | None) -> datetime.date | None:
    return None if value is None else as_date(value, field="cancelled_on")


@attrs.frozen(kw_only=True)
class Credit:
    """
    Carbon credits of one project and vintage, bought from outside the value chain.

    Args:
        serial: The serial numbers in their registry; used once.
        standard: The standard that issued them.
        project: The project.
        kind: Whether they stand for reductions or removals.
        tonnes: How many, each of one tonne of CO2e.
        vintage: When the reduction or removal took place.
        place: Where.
        corresponding_adjustment: Whether the host country adjusts its own account for them.
        cancelled_on: When they were cancelled for the reporter, not before the first day of the vintage;
            None while that is only planned.
        source: The registry's statement.
        removal: Of a removal credit, how the carbon is taken back.
        file: The file that it was read from.
        row: The row in that file.

    Raises:
        InvalidValueError: If a name is blank, the number is not whole and above zero, the credits were
            cancelled before their vintage, or `removal` is missing for a removal credit or given for
            another.

    Example:
        >>> bought = Credit(serial="VCS-1-100", standard="VCS", project="Wind park 7",
        ...                 kind=CreditKind.REDUCTION, tonnes=100, vintage=Period.year(2023),
        ...                 place=Place("IN"), corresponding_adjustment=False, cancelled_on="2025-11-03",
        ...                 source=Source("Verra", "Registry", 2025))
        >>> print(bought)
        VCS-1-100: 100 t CO2e of VCS, Wind park 7, reduction, cancelled on 2025-11-03
    """

    serial: str = attrs.field(validator=is_name)
    standard: str = attrs.field(validator=is_name)
    project: str = attrs.field(validator=is_name)
    kind: CreditKind = attrs.field(validator=is_a(CreditKind))
    tonnes: int = attrs.field(converter=_tonnes)
    vintage: Period = attrs.field(validator=is_a(Period))
    place: Place = attrs.field(validator=is_a(Place))
    corresponding_adjustment: bool = attrs.field(validator=is_a(bool))
    cancelled_on: datetime.date | None = attrs.field(converter=_cancelled_on)
    source: Source = attrs.field(validator=is_a(Source))
    removal: RemovalKind | None = attrs.field(
        default=None, validator=attrs.validators.optional(is_a(RemovalKind))
    )
    file: str = attrs.field(default="", eq=False, repr=False)
    row: int | None = attrs.field(default=None, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Check that the vintage comes first, and that the kind of removal stands where there is one."""
        if self.cancelled_on is not None and self.cancelled_on < self.vintage.start:
            must = f"not be before the vintage, which starts on {self.vintage.start}"
            raise InvalidValueError(must, was=str(self.cancelled_on), field="cancelled_on")
        if (self.kind is CreditKind.REMOVAL) is not (self.removal is not None):
            must = "be named for a removal credit, and for no other"
            raise InvalidValueError(must, was=str(self.removal or "none"), field="removal")

    def explain(self) -> Explanation:
        """
        Say what was bought and what became of it.

        Returns:
            The tonnes with their facts and their source.
        """
        kind = f"{self.kind}, {self.removal}" if self.removal is not None else str(self.kind)
        adjusted = "with" if self.corresponding_adjustment else "without"
        how = f"{kind} by {self.project} at {self.place}, vintage {self.vintage}, {self.standard}, "
        how += f"{adjusted} corresponding adjustment, {self._state()}"
        return Explanation(f"credits {self.serial}", f"{self.tonnes} t CO2e", how, self.source)

    def _state(self) -> str:
        return "cancellation planned" if self.cancelled_on is None else f"cancelled on {self.cancelled_on}"

    def __str__(self) -> str:
        """Say what they are."""
        what = f"{self.tonnes} t CO2e of {self.standard}, {self.project}, {self.kind}"
        return f"{self.serial}: {what}, {self._state()}"


def _removals(value: Iterable[Removal]) -> tuple[Removal, ...]:
    check_type(value, Iterable, field="removals")
    removals = tuple(value)
    for each in removals:
        check_type(each, Removal, field="removals")
    return removals


def _credits(value: Iterable[Credit]) -> tuple[Credit, ...]:
    check_type(value, Iterable, field="credits")
    found = tuple(value)
    for each in found:
        check_type(each, Credit, field="credits")
    return found


@attrs.frozen(repr=False)
class RemovalsAndCredits:
    """
    Removals and credits, to be reported beside a statement; they change no figure of it.

    Args:
        removals: What was taken back, and reversals.
        credits: What was bought from others.

    Raises:
        BatchError: If an id or a serial stands twice, or a reversal takes back another gas or more than was
            removed, something that is not there, or something before it was removed; every problem is in
            it.

    Example:
        >>> forest = Removal(id="2024", facility="estate", kind=RemovalKind.BIOGENIC, method="afforestation",
        ...                  gas="CO2", mass=Mass(120, "t"), place=Place("CN/HB"), period=Period.year(2024),
        ...                  permanence_years=30, own=True, source=Source("Us", "Forest survey", 2025))
        >>> fire = attrs.evolve(forest, id="fire", mass=Mass(-20, "t"), reverses="2024",
        ...                     period=Period.year(2025))
        >>> for item in RemovalsAndCredits([forest, fire], []).removed():
        ...     print(item)
        removed, biogenic, CO2: 120 t CO2
        reversed, biogenic, CO2: -20 t CO2
    """

    removals: tuple[Removal, ...] = attrs.field(converter=_removals)
    credits: tuple[Credit, ...] = attrs.field(converter=_credits)

    def __attrs_post_init__(self) -> None:
        """Check that nothing is counted twice, and that reversals fit what they reverse."""
        problems = [
            *_twice(self.removals, lambda it: it.id, "id"),
            *_twice(self.credits, lambda it: it.serial, "serial"),
            *self._reversals(),
        ]
        if problems:
            raise BatchError(problems)

    def removed(self) -> tuple[MemoItem, ...]:
        """
        Add up what was taken back and what came free again, by kind and gas; the two are not netted.

        Returns:
            A memo item for each, in the order in which they first occur. [t of the gas]
        """
        sums: dict[tuple[str, str], list[Decimal]] = {}
        for each in self.removals:
            what = "reversed" if each.reverses else "removed"
            label = f"{what}, {each.kind}, {each.gas}"
            sums.setdefault((label, each.gas), []).append(each.mass.to("t").number)
        return tuple(MemoItem(label, total(masses), f"t {gas}") for (label, gas), masses in sums.items())

    def credited(self, period: Period) -> tuple[MemoItem, ...]:
        """
        Add up the credits that were cancelled in a period, by kind.

        Args:
            period: The period.

        Returns:
            A memo item for each kind that has any. [t CO2e]

        Example:
            >>> RemovalsAndCredits([], []).credited(Period.year(2025))
            ()
        """
        return _by_kind(self.cancelled(period), "cancelled")

    def planned(self) -> tuple[MemoItem, ...]:
        """
        Add up the credits whose cancellation is planned, by kind.

        Returns:
            A memo item for each kind that has any. [t CO2e]

        Example:
            >>> RemovalsAndCredits([], []).planned()
            ()
        """
        return _by_kind([each for each in self.credits if each.cancelled_on is None], "planned")

    def cancelled(self, period: Period) -> tuple[Credit, ...]:
        """
        List the credits that were cancelled in a period.

        Args:
            period: The period.

        Returns:
            The credits.

        Example:
            >>> RemovalsAndCredits([], []).cancelled(Period.year(2025))
            ()
        """
        check_type(period, Period, field="period")
        return tuple(each for each in self.credits if each.cancelled_on and each.cancelled_on in period)

    def share(self, period: Period, holds: Callable[[Credit], bool]) -> Fraction:
        """
        Say which share of the credits cancelled in a period something holds of, as reports ask.

        Args:
            period: The period.
            holds: What must hold, such as ``lambda credit: credit.corresponding_adjustment``.

        Returns:
            The exact share of the tonnes.

        Raises:
            InvalidValueError: If none were cancelled, so that there is no share.
            WrongTypeError: If `holds` can not be called.

        Example:
            >>> RemovalsAndCredits([], []).share(Period.year(2025), lambda credit: True)
            Traceback (most recent call last):
            ...
            carbonkit.errors.InvalidValueError: credits: must be cancelled in [2025-01-01, 2026-01-01) to \
have a share, was none
        """
        found = self.cancelled(period)
        if not callable(holds):
            raise WrongTypeError("be something to call", was=repr(holds), field="holds")
        if not found:
            raise InvalidValueError(f"be cancelled in {period} to have a share", was="none", field="credits")
        some = sum(each.tonnes for each in found if holds(each))
        return Fraction(some, sum(each.tonnes for each in found))

    def explain(self) -> Explanation:
        """
        Say what is there, item by item, down to the sources.

        Returns:
            All removals and credits.
        """
        value = f"{len(self.removals)} removals and reversals, {len(self.credits)} lots of credits"
        how = "reported beside the emissions, never netted"
        parts = [*(each.explain() for each in self.removals), *(each.explain() for each in self.credits)]
        return Explanation("removals and credits", value, how, parts=parts)

    def _reversals(self) -> Iterator[Problem]:
        known = {each.id: each for each in self.removals if not each.reverses}
        taken: dict[str, Mass] = {}
        for each in self.removals:
            if not each.reverses:
                continue
            first = known.get(each.reverses)
            if first is None or first.gas != each.gas:
                must = f"reverse a removal of {each.gas} that is here"
                yield _problem(each, InvalidValueError(must, was=each.reverses, field="reverses"))
                continue
            if each.period.start < first.period.start:
                must = f"not start before {first.id}, which it takes back, on {first.period.start}"
                yield _problem(each, InvalidValueError(must, was=str(each.period), field="period"))
            back = taken[first.id] = taken.get(first.id, Mass(0, "t")) - each.mass
            if back > first.mass:
                must = f"take back no more than the {first.mass} of {first.id}"
                yield _problem(each, InvalidValueError(must, was=str(back), field="mass"))

    def __repr__(self) -> str:
        """Say how much there is."""
        return f"<RemovalsAndCredits: {len(self.removals)} removals, {len(self.credits)} lots of credits>"


Item = TypeVar("Item", Removal, Credit)


def _problem(each: Removal | Credit, error: InvalidValueError) -> Problem:
    return error.at(file=each.file, row=each.row).problem


def _twice(items: Iterable[Item], key: Callable[[Item], Hashable], field: str) -> Iterator[Problem]:
    seen: set[Hashable] = set()
    for each in items:
        if key(each) in seen:
            yield _problem(each, InvalidValueError("be used once", was=str(key(each)), field=field))
        seen.add(key(each))


def _by_kind(found: Iterable[Credit], what: str) -> tuple[MemoItem, ...]:
    tonnes: dict[str, int] = {}
    for each in found:
        label = f"{what}, {each.kind}" + (f", {each.removal}" if each.removal is not None else "")
        tonnes[label] = tonnes.get(label, 0) + each.tonnes
    return tuple(MemoItem(label, number, "t CO2e") for label, number in tonnes.items())

"""
Purchased energy: scope 2 by both methods, side by side; made by `dual_scope_2`.

Location-based, every purchase is a line with the factor of its grid. Market-based, every
supply is a calculation: energy of one site under one instrument, the residual mix or, where
none exists and the caller says so, the grid's average. The two answers are never added.

Results of several calls are put together by `joined`, which sees what each instrument was
claimed for in all of them.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.instrument import ContractualInstrument, InstrumentKind
from carbonkit.accounting.inventory import Inventory
from carbonkit.accounting.lines import Lines
from carbonkit.accounting.placement import Claims, in_unit
from carbonkit.accounting.scope import Scope2Method
from carbonkit.errors import BatchError, InvalidValueError, Problem, WrongTypeError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import add
from carbonkit.values.quantity import Energy
from carbonkit.values.time import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.accounting.line import Line

__all__ = ["Notice", "PurchasedEnergy", "Supply", "WithoutResidualMix", "joined"]

_BASE = "MJ"


class WithoutResidualMix(enum.Enum):
    """
    What is done with energy that no instrument covers, where no residual mix exists.

    Example:
        >>> WithoutResidualMix("grid average")
        <WithoutResidualMix.GRID_AVERAGE: 'grid average'>
    """

    REFUSE = "refuse"
    """It is a problem of the batch."""
    GRID_AVERAGE = "grid average"
    """It takes the location-based factor, and the result discloses it."""


@attrs.frozen
class Notice:
    """
    Something that a report must say beside a figure.

    Args:
        code: A stable name, for programs.
        says: What must be said.

    Example:
        >>> print(Notice("no_residual_mix", "no residual mix exists for electricity at CN"))
        no residual mix exists for electricity at CN
    """

    code: str = attrs.field(validator=is_name)
    says: str = attrs.field(validator=is_a(str))

    def __str__(self) -> str:
        """Say it."""
        return self.says


@attrs.frozen
class Supply:
    """
    Energy of one site under one instrument or mix.

    Args:
        kind: Its place in the hierarchy.
        energy: How much; below zero where credit notes outweigh what was bought.
        calculation: What it emitted, market-based, with its site.
        instrument: The instrument; None of a mix.

    Example:
        >>> from carbonkit.accounting import Amount, Scope, Scope2Method
        >>> from carbonkit.values import Place
        >>> rest = Calculation("rest", "7", "electricity", Place("DE"), Period.year(2025), Scope.TWO,
        ...                    [Amount("CO2", "18", "t")], Explanation("rest", "18 t"),
        ...                    method=Scope2Method.MARKET)
        >>> print(Supply(InstrumentKind.RESIDUAL_MIX, Energy("40", "MWh"), rest))
        40 MWh of electricity for 7 under residual mix: 18 t CO2
    """

    kind: InstrumentKind = attrs.field(validator=is_a(InstrumentKind))
    energy: Energy = attrs.field(validator=is_a(Energy))
    calculation: Calculation = attrs.field(validator=is_a(Calculation))
    instrument: ContractualInstrument | None = attrs.field(
        default=None, validator=attrs.validators.optional(is_a(ContractualInstrument))
    )

    @property
    def under(self) -> str:
        """The instrument's id, or the kind of mix."""
        return str(self.kind) if self.instrument is None else self.instrument.id

    def __str__(self) -> str:
        """Say how much of what it is, and what it emitted."""
        amounts = ", ".join(map(str, self.calculation.amounts)) or "nothing"
        to = f"{self.calculation.activity} for {self.calculation.facility}"
        return f"{self.energy} of {to} under {self.under}: {amounts}"


def _lines(value: Iterable[Line]) -> Lines:
    check_type(value, Iterable, field="lines")
    return Lines.of(value)


def _supplies(value: Iterable[Supply]) -> tuple[Supply, ...]:
    check_type(value, Iterable, field="supplies")
    supplies = tuple(value)
    for each in supplies:
        check_type(each, Supply, field="supplies")
    return supplies


def _notices(value: Iterable[Notice]) -> tuple[Notice, ...]:
    check_type(value, Iterable, field="notices")
    notices = tuple(value)
    for each in notices:
        check_type(each, Notice, field="notices")
    return notices


@attrs.frozen(repr=False)
class PurchasedEnergy:
    """
    Scope 2 of a period by both methods; made by `dual_scope_2`, whose example shows it.

    It can not hold more claims on an instrument than the instrument covers, so neither can what
    `joined` makes of several.

    Args:
        period: The period of consumption.
        lines: The purchases, location-based.
        supplies: The same energy, market-based.
        notices: What a report must say beside the figures.

    Raises:
        BatchError: If a purchase or a supply is there twice, an instrument is claimed for more than it
            covers or says two things, a certificate is claimed under two instruments, or more is claimed
            in a market than was consumed in it in a period; every problem is in it.

    Example:
        >>> nothing = PurchasedEnergy(Period.year(2025), (), ())
        >>> print(nothing.consumption)
        0 MJ
    """

    period: Period = attrs.field(validator=is_a(Period))
    lines: Lines = attrs.field(converter=_lines)
    supplies: tuple[Supply, ...] = attrs.field(converter=_supplies)
    notices: tuple[Notice, ...] = attrs.field(default=(), converter=_notices)

    def __attrs_post_init__(self) -> None:
        """Check that nothing is there twice, and that no claim goes beyond its instrument or its market."""
        problems = [
            *_twice(each.id for each in self.lines.activities),
            *_twice(each.id for each in self.calculations),
            *self.claims.problems,
            *_beyond_markets(self.supplies),
        ]
        if problems:
            raise BatchError(problems)

    @property
    def claims(self) -> Claims:
        """What was claimed of each instrument."""
        return Claims.of((each.instrument, each.energy) for each in self.supplies if each.instrument)

    @property
    def calculations(self) -> tuple[Calculation, ...]:
        """The market-based calculations, to stand in an inventory beside the lines."""
        return tuple(supply.calculation for supply in self.supplies)

    @property
    def consumption(self) -> Energy:
        """All energy, credit notes taken off."""
        return self._sum(self.supplies)

    def supplied(self, kind: InstrumentKind) -> Energy:
        """
        Add up the energy under one kind of instrument or mix.

        Args:
            kind: The kind.

        Returns:
            Its energy; zero is a value.

        Example:
            >>> print(PurchasedEnergy(Period.year(2025), (), ()).supplied(InstrumentKind.CERTIFICATE))
            0 MJ
        """
        check_type(kind, InstrumentKind, field="kind")
        return self._sum(supply for supply in self.supplies if supply.kind is kind)

    def share(self, *, bundled: bool | None = None, activity: str = "") -> Fraction:
        """
        Say which share of the consumption stands under contractual instruments, as ESRS E1 asks.

        Args:
            bundled: True for those bought together with the energy, False for those bought apart,
                None for both.
            activity: One kind of energy; if empty, all.

        Returns:
            The exact share.

        Raises:
            InvalidValueError: If there is no consumption above zero, so that there is no share.

        Example:
            >>> PurchasedEnergy(Period.year(2025), (), ()).share()
            Traceback (most recent call last):
            ...
            carbonkit.errors.InvalidValueError: consumption: must be more than zero to have a share, was 0 MJ
        """
        if bundled is not None:
            check_type(bundled, bool, field="bundled")
        found = [it for it in self.supplies if not activity or it.calculation.activity == activity]
        everything = self._sum(found)
        if everything.number <= 0:
            must = "be more than zero to have a share"
            raise InvalidValueError(must, was=str(everything), field="consumption")
        some = self._sum(
            it
            for it in found
            if it.instrument is not None and (bundled is None or it.instrument.bundled is bundled)
        )
        return Fraction(some.in_base()) / Fraction(everything.in_base())

    def inventory(self) -> Inventory:
        """
        Make an inventory of nothing else.

        Returns:
            The lines and the calculations.

        Example:
            >>> PurchasedEnergy(Period.year(2025), (), ()).inventory()
            <Inventory of 0 lines>
        """
        return Inventory(self.lines, self.calculations)

    def beside(self, inventory: Inventory) -> Inventory:
        """
        Add it to an inventory of everything else.

        Args:
            inventory: The other emissions, without further results of `dual_scope_2`: those are put
                together by `joined` first, which sees all their claims.

        Returns:
            One inventory of both.

        Raises:
            BatchError: If an id stands in both, or there is purchased energy in the other whose claims can
                not be seen, or that was accounted by one method alone.
            WrongTypeError: If it is no inventory.

        Example:
            >>> PurchasedEnergy(Period.year(2025), (), ()).beside(Inventory(()))
            <Inventory of 0 lines>
        """
        if isinstance(inventory, PurchasedEnergy):
            hint = "put results together with joined([…]) first"
            raise WrongTypeError("be an Inventory", was=repr(inventory), field="inventory", hint=hint)
        check_type(inventory, Inventory, field="inventory")
        here = {each.id for each in self.lines.activities}
        there = dict.fromkeys(each.id for each in inventory.lines.activities)
        problems = [_used_once(name) for name in there if name in here]
        problems.extend(list(_unseen_claims(inventory)) or _one_method(inventory))
        if problems:
            raise BatchError(problems)
        lines = (*inventory.lines, *self.lines)
        return Inventory(lines, (*inventory.calculations, *self.calculations))

    def explain(self) -> Explanation:
        """
        Say how both answers came about, down to the rows, the instruments and the sources.

        Returns:
            Both methods and the notices.
        """
        said = [Explanation(f"disclosure {each.code}", each.says) for each in self.notices]
        lines = [line.explain() for line in self.lines]
        supplies = [each.calculation.explain() for each in self.supplies]
        return Explanation(
            f"purchased energy in {self.period}",
            str(self.consumption),
            "by both methods, which are never added",
            parts=(
                Explanation(
                    "location-based", f"{len(lines)} lines", "each with its grid's factor", None, lines
                ),
                Explanation(
                    "market-based", f"{len(supplies)} supplies", "down the hierarchy", None, supplies
                ),
                *said,
            ),
        )

    @staticmethod
    def _sum(supplies: Iterable[Supply]) -> Energy:
        return added(supply.energy for supply in supplies)

    def __repr__(self) -> str:
        """Say how much it holds."""
        return f"<PurchasedEnergy in {self.period}: {len(self.lines)} lines, {len(self.supplies)} supplies>"


def joined(results: Iterable[PurchasedEnergy]) -> PurchasedEnergy:
    """
    Put results together: of several periods, or of several groups of facilities.

    Claims are added up over all of them, so that one certificate does not count in each.

    Args:
        results: What the calls of `dual_scope_2` gave, each once.

    Returns:
        One result, from the first day of the first to the last day of the last.

    Raises:
        InvalidValueError: If there is none.
        BatchError: If they do not go together, as `PurchasedEnergy` says.

    Example:
        >>> quarters = [PurchasedEnergy(Period("2025-01-01", "2025-04-01"), (), ()),
        ...             PurchasedEnergy(Period("2025-04-01", "2025-07-01"), (), ())]
        >>> print(joined(quarters).period)
        [2025-01-01, 2025-07-01)
    """
    check_type(results, Iterable, field="results")
    found = list(results)
    for each in found:
        check_type(each, PurchasedEnergy, field="results")
    if not found:
        raise InvalidValueError("hold at least one", was="none", field="results")
    ends = [each.period.end for each in found if each.period.end is not None]
    return PurchasedEnergy(
        Period(
            min(each.period.start for each in found),
            max(ends) if len(ends) == len(found) else None,
        ),
        [line for each in found for line in each.lines],
        [supply for each in found for supply in each.supplies],
        [notice for each in found for notice in each.notices],
    )


def _used_once(name: str) -> Problem:
    return InvalidValueError("be used once", was=name, field="id").problem


def _twice(names: Iterable[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield _used_once(name)
        seen.add(name)


def _beyond_markets(supplies: tuple[Supply, ...]) -> Iterator[Problem]:
    """Find the markets in which more was claimed in a period than was consumed, credit notes taken off."""
    claims = [
        (each.instrument.market, each.instrument.activity, each.calculation.period)
        for each in supplies
        if each.instrument is not None and each.instrument.energy is not None
    ]
    for market, activity, period in dict.fromkeys(claims):
        consumed, claimed = [], []
        for each in supplies:
            made = each.calculation
            if made.activity == activity and made.period == period and market.holds(made.place):
                consumed.append(each.energy)
                if each.instrument is not None and each.instrument.energy is not None:
                    claimed.append(each.energy)
        if added(claimed) > max(added(consumed), Energy(0, _BASE)):
            must = f"be claimed for no more {activity} than the {added(consumed)} consumed"
            yield InvalidValueError(
                f"{must} in market {market} in {period}",
                was=str(added(claimed)),
                field="energy",
                code="over_claimed",
            ).problem


def _unseen_claims(inventory: Inventory) -> Iterator[Problem]:
    """Find purchased energy that may stand under instruments that an inventory does not show."""
    found = [each for each in inventory.calculations if each.method is not None]
    if found:
        yield InvalidValueError(
            "hold no result of dual_scope_2, whose claims can not be seen in an inventory",
            was=f"{len(found)} calculations of purchased energy, such as {found[0].id}",
            field="inventory",
            hint="put the results together with joined([…]), and that beside the rest",
        ).problem


def _one_method(inventory: Inventory) -> Iterator[Problem]:
    """Find purchased energy that only one of the two totals would hold."""
    methods = {place: factor.method for place, factor in inventory.lines.used.items()}
    found: dict[str, set[Scope2Method]] = {}
    places = {}
    for activity, factor in zip(inventory.lines.activities, inventory.lines.chosen, strict=True):
        method = methods[factor]
        if method is not None:
            found.setdefault(activity.id, set()).add(method)
            places[activity.id] = activity
    for name, some in found.items():
        if len(some) < len(Scope2Method):
            (only,) = some
            hint = "pass it to dual_scope_2 with the other purchases, or account for it by both methods"
            error = InvalidValueError(
                f"be accounted by both methods, as other purchased energy is, not {only} alone",
                was=name,
                field="inventory",
                hint=hint,
            )
            yield error.at(file=places[name].file, row=places[name].row).problem


def added(energies: Iterable[Energy]) -> Energy:
    """
    Add up energies; in their unit if all have the same, else in megajoules.

    Args:
        energies: The energies.

    Returns:
        The sum.

    Example:
        >>> print(added([Energy("1", "MWh"), Energy("-0.4", "MWh")]))
        0.6 MWh
    """
    found = list(energies)
    base = Decimal(0)
    for each in found:
        base = add(base, each.in_base())
    units = {each.unit for each in found}
    return in_unit(base, units.pop() if len(units) == 1 else _BASE)

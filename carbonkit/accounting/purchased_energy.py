"""
Purchased energy: scope 2 by both methods, side by side; made by `dual_scope_2`.

Location-based, every purchase is a line with the factor of its grid. Market-based, every
supply is a calculation: energy of one site under one instrument, the residual mix or, where
none exists and the caller says so, the grid's average. The two answers are never added.
"""

from __future__ import annotations

import enum
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.instrument import ContractualInstrument, InstrumentKind
from carbonkit.accounting.inventory import Inventory
from carbonkit.accounting.lines import Lines
from carbonkit.errors import InexactConversionError, InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.number import add
from carbonkit.values.quantity import Energy
from carbonkit.values.time import Period

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.accounting.line import Line

__all__ = ["Notice", "PurchasedEnergy", "Supply", "WithoutResidualMix"]

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
    says: str

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
    instrument: ContractualInstrument | None = None

    @property
    def under(self) -> str:
        """The instrument's id, or the kind of mix."""
        return str(self.kind) if self.instrument is None else self.instrument.id

    def __str__(self) -> str:
        """Say how much of what it is, and what it emitted."""
        amounts = ", ".join(map(str, self.calculation.amounts))
        to = f"{self.calculation.activity} for {self.calculation.facility}"
        return f"{self.energy} of {to} under {self.under}: {amounts}"


def _lines(value: Iterable[Line]) -> Lines:
    return Lines.of(value)


@attrs.frozen(repr=False)
class PurchasedEnergy:
    """
    Scope 2 of a period by both methods; made by `dual_scope_2`, whose example shows it.

    Args:
        period: The period of consumption.
        lines: The purchases, location-based.
        supplies: The same energy, market-based.
        notices: What a report must say beside the figures.

    Example:
        >>> nothing = PurchasedEnergy(Period.year(2025), (), ())
        >>> print(nothing.consumption)
        0 MJ
    """

    period: Period = attrs.field(validator=is_a(Period))
    lines: Lines = attrs.field(converter=_lines)
    supplies: tuple[Supply, ...]
    notices: tuple[Notice, ...] = ()

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
            inventory: The other emissions.

        Returns:
            One inventory of both.

        Raises:
            BatchError: If an id stands in both.

        Example:
            >>> PurchasedEnergy(Period.year(2025), (), ()).beside(Inventory(()))
            <Inventory of 0 lines>
        """
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


def in_unit(base: Decimal, unit: str) -> Energy:
    """
    Write megajoules in a unit, if that ends in decimals.

    Args:
        base: The energy. [MJ]
        unit: The unit that is wanted.

    Returns:
        The same energy, in megajoules where it has no end in the unit.

    Example:
        >>> print(in_unit(Decimal(7200), "MWh"), in_unit(Decimal(1), "kWh"))
        2 MWh 1 MJ
    """
    energy = Energy(base, _BASE)
    try:
        return energy.to(unit)
    except InexactConversionError:
        return energy

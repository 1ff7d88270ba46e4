"""
Where a waterfall stands: capital not given back, preferred return unpaid, and what each tier has paid.

A position never changes; time, capital and distributions give the position after them.
All of it is exact: nothing is rounded before it is paid.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund.carry.hurdle import Hurdle
from carbonkit.fund.figure import Number, fraction

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Accrued", "Tier", "TierAmount", "TierPosition"]

_NONE = Fraction(0)

Accrued: TypeAlias = tuple[tuple[Hurdle, Fraction], ...]
"""Preferred return by hurdle."""


@runtime_checkable
class Tier(Protocol):
    """
    One step of a waterfall.

    Example:
        >>> from carbonkit.fund.carry.tier import ReturnOfCapital
        >>> tier: Tier = ReturnOfCapital()
        >>> tier.name
        'return of capital'
    """

    @property
    def name(self) -> str:
        """What the tier is called."""
        ...

    @property
    def general_partner(self) -> Fraction:
        """The general partner's share of what the tier takes."""
        ...

    @property
    def returns_capital(self) -> bool:
        """Whether what it pays is capital given back, and not profit."""
        ...

    @property
    def hurdle(self) -> Hurdle | None:
        """The hurdle that it pays or that ends it, if any."""
        ...

    def room(self, position: TierPosition) -> Fraction | None:
        """Say how much the tier still takes; None if it takes all that comes."""
        ...


@attrs.frozen
class TierAmount:
    """
    What one tier took, exactly; nothing is rounded.

    Args:
        tier: The tier.
        limited_partners: What of it goes to the limited partners.
        general_partner: What of it goes to the general partner.

    Example:
        >>> from carbonkit.fund.carry.tier import ReturnOfCapital
        >>> TierAmount(ReturnOfCapital(), Fraction(100), Fraction(0)).total
        Fraction(100, 1)
    """

    tier: Tier
    limited_partners: Fraction
    general_partner: Fraction

    @property
    def total(self) -> Fraction:
        """Both together."""
        return self.limited_partners + self.general_partner

    def plus(self, limited_partners: Fraction, general_partner: Fraction) -> TierAmount:
        """
        Add to it.

        Args:
            limited_partners: What more goes to the limited partners.
            general_partner: What more goes to the general partner.

        Returns:
            The sum.

        Example:
            >>> from carbonkit.fund.carry.tier import ReturnOfCapital
            >>> TierAmount(ReturnOfCapital(), Fraction(100), Fraction(0)).plus(Fraction(1), Fraction(0)).total
            Fraction(101, 1)
        """
        return attrs.evolve(
            self,
            limited_partners=self.limited_partners + limited_partners,
            general_partner=self.general_partner + general_partner,
        )


def _zero_or_more(value: Number, field: str) -> Fraction:
    number = fraction(value, field=field)
    if number < 0:
        raise InvalidValueError("be zero or more", was=str(value), field=field)
    return number


def _hurdles(tiers: Iterable[Tier]) -> tuple[Hurdle, ...]:
    found: list[Hurdle] = []
    for tier in tiers:
        if tier.hurdle is not None and tier.hurdle not in found:
            found.append(tier.hurdle)
    return tuple(found)


@attrs.frozen(kw_only=True)
class TierPosition:
    """
    Where a waterfall stands: what is unreturned, what is accrued, what each tier has paid.

    Args:
        unreturned: Capital that is to be given back.
        uncalled: What of it is not paid in yet, and so earns no preferred return.
        preferred: Each hurdle's preferred return unpaid.
        paid: What each tier has paid so far, in the order of the tiers.

    Example:
        >>> from carbonkit.fund.carry.tier import ReturnOfCapital, SplitTier
        >>> position = TierPosition.of([ReturnOfCapital(), SplitTier("0.20", None)])
        >>> position = position.with_capital(Fraction(100)).poured(Fraction(150))
        >>> position.profit, position.general_partner
        (Fraction(50, 1), Fraction(10, 1))
    """

    unreturned: Fraction
    uncalled: Fraction
    preferred: Accrued
    paid: tuple[TierAmount, ...]

    @classmethod
    def of(cls, tiers: Iterable[Tier]) -> TierPosition:
        """
        Begin with tiers and nothing paid in.

        Args:
            tiers: The tiers, from the top.

        Returns:
            The position.

        Example:
            >>> from carbonkit.fund.carry.tier import ReturnOfCapital
            >>> TierPosition.of([ReturnOfCapital()]).unreturned
            Fraction(0, 1)
        """
        row = tuple(tiers)
        return cls(
            unreturned=_NONE,
            uncalled=_NONE,
            preferred=tuple((hurdle, hurdle.opening) for hurdle in _hurdles(row)),
            paid=tuple(TierAmount(tier, _NONE, _NONE) for tier in row),
        )

    @property
    def profit(self) -> Fraction:
        """What was paid beyond capital, to all partners together."""
        return sum((row.total for row in self.paid if not row.tier.returns_capital), _NONE)

    @property
    def general_partner(self) -> Fraction:
        """What the general partner was paid: its carry."""
        return sum((row.general_partner for row in self.paid), _NONE)

    @property
    def limited_partners(self) -> Fraction:
        """What the limited partners were paid."""
        return sum((row.limited_partners for row in self.paid), _NONE)

    def unpaid(self, hurdle: Hurdle) -> Fraction:
        """
        Say how much preferred return of a hurdle is unpaid.

        Args:
            hurdle: The hurdle; one of the tiers'.

        Returns:
            The balance.

        Raises:
            InvalidValueError: If no tier has the hurdle.

        Example:
            >>> from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
            >>> from carbonkit.fund.carry.tier import PreferredReturn
            >>> hurdle = PreferredRate("0.08", Compounding.SIMPLE)
            >>> position = TierPosition.of([PreferredReturn(hurdle)]).with_capital(Fraction(100))
            >>> position.later(Fraction(1)).unpaid(hurdle)
            Fraction(8, 1)
        """
        for known, balance in self.preferred:
            if known == hurdle:
                return balance
        raise InvalidValueError("be a hurdle of the tiers", was=str(hurdle), field="hurdle")

    def later(self, years: Number) -> TierPosition:
        """
        Let time pass.

        Args:
            years: How many years; zero or more.

        Returns:
            The position, with the preferred return accrued on the capital paid in.

        Raises:
            InvalidValueError: If there are less than none.

        Example:
            >>> from carbonkit.fund.carry.tier import ReturnOfCapital
            >>> TierPosition.of([ReturnOfCapital()]).later(Fraction(1)).unreturned
            Fraction(0, 1)
        """
        capital, time = max(_NONE, self.unreturned - self.uncalled), _zero_or_more(years, "years")
        grown = ((hurdle, hurdle.accrued(capital, unpaid, time)) for hurdle, unpaid in self.preferred)
        return attrs.evolve(self, preferred=tuple(grown))

    def with_capital(self, amount: Number, accrued: Accrued = ()) -> TierPosition:
        """
        Take in capital that was paid in.

        Args:
            amount: How much; zero or more. It first fills what is to be given back but was not called.
            accrued: The preferred return that it has earned so far, by hurdle.

        Returns:
            The position.

        Raises:
            InvalidValueError: If the amount is negative.

        Example:
            >>> from carbonkit.fund.carry.tier import ReturnOfCapital
            >>> TierPosition.of([ReturnOfCapital()]).with_capital(100).unreturned
            Fraction(100, 1)
        """
        more_capital = _zero_or_more(amount, "amount")
        called = min(self.uncalled, more_capital)
        more = dict(accrued)
        return attrs.evolve(
            self,
            unreturned=self.unreturned + more_capital - called,
            uncalled=self.uncalled - called,
            preferred=tuple((hurdle, unpaid + more.get(hurdle, _NONE)) for hurdle, unpaid in self.preferred),
        )

    def poured(self, amount: Number) -> TierPosition:
        """
        Pour money in at the top.

        Args:
            amount: How much; zero or more.

        Returns:
            The position, with all of it paid by one tier or another.

        Raises:
            InvalidValueError: If the amount is negative.

        Example:
            >>> from carbonkit.fund.carry.tier import ReturnOfCapital, SplitTier
            >>> tiers = [ReturnOfCapital(), SplitTier("0.20", None)]
            >>> TierPosition.of(tiers).with_capital(100).poured("60.00").unreturned
            Fraction(40, 1)
        """
        position, rest = self, _zero_or_more(amount, "amount")
        for place, row in enumerate(self.paid):
            room = row.tier.room(position)
            part = rest if room is None else min(rest, room)
            if part:
                position = position._taken(place, part)
                rest -= part
        return position

    def _taken(self, place: int, part: Fraction) -> TierPosition:
        row = self.paid[place]
        general = part * row.tier.general_partner
        paid = (*self.paid[:place], row.plus(part - general, general), *self.paid[place + 1 :])
        if row.tier.returns_capital:
            return attrs.evolve(self, paid=paid, unreturned=self.unreturned - part)
        limited = part - general
        lowered = ((hurdle, max(_NONE, unpaid - limited)) for hurdle, unpaid in self.preferred)
        return attrs.evolve(self, paid=paid, preferred=tuple(lowered))

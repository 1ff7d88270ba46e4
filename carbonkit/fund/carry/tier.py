"""
Tiers: the steps of a waterfall, each with the room it has left and the general partner's share of it.

A waterfall is a row of tiers. Money is poured in at the top; each tier takes what it has
room for and hands the rest on; the last takes all that comes. The standard row follows from
the carry terms; a fund with other steps, such as a second hurdle with a higher carry, puts
its own row together.

    return of capital   capital given back              until none is unreturned
    preferred return    what a hurdle has accrued       until its balance is paid
    catch-up            to the general partner, mostly  until it has its target
    split               by carry rate                   until a further hurdle is met, or for ever
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError, WrongTypeError
from carbonkit.fund._check import listed
from carbonkit.fund.apportion import written
from carbonkit.fund.carry.carry_terms import CarryTerms, CatchUpTarget, TierOrder
from carbonkit.fund.carry.hurdle import Hurdle, check_hurdle
from carbonkit.fund.carry.tier_position import Tier
from carbonkit.fund.figure import Number, fraction
from carbonkit.values.field import check_type, is_a

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.fund.carry.tier_position import TierPosition

__all__ = [
    "CatchUpTier",
    "PreferredReturn",
    "ReturnOfCapital",
    "SplitTier",
    "check_tiers",
    "standard_tiers",
]

_NONE = Fraction(0)


def _share(value: Number) -> Fraction:
    return fraction(value, field="share")


def _carry(value: Number) -> Fraction:
    return fraction(value, field="carry")


def _hurdle(_: object, attribute: attrs.Attribute[Hurdle], value: Hurdle) -> None:
    check_hurdle(value, field=attribute.name)


def _until(_: object, attribute: attrs.Attribute[Hurdle | None], value: Hurdle | None) -> None:
    if value is not None:
        check_hurdle(value, field=attribute.name)


@attrs.frozen
class ReturnOfCapital:
    """
    Capital is given back to the limited partners.

    Example:
        >>> from carbonkit.fund.carry.tier_position import TierPosition
        >>> position = TierPosition.of([ReturnOfCapital()]).with_capital(Fraction(100))
        >>> ReturnOfCapital().room(position)
        Fraction(100, 1)
    """

    @property
    def name(self) -> str:
        """What the tier is called."""
        return "return of capital"

    @property
    def returns_capital(self) -> bool:
        """It does."""
        return True

    @property
    def hurdle(self) -> None:
        """None."""
        return

    @property
    def general_partner(self) -> Fraction:
        """Nothing."""
        return _NONE

    def room(self, position: TierPosition) -> Fraction:
        """Say how much capital is not given back."""
        return position.unreturned


@attrs.frozen
class PreferredReturn:
    """
    The limited partners get what a hurdle has accrued for them.

    Args:
        hurdle: The hurdle.

    Example:
        >>> from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
        >>> from carbonkit.fund.carry.tier_position import TierPosition
        >>> tiers = (ReturnOfCapital(), PreferredReturn(PreferredRate("0.08", Compounding.ANNUAL)))
        >>> position = TierPosition.of(tiers).with_capital(Fraction(100)).later(Fraction(1))
        >>> tiers[1].room(position)
        Fraction(8, 1)
    """

    hurdle: Hurdle = attrs.field(validator=_hurdle)

    @property
    def name(self) -> str:
        """What the tier is called."""
        return "preferred return"

    @property
    def returns_capital(self) -> bool:
        """It does not."""
        return False

    @property
    def general_partner(self) -> Fraction:
        """Nothing."""
        return _NONE

    def room(self, position: TierPosition) -> Fraction:
        """Say how much preferred return is unpaid."""
        return position.unpaid(self.hurdle)


@attrs.frozen
class CatchUpTier:
    """
    The general partner catches up with the limited partners' preferred return.

    With share g and carry rate c, profit Π distributed so far and G of it the general
    partner's, the tier takes (cΠ − G)/(g − c): then G + g·T = c·(Π + T). By the other target,
    with preferred return P and catch-up K paid so far, it takes (c/(1 − c)·P − K)/g.

    Args:
        share: The general partner's share of the tier, above the carry rate.
        carry: The carry rate.
        target: What it has in the end.

    Raises:
        InvalidValueError: If the share is not above the carry rate.

    Example:
        >>> tier = CatchUpTier("0.8", "0.20", CatchUpTarget.SHARE_OF_PROFIT)
        >>> tier.share, tier.general_partner
        (Fraction(4, 5), Fraction(4, 5))
    """

    share: Fraction = attrs.field(converter=_share)
    carry: Fraction = attrs.field(converter=_carry)
    target: CatchUpTarget = attrs.field(validator=is_a(CatchUpTarget))

    def __attrs_post_init__(self) -> None:
        """Check that the general partner catches up."""
        if not 0 <= self.carry < self.share <= 1:
            raise InvalidValueError(
                f"be above the carry rate of {written(self.carry)}, and at most 1",
                was=written(self.share),
                field="share",
            )

    @property
    def name(self) -> str:
        """What the tier is called."""
        return "catch-up"

    @property
    def returns_capital(self) -> bool:
        """It does not."""
        return False

    @property
    def hurdle(self) -> None:
        """None."""
        return

    @property
    def general_partner(self) -> Fraction:
        """Its share of the tier."""
        return self.share

    def room(self, position: TierPosition) -> Fraction:
        """Say how much is left to catch up."""
        if self.target is CatchUpTarget.SHARE_OF_PROFIT:
            behind = self.carry * position.profit - position.general_partner
            return max(_NONE, behind / (self.share - self.carry))
        preferred = sum((row.total for row in position.paid if isinstance(row.tier, PreferredReturn)), _NONE)
        caught_up = sum((row.general_partner for row in position.paid if row.tier == self), _NONE)
        return max(_NONE, (self.carry / (1 - self.carry) * preferred - caught_up) / self.share)


@attrs.frozen
class SplitTier:
    """
    What is left is split by a carry rate, for ever or until a further hurdle is met.

    Args:
        carry: The general partner's share; below 1.
        until: The hurdle up to which this carry rate holds; None if no other follows.

    Raises:
        InvalidValueError: If the rate is not from 0 to below 1.

    Example:
        >>> from carbonkit.fund.carry.tier_position import TierPosition
        >>> SplitTier("0.20", None).room(TierPosition.of([SplitTier("0.20", None)])) is None
        True
    """

    carry: Fraction = attrs.field(converter=_carry)
    until: Hurdle | None = attrs.field(validator=_until)

    def __attrs_post_init__(self) -> None:
        """Check that something is left for the limited partners."""
        if not 0 <= self.carry < 1:
            raise InvalidValueError("be from 0 to below 1", was=written(self.carry), field="carry")

    @property
    def name(self) -> str:
        """What the tier is called."""
        return "carry split"

    @property
    def returns_capital(self) -> bool:
        """It does not."""
        return False

    @property
    def hurdle(self) -> Hurdle | None:
        """The hurdle that ends it."""
        return self.until

    @property
    def general_partner(self) -> Fraction:
        """The carry rate."""
        return self.carry

    def room(self, position: TierPosition) -> Fraction | None:
        """Say how much there is to split until the limited partners have met the further hurdle."""
        return None if self.until is None else position.unpaid(self.until) / (1 - self.carry)


def check_tiers(tiers: Iterable[Tier]) -> tuple[Tier, ...]:
    """
    Check that a row of tiers pays out all that is poured in.

    Args:
        tiers: The tiers, from the top.

    Returns:
        The same tiers.

    Raises:
        WrongTypeError: If one is no tier.
        InvalidValueError: If no split without an end stands last, or one stands before, or none of the
            tiers returns capital.

    Example:
        >>> check_tiers([ReturnOfCapital()])
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: tiers: must end with a split that goes on for ever, was return of capital
    """  # noqa: E501  the error is one line
    row = listed(tiers, field="tiers")
    for place, tier in enumerate(row, start=1):
        if not isinstance(tier, Tier):
            raise WrongTypeError("be a tier", was=repr(tier), field=f"tier {place}")
    endless = [tier for tier in row if isinstance(tier, SplitTier) and tier.until is None]
    named = ", ".join(tier.name for tier in row) or "none"
    if not row or endless != [row[-1]]:
        raise InvalidValueError("end with a split that goes on for ever", was=named, field="tiers")
    if sum(isinstance(tier, ReturnOfCapital) for tier in row) != 1:
        raise InvalidValueError("return capital once", was=named, field="tiers")
    return row


def standard_tiers(terms: CarryTerms) -> tuple[Tier, ...]:
    """
    Put together the tiers that carry terms describe.

    Args:
        terms: The terms.

    Returns:
        The tiers, from the top.

    Example:
        >>> from carbonkit.fund.carry.carry_terms import (CarryBase, CarryTerms, CatchUp, ClawbackBasis,
        ...                                         OwnCommitment, PreferredStart)
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
        >>> from carbonkit.values import Rounding
        >>> terms = CarryTerms(
        ...     order=TierOrder.CAPITAL_FIRST, preferred=PreferredRate("0.08", Compounding.ANNUAL),
        ...     day_count=DayCount.ACT_365_FIXED, preferred_start=PreferredStart.DUE_DATE, carry="0.20",
        ...     catch_up=None, base=CarryBase.CONTRIBUTED, own_commitment=OwnCommitment.OUTSIDE_TIERS,
        ...     clawback=ClawbackBasis.GROSS_OF_TAX, tax_rate=None, escrow=0, rounding=Rounding.HALF_UP)
        >>> [tier.name for tier in standard_tiers(terms)]
        ['return of capital', 'preferred return', 'carry split']
    """
    check_type(terms, CarryTerms, field="terms")
    capital, preferred = ReturnOfCapital(), PreferredReturn(terms.preferred)
    first: tuple[Tier, ...] = (capital, preferred)
    if terms.order is TierOrder.PREFERRED_FIRST:
        first = (preferred, capital)
    catch_up: tuple[Tier, ...] = ()
    if terms.catch_up is not None:
        catch_up = (CatchUpTier(terms.catch_up.share, terms.carry, terms.catch_up.target),)
    return (*first, *catch_up, SplitTier(terms.carry, None))

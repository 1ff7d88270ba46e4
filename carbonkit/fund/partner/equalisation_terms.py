"""Terms of a later closing: the interest, the management fee of the time before, the rounding."""

from __future__ import annotations

import enum

import attrs

from carbonkit.fund.partner.late_interest import LateInterest
from carbonkit.values.field import is_a
from carbonkit.values.number import Rounding

__all__ = ["EqualisationTerms", "FeeTrueUp"]


class FeeTrueUp(enum.Enum):
    """
    What a later partner does about management fees that were called before it came.

    Example:
        >>> FeeTrueUp.MANAGER.name
        'MANAGER'
    """

    NONE = "later partners bear no fee of the time before"
    EARLIER_PARTNERS = "the fees are divided anew; later partners pay the earlier ones"
    MANAGER = "later partners pay the manager the fee on their own commitments; the earlier ones' stays"


@attrs.frozen(kw_only=True)
class EqualisationTerms:
    """
    The terms by which a later closing puts all partners where they would be had all come at once.

    Args:
        interest: What later partners pay on what the earlier ones had paid for them, from each call's
            due day, outside of the commitments.
        fee: What they do about management fees that were called before.
        rounding: How interest, and fees to the manager, are rounded to the minor unit.

    Example:
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.partner.late_interest import InterestMethod
        >>> EqualisationTerms(
        ...     interest=LateInterest(
        ...         rate="0.08", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED),
        ...     fee=FeeTrueUp.EARLIER_PARTNERS, rounding=Rounding.HALF_UP).interest.said()
        '0.08 a year, simple, ACT/365F'
    """

    interest: LateInterest = attrs.field(validator=is_a(LateInterest))
    fee: FeeTrueUp = attrs.field(validator=is_a(FeeTrueUp))
    rounding: Rounding = attrs.field(validator=is_a(Rounding))

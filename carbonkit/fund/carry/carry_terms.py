"""
Carry terms: every convention that decides how a distribution is divided between partners and manager.

Funds differ in each of them, and each changes what is paid; so none has a default.
"""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import proportion
from carbonkit.fund.apportion import written
from carbonkit.fund.carry.hurdle import Hurdle, check_hurdle
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Rounding
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from carbonkit.fund.figure import Number

__all__ = [
    "CarryBase",
    "CarryTerms",
    "CatchUp",
    "CatchUpTarget",
    "ClawbackBasis",
    "HurdleKind",
    "OwnCommitment",
    "PreferredStart",
    "TierOrder",
]


class TierOrder(enum.Enum):
    """
    Which of the first two tiers comes first.

    Example:
        >>> TierOrder.CAPITAL_FIRST.value
        'return of capital, then preferred return'
    """

    CAPITAL_FIRST = "return of capital, then preferred return"
    PREFERRED_FIRST = "preferred return, then return of capital"


class PreferredStart(enum.Enum):
    """
    From when capital earns its preferred return.

    Example:
        >>> PreferredStart.DUE_DATE.value
        'the day on which the call was due'
    """

    DUE_DATE = "the day on which the call was due"
    DRAW_DATE = "the day on which the money was drawn on the subscription line"


class HurdleKind(enum.Enum):
    """
    Whether the general partner ever shares in the preferred return itself.

    Example:
        >>> HurdleKind.HARD.value
        'hard: the general partner shares only in what is above the preferred return'
    """

    SOFT = "soft: once it is paid, a catch-up gives the general partner its share of all profit"
    HARD = "hard: the general partner shares only in what is above the preferred return"


class CatchUpTarget(enum.Enum):
    """
    What the general partner has when the catch-up ends; the two differ unless it takes all of the tier.

    Example:
        >>> [each.name for each in CatchUpTarget]
        ['SHARE_OF_PROFIT', 'SHARE_OF_PREFERRED']
    """

    SHARE_OF_PROFIT = "carry rate × all profit distributed, the catch-up tier itself included"
    SHARE_OF_PREFERRED = "carry rate / (1 − carry rate) × preferred return paid"


class CarryBase(enum.Enum):
    """
    Which capital is given back before there is profit to share.

    Example:
        >>> CarryBase.INVESTED.name
        'INVESTED'
    """

    COMMITTED = "all commitments; the preferred return runs on what is paid in"
    CONTRIBUTED = "all contributions, those for fees and expenses included"
    INVESTED = "contributions for investments; those for fees and expenses are not given back first"


class OwnCommitment(enum.Enum):
    """
    Whether the general partner's own commitment goes through the tiers.

    Example:
        >>> OwnCommitment.OUTSIDE_TIERS.value
        'outside: its share by commitment is paid first and bears no carry'
    """

    IN_TIERS = "inside: it is treated as a limited partner's and bears carry"
    OUTSIDE_TIERS = "outside: its share by commitment is paid first and bears no carry"


class ClawbackBasis(enum.Enum):
    """
    The most that a clawback can take.

    Example:
        >>> ClawbackBasis.NET_OF_TAX.value
        'carry paid × (1 − tax rate)'
    """

    GROSS_OF_TAX = "carry paid"
    NET_OF_TAX = "carry paid × (1 − tax rate)"


def _share(value: Number, field: str) -> Fraction:
    return proportion(value, field=field, hint="20 % is 0.20")


def _catch_up_share(value: Number) -> Fraction:
    return _share(value, "share")


def _carry(value: Number) -> Fraction:
    if (rate := _share(value, "carry")) == 1:
        raise InvalidValueError("be below 1", was=str(value), field="carry", hint="20 % is 0.20")
    return rate


def _escrow(value: Number) -> Fraction:
    return _share(value, "escrow")


def _tax_rate(value: Number | None) -> Fraction | None:
    return None if value is None else _share(value, "tax_rate")


def _hurdle(value: Hurdle) -> Hurdle:
    check_hurdle(value, field="preferred")
    return value


@attrs.frozen
class CatchUp:
    """
    The tier in which the general partner catches up with the preferred return.

    Args:
        share: Its share of the tier: 1 is a full catch-up.
        target: When the tier ends.

    Raises:
        InvalidValueError: If the share is not from 0 to 1.

    Example:
        >>> CatchUp("0.5", CatchUpTarget.SHARE_OF_PROFIT).share
        Fraction(1, 2)
    """

    share: Fraction = attrs.field(converter=_catch_up_share)
    target: CatchUpTarget = attrs.field(validator=is_a(CatchUpTarget))

    def __str__(self) -> str:
        """Write the share and the target."""
        return f"{written(self.share)} to the general partner until it has {self.target.value}"


TIERS: Final = Source(
    "Andrew Metrick and Ayako Yasuda",
    "Venture Capital and the Finance of Innovation",
    2011,
    status=Status.RECALLED,
    note="the tiers; the end of the catch-up is derived from its target",
)
CLAWBACK: Final = Source(
    "Institutional Limited Partners Association",
    "ILPA Principles 3.0",
    2019,
    note="prefers clawback gross of tax; read in secondary texts",
)


@attrs.frozen(kw_only=True)
class CarryTerms:
    """
    How a fund divides distributions, with every convention named.

    Args:
        order: Which of the first two tiers comes first.
        preferred: The preferred return, by rate or as an amount.
        day_count: How the preferred return counts years.
        preferred_start: From when it runs.
        carry: The general partner's share of profit; 0.20 is 20 %.
        catch_up: How the general partner catches up; None for a hard hurdle.
        base: Which capital is given back first.
        own_commitment: Whether the general partner's commitment goes through the tiers.
        clawback: The most that a clawback can take.
        tax_rate: The rate of tax on carry, for a clawback net of tax; None for one gross of tax.
        escrow: The share of each payment of carry that is held back against a clawback; 0 for none.
        rounding: How escrow and clawback are rounded to minor units. Distributions are divided by
            largest remainder.

    Raises:
        FundError: `catch_up_never_ends` if the catch-up gives the general partner no more than the carry.
        InvalidValueError: If a rate is not from 0 to 1, or the tax rate does not go with the clawback.

    Example:
        >>> from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
        >>> terms = CarryTerms(
        ...     order=TierOrder.CAPITAL_FIRST, preferred=PreferredRate("0.08", Compounding.ANNUAL),
        ...     day_count=DayCount.ACT_365_FIXED, preferred_start=PreferredStart.DUE_DATE, carry="0.20",
        ...     catch_up=CatchUp("1", CatchUpTarget.SHARE_OF_PROFIT), base=CarryBase.CONTRIBUTED,
        ...     own_commitment=OwnCommitment.OUTSIDE_TIERS, clawback=ClawbackBasis.GROSS_OF_TAX,
        ...     tax_rate=None, escrow="0.30", rounding=Rounding.HALF_UP)
        >>> terms.hurdle, terms.carry
        (<HurdleKind.SOFT: 'soft: once it is paid, a catch-up gives the general partner its share of all profit'>, Fraction(1, 5))
    """  # noqa: E501  the value of the example is one line

    order: TierOrder = attrs.field(validator=is_a(TierOrder))
    preferred: Hurdle = attrs.field(converter=_hurdle)
    day_count: DayCount = attrs.field(validator=is_a(DayCount))
    preferred_start: PreferredStart = attrs.field(validator=is_a(PreferredStart))
    carry: Fraction = attrs.field(converter=_carry)
    catch_up: CatchUp | None
    base: CarryBase = attrs.field(validator=is_a(CarryBase))
    own_commitment: OwnCommitment = attrs.field(validator=is_a(OwnCommitment))
    clawback: ClawbackBasis = attrs.field(validator=is_a(ClawbackBasis))
    tax_rate: Fraction | None = attrs.field(converter=_tax_rate)
    escrow: Fraction = attrs.field(converter=_escrow)
    rounding: Rounding = attrs.field(validator=is_a(Rounding))

    def __attrs_post_init__(self) -> None:
        """Check that the catch-up ends, and that a tax rate is there when it is needed."""
        if self.catch_up is not None:
            check_type(self.catch_up, CatchUp, field="catch_up")
            if self.catch_up.share <= self.carry:
                raise FundError(
                    f"give the general partner more than the carry rate of {written(self.carry)}",
                    was=written(self.catch_up.share),
                    field="catch_up",
                    code=Refusal.CATCH_UP_NEVER_ENDS,
                    hint="at or below it the general partner never reaches its share of the profit; "
                    "write None for a hard hurdle",
                )
        if (self.tax_rate is None) != (self.clawback is ClawbackBasis.GROSS_OF_TAX):
            raise InvalidValueError(
                "be given exactly for a clawback net of tax",
                was="none" if self.tax_rate is None else written(self.tax_rate),
                field="tax_rate",
            )

    @property
    def hurdle(self) -> HurdleKind:
        """Soft with a catch-up, hard without."""
        return HurdleKind.HARD if self.catch_up is None else HurdleKind.SOFT

    def explain(self) -> Explanation:
        """List every convention."""
        tax = "" if self.tax_rate is None else f", tax rate {written(self.tax_rate)}"
        facts = (
            ("order", self.order.value),
            ("preferred return", str(self.preferred)),
            ("preferred return runs from", self.preferred_start.value),
            ("hurdle", self.hurdle.value),
            ("catch-up", "none" if self.catch_up is None else str(self.catch_up)),
            ("carry base", self.base.value),
            ("general partner's commitment", self.own_commitment.value),
            ("escrow", f"{written(self.escrow)} of each payment of carry"),
        )
        return Explanation(
            "carry terms",
            f"{written(self.carry)} carry",
            source=TIERS,
            parts=(
                *(Explanation(what, value) for what, value in facts),
                Explanation("day count", self.day_count.value, source=self.day_count.source),
                Explanation("most a clawback takes", f"{self.clawback.value}{tax}", source=CLAWBACK),
                Explanation(
                    "rounding",
                    f"distributions by largest remainder; escrow and clawback {self.rounding.name}",
                ),
            ),
        )

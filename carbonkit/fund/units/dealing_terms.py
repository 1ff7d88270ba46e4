"""Dealing terms: what the fund's rules say about subscriptions and redemptions, each rule named."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import is_said, paid
from carbonkit.fund.units.gate import RedemptionGate
from carbonkit.fund.units.unit_fee import RedemptionFee, SubscriptionFee
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.money import Money
from carbonkit.values.number import Exact, exact, plain

if TYPE_CHECKING:
    from fractions import Fraction

    from carbonkit.fund.units.unit_register import UnitLot

__all__ = ["BelowMinimum", "DealingTerms", "OwnFee"]


class OwnFee(Protocol):
    """
    What says which performance fee a lot owes by itself; see `carbonkit.fund.units.equalisation`.

    Example:
        >>> from carbonkit.fund.units.equalisation import Equaliser
        >>> fee: OwnFee = Equaliser(rate="0.2", mark=100, gav=110)
    """

    def own_fee(self, lot: UnitLot) -> Fraction:
        """Return the fee per unit of a lot."""
        ...


class BelowMinimum(enum.Enum):
    """
    What happens when a redemption would leave a holder less than the minimum holding.

    Example:
        >>> BelowMinimum("refused").name
        'REFUSED'
    """

    REFUSED = "refused"
    """The order is refused."""
    ALL_REDEEMED = "all redeemed"
    """All units of the holder are redeemed."""


def _minimum_subscription(value: Money) -> Money:
    return paid(value, field="minimum_subscription")


def _minimum_holding(value: Exact) -> Decimal:
    number = exact(value, field="minimum_holding")
    if number < 0:
        raise InvalidValueError("be zero or more", was=str(value), field="minimum_holding")
    return number


@attrs.frozen(kw_only=True)
class DealingTerms:
    """
    The terms on which units are dealt in; each is named, None where there is none.

    Args:
        subscription_fee: The front-end fee.
        redemption_fee: The back-end fee.
        minimum_subscription: The least amount of a subscription; zero for none.
        minimum_holding: The least that a redemption may leave, unless it leaves nothing. [units]
        below_minimum: What happens if it would leave less.
        gate: The most that may be redeemed on a day.
        suspended: Why the fund does not deal at the moment; empty while it does.

    Raises:
        InvalidValueError: If a value has another type, or a minimum is negative.

    Example:
        >>> DealingTerms(subscription_fee=None, redemption_fee=None, minimum_holding=0,
        ...              minimum_subscription=Money("1000.00", "CNY"),
        ...              below_minimum=BelowMinimum.REFUSED, gate=None, suspended="").suspended
        ''
    """

    subscription_fee: SubscriptionFee | None = attrs.field(
        validator=attrs.validators.optional(is_a(SubscriptionFee))
    )
    redemption_fee: RedemptionFee | None = attrs.field(
        validator=attrs.validators.optional(is_a(RedemptionFee))
    )
    minimum_subscription: Money = attrs.field(converter=_minimum_subscription)
    minimum_holding: Decimal = attrs.field(converter=_minimum_holding)
    below_minimum: BelowMinimum = attrs.field(validator=is_a(BelowMinimum))
    gate: RedemptionGate | None = attrs.field(validator=attrs.validators.optional(is_a(RedemptionGate)))
    suspended: str = attrs.field(validator=is_a(str))

    def explain(self) -> Explanation:
        """Say what the terms are."""
        fees = [each.explain() for each in (self.subscription_fee, self.redemption_fee, self.gate) if each]
        return Explanation(
            "dealing terms",
            f"suspended: {self.suspended}" if is_said(self.suspended) else "open",
            parts=(
                *fees,
                Explanation("minimum subscription", str(self.minimum_subscription)),
                Explanation("minimum holding", plain(self.minimum_holding), self.below_minimum.value),
            ),
        )

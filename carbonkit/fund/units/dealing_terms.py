"""Dealing terms: what the fund's rules say about subscriptions and redemptions, each rule named."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

import attrs

from carbonkit.errors import InvalidValueError, WrongTypeError
from carbonkit.fund._check import is_said, paid
from carbonkit.fund.units.fee_schedule import SubscriptionFeeSchedule
from carbonkit.fund.units.gate import RedemptionGate
from carbonkit.fund.units.unit_fee import RedemptionFee, SubscriptionFee
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.money import Money
from carbonkit.values.number import Exact, exact, plain

if TYPE_CHECKING:
    from fractions import Fraction

    from carbonkit.fund.units.unit_register import UnitLot

__all__ = ["BelowMinimum", "DealingSide", "DealingTerms", "OwnFee"]


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
    """All units that the holder had before the day are redeemed."""


class DealingSide(enum.Enum):
    """
    The orders that a suspension stops.

    Example:
        >>> DealingSide("redemptions").name
        'REDEMPTIONS'
    """

    BOTH = "all orders"
    SUBSCRIPTIONS = "subscriptions"
    REDEMPTIONS = "redemptions"


def _minimum_subscription(value: Money) -> Money:
    return paid(value, field="minimum_subscription")


def _subscription_fee(
    value: SubscriptionFee | SubscriptionFeeSchedule | None,
) -> SubscriptionFee | SubscriptionFeeSchedule | None:
    if value is not None and not isinstance(value, SubscriptionFee | SubscriptionFeeSchedule):
        raise WrongTypeError(
            "be of type SubscriptionFee or SubscriptionFeeSchedule", was=repr(value), field="subscription_fee"
        )
    return value


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
        subscription_fee: The front-end fee, one rate or a schedule by amount.
        redemption_fee: The back-end fee.
        minimum_subscription: The least amount of a subscription; zero for none.
        minimum_holding: The least that a redemption may leave, unless it leaves nothing. [units]
        below_minimum: What happens if it would leave less.
        gate: The most that may be redeemed on a day.
        suspended: Why the fund does not deal at the moment; empty while it does.
        suspended_side: Which orders wait while it does not; a switch is a redemption.

    Raises:
        InvalidValueError: If a value has another type, or a minimum is negative.

    Example:
        >>> DealingTerms(subscription_fee=None, redemption_fee=None, minimum_holding=0,
        ...              minimum_subscription=Money("1000.00", "CNY"),
        ...              below_minimum=BelowMinimum.REFUSED, gate=None, suspended="").suspended
        ''
    """

    subscription_fee: SubscriptionFee | SubscriptionFeeSchedule | None = attrs.field(
        converter=_subscription_fee
    )
    redemption_fee: RedemptionFee | None = attrs.field(
        validator=attrs.validators.optional(is_a(RedemptionFee))
    )
    minimum_subscription: Money = attrs.field(converter=_minimum_subscription)
    minimum_holding: Decimal = attrs.field(converter=_minimum_holding)
    below_minimum: BelowMinimum = attrs.field(validator=is_a(BelowMinimum))
    gate: RedemptionGate | None = attrs.field(validator=attrs.validators.optional(is_a(RedemptionGate)))
    suspended: str = attrs.field(validator=is_a(str))
    suspended_side: DealingSide = attrs.field(default=DealingSide.BOTH, validator=is_a(DealingSide))

    def suspends(self, *, subscription: bool) -> bool:
        """
        Say whether the fund does not deal in orders of one side at the moment.

        Args:
            subscription: True for subscriptions, False for redemptions, switches among them.

        Returns:
            Whether they wait.

        Example:
            >>> from carbonkit.values import Money
            >>> terms = DealingTerms(subscription_fee=None, redemption_fee=None, minimum_holding=0,
            ...                      minimum_subscription=Money("0", "CNY"), gate=None, suspended="too large",
            ...                      suspended_side=DealingSide.SUBSCRIPTIONS,
            ...                      below_minimum=BelowMinimum.REFUSED)
            >>> terms.suspends(subscription=True), terms.suspends(subscription=False)
            (True, False)
        """
        side = DealingSide.SUBSCRIPTIONS if subscription else DealingSide.REDEMPTIONS
        return is_said(self.suspended) and self.suspended_side in {DealingSide.BOTH, side}

    def explain(self) -> Explanation:
        """Say what the terms are."""
        fees = [each.explain() for each in (self.subscription_fee, self.redemption_fee, self.gate) if each]
        return Explanation(
            "dealing terms",
            f"{self._stopped()}: {self.suspended}" if is_said(self.suspended) else "open",
            parts=(
                *fees,
                Explanation("minimum subscription", str(self.minimum_subscription)),
                Explanation("minimum holding", plain(self.minimum_holding), self.below_minimum.value),
            ),
        )

    def _stopped(self) -> str:
        both = self.suspended_side is DealingSide.BOTH
        return "suspended" if both else f"{self.suspended_side.value} suspended"

"""Items of a distribution: what it is made of, how it is divided, and what of it may be called again."""

from __future__ import annotations

import enum

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import paid
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money

__all__ = ["DistributionBasis", "DistributionItem", "Nature", "RecallRule"]


class Nature(enum.Enum):
    """
    What a distribution is made of.

    Example:
        >>> Nature("return of capital").name
        'RETURN_OF_CAPITAL'
    """

    RETURN_OF_CAPITAL = "return of capital"
    REALISED_GAIN = "realised gain"
    DIVIDEND = "dividend"
    INTEREST = "interest"
    CARRIED_INTEREST = "carried interest"
    OTHER = "other"


class DistributionBasis(enum.Enum):
    """
    By what a distribution is divided among the partners.

    Example:
        >>> DistributionBasis("commitment").name
        'COMMITMENT'
    """

    COMMITMENT = "commitment"
    """By what each has promised."""
    CAPITAL = "capital account"
    """By the balances that are given."""
    GIVEN = "given parts"
    """As given, for example by a waterfall; the parts must add up to the total."""


class RecallRule(enum.Enum):
    """
    What of a distribution may be called again.

    Example:
        >>> RecallRule("nothing").name
        'NOTHING'
    """

    NOTHING = "nothing"
    RETURN_OF_CAPITAL = "the return of capital"
    """All of it that is a return of capital."""
    AMOUNT = "an amount that the terms name"


def _amount(value: Money) -> Money:
    if paid(value, field="amount").amount <= 0:
        raise InvalidValueError("be above zero", was=str(value), field="amount")
    return value


@attrs.frozen
class DistributionItem:
    """
    A part of a distribution that is of one nature.

    Args:
        nature: What it is.
        amount: How much, before tax; above zero, in whole minor units.
        to: The one partner who gets all of it, such as the general partner of carried interest; None if
            it is divided as the rest is.

    Raises:
        InvalidValueError: If the amount is zero, negative or has a fraction of a minor unit.

    Example:
        >>> DistributionItem(Nature.CARRIED_INTEREST, Money("20.00", "CNY"), AccountId("GP")).to
        AccountId('GP')
    """

    nature: Nature = attrs.field(validator=is_a(Nature))
    amount: Money = attrs.field(converter=_amount)
    to: AccountId | None = attrs.field(default=None, validator=attrs.validators.optional(is_a(AccountId)))

"""Checks that agreements over allowances share; internal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund.figure import Number, fraction
from carbonkit.fund.refusal import Refusal
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AccountId, CommandId
from carbonkit.values.price import Price

if TYPE_CHECKING:
    import enum
    from fractions import Fraction


def reference(value: str) -> str:
    """Take the reference of an agreement, as the ids of its transfers will carry it."""
    try:
        return CommandId(value).text
    except InvalidValueError as error:
        raise InvalidValueError(error.problem.must, was=error.problem.was, field="reference") from None


def check_parties(one: AccountId, other: AccountId, *, field: str) -> None:
    """Check that an agreement is between two."""
    if one == other:
        raise InvalidValueError("be another account than the first", was=str(other), field=field)


def share(value: Number, *, field: str, most: int | None = None) -> Fraction:
    """Take a share or a rate, zero or more."""
    given = fraction(value, field=field)
    if given < 0 or (most is not None and given > most):
        bounds = "be zero or more" if most is None else f"be 0 to {most}"
        raise InvalidValueError(bounds, was=str(value), field=field, hint='write 4.6 % as "0.046"')
    return given


def per_tonne(price: Price, currency: str, *, field: str = "price") -> Fraction:
    """Take a price of a tonne, above zero, in a currency."""
    check_type(price, Price, field=field)
    if (price.currency, price.per) != (currency, "tCO2e"):
        raise InvalidValueError(f"be in {currency}/tCO2e", was=str(price), field=field)
    if price.amount <= 0:
        raise InvalidValueError("be above zero", was=str(price), field=field)
    return fraction(price.amount)


def check_state(state: enum.Enum, needed: enum.Enum, *, step: str) -> None:
    """Check that an agreement is where a step begins."""
    if state is not needed:
        raise FundError(
            f"be {needed.value} to be {step}", was=state.value, field="state", code=Refusal.WRONG_STATE
        )

"""Incentive fees: over a hard or a soft hurdle, before or after the management fee."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import pytest

from carbonkit.errors import CurrencyMismatchError, InvalidValueError
from carbonkit.fund.carry.carry_terms import HurdleKind
from carbonkit.fund.fee.incentive_fee import IncentiveOrder, IncentiveTerms, charge_incentive_fee
from carbonkit.values import Money, Rounding
from tests.carry import cny

TERMS = IncentiveTerms(
    rate="0.20",
    hurdle_rate="0.08",
    hurdle=HurdleKind.HARD,
    order=IncentiveOrder.AFTER_MANAGEMENT_FEE,
    rounding=Rounding.HALF_UP,
)


@pytest.mark.parametrize(
    ("hurdle", "order", "closing", "share"),
    [
        (HurdleKind.HARD, IncentiveOrder.AFTER_MANAGEMENT_FEE, "120", "0.02"),  # 20 % of 18 − 8
        (HurdleKind.HARD, IncentiveOrder.BEFORE_MANAGEMENT_FEE, "120", "0.024"),
        (HurdleKind.SOFT, IncentiveOrder.AFTER_MANAGEMENT_FEE, "120", "0.036"),
        (HurdleKind.SOFT, IncentiveOrder.BEFORE_MANAGEMENT_FEE, "120", "0.04"),
        (HurdleKind.SOFT, IncentiveOrder.AFTER_MANAGEMENT_FEE, "110", "0"),  # 8 is not above 8
        (HurdleKind.SOFT, IncentiveOrder.BEFORE_MANAGEMENT_FEE, "110", "0.02"),
        (HurdleKind.HARD, IncentiveOrder.AFTER_MANAGEMENT_FEE, "90", "0"),
    ],
)
def test_conventions_are_named(hurdle: HurdleKind, order: IncentiveOrder, closing: str, share: str) -> None:
    terms = attrs.evolve(TERMS, hurdle=hurdle, order=order)
    fee = charge_incentive_fee(terms, opening=cny("100"), closing=cny(closing), management_fee=cny("2"))
    assert fee.share_of_opening == Fraction(share)
    assert Fraction(fee.amount.amount) == Fraction(share) * 100
    assert fee.net_return == Fraction(closing) / 100 - Fraction("1.02") - Fraction(share)
    assert ("hard" if hurdle is HurdleKind.HARD else "soft") in fee.explain().text()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"opening": cny("0")}, "opening: must be above zero, was 0 CNY"),
        ({"closing": cny("-1")}, "closing: must be zero or more"),
        ({"management_fee": Money("1", "EUR")}, "management_fee: must be CNY, was EUR"),
    ],
)
def test_amounts_that_make_no_sense_are_refused(changed: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"opening": cny("100"), "closing": cny("110"), "management_fee": cny("2")}
    with pytest.raises((InvalidValueError, CurrencyMismatchError)) as caught:
        charge_incentive_fee(TERMS, **{**given, **changed})
    assert str(caught.value).startswith(message)


def test_rates_are_from_nothing_to_all() -> None:
    with pytest.raises(InvalidValueError, match=r"rate: must be from 0 to 1, was 20; 20 % is 0\.20"):
        attrs.evolve(TERMS, rate=20)
    with pytest.raises(InvalidValueError, match="hurdle_rate: must be from 0 to 1"):
        attrs.evolve(TERMS, hurdle_rate="-0.01")
    with pytest.raises(InvalidValueError, match="terms: must be of type IncentiveTerms"):
        charge_incentive_fee("2/20", opening=cny("1"), closing=cny("1"), management_fee=cny("0"))  # type: ignore[arg-type]

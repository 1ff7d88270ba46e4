"""Front-end fees by amount: one fee for each amount, on the whole of it."""

from __future__ import annotations

from typing import Any

import pytest

from carbonkit.errors import BatchError, CarbonkitError
from carbonkit.fund.units.dealing import deal
from carbonkit.fund.units.fee_schedule import SubscriptionFeeSchedule
from carbonkit.fund.units.unit_fee import SubscriptionFee, SubscriptionFeeBasis
from carbonkit.fund.units.unit_order import net_flow
from carbonkit.values import Money
from tests.fund.unit_books import (
    DEALT,
    UNIT,
    A,
    B,
    C,
    buy,
    cny,
    dealing_day,
    first,
    lot,
    record,
    register,
    terms,
)


def rate(percent: str) -> SubscriptionFee:
    return SubscriptionFee(rate=percent, basis=SubscriptionFeeBasis.OUTSIDE)


SCHEDULE = SubscriptionFeeSchedule(
    steps=[
        (cny(0), rate("0.015")),
        (cny(1_000_000), rate("0.010")),
        (cny(5_000_000), cny("1000.00")),
    ]
)


@pytest.mark.parametrize(
    ("amount", "net"),
    [
        ("10000.00", "9852.22"),
        ("999999.99", "985221.67"),
        ("1000000.00", "990099.01"),
        ("4999999.99", "4950495.04"),
        ("5000000.00", "4999000.00"),
    ],
)
def test_the_step_that_an_amount_reaches_gives_its_fee(amount: str, net: str) -> None:
    assert SCHEDULE.net(cny(amount), UNIT) == cny(net)


def test_orders_of_one_day_have_fees_of_their_own() -> None:
    orders = [buy("S-1", A, cny("10000.00")), buy("S-2", B, cny("5000000.00"))]
    done = deal(
        register(),
        orders,
        day=dealing_day(),
        dealt_at=DEALT,
        price=first(),
        terms=terms(subscription_fee=SCHEDULE),
        own_fee=None,
    )
    assert [note.fee for note in done.subscriptions] == [cny("147.78"), cny("1000.00")]
    value = record(register(lot(C, 100)), 100)
    assert net_flow(orders, value, terms=terms(subscription_fee=SCHEDULE)) == cny("5008852.22")
    assert terms(subscription_fee=SCHEDULE).explain().parts[0].text().splitlines()[-1] == (
        "  from 5000000 CNY on: 1000.00 CNY = a fixed fee an order"
    )


def test_a_fixed_fee_is_no_more_than_the_amount() -> None:
    fixed = terms(subscription_fee=SubscriptionFeeSchedule(steps=[(cny(0), cny(10))]))
    with pytest.raises(BatchError, match="order S-1, amount: must be at least the fixed fee of 10 CNY"):
        deal(
            register(),
            [buy("S-1", A, cny(9))],
            day=dealing_day(),
            dealt_at=DEALT,
            price=first(),
            terms=fixed,
            own_fee=None,
        )
    with pytest.raises(CarbonkitError, match="amount: must be CNY, was EUR"):
        SCHEDULE.net(Money(1, "EUR"), UNIT)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([], "steps: must begin at zero"),
        ([(cny(1), cny(1))], "steps: must begin at zero"),
        ([(cny(0), cny(1)), (cny(0), cny(2))], "steps: must rise above 0 CNY, was 0 CNY"),
        ([(cny(0), cny(1)), (Money(1, "EUR"), cny(2))], "steps: must be CNY, was EUR"),
        ([(cny(0), Money(1, "EUR"))], "fixed fee: must be CNY, was EUR"),
        ([(cny(0), cny(-1))], "fixed fee: must be zero or more"),
        ([(cny(0), "0.01")], "steps: must be SubscriptionFee or Money"),
        ([(cny(0),)], "steps: must be pairs of amount and fee"),
        ([None], "steps: must be pairs of amount and fee"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(steps: Any, message: str) -> None:  # noqa: ANN401  wrong ones
    with pytest.raises(CarbonkitError) as caught:
        SubscriptionFeeSchedule(steps=steps)
    assert str(caught.value).startswith(message)

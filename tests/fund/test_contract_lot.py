"""Contract lots: long and short, closed by the other side, and never a gain from nothing."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError, FundError, MarketError
from carbonkit.fund.portfolio.cost_method import CostMethod
from carbonkit.fund.position.contract_lot import ClosedOut, ContractLot, close_out
from carbonkit.market.contract import Spot
from carbonkit.values import Money, Rounding
from tests.fund_book import DAY, FORWARD, FUTURE, NEXT, contract, lot, price

METHODS = [CostMethod.FIFO, CostMethod.LIFO, CostMethod.WEIGHTED_AVERAGE]


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


def taken(
    opened: list[ContractLot], trade: ContractLot, method: CostMethod = CostMethod.FIFO
) -> tuple[tuple[ContractLot, ...], ClosedOut | None]:
    return close_out(opened, trade, method=method, rounding=Rounding.HALF_UP)


def test_what_was_sold_counts_below_zero() -> None:
    sold = lot(FUTURE, -2, "72.00")
    assert (sold.lots, sold.units, sold.consideration) == (-2, -2000, eur("144000.00"))
    assert sold.signed == -144000


def test_a_trade_of_one_side_opens_another_lot() -> None:
    first, second = lot(FUTURE, 2, "70.00"), lot(FUTURE, 1, "71.00", NEXT)
    assert taken([], first) == ((first,), None)
    assert taken([first], second) == ((first, second), None)


@pytest.mark.parametrize(
    ("method", "gain", "left"),
    [
        (CostMethod.FIFO, "6000.00", "73000.00"),
        (CostMethod.LIFO, "3000.00", "70000.00"),
        (CostMethod.WEIGHTED_AVERAGE, "4000.00", "71000.00"),
    ],
)
def test_closing_takes_lots_by_the_method(method: CostMethod, gain: str, left: str) -> None:
    opened = [lot(FUTURE, 2, "70.00"), lot(FUTURE, 1, "73.00", NEXT)]
    after, closed = taken(opened, lot(FUTURE, -2, "73.00", NEXT), method)
    assert closed is not None
    assert (closed.method, closed.gain) == (method, eur(gain))
    assert [(each.lots, each.consideration) for each in after] == [(1, eur(left))]


def test_a_short_gains_when_the_price_falls() -> None:
    after, closed = taken([lot(FUTURE, -3, "70.00")], lot(FUTURE, 1, "68.50", NEXT))
    assert closed is not None
    assert closed.gain == eur("1500.00")
    assert [each.lots for each in after] == [-2]
    assert closed.explain().text() == (
        "gain on 1 EUA-2025-12 closed out on 2025-06-03: 1500.00 EUR = sold − bought, first in, first out\n"
        "  1 EUA-2025-12 bought on 2025-06-03: 68500.00 EUR = for 1000 tCO2e\n"
        "  1 EUA-2025-12 sold on 2025-06-02: 70000.00 EUR = for 1000 tCO2e"
    )


def test_a_trade_through_zero_closes_all_and_opens_the_rest() -> None:
    after, closed = taken([lot(FUTURE, 2, "70.00")], lot(FUTURE, -5, "71.00", NEXT))
    assert closed is not None
    assert closed.gain == eur("2000.00")
    assert [(each.lots, each.consideration) for each in after] == [(-3, eur("213000.00"))]
    assert taken([lot(FUTURE, 2, "70.00")], lot(FUTURE, -2, "71.00"))[0] == ()


@pytest.mark.parametrize(
    ("make", "message", "code"),
    [
        (lambda: lot(FUTURE, 0, "70.00"), "lots: must not be zero, was 0", "invalid_value"),
        (lambda: lot(FUTURE, 1, "70.005"), "price: must be a positive multiple of 0.01", "off_tick"),
        (
            lambda: lot(contract("CEA", Spot(scheme="EU ETS", vintage="2025")), -1, "70.00"),
            "instrument: must be a forward, a future or an option, was CEA",
            "short_units",
        ),
        (
            lambda: ContractLot(FUTURE, 1, Money("70000", "GBP"), DAY),
            "consideration: must be EUR, was GBP",
            "currency_mismatch",
        ),
        (
            lambda: ContractLot(FUTURE, 1, eur("-1"), DAY),
            "consideration: must be zero or more, was -1 EUR",
            "invalid_value",
        ),
        (
            lambda: ContractLot.at("EUA", 1, price("70.00"), DAY),  # type: ignore[arg-type]
            "instrument: must be of type Instrument",
            "wrong_type",
        ),
        (
            lambda: ContractLot("EUA", 1, eur("70000"), DAY),  # type: ignore[arg-type]
            "instrument: must be of type Instrument",
            "wrong_type",
        ),
    ],
)
def test_what_is_no_lot(make: Any, message: str, code: str) -> None:  # noqa: ANN401  what makes it
    with pytest.raises((CarbonkitError, MarketError)) as caught:
        make()
    assert str(caught.value).startswith(message)
    assert caught.value.problem.code == code


@pytest.mark.parametrize(
    ("opened", "trade", "method", "message"),
    [
        ([lot(FUTURE, 1, "70.00")], lot(FORWARD, -1, "70.00"), CostMethod.FIFO, "trade: must be EUA-2025-12"),
        (
            [lot(FUTURE, 1, "70.00"), lot(FORWARD, 1, "70.00")],
            lot(FUTURE, -1, "70.00"),
            CostMethod.FIFO,
            "lots: must be EUA-2025-12, was EUA-FWD",
        ),
        (
            [lot(FUTURE, 1, "70.00"), lot(FUTURE, -1, "70.00")],
            lot(FUTURE, -1, "70.00"),
            CostMethod.FIFO,
            "lots: must be all bought or all sold, was -1",
        ),
        (
            [lot(FUTURE, 1, "70.00", NEXT), lot(FUTURE, 1, "70.00")],
            lot(FUTURE, -1, "70.00"),
            CostMethod.FIFO,
            "lots: must come after the lot of 2025-06-03, was 2025-06-02",
        ),
        (
            [lot(FUTURE, 1, "70.00", NEXT)],
            lot(FUTURE, -1, "70.00"),
            CostMethod.FIFO,
            "traded_on: must be on or after 2025-06-03, the day of the last open lot, was 2025-06-02",
        ),
        ([], lot(FUTURE, 1, "70.00"), CostMethod.SPECIFIC, "method: must be a method for contracts"),
        ([], lot(FUTURE, 1, "70.00"), "FIFO", "method: must be of type CostMethod"),
        ([], "a trade", CostMethod.FIFO, "trade: must be of type ContractLot"),
        (["a lot"], lot(FUTURE, 1, "70.00"), CostMethod.FIFO, "lots: must be of type ContractLot"),
    ],
)
def test_what_closes_nothing(
    opened: Any,  # noqa: ANN401  also what is refused
    trade: Any,  # noqa: ANN401  the same
    method: Any,  # noqa: ANN401  the same
    message: str,
) -> None:
    with pytest.raises((CarbonkitError, FundError)) as caught:
        close_out(opened, trade, method=method, rounding=Rounding.HALF_UP)
    assert str(caught.value).startswith(message)


def test_a_consideration_that_no_price_made_is_cut_as_named() -> None:
    odd = attrs.evolve(lot(FUTURE, 3, "70.00"), consideration=eur("100.00"))
    _, closed = close_out([odd], lot(FUTURE, -1, "70.00"), method=CostMethod.FIFO, rounding=Rounding.CEILING)
    assert closed is not None
    assert closed.opened[0].consideration == eur("33.34")


@given(
    st.lists(
        st.tuples(st.integers(-5, 5).filter(bool), st.integers(1, 10**4), st.integers(0, 3)), max_size=10
    ),
    st.sampled_from(METHODS),
    st.sampled_from(Rounding),
    st.integers(1, 10**4),
)
def test_gains_are_what_came_less_what_went(
    trades: list[tuple[int, int, int]], method: CostMethod, rounding: Rounding, mark: int
) -> None:
    held: tuple[ContractLot, ...] = ()
    realised, went, count, day = 0, 0, 0, DAY
    for lots, ticks, days in trades:
        day += datetime.timedelta(days)
        trade = ContractLot.at(FUTURE, lots, FUTURE.price(ticks), day)
        held, closed = close_out(held, trade, method=method, rounding=rounding)
        realised += 0 if closed is None else closed.gain.to_minor()
        went += lots * 1000 * ticks
        count += lots
    unrealised = sum(each.units for each in held) * mark - sum(each.signed for each in held) * 100
    assert realised + unrealised == Fraction(count * 1000 * mark - went)
    assert sum(each.lots for each in held) == count
    assert len({each.lots > 0 for each in held}) <= 1

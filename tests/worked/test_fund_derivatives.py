"""
Worked: forwards, futures, options and swaps on allowances.

Sources: carbonkit's own worked examples, computed apart from this library with 30 digits or with
QuantLib 1.44 (the option). The terms of the ICE EUA future (1,000 EUA a lot, a tick of 0.01 EUR) are
those of its published specification; the forward in Shanghai is of 100 t and settled daily.
"""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest

from carbonkit.fund.curve.curve import Extrapolation, Interpolation
from carbonkit.fund.curve.discount import DiscountCurve, RateConvention
from carbonkit.fund.curve.forward_curve import ForwardCurve
from carbonkit.fund.curve.forward_price import forward_price, forward_value, implied_carry
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.position.contract_lot import ContractLot
from carbonkit.fund.position.contract_position import ContractPosition, Settlement
from carbonkit.fund.position.environment import Environment
from carbonkit.fund.position.futures_margin import MarginTerms, mark_daily
from carbonkit.fund.position.option_profit import OptionState, option_profit
from carbonkit.fund.position.position import Cause
from carbonkit.fund.position.spread_swap import SpreadSwap
from carbonkit.market.contract import Delivery, Future, Right
from carbonkit.market.instrument import Instrument
from carbonkit.schemes.shanghai import forward as shanghai_forward
from carbonkit.values import AssetId, Money, Price

EUA_FUTURE = Instrument(
    "EUA-2025-12",
    asset="EUA",
    currency="EUR",
    unit="tCO2e",
    tick="0.01",
    lot=1000,
    terms=Future(
        underlying="EUA",
        last_trading_day="2025-12-15",
        final_settlement_day="2025-12-15",
        delivery=Delivery.PHYSICAL,
    ),
)


def agrees(value: Fraction, expected: str) -> bool:
    """Say whether a value is an expected one to every digit that is written."""
    places = len(expected.partition(".")[2])
    return abs(value - Fraction(expected)) <= Fraction(1, 2 * 10**places)


# spot, rate, storage, convenience, years: continuous and simple forward price, continuous carry
CARRY = [
    (("88.50", "0.025", "0", "0", "1"), "90.740388166412", "90.7125", "0.025"),
    (("95.2", "0.018", "0.002", "0", "0.5"), "96.1567759064128", "96.152", "0.02"),
]


@pytest.mark.parametrize(("given", "continuous", "simple", "carry"), CARRY)
def test_cost_of_carry(given: tuple[str, ...], continuous: str, simple: str, carry: str) -> None:
    spot, rate, storage, convenience, years = given
    prices = {
        convention: forward_price(
            spot,
            rate=rate,
            storage=storage,
            convenience=convenience,
            years=years,
            convention=convention,
        )
        for convention in RateConvention
    }
    assert agrees(prices[RateConvention.CONTINUOUS], continuous)
    assert prices[RateConvention.SIMPLE] == Fraction(simple)
    for convention, price in prices.items():
        implied = implied_carry(spot, price, years=years, convention=convention)
        assert abs(implied - Fraction(carry)) < Fraction(1, 10**55)


def test_a_forward_before_its_delivery() -> None:
    factor = RateConvention.CONTINUOUS.discount("0.02", "0.5")
    value = forward_value(quantity=1000, forward="96.1567759064128", agreed="95.2", factor=factor)
    # 956.7759064128 × e^(−0.01), worked out by mpmath
    assert agrees(value, "947.255827079202")


def test_ten_lots_of_the_eua_future_marked_to_market() -> None:
    bought = ContractLot.at(EUA_FUTURE, 10, EUA_FUTURE.quote("70.00"), "2025-06-02")
    prices = ["71.25", "69.80", "72.10", "72.09"]
    settlements = [
        (datetime.date(2025, 6, 2 + place), EUA_FUTURE.quote(price)) for place, price in enumerate(prices)
    ]
    history = mark_daily(
        [bought],
        settlements,
        terms=MarginTerms(initial=Money("5500.00", "EUR"), maintenance=Money("5000.00", "EUR")),
        deposited=Money("55000.00", "EUR"),
    )
    assert [(str(day.variation.amount), str(day.before_call.amount)) for day in history.days] == [
        ("12500.00", "67500.00"),
        ("-14500.00", "53000.00"),
        ("23000.00", "76000.00"),
        ("-100.00", "75900.00"),
    ]
    assert history.variation == Money("20900.00", "EUR")
    assert history.called == Money("0.00", "EUR")


def test_fifty_forwards_sold_in_shanghai_settled_daily() -> None:
    contract = shanghai_forward(2023, 11)
    assert contract.lot == 100
    sold = ContractLot.at(contract, -50, contract.quote("42.00"), "2023-08-01")
    history = mark_daily(
        [sold],
        [("2023-08-01", contract.quote("42.37")), ("2023-08-02", contract.quote("41.95"))],
        terms=MarginTerms(initial=Money("0", "CNY"), maintenance=Money("0", "CNY")),
        deposited=Money("10000", "CNY"),
    )
    assert [str(day.variation.amount) for day in history.days] == ["-1850.00", "2100.00"]
    assert history.variation == Money("250.00", "CNY")


def environment(day: str, **prices: str) -> Environment:
    return Environment(
        as_of=day,
        currency="CNY",
        marks=(),
        curves=[
            ForwardCurve(
                asset=AssetId(asset),
                as_of=day,
                nodes=[("2025-07-01", Price(price, "CNY", "tCO2e"))],
                interpolation=Interpolation.FLAT,
                extrapolation=Extrapolation.REFUSED,
                origin="worked example",
            )
            for asset, price in prices.items()
        ],
        volatilities=(),
        discount=DiscountCurve.flat(
            "0.02", as_of=day, convention=RateConvention.CONTINUOUS, day_count=DayCount.THIRTY_E_360
        ),
        day_count=DayCount.THIRTY_E_360,
    )


def test_allowances_swapped_for_credits_at_a_fixed_spread() -> None:
    swap = SpreadSwap(
        name="swap",
        delivers=AssetId("CEA"),
        receives=AssetId("CCER"),
        quantity=100_000,
        spread=Price("8.25", "CNY", "tCO2e"),
        settles_on="2025-07-01",
    )
    assert swap.market_spread(environment("2025-01-01", CEA="96.40", CCER="88.15")) == Fraction("8.25")
    assert swap.value(environment("2025-01-01", CEA="96.40", CCER="88.15")) == 0
    today = environment("2025-01-01", CEA="99.00", CCER="86.00")
    assert swap.market_spread(today) == 13
    assert agrees(swap.value(today), "-470273.671030855")
    legs = swap.exposures(today)
    assert sum(leg.value for leg in legs) == swap.value(today)
    assert [leg.units < 0 for leg in legs] == [True, False]


def test_what_made_an_option_gain_in_a_day() -> None:
    before = OptionState(forward=80, volatility="0.45", years="0.5", rate="0.03")
    after = OptionState(
        forward="81.5", volatility="0.46", years=Fraction(1, 2) - Fraction(1, 365), rate="0.03"
    )
    expected = {
        Cause.DELTA: "0.832229322644704",
        Cause.GAMMA: "0.017150000165424808",
        Cause.VEGA: "0.21952000211743758",
        Cause.THETA: "-0.02624530114484654",
        Cause.RATE: "0",
        Cause.UNEXPLAINED: "0.0007013014821459392",
    }
    parts = option_profit(Right.CALL, 80, before, after)
    assert [cause for cause, _ in parts] == list(expected)
    for cause, part in parts:
        assert abs(part - Fraction(expected[cause])) < Fraction(1, 10**12), cause
    start, end = before.worth(Right.CALL, 80).value, after.worth(Right.CALL, 80).value
    assert abs(Fraction(start) - Fraction("9.962172580523434")) < Fraction(1, 10**12)
    assert abs(Fraction(end) - Fraction("11.0055279057883")) < Fraction(1, 10**12)
    actual = sum((part for _, part in parts), Fraction(0))
    assert actual == Fraction(end) - Fraction(start)
    assert abs(actual - Fraction("1.0433553252648657")) < Fraction(1, 10**12)


def test_a_futures_position_gains_what_its_margin_pays() -> None:
    bought = ContractLot.at(EUA_FUTURE, 10, EUA_FUTURE.quote("70.00"), "2025-06-02")
    held = ContractPosition(name="EUA", lots=[bought], settlement=Settlement.DAILY, underlying=None)
    paid = Money("0.00", "EUR")
    for price in ("71.25", "69.80", "72.10", "72.09"):
        held, variation = held.settled(EUA_FUTURE.quote(price))
        paid += variation
    assert paid == Money("20900.00", "EUR")
    assert held.paid == 720_900

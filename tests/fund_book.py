"""A small book of EUA, its contracts and their prices, for the tests of positions, stress and profit."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from carbonkit.fund.curve.curve import Extrapolation, Interpolation
from carbonkit.fund.curve.discount import DiscountCurve, RateConvention
from carbonkit.fund.curve.forward_curve import ForwardCurve
from carbonkit.fund.curve.volatility import Volatility
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.portfolio.holding import Holding, Lot
from carbonkit.fund.portfolio.valuation import Mark
from carbonkit.fund.position.contract_lot import ContractLot
from carbonkit.fund.position.contract_position import ContractPosition, Settlement
from carbonkit.fund.position.environment import Environment
from carbonkit.fund.position.spot_position import SpotPosition
from carbonkit.fund.position.spread_swap import SpreadSwap
from carbonkit.market.contract import Credit, Delivery, Forward, Future, Option, Right, Spot
from carbonkit.market.instrument import Instrument
from carbonkit.values import AssetId, InstrumentId, Money, Price

if TYPE_CHECKING:
    from carbonkit.fund.position.position import Position
    from carbonkit.market.contract import Terms

EUA, CER = AssetId("EUA"), AssetId("CER")
DAY = datetime.date(2025, 6, 2)
NEXT = datetime.date(2025, 6, 3)
DELIVERY = datetime.date(2025, 12, 15)
EXPIRY = datetime.date(2025, 12, 10)


def price(amount: str, currency: str = "EUR") -> Price:
    return Price(amount, currency, "tCO2e")


def contract(name: str, terms: Terms, **changed: str) -> Instrument:
    usual = {"currency": "EUR", **changed}
    return Instrument(name, asset="EUA", unit="tCO2e", tick="0.01", lot=1000, terms=terms, **usual)


FUTURE = contract(
    "EUA-2025-12",
    Future(
        underlying=EUA, last_trading_day=DELIVERY, final_settlement_day=DELIVERY, delivery=Delivery.PHYSICAL
    ),
)
FORWARD = contract(
    "EUA-FWD",
    Forward(
        underlying=EUA, last_trading_day=DELIVERY, final_settlement_day=DELIVERY, delivery=Delivery.PHYSICAL
    ),
)
CALL = contract(
    "EUA-2025-12-C80",
    Option(underlying=FUTURE.id, right=Right.CALL, strike=price("80.00"), expiry=EXPIRY),
)
PUT = contract(
    "EUA-2025-12-P60",
    Option(underlying=FUTURE.id, right=Right.PUT, strike=price("60.00"), expiry=EXPIRY),
)


def rates(day: datetime.date = DAY, rate: str = "0.03") -> DiscountCurve:
    return DiscountCurve.flat(
        rate, as_of=day, convention=RateConvention.CONTINUOUS, day_count=DayCount.ACT_365_FIXED
    )


def curve(amount: str, asset: AssetId = EUA, day: datetime.date = DAY, currency: str = "EUR") -> ForwardCurve:
    return ForwardCurve(
        asset=asset,
        as_of=day,
        nodes=[(DELIVERY, price(amount, currency))],
        interpolation=Interpolation.FLAT,
        extrapolation=Extrapolation.REFUSED,
        origin="invented",
    )


def environment(
    day: datetime.date = DAY,
    *,
    spot: str = "70.00",
    forward: str = "71.00",
    credit: str = "60.00",
    volatility: str = "0.45",
    rate: str = "0.03",
) -> Environment:
    return Environment(
        as_of=day,
        currency="EUR",
        marks=[Mark(EUA, price(spot), day, "invented"), Mark(CER, price(credit), day, "invented")],
        curves=[curve(forward, day=day), curve(credit, CER, day=day)] if day <= DELIVERY else (),
        volatilities=[Volatility(InstrumentId(str(each.id)), volatility) for each in (CALL, PUT)],
        discount=rates(day, rate),
        day_count=DayCount.ACT_365_FIXED,
    )


def allowances(quantity: int = 1000, cost: str = "68000.00", name: str = "allowances") -> SpotPosition:
    return SpotPosition(
        name=name,
        holding=Holding(EUA, [Lot(EUA, quantity, Money(cost, "EUR"), "2025-05-02")]),
        terms=Spot(scheme="EU ETS", vintage="2025"),
        usable_until=None,
    )


def credits_held(quantity: int = 500, usable_until: str | None = "2025-12-31") -> SpotPosition:
    return SpotPosition(
        name="credits",
        holding=Holding(CER, [Lot(CER, quantity, Money("25000.00", "EUR"), "2025-05-02")]),
        terms=Credit(programme="CER", vintage="2020"),
        usable_until=usable_until,
    )


def lot(instrument: Instrument, lots: int, amount: str, day: datetime.date | str = DAY) -> ContractLot:
    return ContractLot.at(instrument, lots, instrument.quote(amount), day)


def futures(lots: int = -2, amount: str = "72.00") -> ContractPosition:
    return ContractPosition(
        name="futures", lots=[lot(FUTURE, lots, amount)], settlement=Settlement.DAILY, underlying=None
    )


def forwards(lots: int = 3, amount: str = "69.50") -> ContractPosition:
    return ContractPosition(
        name="forwards", lots=[lot(FORWARD, lots, amount)], settlement=Settlement.AT_DELIVERY, underlying=None
    )


def options(instrument: Instrument = CALL, lots: int = 1, amount: str = "6.00") -> ContractPosition:
    return ContractPosition(
        name=f"options {instrument.id}",
        lots=[lot(instrument, lots, amount)],
        settlement=Settlement.PREMIUM,
        underlying=FUTURE,
    )


def swap(quantity: int = 1000) -> SpreadSwap:
    return SpreadSwap(
        name="swap",
        delivers=EUA,
        receives=CER,
        quantity=quantity,
        spread=price("10.00"),
        settles_on=DELIVERY,
    )


def book() -> list[Position]:
    return [
        allowances(),
        credits_held(),
        futures(),
        forwards(),
        options(CALL),
        options(PUT, -1, "4.00"),
        swap(),
    ]

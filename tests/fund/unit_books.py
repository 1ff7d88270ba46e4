"""Units, prices and orders for the tests of open-ended funds."""

from __future__ import annotations

from typing import Any

from carbonkit.fund.units.dealing_terms import BelowMinimum, DealingTerms
from carbonkit.fund.units.unit import UnitClass
from carbonkit.fund.units.unit_order import DealingDay, RedemptionOrder, SubscriptionOrder
from carbonkit.fund.units.unit_price import DealingPrice, UnitPrice, first_price
from carbonkit.fund.units.unit_register import UnitLot, UnitRegister
from carbonkit.values import AccountId, AssetId, Money, OrderId, Rounding

DAY = "2026-06-30"
OPENED, IN_TIME, CUT_OFF = "2026-06-29T07:00:00Z", "2026-06-30T06:00:00Z", "2026-06-30T07:00:00Z"
DEALT = "2026-06-30T12:00:00Z"
A, B, C = AccountId("BANK-A"), AccountId("BANK-B"), AccountId("BANK-C")


def cny(amount: str | int) -> Money:
    return Money(amount, "CNY")


def unit_class(**changed: Any) -> UnitClass:  # noqa: ANN401  any field of a class
    return UnitClass(
        **{
            "id": AssetId("GREEN-A"),
            "currency": "CNY",
            "unit_places": 2,
            "price_places": 4,
            "price_rounding": Rounding.HALF_UP,
            "unit_rounding": Rounding.FLOOR,
            "money_rounding": Rounding.HALF_UP,
            **changed,
        }
    )


UNIT = unit_class()


def lot(holder: AccountId, units: str | int, **changed: Any) -> UnitLot:  # noqa: ANN401  any field of a lot
    given = {"bought_on": "2026-06-01", "mark": 1, "document": f"S-{holder}", **changed}
    return UnitLot(holder=holder, units=units, **given)


def register(*lots: UnitLot, unit: UnitClass = UNIT) -> UnitRegister:
    return UnitRegister(unit).issue(
        lots, on=max((str(each.bought_on) for each in lots), default="2026-01-01")
    )


def record(held: UnitRegister, net_asset_value: str | int, day: str = DAY) -> UnitPrice:
    return UnitPrice(
        unit=held.unit, day=day, assets=cny(net_asset_value), liabilities=cny(0), units=held.outstanding
    )


def first(per_unit: str = "1.0000", day: str = DAY, unit: UnitClass = UNIT) -> DealingPrice:
    return first_price(unit, day=day, per_unit=Money(per_unit, unit.currency))


def dealing_day(**changed: Any) -> DealingDay:  # noqa: ANN401  any field of a day
    return DealingDay(**{"day": DAY, "opened_at": OPENED, "cut_off_at": CUT_OFF, **changed})


def buy(name: str, holder: AccountId, amount: Money, received_at: str = IN_TIME) -> SubscriptionOrder:
    return SubscriptionOrder(id=OrderId(name), holder=holder, amount=amount, received_at=received_at)


def give_back(name: str, holder: AccountId, units: str | int, **changed: Any) -> RedemptionOrder:  # noqa: ANN401  any field
    return RedemptionOrder(
        id=OrderId(name), holder=holder, units=units, **{"received_at": IN_TIME, **changed}
    )


def terms(**changed: Any) -> DealingTerms:  # noqa: ANN401  any field of the terms
    return DealingTerms(
        **{
            "subscription_fee": None,
            "redemption_fee": None,
            "minimum_subscription": cny(0),
            "minimum_holding": 0,
            "below_minimum": BelowMinimum.REFUSED,
            "gate": None,
            "suspended": "",
            **changed,
        }
    )

"""
Orders to buy and to give back units, and the dealing day that they belong to.

Dealing is forward: an order gives an amount or a number of units, never a price. It
belongs to the first dealing day whose cut-off lies after it, and gets that day's
price, which nobody can know yet.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError, WrongTypeError
from carbonkit.fund._check import check_currency, paid
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units.dealing_terms import DealingTerms
from carbonkit.fund.units.unit_price import UnitPrice
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId, AssetId, OrderId
from carbonkit.values.money import Money
from carbonkit.values.number import Exact, exact, total
from carbonkit.values.time import as_date, as_instant

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DealingDay", "RedemptionOrder", "SubscriptionOrder", "net_flow"]


def _amount(value: Money) -> Money:
    if paid(value, field="amount").amount <= 0:
        raise InvalidValueError("be above zero", was=str(value), field="amount")
    return value


def _units(value: Exact) -> Decimal:
    number = exact(value, field="units")
    if number <= 0:
        raise InvalidValueError("be above zero", was=str(value), field="units")
    return number


def _received_at(value: str | datetime.datetime) -> datetime.datetime:
    return as_instant(value, field="received_at")


@attrs.frozen(kw_only=True)
class SubscriptionOrder:
    """
    An order to buy units for an amount.

    Args:
        id: Names the order.
        holder: Who buys.
        amount: What it pays, fees included; above zero, in whole minor units.
        received_at: When the order came.

    Raises:
        InvalidValueError: If the amount is not above zero or has a fraction of a minor unit.

    Example:
        >>> SubscriptionOrder(id=OrderId("S-1"), holder=AccountId("BANK-A"), amount=Money("100.00", "CNY"),
        ...                   received_at="2026-06-30T14:00:00+08:00").received_at.hour
        6
    """

    id: OrderId = attrs.field(validator=is_a(OrderId))
    holder: AccountId = attrs.field(validator=is_a(AccountId))
    amount: Money = attrs.field(converter=_amount)
    received_at: datetime.datetime = attrs.field(converter=_received_at)


def _deferred_from(value: str | datetime.date | None) -> datetime.date | None:
    return None if value is None else as_date(value, field="deferred_from")


@attrs.frozen(kw_only=True)
class RedemptionOrder:
    """
    An order to give units back.

    Args:
        id: Names the order.
        holder: Whose units.
        units: How many; above zero.
        received_at: When the order came.
        into: The class that the proceeds buy, for a switch; None if they are paid out.
        deferred_from: The dealing day that a gate deferred it from; None for a new order.

    Raises:
        InvalidValueError: If the units are not above zero.

    Example:
        >>> RedemptionOrder(id=OrderId("R-1"), holder=AccountId("BANK-A"), units="40",
        ...                 received_at="2026-06-30T14:00:00+08:00").into is None
        True
    """

    id: OrderId = attrs.field(validator=is_a(OrderId))
    holder: AccountId = attrs.field(validator=is_a(AccountId))
    units: Decimal = attrs.field(converter=_units)
    received_at: datetime.datetime = attrs.field(converter=_received_at)
    into: AssetId | None = attrs.field(default=None, validator=attrs.validators.optional(is_a(AssetId)))
    deferred_from: datetime.date | None = attrs.field(default=None, converter=_deferred_from)


def _day(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="day")


def _opened_at(value: str | datetime.datetime) -> datetime.datetime:
    return as_instant(value, field="opened_at")


def _cut_off_at(value: str | datetime.datetime) -> datetime.datetime:
    return as_instant(value, field="cut_off_at")


@attrs.frozen(kw_only=True)
class DealingDay:
    """
    A day on which units are dealt in, and when the orders for it are taken.

    Args:
        day: The date that the price is of.
        opened_at: The cut-off of the dealing day before; orders from then on belong to this one.
        cut_off_at: The first moment whose orders belong to the next dealing day.

    Raises:
        InvalidValueError: If the cut-off does not lie after the opening.

    Example:
        >>> day = DealingDay(day="2026-06-30", opened_at="2026-06-29T15:00:00+08:00",
        ...                  cut_off_at="2026-06-30T15:00:00+08:00")
        >>> day.cut_off_at.hour
        7
    """

    day: datetime.date = attrs.field(converter=_day)
    opened_at: datetime.datetime = attrs.field(converter=_opened_at)
    cut_off_at: datetime.datetime = attrs.field(converter=_cut_off_at)

    def __attrs_post_init__(self) -> None:
        """Check that there is time for orders."""
        if self.cut_off_at <= self.opened_at:
            raise InvalidValueError(
                f"be after {self.opened_at.isoformat()}", was=self.cut_off_at.isoformat(), field="cut_off_at"
            )

    def check(self, order: SubscriptionOrder | RedemptionOrder) -> None:
        """
        Check that an order belongs to the day.

        Args:
            order: A new order, or one that a gate deferred from an earlier day.

        Raises:
            FundError: `after_cut_off` if it came too late, `before_opening` if it belongs to an earlier day,
                `out_of_order` if it was deferred from this day or a later one.

        Example:
            >>> day = DealingDay(day="2026-06-30", opened_at="2026-06-29T15:00:00+08:00",
            ...                  cut_off_at="2026-06-30T15:00:00+08:00")
            >>> day.check(RedemptionOrder(id=OrderId("R-1"), holder=AccountId("BANK-A"), units="40",
            ...                           received_at="2026-06-30T15:00:00+08:00"))  # doctest: +ELLIPSIS
            Traceback (most recent call last):
            ...
            carbonkit.errors.FundError: received_at: must be before the cut-off at ...
        """
        came = order.received_at
        if came >= self.cut_off_at:
            raise FundError(
                f"be before the cut-off at {self.cut_off_at.isoformat()}",
                was=came.isoformat(),
                field="received_at",
                code=Refusal.AFTER_CUT_OFF,
                hint="it belongs to the next dealing day",
            )
        deferred_from = order.deferred_from if isinstance(order, RedemptionOrder) else None
        if deferred_from is not None:
            if deferred_from >= self.day:
                raise FundError(
                    f"be before {self.day}",
                    was=str(deferred_from),
                    field="deferred_from",
                    code=Refusal.OUT_OF_ORDER,
                )
        elif came < self.opened_at:
            raise FundError(
                f"be at or after {self.opened_at.isoformat()}, the cut-off before",
                was=came.isoformat(),
                field="received_at",
                code=Refusal.BEFORE_OPENING,
                hint="it belongs to an earlier dealing day",
            )


def net_flow(
    orders: Iterable[SubscriptionOrder | RedemptionOrder], record: UnitPrice, *, terms: DealingTerms
) -> Money:
    """
    Estimate what a day's orders bring into the fund, or take out of it, at the NAV of record.

    It is what decides on a swing or a levy, so those are not in it, nor are back-end fees.

    Args:
        orders: The day's orders.
        record: The NAV of record.
        terms: The terms of dealing: a front-end fee does not come into the fund, and what a gate does
            not let through does not leave it on the day.

    Returns:
        Subscriptions less their front-end fees, less the units that are redeemed at the rounded NAV;
        negative for an outflow.

    Raises:
        CurrencyMismatchError: If an order is in another currency than the class; it is named.
        InvalidValueError: If units have more places than the class; the order is named.
        WrongTypeError: If something is not an order, a price of record or terms.

    Example:
        >>> from carbonkit.fund.units.dealing_terms import BelowMinimum
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.values import Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> record = UnitPrice(unit=unit, day="2026-06-30", assets=Money("105", "CNY"),
        ...                    liabilities=Money("0", "CNY"), units="100")
        >>> terms = DealingTerms(subscription_fee=None, redemption_fee=None, minimum_holding=0,
        ...                      minimum_subscription=Money("0", "CNY"), gate=None, suspended="",
        ...                      below_minimum=BelowMinimum.REFUSED)
        >>> net_flow([RedemptionOrder(id=OrderId("R-1"), holder=AccountId("BANK-A"), units="40",
        ...                           received_at="2026-06-30T14:00:00+08:00")], record, terms=terms)
        Money('-42.000000', 'CNY')
    """
    check_type(record, UnitPrice, field="record")
    check_type(terms, DealingTerms, field="terms")
    unit, fee, gate = record.unit, terms.subscription_fee, terms.gate
    paid_in, wanted = Money(0, unit.currency), []
    issued = unit.counted(0)
    for order in orders:
        if not isinstance(order, SubscriptionOrder | RedemptionOrder):
            raise WrongTypeError("be SubscriptionOrder or RedemptionOrder", was=repr(order), field="orders")
        if isinstance(order, RedemptionOrder):
            wanted.append(unit.counted(order.units, field=f"units of order {order.id}"))
            continue
        check_currency(order.amount, unit.currency, field=f"amount of order {order.id}")
        net = order.amount if fee is None else fee.net(order.amount, unit)
        paid_in += net
        if record.per_unit.amount:
            issued = total((issued, unit.bought(net.amount, record.per_unit.amount)))
    if gate is not None:
        wanted = list(gate.through(unit, wanted, outstanding=record.units, issued=issued))
    return paid_in - record.per_unit * total(wanted)

"""
Posting of an open-ended fund: units and cash in the ledger, so that a holder's balance can be proven.

Units are an asset of their own. They come from the class's issuing account, the only
one of its accounts that may fall below zero: what it is short of is what is
outstanding. Each order is one transfer with its cash legs and its unit leg, and its
command id follows from class, day and order, so that a repeat posts nothing twice.
A holder's cash passes through its account, so that the record says who paid.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from carbonkit.errors import BatchError, FundError, InvalidValueError
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units.dealing import Dealing
from carbonkit.fund.units.equalisation import Crystallisation
from carbonkit.fund.units.unit_chart import UnitChart
from carbonkit.fund.units.unit_distribution import UnitDistribution
from carbonkit.fund.units.unit_register import UnitRegister
from carbonkit.fund.units.unit_series import RollUp
from carbonkit.ledger.command import Transfer
from carbonkit.ledger.leg import Leg
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AccountId, CommandId
from carbonkit.values.number import plain

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from carbonkit.fund.units.unit import UnitClass
    from carbonkit.ledger.account import Holding
    from carbonkit.ledger.ledger import Ledger
    from carbonkit.values.money import Money
    from carbonkit.values.number import Exact

__all__ = [
    "crystallisation_transfers",
    "dealing_transfers",
    "distribution_transfers",
    "holding_transfer",
    "roll_up_transfers",
    "tie_out_units",
]

_GROUP: Final = 900  # legs of one transfer; a ledger takes up to 1,000


def dealing_transfers(dealing: Dealing, chart: UnitChart) -> tuple[Transfer, ...]:
    """
    Write a dealing as transfers, one an order: what is paid, and the units.

    Args:
        dealing: The dealing.
        chart: The accounts.

    Returns:
        The transfers, subscriptions first; post them with `Ledger.post_all`, all or none.

    Raises:
        FundError: `other_unit` if the dealing is of another class.

    Example:
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.fund.units.dealing import deal
        >>> from carbonkit.fund.units.dealing_terms import BelowMinimum, DealingTerms
        >>> from carbonkit.fund.units.unit_order import DealingDay, SubscriptionOrder
        >>> from carbonkit.fund.units.unit_price import first_price
        >>> from carbonkit.values import AssetId, Money, OrderId, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> terms = DealingTerms(subscription_fee=None, redemption_fee=None, minimum_holding=0,
        ...                      minimum_subscription=Money("0", "CNY"), gate=None, suspended="",
        ...                      below_minimum=BelowMinimum.REFUSED)
        >>> day = DealingDay(day="2026-06-30", opened_at="2026-06-29T07:00:00Z",
        ...                  cut_off_at="2026-06-30T07:00:00Z")
        >>> order = SubscriptionOrder(id=OrderId("S-1"), holder=AccountId("BANK-A"),
        ...                           amount=Money("1000.00", "CNY"), received_at="2026-06-30T06:00:00Z")
        >>> dealt = deal(UnitRegister(unit), [order], day=day, dealt_at="2026-06-30T12:00:00Z",
        ...              price=first_price(unit, day="2026-06-30", per_unit=Money("1.0000", "CNY")),
        ...              terms=terms, own_fee=None)
        >>> chart = UnitChart(unit=unit, cash_account=AccountId("GREEN/cash"), bank=AccountId("BANK"),
        ...                   manager=AccountId("MANAGER"))
        >>> [transfer] = dealing_transfers(dealt, chart)
        >>> print(transfer.id)
        GREEN-A/2026-06-30/S-1
        >>> for leg in transfer.legs:
        ...     print(leg.quantity, leg.asset, leg.source, leg.target)
        100000 CNY BANK BANK-A
        100000 CNY BANK-A GREEN/cash
        100000 GREEN-A GREEN-A/units BANK-A
    """
    check_type(dealing, Dealing, field="dealing")
    _check_class(dealing.price.unit, chart)
    made: list[Transfer] = []
    for bought in dealing.subscriptions:
        holder = bought.order.holder
        legs = [
            *_paid(chart, bought.order.amount, chart.bank, holder),
            *_paid(chart, bought.into_fund, holder, chart.cash_account),
            *_paid(chart, bought.fee, holder, chart.manager),
            *_moved(chart, bought.units, chart.issuing_account, holder),
        ]
        made.append(_order(chart, dealing, str(bought.order.id), legs, "subscription"))
    for redeemed in dealing.redemptions:
        holder = redeemed.order.holder
        legs = [
            *_moved(chart, redeemed.units, holder, chart.issuing_account),
            *_paid(chart, redeemed.proceeds, chart.cash_account, holder, chart.bank),
            *_paid(chart, redeemed.to_manager, chart.cash_account, chart.manager),
        ]
        made.append(_order(chart, dealing, str(redeemed.order.id), legs, "redemption"))
    return tuple(made)


def _order(chart: UnitChart, dealing: Dealing, order: str, legs: list[Leg], reason: str) -> Transfer:
    return Transfer(CommandId(f"{chart.unit.id}/{dealing.day.day}/{order}"), legs, reason, dealing.dealt_at)


def crystallisation_transfers(
    crystallisation: Crystallisation, chart: UnitChart, *, at: str | datetime.datetime
) -> tuple[Transfer, ...]:
    """
    Write a crystallisation as transfers: the fee, units for credits, units redeemed for fees.

    Args:
        crystallisation: The crystallisation.
        chart: The accounts.
        at: When it takes effect.

    Returns:
        The transfers, one or, for very many holders, more; post them with `Ledger.post_all`.

    Raises:
        FundError: `other_unit` if it is of another class.

    Example:
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.fund.units.equalisation import Equaliser, crystallise
        >>> from carbonkit.fund.units.unit_register import UnitLot
        >>> from carbonkit.values import AssetId, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=4, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> lot = UnitLot(holder=AccountId("B"), units=1000, bought_on="2025-06-30", mark=110, document="S-1")
        >>> done = crystallise(UnitRegister(unit, [lot], "2025-06-30"),
        ...                    Equaliser(rate="0.2", mark=100, gav=120), on="2025-12-31")
        >>> chart = UnitChart(unit=unit, cash_account=AccountId("GREEN/cash"), bank=AccountId("BANK"),
        ...                   manager=AccountId("MANAGER"))
        >>> for leg in crystallisation_transfers(done, chart, at="2025-12-31T08:00:00Z")[0].legs:
        ...     print(leg.quantity, leg.asset, leg.source, leg.target)
        200000 CNY GREEN/cash MANAGER
        172413 GREEN-A GREEN-A/units B
    """
    check_type(crystallisation, Crystallisation, field="crystallisation")
    _check_class(crystallisation.before.unit, chart)
    legs = list(_paid(chart, crystallisation.fee, chart.cash_account, chart.manager))
    legs += _changed(chart, crystallisation.before, crystallisation.after)
    return _cut(chart, f"crystallisation/{crystallisation.on}", legs, "performance_fee", at)


def roll_up_transfers(
    roll_up: RollUp, series_chart: UnitChart, lead_chart: UnitChart, *, at: str | datetime.datetime
) -> tuple[Transfer, ...]:
    """
    Write the roll-up of a series as transfers: its units back to where they came from, units of the lead out.

    Args:
        roll_up: The roll-up.
        series_chart: The accounts of the series that ends.
        lead_chart: The accounts of the lead series.
        at: When it takes effect.

    Returns:
        The transfers, one or, for very many holders, more; post them with `Ledger.post_all`.

    Raises:
        FundError: `other_unit` if a chart is of another class.
        InvalidValueError: If the cash of the two series does not lie in one account.

    Example:
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.fund.units.performance_fee import (
        ...     MarkRule, PerformanceFeePeriod, PerformanceFeeTerms)
        >>> from carbonkit.fund.units.unit_register import UnitLot
        >>> from carbonkit.fund.units.unit_series import UnitSeries, roll_up
        >>> from carbonkit.values import AssetId, Rounding
        >>> terms = PerformanceFeeTerms(rate="0.2", hurdle=None, mark_rule=MarkRule.WHEN_PAID)
        >>> made = []
        >>> for name, holder, nav in (("S-1", "A", 116), ("S-2", "B", 108)):
        ...     unit = UnitClass(id=AssetId(name), currency="CNY", unit_places=2, price_places=4,
        ...                      price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                      money_rounding=Rounding.HALF_UP)
        ...     lot = UnitLot(holder=AccountId(holder), units=1000, bought_on="2025-01-01", mark=100,
        ...                   document=name)
        ...     period = PerformanceFeePeriod(terms=terms, mark=nav, opening=nav, opened_on="2025-12-31")
        ...     made.append(UnitSeries(register=UnitRegister(unit, [lot], "2025-01-01"), period=period))
        >>> lead, later = (UnitChart(unit=each.register.unit, cash_account=AccountId("GREEN/cash"),
        ...                          bank=AccountId("BANK"), manager=AccountId("MANAGER")) for each in made)
        >>> done = roll_up(made[1], made[0], on="2025-12-31")
        >>> for leg in roll_up_transfers(done, later, lead, at="2025-12-31T08:00:00Z")[0].legs:
        ...     print(leg.quantity, leg.asset, leg.source, leg.target)
        100000 S-2 B S-2/units
        93103 S-1 S-1/units B
    """
    check_type(roll_up, RollUp, field="roll_up")
    _check_class(roll_up.series.register.unit, series_chart)
    _check_class(roll_up.before.register.unit, lead_chart)
    if series_chart.cash_account != lead_chart.cash_account:
        raise InvalidValueError(
            f"be {lead_chart.cash_account}, that of the lead series",
            was=str(series_chart.cash_account),
            field="cash_account",
        )
    legs = [
        *_changed(series_chart, roll_up.series.register, roll_up.closed),
        *_changed(lead_chart, roll_up.before.register, roll_up.after.register),
    ]
    return _cut(series_chart, f"roll_up/{roll_up.on}", legs, "roll_up", at)


def _changed(chart: UnitChart, before: UnitRegister, after: UnitRegister) -> Iterator[Leg]:
    """Move what each holder has more afterwards, or, for less, move it back."""
    steps = chart.unit.asset.steps
    was, is_now = dict(before.holders), dict(after.holders)
    for holder in {**was, **is_now}:
        more = steps(is_now.get(holder, 0)) - steps(was.get(holder, 0))
        yield from _stepped(chart, more, chart.issuing_account, holder)


def _paid(chart: UnitChart, amount: Money, *way: AccountId) -> Iterator[Leg]:
    """Move cash along a way of accounts; nothing if there is nothing to move."""
    if amount.amount:
        for source, target in itertools.pairwise(way):
            yield Leg(chart.cash, amount.to_minor(), source, target)


def _moved(chart: UnitChart, units: Exact, source: AccountId, target: AccountId) -> Iterator[Leg]:
    """Move units; nothing if there are none."""
    yield from _stepped(chart, chart.unit.asset.steps(units), source, target)


def _stepped(chart: UnitChart, steps: int, source: AccountId, target: AccountId) -> Iterator[Leg]:
    """Move steps of a unit, or, negative, move them back."""
    if steps:
        way = (source, target) if steps > 0 else (target, source)
        yield Leg(chart.unit.id, abs(steps), *way)


def distribution_transfers(
    distribution: UnitDistribution, chart: UnitChart, *, at: str | datetime.datetime
) -> tuple[Transfer, ...]:
    """
    Write a distribution as transfers: cash to those that are paid, units to those that reinvest.

    Args:
        distribution: The distribution.
        chart: The accounts.
        at: When it takes effect.

    Returns:
        The transfers, one or, for very many holders, more; post them with `Ledger.post_all`.

    Raises:
        FundError: `other_unit` if it is of another class.

    Example:
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.fund.units.unit_register import UnitLot
        >>> from carbonkit.values import AssetId, Money, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> lot = UnitLot(holder=AccountId("B"), units=100, bought_on="2025-06-30", mark=1, document="S-1")
        >>> held = UnitRegister(unit, [lot], "2025-06-30")
        >>> paid_out = UnitDistribution(name="distribution/2026", before=held, on="2026-06-30",
        ...                             total=Money("10.00", "CNY"), reinvesting=(), price=None)
        >>> chart = UnitChart(unit=unit, cash_account=AccountId("GREEN/cash"), bank=AccountId("BANK"),
        ...                   manager=AccountId("MANAGER"))
        >>> for leg in distribution_transfers(paid_out, chart, at="2026-06-30T08:00:00Z")[0].legs:
        ...     print(leg.quantity, leg.asset, leg.source, leg.target)
        1000 CNY GREEN/cash B
        1000 CNY B BANK
    """
    check_type(distribution, UnitDistribution, field="distribution")
    _check_class(distribution.before.unit, chart)
    legs = [
        *(
            leg
            for holder, amount in distribution.cash
            for leg in _paid(chart, amount, chart.cash_account, holder, chart.bank)
        ),
        *(
            leg
            for lot in distribution.lots
            for leg in _moved(chart, lot.units, chart.issuing_account, lot.holder)
        ),
    ]
    return _cut(chart, distribution.name, legs, "distribution", at)


def holding_transfer(
    chart: UnitChart,
    source: AccountId,
    target: AccountId,
    units: Exact,
    *,
    document: str,
    at: str | datetime.datetime,
) -> Transfer:
    """
    Write a passing of units from one holder to another as a transfer.

    Args:
        chart: The accounts.
        source: Whose units.
        target: Who gets them.
        units: How many; above zero.
        document: What it is made from; the command id follows from it.
        at: When it takes effect.

    Returns:
        The transfer.

    Raises:
        InvalidValueError: If the units are not above zero or have too many places.

    Example:
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.values import AssetId, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> chart = UnitChart(unit=unit, cash_account=AccountId("GREEN/cash"), bank=AccountId("BANK"),
        ...                   manager=AccountId("MANAGER"))
        >>> holding_transfer(chart, AccountId("A"), AccountId("B"), 40, document="T-1",
        ...                  at="2026-06-30T08:00:00Z").legs[0].quantity
        4000
    """
    check_type(chart, UnitChart, field="chart")
    number = chart.unit.counted(units)
    if not number:
        raise InvalidValueError("be above zero", was=plain(number), field="units")
    legs = list(_moved(chart, number, source, target))
    return Transfer(CommandId(f"{chart.unit.id}/{document}"), legs, "unit_transfer", at)


def tie_out_units(ledger: Ledger, chart: UnitChart, register: UnitRegister) -> None:
    """
    Check that the ledger and the register say the same of every holder, and of the units outstanding.

    Args:
        ledger: The ledger.
        chart: The accounts.
        register: The register.

    Raises:
        BatchError: If they differ; every problem, `not_tied_out`, names a holder.
        FundError: `other_unit` if the register is of another class.

    Example:
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.values import AssetId, FixedClock, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> chart = UnitChart(unit=unit, cash_account=AccountId("GREEN/cash"), bank=AccountId("BANK"),
        ...                   manager=AccountId("MANAGER"))
        >>> ledger = Ledger(MemoryStore(), FixedClock("2026-01-05T00:00:00Z"))
        >>> opened = ledger.post_all(chart.opening([], at="2026-01-05T00:00:00Z", known=()))
        >>> tie_out_units(ledger, chart, UnitRegister(unit))
    """
    check_type(register, UnitRegister, field="register")
    _check_class(register.unit, chart)
    asset = register.unit.asset
    expected = {holder: asset.steps(units) for holder, units in register.holders}
    expected[chart.issuing_account] = -asset.steps(register.outstanding)
    found: dict[AccountId, int] = {}
    for balance in ledger.balances(asset=asset.id):
        holding: Holding = balance.holding
        found[holding.account] = found.get(holding.account, 0) + balance.quantity
    problems = [
        FundError(
            f"be the {plain(asset.amount(expected.get(account, 0)))} of the register",
            was=plain(asset.amount(found.get(account, 0))),
            field=f"units of {account}",
            code=Refusal.NOT_TIED_OUT,
        ).problem
        for account in sorted({*expected, *found})
        if expected.get(account, 0) != found.get(account, 0)
    ]
    if problems:
        raise BatchError(problems)


def _check_class(unit: UnitClass, chart: UnitChart) -> None:
    check_type(chart, UnitChart, field="chart")
    if unit != chart.unit:
        raise FundError(f"be of {chart.unit.id}", was=str(unit.id), field="unit", code=Refusal.OTHER_UNIT)


def _cut(
    chart: UnitChart, name: str, legs: list[Leg], reason: str, at: str | datetime.datetime
) -> tuple[Transfer, ...]:
    """Cut legs into transfers that the ledger takes, each with an id of its own."""
    made: list[Transfer] = []
    for first in range(0, len(legs), _GROUP):
        number = "" if not first else f"/{first // _GROUP + 1}"
        part = legs[first : first + _GROUP]
        made.append(Transfer(CommandId(f"{chart.unit.id}/{name}{number}"), part, reason, at))
    return tuple(made)

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

import attrs

from carbonkit.errors import BatchError, FundError
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units.dealing import Dealing
from carbonkit.fund.units.equalisation import Crystallisation
from carbonkit.fund.units.unit import UnitClass
from carbonkit.fund.units.unit_distribution import UnitDistribution
from carbonkit.fund.units.unit_register import UnitRegister
from carbonkit.ledger.account import Account, Holding
from carbonkit.ledger.asset import Asset
from carbonkit.ledger.command import DefineAsset, OpenAccount, Transfer
from carbonkit.ledger.leg import Leg
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId, AssetId, CommandId
from carbonkit.values.money import minor_places
from carbonkit.values.number import plain

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection, Iterable, Iterator

    from carbonkit.ledger.ledger import Ledger
    from carbonkit.values.money import Money
    from carbonkit.values.number import Exact

__all__ = [
    "UnitChart",
    "crystallisation_transfers",
    "dealing_transfers",
    "distribution_transfers",
    "holding_transfer",
    "tie_out_units",
]

_GROUP: Final = 900  # legs of one transfer; a ledger takes up to 1,000


@attrs.frozen(kw_only=True)
class UnitChart:
    """
    The accounts of one class of units in a ledger.

    Args:
        unit: The class.
        cash_account: Where the fund's cash lies; classes of one fund may share it.
        bank: The account that stands for the world outside, which cash comes from and goes to.
        manager: The manager's account, which fees are paid to.

    Raises:
        InvalidValueError: If a value has another type.

    Example:
        >>> from carbonkit.values import Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> chart = UnitChart(unit=unit, cash_account=AccountId("GREEN/cash"), bank=AccountId("BANK"),
        ...                   manager=AccountId("MANAGER"))
        >>> chart.issuing_account
        AccountId('GREEN-A/units')
    """

    unit: UnitClass = attrs.field(validator=is_a(UnitClass))
    cash_account: AccountId = attrs.field(validator=is_a(AccountId))
    bank: AccountId = attrs.field(validator=is_a(AccountId))
    manager: AccountId = attrs.field(validator=is_a(AccountId))

    @property
    def cash(self) -> AssetId:
        """The currency as an asset."""
        return AssetId(self.unit.currency)

    @property
    def issuing_account(self) -> AccountId:
        """Where units come from and go to; below zero by what is outstanding."""
        return AccountId(f"{self.unit.id}/units")

    def opening(
        self,
        holders: Iterable[AccountId],
        *,
        at: str | datetime.datetime,
        known: Collection[AccountId | AssetId],
    ) -> tuple[DefineAsset | OpenAccount, ...]:
        """
        Give the commands that define the class and open its accounts.

        Args:
            holders: The holders; later ones by a further call.
            at: When it takes effect.
            known: The accounts and assets that the ledger has already.

        Returns:
            The commands, to be posted together; posted again, nothing happens.

        Example:
            >>> from carbonkit.values import Rounding
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> chart = UnitChart(unit=unit, cash_account=AccountId("GREEN/cash"), bank=AccountId("BANK"),
            ...                   manager=AccountId("MANAGER"))
            >>> len(chart.opening([AccountId("BANK-A")], at="2026-01-05T00:00:00Z", known=()))
            7
        """
        cash = Asset(self.cash, minor_places(self.unit.currency), serialised=False)
        accounts = (
            Account(self.bank, "bank", may_go_negative=True),
            Account(self.manager, "fund_manager", may_go_negative=False),
            Account(self.cash_account, "fund_cash", may_go_negative=False),
            Account(self.issuing_account, "unit_issue", may_go_negative=True),
            *(Account(holder, "unit_holder", may_go_negative=False) for holder in holders),
        )
        return (
            *(
                DefineAsset(CommandId(f"{self.unit.id}/define/{asset.id}"), asset, at)
                for asset in (cash, self.unit.asset)
                if asset.id not in known
            ),
            *(
                OpenAccount(CommandId(f"{self.unit.id}/open/{account.id}"), account, at)
                for account in accounts
                if account.id not in known
            ),
        )


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
        >>> from carbonkit.fund.units.dealing import deal
        >>> from carbonkit.fund.units.dealing_terms import BelowMinimum, DealingTerms
        >>> from carbonkit.fund.units.unit_order import DealingDay, SubscriptionOrder
        >>> from carbonkit.fund.units.unit_price import first_price
        >>> from carbonkit.values import Money, OrderId, Rounding
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
        >>> from carbonkit.fund.units.equalisation import Equaliser, crystallise
        >>> from carbonkit.fund.units.unit_register import UnitLot
        >>> from carbonkit.values import Rounding
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
    asset, after = chart.unit.asset, crystallisation.after
    for holder, units in crystallisation.before.holders:
        more = asset.steps(after.units_of(holder)) - asset.steps(units)
        legs += _stepped(chart, more, chart.issuing_account, holder)
    return _cut(chart, f"crystallisation/{crystallisation.on}", legs, "performance_fee", at)


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
        >>> from carbonkit.fund.units.unit_register import UnitLot
        >>> from carbonkit.values import Money, Rounding
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
        >>> from carbonkit.values import Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> chart = UnitChart(unit=unit, cash_account=AccountId("GREEN/cash"), bank=AccountId("BANK"),
        ...                   manager=AccountId("MANAGER"))
        >>> holding_transfer(chart, AccountId("A"), AccountId("B"), 40, document="T-1",
        ...                  at="2026-06-30T08:00:00Z").legs[0].quantity
        4000
    """
    legs = list(_moved(chart, chart.unit.counted(units), source, target))
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
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.values import FixedClock, Rounding
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

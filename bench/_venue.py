"""A venue made ready for a stream of orders, and a trading year of China's national market, settled."""

from __future__ import annotations

import datetime
import random
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from bench._orders import CANCEL, LIMIT
from carbonkit.ledger import Account, Asset, DefineAsset, Ledger, Leg, OpenAccount, SerialRange, Transfer
from carbonkit.market import (
    Admit,
    Allocation,
    AnnounceAuction,
    Available,
    Bid,
    Cancel,
    CloseAuction,
    CloseDay,
    Command,
    Confirm,
    Deposit,
    ListInstrument,
    Method,
    MethodRules,
    NewOrder,
    Obligation,
    OpenDay,
    OrderType,
    ParticipantKind,
    PriceBand,
    PriceMode,
    Pricing,
    Propose,
    Rejected,
    SelfTrade,
    Side,
    SizeLimit,
    Take,
    TimeInForce,
    Traded,
    TradingHours,
    Venue,
    VenueRules,
    obligations,
    release,
    settle,
)
from carbonkit.schemes import china_national
from carbonkit.schemes.china_calendar import trading_calendar
from carbonkit.values import AccountId, AssetId, CommandId, FixedClock, InstrumentId, Money, OrderId, Period
from carbonkit.values.rule import Rule
from carbonkit.values.time import at_local_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench._orders import Op
    from carbonkit.ledger import Store
    from carbonkit.market import Event

__all__ = ["TradingYear", "commands_of", "opened_book"]

Value = TypeVar("Value")
_DAY: Final = datetime.date(2025, 1, 6)
_ZONE: Final = "Asia/Shanghai"
_ACCOUNTS: Final = (
    50  # the first half buys, the second sells: nobody meets itself, and nobody's order is kept back
)


def _book_rules(_: datetime.date) -> VenueRules:
    """Give the rules of an order book with every check on, wide enough for the stream."""
    base = china_national.venue_rules(_DAY)
    listed = base.methods[0]
    assert listed.band is not None  # noqa: S101  the national market has limits

    def ruled(value: Value) -> Rule[Value]:
        return Rule(what="bench", value=value, says="bench", valid=base.lot.valid, source=base.lot.source)

    book = MethodRules(
        method=Method.BOOK,
        hours=ruled(TradingHours(_ZONE, (("09:30", "15:00"),), (1, 2, 3, 4, 5))),
        size=ruled(SizeLimit(at_least=1, below=100_000)),
        band=PriceBand(ruled(Decimal(90)), listed.band.rounding),
        pricing=ruled(Pricing.RESTING),
        allocation=ruled(Allocation.TIME),
        protection=ruled(Decimal(80)),
    )
    return attrs.evolve(
        base, methods=(book,), bought=ruled(Available.SAME_DAY), self_trade=ruled(SelfTrade.CANCEL_RESTING)
    )


def opened_book() -> Venue:
    """Open a venue with one instrument at 100.00 and participants who can pay for anything."""
    cea = china_national.instrument("CEA", _DAY)
    early = at_local_time(_DAY, "09:00", _ZONE)
    venue = Venue(_book_rules)
    _told(venue, ListInstrument(instrument=cea, base=cea.quote("100.00"), at=early))
    for number in range(_ACCOUNTS):
        name = AccountId(f"A-{number}")
        _told(venue, Admit(account=name, kind=ParticipantKind.KEY_EMITTER, at=early))
        _told(venue, Deposit(account=name, amount=10**12, asset=cea.asset, at=early))
        _told(venue, Deposit(account=name, amount=Money("1e14", "CNY"), at=early))
    _told(venue, OpenDay(day=_DAY, at=early))
    return venue


def commands_of(ops: Sequence[Op]) -> Iterator[Command]:
    """Make the typed commands of a stream, one by one."""
    cea = china_national.instrument("CEA", _DAY)
    at = at_local_time(_DAY, "10:00", _ZONE)
    half = _ACCOUNTS // 2
    accounts = [AccountId(f"A-{number}") for number in range(_ACCOUNTS)]
    prices = {op.ticks: cea.price(op.ticks) for op in ops if op.ticks}
    sells = {op.order_id: op.sell for op in ops if op.kind != CANCEL}
    for op in ops:
        number = op.order_id
        account = accounts[number % half + half * sells.get(number, False)]
        if op.kind == CANCEL:
            yield Cancel(account=account, target=OrderId(f"O-{number}"), at=at)
            continue
        yield NewOrder(
            order_id=OrderId(f"O-{number}"),
            account=account,
            instrument=cea.id,
            side=Side.SELL if op.sell else Side.BUY,
            quantity=op.lots,
            price=prices[op.ticks] if op.kind == LIMIT else None,
            order_type=OrderType.LIMIT if op.kind == LIMIT else OrderType.MARKET,
            time_in_force=TimeInForce.DAY if op.kind == LIMIT else TimeInForce.IMMEDIATE_OR_CANCEL,
            at=at,
        )


def _told(venue: Venue, command: Command) -> tuple[Event, ...]:
    said = venue.apply(command)
    if isinstance(said[0], Rejected):
        message = f"{command}: {said[0].problem}"
        raise TypeError(message)
    return said


class TradingYear:
    """
    The national market's 243 days of 2025: six vintages, three methods, settled every day in a ledger.

    Args:
        store: Where the ledger is kept.
        trades: How many trades.
    """

    TONNES: Final = 235_000_000

    def __init__(self, store: Store, trades: int) -> None:
        self.days = list(trading_calendar().value.days(Period("2025-01-01", "2026-01-01")))
        self.trades = trades
        self.dice = random.Random(2025)  # noqa: S311  invented trades, no secrets
        self.ledger = Ledger(store, FixedClock("2025-01-01T00:00:00Z"))
        self.venue = Venue(china_national.venue_rules)
        base = china_national.instrument("CEA", _DAY)
        self.listings = [
            attrs.evolve(base, id=InstrumentId(name), asset=AssetId(f"{name}-UNITS"))
            for name in ("CEA", "CEA21", "CEA22", "CEA23", "CEA24", "CEA25")
        ]
        self.accounts = [AccountId(f"KEE-{number:04d}") for number in range(200)]
        self.made = 0
        self.tonnes = 0
        self.failed = 0
        self._opened()

    def _opened(self) -> None:
        early = at_local_time(self.days[0], "08:00", _ZONE)
        units, money = 50_000_000, Money("1e12", "CNY")
        yuan, source = AssetId("CNY"), AccountId("SOURCE")
        ledger: list[DefineAsset | OpenAccount | Transfer] = [
            DefineAsset(CommandId("define/CNY"), Asset(yuan, 2, serialised=False), early),
            OpenAccount(CommandId("open/source"), Account(source, "source", may_go_negative=True), early),
        ]
        told: list[Command] = []
        for each in self.listings:
            ledger.append(
                DefineAsset(CommandId(f"define/{each.id}"), Asset(each.asset, 0, serialised=True), early)
            )
            told.append(ListInstrument(instrument=each, base=each.quote("74.00"), at=early))
        for place, name in enumerate(self.accounts):
            serials = (SerialRange(place * units + 1, (place + 1) * units),)
            ledger.append(
                OpenAccount(
                    CommandId(f"open/{name}"), Account(name, "key_emitter", may_go_negative=False), early
                )
            )
            legs = [Leg(yuan, money.to_minor(), source, name)]
            told.append(Admit(account=name, kind=ParticipantKind.KEY_EMITTER, at=early))
            told.append(Deposit(account=name, amount=money, at=early))
            for each in self.listings:
                legs.append(Leg(each.asset, units, source, name, serials=serials))
                told.append(Deposit(account=name, amount=units, asset=each.asset, at=early))
            ledger.append(Transfer(CommandId(f"fund/{name}"), legs, "opening", early))
        self.ledger.post_all(ledger)
        for command in told:
            _told(self.venue, command)

    def run(self) -> tuple[int, int, int]:
        """Trade the year, settle every day; return the trades, the tonnes and what was not settled."""
        bought: tuple[Obligation, ...] = ()
        for number, day in enumerate(self.days):
            early = at_local_time(day, "09:00", _ZONE)
            for asset in sorted({owed.asset for owed in bought}):
                release(self.ledger, asset, day, early, settled=bought)
            _told(self.venue, OpenDay(day=day, at=early))
            wanted = self.trades * (number + 1) // len(self.days) - self.made
            said = self._traded(day, wanted, auction=number % 30 == 0)
            said += _told(self.venue, CloseDay(at=at_local_time(day, "15:00", _ZONE)))
            trades = [event.trade for event in said if isinstance(event, Traded)]
            self.made += len(trades)
            self.tonnes += sum(trade.quantity for trade in trades)
            bought = obligations(trades)
            settled = settle(self.ledger, bought, at_local_time(day, "15:30", _ZONE), sellable_today=False)
            self.failed += len(settled.failed)
        return self.made, self.tonnes, self.failed

    def _traded(self, day: datetime.date, wanted: int, *, auction: bool) -> tuple[Event, ...]:
        """Trade one day: most by listed agreement, one in fifty as a block, now and then an auction."""
        said: tuple[Event, ...] = ()
        dice, blocks = self.dice, max(0, wanted // 50)
        morning, afternoon = at_local_time(day, "09:30", _ZONE), at_local_time(day, "13:00", _ZONE)
        if auction and wanted > blocks:
            said += self._auction(day, morning)
        for number in range(wanted - blocks - (auction and wanted > blocks)):
            listing, (seller, buyer) = dice.choice(self.listings), dice.sample(self.accounts, 2)
            name, quantity = f"{day:%m%d}-{number}", dice.randint(500, 2_650)
            price = self.venue.previous_close(listing.id)
            at = morning + datetime.timedelta(seconds=number + 1)
            post = NewOrder(
                order_id=OrderId(f"S-{name}"),
                account=seller,
                instrument=listing.id,
                side=Side.SELL,
                quantity=quantity,
                price=listing.price(listing.ticks(price) + dice.randint(-20, 20)),
                at=at,
            )
            said += _told(self.venue, post)
            take = Take(
                order_id=OrderId(f"T-{name}"), account=buyer, target=post.order_id, quantity=quantity, at=at
            )
            said += _told(self.venue, take)
        for number in range(blocks):
            said += self._block(f"P-{day:%m%d}-{number}", afternoon)
        return said

    def _block(self, name: str, at: datetime.datetime) -> tuple[Event, ...]:
        listing, (seller, buyer) = self.dice.choice(self.listings), self.dice.sample(self.accounts, 2)
        proposal = Propose(
            order_id=OrderId(name),
            account=seller,
            instrument=listing.id,
            side=Side.SELL,
            price=self.venue.previous_close(listing.id),
            quantity=self.dice.randint(100_000, 220_000),
            counterparty=buyer,
            at=at,
        )
        return _told(self.venue, proposal) + _told(
            self.venue, Confirm(account=buyer, target=proposal.order_id, at=at)
        )

    def _auction(self, day: datetime.date, at: datetime.datetime) -> tuple[Event, ...]:
        listing, (seller, buyer) = self.listings[-1], self.dice.sample(self.accounts, 2)
        close, end = self.venue.previous_close(listing.id), at + datetime.timedelta(microseconds=1)
        name = OrderId(f"A-{day:%m%d}")
        commands = (
            AnnounceAuction(
                order_id=name,
                account=seller,
                instrument=listing.id,
                quantity=100_000,
                floor=close,
                price_mode=PriceMode.UNIFORM,
                opens=at,
                closes=end,
                at=at,
            ),
            Bid(
                order_id=OrderId(f"B-{day:%m%d}"),
                account=buyer,
                target=name,
                price=close,
                quantity=100_000,
                at=at,
            ),
            CloseAuction(target=name, at=end),
        )
        return sum((_told(self.venue, command) for command in commands), ())

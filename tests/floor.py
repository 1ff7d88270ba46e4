"""A venue as the market's tests use it: the first day of the national market, and short ways to speak."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from carbonkit.errors import MarketError
from carbonkit.market import (
    Accepted,
    Cancel,
    CloseDay,
    Command,
    DayBulletin,
    DayClosed,
    Event,
    Instrument,
    Level,
    Method,
    NewOrder,
    Order,
    OrderEnded,
    Participant,
    ParticipantKind,
    Position,
    PriceLimits,
    Rejected,
    Side,
    Take,
    Trade,
    Traded,
    Venue,
    VenueRules,
    bulletin,
    open_venue,
)
from carbonkit.values import AccountId, Money, OrderId

DAY = datetime.date(2021, 7, 16)
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))

Holdings: TypeAlias = Mapping[str, tuple[int, str]]


def clock(time: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"{DAY}T{time}+08:00")


class Desk:
    """Makes commands from short words, at 10:00 unless told otherwise."""

    def __init__(self, cea: Instrument) -> None:
        self.cea = cea

    def sell(
        self, order_id: str, account: str, price: str, quantity: str | int, at: str = "10:00:00"
    ) -> NewOrder:
        return self._post(Side.SELL, order_id, account, price=price, quantity=quantity, at=at)

    def buy(
        self, order_id: str, account: str, price: str, quantity: str | int, at: str = "10:00:00"
    ) -> NewOrder:
        return self._post(Side.BUY, order_id, account, price=price, quantity=quantity, at=at)

    def _post(
        self, side: Side, order_id: str, account: str, *, price: str, quantity: str | int, at: str
    ) -> NewOrder:
        return NewOrder(
            order_id=order_id,
            account=account,
            instrument=self.cea.id,
            side=side,
            price=self.cea.quote(price),
            quantity=quantity,
            at=clock(at),
        )

    def take(
        self, order_id: str, account: str, target: str, quantity: str | int, at: str = "10:00:00"
    ) -> Take:
        return Take(order_id=order_id, account=account, target=target, quantity=quantity, at=clock(at))

    def cancel(self, account: str, target: str, at: str = "10:00:00") -> Cancel:
        return Cancel(account=account, target=target, at=clock(at))


class Floor:
    """One instrument's day at a venue: raises what is refused, and remembers what was traded."""

    def __init__(self, venue: Venue, cea: Instrument, trades: tuple[Trade, ...] = ()) -> None:
        self.venue = venue
        self.cea = cea
        self.trades = trades
        self.said: tuple[Event, ...] = ()

    def apply(self, command: Command) -> Floor:
        self.said = self.venue.apply(command)
        first = self.said[0]
        if isinstance(first, Rejected):
            problem = first.problem
            raise MarketError(
                problem.must, was=problem.was, field=problem.field, hint=problem.hint, code=problem.code
            )
        assert isinstance(first, Accepted)
        self.trades += tuple(event.trade for event in self.said if isinstance(event, Traded))
        return self

    @property
    def trade(self) -> Trade | None:
        return next((event.trade for event in self.said if isinstance(event, Traded)), None)

    def order(self, order_id: str) -> Order:
        return self.venue.order(order_id)

    @property
    def orders(self) -> dict[OrderId, Order]:
        return {order.order_id: order for order in self.venue.orders()}

    @property
    def positions(self) -> dict[AccountId, Position]:
        return {
            account: self.venue.position(account, self.cea.asset, "CNY") for account in self.venue.accounts()
        }

    @property
    def closed(self) -> bool:
        return self.venue.day is None

    @property
    def limits(self) -> PriceLimits:
        limits = self.venue.limits(self.cea.id, Method.LISTED)
        assert limits is not None
        return limits

    def levels(self, side: Side) -> tuple[Level, ...]:
        return self.venue.levels(self.cea.id, side, 5)

    def close(self, at: datetime.datetime) -> tuple[Order, ...]:
        self.apply(CloseDay(at=at))
        ended = [event.order_id for event in self.said if isinstance(event, OrderEnded)]
        return tuple(self.orders[order_id] for order_id in ended)

    def bulletin(self) -> DayBulletin:
        closed = next((event for event in self.said if isinstance(event, DayClosed)), None)
        if closed is not None:
            return closed.bulletins[0]
        rules = self.venue.rules
        assert rules is not None
        close = self.venue.previous_close(self.cea.id)
        return bulletin(self.trades, instrument=self.cea, rules=rules, day=DAY, previous_close=close)

    def copy(self) -> Floor:
        return Floor(self.venue.copy(), self.cea, self.trades)


OpenSession: TypeAlias = Callable[..., Floor]

# A and B sell and buy; RICH can do anything; POOR has nothing.
HOLDINGS: Holdings = {
    "A": (10_000, "1000000"),
    "B": (10_000, "1000000"),
    "RICH": (10_000_000, "1000000000"),
    "POOR": (0, "0"),
}


def participants(holdings: Holdings) -> list[Participant]:
    return [
        Participant(
            account=account,
            kind=ParticipantKind.KEY_EMITTER,
            allowances=allowances,
            cash=Money(Decimal(cash), "CNY"),
        )
        for account, (allowances, cash) in holdings.items()
    ]


def open_floor(
    people: list[Participant],
    *,
    cea: Instrument,
    rules: VenueRules,
    close: str = "48.00",
    day: datetime.date = DAY,
) -> Floor:
    early = datetime.datetime.combine(day, datetime.time(8), SHANGHAI)
    venue = open_venue(
        lambda _: rules, instrument=cea, base=cea.quote(close), participants=people, day=day, at=early
    )
    return Floor(venue, cea)

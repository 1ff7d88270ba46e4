"""
The session of listed agreements: participants post, others choose a post and take it at its price.

Nothing matches by itself. A taker picks any post among the best price levels of
the other side and trades the quantity it asks for; what is left stays posted.
The session knows no clock and does no input or output: the same commands give
the same trades. A refused command changes nothing, and `copy` makes a session
that can be tried out.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError, MarketError
from carbonkit.market.book import Book, Level
from carbonkit.market.order import Cancel, Order, Post, Side, Take
from carbonkit.market.refusal import Refusal
from carbonkit.market.rulebook import Available
from carbonkit.market.statistics import bulletin
from carbonkit.market.trade import Trade
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from carbonkit.market.instrument import Instrument
    from carbonkit.market.limit import PriceLimits
    from carbonkit.market.order import Command
    from carbonkit.market.position import Participant, Position
    from carbonkit.market.rulebook import ListedRules
    from carbonkit.market.statistics import DayBulletin
    from carbonkit.values.identifier import AccountId, OrderId
    from carbonkit.values.price import Price

__all__ = ["Accepted", "ListedSession"]


@attrs.frozen(kw_only=True)
class Accepted:
    """
    What came of a command that the session accepted.

    Args:
        sequence: The command's number among those accepted, from 1.
        order: The command's own order, or the one that it cancelled, as it stands now.
        trade: The trade that it made; only a take makes one.

    Example:
        >>> from carbonkit.values import AccountId, OrderId, Price, as_instant
        >>> order = Order(order_id=OrderId("S-1"), account=AccountId("KEE-001"), side=Side.SELL,
        ...               price=Price("48.00", "CNY", "tCO2e"), quantity=100,
        ...               at=as_instant("2021-07-16T01:30:00Z"))
        >>> Accepted(sequence=1, order=order, trade=None).order.remaining
        100
    """

    sequence: int
    order: Order
    trade: Trade | None


class ListedSession:
    """
    One instrument's listed agreements on one day.

    Args:
        instrument: What is traded.
        rules: The rules in force on the day.
        day: The trading day, by the venue's calendar.
        previous_close: The close of the trading day before; on the first day the opening base.
        participants: Who may trade, and what each brings.

    Raises:
        InvalidValueError: If instrument, rules, day, close and participants do not fit each other.
        MarketError: `not_a_trading_day` if the venue does not open on that weekday.

    Example:
        >>> from carbonkit.market import Participant, ParticipantKind
        >>> from carbonkit.schemes.china_national import instrument, listed_rules
        >>> from carbonkit.values import Money, as_date
        >>> day = as_date("2021-07-16")
        >>> cea = instrument("CEA", day)
        >>> one, two = [Participant(account=account, kind=ParticipantKind.KEY_EMITTER, allowances=1000,
        ...                         cash=Money("100000", "CNY")) for account in ("KEE-001", "KEE-002")]
        >>> session = ListedSession(instrument=cea, rules=listed_rules(day), day=day,
        ...                         previous_close=cea.quote("48.00"), participants=[one, two])
        >>> accepted = session.apply(Post(order_id="S-1", account="KEE-001", side=Side.SELL,
        ...                               price=cea.quote("48.00"), quantity=1000,
        ...                               at="2021-07-16T09:30:00+08:00"))
        >>> session.apply(Take(order_id="T-1", account="KEE-002", target="S-1", quantity=400,
        ...                    at="2021-07-16T09:30:05+08:00")).trade.value
        Money('19200.00', 'CNY')
        >>> session.apply(Take(order_id="T-2", account="KEE-002", target="S-1", quantity=601,
        ...                    at="2021-07-16T09:30:10+08:00"))
        Traceback (most recent call last):
        ...
        carbonkit.errors.MarketError: quantity: must be at most the 600 that S-1 still offers, was 601
    """

    __slots__ = (
        "_book",
        "_closed",
        "_hours",
        "_last_at",
        "_orders",
        "_positions",
        "_sequence",
        "_trades",
        "day",
        "instrument",
        "limits",
        "previous_close",
        "rules",
    )

    def __init__(
        self,
        *,
        instrument: Instrument,
        rules: ListedRules,
        day: datetime.date,
        previous_close: Price,
        participants: Iterable[Participant],
    ) -> None:
        _check_fit(instrument, rules, day)
        self.instrument: Instrument = instrument
        self.rules: ListedRules = rules
        self.day: datetime.date = day
        self.previous_close: Price = previous_close
        self.limits: PriceLimits = rules.limits(previous_close)
        self._hours = rules.hours.value.on(day)
        self._positions: dict[AccountId, Position] = {}
        for participant in participants:
            if participant.account in self._positions:
                raise InvalidValueError("be named once", was=str(participant.account), field="participants")
            if participant.cash.currency != instrument.currency:
                must = f"be in {instrument.currency}"
                raise InvalidValueError(must, was=str(participant.cash), field="cash")
            self._positions[participant.account] = participant.position()
        self._orders: dict[OrderId, Order] = {}
        self._trades: list[Trade] = []
        self._book = Book()
        self._sequence = 0
        self._last_at: datetime.datetime | None = None
        self._closed = False

    def copy(self) -> ListedSession:
        """
        Copy the session as it stands; neither copy changes with the other.

        Returns:
            The copy.
        """
        other = object.__new__(ListedSession)
        for name in self.__slots__:
            value = getattr(self, name)
            setattr(other, name, value.copy() if isinstance(value, dict | list | Book) else value)
        return other

    @property
    def trades(self) -> tuple[Trade, ...]:
        """The trades so far, in order."""
        return tuple(self._trades)

    @property
    def orders(self) -> Mapping[OrderId, Order]:
        """Every accepted order as it stands now, by id, in the order of acceptance."""
        return MappingProxyType(self._orders)

    @property
    def positions(self) -> Mapping[AccountId, Position]:
        """Where every participant stands now."""
        return MappingProxyType(self._positions)

    @property
    def closed(self) -> bool:
        """Whether the day is over."""
        return self._closed

    def levels(self, side: Side) -> tuple[Level, ...]:
        """
        Show the best price levels of a side: what a taker of the other side may choose from.

        Args:
            side: Whose posts.

        Returns:
            The levels, best first; as many as the rules show.
        """
        return tuple(
            Level(
                price=self.instrument.price(ticks),
                quantity=sum(self._orders[order_id].remaining for order_id in posts),
                posts=posts,
            )
            for ticks, posts in self._book.best(side, self.rules.levels.value)
        )

    def apply(self, command: Command) -> Accepted:
        """
        Carry out one command, or refuse it and stay as before.

        Args:
            command: A post, a take or a cancellation.

        Returns:
            The order and, for a take, the trade.

        Raises:
            InvalidValueError: If it is no command.
            MarketError: If a rule refuses it; `problem.code` is the `Refusal`.
        """
        if not isinstance(command, Post | Take | Cancel):
            raise InvalidValueError("be a Post, a Take or a Cancel", was=repr(command), field="command")
        self._check_time(command.at)
        if isinstance(command, Post):
            order, trade = self._post(command), None
        elif isinstance(command, Take):
            order, trade = self._take(command)
        else:
            order, trade = self._cancel(command), None
        self._last_at = command.at
        self._sequence += 1
        return Accepted(sequence=self._sequence, order=order, trade=trade)

    def close(self, at: datetime.datetime) -> tuple[Order, ...]:
        """
        End the day: what is still posted expires, and what stood behind it is free again.

        Args:
            at: When; not before the trading hours end.

        Returns:
            The expired orders, in the order in which they were posted.

        Raises:
            MarketError: `session_closed`, `clock_backwards` or `before_close`.
            InvalidValueError: If the instant has no offset.
        """
        at = as_instant(at, field="at")
        self._check_running(at)
        end = self._hours[-1].end
        if at < end:
            raise MarketError(
                f"not be before the trading hours end at {end.isoformat()}",
                was=at.isoformat(),
                field="at",
                code=Refusal.BEFORE_CLOSE,
            )
        expired = tuple(self._orders[order_id].expire() for order_id in self._book)
        for order in expired:
            self._release(order, order.withdrawn)
            self._orders[order.order_id] = order
        self._book = Book()
        self._last_at = at
        self._closed = True
        return expired

    def bulletin(self) -> DayBulletin:
        """
        Sum up the trades so far as the day's bulletin.

        Returns:
            Open, high, low, close, change, volume and turnover.
        """
        return bulletin(
            self._trades,
            instrument=self.instrument,
            rules=self.rules,
            day=self.day,
            previous_close=self.previous_close,
        )

    # ------------------------------------------------------------ the commands

    def _post(self, command: Post) -> Order:
        position = self._position(command.account)
        self._check_new(command.order_id)
        ticks = self.instrument.ticks(command.price)
        if command.price not in self.limits:
            raise MarketError(
                f"be from {self.limits.lowest} to {self.limits.highest}",
                was=str(command.price),
                field="price",
                code=Refusal.OUTSIDE_BAND,
            )
        quantity = self._quantity(command.quantity)
        order = Order(
            order_id=command.order_id,
            account=command.account,
            side=command.side,
            price=self.instrument.price(ticks),
            quantity=quantity,
            at=command.at,
        )
        self._positions[command.account] = self._reserve(position, command.side, order.price, quantity)
        self._orders[order.order_id] = order
        self._book.add(order.order_id, order.side, ticks)
        return order

    def _take(self, command: Take) -> tuple[Order, Trade]:
        position = self._position(command.account)
        self._check_new(command.order_id)
        post = self._order(command.target)
        quantity = self._quantity(command.quantity)
        filled = post.fill(quantity)
        if post.account == command.account:
            raise MarketError(
                "be the post of another account",
                was=str(post.order_id),
                field="target",
                code=Refusal.SELF_TRADE,
            )
        rank = self._book.rank(post.order_id)
        if rank > self.rules.levels.value:
            raise MarketError(
                f"be among the best {self.rules.levels.value} price levels",
                was=f"{post.order_id}, at level {rank}",
                field="target",
                code=Refusal.OUTSIDE_LEVELS,
            )
        side = post.side.opposite
        order = Order(
            order_id=command.order_id,
            account=command.account,
            side=side,
            price=post.price,
            quantity=quantity,
            at=command.at,
            target=post.order_id,
        ).fill(quantity)
        taker = self._reserve(position, side, post.price, quantity)
        trade = self._trade(post, order)
        poster = self._positions[post.account]
        self._positions[command.account] = self._settled(taker, side, trade)
        self._positions[post.account] = self._settled(poster, post.side, trade)
        self._orders[post.order_id] = filled
        self._orders[order.order_id] = order
        if not filled.state.live:
            self._book.remove(post.order_id)
        self._trades.append(trade)
        return order, trade

    def _cancel(self, command: Cancel) -> Order:
        self._position(command.account)
        order = self._order(command.target)
        if order.account != command.account:
            raise MarketError(
                "be an order of the account", was=str(order.order_id), field="target", code=Refusal.NOT_OWNER
            )
        cancelled = order.cancel()
        self._release(cancelled, cancelled.withdrawn)
        self._orders[order.order_id] = cancelled
        self._book.remove(order.order_id)
        return cancelled

    # ----------------------------------------------------------- their effects

    def _trade(self, post: Order, take: Order) -> Trade:
        selling = post.side is Side.SELL
        return Trade(
            sequence=len(self._trades) + 1,
            day=self.day,
            instrument=self.instrument,
            price=post.price,
            quantity=take.quantity,
            buyer=take.account if selling else post.account,
            seller=post.account if selling else take.account,
            post=post.order_id,
            take=take.order_id,
            at=take.at,
        )

    def _reserve(self, position: Position, side: Side, price: Price, quantity: int) -> Position:
        if side is Side.SELL:
            return position.offer(quantity)
        return position.commit(self.instrument.value(price, quantity))

    def _settled(self, position: Position, side: Side, trade: Trade) -> Position:
        same_day = Available.SAME_DAY
        if side is Side.SELL:
            return position.sell(trade.quantity, trade.value, usable=self.rules.proceeds.value is same_day)
        return position.buy(trade.quantity, trade.value, sellable=self.rules.bought.value is same_day)

    def _release(self, order: Order, quantity: int) -> None:
        position = self._positions[order.account]
        if order.side is Side.SELL:
            released = position.withdraw(quantity)
        else:
            released = position.release(self.instrument.value(order.price, quantity))
        self._positions[order.account] = released

    # -------------------------------------------------------------- the checks

    def _check_running(self, at: datetime.datetime) -> None:
        if self._closed:
            raise MarketError(
                "come before the session is closed",
                was=at.isoformat(),
                field="at",
                code=Refusal.SESSION_CLOSED,
            )
        if self._last_at is not None and at < self._last_at:
            raise MarketError(
                f"not be before {self._last_at.isoformat()}, when the last command came",
                was=at.isoformat(),
                field="at",
                code=Refusal.CLOCK_BACKWARDS,
            )

    def _check_time(self, at: datetime.datetime) -> None:
        self._check_running(at)
        if not any(at in hours for hours in self._hours):
            raise MarketError(
                f"be within {self.rules.hours.value} ({self.day})",
                was=at.isoformat(),
                field="at",
                code=Refusal.OUTSIDE_HOURS,
            )

    def _check_new(self, order_id: OrderId) -> None:
        if order_id in self._orders:
            raise MarketError(
                "be a new id", was=str(order_id), field="order_id", code=Refusal.DUPLICATE_ORDER
            )

    def _position(self, account: AccountId) -> Position:
        position = self._positions.get(account)
        if position is None:
            raise MarketError(
                "be a participant of the session",
                was=str(account),
                field="account",
                code=Refusal.UNKNOWN_ACCOUNT,
            )
        return position

    def _order(self, order_id: OrderId) -> Order:
        order = self._orders.get(order_id)
        if order is None:
            raise MarketError(
                "be an order of the session", was=str(order_id), field="target", code=Refusal.UNKNOWN_ORDER
            )
        return order

    def _quantity(self, wanted: Decimal) -> int:
        quantity = self.instrument.quantity(self.instrument.lots(wanted))
        if not self.rules.size.value.allows(quantity):
            raise MarketError(
                f"be {self.rules.size.value} {self.instrument.unit}",
                was=quantity,
                field="quantity",
                code=Refusal.OUTSIDE_SIZE,
            )
        return quantity


def _check_fit(instrument: Instrument, rules: ListedRules, day: datetime.date) -> None:
    if not rules.valid_on(day):
        raise InvalidValueError("be a day on which all rules are in force", was=day, field="day")
    if rules.instrument(instrument.id, instrument.asset) != instrument:
        raise InvalidValueError(
            f"have tick {rules.tick.value} and lot {rules.lot.value}, as the rules say",
            was=f"{instrument.tick} {instrument.currency}/{instrument.unit} and {instrument.lot}",
            field="instrument",
        )

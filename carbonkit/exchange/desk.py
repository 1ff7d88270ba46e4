"""
The desk: venue, registry and ledger as one, and what has to be written for what they did.

Only the engine's thread works at it. What a command changes is told to the venue's log,
and stands in `writes` until the engine has written it; before that nobody hears of it.
"""

from __future__ import annotations

import itertools
import json
import secrets
from collections import Counter
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import IntegrityError, MarketError, NotFoundError
from carbonkit.exchange._news import News
from carbonkit.exchange._settling import trades_after, unsettled_error
from carbonkit.exchange._touched import touched
from carbonkit.exchange.journal import Document, Kind, Search, Writes
from carbonkit.exchange.projection import (
    bulletin_document,
    order_document,
    order_in,
    other_side,
    trade_document,
)
from carbonkit.market.clearing import obligations
from carbonkit.market.event import DayClosed, OrderEnded, Rejected, Traded
from carbonkit.market.log import EventLog, replay
from carbonkit.market.order import Order, OrderState, Side
from carbonkit.market.rulebook import Available
from carbonkit.market.settlement import settle
from carbonkit.market.venue import Venue
from carbonkit.registry.registry import Registry
from carbonkit.values.identifier import AccountId, CommandId, InstrumentId
from carbonkit.wire.answer import Depth

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator, Mapping

    from carbonkit.exchange._touched import Touched
    from carbonkit.exchange.journal import Journal
    from carbonkit.exchange.scheme import ExchangeScheme
    from carbonkit.ledger.ledger import Ledger
    from carbonkit.market.clearing import Obligation
    from carbonkit.market.command import Command
    from carbonkit.market.event import Event
    from carbonkit.market.instrument import Instrument
    from carbonkit.market.trade import Trade
    from carbonkit.values.identifier import OrderId
    from carbonkit.values.time import Clock

__all__ = ["SECRET", "Desk", "News"]

_LIVE: Final = tuple(each.value for each in OrderState if each.live)
_SETTLED: Final = "settled"
_PAGE: Final = 500
_SECRET: Final = 32  # bytes

SECRET: Final = "order-secret"  # noqa: S105  a name
"""The mark that keeps the secret from which the ids of orders are made."""


class Desk:
    """
    Everything that the exchange knows, made again from its journal and its ledger.

    Args:
        scheme: The market.
        journal: Where the exchange's own records are.
        ledger: Where units and money are.
        clock: The venue's clock.

    Raises:
        IntegrityError: If the journal's log is not what the venue says again.

    Example:
        >>> from carbonkit.exchange.scheme import scheme_named
        >>> from carbonkit.exchange.sqlite_journal import SQLiteJournal
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.values import FixedClock
        >>> clock = FixedClock("2026-01-06T00:00:00Z")
        >>> with SQLiteJournal.open(":memory:") as journal:
        ...     Desk(scheme_named("china-national"), journal, Ledger(MemoryStore(), clock), clock).line
        0
    """

    def __init__(self, scheme: ExchangeScheme, journal: Journal, ledger: Ledger, clock: Clock) -> None:
        self.scheme = scheme
        self.journal = journal
        self.ledger = ledger
        self.clock = clock
        self.registry = Registry(ledger, scheme.registry_rules())
        self.line = journal.end()
        self.writes = Writes(first=self.line + 1)
        self.news = News()
        self.unsettled: list[tuple[str, str]] = []  # a trade's reference, and why the ledger refused it
        self._log = self._opened()
        self._numbers = {kind: journal.last_number(kind) for kind in Kind}
        self._own: dict[str, Document] = {}  # the documents of orders that may still change
        self._blocks = {order.order_id.text for order, _ in self.venue.proposals()}
        self._waiting: Counter[tuple[str, str]] = Counter()  # live orders, by account and instrument
        self._changes = 0
        self._owed: list[Trade] = []
        self._last_trade = self._numbers[Kind.TRADE]
        self._load_orders()
        self.secret = self._kept_secret()

    def _kept_secret(self) -> str:
        """Give the secret that the ids of orders are made with; it is made once, and never told."""
        kept = self.journal.mark(SECRET)
        if kept is None:
            kept = self.writes.marks[SECRET] = secrets.token_hex(_SECRET)
        return kept

    def _opened(self) -> EventLog:
        """Make the venue again: from the newest snapshot, if there is one, and the lines after it."""
        venue, after, last = Venue(self.scheme.rulebook), 0, None
        found = self.journal.snapshot()
        if found is not None:
            after, last, text = found
            venue = Venue.restore(text, self.scheme.rulebook)
        log = EventLog(venue, self._write_line) if last is None else EventLog(venue, self._write_line, last)
        tail = _Tail(self.journal.lines(after), log.last)
        replay(tail, self.scheme.rulebook, start=venue, last=log.last)
        log.last = tail.last
        return log

    def _write_line(self, line: str) -> None:
        self.writes.lines.append(line)

    def _load_orders(self) -> None:
        before: int | None = None
        while True:
            found = self.journal.find(Search(kind=Kind.ORDER, states=_LIVE, before=before), _PAGE)
            self._own.update({each.id: each for each in found})
            self._waiting.update((each.account, each.instrument) for each in found)
            if len(found) < _PAGE:
                return
            before = found[-1].number

    # ------------------------------------------------------------------- reading

    @property
    def venue(self) -> Venue:
        """The venue; read it, and tell it something by `tell` alone."""
        return self._log.venue

    def now(self) -> datetime.datetime:
        """
        Say what time it is; never before the last command.

        Returns:
            The instant.
        """
        return max(self.clock.now(), self.venue.last_at)

    def listing(self, name: str | InstrumentId) -> Instrument:
        """
        Find an instrument that is traded.

        Args:
            name: Its id.

        Returns:
            The instrument.

        Raises:
            NotFoundError: If it is not traded.
        """
        found = next((each for each in self.venue.instruments() if each.id.text == str(name)), None)
        if found is None:
            raise NotFoundError("be an instrument that is traded", was=name, field="instrument")
        return found

    def document(self, kind: Kind, name: str) -> Document:
        """
        Find a document as it stands, with what is not written yet.

        Args:
            kind: Of which kind.
            name: Its id.

        Returns:
            The document.

        Raises:
            NotFoundError: If there is none.
        """
        found = self.known(kind, name)
        if found is None:
            raise NotFoundError(f"name a known {kind.value}", was=name, field=kind.value)
        return found

    def known(self, kind: Kind, name: str) -> Document | None:
        """
        Find a document as it stands, with what is not written yet.

        Args:
            kind: Of which kind.
            name: Its id.

        Returns:
            The document, or None.
        """
        return self.writes.documents.get((kind, name)) or self.journal.document(kind, name)

    def named(self, kind: Kind, account: str, name: str) -> Document | None:
        """
        Find the document that an account calls so, with what is not written yet.

        Args:
            kind: Of which kind.
            account: Whose.
            name: What it is called.

        Returns:
            The document, or None.
        """
        for each in self.writes.documents.values():
            if (each.kind, each.account, each.name) == (kind, account, name):
                return each
        return self.journal.named(kind, account, name)

    def live_orders(self, account: AccountId, instrument: InstrumentId) -> int:
        """
        Count the orders of an account that may still trade.

        Args:
            account: Whose.
            instrument: Of which instrument.

        Returns:
            How many there are.
        """
        return self._waiting[account.text, instrument.text]

    def order(self, name: str | OrderId) -> Order:
        """
        Find an order of whatever day, as it stands.

        Args:
            name: Its id.

        Returns:
            The order.

        Raises:
            NotFoundError: If there is none.
        """
        told = self.news.orders.get(str(name))  # as its document says, without reading that again
        return order_in(self.document(Kind.ORDER, str(name))) if told is None else told

    def depth(self, name: InstrumentId, levels: int | None) -> Depth:
        """
        Show a book.

        Args:
            name: Of which instrument.
            levels: How many levels of each side; None for all.

        Returns:
            Its levels, and the log line that they stand after.
        """
        return Depth(
            instrument=name,
            sequence=self.line,
            buys=self.venue.levels(name, Side.BUY, levels),
            sells=self.venue.levels(name, Side.SELL, levels),
        )

    # ------------------------------------------------------------------- changing

    def next_number(self, kind: Kind) -> int:
        """
        Count one further.

        Args:
            kind: Of which kind a document will be.

        Returns:
            Its number.
        """
        self._numbers[kind] += 1
        return self._numbers[kind]

    def put(self, document: Document) -> None:
        """
        Keep a document as it stands now.

        Args:
            document: The document.
        """
        self._changes += 1
        self.writes.documents[document.kind, document.id] = document
        if document.kind is Kind.ORDER and document.id in self._own:
            self._own[document.id] = document  # what comes next goes on from it

    def tell(self, command: Command, names: Mapping[str, str] | None = None) -> tuple[Event, ...]:
        """
        Tell the venue something.

        Args:
            command: What it is told.
            names: What the owner calls the orders that it makes, by their ids.

        Returns:
            What the venue says.

        Raises:
            MarketError: If it refuses; its code is a `Refusal`.
        """
        self._changes += 1  # if the venue fails, nobody knows how far it went
        events = self._log.apply(command)
        first = events[0]
        if isinstance(first, Rejected):
            self._changes -= 1  # it said so, and nothing else came of it
            problem = first.problem
            raise MarketError(
                problem.must, was=problem.was, field=problem.field, code=problem.code, hint=problem.hint
            )
        self._take(events, names or {})
        return events

    def _take(self, events: Iterable[Event], names: Mapping[str, str]) -> None:
        for name, own in names.items():
            order = attrs.evolve(self.venue.order(name), client_order_id=own)
            self._keep(order_document(order, self.next_number(Kind.ORDER)), order)
        for event in events:
            if isinstance(event, Traded):
                number = self.next_number(Kind.TRADE)
                self.put(trade_document(event.trade, number))
                self.news.trades.append((number, event.trade))
                self._owed.append(event.trade)
                self._changed(event.trade.maker.text)
                self._changed(event.trade.taker.text)
            elif isinstance(event, OrderEnded):
                self._changed(event.order_id.text)
            elif isinstance(event, DayClosed):
                self.news.closed.append(event)
                for each in event.bulletins:
                    self.put(bulletin_document(each, self.next_number(Kind.BULLETIN)))

    def order_changed(self, name: str | OrderId) -> Order:
        """
        Take over how an order stands at the venue now.

        Args:
            name: Its id.

        Returns:
            The order.
        """
        self._changed(str(name))
        return self.order(name)

    def _changed(self, name: str) -> None:
        before = self._own.get(name)
        if before is None:
            return
        now, other = self.venue.order(name), before.other
        if now.account.text != before.account:  # a block, of which the other side spoke last
            self._blocks.add(name)
            other = now.account.text
            now = other_side(now, AccountId(before.account))
        now = attrs.evolve(now, client_order_id=before.name or None)
        if other and name in self._blocks:
            self.news.sides[name] = other_side(now, AccountId(other))
        self._keep(order_document(now, before.number, other), now)

    def concerns(self, name: str | OrderId, other: AccountId) -> None:
        """
        Note whose a block is too, so that the other side finds it and hears of it.

        Args:
            name: Its id.
            other: The other side.
        """
        document = self.document(Kind.ORDER, str(name))
        if other.text == document.account:
            return
        self.put(attrs.evolve(document, other=other.text))
        order = self.order(name)
        self.news.sides[document.id] = other_side(order, other)
        if order.state.live:
            self._blocks.add(document.id)

    def _keep(self, document: Document, order: Order) -> None:
        self.put(document)
        self.news.orders[document.id] = order
        self.news.books.add(order.instrument)
        whose, before = (document.account, document.instrument), document.id in self._own
        self._waiting[whose] += order.state.live - before
        if order.state.live:
            self._own[document.id] = document
        else:
            self._own.pop(document.id, None)
            self._blocks.discard(document.id)

    def touched(self) -> Touched:
        """
        Tell how far `writes` has come.

        Returns:
            What is the same as before, if in between nothing was done but refused.
        """
        return touched(self.writes, self._changes)

    # ---------------------------------------------------------------- after a write

    def written(self) -> News:
        """
        Hear that all of `writes` is written, and begin anew.

        Returns:
            What happened.
        """
        self.line += len(self.writes.lines)
        self.writes = Writes(first=self.line + 1)
        news, self.news = self.news, News()
        return news

    def settle(self) -> None:
        """
        Deliver every trade that was made against its payment, in the ledger, each once.

        Raises:
            IntegrityError: If the ledger refuses one: venue and ledger do not agree then.
        """
        trades, self._owed = self._owed, []
        if not trades:
            return
        # All of a write at one time, which the ledger can write together.
        self._settle(obligations(trades), self.now())
        self._last_trade += len(trades)
        self._mark_settled(self._last_trade)

    def _mark_settled(self, number: int) -> None:
        # The mark stays before a trade that is not settled, so that every start tries it again.
        if self.unsettled:
            raise unsettled_error(self.unsettled)
        self.writes.marks[_SETTLED] = str(number)

    def _settle(self, owed: tuple[Obligation, ...], at: datetime.datetime) -> None:
        rules = self.venue.rules
        if rules is None:
            raise IntegrityError("have rules when it has trades", was="none", field="venue")
        resold = rules.bought.value is Available.SAME_DAY
        found = settle(self.ledger, owed, at, sellable_today=resold)
        self.unsettled.extend((each.trade, str(problem)) for each, problem in found.failed)

    def settle_rest(self) -> int:
        """
        Settle what an earlier run made and may not have settled; each trade is recognised.

        Returns:
            How many trades were looked at.

        Raises:
            IntegrityError: If the ledger refuses one; it names them, and tells what to do.
        """
        done, last = int(self.journal.mark(_SETTLED) or 0), self._numbers[Kind.TRADE]
        trades = trades_after(self.journal, done, last)
        if trades:
            # What was settled, but not marked so, was settled at the time of its write, and would be refused.
            rest = [each for each in trades if not self._is_settled(each)]
            for at, same in itertools.groupby(rest, key=lambda each: each.at):
                self._settle(obligations(same), at)
            self._mark_settled(last)
        return len(trades)

    def _is_settled(self, trade: Trade) -> bool:
        return self.ledger.record(CommandId(f"settle/{trade.reference}")) is not None

    def snapshot(self) -> None:
        """Have the venue's state written beside what is to be written, so that a restart is quick."""
        self.writes.snapshot = (self.line + len(self.writes.lines), self._log.last, self.venue.snapshot())


class _Tail:
    """Log lines, and the hash of the last one that was given."""

    def __init__(self, lines: Iterable[str], last: str) -> None:
        self._lines = lines
        self.last = last

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            yield line
            self.last = json.loads(line)["hash"]

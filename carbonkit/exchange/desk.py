"""
The desk: venue, registry and ledger as one, and what has to be written for what they did.

Only the engine's thread works at it. What a command changes is told to the venue's log,
and stands in `writes` until the engine has written it; before that nobody hears of it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import IntegrityError, MarketError, NotFoundError
from carbonkit.exchange.journal import Document, Kind, Search, Writes
from carbonkit.exchange.projection import (
    bulletin_document,
    order_document,
    order_in,
    trade_document,
    trade_in,
)
from carbonkit.market.clearing import obligations
from carbonkit.market.event import DayClosed, OrderEnded, Rejected, Traded
from carbonkit.market.log import EventLog, replay
from carbonkit.market.order import Order, OrderState, Side
from carbonkit.market.rulebook import Available
from carbonkit.market.settlement import settle
from carbonkit.market.trade import Trade
from carbonkit.market.venue import Venue
from carbonkit.registry.registry import Registry
from carbonkit.values.identifier import CommandId, InstrumentId
from carbonkit.wire.answer import Depth

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator, Mapping

    from carbonkit.exchange.journal import Journal
    from carbonkit.exchange.scheme import ExchangeScheme
    from carbonkit.ledger.ledger import Ledger
    from carbonkit.market.clearing import Obligation
    from carbonkit.market.command import Command
    from carbonkit.market.event import Event
    from carbonkit.market.instrument import Instrument
    from carbonkit.values.identifier import OrderId
    from carbonkit.values.time import Clock

__all__ = ["Desk", "News"]

_LIVE: Final = tuple(each.value for each in OrderState if each.live)
_SETTLED: Final = "settled"
_PAGE: Final = 500


@attrs.define
class News:
    """
    What happened since the last write, for those who listen.

    Example:
        >>> News().trades
        []
    """

    trades: list[tuple[int, Trade]] = attrs.field(factory=list)
    orders: dict[str, Order] = attrs.field(factory=dict)
    closed: list[DayClosed] = attrs.field(factory=list)
    books: set[InstrumentId] = attrs.field(factory=set)


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
        self._owed: list[Trade] = []
        self._last_trade = self._numbers[Kind.TRADE]
        self._load_orders()

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
        found = self.writes.documents.get((kind, name)) or self.journal.document(kind, name)
        if found is None:
            raise NotFoundError(f"name a known {kind.value}", was=name, field=kind.value)
        return found

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
        events = self._log.apply(command)
        first = events[0]
        if isinstance(first, Rejected):
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
        # A block's side may be the other account's now; whose document it is does not change.
        now = self.venue.order(name)
        theirs = now.account.text != before.account
        if not theirs:
            now = attrs.evolve(now, client_order_id=before.name or None)
        kept = order_document(now, before.number)
        self._keep(
            attrs.evolve(
                kept,
                account=before.account,
                name=before.name,
                other=now.account.text if theirs else before.other,
            ),
            now,
        )

    def _keep(self, document: Document, order: Order) -> None:
        self.put(document)
        self.news.orders[document.id] = order
        self.news.books.add(order.instrument)
        if order.state.live:
            self._own[document.id] = document
        else:
            self._own.pop(document.id, None)

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
        """Deliver every trade that was made against its payment, in the ledger, each once."""
        trades, self._owed = self._owed, []
        if not trades:
            return
        self._settle(obligations(trades))
        self._last_trade += len(trades)
        self._mark_settled(self._last_trade)

    def _mark_settled(self, number: int) -> None:
        # The mark stays before a trade that is not settled, so that every restart tries it again and says so.
        if not self.unsettled:
            self.writes.marks[_SETTLED] = str(number)

    def _settle(self, owed: tuple[Obligation, ...]) -> None:
        rules = self.venue.rules
        if rules is None:
            raise IntegrityError("have rules when it has trades", was="none", field="venue")
        resold = rules.bought.value is Available.SAME_DAY
        found = settle(self.ledger, owed, self.now(), sellable_today=resold)
        self.unsettled.extend((each.trade, str(problem)) for each, problem in found.failed)

    def settle_rest(self) -> int:
        """
        Settle what an earlier run made and may not have settled; each trade is recognised.

        Returns:
            How many trades were looked at.
        """
        done, last = int(self.journal.mark(_SETTLED) or 0), self._numbers[Kind.TRADE]
        trades: list[Trade] = []
        before: int | None = None
        while last > done:
            page = self.journal.find(Search(kind=Kind.TRADE, before=before), _PAGE)
            trades.extend(trade_in(each) for each in page if each.number > done)
            if not page or page[-1].number <= done + 1:
                break
            before = page[-1].number
        if trades:
            # What was settled, but not marked so, would be settled at another time now, and so be refused.
            rest = [each for each in reversed(trades) if not self._is_settled(each)]
            self._settle(obligations(rest))
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

"""
The venue: one engine for every method, told commands and answering with events.

It knows no clock and does no input or output: the same commands give the same
events, on any machine. It never raises for what it is told; a command that a rule
refuses comes back as a `Rejected` event with its reason code, and changes nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from carbonkit.errors import CarbonkitError
from carbonkit.market import administration, bidding, block, day, entry, matching, negotiation
from carbonkit.market.event import Accepted, Rejected
from carbonkit.market.level import Level
from carbonkit.market.order import Order, Side
from carbonkit.market.position import Position
from carbonkit.market.refusal import Refusal, refused
from carbonkit.market.snapshot import restored, taken
from carbonkit.market.state import State
from carbonkit.market.statistics import tallied_bulletin
from carbonkit.market.tally import Print, Tally
from carbonkit.values.identifier import AccountId, AssetId, InstrumentId, OrderId
from carbonkit.values.money import Money

if TYPE_CHECKING:
    import datetime

    from carbonkit.market.command import Command
    from carbonkit.market.event import Event
    from carbonkit.market.instrument import Instrument
    from carbonkit.market.limit import PriceLimits
    from carbonkit.market.listing import Listing
    from carbonkit.market.live import Live
    from carbonkit.market.rulebook import Rulebook, VenueRules
    from carbonkit.market.statistics import DayBulletin
    from carbonkit.market.trade import Method
    from carbonkit.values.price import Price

__all__ = ["Venue"]

_Handler = Callable[[State, Any], None]


def _cancel(state: State, command: entry.Cancel) -> None:
    """Cancel whatever bears the id: a proposal, a bid or an order."""
    name = command.target.text
    if name in state.proposals:
        block.cancel_proposal(state, command)
    elif name in state.bids:
        bidding.cancel_bid(state, command)
    else:
        matching.cancel(state, command)


_HANDLERS: Final[Mapping[type, _Handler]] = {
    entry.NewOrder: matching.enter,
    entry.Take: matching.take,
    entry.Cancel: _cancel,
    entry.Reduce: matching.reduce,
    entry.Replace: matching.replace,
    negotiation.Propose: block.propose,
    negotiation.Counter: block.counter,
    negotiation.Confirm: block.confirm,
    negotiation.AnnounceAuction: bidding.announce,
    negotiation.Bid: bidding.bid,
    negotiation.CloseAuction: bidding.close_auction,
    negotiation.Uncross: bidding.uncross,
    administration.Admit: day.admit,
    administration.ListInstrument: day.list_instrument,
    administration.Deposit: day.deposit,
    administration.Withdraw: day.withdraw,
    administration.CloseDay: day.close_day,
    administration.Halt: day.halt,
    administration.Resume: day.resume,
    administration.Warn: day.warn,
    administration.Restrict: day.restrict,
    administration.Release: day.release,
}


class _Running:
    """An instrument's figures so far, and which of its day's trades are in them."""

    __slots__ = ("counted", "day", "prints", "shown", "tally")

    def __init__(self, prints: list[tuple[Method, int, int]], day: datetime.date) -> None:
        self.prints = prints  # a new day begins a new list
        self.day = day
        self.counted = 0
        self.tally = Tally()
        self.shown: DayBulletin | None = None


class Venue:
    """
    A venue: its participants, its instruments, its orders and its days.

    Args:
        rulebook: Gives the rules as they stand on a day, such as
            `carbonkit.schemes.china_national.venue_rules`.

    Example:
        >>> from carbonkit.market import Admit, Deposit, ListInstrument, NewOrder, OpenDay
        >>> from carbonkit.market import ParticipantKind, Take
        >>> from carbonkit.schemes.china_national import instrument, venue_rules
        >>> from carbonkit.values import as_date
        >>> cea, early = instrument("CEA", as_date("2021-07-16")), "2021-07-16T09:00:00+08:00"
        >>> venue = Venue(venue_rules)
        >>> events = [venue.apply(command) for command in (
        ...     ListInstrument(instrument=cea, base=cea.quote("48.00"), at=early),
        ...     Admit(account="KEE-001", kind=ParticipantKind.KEY_EMITTER, at=early),
        ...     Admit(account="KEE-002", kind=ParticipantKind.KEY_EMITTER, at=early),
        ...     Deposit(account="KEE-001", amount=1000, asset=cea.asset, at=early),
        ...     Deposit(account="KEE-002", amount=Money("100000", "CNY"), at=early),
        ...     OpenDay(day="2021-07-16", at=early),
        ...     NewOrder(order_id="S-1", account="KEE-001", instrument="CEA", side=Side.SELL,
        ...              price=cea.quote("48.00"), quantity=1000, at="2021-07-16T09:30:00+08:00"))]
        >>> accepted, traded = venue.apply(Take(order_id="T-1", account="KEE-002", target="S-1", quantity=400,
        ...                                     at="2021-07-16T09:30:05+08:00"))
        >>> traded.trade.value
        Money('19200.00', 'CNY')
        >>> refused = venue.apply(Take(order_id="T-2", account="KEE-002", target="S-1", quantity=601,
        ...                            at="2021-07-16T09:30:10+08:00"))[0]
        >>> print(refused.problem)
        quantity: must be at most the 600 that S-1 still offers, was 601
    """

    __slots__ = ("_rulebook", "_running", "_state")

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._state = State()
        self._running: dict[str, _Running] = {}

    def apply(self, command: Command) -> tuple[Event, ...]:
        """
        Carry out one command, or refuse it and stay as before.

        Args:
            command: What the venue is told.

        Returns:
            What the venue says: the command as accepted and all that came of it, or one `Rejected`.
        """
        state = self._state
        kind = type(command)
        sequence = state.sequence + 1
        handler = _HANDLERS.get(kind)
        try:
            if handler is None and kind is not administration.OpenDay:
                return self._unknown(command)
            if command.at < state.last_at:
                _refuse_past(state, command)
            events: list[Event] = [Accepted(sequence, command)]
            state.sequence, state.events = sequence, events
            if handler is not None:
                handler(state, command)  # pyright: ignore[reportArgumentType]
            elif isinstance(command, administration.OpenDay):
                day.open_day(state, command, self._rulebook)
        except CarbonkitError as error:
            state.sequence = sequence
            return (Rejected(sequence, command, error.problem),)
        state.last_at = command.at
        return tuple(events)

    def _unknown(self, command: object) -> tuple[Event, ...]:
        """Refuse what is no command, and keep only what it looked like."""
        text = command if isinstance(command, str) else repr(command)[:200]
        self._state.sequence += 1
        error = refused(Refusal.NOT_A_COMMAND, "be a command of the venue", text, "command")
        return (Rejected(self._state.sequence, text, error.problem),)

    # ----------------------------------------------------------------- what it shows

    @property
    def day(self) -> datetime.date | None:
        """The trading day that is open; None if none is."""
        return self._state.day if self._state.opened else None

    @property
    def rules(self) -> VenueRules | None:
        """The rules of the last day that was opened; None before the first."""
        return self._state.rules

    @property
    def sequence(self) -> int:
        """The number of the last event."""
        return self._state.sequence

    def order(self, order_id: str | OrderId) -> Order:
        """
        Show an order of today, or one that still waits, as it stands.

        Args:
            order_id: Its id.

        Returns:
            The order.

        Raises:
            MarketError: `unknown_order` if there is none.
        """
        return _shown(self._state.order(order_id if isinstance(order_id, OrderId) else OrderId(order_id)))

    def orders(self) -> tuple[Order, ...]:
        """
        Show every order of today, and those that still wait, in the order in which they came.

        Returns:
            The orders.
        """
        return tuple(_shown(live) for live in self._state.orders.values())

    def position(self, account: str | AccountId, asset: str | AssetId, currency: str) -> Position:
        """
        Show where an account stands.

        Args:
            account: Whose position.
            asset: Of which units.
            currency: In which money.

        Returns:
            The position.

        Raises:
            MarketError: `unknown_account` if it is not admitted.
        """
        member = self._state.member(account if isinstance(account, AccountId) else AccountId(account))
        of = asset if isinstance(asset, AssetId) else AssetId(asset)
        stock, purse = member.stock(of.text), member.purse(currency)
        return Position(
            account=member.account,
            asset=of,
            sellable=stock.sellable,
            offered=stock.offered,
            bought=stock.bought,
            cash=Money.from_minor(purse.cash, currency),
            committed=Money.from_minor(purse.committed, currency),
            proceeds=Money.from_minor(purse.proceeds, currency),
        )

    def accounts(self) -> tuple[AccountId, ...]:
        """
        Name the accounts that were admitted.

        Returns:
            Their ids, in the order of admission.
        """
        return tuple(member.account for member in self._state.members.values())

    def levels(
        self, instrument: str | InstrumentId, side: Side, levels: int | None = None
    ) -> tuple[Level, ...]:
        """
        Show the price levels of a side: the depth of the book.

        Args:
            instrument: Of which instrument.
            side: Whose orders.
            levels: How many levels at most; None for all.

        Returns:
            The levels, best first.

        Raises:
            MarketError: `unknown_instrument` if the venue does not trade it.
        """
        listing = self._state.listing(_instrument(instrument))
        numbers = self._state.numbers
        return tuple(
            Level(
                price=listing.price(ticks),
                quantity=lots * listing.lot,
                orders=tuple(numbers[number].order_id for number in queue),
            )
            for ticks, lots, queue in listing.book.depth(sell=side is Side.SELL, levels=levels)
        )

    def limits(self, instrument: str | InstrumentId, method: Method) -> PriceLimits | None:
        """
        Show the day's price limits.

        Args:
            instrument: Of which instrument.
            method: Of which method.

        Returns:
            The limits; None if the method has none.

        Raises:
            MarketError: `unknown_instrument` if the venue does not trade it.
        """
        found = self._state.listing(_instrument(instrument)).limits.get(method.value)
        return None if found is None else found[2]

    def last(self, instrument: str | InstrumentId) -> Price:
        """
        Show the last price: of today's last trade that makes prices, or else the previous close.

        Args:
            instrument: Of which instrument.

        Returns:
            The price.

        Raises:
            MarketError: `unknown_instrument` if the venue does not trade it.
        """
        listing = self._state.listing(_instrument(instrument))
        return listing.price(listing.last)

    def previous_close(self, instrument: str | InstrumentId) -> Price:
        """
        Show the close of the last day that was closed; before the first, the base price.

        Args:
            instrument: Of which instrument.

        Returns:
            The price.

        Raises:
            MarketError: `unknown_instrument` if the venue does not trade it.
        """
        return self._state.listing(_instrument(instrument)).previous_close

    @property
    def last_at(self) -> datetime.datetime:
        """When the last command came that it accepted."""
        return self._state.last_at

    def instruments(self) -> tuple[Instrument, ...]:
        """
        Show what is traded.

        Returns:
            The instruments, in the order in which they were listed.
        """
        return tuple(listing.instrument for listing in self._state.listings.values())

    def bulletins(self, instrument: str | InstrumentId | None = None) -> tuple[DayBulletin, ...]:
        """
        Show the open day's figures so far; a trade is counted once, however often they are shown.

        Args:
            instrument: Of which instrument; None for each.

        Returns:
            One bulletin for each instrument; none if no day is open.

        Raises:
            MarketError: `unknown_instrument` if the venue does not trade it.
        """
        state = self._state
        if instrument is None:
            listings = tuple(state.listings.values())
        else:
            listings = (state.listing(_instrument(instrument)),)
        rules, today = state.rules, self.day
        if rules is None or today is None:
            return ()
        return tuple(self._bulletin(listing, rules, today) for listing in listings)

    def _bulletin(self, listing: Listing, rules: VenueRules, today: datetime.date) -> DayBulletin:
        name = listing.instrument.id.text
        running = self._running.get(name)
        if running is None or running.prints is not listing.prints or running.day != today:
            running = self._running[name] = _Running(listing.prints, today)
        new = len(listing.prints) - running.counted
        if new or running.shown is None:
            running.tally.add(itertools.starmap(Print, listing.prints[running.counted :]))
            running.counted += new
            running.shown = tallied_bulletin(
                running.tally,
                instrument=listing.instrument,
                rules=rules,
                day=today,
                previous_close=listing.previous_close,
            )
        return running.shown

    def proposals(self) -> tuple[tuple[Order, AccountId | None], ...]:
        """
        Show the blocks that are being negotiated.

        Returns:
            For each the side that spoke last, and the account that it waits for, None for any.
        """
        return tuple(
            (_shown(each.spoken), None if each.counterparty is None else each.counterparty.account)
            for each in self._state.proposals.values()
        )

    # ------------------------------------------------------------------ what it keeps

    def snapshot(self) -> str:
        """
        Write the whole state down, so that a venue can be made from it again.

        Returns:
            Canonical JSON: equal states give equal texts, on any machine.
        """
        return taken(self._state)

    @classmethod
    def restore(cls, snapshot: str, rulebook: Rulebook) -> Venue:
        """
        Make a venue from a snapshot.

        Args:
            snapshot: What `snapshot` wrote.
            rulebook: The rules that the venue went by.

        Returns:
            The venue, as it stood.

        Raises:
            IntegrityError: If the text is no snapshot, or other rules made it.
        """
        venue = cls(rulebook)
        venue._state = restored(snapshot, rulebook)
        return venue

    def copy(self) -> Venue:
        """
        Copy the venue, to try something out; neither copy changes with the other.

        Returns:
            The copy.
        """
        return Venue.restore(self.snapshot(), self._rulebook)


def _refuse_past(state: State, command: Command) -> None:
    raise refused(
        Refusal.CLOCK_BACKWARDS,
        f"not be before {state.last_at.isoformat()}, when the last command came",
        command.at.isoformat(),
        "at",
    )


def _instrument(name: str | InstrumentId) -> InstrumentId:
    return name if isinstance(name, InstrumentId) else InstrumentId(name)


def _shown(live: Live) -> Order:
    listing = live.listing
    return Order(
        order_id=live.order_id,
        account=live.member.account,
        instrument=listing.instrument.id,
        side=Side.SELL if live.sell else Side.BUY,
        price=listing.price(live.limit) if live.shown else None,
        quantity=live.lots * listing.lot,
        filled=live.filled * listing.lot,
        withdrawn=live.withdrawn * listing.lot,
        state=live.state,
        time_in_force=live.tif,
        at=live.at,
    )

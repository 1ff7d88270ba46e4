"""
The state of a venue: what it knows, what stands behind orders, and what a trade does.

Everything here changes in place and belongs to one `Venue`. Units of an asset and
minor units of money are counted; a price is a count of ticks, a quantity of lots.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final

from carbonkit.market.event import LargeHolding, OrderEnded, Traded
from carbonkit.market.order import OrderState, Side
from carbonkit.market.refusal import Refusal, refused
from carbonkit.market.trade import Trade
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from carbonkit.market.event import Event
    from carbonkit.market.gate import Gate
    from carbonkit.market.listing import Listing
    from carbonkit.market.live import Auction, Live, Proposal
    from carbonkit.market.member import Member
    from carbonkit.market.rulebook import VenueRules
    from carbonkit.market.trade import Method
    from carbonkit.values.identifier import AccountId, InstrumentId, OrderId

__all__ = ["State"]

_PARTIALLY: Final = OrderState.PARTIALLY_FILLED
_FILLED: Final = OrderState.FILLED
_BEGINNING: Final = datetime.datetime.min.replace(tzinfo=datetime.UTC)


class State:
    """All that a venue knows."""

    __slots__ = (
        "auctions",
        "bids",
        "day",
        "events",
        "funded",
        "gates",
        "halted",
        "last_at",
        "listings",
        "members",
        "next_number",
        "numbers",
        "opened",
        "orders",
        "proposals",
        "reports",
        "resold",
        "rules",
        "sequence",
        "spendable",
        "today",
    )

    def __init__(self) -> None:
        self.rules: VenueRules | None = None
        self.day: datetime.date | None = None  # the last that was opened
        self.today = _BEGINNING.date()
        self.opened = False
        self.halted = ""
        self.last_at = _BEGINNING
        self.sequence = 0
        self.next_number = 1
        self.funded = self.resold = self.spendable = True
        self.reports = False
        self.events: list[Event] = []
        self.members: dict[str, Member] = {}
        self.listings: dict[str, Listing] = {}
        self.orders: dict[str, Live] = {}  # of today, and those that live
        self.numbers: dict[int, Live] = {}  # those in a book
        self.proposals: dict[str, Proposal] = {}  # open ones
        self.auctions: dict[str, Auction] = {}  # announced ones
        self.bids: dict[str, Auction] = {}  # by the bid's id
        self.gates: tuple[Gate, ...] = ()

    # ------------------------------------------------------------------- saying

    def end(self, live: Live, state: OrderState, reason: str, *, freed: int = 0) -> None:
        """End an order with what it has left, free what stood behind it, and say so."""
        left = live.left or freed
        if live.left:
            self.release(live, left)
        live.state = state
        self.numbers.pop(live.number, None)
        self.sequence += 1
        self.events.append(OrderEnded(self.sequence, live.order_id, state, left * live.listing.lot, reason))

    # ------------------------------------------------------------------ looking

    def running(self) -> VenueRules:
        """Give the rules of the open day."""
        if not self.opened or self.rules is None:
            raise refused(Refusal.DAY_NOT_OPEN, "come while a trading day is open", "none is", "at")
        return self.rules

    def member(self, account: AccountId) -> Member:
        """Find a participant."""
        member = self.members.get(account.text)
        if member is None:
            raise refused(Refusal.UNKNOWN_ACCOUNT, "be a participant of the venue", str(account), "account")
        return member

    def listing(self, instrument: InstrumentId) -> Listing:
        """Find an instrument."""
        listing = self.listings.get(instrument.text)
        if listing is None:
            raise refused(
                Refusal.UNKNOWN_INSTRUMENT, "be an instrument of the venue", str(instrument), "instrument"
            )
        return listing

    def order(self, order_id: OrderId) -> Live:
        """Find an order."""
        live = self.orders.get(order_id.text)
        if live is None:
            raise refused(Refusal.UNKNOWN_ORDER, "be an order of the venue", str(order_id), "target")
        return live

    def check_new(self, order_id: OrderId) -> None:
        """Check that an id is free."""
        name = order_id.text
        if name in self.orders:
            raise refused(Refusal.DUPLICATE_ORDER, "be a new id", name, "order_id")

    def check_trading(self, listing: Listing, member: Member, *, sell: bool) -> None:
        """Check that neither a halt nor a restriction stands against an order."""
        if self.halted or listing.halted:
            raise refused(
                Refusal.HALTED,
                "come while trading is not suspended",
                self.halted or listing.halted,
                "instrument",
            )
        if member.barred and (Side.SELL if sell else Side.BUY) in member.barred:
            raise refused(
                Refusal.RESTRICTED,
                "be of a participant that may enter such orders",
                str(member.account),
                "account",
            )

    def check_price(self, listing: Listing, method: Method, ticks: int) -> None:
        """Check a price against the day's limits."""
        found = listing.limits.get(method.value)
        if found is not None and not found[0] <= ticks <= found[1]:
            raise refused(
                Refusal.OUTSIDE_BAND,
                f"be from {found[2].lowest} to {found[2].highest}",
                str(listing.price(ticks)),
                "price",
            )

    def check_size(self, listing: Listing, method: Method, lots: int) -> None:
        """Check a quantity against the method's sizes."""
        rules = self.running().method(method)
        if rules is None:
            raise refused(Refusal.METHOD_NOT_OFFERED, f"trade by {method.value}", listing.asset, "instrument")
        quantity = lots * listing.lot
        if not rules.size.value.allows(quantity):
            raise refused(Refusal.OUTSIDE_SIZE, f"be {rules.size.value} {listing.unit}", quantity, "quantity")

    def check_hours(self, method: Method, at: datetime.datetime) -> None:
        """Check that a method takes commands at a moment."""
        rules = self.running().method(method)
        if rules is None or self.day is None:
            raise refused(Refusal.METHOD_NOT_OFFERED, "be offered by the venue", method.value, "method")
        if not any(at in hours for hours in rules.hours.value.on(self.day)):
            raise refused(
                Refusal.OUTSIDE_HOURS,
                f"be within {rules.hours.value} ({self.day})",
                at.isoformat(),
                "at",
            )

    # ------------------------------------------------------ what stands behind orders

    def reserve(self, live: Live) -> None:
        """Set aside what stands behind an order, or refuse it."""
        listing, stock, purse = live.listing, live.stock, live.purse
        units = live.left * listing.lot
        if live.sell:
            if self.funded:
                if units > stock.sellable:
                    hint = (
                        f"the {stock.bought} bought today may be sold on the next trading day"
                        if stock.bought
                        else ""
                    )
                    raise refused(
                        Refusal.INSUFFICIENT_ALLOWANCES,
                        f"be at most the {stock.sellable} that {live.member.account} may still sell today",
                        units,
                        "quantity",
                        hint,
                    )
                stock.sellable -= units
                stock.offered += units
            return
        rules = self.rules
        if rules is not None and rules.position_limit is not None:
            most = rules.position_limit.value.most(live.member.kind, allocation=live.member.allocation)
            if stock.holding + stock.wanted + units > most:
                raise refused(
                    Refusal.POSITION_LIMIT,
                    f"bring {live.member.account} to no more than {most} with what it holds and bids for",
                    stock.holding + stock.wanted + units,
                    "quantity",
                )
        if self.funded:
            cost = live.limit * live.left * listing.minor
            if cost > purse.cash:
                raise refused(
                    Refusal.INSUFFICIENT_CASH,
                    f"cost at most the {Money.from_minor(purse.cash, listing.currency)} that"
                    f" {live.member.account} may still spend today",
                    str(Money.from_minor(cost, listing.currency)),
                    "quantity",
                )
            purse.cash -= cost
            purse.committed += cost
        stock.wanted += units

    def release(self, live: Live, lots: int) -> None:
        """Free what stood behind lots of an order that will not trade."""
        live.left -= lots
        live.withdrawn += lots
        listing, stock = live.listing, live.stock
        units = lots * listing.lot
        if live.sell:
            if self.funded:
                stock.offered -= units
                stock.sellable += units
            return
        stock.wanted -= units
        if self.funded:
            cost = live.limit * lots * listing.minor
            live.purse.committed -= cost
            live.purse.cash += cost

    def trade(  # noqa: PLR0917  by position, which is faster
        self, maker: Live, taker: Live, ticks: int, lots: int, method: Method, at: datetime.datetime
    ) -> None:
        """Let two orders trade: change what their accounts have, and say so."""
        listing = maker.listing
        buyer, seller = (taker, maker) if maker.sell else (maker, taker)
        units = lots * listing.lot
        left = maker.left = maker.left - lots
        maker.filled += lots
        maker.state = _PARTIALLY if left else _FILLED
        if not left:
            self.numbers.pop(maker.number, None)
        left = taker.left = taker.left - lots
        taker.filled += lots
        taker.state = _PARTIALLY if left else _FILLED
        if not left:
            self.numbers.pop(taker.number, None)
        bought = buyer.stock
        bought.wanted -= units
        if self.funded:
            one = lots * listing.minor
            paid = ticks * one
            purse = buyer.purse
            purse.committed -= buyer.limit * one
            purse.cash += buyer.limit * one - paid
            seller.stock.offered -= units
            if self.spendable:
                seller.purse.cash += paid
            else:
                seller.purse.proceeds += paid
        else:
            seller.stock.sellable -= units
        if self.resold:
            bought.sellable += units
        else:
            bought.bought += units
        listing.last = ticks
        prints = listing.prints
        prints.append((method, ticks, lots))
        self.sequence += 1
        trade = Trade(
            sequence=len(prints),
            day=self.today,
            instrument=listing.instrument,
            method=method,
            price=listing.prices.get(ticks) or listing.price(ticks),
            quantity=units,
            buyer=buyer.member.account,
            seller=seller.member.account,
            maker=maker.order_id,
            taker=taker.order_id,
            at=at,
        )
        self.events.append(Traded(self.sequence, trade))
        if self.reports:
            self._report(buyer, units)

    def _report(self, buyer: Live, units: int) -> None:
        """Say that a holding has come to the size from which it is reported."""
        rules = self.running()
        if rules.large_holding is None:
            return
        threshold = rules.large_holding.value.most(buyer.member.kind, allocation=buyer.member.allocation)
        holding = buyer.stock.holding
        if holding - units <= threshold < holding:
            self.sequence += 1
            self.events.append(
                LargeHolding(
                    self.sequence, buyer.member.account, buyer.listing.instrument.asset, holding, threshold
                )
            )

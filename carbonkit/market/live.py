"""Live orders: what an order, a negotiated block and an auction are while the venue works on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.market.order import OrderState

if TYPE_CHECKING:
    import datetime

    from carbonkit.market.listing import Listing
    from carbonkit.market.member import Member
    from carbonkit.market.negotiation import PriceMode
    from carbonkit.market.order import TimeInForce
    from carbonkit.values.identifier import OrderId

__all__ = ["Auction", "Live", "Proposal"]

_NEW = OrderState.NEW


class Live:
    """An order, a proposal's side or a bid, as it stands."""

    __slots__ = (
        "at",
        "filled",
        "left",
        "limit",
        "listing",
        "lots",
        "member",
        "number",
        "order_id",
        "purse",
        "sell",
        "shown",
        "state",
        "stock",
        "tif",
        "until",
        "withdrawn",
    )

    def __init__(  # noqa: PLR0917  by position, which is faster
        self,
        order_id: OrderId,
        number: int,
        member: Member,
        listing: Listing,
        sell: bool,  # noqa: FBT001  orders are made by position, because that is faster
        limit: int,
        lots: int,
        tif: TimeInForce,
        until: datetime.date | None,
        at: datetime.datetime,
        shown: bool = True,  # noqa: FBT001, FBT002  the same
    ) -> None:
        self.order_id = order_id
        self.number = number
        self.member = member
        self.listing = listing
        self.sell = sell
        self.limit = limit  # ticks
        self.lots = self.left = lots
        self.filled = self.withdrawn = 0
        self.tif = tif
        self.until = until
        self.at = at
        self.shown = shown  # False for a market order, whose limit is the venue's
        self.state = _NEW
        self.purse = member.purses.get(listing.currency) or member.purse(listing.currency)
        self.stock = member.stocks.get(listing.asset) or member.stock(listing.asset)


class Proposal:
    """A block that is being negotiated: the side that spoke last, and whom it waits for."""

    __slots__ = ("counterparty", "listing", "spoken")

    def __init__(self, spoken: Live, counterparty: Member | None) -> None:
        self.spoken = spoken
        self.listing = spoken.listing
        self.counterparty = counterparty


class Auction:
    """An auction that was announced: the seller's units, and the bids."""

    __slots__ = ("bids", "closes", "floor", "listing", "opens", "price_mode", "seller")

    def __init__(
        self,
        seller: Live,
        *,
        floor: int,
        price_mode: PriceMode,
        opens: datetime.datetime,
        closes: datetime.datetime,
    ) -> None:
        self.seller = seller
        self.listing = seller.listing
        self.floor = floor
        self.price_mode = price_mode
        self.opens = opens
        self.closes = closes
        self.bids: dict[str, Live] = {}

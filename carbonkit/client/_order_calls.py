"""Orders, blocks and auctions: what is traded at an exchange; internal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.client._core import Core
from carbonkit.market.order import OrderType, TimeInForce
from carbonkit.wire.operations import (
    ANNOUNCE_AUCTION,
    AUCTION,
    AUCTIONS,
    BID,
    BLOCKS,
    CANCEL_ORDER,
    CLOSE_AUCTION,
    CONFIRM_BLOCK,
    COUNTER_BLOCK,
    ORDER,
    ORDERS,
    PLACE_ORDER,
    PROPOSE_BLOCK,
    REDUCE_ORDER,
    REPLACE_ORDER,
    TAKE_ORDER,
)
from carbonkit.wire.query import AccountQuery, ListQuery, OrderQuery
from carbonkit.wire.request import (
    AuctionRequest,
    BidRequest,
    BlockRequest,
    ConfirmRequest,
    CounterRequest,
    OrderRequest,
    ReduceRequest,
    ReplaceRequest,
    TakeRequest,
)

if TYPE_CHECKING:
    import datetime

    from carbonkit.client.call import CallOptions
    from carbonkit.client.paging import Pages
    from carbonkit.market.negotiation import PriceMode
    from carbonkit.market.order import Order, OrderState, Side
    from carbonkit.market.trade import Trade
    from carbonkit.values.identifier import AccountId, InstrumentId, OrderId
    from carbonkit.values.number import Exact
    from carbonkit.values.price import Price
    from carbonkit.wire.answer import AuctionSummary, BlockSummary, Placed


class OrderCalls(Core):
    """What is traded. An order, block, auction or bid that is given no id of its own gets one by chance."""

    def place_order(
        self,
        *,
        account: str | AccountId,
        instrument: str | InstrumentId,
        side: Side,
        quantity: Exact,
        price: Price | None = None,
        order_type: OrderType = OrderType.LIMIT,
        time_in_force: TimeInForce = TimeInForce.DAY,
        minimum: Exact = 0,
        post_only: bool = False,
        until: str | datetime.date | None = None,
        client_order_id: str | None = None,
        options: CallOptions | None = None,
    ) -> Placed:
        """
        Enter an order; at a venue of listed agreements a post.

        Args:
            account: Whose order it is.
            instrument: What it is for.
            side: Buy or sell.
            quantity: How many units.
            price: Its limit; None for a market order.
            order_type: Limit or market.
            time_in_force: How long it stands.
            minimum: How many units must trade at once, or none does; 0 for no minimum.
            post_only: Whether it is refused if it would trade at once.
            until: The last day of an order that is good till date.
            client_order_id: What its owner calls it; no two orders of an account, of whatever day, bear
                one. By chance unless given.
            options: What this call does otherwise.

        Returns:
            The order as it stood when the exchange had worked on it, with the trades that it made then.

        Raises:
            InvalidValueError: If an argument has not the right form.
            NotPlacedError: If no answer came, and the exchange had no such order when it was asked.
            ConflictError: If the exchange has another order under this id.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        request = OrderRequest(
            account=account,
            client_order_id=self._own_id(client_order_id),
            instrument=instrument,
            side=side,
            quantity=quantity,
            price=price,
            order_type=order_type,
            time_in_force=time_in_force,
            minimum=minimum,
            post_only=post_only,
            until=until,
        )
        return self._place(PLACE_ORDER, {}, request, options)

    def take_order(
        self,
        order: str | OrderId,
        *,
        account: str | AccountId,
        quantity: Exact,
        client_order_id: str | None = None,
        options: CallOptions | None = None,
    ) -> Placed:
        """
        Trade against one post of a listed agreement.

        Args:
            order: The venue's id of the post.
            account: Who takes.
            quantity: How many units; at most what the post still offers.
            client_order_id: What its owner calls it; one by chance unless given.
            options: What this call does otherwise.

        Returns:
            The order, filled, with its trade.

        Raises:
            InvalidValueError: If an argument has not the right form.
            NotPlacedError: If no answer came, and the exchange had no such order when it was asked.
            ConflictError: If the exchange has another order under this id.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        request = TakeRequest(
            account=account, client_order_id=self._own_id(client_order_id), quantity=quantity
        )
        return self._place(TAKE_ORDER, {"order": order}, request, options)

    def cancel_order(self, order: str | OrderId, *, options: CallOptions | None = None) -> Order:
        """
        Cancel an order, a proposed block or a bid.

        Args:
            order: The venue's id of it.
            options: What this call does otherwise.

        Returns:
            The order as it stands then.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        return self._ask(CANCEL_ORDER, {"order": order}, options=options)

    def reduce_order(
        self, order: str | OrderId, *, quantity: Exact, options: CallOptions | None = None
    ) -> Order:
        """
        Let an order want less; it keeps its place.

        Args:
            order: The venue's id of it.
            quantity: How many units fewer.
            options: What this call does otherwise.

        Returns:
            The order as it stands then.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        request = ReduceRequest(quantity=quantity)
        return self._ask(REDUCE_ORDER, {"order": order}, request=request, options=options)

    def replace_order(
        self,
        order: str | OrderId,
        *,
        price: Price | None = None,
        quantity: Exact | None = None,
        client_order_id: str | None = None,
        options: CallOptions | None = None,
    ) -> Placed:
        """
        Put a new order in the place of a resting one.

        Args:
            order: The venue's id of the order that makes way.
            price: The new limit; None for the old one.
            quantity: The new quantity; None for what remains of the old one.
            client_order_id: What its owner calls the new order; one by chance unless given.
            options: What this call does otherwise.

        Returns:
            The new order, with the trades that it made at once.

        Raises:
            InvalidValueError: If an argument has not the right form.
            NotPlacedError: If no answer came, and the exchange had no such order when it was asked.
            ConflictError: If the exchange has another order under this id.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        request = ReplaceRequest(
            client_order_id=self._own_id(client_order_id), price=price, quantity=quantity
        )
        return self._place(REPLACE_ORDER, {"order": order}, request, options)

    def order(self, order: str | OrderId, *, options: CallOptions | None = None) -> Order:
        """An own order as it stands."""
        return self._ask(ORDER, {"order": order}, options=options)

    def orders(
        self,
        *,
        account: str | AccountId | None = None,
        instrument: str | InstrumentId | None = None,
        state: OrderState | None = None,
        client_order_id: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> Pages[Order]:
        """Own orders, newest first."""
        query = OrderQuery(
            account=account,
            instrument=instrument,
            state=state,
            client_order_id=client_order_id,
            limit=limit,
            cursor=cursor,
        )
        return self._list(ORDERS, query=query, options=options)

    def propose_block(
        self,
        *,
        account: str | AccountId,
        instrument: str | InstrumentId,
        side: Side,
        price: Price,
        quantity: Exact,
        counterparty: str | AccountId | None = None,
        client_order_id: str | None = None,
        options: CallOptions | None = None,
    ) -> BlockSummary:
        """
        Propose a block.

        Args:
            account: Who proposes, and by that confirms these terms.
            instrument: What is traded.
            side: The proposer's side.
            price: The price.
            quantity: How many units.
            counterparty: Whom it is meant for; None for anybody.
            client_order_id: What its owner calls it; one by chance unless given.
            options: What this call does otherwise.

        Returns:
            The block.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        request = BlockRequest(
            account=account,
            client_order_id=self._own_id(client_order_id),
            instrument=instrument,
            side=side,
            price=price,
            quantity=quantity,
            counterparty=counterparty,
        )
        return self._ask(PROPOSE_BLOCK, request=request, options=options)

    def counter_block(
        self,
        block: str | OrderId,
        *,
        account: str | AccountId,
        price: Price,
        quantity: Exact,
        options: CallOptions | None = None,
    ) -> BlockSummary:
        """
        Answer a proposed block with other terms.

        Args:
            block: The venue's id of it.
            account: Who answers.
            price: The new price.
            quantity: The new quantity.
            options: What this call does otherwise.

        Returns:
            The block as it stands then.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        request = CounterRequest(account=account, price=price, quantity=quantity)
        return self._ask(COUNTER_BLOCK, {"block": block}, request=request, options=options)

    def confirm_block(
        self, block: str | OrderId, *, account: str | AccountId, options: CallOptions | None = None
    ) -> Trade:
        """
        Confirm a proposed block's terms; it trades.

        Args:
            block: The venue's id of it.
            account: The side that has not confirmed yet.
            options: What this call does otherwise.

        Returns:
            The trade.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        request = ConfirmRequest(account=account)
        return self._ask(CONFIRM_BLOCK, {"block": block}, request=request, options=options)

    def blocks(
        self,
        *,
        account: str | AccountId | None = None,
        limit: int = 100,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> Pages[BlockSummary]:
        """Blocks that are being negotiated with the key's accounts, newest first."""
        query = AccountQuery(account=account, limit=limit, cursor=cursor)
        return self._list(BLOCKS, query=query, options=options)

    def announce_auction(
        self,
        *,
        account: str | AccountId,
        instrument: str | InstrumentId,
        quantity: Exact,
        floor: Price,
        price_mode: PriceMode,
        opens: str | datetime.datetime,
        closes: str | datetime.datetime,
        client_order_id: str | None = None,
        options: CallOptions | None = None,
    ) -> AuctionSummary:
        """
        Announce an auction.

        Args:
            account: The seller.
            instrument: What is sold.
            quantity: How many units.
            floor: The lowest bid.
            price_mode: What the winners pay.
            opens: From when bids are taken.
            closes: Until when; that instant excluded.
            client_order_id: What the seller calls it; one by chance unless given.
            options: What this call does otherwise.

        Returns:
            The auction.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        request = AuctionRequest(
            account=account,
            client_order_id=self._own_id(client_order_id),
            instrument=instrument,
            quantity=quantity,
            floor=floor,
            price_mode=price_mode,
            opens=opens,
            closes=closes,
        )
        return self._ask(ANNOUNCE_AUCTION, request=request, options=options)

    def bid(
        self,
        auction: str | OrderId,
        *,
        account: str | AccountId,
        price: Price,
        quantity: Exact,
        client_order_id: str | None = None,
        options: CallOptions | None = None,
    ) -> Order:
        """
        Bid in an auction.

        Args:
            auction: The venue's id of the auction.
            account: Who bids.
            price: What it bids for one unit.
            quantity: How many units.
            client_order_id: What the bidder calls it; one by chance unless given.
            options: What this call does otherwise.

        Returns:
            The bid, an order of its own.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        request = BidRequest(
            account=account, client_order_id=self._own_id(client_order_id), price=price, quantity=quantity
        )
        return self._ask(BID, {"auction": auction}, request=request, options=options)

    def close_auction(self, auction: str | OrderId, *, options: CallOptions | None = None) -> AuctionSummary:
        """
        End an auction's bidding and serve the bids.

        Args:
            auction: The venue's id of it.
            options: What this call does otherwise.

        Returns:
            The auction with its result.

        Raises:
            InvalidValueError: If an argument has not the right form.
            ExchangeError: If it is refused, or what became of it is not known; its `outcome` says which.
        """
        return self._ask(CLOSE_AUCTION, {"auction": auction}, options=options)

    def auction(self, auction: str | OrderId, *, options: CallOptions | None = None) -> AuctionSummary:
        """An auction as it stands, with its result."""
        return self._ask(AUCTION, {"auction": auction}, options=options)

    def auctions(
        self, *, limit: int = 100, cursor: str | None = None, options: CallOptions | None = None
    ) -> Pages[AuctionSummary]:
        """Auctions, newest first."""
        return self._list(AUCTIONS, query=ListQuery(limit=limit, cursor=cursor), options=options)

"""Orders, blocks and auctions: what is traded at an exchange; internal."""

# Made from _order_calls.py by scripts/make_async_client.py; change that file and run the script again.

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.client._async_core import AsyncCore
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
    from carbonkit.client.paging import AsyncPages
    from carbonkit.market.negotiation import PriceMode
    from carbonkit.market.order import Order, OrderState, Side
    from carbonkit.market.trade import Trade
    from carbonkit.values.identifier import AccountId, InstrumentId, OrderId
    from carbonkit.values.number import Exact
    from carbonkit.values.price import Price
    from carbonkit.wire.answer import AuctionSummary, BlockSummary, Placed


class AsyncOrderCalls(AsyncCore):
    """What is traded. An order, block, auction or bid that is given no id of its own gets one by chance."""

    async def place_order(
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
        """Enter an order; at a venue of listed agreements a post."""
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
        return await self._place(PLACE_ORDER, {}, request, options)

    async def take_order(
        self,
        order: str | OrderId,
        *,
        account: str | AccountId,
        quantity: Exact,
        client_order_id: str | None = None,
        options: CallOptions | None = None,
    ) -> Placed:
        """Trade against one post of a listed agreement."""
        request = TakeRequest(
            account=account, client_order_id=self._own_id(client_order_id), quantity=quantity
        )
        return await self._place(TAKE_ORDER, {"order": order}, request, options)

    async def cancel_order(self, order: str | OrderId, *, options: CallOptions | None = None) -> Order:
        """Cancel an order, a proposed block or a bid."""
        return await self._ask(CANCEL_ORDER, {"order": order}, options=options)

    async def reduce_order(
        self, order: str | OrderId, *, quantity: Exact, options: CallOptions | None = None
    ) -> Order:
        """Let an order want less; it keeps its place."""
        request = ReduceRequest(quantity=quantity)
        return await self._ask(REDUCE_ORDER, {"order": order}, request=request, options=options)

    async def replace_order(
        self,
        order: str | OrderId,
        *,
        price: Price | None = None,
        quantity: Exact | None = None,
        client_order_id: str | None = None,
        options: CallOptions | None = None,
    ) -> Placed:
        """Put a new order in the place of a resting one."""
        request = ReplaceRequest(
            client_order_id=self._own_id(client_order_id), price=price, quantity=quantity
        )
        return await self._place(REPLACE_ORDER, {"order": order}, request, options)

    async def order(self, order: str | OrderId, *, options: CallOptions | None = None) -> Order:
        """An own order as it stands."""
        return await self._ask(ORDER, {"order": order}, options=options)

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
    ) -> AsyncPages[Order]:
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

    async def propose_block(
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
        """Propose a block."""
        request = BlockRequest(
            account=account,
            client_order_id=self._own_id(client_order_id),
            instrument=instrument,
            side=side,
            price=price,
            quantity=quantity,
            counterparty=counterparty,
        )
        return await self._ask(PROPOSE_BLOCK, request=request, options=options)

    async def counter_block(
        self,
        block: str | OrderId,
        *,
        account: str | AccountId,
        price: Price,
        quantity: Exact,
        options: CallOptions | None = None,
    ) -> BlockSummary:
        """Answer a proposed block with other terms."""
        request = CounterRequest(account=account, price=price, quantity=quantity)
        return await self._ask(COUNTER_BLOCK, {"block": block}, request=request, options=options)

    async def confirm_block(
        self, block: str | OrderId, *, account: str | AccountId, options: CallOptions | None = None
    ) -> Trade:
        """Confirm a proposed block's terms; it trades."""
        request = ConfirmRequest(account=account)
        return await self._ask(CONFIRM_BLOCK, {"block": block}, request=request, options=options)

    def blocks(
        self,
        *,
        account: str | AccountId | None = None,
        limit: int = 100,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPages[BlockSummary]:
        """Blocks that are being negotiated with the key's accounts, newest first."""
        query = AccountQuery(account=account, limit=limit, cursor=cursor)
        return self._list(BLOCKS, query=query, options=options)

    async def announce_auction(
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
        """Announce an auction."""
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
        return await self._ask(ANNOUNCE_AUCTION, request=request, options=options)

    async def bid(
        self,
        auction: str | OrderId,
        *,
        account: str | AccountId,
        price: Price,
        quantity: Exact,
        client_order_id: str | None = None,
        options: CallOptions | None = None,
    ) -> Order:
        """Bid in an auction."""
        request = BidRequest(
            account=account, client_order_id=self._own_id(client_order_id), price=price, quantity=quantity
        )
        return await self._ask(BID, {"auction": auction}, request=request, options=options)

    async def close_auction(
        self, auction: str | OrderId, *, options: CallOptions | None = None
    ) -> AuctionSummary:
        """End an auction's bidding and serve the bids."""
        return await self._ask(CLOSE_AUCTION, {"auction": auction}, options=options)

    async def auction(self, auction: str | OrderId, *, options: CallOptions | None = None) -> AuctionSummary:
        """An auction as it stands, with its result."""
        return await self._ask(AUCTION, {"auction": auction}, options=options)

    def auctions(
        self, *, limit: int = 100, cursor: str | None = None, options: CallOptions | None = None
    ) -> AsyncPages[AuctionSummary]:
        """Auctions, newest first."""
        return self._list(AUCTIONS, query=ListQuery(limit=limit, cursor=cursor), options=options)

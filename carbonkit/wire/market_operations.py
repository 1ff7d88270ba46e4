"""Operations of the market: data, orders, blocks and auctions."""

from __future__ import annotations

from typing import Final

from carbonkit.market.order import Order
from carbonkit.market.series import Candle
from carbonkit.market.trade import Trade
from carbonkit.wire.answer import (
    AuctionSummary,
    BlockSummary,
    Bulletin,
    Depth,
    Placed,
    PublicTrade,
    Quotation,
    ServerTime,
)
from carbonkit.wire.operation import Operation
from carbonkit.wire.query import (
    AccountQuery,
    BulletinQuery,
    CandleQuery,
    DepthQuery,
    ListQuery,
    OrderQuery,
    TradeQuery,
)
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
from carbonkit.wire.scope import Scope

__all__ = [
    "ANNOUNCE_AUCTION",
    "AUCTION",
    "AUCTIONS",
    "BID",
    "BLOCKS",
    "BULLETINS",
    "CANCEL_ORDER",
    "CANDLES",
    "CLOSE_AUCTION",
    "CONFIRM_BLOCK",
    "COUNTER_BLOCK",
    "DEPTH",
    "INSTRUMENT",
    "INSTRUMENTS",
    "ORDER",
    "ORDERS",
    "PLACE_ORDER",
    "PROPOSE_BLOCK",
    "REDUCE_ORDER",
    "REPLACE_ORDER",
    "TAKE_ORDER",
    "TIME",
    "TRADES",
]

_READ, _TRADE, _REGISTRY, _ADMIN = Scope.READ, Scope.TRADE, Scope.REGISTRY, Scope.ADMIN

# ----------------------------------------------------------------- market data


TIME: Final = Operation(
    name="time", method="GET", path="/v1/time", summary="What time it is.", answer=ServerTime, scope=None
)
INSTRUMENTS: Final = Operation(
    name="instruments",
    method="GET",
    path="/v1/instruments",
    summary="What is traded, and where its prices stand.",
    answer=Quotation,
    scope=_READ,
    query=ListQuery,
    paged=True,
)
INSTRUMENT: Final = Operation(
    name="instrument",
    method="GET",
    path="/v1/instruments/{instrument}",
    summary="One instrument, and where its price stands.",
    answer=Quotation,
    scope=_READ,
)
DEPTH: Final = Operation(
    name="depth",
    method="GET",
    path="/v1/instruments/{instrument}/depth",
    summary="The price levels of both sides.",
    answer=Depth,
    scope=_READ,
    query=DepthQuery,
)
TRADES: Final = Operation(
    name="trades",
    method="GET",
    path="/v1/instruments/{instrument}/trades",
    summary="An instrument's trades, newest first.",
    answer=PublicTrade,
    scope=_READ,
    query=TradeQuery,
    paged=True,
)
CANDLES: Final = Operation(
    name="candles",
    method="GET",
    path="/v1/instruments/{instrument}/candles",
    summary="An instrument's trades gathered into candles, oldest first.",
    answer=Candle,
    scope=_READ,
    query=CandleQuery,
    paged=True,
)
BULLETINS: Final = Operation(
    name="bulletins",
    method="GET",
    path="/v1/bulletins",
    summary="The days' published figures, newest first.",
    answer=Bulletin,
    scope=_READ,
    query=BulletinQuery,
    paged=True,
)

# ---------------------------------------------------------------------- orders

PLACE_ORDER: Final = Operation(
    name="place_order",
    method="POST",
    path="/v1/orders",
    summary="Enter an order; at a venue of listed agreements a post.",
    answer=Placed,
    scope=_TRADE,
    body=OrderRequest,
    status=201,
)
TAKE_ORDER: Final = Operation(
    name="take_order",
    method="POST",
    path="/v1/orders/{order}/take",
    summary="Trade against one post of a listed agreement.",
    answer=Placed,
    scope=_TRADE,
    body=TakeRequest,
    status=201,
)
CANCEL_ORDER: Final = Operation(
    name="cancel_order",
    method="POST",
    path="/v1/orders/{order}/cancel",
    summary="Cancel an order, a proposed block or a bid.",
    answer=Order,
    scope=_TRADE,
)
REDUCE_ORDER: Final = Operation(
    name="reduce_order",
    method="POST",
    path="/v1/orders/{order}/reduce",
    summary="Let an order want less; it keeps its place.",
    answer=Order,
    scope=_TRADE,
    body=ReduceRequest,
)
REPLACE_ORDER: Final = Operation(
    name="replace_order",
    method="POST",
    path="/v1/orders/{order}/replace",
    summary="Put a new order in the place of a resting one.",
    answer=Placed,
    scope=_TRADE,
    body=ReplaceRequest,
    status=201,
)
ORDER: Final = Operation(
    name="order",
    method="GET",
    path="/v1/orders/{order}",
    summary="An own order as it stands.",
    answer=Order,
    scope=_READ,
)
ORDERS: Final = Operation(
    name="orders",
    method="GET",
    path="/v1/orders",
    summary="Own orders, newest first.",
    answer=Order,
    scope=_READ,
    query=OrderQuery,
    paged=True,
)

# --------------------------------------------------------- blocks and auctions

PROPOSE_BLOCK: Final = Operation(
    name="propose_block",
    method="POST",
    path="/v1/blocks",
    summary="Propose a block.",
    answer=BlockSummary,
    scope=_TRADE,
    body=BlockRequest,
    status=201,
)
COUNTER_BLOCK: Final = Operation(
    name="counter_block",
    method="POST",
    path="/v1/blocks/{block}/counter",
    summary="Answer a proposed block with other terms.",
    answer=BlockSummary,
    scope=_TRADE,
    body=CounterRequest,
)
CONFIRM_BLOCK: Final = Operation(
    name="confirm_block",
    method="POST",
    path="/v1/blocks/{block}/confirm",
    summary="Confirm a proposed block's terms; it trades.",
    answer=Trade,
    scope=_TRADE,
    body=ConfirmRequest,
)
BLOCKS: Final = Operation(
    name="blocks",
    method="GET",
    path="/v1/blocks",
    summary="Blocks that are being negotiated with the key's accounts, newest first.",
    answer=BlockSummary,
    scope=_READ,
    query=AccountQuery,
    paged=True,
)
ANNOUNCE_AUCTION: Final = Operation(
    name="announce_auction",
    method="POST",
    path="/v1/auctions",
    summary="Announce an auction.",
    answer=AuctionSummary,
    scope=_ADMIN,
    body=AuctionRequest,
    status=201,
)
BID: Final = Operation(
    name="bid",
    method="POST",
    path="/v1/auctions/{auction}/bids",
    summary="Bid in an auction.",
    answer=Order,
    scope=_TRADE,
    body=BidRequest,
    status=201,
)
CLOSE_AUCTION: Final = Operation(
    name="close_auction",
    method="POST",
    path="/v1/auctions/{auction}/close",
    summary="End an auction's bidding and serve the bids.",
    answer=AuctionSummary,
    scope=_ADMIN,
)
AUCTION: Final = Operation(
    name="auction",
    method="GET",
    path="/v1/auctions/{auction}",
    summary="An auction as it stands, with its result.",
    answer=AuctionSummary,
    scope=_READ,
)
AUCTIONS: Final = Operation(
    name="auctions",
    method="GET",
    path="/v1/auctions",
    summary="Auctions, newest first.",
    answer=AuctionSummary,
    scope=_READ,
    query=ListQuery,
    paged=True,
)

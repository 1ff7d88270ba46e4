"""The table of all operations: routes, client and OpenAPI document are made from it."""

from __future__ import annotations

from typing import Any, Final

from carbonkit.market.order import Order
from carbonkit.market.series import Candle
from carbonkit.market.trade import Trade
from carbonkit.wire.answer import (
    AccountSummary,
    AuctionSummary,
    BlockSummary,
    Bulletin,
    Depth,
    Done,
    KeySummary,
    NewKey,
    Placed,
    PublicTrade,
    Quotation,
    ServerTime,
    StatementLine,
    TransactionSummary,
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
    AdmissionRequest,
    AuctionRequest,
    BidRequest,
    BlockRequest,
    CashRequest,
    ConfirmRequest,
    CounterRequest,
    DayRequest,
    HaltRequest,
    KeyRequest,
    OrderRequest,
    ReduceRequest,
    ReplaceRequest,
    ResumeRequest,
    SurrenderRequest,
    TakeRequest,
    TransactionRequest,
)
from carbonkit.wire.scope import Scope

__all__ = [
    "ACCOUNT",
    "ADMIT",
    "ANNOUNCE_AUCTION",
    "APPROVE_TRANSACTION",
    "AUCTION",
    "AUCTIONS",
    "BID",
    "BLOCKS",
    "BULLETINS",
    "CANCEL_ORDER",
    "CANCEL_TRANSACTION",
    "CANDLES",
    "CLOSE_AUCTION",
    "CLOSE_DAY",
    "COMPLETE_TRANSACTION",
    "CONFIRM_BLOCK",
    "COUNTER_BLOCK",
    "DEPTH",
    "HALT",
    "INSTRUMENT",
    "INSTRUMENTS",
    "KEYS",
    "MAKE_KEY",
    "OPEN_DAY",
    "OPERATIONS",
    "ORDER",
    "ORDERS",
    "OWN_TRADES",
    "PAY_IN",
    "PAY_OUT",
    "PLACE_ORDER",
    "PROPOSE_BLOCK",
    "PROPOSE_SURRENDER",
    "PROPOSE_TRANSACTION",
    "REDUCE_ORDER",
    "REJECT_TRANSACTION",
    "REPLACE_ORDER",
    "RESUME",
    "REVOKE_KEY",
    "STATEMENT",
    "TAKE_ORDER",
    "TIME",
    "TRADES",
    "TRANSACTION",
    "TRANSACTIONS",
]

_READ, _TRADE, _REGISTRY, _ADMIN = Scope.READ, Scope.TRADE, Scope.REGISTRY, Scope.ADMIN

# ---------------------------------------------------------------- market data

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

# ------------------------------------------------------------------- accounts

ACCOUNT: Final = Operation(
    name="account",
    method="GET",
    path="/v1/accounts/{account}",
    summary="Where an account stands at the venue and in the ledger.",
    answer=AccountSummary,
    scope=_READ,
)
STATEMENT: Final = Operation(
    name="statement",
    method="GET",
    path="/v1/accounts/{account}/statement",
    summary="What moved in an account, newest first.",
    answer=StatementLine,
    scope=_READ,
    query=ListQuery,
    paged=True,
)
OWN_TRADES: Final = Operation(
    name="own_trades",
    method="GET",
    path="/v1/trades",
    summary="Own trades, newest first.",
    answer=Trade,
    scope=_READ,
    query=AccountQuery,
    paged=True,
)

# --------------------------------------------------------------------- orders

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

# ------------------------------------------------------------------- registry

PROPOSE_TRANSACTION: Final = Operation(
    name="propose_transaction",
    method="POST",
    path="/v1/transactions",
    summary="Propose a registry transaction, such as a transfer; another person approves it.",
    answer=TransactionSummary,
    scope=_REGISTRY,
    body=TransactionRequest,
    status=201,
)
PROPOSE_SURRENDER: Final = Operation(
    name="propose_surrender",
    method="POST",
    path="/v1/surrenders",
    summary="Propose to give up units against a year's emissions; another person approves it.",
    answer=TransactionSummary,
    scope=_REGISTRY,
    body=SurrenderRequest,
    status=201,
)
APPROVE_TRANSACTION: Final = Operation(
    name="approve_transaction",
    method="POST",
    path="/v1/transactions/{transaction}/approve",
    summary="Approve what another person proposed.",
    answer=TransactionSummary,
    scope=_REGISTRY,
)
REJECT_TRANSACTION: Final = Operation(
    name="reject_transaction",
    method="POST",
    path="/v1/transactions/{transaction}/reject",
    summary="Reject what another person proposed.",
    answer=TransactionSummary,
    scope=_REGISTRY,
)
CANCEL_TRANSACTION: Final = Operation(
    name="cancel_transaction",
    method="POST",
    path="/v1/transactions/{transaction}/cancel",
    summary="Cancel what was proposed and is not carried out yet.",
    answer=TransactionSummary,
    scope=_REGISTRY,
)
COMPLETE_TRANSACTION: Final = Operation(
    name="complete_transaction",
    method="POST",
    path="/v1/transactions/{transaction}/complete",
    summary="Carry out what was approved, when its delay is over.",
    answer=TransactionSummary,
    scope=_REGISTRY,
)
TRANSACTION: Final = Operation(
    name="transaction",
    method="GET",
    path="/v1/transactions/{transaction}",
    summary="A registry transaction as it stands.",
    answer=TransactionSummary,
    scope=_READ,
)
TRANSACTIONS: Final = Operation(
    name="transactions",
    method="GET",
    path="/v1/transactions",
    summary="Registry transactions of the key's accounts, newest first.",
    answer=TransactionSummary,
    scope=_READ,
    query=AccountQuery,
    paged=True,
)

# -------------------------------------------------------------- administration

ADMIT: Final = Operation(
    name="admit",
    method="POST",
    path="/v1/admin/participants",
    summary="Open an account in the registry and admit it to trading.",
    answer=AccountSummary,
    scope=_ADMIN,
    body=AdmissionRequest,
    status=201,
)
PAY_IN: Final = Operation(
    name="pay_in",
    method="POST",
    path="/v1/admin/deposits",
    summary="Record money that a participant paid in.",
    answer=AccountSummary,
    scope=_ADMIN,
    body=CashRequest,
)
PAY_OUT: Final = Operation(
    name="pay_out",
    method="POST",
    path="/v1/admin/withdrawals",
    summary="Record money that a participant takes out.",
    answer=AccountSummary,
    scope=_ADMIN,
    body=CashRequest,
)
OPEN_DAY: Final = Operation(
    name="open_day",
    method="POST",
    path="/v1/admin/day/open",
    summary="Open a trading day.",
    answer=Done,
    scope=_ADMIN,
    body=DayRequest,
)
CLOSE_DAY: Final = Operation(
    name="close_day",
    method="POST",
    path="/v1/admin/day/close",
    summary="Close the trading day, and publish its figures.",
    answer=Done,
    scope=_ADMIN,
)
HALT: Final = Operation(
    name="halt",
    method="POST",
    path="/v1/admin/halt",
    summary="Suspend trading.",
    answer=Done,
    scope=_ADMIN,
    body=HaltRequest,
)
RESUME: Final = Operation(
    name="resume",
    method="POST",
    path="/v1/admin/resume",
    summary="Go on with trading.",
    answer=Done,
    scope=_ADMIN,
    body=ResumeRequest,
)
MAKE_KEY: Final = Operation(
    name="make_key",
    method="POST",
    path="/v1/admin/keys",
    summary="Make an API key; its secret is shown this once.",
    answer=NewKey,
    scope=_ADMIN,
    body=KeyRequest,
    status=201,
)
REVOKE_KEY: Final = Operation(
    name="revoke_key",
    method="POST",
    path="/v1/admin/keys/{key}/revoke",
    summary="Take an API key out of use.",
    answer=KeySummary,
    scope=_ADMIN,
)
KEYS: Final = Operation(
    name="keys",
    method="GET",
    path="/v1/admin/keys",
    summary="The API keys, without their secrets, newest first.",
    answer=KeySummary,
    scope=_ADMIN,
    query=ListQuery,
    paged=True,
)

OPERATIONS: Final[tuple[Operation[Any], ...]] = (
    TIME,
    INSTRUMENTS,
    INSTRUMENT,
    DEPTH,
    TRADES,
    CANDLES,
    BULLETINS,
    ACCOUNT,
    STATEMENT,
    OWN_TRADES,
    PLACE_ORDER,
    TAKE_ORDER,
    CANCEL_ORDER,
    REDUCE_ORDER,
    REPLACE_ORDER,
    ORDER,
    ORDERS,
    PROPOSE_BLOCK,
    COUNTER_BLOCK,
    CONFIRM_BLOCK,
    BLOCKS,
    ANNOUNCE_AUCTION,
    BID,
    CLOSE_AUCTION,
    AUCTION,
    AUCTIONS,
    PROPOSE_TRANSACTION,
    PROPOSE_SURRENDER,
    APPROVE_TRANSACTION,
    REJECT_TRANSACTION,
    CANCEL_TRANSACTION,
    COMPLETE_TRANSACTION,
    TRANSACTION,
    TRANSACTIONS,
    ADMIT,
    PAY_IN,
    PAY_OUT,
    OPEN_DAY,
    CLOSE_DAY,
    HALT,
    RESUME,
    MAKE_KEY,
    REVOKE_KEY,
    KEYS,
)
"""Every operation, in the order in which the documentation lists them."""

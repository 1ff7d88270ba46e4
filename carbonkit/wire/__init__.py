"""
What an exchange and its clients say to each other over HTTP.

    operations   the table of everything that may be asked
    request      what it is asked with
    query        what narrows a list down
    answer       what the exchange says
    feed         what it tells as it happens
    codec        how all of it becomes JSON and comes back, strictly
    query_text   how queries become query strings and come back, strictly
    problem      how a refusal is told (RFC 9457)

It opens no connection: `carbonkit.client` and `carbonkit.exchange` do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.wire.answer import (
        AccountSummary,
        AuctionStage,
        AuctionSummary,
        BlockSummary,
        Bulletin,
        Depth,
        Done,
        HoldingLine,
        KeySummary,
        MethodLimits,
        NewKey,
        Placed,
        PublicTrade,
        Quotation,
        ServerTime,
        StatementLine,
        TransactionStage,
        TransactionSummary,
    )
    from carbonkit.wire.codec import decoded, encoded
    from carbonkit.wire.feed import EVENTS, STREAM_PATH, BookChange, Channel, Reset, StreamQuery
    from carbonkit.wire.json_text import Json, read_json, write_json
    from carbonkit.wire.operation import Operation
    from carbonkit.wire.operations import (
        ACCOUNT,
        ADMIT,
        ANNOUNCE_AUCTION,
        APPROVE_TRANSACTION,
        AUCTION,
        AUCTIONS,
        BID,
        BLOCKS,
        BULLETINS,
        CANCEL_ORDER,
        CANCEL_TRANSACTION,
        CANDLES,
        CLOSE_AUCTION,
        CLOSE_DAY,
        COMPLETE_TRANSACTION,
        CONFIRM_BLOCK,
        COUNTER_BLOCK,
        DEPTH,
        HALT,
        INSTRUMENT,
        INSTRUMENTS,
        KEYS,
        MAKE_KEY,
        OPEN_DAY,
        OPERATIONS,
        ORDER,
        ORDERS,
        OWN_TRADES,
        PAY_IN,
        PAY_OUT,
        PLACE_ORDER,
        PROPOSE_BLOCK,
        PROPOSE_SURRENDER,
        PROPOSE_TRANSACTION,
        REDUCE_ORDER,
        REJECT_TRANSACTION,
        REPLACE_ORDER,
        RESUME,
        REVOKE_KEY,
        STATEMENT,
        TAKE_ORDER,
        TIME,
        TRADES,
        TRANSACTION,
        TRANSACTIONS,
    )
    from carbonkit.wire.page import Page, page_of, page_read, page_written
    from carbonkit.wire.problem import FieldProblem, HttpProblem, field_problems
    from carbonkit.wire.query import (
        AccountQuery,
        BulletinQuery,
        CandleQuery,
        DepthQuery,
        ListQuery,
        OrderQuery,
        TradeQuery,
    )
    from carbonkit.wire.query_text import read_query, write_query
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
        Person,
        ReduceRequest,
        ReplaceRequest,
        ResumeRequest,
        SurrenderRequest,
        TakeRequest,
        TransactionRequest,
    )
    from carbonkit.wire.scalar import Unknown
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
    "EVENTS",
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
    "STREAM_PATH",
    "TAKE_ORDER",
    "TIME",
    "TRADES",
    "TRANSACTION",
    "TRANSACTIONS",
    "AccountQuery",
    "AccountSummary",
    "AdmissionRequest",
    "AuctionRequest",
    "AuctionStage",
    "AuctionSummary",
    "BidRequest",
    "BlockRequest",
    "BlockSummary",
    "BookChange",
    "Bulletin",
    "BulletinQuery",
    "CandleQuery",
    "CashRequest",
    "Channel",
    "ConfirmRequest",
    "CounterRequest",
    "DayRequest",
    "Depth",
    "DepthQuery",
    "Done",
    "FieldProblem",
    "HaltRequest",
    "HoldingLine",
    "HttpProblem",
    "Json",
    "KeyRequest",
    "KeySummary",
    "ListQuery",
    "MethodLimits",
    "NewKey",
    "Operation",
    "OrderQuery",
    "OrderRequest",
    "Page",
    "Person",
    "Placed",
    "PublicTrade",
    "Quotation",
    "ReduceRequest",
    "ReplaceRequest",
    "Reset",
    "ResumeRequest",
    "Scope",
    "ServerTime",
    "StatementLine",
    "StreamQuery",
    "SurrenderRequest",
    "TakeRequest",
    "TradeQuery",
    "TransactionRequest",
    "TransactionStage",
    "TransactionSummary",
    "Unknown",
    "decoded",
    "encoded",
    "field_problems",
    "page_of",
    "page_read",
    "page_written",
    "read_json",
    "read_query",
    "write_json",
    "write_query",
]

_HOMES: Final = {
    "answer": (
        "AccountSummary AuctionStage AuctionSummary BlockSummary Bulletin Depth Done HoldingLine KeySummary "
        "MethodLimits NewKey Placed PublicTrade Quotation ServerTime StatementLine TransactionStage "
        "TransactionSummary"
    ),
    "codec": "decoded encoded",
    "feed": "EVENTS STREAM_PATH BookChange Channel Reset StreamQuery",
    "json_text": "Json read_json write_json",
    "operation": "Operation",
    "operations": (
        "ACCOUNT ADMIT ANNOUNCE_AUCTION APPROVE_TRANSACTION AUCTION AUCTIONS BID BLOCKS BULLETINS "
        "CANCEL_ORDER CANCEL_TRANSACTION CANDLES CLOSE_AUCTION CLOSE_DAY COMPLETE_TRANSACTION CONFIRM_BLOCK "
        "COUNTER_BLOCK DEPTH HALT INSTRUMENT INSTRUMENTS KEYS MAKE_KEY OPEN_DAY OPERATIONS ORDER ORDERS "
        "OWN_TRADES PAY_IN PAY_OUT PLACE_ORDER PROPOSE_BLOCK PROPOSE_SURRENDER PROPOSE_TRANSACTION "
        "REDUCE_ORDER REJECT_TRANSACTION REPLACE_ORDER RESUME REVOKE_KEY STATEMENT TAKE_ORDER TIME TRADES "
        "TRANSACTION TRANSACTIONS"
    ),
    "page": "Page page_of page_read page_written",
    "problem": "FieldProblem HttpProblem field_problems",
    "query": "AccountQuery BulletinQuery CandleQuery DepthQuery ListQuery OrderQuery TradeQuery",
    "query_text": "read_query write_query",
    "request": (
        "AdmissionRequest AuctionRequest BidRequest BlockRequest CashRequest ConfirmRequest CounterRequest "
        "DayRequest HaltRequest KeyRequest OrderRequest Person ReduceRequest ReplaceRequest ResumeRequest "
        "SurrenderRequest TakeRequest TransactionRequest"
    ),
    "scalar": "Unknown",
    "scope": "Scope",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)

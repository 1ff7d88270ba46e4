"""
The market: what is traded, by which rules, at which price, and who then owes what.

    venue           the engine: told commands, answers with events
    rulebook        a venue's rules as data
    administration  who takes part, days, halts
    entry           new order, take, cancel, reduce, replace
    negotiation     blocks, auctions, calls
    event           what a venue says
    refusal         why it refuses: the reason codes
    log             the event log, replay and the state's hash
    tape            a day's commands as a table
    order           sides, kinds and states of orders
    instrument      what is traded, in ticks and lots
    contract        spot, credit, forward, future, option
    calendar        on which days a venue opens
    session         trading hours
    limit           price band and size of one order
    position_limit  how much one participant may hold
    book            the order book in whole numbers
    cross           call auctions
    auction         sealed bids at one price
    auction_rules   how one scheme's auctions are run
    rollover        what an auction did not sell
    trade           what was dealt, and how
    statistics      the day bulletin
    composite       one price for several vintages
    series          candles, running totals, an index
    record          an exchange's daily figures against its rules
    chart           depth and candles as pictures
    clearing        who owes whom what, trade by trade
    netting         many obligations become few
    settlement      delivery against payment, in the ledger
    reconciliation  three books at the end of a day
    counterparty    the clearing house: margin, delivery, default
    loss            who bears what a failed member cannot pay
    fix             the names of the FIX protocol
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.market.administration import (
        Admit,
        CloseDay,
        Deposit,
        Halt,
        ListInstrument,
        OpenDay,
        Release,
        Restrict,
        Resume,
        Warn,
        Withdraw,
    )
    from carbonkit.market.auction import AuctionBid, AuctionResult, Award, SupplyStep, run_auction
    from carbonkit.market.auction_rules import AuctionRules, BelowFloor, Undersubscribed
    from carbonkit.market.book import Allocation, OrderBook, SelfTrade
    from carbonkit.market.calendar import TradingCalendar
    from carbonkit.market.chart import candle_chart, depth_chart
    from carbonkit.market.clearing import Obligation, obligations
    from carbonkit.market.command import Command
    from carbonkit.market.composite import CompositeKind, CompositePrice, CompositeRules
    from carbonkit.market.contract import Credit, Delivery, Forward, Future, Option, Right, Spot, Terms
    from carbonkit.market.counterparty import (
        CentralCounterparty,
        MarginCall,
        VariationMargin,
        final_settlement_price,
    )
    from carbonkit.market.cross import CallOrder, Cross, cross
    from carbonkit.market.entry import Cancel, NewOrder, Reduce, Replace, Take
    from carbonkit.market.event import Accepted, DayClosed, Event, LargeHolding, OrderEnded, Rejected, Traded
    from carbonkit.market.instrument import Instrument
    from carbonkit.market.level import Level
    from carbonkit.market.limit import PriceBand, PriceLimits, SizeLimit
    from carbonkit.market.log import EventLog, replay, state_hash
    from carbonkit.market.loss import Layer, Loss, waterfall
    from carbonkit.market.negotiation import (
        AnnounceAuction,
        Bid,
        CloseAuction,
        Confirm,
        Counter,
        PriceMode,
        Propose,
        Uncross,
    )
    from carbonkit.market.netting import NetObligation, net
    from carbonkit.market.opening import open_venue
    from carbonkit.market.order import Order, OrderState, OrderType, Side, TimeInForce
    from carbonkit.market.participant import Participant, read_participants
    from carbonkit.market.position import Position
    from carbonkit.market.position_limit import ParticipantKind, PositionLimit
    from carbonkit.market.reconciliation import SettlementBreak, books_of, reconcile_day
    from carbonkit.market.record import DailyRecord, Difference, check_records, read_daily_records
    from carbonkit.market.refusal import Refusal
    from carbonkit.market.rollover import RollOver, roll_over
    from carbonkit.market.rulebook import (
        AuctionFloor,
        Available,
        ClosingPrice,
        Funding,
        MethodRules,
        OpeningPrice,
        Pricing,
        Rulebook,
        VenueRules,
    )
    from carbonkit.market.sealed_bid import Tie, draw
    from carbonkit.market.series import Candle, RunningTotal, candles, index, mean_price, running_totals
    from carbonkit.market.session import TradingHours
    from carbonkit.market.settlement import Settlement, release, settle
    from carbonkit.market.statistics import DayBulletin, MethodTotals, bulletin, closing_price
    from carbonkit.market.tape import Tape, TapeEntry, read_tape, run_tape
    from carbonkit.market.trade import Method, Trade
    from carbonkit.market.venue import Venue

__all__ = [
    "Accepted",
    "Admit",
    "Allocation",
    "AnnounceAuction",
    "AuctionBid",
    "AuctionFloor",
    "AuctionResult",
    "AuctionRules",
    "Available",
    "Award",
    "BelowFloor",
    "Bid",
    "CallOrder",
    "Cancel",
    "Candle",
    "CentralCounterparty",
    "CloseAuction",
    "CloseDay",
    "ClosingPrice",
    "Command",
    "CompositeKind",
    "CompositePrice",
    "CompositeRules",
    "Confirm",
    "Counter",
    "Credit",
    "Cross",
    "DailyRecord",
    "DayBulletin",
    "DayClosed",
    "Delivery",
    "Deposit",
    "Difference",
    "Event",
    "EventLog",
    "Forward",
    "Funding",
    "Future",
    "Halt",
    "Instrument",
    "LargeHolding",
    "Layer",
    "Level",
    "ListInstrument",
    "Loss",
    "MarginCall",
    "Method",
    "MethodRules",
    "MethodTotals",
    "NetObligation",
    "NewOrder",
    "Obligation",
    "OpenDay",
    "OpeningPrice",
    "Option",
    "Order",
    "OrderBook",
    "OrderEnded",
    "OrderState",
    "OrderType",
    "Participant",
    "ParticipantKind",
    "Position",
    "PositionLimit",
    "PriceBand",
    "PriceLimits",
    "PriceMode",
    "Pricing",
    "Propose",
    "Reduce",
    "Refusal",
    "Rejected",
    "Release",
    "Replace",
    "Restrict",
    "Resume",
    "Right",
    "RollOver",
    "Rulebook",
    "RunningTotal",
    "SelfTrade",
    "Settlement",
    "SettlementBreak",
    "Side",
    "SizeLimit",
    "Spot",
    "SupplyStep",
    "Take",
    "Tape",
    "TapeEntry",
    "Terms",
    "Tie",
    "TimeInForce",
    "Trade",
    "Traded",
    "TradingCalendar",
    "TradingHours",
    "Uncross",
    "Undersubscribed",
    "VariationMargin",
    "Venue",
    "VenueRules",
    "Warn",
    "Withdraw",
    "books_of",
    "bulletin",
    "candle_chart",
    "candles",
    "check_records",
    "closing_price",
    "cross",
    "depth_chart",
    "draw",
    "final_settlement_price",
    "index",
    "mean_price",
    "net",
    "obligations",
    "open_venue",
    "read_daily_records",
    "read_participants",
    "read_tape",
    "reconcile_day",
    "release",
    "replay",
    "roll_over",
    "run_auction",
    "run_tape",
    "running_totals",
    "settle",
    "state_hash",
    "waterfall",
]

_HOMES: Final = {
    "administration": (
        "Admit CloseDay Deposit Halt ListInstrument OpenDay Release Restrict Resume Warn Withdraw"
    ),
    "auction": "AuctionBid AuctionResult Award SupplyStep run_auction",
    "auction_rules": "AuctionRules BelowFloor Undersubscribed",
    "book": "Allocation OrderBook SelfTrade",
    "calendar": "TradingCalendar",
    "chart": "candle_chart depth_chart",
    "clearing": "Obligation obligations",
    "command": "Command",
    "composite": "CompositeKind CompositePrice CompositeRules",
    "contract": "Credit Delivery Forward Future Option Right Spot Terms",
    "counterparty": "CentralCounterparty MarginCall VariationMargin final_settlement_price",
    "cross": "CallOrder Cross cross",
    "entry": "Cancel NewOrder Reduce Replace Take",
    "event": "Accepted DayClosed Event LargeHolding OrderEnded Rejected Traded",
    "instrument": "Instrument",
    "level": "Level",
    "limit": "PriceBand PriceLimits SizeLimit",
    "log": "EventLog replay state_hash",
    "loss": "Layer Loss waterfall",
    "negotiation": "AnnounceAuction Bid CloseAuction Confirm Counter PriceMode Propose Uncross",
    "netting": "NetObligation net",
    "opening": "open_venue",
    "order": "Order OrderState OrderType Side TimeInForce",
    "participant": "Participant read_participants",
    "position": "Position",
    "position_limit": "ParticipantKind PositionLimit",
    "reconciliation": "SettlementBreak books_of reconcile_day",
    "record": "DailyRecord Difference check_records read_daily_records",
    "refusal": "Refusal",
    "rollover": "RollOver roll_over",
    "rulebook": (
        "AuctionFloor Available ClosingPrice Funding MethodRules OpeningPrice Pricing Rulebook VenueRules"
    ),
    "sealed_bid": "Tie draw",
    "series": "Candle RunningTotal candles index mean_price running_totals",
    "session": "TradingHours",
    "settlement": "Settlement release settle",
    "statistics": "DayBulletin MethodTotals bulletin closing_price",
    "tape": "Tape TapeEntry read_tape run_tape",
    "trade": "Method Trade",
    "venue": "Venue",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)

"""
The market: what is traded, by which rules, at which price, and who then owes what.

    venue        the engine: told commands, answers with events      rulebook     a venue's rules as data
    entry        new order, take, cancel, reduce, replace            negotiation  blocks, auctions, calls
    administration  who takes part, days, halts                      event        what a venue says
    order        sides, kinds and states of orders                   refusal      the reason codes
    instrument   what is traded, in ticks and lots                   trade        what was dealt, and how
    calendar     on which days a venue opens                         session      trading hours
    limit        price band and size of one order                    holding      holding limits
    book         the order book in whole numbers                     cross        call auctions
    auction      sealed bids at one price                            rollover     what was not sold
    log          the event log, replay and the state's hash          tape         a day's commands as a table
    statistics   the day bulletin                                    clearing     who owes whom what
    settlement   delivery against payment, in the ledger
"""

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
from carbonkit.market.auction import (
    AuctionBid,
    AuctionResult,
    AuctionRules,
    Award,
    BelowFloor,
    SupplyStep,
    Undersubscribed,
    run_auction,
)
from carbonkit.market.book import Allocation, OrderBook, SelfTrade
from carbonkit.market.calendar import TradingCalendar
from carbonkit.market.clearing import Obligation, obligations
from carbonkit.market.command import Command
from carbonkit.market.cross import CallOrder, Cross, cross
from carbonkit.market.entry import Cancel, NewOrder, Reduce, Replace, Take
from carbonkit.market.event import Accepted, DayClosed, Event, LargeHolding, OrderEnded, Rejected, Traded
from carbonkit.market.holding import HoldingLimit, ParticipantKind
from carbonkit.market.instrument import Instrument
from carbonkit.market.level import Level
from carbonkit.market.limit import PriceBand, PriceLimits, SizeLimit
from carbonkit.market.log import EventLog, replay, state_hash
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
from carbonkit.market.opening import open_venue
from carbonkit.market.order import Order, OrderState, OrderType, Side, TimeInForce
from carbonkit.market.participant import Participant, read_participants
from carbonkit.market.position import Position
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
    "CloseAuction",
    "CloseDay",
    "ClosingPrice",
    "Command",
    "Confirm",
    "Counter",
    "Cross",
    "DayBulletin",
    "DayClosed",
    "Deposit",
    "Event",
    "EventLog",
    "Funding",
    "Halt",
    "HoldingLimit",
    "Instrument",
    "LargeHolding",
    "Level",
    "ListInstrument",
    "Method",
    "MethodRules",
    "MethodTotals",
    "NewOrder",
    "Obligation",
    "OpenDay",
    "OpeningPrice",
    "Order",
    "OrderBook",
    "OrderEnded",
    "OrderState",
    "OrderType",
    "Participant",
    "ParticipantKind",
    "Position",
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
    "RollOver",
    "Rulebook",
    "SelfTrade",
    "Settlement",
    "Side",
    "SizeLimit",
    "SupplyStep",
    "Take",
    "Tape",
    "TapeEntry",
    "Tie",
    "TimeInForce",
    "Trade",
    "Traded",
    "TradingCalendar",
    "TradingHours",
    "Uncross",
    "Undersubscribed",
    "Venue",
    "VenueRules",
    "Warn",
    "Withdraw",
    "bulletin",
    "closing_price",
    "cross",
    "draw",
    "obligations",
    "open_venue",
    "read_participants",
    "read_tape",
    "release",
    "replay",
    "roll_over",
    "run_auction",
    "run_tape",
    "settle",
    "state_hash",
]

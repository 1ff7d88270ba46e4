"""
The market: what is traded, by which rules, at which price, and who then owes what.

    instrument  what is traded, in ticks and lots     session     trading hours
    rulebook    all rules of listed agreements        limit       price band and size of one order
                                                      refusal     the reason codes of a refusal
    order       post, take, cancel; order states      book        posts by price level
    position    what each participant may use         listed      the session of listed agreements
    tape        a day's commands as a table           trade       what was dealt
    statistics  the day bulletin                      clearing    gross obligations, trade by trade
    settlement  delivery against payment, in the ledger
"""

from carbonkit.market.book import Level
from carbonkit.market.clearing import Obligation, obligations
from carbonkit.market.instrument import Instrument
from carbonkit.market.limit import PriceBand, PriceLimits, SizeLimit
from carbonkit.market.listed import Accepted, ListedSession
from carbonkit.market.order import Cancel, Command, Order, OrderState, Post, Side, Take
from carbonkit.market.position import Participant, ParticipantKind, Position, read_participants
from carbonkit.market.refusal import Refusal
from carbonkit.market.rulebook import Available, ClosingPrice, ListedRules, OpeningPrice
from carbonkit.market.session import TradingHours
from carbonkit.market.settlement import Settlement, release, settle
from carbonkit.market.statistics import DayBulletin, bulletin
from carbonkit.market.tape import Tape, TapeEntry, read_tape, run_tape
from carbonkit.market.trade import Trade

__all__ = [
    "Accepted",
    "Available",
    "Cancel",
    "ClosingPrice",
    "Command",
    "DayBulletin",
    "Instrument",
    "Level",
    "ListedRules",
    "ListedSession",
    "Obligation",
    "OpeningPrice",
    "Order",
    "OrderState",
    "Participant",
    "ParticipantKind",
    "Position",
    "Post",
    "PriceBand",
    "PriceLimits",
    "Refusal",
    "Settlement",
    "Side",
    "SizeLimit",
    "Take",
    "Tape",
    "TapeEntry",
    "Trade",
    "TradingHours",
    "bulletin",
    "obligations",
    "read_participants",
    "read_tape",
    "release",
    "run_tape",
    "settle",
]

"""Snapshots: a venue's whole state as canonical JSON, and the state made from it again."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any, Final

from carbonkit.errors import CarbonkitError, IntegrityError
from carbonkit.market.codec import terms_of, written
from carbonkit.market.day import prepare
from carbonkit.market.instrument import Instrument
from carbonkit.market.listing import Listing
from carbonkit.market.live import Auction, Live, Proposal
from carbonkit.market.member import Member
from carbonkit.market.negotiation import PriceMode
from carbonkit.market.order import OrderState, Side, TimeInForce
from carbonkit.market.position_limit import ParticipantKind
from carbonkit.market.state import State
from carbonkit.market.trade import Method
from carbonkit.values.identifier import AccountId, OrderId
from carbonkit.values.number import plain

if TYPE_CHECKING:
    from carbonkit.market.rulebook import Rulebook

__all__ = ["restored", "taken"]

_FORMAT: Final = 1
_FLAGS: Final = frozenset({"calling", "opened", "sell", "shown"})  # the only fields that are true or false


def taken(state: State) -> str:
    """
    Write a state as canonical JSON.

    Args:
        state: The state.

    Returns:
        The text; nothing that can be worked out again stands in it.
    """
    facts = {
        "format": _FORMAT,
        "rules": None if state.rules is None else state.rules.digest(),
        "day": None if state.day is None else state.day.isoformat(),
        "opened": state.opened,
        "halted": state.halted,
        "last_at": state.last_at.isoformat(),
        "sequence": state.sequence,
        "next_number": state.next_number,
        "members": [_member(member) for member in state.members.values()],
        "listings": [_listing(listing) for listing in state.listings.values()],
        "orders": [_order(live) for live in state.orders.values()],
        "proposals": {
            name: None if each.counterparty is None else each.counterparty.account.text
            for name, each in state.proposals.items()
        },
        "auctions": {name: _auction(each) for name, each in state.auctions.items()},
    }
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _member(member: Member) -> dict[str, object]:
    purses = {name: (each.cash, each.committed, each.proceeds) for name, each in member.purses.items()}
    stocks = {
        name: (each.sellable, each.offered, each.bought, each.wanted) for name, each in member.stocks.items()
    }
    return {
        "account": member.account.text,
        "kind": member.kind.value,
        "allocation": member.allocation,
        "barred": sorted(side.value for side in member.barred),
        "purses": {name: each for name, each in purses.items() if any(each)},
        "stocks": {name: each for name, each in stocks.items() if any(each)},
    }


def _listing(listing: Listing) -> dict[str, object]:
    instrument = listing.instrument
    return {
        "instrument": {
            "id": instrument.id.text,
            "asset": instrument.asset.text,
            "currency": instrument.currency,
            "unit": instrument.unit,
            "tick": plain(instrument.tick),
            "lot": instrument.lot,
            "terms": written(instrument.terms),
        },
        "previous_close": plain(listing.previous_close.amount),
        "last": listing.last,
        "halted": listing.halted,
        "calling": listing.calling,
        "prints": [(method.value, ticks, lots) for method, ticks, lots in listing.prints],
        "book": [[order.order_id for order in listing.book.orders(sell=sell)] for sell in (False, True)],
    }


def _order(live: Live) -> dict[str, object]:
    return {
        "id": live.order_id.text,
        "number": live.number,
        "account": live.member.account.text,
        "instrument": live.listing.instrument.id.text,
        "sell": live.sell,
        "limit": live.limit,
        "lots": live.lots,
        "left": live.left,
        "filled": live.filled,
        "tif": live.tif.value,
        "until": None if live.until is None else live.until.isoformat(),
        "at": live.at.isoformat(),
        "shown": live.shown,
        "state": live.state.value,
    }


def _auction(auction: Auction) -> dict[str, object]:
    return {
        "floor": auction.floor,
        "price_mode": auction.price_mode.value,
        "opens": auction.opens.isoformat(),
        "closes": auction.closes.isoformat(),
        "bids": list(auction.bids),
    }


def restored(text: str, rulebook: Rulebook) -> State:
    """
    Make a state from a snapshot.

    Args:
        text: What `taken` wrote.
        rulebook: The rules that the venue went by.

    Returns:
        The state.

    Raises:
        IntegrityError: If the text is no snapshot, or other rules made it.
    """
    try:
        facts = json.loads(text, parse_float=_no_float, object_pairs_hook=_strict)
        state = _restored(facts, rulebook)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        reason = error.problem.must if isinstance(error, CarbonkitError) else str(error)
        raise IntegrityError("be a snapshot of a venue", was=reason[:200], field="snapshot") from None
    if taken(state) != text:
        raise IntegrityError("be a snapshot of a venue", was="something else", field="snapshot")
    return state


def _no_float(text: str) -> object:
    raise ValueError(text)


def _strict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Take an object's fields; nothing but a flag is true or false, and none comes twice."""
    for name, value in pairs:
        inner = value if isinstance(value, list) else [value]
        flags = [type(each) is bool for each in inner]
        if any(flags) is not (name in _FLAGS):
            raise ValueError(f"{name}: {value!r}"[:200])
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a field comes twice")
    return dict(pairs)


def _restored(facts: dict[str, Any], rulebook: Rulebook) -> State:
    if facts["format"] != _FORMAT:
        raise IntegrityError(f"be of format {_FORMAT}", was=facts["format"], field="snapshot")
    state = State()
    state.day = None if facts["day"] is None else datetime.date.fromisoformat(facts["day"])
    state.opened, state.halted = facts["opened"], facts["halted"]
    state.last_at = datetime.datetime.fromisoformat(facts["last_at"])
    state.sequence, state.next_number = facts["sequence"], facts["next_number"]
    for number, each in enumerate(facts["members"], start=1):
        state.members[each["account"]] = _made_member(each, number)
    for each in facts["listings"]:
        listing = _made_listing(each)
        state.listings[listing.instrument.id.text] = listing
    _take_rules(state, facts["rules"], rulebook)
    for each in facts["orders"]:
        state.orders[each["id"]] = _made_order(each, state)
    _fill_books(state, facts["listings"])
    for name, other in facts["proposals"].items():
        state.proposals[name] = Proposal(state.orders[name], None if other is None else state.members[other])
    for name, each in facts["auctions"].items():
        state.auctions[name] = _made_auction(each, name, state)
    return state


def _take_rules(state: State, digest: str | None, rulebook: Rulebook) -> None:
    """Take the rules of the last day; they must be those that the snapshot was made by."""
    if state.day is None:
        return
    rules = rulebook(state.day)
    if rules.digest() != digest:
        raise IntegrityError("have been made by these rules", was=f"rules {digest}", field="snapshot")
    prepare(state, rules)
    if not state.opened:
        state.gates = ()


def _fill_books(state: State, listings: list[dict[str, Any]]) -> None:
    """Put the waiting orders into the books, in their places."""
    by_number = {live.number: live for live in state.orders.values()}
    for each in listings:
        book = state.listings[each["instrument"]["id"]].book
        for number in (number for side in each["book"] for number in side):
            live = state.numbers[number] = by_number[number]
            book.rest(number, live.sell, live.limit, live.left, live.member.number)
    state.numbers = dict(sorted(state.numbers.items()))


def _made_auction(facts: dict[str, Any], name: str, state: State) -> Auction:
    auction = Auction(
        state.orders[name],
        floor=facts["floor"],
        price_mode=PriceMode(facts["price_mode"]),
        opens=datetime.datetime.fromisoformat(facts["opens"]),
        closes=datetime.datetime.fromisoformat(facts["closes"]),
    )
    for bid in facts["bids"]:
        auction.bids[bid] = state.orders[bid]
        state.bids[bid] = auction
    return auction


def _made_listing(facts: dict[str, Any]) -> Listing:
    made = facts["instrument"]
    instrument = Instrument(
        made["id"],
        asset=made["asset"],
        currency=made["currency"],
        unit=made["unit"],
        tick=made["tick"],
        lot=made["lot"],
        terms=terms_of(made["terms"]),
    )
    listing = Listing(instrument, instrument.quote(facts["previous_close"]))
    listing.last, listing.halted = facts["last"], facts["halted"]
    listing.calling = facts["calling"]
    listing.prints = [(Method(method), ticks, lots) for method, ticks, lots in facts["prints"]]
    return listing


def _made_member(facts: dict[str, Any], number: int) -> Member:
    member = Member(AccountId(facts["account"]), number, ParticipantKind(facts["kind"]), facts["allocation"])
    member.barred = {Side(value) for value in facts["barred"]}
    for name, (cash, committed, proceeds) in facts["purses"].items():
        purse = member.purse(name)
        purse.cash, purse.committed, purse.proceeds = cash, committed, proceeds
    for name, (sellable, offered, bought, wanted) in facts["stocks"].items():
        stock = member.stock(name)
        stock.sellable, stock.offered, stock.bought, stock.wanted = sellable, offered, bought, wanted
    return member


def _made_order(facts: dict[str, Any], state: State) -> Live:
    live = Live(
        OrderId(facts["id"]),
        facts["number"],
        state.members[facts["account"]],
        state.listings[facts["instrument"]],
        facts["sell"],
        facts["limit"],
        facts["lots"],
        TimeInForce(facts["tif"]),
        None if facts["until"] is None else datetime.date.fromisoformat(facts["until"]),
        datetime.datetime.fromisoformat(facts["at"]),
        facts["shown"],
    )
    live.left, live.filled = facts["left"], facts["filled"]
    live.withdrawn = live.lots - live.left - live.filled
    live.state = OrderState(facts["state"])
    return live

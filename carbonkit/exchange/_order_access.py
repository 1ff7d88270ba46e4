"""What the handlers of the market share: whose an order is, who may see it, and what it is called."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import MarketError, NotFoundError
from carbonkit.exchange.handler import Changes, visible_accounts
from carbonkit.exchange.journal import Document, Kind
from carbonkit.exchange.projection import order_in, other_side
from carbonkit.market.event import Traded
from carbonkit.market.order import OrderState
from carbonkit.market.refusal import Refusal, refused
from carbonkit.values.identifier import AccountId

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from carbonkit.exchange.authentication import Caller
    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.handler import Asked
    from carbonkit.market.event import Event
    from carbonkit.market.order import Order
    from carbonkit.market.trade import Trade
    from carbonkit.values.identifier import InstrumentId

__all__ = [
    "acting_account",
    "at_once",
    "check_live",
    "check_own",
    "check_room",
    "new_order",
    "order_id",
    "own_document",
    "shown_order",
    "trades_in",
    "unknown",
]

_ID: Final = 24  # hexadecimal digits
_MOST_LIVE: Final = 1_000


def at_once(work: Callable[[Desk, Asked], object]) -> Changes:
    """Make a handler of work that is done in one go, and written together with its answer."""

    def steps(desk: Desk, asked: Asked) -> Generator[None, None, object]:
        yield from ()
        return work(desk, asked)

    return Changes(steps)


def order_id(secret: str, account: AccountId, name: str) -> str:
    """Give the id of the order that an account calls so: the same for ever, and not to be guessed."""
    made = hmac.new(secret.encode(), f"{account}\n{name}".encode(), hashlib.sha256)
    return f"O-{made.hexdigest()[:_ID]}"


def new_order(desk: Desk, account: AccountId, name: str) -> str:
    """Give the id for a new order, which the account calls so and nothing else, of whatever day."""
    made = order_id(desk.secret, account, name)
    found = desk.named(Kind.ORDER, account.text, name) or desk.known(Kind.ORDER, made)
    if found is not None:
        raise refused(
            Refusal.DUPLICATE_ORDER,
            "be new for the account, of whatever day",
            name,
            "client_order_id",
            f"it is order {found.id}, {found.state}",
        )
    return made


def check_room(desk: Desk, account: AccountId, instrument: InstrumentId) -> None:
    """Check that an account has not as many live orders already as a book has room for."""
    live = desk.live_orders(account, instrument)
    if live >= _MOST_LIVE:
        raise MarketError(
            f"be at most {_MOST_LIVE} live orders of an account and instrument",
            was=live,
            field="account",
            hint="cancel one first",
            code="too_many_orders",
        )


def unknown(kind: Kind, name: str) -> NotFoundError:
    """Make the error for what is not there, as the desk does; for what somebody else has it is the same."""
    return NotFoundError(f"name a known {kind.value}", was=name, field=kind.value)


def check_own(found: Document | None, caller: Caller, name: str) -> Document:
    """Check that an order is there and concerns the caller; if not, either looks alike."""
    mine = visible_accounts(caller, None)
    if found is None or (mine is not None and found.account not in mine and found.other not in mine):
        raise unknown(Kind.ORDER, name)
    return found


def own_document(desk: Desk, asked: Asked) -> Document:
    """Find the order that a request names in its path, if it concerns the caller; in the engine's thread."""
    name = asked.parts["order"]
    return check_own(desk.document(Kind.ORDER, name), asked.caller, name)


def acting_account(caller: Caller, document: Document) -> AccountId:
    """Say for which account the caller acts on an order: its owner, or the other side of a block."""
    mine = visible_accounts(caller, None)
    owner = mine is None or document.account in mine
    return AccountId(document.account if owner else document.other)


def check_live(document: Document) -> None:
    """Check that an order may still trade; the venue forgets those of earlier days that may not."""
    if not OrderState(document.state).live:
        raise refused(
            Refusal.DEAD_ORDER,
            "be an order that may still trade",
            f"{document.id}, {document.state}",
            "order",
        )


def shown_order(document: Document, caller: Caller) -> Order:
    """Show an order to somebody whom it concerns: a block to each side as that side has it."""
    mine = visible_accounts(caller, None)
    order = order_in(document)
    if mine is None or document.account in mine:
        return attrs.evolve(order, client_order_id=document.name or None)
    return other_side(order, AccountId(document.other))


def trades_in(events: Iterable[Event]) -> tuple[Trade, ...]:
    """Pick the trades out of what the venue said."""
    return tuple(each.trade for each in events if isinstance(each, Traded))

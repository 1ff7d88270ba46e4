"""What the handlers of the market share: whose an order is, who may see it, and what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import NotFoundError
from carbonkit.exchange.handler import Changes, visible_accounts
from carbonkit.exchange.journal import Document, Kind
from carbonkit.exchange.projection import order_in
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

__all__ = [
    "acting_account",
    "at_once",
    "check_live",
    "check_new_name",
    "check_own",
    "order_id",
    "own_document",
    "shown_order",
    "trades_in",
    "unknown",
]


def at_once(work: Callable[[Desk, Asked], object]) -> Changes:
    """Make a handler of work that is done in one go, and written together with its answer."""

    def steps(desk: Desk, asked: Asked) -> Generator[None, None, object]:
        yield from ()
        return work(desk, asked)

    return Changes(steps)


def order_id(asked: Asked) -> str:
    """Give the id of the order that a request makes: the same whenever the request comes again."""
    return f"O-{asked.token}"


def check_new_name(desk: Desk, account: AccountId, name: str) -> None:
    """Check that an account calls nothing else so, of whatever day."""
    found = desk.named(Kind.ORDER, account.text, name)
    if found is not None:
        raise refused(
            Refusal.DUPLICATE_ORDER,
            "be new for the account, of whatever day",
            name,
            "client_order_id",
            f"it is order {found.id}, {found.state}",
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
    """Show an order to somebody whom it concerns; what its owner calls it is the owner's own matter."""
    mine = visible_accounts(caller, None)
    owner = mine is None or document.account in mine
    return attrs.evolve(order_in(document), client_order_id=(document.name or None) if owner else None)


def trades_in(events: Iterable[Event]) -> tuple[Trade, ...]:
    """Pick the trades out of what the venue said."""
    return tuple(each.trade for each in events if isinstance(each, Traded))

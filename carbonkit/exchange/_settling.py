"""Settling: the trades that may not be settled yet, and what is said of those that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.errors import IntegrityError
from carbonkit.exchange.journal import Kind, Search
from carbonkit.exchange.projection import trade_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.exchange.journal import Document, Journal
    from carbonkit.market.trade import Trade

__all__ = ["trades_after", "unsettled_error"]

_PAGE: Final = 500
_NAMED: Final = 10  # trades that an error names


def trades_after(journal: Journal, number: int, last: int) -> tuple[Trade, ...]:
    """Read the trades after a number, in the order in which they were made."""
    found: list[Document] = []
    before: int | None = None
    while last > number:
        page = journal.find(Search(kind=Kind.TRADE, before=before), _PAGE)
        found.extend(each for each in page if each.number > number)
        if not page or page[-1].number <= number + 1:
            break
        before = page[-1].number
    return tuple(trade_in(each) for each in reversed(found))


def unsettled_error(unsettled: Sequence[tuple[str, str]]) -> IntegrityError:
    """Make the error of trades that the ledger refused to settle: which, why, and what to do."""
    few = ", ".join(f"{trade} ({why})" for trade, why in unsettled[:_NAMED])
    more = len(unsettled) - _NAMED
    return IntegrityError(
        "settle every trade",
        was=f"{few} and {more} more" if more > 0 else few,
        field="ledger",
        hint="give the accounts in the ledger what they lack for these trades, then start again",
    )

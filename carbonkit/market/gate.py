"""Gates: through which method orders come at a moment, and its rules as plain numbers."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.market.rulebook import MethodRules, Pricing
from carbonkit.market.trade import Method

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from carbonkit.market.rulebook import VenueRules

__all__ = ["ORDERS", "Gate", "gates"]

ORDERS: Final = (Method.LISTED, Method.BOOK, Method.CALL)
"""The methods to which orders are entered."""
_NO_LIMIT: Final = 10**40


@attrs.frozen
class Gate:
    """
    One run of time in which one method takes orders.

    Args:
        start: The first instant.
        end: The instant after the last.
        method: The method.
        name: Its name, by which price limits are kept.
        matches: Whether orders match as they come.
        middle: Whether they trade at the middle one of bid, ask and last.
        at_least: The smallest quantity of one order, in units.
        below: The first quantity that is too large.
        protection: How far beyond the best price a market order may go, as a share of it: two whole
            numbers; None if no market orders are taken.
    """

    start: datetime.datetime
    end: datetime.datetime
    method: Method
    name: str
    matches: bool
    middle: bool
    at_least: int
    below: int
    protection: tuple[int, int] | None


def gates(rules: VenueRules, day: datetime.date) -> Iterator[Gate]:
    """
    Yield the gates of a day.

    Args:
        rules: The rules of the day.
        day: The day.

    Yields:
        The gates, method by method.
    """
    for each in rules.methods:
        if each.method in ORDERS:
            yield from _of(each, day)


def _of(rules: MethodRules, day: datetime.date) -> Iterator[Gate]:
    size = rules.size.value
    for hours in rules.hours.value.on(day):
        yield Gate(
            hours.start,
            hours.end,
            rules.method,
            rules.method.value,
            rules.method is Method.BOOK,
            rules.pricing is not None and rules.pricing.value is Pricing.MIDDLE,
            size.at_least,
            _NO_LIMIT if size.below is None else size.below,
            None if rules.protection is None else _share(rules.protection.value),
        )


def _share(percent: Decimal) -> tuple[int, int]:
    top, bottom = percent.as_integer_ratio()
    return top, bottom * 100

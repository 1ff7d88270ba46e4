"""Market data: what everybody may see: instruments, depth, trades without their sides, candles, bulletins."""

from __future__ import annotations

import datetime
import itertools
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import CarbonkitError, InvalidValueError, NotFoundError
from carbonkit.exchange._candles import PRICE_AND_QUANTITY, candles_of
from carbonkit.exchange.handler import Looks, Reads
from carbonkit.exchange.journal import Document, Kind, Search
from carbonkit.exchange.paging import cursor_number, documents_page, numbered_page
from carbonkit.exchange.projection import bulletin_of, public_trade, trade_in, value_in
from carbonkit.ledger.moment import microseconds
from carbonkit.market.trade import Method
from carbonkit.values.time import SystemClock
from carbonkit.wire.answer import Bulletin, MethodLimits, Quotation, ServerTime
from carbonkit.wire.operations import BULLETINS, CANDLES, DEPTH, INSTRUMENT, INSTRUMENTS, TIME, TRADES
from carbonkit.wire.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.handler import Asked, Handler
    from carbonkit.market.instrument import Instrument
    from carbonkit.market.series import Candle
    from carbonkit.values.time import Clock
    from carbonkit.wire.answer import Depth, PublicTrade
    from carbonkit.wire.query import BulletinQuery, CandleQuery, DepthQuery, ListQuery, TradeQuery

__all__ = ["HANDLERS", "time_handler"]

_PAGE: Final = 500
_MOST_TRADES: Final = 5_000
_DAY: Final = datetime.timedelta(days=1)


def time_handler(wall: Clock) -> Handler:
    """
    Make the handler that tells the time.

    Args:
        wall: The clock that signatures are checked with.

    Returns:
        The handler.

    Example:
        >>> time_handler(SystemClock()).__class__.__name__
        'Looks'
    """

    def told(desk: Desk, _: Asked) -> ServerTime:
        return ServerTime(now=wall.now(), venue=desk.now(), day=desk.venue.day)

    return Looks(told)


def _quotation(desk: Desk, instrument: Instrument) -> Quotation:
    venue, name = desk.venue, instrument.id
    limits = ((method, venue.limits(name, method)) for method in Method)
    return Quotation(
        instrument=instrument,
        previous_close=venue.previous_close(name),
        last=venue.last(name),
        limits=tuple(
            MethodLimits(method=method, lowest=found.lowest, highest=found.highest)
            for method, found in limits
            if found is not None
        ),
    )


def _instruments(desk: Desk, asked: Asked) -> Page[Quotation]:
    query: ListQuery = asked.query
    numbered = tuple(enumerate(desk.venue.instruments(), start=1))
    page = numbered_page(reversed(numbered), query)
    return Page(data=tuple(_quotation(desk, each) for each in page.data), next_cursor=page.next_cursor)


def _instrument(desk: Desk, asked: Asked) -> Quotation:
    return _quotation(desk, desk.listing(asked.parts["instrument"]))


def _depth(desk: Desk, asked: Asked) -> Depth:
    query: DepthQuery = asked.query
    return desk.depth(desk.listing(asked.parts["instrument"]).id, query.levels)


def _trades(desk: Desk, asked: Asked) -> Page[PublicTrade]:
    query: TradeQuery = asked.query
    search = _stretch(_traded(desk, asked), query.since, query.until)
    return documents_page(
        desk.journal, search, query, lambda document: public_trade(trade_in(document), document.number)
    )


def _traded(desk: Desk, asked: Asked) -> str:
    """Check that an instrument is traded, by one look-up, which is right in any thread."""
    name = asked.parts["instrument"]
    try:
        desk.venue.previous_close(name)
    except CarbonkitError:  # no instrument can be called so, or none is
        raise NotFoundError("be an instrument that is traded", was=name, field="instrument") from None
    return name


def _stretch(instrument: str, since: datetime.datetime | None, until: datetime.datetime | None) -> Search:
    return Search(
        kind=Kind.TRADE,
        instrument=instrument,
        since=None if since is None else microseconds(since),
        until=None if until is None else microseconds(until),
    )


def _candles(desk: Desk, asked: Asked) -> Page[Candle]:
    query: CandleQuery = asked.query
    if query.until <= query.since:
        raise InvalidValueError("be later than since", was=query.until.isoformat(), field="until")
    search = _stretch(_traded(desk, asked), query.since, query.until)
    found = desk.journal.facts(search, _MOST_TRADES + 1, PRICE_AND_QUANTITY)
    if len(found) > _MOST_TRADES:
        raise InvalidValueError(
            f"hold at most {_MOST_TRADES} trades",
            was=f"{query.since.isoformat()} to {query.until.isoformat()}, which holds more",
            field="since",
            hint="ask for a shorter stretch of time",
        )
    made: tuple[Candle, ...] = ()
    if found:
        newest = attrs.evolve(search, before=found[0].number + 1)
        instrument = trade_in(desk.journal.find(newest, 1)[0]).instrument
        made = candles_of(reversed(found), instrument, query.minutes)
    return Page(data=made, next_cursor=None)


def _bulletins(desk: Desk, asked: Asked) -> Page[Bulletin]:
    """Show the open day's figures so far, then the final ones; so far they have the numbers they will get."""
    query: BulletinQuery = asked.query
    before, last = cursor_number(query.cursor), desk.journal.last_number(Kind.BULLETIN)
    running: list[tuple[int, Bulletin]] = []
    if before is None or before > last + 1:
        reached = (each for each in _running(desk, query, last) if before is None or each[0] < before)
        running = list(itertools.islice(reached, query.limit + 1))
    rest = max(query.limit - len(running), 0)
    search = Search(
        kind=Kind.BULLETIN,
        instrument=None if query.instrument is None else query.instrument.text,
        since=None if query.since is None else _midnight(query.since),
        until=None if query.until is None else _after(query.until),
        before=before,
    )
    final = desk.journal.find(search, rest + 1)
    numbered: list[tuple[int, Bulletin | Document]] = [*running, *((each.number, each) for each in final)]
    page = numbered_page(numbered, query)
    return Page(data=tuple(map(_bulletin_in, page.data)), next_cursor=page.next_cursor)


def _running(desk: Desk, query: BulletinQuery, last: int) -> Iterator[tuple[int, Bulletin]]:
    """Give the open day's figures that are asked for, highest number first."""
    today = desk.venue.day
    if today is None or not (query.since or today) <= today <= (query.until or today):
        return
    venue = desk.venue
    for number, instrument in reversed(list(enumerate(venue.instruments(), start=last + 1))):
        if query.instrument in {None, instrument.id}:
            for each in venue.bulletins(instrument.id):
                yield number, bulletin_of(each, final=False)


def _bulletin_in(kept: Bulletin | Document) -> Bulletin:
    if isinstance(kept, Bulletin):
        return kept
    return value_in(Bulletin, kept)


def _midnight(day: datetime.date) -> int:
    return microseconds(datetime.datetime.combine(day, datetime.time.min, datetime.UTC))


def _after(day: datetime.date) -> int | None:
    """Give the moment at which a day is over; None for the last day of the calendar, which none follows."""
    return None if day == datetime.date.max else _midnight(day + _DAY)


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        TIME.name: time_handler(SystemClock()),
        INSTRUMENTS.name: Looks(_instruments),
        INSTRUMENT.name: Looks(_instrument),
        DEPTH.name: Looks(_depth),
        TRADES.name: Reads(_trades),
        CANDLES.name: Reads(_candles, heavy=True),
        BULLETINS.name: Looks(_bulletins),
    }
)
"""How each operation on market data is done, by its name; `time` by the machine's clock."""

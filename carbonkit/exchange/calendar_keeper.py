"""The calendar's keeper: opens and closes the trading days by the rules' own hours and calendar."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.errors import CarbonkitError, NotFoundError
from carbonkit.exchange.journal import Kind, Search
from carbonkit.exchange.log import say
from carbonkit.exchange.work import ask, own_request
from carbonkit.market.session import Hours
from carbonkit.market.trade import Method
from carbonkit.values.time import local_date
from carbonkit.wire.answer import AuctionStage
from carbonkit.wire.operations import CLOSE_AUCTION, CLOSE_DAY, OPEN_DAY
from carbonkit.wire.request import DayRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carbonkit.exchange.clock import DemoClock
    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.engine import Engine
    from carbonkit.exchange.handler import Handler
    from carbonkit.exchange.scheme import ExchangeScheme
    from carbonkit.market.rulebook import VenueRules
    from carbonkit.values.time import Clock
    from carbonkit.wire.operation import Operation

__all__ = ["CalendarKeeper", "Day", "day_of", "demo_day", "next_day"]

_DAY: Final = datetime.timedelta(days=1)
_EARLY: Final = datetime.timedelta(minutes=1)
_LEAD: Final = datetime.timedelta(hours=1)  # before the first trading hour a day is opened
_PAUSE: Final = datetime.timedelta(seconds=1)
_LONGEST_HOLIDAYS: Final = 40  # days


@attrs.frozen(kw_only=True)
class Day:
    """
    One trading day, by its rules.

    Args:
        day: Which.
        windows: When orders may be entered.
        first: When the first method begins; the day is opened before that.
        end: When the last method ends; the day is closed after that.

    Example:
        >>> from carbonkit.exchange.scheme import scheme_named
        >>> day = day_of(scheme_named("china-national"), datetime.date(2026, 11, 30))
        >>> day.first.isoformat(), day.end.isoformat(), len(day.windows)
        ('2026-11-30T01:30:00+00:00', '2026-11-30T07:00:00+00:00', 2)
    """

    day: datetime.date
    windows: tuple[Hours, ...]
    first: datetime.datetime
    end: datetime.datetime

    def jump(self, now: datetime.datetime) -> datetime.datetime:
        """
        Say to when a demonstration's clock is put: orders may always be entered there.

        Args:
            now: What it shows.

        Returns:
            The same, or the start of the next window, or the end of the day.
        """
        if any(now in window for window in self.windows):
            return now
        return min((each.start for each in self.windows if each.start > now), default=max(now, self.end))


def day_of(scheme: ExchangeScheme, day: datetime.date) -> Day:
    """
    Say when a trading day begins and ends.

    Args:
        scheme: The market.
        day: The day.

    Returns:
        The day.

    Raises:
        MarketError: If the venue does not open on that weekday.

    Example:
        >>> from carbonkit.exchange.scheme import scheme_named
        >>> day_of(scheme_named("shanghai"), datetime.date(2026, 11, 30)).end.isoformat()
        '2026-11-30T07:00:00+00:00'
    """
    rules = scheme.rulebook(day)
    every = [hours for each in rules.methods for hours in each.hours.value.on(day)]
    main = next((each for each in rules.methods if each.method in {Method.LISTED, Method.BOOK}), None)
    windows = tuple(every) if main is None else main.hours.value.on(day)
    return Day(
        day=day,
        windows=windows,
        first=min(each.start for each in every),
        end=max(each.end for each in every),
    )


def next_day(scheme: ExchangeScheme, now: datetime.datetime) -> Day | None:
    """
    Find the next trading day that can still be opened.

    Args:
        scheme: The market.
        now: What time it is.

    Returns:
        The day; None if the calendar knows of none.

    Example:
        >>> from carbonkit.exchange.scheme import scheme_named
        >>> from carbonkit.values import as_instant
        >>> next_day(scheme_named("china-national"), as_instant("2026-11-28T12:00:00Z")).day.isoformat()
        '2026-11-30'
    """
    today = local_date(now, _zone(scheme.rulebook(now.date())))
    for ahead in range(_LONGEST_HOLIDAYS):
        day = today + ahead * _DAY
        try:
            is_open = scheme.rulebook(day).calendar.value.is_open(day)
        except NotFoundError:
            return None
        if is_open:
            found = day_of(scheme, day)
            if found.first >= now:
                return found
    return None


def demo_day(scheme: ExchangeScheme, now: datetime.datetime) -> Day:
    """
    Choose the day that a demonstration plays on.

    Args:
        scheme: The market.
        now: What time it is.

    Returns:
        The next trading day from today on; else the last that the calendar knows.

    Raises:
        NotFoundError: If the calendar knows of no trading day at all.

    Example:
        >>> from carbonkit.exchange.scheme import scheme_named
        >>> from carbonkit.values import as_instant
        >>> demo_day(scheme_named("china-national"), as_instant("2030-01-01T00:00:00Z")).day.isoformat()
        '2026-12-31'
    """
    rules = scheme.rulebook(now.date())
    today, known = local_date(now, _zone(rules)), rules.calendar.value.known
    ahead = [today + each * _DAY for each in range(_LONGEST_HOLIDAYS)]
    back = [] if known.end is None else [known.end - each * _DAY for each in range(1, _LONGEST_HOLIDAYS)]
    for day in (*ahead, *back):
        with contextlib.suppress(NotFoundError):
            if scheme.rulebook(day).calendar.value.is_open(day):
                return day_of(scheme, day)
    raise NotFoundError("have a trading day", was=known, field="calendar")


def _zone(rules: VenueRules) -> str:
    return rules.methods[0].hours.value.zone


class CalendarKeeper:
    """
    Opens and closes the venue's days at their time, as jobs of the engine.

    Args:
        engine: The engine.
        scheme: The market.
        handlers: The handlers, of which it uses those for opening and closing.
        clock: The venue's clock.
        jumping: The same clock, if it is a demonstration's and to be put into trading hours.

    Example:
        >>> CalendarKeeper.__name__
        'CalendarKeeper'
    """

    def __init__(
        self,
        engine: Engine,
        scheme: ExchangeScheme,
        handlers: Mapping[str, Handler],
        *,
        clock: Clock,
        jumping: DemoClock | None,
    ) -> None:
        self._engine = engine
        self._scheme = scheme
        self._handlers = handlers
        self._clock = clock
        self._jumping = jumping

    async def run(self) -> None:
        """Keep the calendar until it is cancelled; what the venue refuses now is tried again."""
        said = ""
        while self._engine.ready:
            try:
                await self.step()
                said = ""
            except CarbonkitError as error:
                if str(error) != said:
                    say(logging.WARNING, "calendar refused", code=error.code, error=str(error.problem))
                said = str(error)
            await asyncio.sleep(_PAUSE.total_seconds())

    async def step(self) -> None:
        """
        Do what the hour asks for, if anything.

        Raises:
            CarbonkitError: If the venue refuses.
        """
        now, running = await self._engine.look(lambda desk: (desk.now(), desk.venue.day))
        if running is None:
            await self._open_next(now)
            return
        day = day_of(self._scheme, running)
        if now >= day.end:
            await self._close()
            if self._jumping is not None:
                await self.step()
        elif self._jumping is not None:
            self._jumping.forward(day.jump(now))

    async def _open_next(self, now: datetime.datetime) -> None:
        day = next_day(self._scheme, now)
        if day is None:
            raise NotFoundError("know the next trading day", was=now.isoformat(), field="calendar")
        if self._jumping is not None:
            self._jumping.forward(day.first - _EARLY)
        elif now < day.first - _LEAD:
            return
        await self._do(OPEN_DAY, DayRequest(day=day.day), f"open/{day.day}")
        say(logging.INFO, "day opened", day=day.day.isoformat())
        if self._jumping is not None:
            self._jumping.forward(day.windows[0].start)

    async def _close(self) -> None:
        now = self._clock.now().isoformat()
        for auction in await self._engine.look(_running_auctions):
            await self._do(CLOSE_AUCTION, None, f"auction/{auction}/{now}", auction=auction)
        await self._do(CLOSE_DAY, None, f"close/{now}")
        say(logging.INFO, "day closed")

    async def _do(self, operation: Operation[Any], body: object, token: str, **parts: str) -> None:
        asked = own_request(operation, body, token, parts)
        await ask(self._engine, self._handlers[operation.name], asked)


def _running_auctions(desk: Desk) -> list[str]:
    search = Search(kind=Kind.AUCTION, states=(AuctionStage.ANNOUNCED.value,))
    return [each.id for each in desk.journal.find(search, 500)]

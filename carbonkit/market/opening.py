"""Opening: a venue for one instrument, with its participants, on its first day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.errors import MarketError
from carbonkit.market.administration import ListInstrument, OpenDay
from carbonkit.market.event import Rejected
from carbonkit.market.venue import Venue

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from carbonkit.market.command import Command
    from carbonkit.market.instrument import Instrument
    from carbonkit.market.participant import Participant
    from carbonkit.market.rulebook import Rulebook
    from carbonkit.values.price import Price

__all__ = ["open_venue"]


def open_venue(
    rulebook: Rulebook,
    *,
    instrument: Instrument,
    base: Price,
    participants: Iterable[Participant],
    day: datetime.date,
    at: datetime.datetime,
) -> Venue:
    """
    Open a venue: list one instrument, admit participants with what they bring, open the day.

    Args:
        rulebook: Gives the rules as they stand on a day.
        instrument: What is traded.
        base: The price that stands for the previous close.
        participants: Who takes part; their allowances are the instrument's asset.
        day: The trading day.
        at: When; not after the first trading hour begins.

    Returns:
        The venue, its day open.

    Raises:
        MarketError: If a rule refuses any of it.

    Example:
        >>> from carbonkit.schemes.china_national import instrument, venue_rules
        >>> from carbonkit.values import as_date
        >>> day = as_date("2021-07-16")
        >>> cea = instrument("CEA", day)
        >>> venue = open_venue(venue_rules, instrument=cea, base=cea.quote("48.00"), participants=[], day=day,
        ...                    at="2021-07-16T09:00:00+08:00")
        >>> str(venue.day)
        '2021-07-16'
    """
    venue = Venue(rulebook)
    commands: list[Command] = [ListInstrument(instrument=instrument, base=base, at=at)]
    for each in participants:
        commands += each.commands(instrument.asset, at)
    commands.append(OpenDay(day=day, at=at))
    for command in commands:
        first = venue.apply(command)[0]
        if isinstance(first, Rejected):
            problem = first.problem
            raise MarketError(
                problem.must, was=problem.was, field=problem.field, hint=problem.hint, code=problem.code
            )
    return venue

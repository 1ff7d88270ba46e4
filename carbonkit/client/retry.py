"""Tries: how long each may take, how often and when there is another, and when there is none."""

from __future__ import annotations

import datetime
import email.utils
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type

if TYPE_CHECKING:
    from carbonkit.client.message import Incoming
    from carbonkit.wire.problem import HttpProblem

__all__ = ["Retries", "Timeouts", "may_go_better", "retry_after"]

_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_TOO_MANY: Final = 429
_CONFLICT: Final = 409
_DOUBLINGS: Final = 20  # more do not make a pause longer
_DIGITS: Final = 9  # of a number of seconds


Field: TypeAlias = "attrs.Attribute[datetime.timedelta]"


def is_positive(_: object, attribute: Field, value: datetime.timedelta) -> None:
    """Refuse what is no length of time, or none at all."""
    check_type(value, datetime.timedelta, field=attribute.name)
    if value <= datetime.timedelta(0):
        raise InvalidValueError("be positive", was=value, field=attribute.name)


def _is_not_negative(_: object, attribute: Field, value: datetime.timedelta) -> None:
    check_type(value, datetime.timedelta, field=attribute.name)
    if value < datetime.timedelta(0):
        raise InvalidValueError("be 0 or more", was=value, field=attribute.name)


def count(value: int) -> int:
    """Take a number of things that is at least one."""
    return _at_least(1, value)


def times(value: int) -> int:
    """Take how often something is done at most; 0 for never."""
    return _at_least(0, value)


def _at_least(least: int, value: int) -> int:
    check_type(value, int, field="most")
    if value < least:
        raise InvalidValueError(f"be {least} or more", was=value, field="most")
    return value


@attrs.frozen(kw_only=True)
class Timeouts:
    """
    How long things may take.

    Args:
        connect: A connection, to be made.
        attempt: One try, to the end of the answer. A sync client that waits for a connection of its pool
            and then for the connection to be made may take as much longer.
        deadline: All tries of a call, with the pauses between them.

    Example:
        >>> Timeouts(attempt=datetime.timedelta(seconds=3)).connect
        datetime.timedelta(seconds=5)
    """

    connect: datetime.timedelta = attrs.field(default=datetime.timedelta(seconds=5), validator=is_positive)
    attempt: datetime.timedelta = attrs.field(default=datetime.timedelta(seconds=10), validator=is_positive)
    deadline: datetime.timedelta = attrs.field(default=datetime.timedelta(seconds=60), validator=is_positive)


@attrs.frozen(kw_only=True)
class Retries:
    """
    How often a request is tried again, and how long the pauses are.

    A GET is tried again because it changes nothing, and a POST because all its tries carry one key.

    Args:
        most: How often at most; 0 for never.
        first: The first pause, before chance shortens it; each later one is twice as long.
        longest: The longest pause of one's own.
        patience: The longest `Retry-After` that is waited for; on a longer one the call fails at once.
        find_out: How much longer than the deadline a call may take to find out what became of an order;
            0 not to ask.

    Example:
        >>> Retries().pause(2, chance=1).total_seconds()
        1.0
    """

    most: int = attrs.field(default=3, converter=times)
    first: datetime.timedelta = attrs.field(
        default=datetime.timedelta(milliseconds=500), validator=_is_not_negative
    )
    longest: datetime.timedelta = attrs.field(
        default=datetime.timedelta(seconds=8), validator=_is_not_negative
    )
    patience: datetime.timedelta = attrs.field(
        default=datetime.timedelta(seconds=120), validator=_is_not_negative
    )
    find_out: datetime.timedelta = attrs.field(
        default=datetime.timedelta(seconds=15), validator=_is_not_negative
    )

    def pause(self, number: int, chance: float) -> datetime.timedelta:
        """
        Say how long to wait before another try.

        Args:
            number: How many tries have failed, from 1.
            chance: From 0 to 1: where between half the pause and all of it.

        Returns:
            How long to wait.
        """
        doubled = min(self.longest, self.first * (1 << min(number - 1, _DOUBLINGS)))
        return doubled / 2 + doubled / 2 * chance


def retry_after(answer: Incoming, now: datetime.datetime) -> datetime.timedelta | None:
    """
    Read the header `Retry-After`: a number of seconds, or a date.

    Args:
        answer: The answer.
        now: What time it is at the exchange.

    Returns:
        How long to wait; None if the answer does not say it, or not readably.

    Example:
        >>> from carbonkit.client.message import Incoming
        >>> now = datetime.datetime(2026, 11, 30, tzinfo=datetime.UTC)
        >>> retry_after(Incoming(status=429, headers={"Retry-After": "3"}, body=b""), now)
        datetime.timedelta(seconds=3)
    """
    written = answer.headers.get("retry-after", "").strip()
    if written.isascii() and written.isdecimal() and len(written) <= _DIGITS:
        return datetime.timedelta(seconds=int(written))
    until = http_date(written)
    return None if until is None else max(until - now, datetime.timedelta(0))


def http_date(written: str) -> datetime.datetime | None:
    """Read a date as HTTP writes it; None if it is none."""
    try:
        read = email.utils.parsedate_to_datetime(written)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return read if read.tzinfo is not None else read.replace(tzinfo=datetime.UTC)


def may_go_better(status: int, details: HttpProblem | None) -> bool:
    """
    Say whether the same request may be answered otherwise when it is sent again soon.

    Args:
        status: The status of the answer.
        details: Its problem document, if it has one.

    Returns:
        Whether to try again.

    Example:
        >>> may_go_better(503, None), may_go_better(404, None)
        (True, False)
    """
    if status == _CONFLICT:  # such as: the first try with this key is still being worked on
        return details is not None and details.retryable
    return status in _PASSING and (status == _TOO_MANY or details is None or details.retryable)

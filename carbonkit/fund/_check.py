"""Checks that the fields of this package share; internal."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from carbonkit.errors import CurrencyMismatchError, InvalidValueError
from carbonkit.fund.figure import fraction
from carbonkit.values.field import check_type
from carbonkit.values.money import Money
from carbonkit.values.number import whole
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from fractions import Fraction

    from carbonkit.fund.figure import Number

_Item = TypeVar("_Item")
_Other = TypeVar("_Other")


def count(value: int, *, field: str) -> int:
    """Take a whole number above zero."""
    number = whole(value, field=field)
    if number <= 0:
        raise InvalidValueError("be above zero", was=number, field=field)
    return number


def paid(value: Money, *, field: str) -> Money:
    """Take money as it is paid: zero or more, in whole minor units."""
    check_type(value, Money, field=field)
    try:
        minor = value.to_minor()
    except InvalidValueError as error:
        raise InvalidValueError(
            error.problem.must, was=error.problem.was, field=field, hint=error.problem.hint
        ) from None
    if minor < 0:
        raise InvalidValueError("be zero or more", was=str(value), field=field)
    return value


def listed(values: Iterable[_Item], *, field: str) -> tuple[_Item, ...]:
    """Take many values; what cannot be gone through is an error that names its field."""
    try:
        items = iter(values)
    except TypeError:
        raise InvalidValueError("be a sequence", was=repr(values), field=field) from None
    return tuple(items)


def pairs(values: Iterable[tuple[_Item, _Other]], *, field: str) -> list[tuple[_Item, _Other]]:
    """Take pairs; what is none is named by its place, from 1."""
    taken: list[tuple[_Item, _Other]] = []
    given: tuple[object, ...] = listed(values, field=field)
    for place, each in enumerate(given, start=1):
        if not isinstance(each, tuple | list) or len(each) != _TWO:
            raise InvalidValueError("be a pair", was=repr(each), field=f"{field}, {place}")
        taken.append((each[0], each[1]))
    return taken


def quantity_of(value: int) -> int:
    """Take the field `quantity`: a whole number above zero."""
    return count(value, field="quantity")


def on_day(value: str | datetime.date) -> datetime.date:
    """Take the field `on`: a day."""
    return as_date(value, field="on")


def as_of_day(value: str | datetime.date) -> datetime.date:
    """Take the field `as_of`: a day."""
    return as_date(value, field="as_of")


def proportion(value: Number, *, field: str, hint: str = "") -> Fraction:
    """Take a share from 0 to 1."""
    share = fraction(value, field=field)
    if not 0 <= share <= 1:
        raise InvalidValueError("be from 0 to 1", was=str(value), field=field, hint=hint)
    return share


def is_said(value: object) -> bool:
    """Say whether a value is a text with something in it."""
    return isinstance(value, str) and bool(value.strip())


def check_currency(value: Money, currency: str, *, field: str) -> None:
    """Check that a value is money of one currency."""
    check_type(value, Money, field=field)
    if value.currency != currency:
        raise CurrencyMismatchError(f"be {currency}", was=value.currency, field=field)


def total_of(amounts: Iterable[Money], currency: str) -> Money:
    """Add up amounts of one currency; zero of none."""
    result = Money.from_minor(0, currency)
    for amount in amounts:
        result += amount
    return result


_TWO = 2

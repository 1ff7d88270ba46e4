"""Shares below one, and how an exact fraction is written in an explanation; internal."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from carbonkit.errors import InvalidValueError
from carbonkit.fund.figure import figure, fraction
from carbonkit.values.number import Rounding, plain

if TYPE_CHECKING:
    from carbonkit.fund.figure import Number

_PLACES: Final = 15


def share(value: Number, *, field: str) -> Fraction:
    """Take a share that is zero or more and below one."""
    taken = fraction(value, field=field)
    if not 0 <= taken < 1:
        raise InvalidValueError("be from 0 to below 1", was=str(value), field=field)
    return taken


def shown(value: Fraction) -> str:
    """Write a fraction out: in full if it ends within 15 places, else cut there and marked so."""
    cut = figure(value, _PLACES, Rounding.TOWARDS_ZERO)
    if Fraction(cut) != value:
        return f"{plain(cut)}…"
    return plain(cut).rstrip("0").rstrip(".")

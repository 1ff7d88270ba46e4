"""Observed outcomes on their way into a measure of risk; internal."""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Final

from carbonkit.errors import BatchError, FundError, InvalidValueError, Problem
from carbonkit.fund._check import listed
from carbonkit.fund.exponential import context_of
from carbonkit.fund.figure import DIGITS, Number, fraction, real
from carbonkit.fund.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

_SHOWN: Final = 20  # significant digits that an explanation shows of a figure that has more

CONTEXT: Final = context_of(DIGITS)


def observed(values: Iterable[Number], *, field: str) -> tuple[Fraction, ...]:
    """Take outcomes as exact fractions; every one that is no number is named by its place, from 1."""
    if isinstance(values, str):
        raise InvalidValueError("be a sequence of numbers, not one text", was=values, field=field)
    taken: list[Fraction] = []
    problems: list[Problem] = []
    for place, value in enumerate(listed(values, field=field), start=1):
        try:
            taken.append(fraction(value, field=field))
        except InvalidValueError as error:
            problems.append(error.at(row=place).problem)
    if problems:
        raise BatchError(problems)
    return tuple(taken)


def check_count(count: int, *, least: int, field: str) -> None:
    """Check that there are enough outcomes."""
    if count < least:
        raise FundError(f"number at least {least}", was=count, field=field, code=Refusal.TOO_FEW_OUTCOMES)


def in_whole_numbers(values: Sequence[Fraction]) -> tuple[list[int], int]:
    """Write fractions as whole numbers over one denominator."""
    common = math.lcm(*(value.denominator for value in values))
    return [value.numerator * (common // value.denominator) for value in values], common


def tail_of(confidence: Number) -> Fraction:
    """Take a confidence between 0 and 1 and give what lies beyond it."""
    sure = fraction(confidence, field="confidence")
    if not 0 < sure < 1:
        raise InvalidValueError(
            "be between 0 and 1, both excluded", was=shown(sure), field="confidence", hint="write e.g. 0.95"
        )
    return 1 - sure


def shown(value: Number) -> str:
    """Write a figure for a reader: in full if it is short, else its first 20 digits and an ellipsis."""
    given = real(fraction(value))
    cut = context_of(_SHOWN).copy()
    cut.rounding = ROUND_DOWN
    short: Decimal = cut.plus(given)
    if short == fraction(value):
        return f"{short.normalize(cut):f}"
    return f"{short:f}…"

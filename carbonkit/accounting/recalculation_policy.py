"""
Recalculation policies: when a company restates its base year, written down before anything happens.

The GHG Protocol leaves the threshold to the company, and so does this module: no choice has a default.
"""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting._fraction import fraction
from carbonkit.accounting.base_year import RECALCULATION_RULES, EventKind
from carbonkit.accounting.scope import Category, Scope
from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Exact, exact, plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

__all__ = ["STANDARD_TRIGGERS", "Cumulation", "MidYear", "RecalculationPolicy"]

STANDARD_TRIGGERS: Final = frozenset(kind for kind, rule in RECALCULATION_RULES.items() if rule.value)
"""The kinds of event for which the GHG Protocol wants a base year recalculated, if they are significant."""

_HUNDRED: Final = 100


class MidYear(enum.Enum):
    """
    What to do with a structural change within the reporting year.

    Example:
        >>> MidYear("whole year")
        <MidYear.WHOLE_YEAR: 'whole year'>
    """

    WHOLE_YEAR = "whole year"
    """Recalculate as if it held on the first day, in the base year and in the reporting year."""
    PRO_RATA = "pro rata"
    """Take it for the days from the change to the end of the reporting year; the year after it, whole."""


class Cumulation(enum.Enum):
    """
    How changes that are tested together add up.

    Example:
        >>> Cumulation("net")
        <Cumulation.NET: 'net'>
    """

    NET = "net"
    """What comes in less what goes out."""
    GROSS = "gross"
    """Every change by its size, whichever way it goes."""


def _threshold(value: Exact) -> Decimal:
    number = exact(value, field="threshold")
    if number < 0:
        raise InvalidValueError("be zero or more", was=plain(number), field="threshold")
    return number


def _scopes(value: Iterable[Scope | Category]) -> tuple[Scope | Category, ...]:
    scopes = tuple(value)
    for each in scopes:
        if not isinstance(each, Scope | Category):
            raise InvalidValueError("be scopes or categories", was=each, field="boundary")
    if not scopes:
        raise InvalidValueError("not be empty", was="", field="boundary")
    return scopes


def _triggers(value: Iterable[EventKind]) -> frozenset[EventKind]:
    triggers = frozenset(value)
    for kind in triggers:
        check_type(kind, EventKind, field="triggers")
        rule = RECALCULATION_RULES[kind]
        if not rule.value:
            raise InvalidValueError("not change a base year", was=f"{kind}", field="triggers", hint=rule.says)
    return triggers


@attrs.frozen
class RecalculationPolicy:
    """
    When a base year is recalculated; every choice is the company's own, and none has a default.

    Args:
        threshold: From which change on, as a share of the base year's emissions. [%]
        inclusive: Whether a change of exactly the threshold is significant.
        cumulation: How changes that are tested together add up.
        mid_year: What to do with a structural change within the reporting year.
        boundary: The scopes, or categories of scope 3, that the base year and its target cover.
        triggers: The kinds of event that change a base year; `STANDARD_TRIGGERS` are the protocol's.

    Raises:
        InvalidValueError: If the threshold is negative, the boundary is empty, or a trigger is one that
            never changes a base year.

    Example:
        >>> policy = RecalculationPolicy("5", inclusive=True, cumulation=Cumulation.NET,
        ...                              mid_year=MidYear.WHOLE_YEAR, boundary=[Scope.ONE, Scope.TWO],
        ...                              triggers=STANDARD_TRIGGERS)
        >>> print(policy)
        significant from 5 % on, net, whole year, scope 1, scope 2
    """

    threshold: Decimal = attrs.field(converter=_threshold)
    inclusive: bool = attrs.field(kw_only=True, validator=is_a(bool))
    cumulation: Cumulation = attrs.field(kw_only=True, validator=is_a(Cumulation))
    mid_year: MidYear = attrs.field(kw_only=True, validator=is_a(MidYear))
    boundary: tuple[Scope | Category, ...] = attrs.field(kw_only=True, converter=_scopes)
    triggers: frozenset[EventKind] = attrs.field(kw_only=True, converter=_triggers)

    def covers(self, scope: Scope, category: Category | None) -> bool:
        """
        Say whether figures belong to the boundary.

        Args:
            scope: Their scope.
            category: In scope 3, their category.

        Returns:
            Whether they do.
        """
        return scope in self.boundary or (category is not None and category in self.boundary)

    def significant(self, change: Fraction, base: Fraction) -> bool:
        """
        Say whether a change is significant.

        Args:
            change: How large it is. [tCO2e]
            base: The base year's emissions. [tCO2e]

        Returns:
            Whether it is.
        """
        left, right = abs(change) * _HUNDRED, fraction(self.threshold) * abs(base)
        return left >= right if self.inclusive else left > right

    def __str__(self) -> str:
        """Say it in a line."""
        limit = f"{'from' if self.inclusive else 'above'} {plain(self.threshold)} %"
        limit += " on" if self.inclusive else ""
        scopes = ", ".join(map(str, self.boundary))
        return f"significant {limit}, {self.cumulation.value}, {self.mid_year.value}, {scopes}"

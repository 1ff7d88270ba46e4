"""Curves: values at dates, and the named ways to read one between its nodes and beyond them."""

from __future__ import annotations

import bisect
import enum
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund.figure import power
from carbonkit.fund.refusal import Refusal

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

__all__ = ["Extrapolation", "Interpolation", "check_nodes", "read_curve"]


class Interpolation(enum.Enum):
    """
    How a curve is read between two nodes, by calendar days.

    Example:
        >>> import datetime
        >>> days = [datetime.date(2025, 12, 15), datetime.date(2026, 12, 14)]
        >>> nodes = list(zip(days, [Fraction(70), Fraction(80)]))
        >>> [round(read_curve(nodes, datetime.date(2026, 6, 15), interpolation=each,
        ...                   extrapolation=Extrapolation.REFUSED), 4) for each in Interpolation]
        [Fraction(70, 1), Fraction(75, 1), Fraction(748331, 10000)]
    """

    FLAT = "the node before holds until the next"
    LINEAR = "straight lines between nodes"
    LOG_LINEAR = "straight lines between the logarithms of nodes"
    """Growth at one rate from node to node; every node is above zero."""


class Extrapolation(enum.Enum):
    """
    How a curve is read before its first node and after its last.

    Example:
        >>> Extrapolation.REFUSED.value
        'not at all'
    """

    REFUSED = "not at all"
    FLAT = "the nearest node holds"


def check_nodes(
    nodes: Sequence[tuple[datetime.date, Fraction]],
    *,
    as_of: datetime.date,
    interpolation: Interpolation,
    field: str,
) -> None:
    """
    Check that nodes make a curve.

    Args:
        nodes: Dates and values.
        as_of: The day of the curve; no node lies before it.
        interpolation: How it will be read.
        field: The name that an error gives the curve.

    Raises:
        FundError: `no_quote` if there is no node, `out_of_order` if the dates do not rise from `as_of` on.
        InvalidValueError: If a node that needs a logarithm is not above zero.

    Example:
        >>> import datetime
        >>> check_nodes([], as_of=datetime.date(2025, 1, 1), interpolation=Interpolation.FLAT, field="EUA")
        Traceback (most recent call last):
        ...
        carbonkit.errors.FundError: EUA: must have one node or more, was none
    """
    if not nodes:
        raise FundError("have one node or more", was="none", field=field, code=Refusal.NO_QUOTE)
    first = nodes[0][0]
    if first < as_of:
        raise FundError(
            f"have no node before {as_of}", was=str(first), field=field, code=Refusal.OUT_OF_ORDER
        )
    for (before, _), (day, _) in pairwise(nodes):
        if day <= before:
            raise FundError(
                f"have a node after {before} next", was=str(day), field=field, code=Refusal.OUT_OF_ORDER
            )
    if interpolation is Interpolation.LOG_LINEAR:
        for day, value in nodes:
            if value <= 0:
                raise InvalidValueError(
                    "be above zero, to be read by logarithms", was=str(value), field=f"{field}, {day}"
                )


def read_curve(
    nodes: Sequence[tuple[datetime.date, Fraction]],
    day: datetime.date,
    *,
    interpolation: Interpolation,
    extrapolation: Extrapolation,
    field: str = "curve",
) -> Fraction:
    """
    Read a curve on a day.

    Args:
        nodes: Dates, rising, and values.
        day: The day.
        interpolation: How it is read between two nodes.
        extrapolation: How it is read outside of them.
        field: The name that an error gives the curve.

    Returns:
        The value: exactly a node's on its day, and exact between nodes but for logarithms, which have
        60 significant digits.

    Raises:
        FundError: `outside_curve` if the day lies outside of the nodes and nobody said how to go there.

    Example:
        >>> import datetime
        >>> nodes = [(datetime.date(2025, 12, 15), Fraction(70))]
        >>> read_curve(nodes, datetime.date(2026, 1, 5), interpolation=Interpolation.LINEAR,
        ...            extrapolation=Extrapolation.FLAT)
        Fraction(70, 1)
    """
    days = [node for node, _ in nodes]
    place = bisect.bisect_right(days, day) - 1
    if place >= 0 and days[place] == day:
        return nodes[place][1]
    if place < 0 or place == len(nodes) - 1:
        if extrapolation is Extrapolation.FLAT:
            return nodes[max(place, 0)][1]
        raise FundError(
            f"be read from {days[0]} to {days[-1]}",
            was=str(day),
            field=field,
            code=Refusal.OUTSIDE_CURVE,
            hint="add a node, or name an extrapolation",
        )
    (start, low), (end, high) = nodes[place], nodes[place + 1]
    if interpolation is Interpolation.FLAT:
        return low
    along = Fraction((day - start).days, (end - start).days)
    if interpolation is Interpolation.LINEAR:
        return low + (high - low) * along
    return low * power(high / low, along)

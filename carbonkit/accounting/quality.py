"""Data quality: five indicators from 1 (best) to 5, for an activity or a factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type
from carbonkit.values.number import Rounding, divide, whole
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = ["Quality"]

_BEST, _WORST = 1, 5

INDICATORS: Final = Source(
    "WRI/WBCSD",
    "GHG Protocol, Corporate Value Chain (Scope 3) Standard",
    2011,
    table="chapter 7, data quality indicators",
    status=Status.RECALLED,
    note="the five indicators; scores from 1 to 5 are those of the usual pedigree matrix",
)


def _score(value: int) -> int:
    number = whole(value, field="quality")
    if not _BEST <= number <= _WORST:
        raise InvalidValueError(f"be a score from {_BEST} (best) to {_WORST}", was=number, field="quality")
    return number


@attrs.frozen
class Quality:
    """
    How good a figure is, by five indicators from 1 (best) to 5.

    Args:
        technology: How well it fits the technology.
        time: How well it fits the year.
        geography: How well it fits the place.
        completeness: How much of what it speaks of was measured.
        reliability: How it was got: measured and verified, or estimated.

    Raises:
        InvalidValueError: If a score is not from 1 to 5.

    Example:
        >>> quality = Quality(1, 2, 2, 3, 1)
        >>> print(quality, quality.score)
        1/2/2/3/1 1.8
    """

    technology: int = attrs.field(converter=_score)
    time: int = attrs.field(converter=_score)
    geography: int = attrs.field(converter=_score)
    completeness: int = attrs.field(converter=_score)
    reliability: int = attrs.field(converter=_score)

    @classmethod
    def parse(cls, text: str) -> Quality:
        """
        Read the five scores as they are written.

        Args:
            text: The scores, joined by ``/``, in the order of the arguments.

        Returns:
            The quality.

        Raises:
            InvalidValueError: If there are not five scores from 1 to 5.

        Example:
            >>> Quality.parse("1/2/2/3/1").completeness
            3
        """
        check_type(text, str, field="quality")
        scores = text.split("/")
        if len(scores) != len(attrs.fields(cls)):
            must = "be five scores for technology, time, geography, completeness and reliability"
            raise InvalidValueError(must, was=text, field="quality", hint='write e.g. "1/2/2/3/1"')
        return cls(*(whole(score, field="quality") for score in scores))

    @property
    def score(self) -> Decimal:
        """The mean of the five, exact: one place is always enough."""
        return divide(sum(attrs.astuple(self)), len(attrs.fields(type(self))), 1, Rounding.HALF_EVEN)

    def __str__(self) -> str:
        """Write the scores in their order."""
        return "/".join(map(str, attrs.astuple(self)))

"""
Rules of carbon lending (借碳): how far the cover of borrowed allowances may fall, and what then follows.

The cover is (cash + allowances × price) / (borrowed × price), over what lies in the
borrower's lending sub-accounts after each close.
"""

from __future__ import annotations

import enum
from decimal import Decimal
from fractions import Fraction

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._observed import shown
from carbonkit.fund.figure import Number, fraction
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.rule import Rule

__all__ = ["LendingCover", "LendingRules"]


class LendingCover(enum.Enum):
    """
    What the cover of a carbon loan calls for.

    Example:
        >>> LendingCover("top up").name
        'TOP_UP'
    """

    EXCESS = "excess"
    """Above the upper line: what lies above it may be withdrawn."""
    SOUND = "sound"
    """Nothing is called for."""
    BY_AGREEMENT = "by agreement"
    """Below the warning line: what the parties agreed on for it, a top-up or nothing until maturity."""
    TOP_UP = "top up"
    """Below the lowest line: more margin before the next open, else the loan is wound up."""


@attrs.frozen(kw_only=True)
class LendingRules:
    """
    The lines of a market's rules for carbon lending.

    Args:
        excess: The cover above which the rest may be withdrawn, such as 1.5.
        warning: The cover below which the parties' agreement says what follows.
        top_up: The cover below which more margin must come.
        most: How many tonnes one borrower may have borrowed; None for any number. [tCO2e]

    Raises:
        InvalidValueError: If the lines do not fall from one to the next, or the lowest is below 1.

    Example:
        >>> from carbonkit.values import Period, Source
        >>> notice, always = Source("Exchange", "Notice", 2015), Period("2015-01-01", None)
        >>> def line(number: str) -> Rule[Decimal]:
        ...     return Rule(what="line", value=Decimal(number), says="", valid=always, source=notice)
        >>> rules = LendingRules(excess=line("1.5"), warning=line("1.3"), top_up=line("1.1"), most=None)
        >>> [rules.cover(Fraction(each)).value for each in ("1.6", "1.3", "1.2", "1.0")]
        ['excess', 'sound', 'by agreement', 'top up']
    """

    excess: Rule[Decimal] = attrs.field(validator=is_a(Rule))
    warning: Rule[Decimal] = attrs.field(validator=is_a(Rule))
    top_up: Rule[Decimal] = attrs.field(validator=is_a(Rule))
    most: Rule[int] | None = attrs.field(validator=attrs.validators.optional(is_a(Rule)))

    def __attrs_post_init__(self) -> None:
        """Check that the lines follow each other."""
        if not self.excess.value > self.warning.value > self.top_up.value >= 1:
            raise InvalidValueError(
                "fall from excess to warning to top-up, and not below 1",
                was=f"{self.excess.value}, {self.warning.value}, {self.top_up.value}",
                field="lines",
            )

    def cover(self, ratio: Number) -> LendingCover:
        """
        Say what a cover calls for.

        Args:
            ratio: The cover, such as 1.2.

        Returns:
            What follows; on a line nothing new does.

        Example:
            >>> from carbonkit.values import Period, Source
            >>> notice, always = Source("Exchange", "Notice", 2015), Period("2015-01-01", None)
            >>> def line(number: str) -> Rule[Decimal]:
            ...     return Rule(what="line", value=Decimal(number), says="", valid=always, source=notice)
            >>> rules = LendingRules(excess=line("1.5"), warning=line("1.3"), top_up=line("1.1"), most=None)
            >>> rules.cover(Fraction(11, 10))
            <LendingCover.BY_AGREEMENT: 'by agreement'>
        """
        cover = fraction(ratio, field="ratio")
        if cover > Fraction(self.excess.value):
            return LendingCover.EXCESS
        if cover >= Fraction(self.warning.value):
            return LendingCover.SOUND
        return LendingCover.BY_AGREEMENT if cover >= Fraction(self.top_up.value) else LendingCover.TOP_UP

    def explain(self, ratio: Number) -> Explanation:
        """Say what a cover calls for, and by which lines."""
        lines = (self.excess, self.warning, self.top_up)
        return Explanation(
            "cover",
            self.cover(ratio).value,
            how=f"{shown(fraction(ratio, field='ratio') * 100)} %",
            parts=(line.explain() for line in lines),
        )

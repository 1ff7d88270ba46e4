"""Decisions: what each event did to a base year and why, and the tests of what is significant."""

from __future__ import annotations

import enum
from fractions import Fraction

import attrs

from carbonkit.accounting._fraction import written
from carbonkit.accounting.base_year import RECALCULATION_RULES, BaseYearEvent
from carbonkit.values.explanation import Explanation
from carbonkit.values.time import Period

__all__ = ["Decision", "Outcome", "SignificanceTest"]


class Outcome(enum.Enum):
    """
    What an event did to the base year.

    Example:
        >>> print(Outcome.PENDING)
        remembered, not significant so far
    """

    ADJUSTED = "adjusted"
    PENDING = "remembered, not significant so far"
    NO_TRIGGER = "no trigger"
    NOT_IN_POLICY = "no trigger under the policy"
    DID_NOT_EXIST = "did not exist in the base year"
    STAYS_WITHIN = "stays within the boundary"
    NOTHING_HELD = "the base year holds nothing of it"
    LATER = "after the reporting year"

    def __str__(self) -> str:
        """Say it in words."""
        return self.value


@attrs.frozen
class Decision:
    """
    One event, and what it did to the base year.

    Args:
        event: What happened.
        outcome: What followed.
        why: The rule or the fact that decided.
        difference: By how much it changed the base year; what it would come to, if it is remembered. [tCO2e]

    Example:
        >>> from carbonkit.accounting.base_year import EventKind
        >>> grown = BaseYearEvent("1", EventKind.ORGANIC_GROWTH, "2022-01-01", "A")
        >>> print(Decision(grown, Outcome.NO_TRIGGER, "not recalculated").explain().text())
        1: organic growth of A on 2022-01-01: no trigger = not recalculated
          source: WRI/WBCSD, GHG Protocol Corporate Accounting and Reporting Standard, revised edition, ...
    """

    event: BaseYearEvent
    outcome: Outcome
    why: str
    difference: Fraction = Fraction(0)

    def explain(self) -> Explanation:
        """
        Say what followed from the event, and why.

        Returns:
            The outcome with its rule and the figures.
        """
        value = str(self.outcome)
        if self.outcome in {Outcome.ADJUSTED, Outcome.PENDING}:
            value += f", {written(self.difference)} tCO2e"
        parts = [Explanation("figure", str(figure)) for figure in self.event.figures]
        how = self.why + (f" ({self.event.note})" if self.event.note else "")
        return Explanation(
            str(self.event), value, how, RECALCULATION_RULES[self.event.kind].source, tuple(parts)
        )


@attrs.frozen
class SignificanceTest:
    """
    The test at the end of a reporting year: all that is remembered, together.

    Args:
        year: The reporting year.
        change: What all of it comes to. [tCO2e]
        base: The base year's emissions as stated until then. [tCO2e]
        significant: Whether the base year was recalculated.

    Example:
        >>> SignificanceTest(Period.year(2022), Fraction(15), Fraction(50), significant=True).change
        Fraction(15, 1)
    """

    year: Period
    change: Fraction
    base: Fraction
    significant: bool = attrs.field(kw_only=True)

    def explain(self) -> Explanation:
        """
        Say how the test came out.

        Returns:
            The outcome with both figures.
        """
        value = "significant" if self.significant else "not significant"
        how = f"{written(self.change)} of {written(self.base)} tCO2e"
        return Explanation(f"changes up to {self.year}, together", value, how)

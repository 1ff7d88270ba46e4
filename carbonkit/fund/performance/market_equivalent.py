"""
Public market equivalents: what the same money would have done in an index, on the days on which it moved.

With contributions C and distributions D on days i, the index I, and the net asset value NAV on
the day T of the valuation:

    Kaplan-Schoar   (Σ D·I_T/I_i + NAV) / Σ C·I_T/I_i         a ratio: above 1, the fund did better
    Long-Nickels    rate of −C, D and N, with N = Σ (C − D)·I_T/I_i   what the index would have left
    PME+            rate of −C, λ·D and NAV, with λ = (Σ C·I_T/I_i − NAV) / Σ D·I_T/I_i
    modified PME    rate of −C, w·V and V_T: at each distribution the index holding V pays out the same
                    share w = D / (D + net asset value after it) as the fund did
    Direct Alpha    rate of the fund's own flows, each moved to T with the index; the excess itself

All of it is in exact fractions up to the rate. Where a method breaks down, its result says why.
"""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund.figure import figure
from carbonkit.fund.performance.internal_rate import InternalRate
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import Rounding, plain
from carbonkit.values.source import Source, Status

__all__ = ["EquivalentMethod", "MarketEquivalent", "NoEquivalent"]


class EquivalentMethod(enum.Enum):
    """
    The methods that end in a rate.

    Example:
        >>> EquivalentMethod.PME_PLUS.value
        'PME+'
    """

    LONG_NICKELS = "Long-Nickels"
    PME_PLUS = "PME+"
    MODIFIED = "modified PME"
    DIRECT_ALPHA = "Direct Alpha"


class NoEquivalent(enum.Enum):
    """
    Why a method gives no rate; the value says it in words.

    Example:
        >>> NoEquivalent.NO_DISTRIBUTIONS.value
        'nothing was distributed, so that there is nothing to scale'
    """

    INDEX_USED_UP = "the distributions were more than the index holding was worth"
    NO_DISTRIBUTIONS = "nothing was distributed, so that there is nothing to scale"
    SCALE_BELOW_ZERO = (
        "what is left is worth more than all contributions in the index: the scale is below zero"
    )


@attrs.frozen
class MarketEquivalent:
    """
    What one method found; made by `compare_with_market`.

    Args:
        method: Which one.
        rate: The internal rates of its flows, or why there are none; None if the method broke down.
        reason: Why it broke down; None if it did not.
        figure: What the method works out on the way, exactly: what the index would have left, in units of
            the currency (Long-Nickels, modified PME), or the scale λ (PME+); None where there is none.

    Example:
        >>> found = MarketEquivalent(EquivalentMethod.PME_PLUS, None, NoEquivalent.NO_DISTRIBUTIONS, None)
        >>> found.explain().value
        'none'
    """

    method: EquivalentMethod
    rate: InternalRate | None
    reason: NoEquivalent | None
    figure: Fraction | None

    def __attrs_post_init__(self) -> None:
        """Check that there is either a rate or a reason."""
        if (self.rate is None) == (self.reason is None):
            raise InvalidValueError("be given exactly when there is no rate", was=self.reason, field="reason")

    def explain(self) -> Explanation:
        """Say what was found, and how, with the source of the method."""
        source = _SOURCES[self.method]
        if self.rate is None:
            return Explanation(
                self.method.value, "none", how=str(self.reason and self.reason.value), source=source
            )
        said = self.rate.explain()
        how = _HOW[self.method]
        if self.figure is not None:
            shown = plain(figure(self.figure, SHOWN, Rounding.HALF_EVEN))
            how += f", which comes to {shown} (shown to {SHOWN} places, half-even)"
        return Explanation(self.method.value, said.value, how=how, source=source, parts=(said,))


SHOWN: Final = 12
"""Places that explanations show of an exact fraction."""
_HOW: Final = {
    EquivalentMethod.LONG_NICKELS: "rate of the fund's flows with what the same flows would have left in "
    "the index",
    EquivalentMethod.PME_PLUS: "rate of the contributions, the distributions times λ and the net asset "
    "value, with λ such that the index would have left just that",
    EquivalentMethod.MODIFIED: "rate of the contributions, what the index would have paid out in the "
    "fund's own proportions, and what it would have left",
    EquivalentMethod.DIRECT_ALPHA: "rate of the fund's flows, each moved to the day with the index, and "
    "the net asset value: the yearly excess over the index, 1 + r = (1 + excess)·growth of the index",
}
_SOURCES: Final = {
    EquivalentMethod.LONG_NICKELS: Source(
        "AIMR",
        "A. Long and C. Nickels, A Private Investment Benchmark",
        1996,
        status=Status.RECALLED,
        note="checked against the example of Wikipedia, Public Market Equivalent",
    ),
    EquivalentMethod.PME_PLUS: Source(
        "Private Equity International",
        "C. Rouvinez, Private Equity Benchmarking with PME+",
        2003,
        status=Status.RECALLED,
        note="checked against the figures of pyxirr",
    ),
    EquivalentMethod.MODIFIED: Source(
        "Cambridge Associates",
        "A New Method for Comparing Private Equity to Public Markets",
        2013,
        status=Status.RECALLED,
        note="the contributions of a day enter before its distributions leave",
    ),
    EquivalentMethod.DIRECT_ALPHA: Source(
        "Journal of Alternative Investments",
        "O. Gredil, B. Griffiths and R. Stucke, Benchmarking Private Equity: The Direct Alpha Method",
        2014,
        status=Status.RECALLED,
        note="the yearly rate, not its logarithm; checked against the figures of pyxirr",
    ),
}

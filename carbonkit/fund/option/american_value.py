"""American values: what an option is worth that may be exercised on any day, and what that right adds."""

from __future__ import annotations

from decimal import Decimal

import attrs

from carbonkit.fund.exponential import context_of
from carbonkit.fund.figure import DIGITS
from carbonkit.fund.option._option_terms import reported, shown
from carbonkit.fund.option.option_value import OptionValue
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.source import Source

__all__ = ["AmericanValue"]


@attrs.frozen(kw_only=True)
class AmericanValue:
    """
    What an American option on a forward or future is worth, beside the European one.

    Args:
        european: The European option on the same terms, by Black's formula.
        value: What the American one is worth now, for one unit.
        how: The method, in words, and how far its value can be relied on.
        source: Where the method is from.
        error: How far the value may be off, as the method itself estimates; None if it does not.

    Example:
        >>> from carbonkit.fund.option.barone_adesi_whaley import barone_adesi_whaley
        >>> from carbonkit.market.contract import Right
        >>> worth = barone_adesi_whaley(Right.CALL, forward=80, strike=65, volatility="0.2", years=1,
        ...                             rate="0.03", tolerance="0.000001")
        >>> round(worth.value, 6), round(worth.premium, 6)
        (Decimal('15.830660'), Decimal('0.193751'))
    """

    european: OptionValue = attrs.field(validator=is_a(OptionValue))
    value: Decimal = attrs.field(converter=reported)
    how: str
    source: Source = attrs.field(validator=is_a(Source))
    error: Decimal | None = None

    @property
    def premium(self) -> Decimal:
        """What the right to exercise early adds."""
        return context_of(DIGITS).subtract(self.value, self.european.value)

    def explain(self) -> Explanation:
        """
        Say how the value came about.

        Returns:
            The explanation; numbers are shown with 15 significant digits.

        Example:
            >>> from carbonkit.fund.option.barone_adesi_whaley import barone_adesi_whaley
            >>> from carbonkit.market.contract import Right
            >>> worth = barone_adesi_whaley(Right.CALL, forward=80, strike=65, volatility="0.2", years=1,
            ...                             rate=0, tolerance="0.000001")
            >>> worth.explain().how
            'the European value, as exercise before expiry never pays at a rate of zero or less'
        """
        error = () if self.error is None else (Explanation("estimated error", shown(self.error)),)
        return Explanation(
            f"value of an American {self.european.right.value} on a forward",
            shown(self.value),
            how=self.how,
            source=self.source,
            parts=(
                *error,
                Explanation("premium of early exercise", shown(self.premium)),
                self.european.explain(),
            ),
        )

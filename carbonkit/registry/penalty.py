"""
Penalties as rules: fixed ranges, multiples of a gain, multiples of a market price, an amount a tonne.

A range says what an authority may choose from; nothing here chooses, and nothing is rounded.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.money import Money
from carbonkit.values.number import Exact, exact, multiply, plain, whole

if TYPE_CHECKING:
    from carbonkit.values.price import Price
    from carbonkit.values.rule import Rule

__all__ = ["Fine", "FineRange", "GainFine", "ShortfallFine", "TonneFine"]

_TONNE = "tCO2e"


def _times(value: Exact) -> Decimal:
    number = exact(value, field="times")
    if number < 0:
        raise InvalidValueError("not be negative", was=plain(number), field="times")
    return number


def _shortfall(value: int) -> int:
    number = whole(value, field="shortfall")
    if number < 0:
        raise InvalidValueError("not be negative", was=number, field="shortfall")
    return number


def _given(what: str, value: object) -> Explanation:
    return Explanation(what, str(value))


@attrs.frozen
class Fine:
    """
    The range that a fine must lie in; both ends are the same where the rule leaves no choice.

    Args:
        what: What is fined.
        lowest: The least amount.
        highest: The largest amount.
        how: The arithmetic, in words.
        inputs: What it was worked out from.
        rule: The rule, explained.

    Raises:
        CurrencyMismatchError: If the two amounts are in different currencies.
        InvalidValueError: If the highest amount is below the lowest.

    Example:
        >>> from carbonkit.schemes.china_compliance import non_surrender_fine
        >>> from carbonkit.values import Price
        >>> fine = non_surrender_fine("2025-12-31", 10_000, average=Price("65.4284", "CNY", "tCO2e"))
        >>> str(fine.lowest), str(fine.highest)
        ('3271420.0000 CNY', '6542840.0000 CNY')
    """

    what: str
    lowest: Money
    highest: Money
    how: str
    inputs: tuple[Explanation, ...]
    rule: Explanation

    def __attrs_post_init__(self) -> None:
        """Check that it is a range."""
        if self.highest < self.lowest:
            raise InvalidValueError(f"be at least {self.lowest}", was=self.highest, field="highest")

    def explain(self) -> Explanation:
        """Show the range, what it was worked out from, and the rule with its source."""
        shown = str(self.lowest) if self.lowest == self.highest else f"{self.lowest} to {self.highest}"
        return Explanation(self.what, shown, how=self.how, parts=(*self.inputs, self.rule))


def _explained(rule: Rule[object]) -> Explanation:
    return Explanation("rule", str(rule.valid), how=rule.says, source=rule.source)


@attrs.frozen
class FineRange:
    """
    A fine between two amounts.

    Args:
        lowest: The least amount.
        highest: The largest amount.

    Example:
        >>> str(FineRange(Money("50000", "CNY"), Money("500000", "CNY")).highest)
        '500000 CNY'
    """

    lowest: Money
    highest: Money

    def fine(self, rule: Rule[object]) -> Fine:
        """
        Say what may be fined.

        Args:
            rule: The rule that this range stands in.

        Returns:
            The range, which explains itself.
        """
        return Fine(rule.what, self.lowest, self.highest, "fixed range", (), _explained(rule))


@attrs.frozen
class GainFine:
    """
    A fine of some times the unlawful gain, or between two amounts where the gain is small or none.

    Args:
        least_times: The least multiple of the gain.
        most_times: The largest multiple.
        small_below: The gain below which it counts as small.
        small: The range for a small gain or none.

    Example:
        >>> small = FineRange(Money("500000", "CNY"), Money("2000000", "CNY"))
        >>> GainFine("5", "10", Money("500000", "CNY"), small).most_times
        Decimal('10')
    """

    least_times: Decimal = attrs.field(converter=_times)
    most_times: Decimal = attrs.field(converter=_times)
    small_below: Money
    small: FineRange

    def fine(self, rule: Rule[object], gain: Money) -> Fine:
        """
        Say what may be fined for a gain.

        Args:
            rule: The rule that this range stands in.
            gain: The unlawful gain; an amount of 0 if there was none.

        Returns:
            The range, which explains itself; taking the gain away comes on top.

        Raises:
            InvalidValueError: If the gain is negative.
        """
        if gain.amount < 0:
            raise InvalidValueError("not be negative", was=gain, field="gain")
        inputs = (_given("unlawful gain", gain),)
        if gain < self.small_below:
            how = f"none, or below {self.small_below}: fixed range"
            return Fine(rule.what, self.small.lowest, self.small.highest, how, inputs, _explained(rule))
        how = f"{plain(self.least_times)} to {plain(self.most_times)} × the gain"
        least, most = gain * self.least_times, gain * self.most_times
        return Fine(rule.what, least, most, how, inputs, _explained(rule))


@attrs.frozen
class ShortfallFine:
    """
    A fine of some times the market value of the units that were not surrendered.

    Args:
        least_times: The least multiple of the value.
        most_times: The largest multiple.

    Example:
        >>> ShortfallFine("5", "10").least_times
        Decimal('5')
    """

    least_times: Decimal = attrs.field(converter=_times)
    most_times: Decimal = attrs.field(converter=_times)

    def fine(self, rule: Rule[object], shortfall: int, average: Price) -> Fine:
        """
        Say what may be fined for a shortfall.

        Args:
            rule: The rule that this range stands in.
            shortfall: How many tonnes were not surrendered.
            average: The average market price that the rule names, for one tCO2e.

        Returns:
            The range, which explains itself.

        Raises:
            InvalidValueError: If the shortfall is negative or not whole, or the price is negative or not
                for one tCO2e.
        """
        missing = _shortfall(shortfall)
        if average.per != _TONNE or average.amount < 0:
            raise InvalidValueError(f"be for one {_TONNE}, not negative", was=average, field="average")
        value = Money(multiply(average.amount, Decimal(missing)), average.currency)
        inputs = (_given("not surrendered", f"{missing} t"), _given("average market price", average))
        how = f"{plain(self.least_times)} to {plain(self.most_times)} × average price × tonnes"
        least, most = value * self.least_times, value * self.most_times
        return Fine(rule.what, least, most, how, inputs, _explained(rule))


@attrs.frozen
class TonneFine:
    """
    A penalty of one amount for each tonne, which may grow with an index of prices.

    Args:
        amount: The amount for a tonne when the index stands at 1.

    Example:
        >>> str(TonneFine(Money("100", "EUR")).amount)
        '100 EUR'
    """

    amount: Money

    def fine(self, rule: Rule[object], shortfall: int, index: Exact) -> Fine:
        """
        Say what is due for a shortfall.

        Args:
            rule: The rule that this amount stands in.
            shortfall: How many tonnes were not surrendered.
            index: The index of prices against the rule's base year; 1 if nothing has grown.

        Returns:
            The penalty, which explains itself; never rounded.

        Raises:
            InexactNumberError: If the index is a float, a bool, NaN or infinite.
            InvalidValueError: If the shortfall is negative or not whole, or the index is not above 0.
        """
        missing, grown = _shortfall(shortfall), exact(index, field="index")
        if grown <= 0:
            raise InvalidValueError("be above 0", was=plain(grown), field="index")
        due = self.amount * multiply(grown, Decimal(missing))
        inputs = (_given("not surrendered", f"{missing} t"), _given("index of prices", plain(grown)))
        return Fine(rule.what, due, due, f"{self.amount} × index × tonnes", inputs, _explained(rule))

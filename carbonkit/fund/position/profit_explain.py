"""
Profit and loss explained: what a book gained from one day to the next, by position and by cause.

The gain is the book's value at the end, less that at the beginning, and the cash that
trades brought. What was held is explained by what moved; what was traded counts against
its value at the end. The parts always add up to the gain, because the rest has a name.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund._check import check_currency, listed
from carbonkit.fund._shown import shown
from carbonkit.fund.position.environment import Environment
from carbonkit.fund.position.position import Cause, check_names, revalue
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.fund.position.position import Position
    from carbonkit.values.money import Money

__all__ = ["ExplainedPosition", "ExplainedProfit", "explain_profit"]


_NOISE: Final = Fraction(1, 10**40)  # what functions of 60 digits leave behind; not listed, but counted


@attrs.frozen(kw_only=True)
class ExplainedPosition:
    """
    What one position gained, by cause; made by `explain_profit`.

    Args:
        position: Its name.
        actual: What it gained, cash from trades included.
        parts: What that came from; each cause once.

    Example:
        >>> row = ExplainedPosition(position="EUA", actual=Fraction(100),
        ...                         parts=((Cause.PRICE, Fraction(100)),))
        >>> row.of(Cause.PRICE), row.of(Cause.VEGA)
        (Fraction(100, 1), Fraction(0, 1))
    """

    position: str
    actual: Fraction
    parts: tuple[tuple[Cause, Fraction], ...]

    def of(self, cause: Cause) -> Fraction:
        """
        Find the part of one cause.

        Args:
            cause: The cause.

        Returns:
            The part; zero if the position has none.

        Example:
            >>> ExplainedPosition(position="EUA", actual=Fraction(0), parts=()).of(Cause.PRICE)
            Fraction(0, 1)
        """
        return sum((part for each, part in self.parts if each is cause), Fraction(0))


@attrs.frozen(kw_only=True)
class ExplainedProfit:
    """
    What a book gained from one day to another, by position and by cause; made by `explain_profit`.

    Args:
        start: The first day.
        end: The other.
        currency: The currency.
        rows: Each position that was held on one of the days.

    Example:
        >>> ExplainedProfit(start=datetime.date(2025, 6, 2), end=datetime.date(2025, 6, 3), currency="EUR",
        ...                 rows=()).actual
        Fraction(0, 1)
    """

    start: datetime.date
    end: datetime.date
    currency: str
    rows: tuple[ExplainedPosition, ...]

    @property
    def actual(self) -> Fraction:
        """What the book gained; never rounded."""
        return sum((row.actual for row in self.rows), Fraction(0))

    def of(self, cause: Cause) -> Fraction:
        """
        Add up the parts of one cause.

        Args:
            cause: The cause.

        Returns:
            The sum over all positions.

        Example:
            >>> ExplainedProfit(start=datetime.date(2025, 6, 2), end=datetime.date(2025, 6, 3),
            ...                 currency="EUR", rows=()).of(Cause.UNEXPLAINED)
            Fraction(0, 1)
        """
        return sum((row.of(cause) for row in self.rows), Fraction(0))

    def explain(self) -> Explanation:
        """Say what the book gained, by cause and within it by position; figures are shown to 15 digits."""
        parts = []
        for cause in Cause:
            rows = [row for row in self.rows if abs(row.of(cause)) > _NOISE]
            if rows:
                names = (Explanation(row.position, self._shown(row.of(cause))) for row in rows)
                parts.append(Explanation(cause.value, self._shown(self.of(cause)), parts=names))
        what = f"profit from {self.start} to {self.end}"
        return Explanation(what, self._shown(self.actual), how="sum of the causes", parts=parts)

    def _shown(self, number: Fraction) -> str:
        return f"{shown(number)} {self.currency}"


def explain_profit(
    *,
    before: Iterable[Position],
    after: Iterable[Position],
    opening: Environment,
    closing: Environment,
    cash: Mapping[str, Money],
) -> ExplainedProfit:
    """
    Explain what a book gained from one day to another.

    Args:
        before: The positions at the beginning.
        after: The positions at the end; a position keeps its name while it is held.
        opening: The prices at the beginning.
        closing: The prices at the end.
        cash: What trades brought, by the name of the position; negative for what was paid. Every position
            that was opened, changed or closed is named, with zero if no money moved.

    Returns:
        The gain of each position, by cause.

    Raises:
        BatchError: If positions cannot be valued; it lists all of them.
        CurrencyMismatchError: If cash or an environment is in another currency.
        FundError: `out_of_order` if the days do not run forward.
        InvalidValueError: If two positions have one name, a position changed and its cash is not named, or
            cash is named for what did not change.

    Example:
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.position.environment import Environment
        >>> from carbonkit.fund.portfolio.holding import Holding, Lot
        >>> from carbonkit.fund.position.spot_position import SpotPosition
        >>> from carbonkit.fund.portfolio.valuation import Mark
        >>> from carbonkit.market.contract import Spot
        >>> from carbonkit.values import AssetId, Money, Price
        >>> eua = AssetId("EUA")
        >>> lot = Lot(eua, 100, Money("6800.00", "EUR"), "2025-05-02")
        >>> held = SpotPosition(name="EUA", holding=Holding(eua, [lot]), usable_until=None,
        ...                     terms=Spot(scheme="EU ETS", vintage="2025"))
        >>> days = [Environment(as_of=day, currency="EUR", curves=(), volatilities=(), discount=None,
        ...                     marks=[Mark(eua, Price(price, "EUR", "tCO2e"), day, "invented")],
        ...                     day_count=DayCount.ACT_365_FIXED)
        ...         for day, price in (("2025-06-02", "70.00"), ("2025-06-03", "71.25"))]
        >>> print(explain_profit(before=[held], after=[held], opening=days[0], closing=days[1],
        ...                      cash={}).explain().text())
        profit from 2025-06-02 to 2025-06-03: 125 EUR = sum of the causes
          price: 125 EUR
            EUA: 125 EUR
    """
    first, last = listed(before, field="before"), listed(after, field="after")
    check_names(first)
    check_names(last)
    for name, each in (("opening", opening), ("closing", closing)):
        check_type(each, Environment, field=name)
    check_type(cash, Mapping, field="cash")
    if closing.as_of < opening.as_of:
        raise FundError(
            f"be on or after {opening.as_of}",
            was=str(closing.as_of),
            field="closing",
            code=Refusal.OUT_OF_ORDER,
        )
    if closing.currency != opening.currency:
        raise CurrencyMismatchError(f"be in {opening.currency}", was=closing.currency, field="closing")
    held, left = {each.name: each for each in first}, {each.name: each for each in last}
    _check_cash(held, left, cash, opening.currency)
    start, rolled, end = revalue(first, opening), revalue(first, closing), revalue(last, closing)
    rows = []
    for name in dict.fromkeys([*held, *left]):
        parts: list[tuple[Cause, Fraction]] = []
        moved = traded = Fraction(0)
        if name in held:
            moved = rolled.of(name) - start.of(name)
            parts += held[name].attribution(opening, closing)
            parts.append((Cause.UNEXPLAINED, moved - sum((part for _, part in parts), Fraction(0))))
            traded -= rolled.of(name)
        if name in left:
            traded += end.of(name)
        if name in cash:
            traded += Fraction(cash[name].amount)
            parts.append((Cause.TRADES, traded))
        rows.append(ExplainedPosition(position=name, actual=moved + traded, parts=tuple(parts)))
    return ExplainedProfit(
        start=opening.as_of, end=closing.as_of, currency=opening.currency, rows=tuple(rows)
    )


def _check_cash(
    held: Mapping[str, Position], left: Mapping[str, Position], cash: Mapping[str, Money], currency: str
) -> None:
    changed = [name for name in dict.fromkeys([*held, *left]) if held.get(name) != left.get(name)]
    for name, amount in cash.items():
        check_currency(amount, currency, field=f"cash of {name}")
        if name not in changed:
            raise InvalidValueError("be of a position that was traded", was=name, field="cash")
    missing = [name for name in changed if name not in cash]
    if missing:
        raise InvalidValueError(
            "say what the trades brought, for each position that changed",
            was=f"nothing for {', '.join(missing)}",
            field="cash",
        )

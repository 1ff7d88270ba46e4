"""Stress: what a book would gain or lose under scenarios, position by position."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import BatchError, InvalidValueError, NotFoundError
from carbonkit.fund._check import listed
from carbonkit.fund._shown import shown
from carbonkit.fund.figure import money
from carbonkit.fund.position.environment import Environment
from carbonkit.fund.position.position import revalue
from carbonkit.fund.position.scenario import Scenario
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.errors import Problem
    from carbonkit.fund.position.position import Position
    from carbonkit.values.money import Money
    from carbonkit.values.number import Rounding

__all__ = ["StressResult", "StressRow", "stress"]


@attrs.frozen(kw_only=True)
class StressRow:
    """
    One position under a scenario; made by `stress`.

    Args:
        position: Its name.
        before: What it is worth as observed.
        after: What it would be worth.

    Example:
        >>> StressRow(position="EUA", before=Fraction(7000), after=Fraction(5600)).profit
        Fraction(-1400, 1)
    """

    position: str
    before: Fraction
    after: Fraction

    @property
    def profit(self) -> Fraction:
        """What it would gain; negative for a loss, never rounded."""
        return self.after - self.before


@attrs.frozen(kw_only=True)
class StressResult:
    """
    A book under a scenario; made by `stress`.

    Args:
        scenario: The scenario.
        currency: The currency.
        rows: Each position, in the order of the book.

    Example:
        >>> from carbonkit.values import Rounding
        >>> calm = Scenario(name="nothing", shocks=(), origin="assumed")
        >>> result = StressResult(scenario=calm, currency="EUR",
        ...                       rows=(StressRow(position="EUA", before=Fraction(1), after=Fraction(1, 3)),))
        >>> result.profit, result.rounded(Rounding.HALF_UP)
        (Fraction(-2, 3), Money('-0.67', 'EUR'))
    """

    scenario: Scenario
    currency: str
    rows: tuple[StressRow, ...]

    @property
    def profit(self) -> Fraction:
        """What the book would gain: the sum of its positions; negative for a loss, never rounded."""
        return sum((row.profit for row in self.rows), Fraction(0))

    def of(self, position: str) -> Fraction:
        """
        Find what one position would gain.

        Args:
            position: Its name.

        Returns:
            The gain; negative for a loss.

        Raises:
            NotFoundError: If the book has no such position.

        Example:
            >>> calm = Scenario(name="nothing", shocks=(), origin="assumed")
            >>> StressResult(scenario=calm, currency="EUR", rows=()).of("EUA")
            Traceback (most recent call last):
            ...
            carbonkit.errors.NotFoundError: position: must be a position of the book, was EUA
        """
        for row in self.rows:
            if row.position == position:
                return row.profit
        raise NotFoundError("be a position of the book", was=position, field="position")

    def rounded(self, rounding: Rounding) -> Money:
        """
        Round the gain once, to the minor unit.

        Args:
            rounding: Which way.

        Returns:
            The money.

        Example:
            >>> from carbonkit.values import Rounding
            >>> calm = Scenario(name="nothing", shocks=(), origin="assumed")
            >>> StressResult(scenario=calm, currency="EUR", rows=()).rounded(Rounding.HALF_UP)
            Money('0.00', 'EUR')
        """
        return money(self.profit, self.currency, rounding)

    def explain(self) -> Explanation:
        """Say what the book would gain, position by position; figures are shown to 15 digits."""
        parts = [
            Explanation(
                row.position, self._shown(row.profit), f"{self._shown(row.after)} − {self._shown(row.before)}"
            )
            for row in self.rows
        ]
        return Explanation(
            f"profit under {self.scenario.name}",
            self._shown(self.profit),
            how="sum of the positions",
            parts=(*parts, self.scenario.explain()),
        )

    def _shown(self, number: Fraction) -> str:
        return f"{shown(number)} {self.currency}"


def stress(
    positions: Iterable[Position], environment: Environment, scenarios: Iterable[Scenario]
) -> tuple[StressResult, ...]:
    """
    Value a book under scenarios.

    Args:
        positions: What it holds; each by a name of its own.
        environment: The prices as observed.
        scenarios: What is assumed; each by a name of its own.

    Returns:
        One result for each scenario, in their order.

    Raises:
        BatchError: If positions cannot be valued, as observed or under a scenario; it lists all of them
            with scenario, name and reason.
        InvalidValueError: If two positions or two scenarios have one name.

    Example:
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.position.environment import Environment
        >>> from carbonkit.fund.portfolio.holding import Holding, Lot
        >>> from carbonkit.fund.position.scenario import scenario_grid
        >>> from carbonkit.fund.position.shock import ShockKind
        >>> from carbonkit.fund.position.spot_position import SpotPosition
        >>> from carbonkit.fund.portfolio.valuation import Mark
        >>> from carbonkit.market.contract import Spot
        >>> from carbonkit.values import AssetId, Money, Price
        >>> eua = AssetId("EUA")
        >>> lot = Lot(eua, 100, Money("6800.00", "EUR"), "2025-05-02")
        >>> held = SpotPosition(name="EUA", holding=Holding(eua, [lot]), usable_until=None,
        ...                     terms=Spot(scheme="EU ETS", vintage="2025"))
        >>> today = Environment(as_of="2025-06-02", currency="EUR", curves=(), volatilities=(), discount=None,
        ...                     marks=[Mark(eua, Price("70.00", "EUR", "tCO2e"), "2025-06-02", "invented")],
        ...                     day_count=DayCount.ACT_365_FIXED)
        >>> grid = scenario_grid(eua, prices=["-0.3", "-0.1"], volatilities=[0], kind=ShockKind.RELATIVE)
        >>> [(result.scenario.name, result.profit) for result in stress([held], today, grid)]
        [('price -0.3, volatility +0', Fraction(-2100, 1)), ('price -0.1, volatility +0', Fraction(-700, 1))]
    """
    book, assumed = listed(positions, field="positions"), listed(scenarios, field="scenarios")
    check_type(environment, Environment, field="environment")
    names: set[str] = set()
    for scenario in assumed:
        check_type(scenario, Scenario, field="scenarios")
        if scenario.name in names:
            raise InvalidValueError("name each scenario once", was=scenario.name, field="scenarios")
        names.add(scenario.name)
    start = revalue(book, environment)
    results: list[StressResult] = []
    problems: list[Problem] = []
    for scenario in assumed:
        try:
            end = revalue(book, environment.under(scenario.shocks))
        except BatchError as error:
            problems += (
                attrs.evolve(each, field=f"scenario {scenario.name}, {each.field}") for each in error.problems
            )
            continue
        rows = (
            StressRow(position=first.position, before=first.value, after=last.value)
            for first, last in zip(start.rows, end.rows, strict=True)
        )
        results.append(StressResult(scenario=scenario, currency=environment.currency, rows=tuple(rows)))
    if problems:
        raise BatchError(problems)
    return tuple(results)

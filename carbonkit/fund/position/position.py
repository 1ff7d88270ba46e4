"""Positions: what a book holds that can be valued in an environment, and the book valued as a whole."""

from __future__ import annotations

import datetime
import enum
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import attrs

from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError, NotFoundError
from carbonkit.fund._check import listed
from carbonkit.fund._shown import shown
from carbonkit.fund.figure import money
from carbonkit.fund.portfolio.valuation import ContractsValue
from carbonkit.fund.position.environment import Environment
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from carbonkit.errors import Problem
    from carbonkit.fund.position.exposure import Exposure
    from carbonkit.values.money import Money
    from carbonkit.values.number import Rounding

__all__ = ["BookValue", "Cause", "Position", "PositionValue", "exposures", "revalue"]


class Cause(enum.Enum):
    """
    What a part of a day's profit came from.

    Example:
        >>> Cause("time").name
        'THETA'
    """

    PRICE = "price"
    """The price moved, for what is worth a fixed number of units."""
    DELTA = "delta"
    """The forward moved, by the option's delta of the day before."""
    GAMMA = "gamma"
    """Delta moved with the forward: half of gamma times the square of the move."""
    VEGA = "volatility"
    """The volatility moved, by the vega of the day before."""
    THETA = "time"
    """Time passed, by the option's theta of the day before."""
    CARRY = "carry"
    """What is discounted came nearer, at the curve of the day before."""
    RATE = "interest rate"
    """The discount curve moved."""
    TRADES = "new trades"
    """What was bought and sold, against its value at the end of the day."""
    UNEXPLAINED = "unexplained"
    """The rest: what the parts above, each by itself, do not catch."""


@runtime_checkable
class Position(Protocol):
    """
    What a book holds: it has a name of its own, and says what it is worth.

    Every number is exact, in the main unit of the environment's currency, and rounds once,
    where it is reported.
    """

    @property
    def name(self) -> str:
        """What it is called within its book."""
        ...

    def value(self, environment: Environment) -> Fraction:
        """Say what it is worth."""
        ...

    def attribution(self, before: Environment, after: Environment) -> tuple[tuple[Cause, Fraction], ...]:
        """Say what made its value move, without the rest that is unexplained."""
        ...

    def exposures(self, environment: Environment) -> tuple[Exposure, ...]:
        """Say what it stands to gain or lose by."""
        ...

    def explain(self, environment: Environment) -> Explanation:
        """Say how its value came about."""
        ...


@attrs.frozen(kw_only=True)
class PositionValue:
    """
    A position at its value; made by `revalue`.

    Args:
        position: The position's name.
        value: What it is worth; never rounded.

    Example:
        >>> PositionValue(position="cover", value=Fraction(5, 2)).value
        Fraction(5, 2)
    """

    position: str
    value: Fraction


@attrs.frozen(kw_only=True)
class BookValue:
    """
    A whole book at its value on a day; made by `revalue`.

    Args:
        as_of: The day.
        currency: The currency.
        rows: Each position's value, in the order of the book.

    Example:
        >>> from carbonkit.values import Rounding
        >>> value = BookValue(as_of=datetime.date(2025, 6, 2), currency="EUR",
        ...                   rows=(PositionValue(position="a", value=Fraction(1, 3)),
        ...                         PositionValue(position="b", value=Fraction(1, 3))))
        >>> value.total, value.rounded(Rounding.HALF_UP)
        (Fraction(2, 3), Money('0.67', 'EUR'))
    """

    as_of: datetime.date
    currency: str
    rows: tuple[PositionValue, ...]

    @property
    def total(self) -> Fraction:
        """What the book is worth; never rounded."""
        return sum((row.value for row in self.rows), Fraction(0))

    def of(self, position: str) -> Fraction:
        """
        Find what one position is worth.

        Args:
            position: Its name.

        Returns:
            The value.

        Raises:
            NotFoundError: If the book has no such position.

        Example:
            >>> BookValue(as_of=datetime.date(2025, 6, 2), currency="EUR",
            ...           rows=(PositionValue(position="a", value=Fraction(1)),)).of("a")
            Fraction(1, 1)
        """
        for row in self.rows:
            if row.position == position:
                return row.value
        raise NotFoundError("be a position of the book", was=position, field="position")

    def rounded(self, rounding: Rounding) -> Money:
        """
        Round the total once, to the minor unit.

        Args:
            rounding: Which way.

        Returns:
            The money.

        Example:
            >>> from carbonkit.values import Rounding
            >>> BookValue(as_of=datetime.date(2025, 6, 2), currency="EUR", rows=()).rounded(Rounding.HALF_UP)
            Money('0.00', 'EUR')
        """
        return money(self.total, self.currency, rounding)

    def for_fund(self, rounding: Rounding) -> ContractsValue:
        """
        Round the total once, to be part of a fund's net asset value.

        The book is that of the contracts alone: units that the fund's portfolio holds are not in it, or
        they would count twice.

        Args:
            rounding: Which way.

        Returns:
            What `net_asset_value` takes.

        Example:
            >>> from carbonkit.values import Rounding
            >>> value = BookValue(as_of=datetime.date(2025, 6, 2), currency="EUR",
            ...                   rows=(PositionValue(position="hedge", value=Fraction(-1, 3)),))
            >>> value.for_fund(Rounding.HALF_UP).value
            Money('-0.33', 'EUR')
        """
        rounded = self.rounded(rounding)
        told = self.explain()
        how = f"{told.value}, rounded {rounding.name.lower().replace('_', ' ')} to the minor unit"
        return ContractsValue(
            as_of=self.as_of,
            value=rounded,
            explanation=Explanation("contracts at market", str(rounded), how=how, parts=told.parts),
        )

    def explain(self) -> Explanation:
        """Say what the book is worth, position by position; figures are shown to 15 digits."""
        parts = (Explanation(row.position, f"{shown(row.value)} {self.currency}") for row in self.rows)
        total = f"{shown(self.total)} {self.currency}"
        return Explanation(f"book on {self.as_of}", total, how="sum of the positions", parts=parts)


def revalue(positions: Iterable[Position], environment: Environment) -> BookValue:
    """
    Value a whole book in an environment.

    Args:
        positions: What it holds; each by a name of its own.
        environment: The prices of the day.

    Returns:
        Every position's value, and the total.

    Raises:
        BatchError: If positions cannot be valued; it lists all of them by name, each with its reason.
        InvalidValueError: If two positions have one name.

    Example:
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.position.environment import Environment
        >>> today = Environment(as_of="2025-06-02", currency="EUR", marks=(), curves=(), volatilities=(),
        ...                     discount=None, day_count=DayCount.ACT_365_FIXED)
        >>> revalue([], today).total
        Fraction(0, 1)
    """
    book = listed(positions, field="positions")
    check_names(book)
    check_type(environment, Environment, field="environment")
    rows: list[PositionValue] = []
    problems: list[Problem] = []
    for position in book:
        try:
            rows.append(PositionValue(position=position.name, value=position.value(environment)))
        except CarbonkitError as error:
            problems.append(_of(position, error))
    if problems:
        raise BatchError(problems)
    return BookValue(as_of=environment.as_of, currency=environment.currency, rows=tuple(rows))


def exposures(positions: Iterable[Position], environment: Environment) -> tuple[Exposure, ...]:
    """
    List what a book stands to gain or lose by.

    Args:
        positions: What it holds.
        environment: The prices of the day.

    Returns:
        One row or more for each position, in the order of the book.

    Raises:
        BatchError: If positions cannot be valued; it lists all of them by name, each with its reason.
        InvalidValueError: If two positions have one name.

    Example:
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.position.environment import Environment
        >>> today = Environment(as_of="2025-06-02", currency="EUR", marks=(), curves=(), volatilities=(),
        ...                     discount=None, day_count=DayCount.ACT_365_FIXED)
        >>> exposures([], today)
        ()
    """
    book = listed(positions, field="positions")
    check_names(book)
    check_type(environment, Environment, field="environment")
    rows: list[Exposure] = []
    problems: list[Problem] = []
    for position in book:
        try:
            rows += position.exposures(environment)
        except CarbonkitError as error:
            problems.append(_of(position, error))
    if problems:
        raise BatchError(problems)
    return tuple(rows)


def check_names(positions: Sequence[Position]) -> None:
    """Check that each position of a book has a name of its own."""
    seen: set[str] = set()
    for position in positions:
        check_type(position, Position, field="positions")
        if position.name in seen:
            raise InvalidValueError("name each position once", was=position.name, field="positions")
        seen.add(position.name)


def _of(position: Position, error: CarbonkitError) -> Problem:
    problem = error.problem
    where = f"{position.name}, {problem.field}" if problem.field else position.name
    return attrs.evolve(problem, field=where)

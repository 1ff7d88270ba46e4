"""
Means, variances and covariances of outcomes, exact, with the divisor and the centre named.

Sums run over whole numbers, so that nothing is lost however close the outcomes lie to
each other or however many there are.
"""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import NotFoundError
from carbonkit.fund._check import count as counted
from carbonkit.fund._observed import check_count, in_whole_numbers, observed, shown
from carbonkit.fund.figure import Number, square_root
from carbonkit.fund.risk.returns import aligned_returns
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AssetId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

__all__ = ["Centre", "Covariance", "Divisor", "Estimate", "covariance_of", "estimate_of"]


class Divisor(enum.Enum):
    """
    What a sum of squares is divided by; others call the difference to n the "ddof".

    Example:
        >>> Divisor("n − 1").name
        'COUNT_LESS_ONE'
    """

    COUNT = "n"
    """The count: the population's variance."""
    COUNT_LESS_ONE = "n − 1"
    """The count less one: an unbiased estimate if the centre is the sample's mean."""


class Centre(enum.Enum):
    """
    What deviations are measured from.

    Example:
        >>> Centre("zero").name
        'ZERO'
    """

    SAMPLE_MEAN = "sample mean"
    """The mean of the outcomes."""
    ZERO = "zero"
    """Zero: the mean is taken to be nothing, as is usual for daily returns."""


@attrs.frozen(kw_only=True)
class Estimate:
    """
    The mean and variance of outcomes over a stretch of time; made by `estimate_of`.

    Args:
        count: How many outcomes it rests on.
        mean: Their mean; zero if the centre is zero.
        variance: Their variance.
        divisor: What the squares were divided by.
        centre: What the deviations were measured from.
        periods: Over how many periods of the outcomes it reaches.

    Example:
        >>> estimate = estimate_of(["1", "3"], divisor=Divisor.COUNT_LESS_ONE, centre=Centre.SAMPLE_MEAN)
        >>> int(estimate.mean), int(estimate.variance)
        (2, 2)
    """

    count: int
    mean: Fraction = attrs.field(repr=shown)
    variance: Fraction = attrs.field(repr=shown)
    divisor: Divisor
    centre: Centre
    periods: int

    @property
    def deviation(self) -> Decimal:
        """The standard deviation, to 60 significant digits."""
        return square_root(self.variance)

    def over(self, periods: int) -> Estimate:
        """
        Scale to more periods: mean × periods, deviation × √periods, as if periods were independent.

        Args:
            periods: How many times as long.

        Returns:
            The estimate over them.

        Raises:
            InvalidValueError: If the periods are no whole number above zero.

        Example:
            >>> daily = estimate_of(["0.01", "0.03"], divisor=Divisor.COUNT, centre=Centre.SAMPLE_MEAN)
            >>> daily.over(4).mean / daily.mean, daily.over(4).deviation / daily.deviation
            (Fraction(4, 1), Decimal('2'))
        """
        times = counted(periods, field="periods")
        return attrs.evolve(
            self, mean=self.mean * times, variance=self.variance * times, periods=self.periods * times
        )


def estimate_of(outcomes: Iterable[Number], *, divisor: Divisor, centre: Centre) -> Estimate:
    """
    Estimate the mean and variance of outcomes, exactly.

    Args:
        outcomes: Returns, or gains and losses in money.
        divisor: What the sum of squares is divided by.
        centre: What deviations are measured from.

    Returns:
        The estimate, over one period.

    Raises:
        FundError: `too_few_outcomes` if there are fewer than two.
        BatchError: If outcomes are no exact numbers; each is named by its place.

    Example:
        >>> estimate_of(["1", "3"], divisor=Divisor.COUNT, centre=Centre.ZERO).variance
        Fraction(5, 1)
    """
    given = observed(outcomes, field="outcomes")
    _check(divisor, centre, len(given), field="outcomes")
    numbers, common = in_whole_numbers(given)
    mean = Fraction(sum(numbers), len(numbers) * common) if centre is Centre.SAMPLE_MEAN else Fraction(0)
    return Estimate(
        count=len(given),
        mean=mean,
        variance=_joint(numbers, numbers, divisor, centre) / common**2,
        divisor=divisor,
        centre=centre,
        periods=1,
    )


@attrs.frozen(kw_only=True)
class Covariance:
    """
    The covariances between the returns of assets; made by `covariance_of`.

    Args:
        assets: The assets, in order.
        rows: The covariances, a row for each asset.
        count: How many returns of each it rests on.
        divisor: What the products were divided by.
        centre: What the deviations were measured from.

    Example:
        >>> cea = AssetId("CEA")
        >>> found = covariance_of({cea: ["1", "3"]}, divisor=Divisor.COUNT, centre=Centre.SAMPLE_MEAN)
        >>> found.between(cea, cea)
        Fraction(1, 1)
    """

    assets: tuple[AssetId, ...]
    rows: tuple[tuple[Fraction, ...], ...] = attrs.field(repr=False)
    count: int
    divisor: Divisor
    centre: Centre

    def between(self, one: AssetId, other: AssetId) -> Fraction:
        """
        Find the covariance of two assets; of one with itself, its variance.

        Args:
            one: An asset.
            other: An asset.

        Returns:
            The covariance.

        Raises:
            NotFoundError: If an asset has no row.

        Example:
            >>> a, b = AssetId("A"), AssetId("B")
            >>> found = covariance_of({a: ["1", "3"], b: ["4", "0"]}, divisor=Divisor.COUNT,
            ...                       centre=Centre.SAMPLE_MEAN)
            >>> found.between(a, b) == found.between(b, a) == -2
            True
        """
        return self.rows[self._place(one)][self._place(other)]

    def _place(self, asset: AssetId) -> int:
        if asset not in self.assets:
            raise NotFoundError("be an asset of the covariance", was=str(asset), field="asset")
        return self.assets.index(asset)


def covariance_of(
    returns: Mapping[AssetId, Iterable[Number]], *, divisor: Divisor, centre: Centre
) -> Covariance:
    """
    Estimate the covariances between the returns of assets, exactly.

    Args:
        returns: The returns of each asset, oldest first, all of one length.
        divisor: What the sums of products are divided by.
        centre: What deviations are measured from.

    Returns:
        The covariances.

    Raises:
        FundError: `no_returns` or `other_length` if an asset has none, or more or fewer than the first;
            `too_few_outcomes` if there are fewer than two.
        BatchError: If a return is no exact number.

    Example:
        >>> a, b = AssetId("A"), AssetId("B")
        >>> found = covariance_of({a: ["1", "3"], b: ["2", "6"]}, divisor=Divisor.COUNT_LESS_ONE,
        ...                       centre=Centre.SAMPLE_MEAN)
        >>> [[int(each) for each in row] for row in found.rows]
        [[2, 4], [4, 8]]
    """
    series = aligned_returns(returns, returns)
    size = min((len(each) for each in series.values()), default=0)
    _check(divisor, centre, size, field="returns")
    scaled = [in_whole_numbers(each) for each in series.values()]
    half = [
        [_joint(left, right, divisor, centre) / (under * other) for right, other in scaled[: place + 1]]
        for place, (left, under) in enumerate(scaled)
    ]
    places = range(len(scaled))
    rows = tuple(tuple(half[max(one, two)][min(one, two)] for two in places) for one in places)
    return Covariance(assets=tuple(series), rows=rows, count=size, divisor=divisor, centre=centre)


def _check(divisor: Divisor, centre: Centre, count: int, *, field: str) -> None:
    check_type(divisor, Divisor, field="divisor")
    check_type(centre, Centre, field="centre")
    check_count(count, least=2, field=field)


def _joint(left: Sequence[int], right: Sequence[int], divisor: Divisor, centre: Centre) -> Fraction:
    """Give the mean product of the deviations of whole numbers."""
    count = len(left)
    under = count if divisor is Divisor.COUNT else count - 1
    products = sum(one * other for one, other in zip(left, right, strict=True))
    if centre is Centre.ZERO:
        return Fraction(products, under)
    return Fraction(count * products - sum(left) * sum(right), count * under)

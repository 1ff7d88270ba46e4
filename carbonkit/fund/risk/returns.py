"""
Returns: what a price gained from one observation to the next, and what a book would have gained by it.

A gain is positive and a loss negative. Simple returns are exact; log returns are worked
out with 60 digits.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from carbonkit.errors import BatchError, FundError, Problem
from carbonkit.fund._check import check_currency
from carbonkit.fund._observed import check_count, observed
from carbonkit.fund.figure import Number, exponential, logarithm
from carbonkit.fund.refusal import Refusal
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AssetId
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ReturnKind", "aligned_returns", "profit_and_loss", "returns_of"]


class ReturnKind(enum.Enum):
    """
    How the return between two prices is counted.

    Example:
        >>> ReturnKind("simple").name
        'SIMPLE'
    """

    SIMPLE = "simple"
    """Later price / earlier price − 1."""
    LOG = "log"
    """ln(later price / earlier price)."""


def returns_of(prices: Iterable[Number], *, kind: ReturnKind) -> tuple[Fraction, ...]:
    """
    Find the return from each price to the next.

    Args:
        prices: The prices of one thing, oldest first, evenly spaced in time.
        kind: Simple or log.

    Returns:
        The returns, one fewer than the prices.

    Raises:
        FundError: `too_few_outcomes` if there are fewer than two prices.
        BatchError: If prices are no exact numbers, or not above zero; each is named by its place.

    Example:
        >>> [str(each) for each in returns_of(["50.00", "55.00", "49.50"], kind=ReturnKind.SIMPLE)]
        ['1/10', '-1/10']
    """
    check_type(kind, ReturnKind, field="kind")
    given = observed(prices, field="prices")
    check_count(len(given), least=2, field="prices")
    problems = [
        Problem(code="invalid_value", must="be above zero", was=str(price), field="prices", row=place)
        for place, price in enumerate(given, start=1)
        if price <= 0
    ]
    if problems:
        raise BatchError(problems)
    ratios = (later / earlier for earlier, later in pairwise(given))
    if kind is ReturnKind.SIMPLE:
        return tuple(ratio - 1 for ratio in ratios)
    return tuple(Fraction(logarithm(ratio)) for ratio in ratios)


def aligned_returns(
    assets: Iterable[AssetId], returns: Mapping[AssetId, Iterable[Number]]
) -> dict[AssetId, tuple[Fraction, ...]]:
    """
    Take the returns of several assets over the same stretches of time.

    Args:
        assets: The assets that are needed.
        returns: The returns of each, oldest first; more assets than needed will do.

    Returns:
        The returns of those needed, in their order, all of one length.

    Raises:
        FundError: `no_returns` if an asset has none, `other_length` if one has more or fewer than the
            first; the asset is named.
        BatchError: If a return is no exact number; it is named by its asset and place.

    Example:
        >>> cea, ccer = AssetId("CEA"), AssetId("CCER")
        >>> aligned_returns([cea, ccer], {cea: ["0.01", "-0.02"], ccer: ["0.03"]})
        Traceback (most recent call last):
        ...
        carbonkit.errors.FundError: returns of CCER: must have as many as CEA, 2, was 1
    """
    check_type(returns, Mapping, field="returns")
    taken: dict[AssetId, tuple[Fraction, ...]] = {}
    first: AssetId | None = None
    for asset in assets:
        check_type(asset, AssetId, field="asset")
        field = f"returns of {asset}"
        series = observed(returns.get(asset, ()), field=field)
        if not series:
            raise FundError("be given", was="none", field=field, code=Refusal.NO_RETURNS)
        first = asset if first is None else first
        taken[asset] = series
        if len(series) != len(taken[first]):
            raise FundError(
                f"have as many as {first}, {len(taken[first])}",
                was=len(series),
                field=field,
                code=Refusal.OTHER_LENGTH,
            )
    return taken


def profit_and_loss(
    exposures: Mapping[AssetId, Money], returns: Mapping[AssetId, Iterable[Number]], *, kind: ReturnKind
) -> tuple[Fraction, ...]:
    """
    Find what today's book would have gained by each past move of its prices.

    Args:
        exposures: What is held of each asset at market value today; negative for what is owed.
        returns: The past returns of each asset, oldest first, all of one length.
        kind: What kind of returns they are; a log return r moves a price by e^r − 1.

    Returns:
        The gain for each move, in the main unit of the currency; a loss is negative.

    Raises:
        CurrencyMismatchError: If the exposures are in two currencies; the asset is named.
        FundError: As `aligned_returns`; `no_returns` too if there is no exposure at all.
        BatchError: If a return is no exact number.

    Example:
        >>> cea, ccer = AssetId("CEA"), AssetId("CCER")
        >>> book = {cea: Money("1000", "CNY"), ccer: Money("-500", "CNY")}
        >>> moves = {cea: ["0.01", "-0.02"], ccer: ["0.03", "0.01"]}
        >>> [int(gain) for gain in profit_and_loss(book, moves, kind=ReturnKind.SIMPLE)]
        [-5, -25]
    """
    check_type(kind, ReturnKind, field="kind")
    check_exposures(exposures)
    series = aligned_returns(exposures, returns)
    lines = [
        [Fraction(exposures[asset].amount) * _move(each, kind) for each in moves]
        for asset, moves in series.items()
    ]
    return tuple(sum(line, Fraction(0)) for line in zip(*lines, strict=True))


def check_exposures(exposures: Mapping[AssetId, Money]) -> str:
    """Check that there are exposures, all in one currency, and give the currency."""
    check_type(exposures, Mapping, field="exposures")
    currency = ""
    for asset, value in exposures.items():
        check_type(value, Money, field=f"exposure to {asset}")
        currency = currency or value.currency
        check_currency(value, currency, field=f"exposure to {asset}")
    if not currency:
        raise FundError("name one asset at least", was="none", field="exposures", code=Refusal.NO_RETURNS)
    return currency


def _move(value: Fraction, kind: ReturnKind) -> Fraction:
    return value if kind is ReturnKind.SIMPLE else Fraction(exponential(value)) - 1

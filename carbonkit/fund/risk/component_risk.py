"""
Component risk: what each asset adds to the value at risk of a book, by the delta-normal method.

The loss is taken to be normal with a mean of nothing: value at risk = quantile × √(w′Σw)
for exposures w and the covariance Σ of returns. It is homogeneous in the exposures, so it
divides among them without a rest (Euler).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, NotFoundError
from carbonkit.fund._observed import CONTEXT, shown, tail_of
from carbonkit.fund.figure import Number, money, square_root
from carbonkit.fund.option.normal import quantile as normal_quantile
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.risk.covariance import Covariance
from carbonkit.fund.risk.returns import check_exposures
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AssetId
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carbonkit.values.number import Rounding

__all__ = ["ComponentRisk", "DeltaNormalRisk", "delta_normal_risk"]


@attrs.frozen(kw_only=True)
class ComponentRisk:
    """
    What one asset adds to the value at risk of a book.

    Args:
        asset: The asset.
        exposure: How much of it is held, at market.
        marginal: How much the value at risk rises for one more unit of money in it.
        component: Its part of the value at risk; negative for what hedges the rest.
        share: The same as a part of 1, exactly.

    Example:
        >>> part = ComponentRisk(asset=AssetId("CEA"), exposure=Money("100", "CNY"),
        ...                      marginal=Fraction(1, 50), component=Fraction(2), share=Fraction(1))
        >>> part.component == part.marginal * 100
        True
    """

    asset: AssetId
    exposure: Money
    marginal: Fraction = attrs.field(repr=shown)
    component: Fraction = attrs.field(repr=shown)
    share: Fraction = attrs.field(repr=shown)


@attrs.frozen(kw_only=True)
class DeltaNormalRisk:
    """
    The delta-normal value at risk of a book and its components; made by `delta_normal_risk`.

    Args:
        currency: The currency of the exposures.
        confidence: At which confidence, between 0 and 1.
        quantile: The normal quantile at it.
        deviation: The deviation of the book's gain, √(w′Σw).
        loss: The value at risk, positive for a loss.
        components: What each asset adds; together exactly the loss.

    Example:
        >>> from carbonkit.fund.risk.covariance import Centre, Divisor, covariance_of
        >>> a, b = AssetId("A"), AssetId("B")
        >>> moves = covariance_of({a: ["0.01", "-0.01"], b: ["0.02", "-0.02"]}, divisor=Divisor.COUNT,
        ...                       centre=Centre.ZERO)
        >>> book = {a: Money("1000", "CNY"), b: Money("500", "CNY")}
        >>> from carbonkit.values import Rounding
        >>> risk = delta_normal_risk(book, moves, confidence="0.95")
        >>> risk.money(Rounding.HALF_UP), [str(each.share) for each in risk.components]
        (Money('32.90', 'CNY'), ['1/2', '1/2'])
    """

    currency: str
    confidence: Fraction
    quantile: Decimal
    deviation: Decimal
    loss: Fraction = attrs.field(repr=shown)
    components: tuple[ComponentRisk, ...]

    def of(self, asset: AssetId) -> ComponentRisk:
        """
        Find what one asset adds.

        Args:
            asset: The asset.

        Returns:
            Its component.

        Raises:
            NotFoundError: If the book does not hold it.

        Example:
            >>> from carbonkit.fund.risk.covariance import Centre, Divisor, covariance_of
            >>> cea = AssetId("CEA")
            >>> moves = covariance_of({cea: ["0.01", "-0.01"]}, divisor=Divisor.COUNT, centre=Centre.ZERO)
            >>> delta_normal_risk({cea: Money("1", "CNY")}, moves, confidence="0.95").of(cea).share
            Fraction(1, 1)
        """
        for each in self.components:
            if each.asset == asset:
                return each
        raise NotFoundError("be an asset of the book", was=str(asset), field="asset")

    def money(self, rounding: Rounding) -> Money:
        """
        Give the value at risk as money.

        Args:
            rounding: How it is rounded to the minor unit.

        Returns:
            The money.

        Example:
            >>> from carbonkit.fund.risk.covariance import Centre, Divisor, covariance_of
            >>> cea = AssetId("CEA")
            >>> moves = covariance_of({cea: ["0.01", "-0.01"]}, divisor=Divisor.COUNT, centre=Centre.ZERO)
            >>> from carbonkit.values import Rounding
            >>> book = {cea: Money("1000000", "CNY")}
            >>> delta_normal_risk(book, moves, confidence="0.95").money(Rounding.HALF_UP)
            Money('16448.54', 'CNY')
        """
        return money(self.loss, self.currency, rounding)

    def explain(self) -> Explanation:
        """Say how the value at risk came about, asset by asset."""
        return Explanation(
            f"delta-normal value at risk at {shown(self.confidence * 100)} %, in {self.currency}",
            shown(self.loss),
            how=f"normal quantile {shown(self.quantile)} × deviation {shown(self.deviation)}",
            parts=(
                Explanation(
                    str(each.asset),
                    shown(each.component),
                    how=f"{each.exposure} × marginal {shown(each.marginal)}",
                )
                for each in self.components
            ),
        )


def delta_normal_risk(
    exposures: Mapping[AssetId, Money], covariance: Covariance, *, confidence: Number
) -> DeltaNormalRisk:
    """
    Work out the value at risk of a book and divide it among its assets.

    Args:
        exposures: What is held of each asset at market value; negative for what is owed.
        covariance: The covariances of the assets' returns; more assets will do.
        confidence: Between 0 and 1.

    Returns:
        The value at risk, worked out with 60 digits, and its components, which add up to it exactly.

    Raises:
        NotFoundError: If the covariance has no row for an asset.
        CurrencyMismatchError: If the exposures are in two currencies; the asset is named.
        FundError: `no_returns` if there is no exposure, `no_dispersion` if the book has no risk to divide.
        InvalidValueError: If the confidence is not between 0 and 1.

    Example:
        >>> from carbonkit.fund.risk.covariance import Centre, Divisor, covariance_of
        >>> a, b = AssetId("A"), AssetId("B")
        >>> moves = covariance_of({a: ["0.01", "-0.01"], b: ["0.01", "-0.01"]}, divisor=Divisor.COUNT,
        ...                       centre=Centre.ZERO)
        >>> hedged = {a: Money("100", "CNY"), b: Money("-50", "CNY")}
        >>> [str(each.share) for each in delta_normal_risk(hedged, moves, confidence="0.99").components]
        ['2', '-1']
    """
    check_type(covariance, Covariance, field="covariance")
    tail = tail_of(confidence)
    currency = check_exposures(exposures)
    held = {asset: Fraction(value.amount) for asset, value in exposures.items()}
    pulls = {
        asset: sum((covariance.between(asset, other) * size for other, size in held.items()), Fraction(0))
        for asset in held
    }
    variance = sum((held[asset] * pull for asset, pull in pulls.items()), Fraction(0))
    if not variance:
        raise FundError(
            "have a risk to divide", was="a variance of 0", field="exposures", code=Refusal.NO_DISPERSION
        )
    point, deviation = normal_quantile(1 - tail), square_root(variance)
    loss = Fraction(CONTEXT.multiply(point, deviation))
    return DeltaNormalRisk(
        currency=currency,
        confidence=1 - tail,
        quantile=point,
        deviation=deviation,
        loss=loss,
        components=tuple(
            ComponentRisk(
                asset=asset,
                exposure=exposures[asset],
                marginal=loss * pull / variance,
                component=loss * held[asset] * pull / variance,
                share=held[asset] * pull / variance,
            )
            for asset, pull in pulls.items()
        ),
    )

"""Reverse stress: which fall or rise of prices loses a given amount, found between bounds that are named."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import check_currency, listed, paid
from carbonkit.fund._shown import shown
from carbonkit.fund.figure import Number, figure, fraction
from carbonkit.fund.position.environment import Environment
from carbonkit.fund.position.position import revalue
from carbonkit.fund.position.shock import PriceShock, ShockKind
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AssetId
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from carbonkit.fund.position.position import Position

__all__ = ["ReverseStress", "reverse_stress"]

_MOST_PLACES = 30
_MOST_STEPS = 10_000


@attrs.frozen(kw_only=True)
class ReverseStress:
    """
    The shock that loses an amount; made by `reverse_stress`.

    Args:
        asset: Whose price is shocked; None for every asset.
        kind: What the size counts.
        loss: The loss that was asked for.
        size: The smallest size found, of so many places, that loses as much or more.
        profit: What the book gains under exactly that size; at or below −loss.

    Example:
        >>> found = ReverseStress(asset=None, kind=ShockKind.RELATIVE, loss=Money("700.00", "EUR"),
        ...                       size=Decimal("-0.100"), profit=Fraction(-700))
        >>> print(found.explain().text())
        shock that loses 700.00 EUR: -0.100 = the price of every asset, share of the level
          profit under it: -700 EUR
    """

    asset: AssetId | None
    kind: ShockKind
    loss: Money
    size: Decimal
    profit: Fraction

    def explain(self) -> Explanation:
        """Say which shock it is and what the book gains under it."""
        profit = Explanation("profit under it", f"{shown(self.profit)} {self.loss.currency}")
        how = f"the price of {self.asset or 'every asset'}, {self.kind.value}"
        return Explanation(f"shock that loses {self.loss}", str(self.size), how=how, parts=(profit,))


def reverse_stress(
    positions: Iterable[Position],
    environment: Environment,
    *,
    loss: Money,
    asset: AssetId | None,
    kind: ShockKind,
    furthest: Number,
    steps: int,
    places: int,
) -> ReverseStress:
    """
    Find the price shock that loses an amount.

    From no shock to the furthest the way is cut into equal steps. In the first step at whose
    end the amount is lost, the size is halved in on. A loss that comes and goes within one
    step can be passed over: take more steps for a book with bought and sold options.

    Args:
        positions: What the book holds.
        environment: The prices as observed.
        loss: How much is lost; above zero.
        asset: Whose price is shocked; None for every asset.
        kind: What the size counts.
        furthest: The furthest shock to look at; negative for falling prices.
        steps: Into how many steps the way is cut, at most 10,000; one will do where the value moves one way.
        places: Decimal places of the size.

    Returns:
        The shock nearest to none that was found: of the sizes with so many places the first that loses the
        amount or more.

    Raises:
        BatchError: If positions cannot be valued; it lists all of them.
        FundError: `no_solution` if no step ends with the loss.
        InvalidValueError: If the loss is not above zero, the furthest shock is zero or has more places, or
            steps or places are out of range.
        CurrencyMismatchError: If the loss is in another currency.

    Example:
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.position.environment import Environment
        >>> from carbonkit.fund.portfolio.holding import Holding, Lot
        >>> from carbonkit.fund.position.spot_position import SpotPosition
        >>> from carbonkit.fund.portfolio.valuation import Mark
        >>> from carbonkit.market.contract import Spot
        >>> from carbonkit.values import Price
        >>> eua = AssetId("EUA")
        >>> lot = Lot(eua, 100, Money("6800.00", "EUR"), "2025-05-02")
        >>> held = SpotPosition(name="EUA", holding=Holding(eua, [lot]), usable_until=None,
        ...                     terms=Spot(scheme="EU ETS", vintage="2025"))
        >>> today = Environment(as_of="2025-06-02", currency="EUR", curves=(), volatilities=(), discount=None,
        ...                     marks=[Mark(eua, Price("70.00", "EUR", "tCO2e"), "2025-06-02", "invented")],
        ...                     day_count=DayCount.ACT_365_FIXED)
        >>> reverse_stress([held], today, loss=Money("1000.00", "EUR"), asset=eua, kind=ShockKind.RELATIVE,
        ...                furthest="-0.99", steps=1, places=6).size
        Decimal('-0.142858')
    """
    book = listed(positions, field="positions")
    check_type(environment, Environment, field="environment")
    check_currency(paid(loss, field="loss"), environment.currency, field="loss")
    if loss.amount <= 0:
        raise InvalidValueError("be above zero", was=str(loss), field="loss")
    end = _in_places(furthest, places)
    count = whole(steps, field="steps")
    most = min(abs(end), _MOST_STEPS)
    if not 1 <= count <= most:
        raise InvalidValueError(f"be from 1 to {most}", was=steps, field="steps")
    start = revalue(book, environment).total
    unit = Fraction(1, 10**places)

    def profit(size: int) -> Fraction:
        shock = PriceShock(asset=asset, size=size * unit, kind=kind)
        return revalue(book, environment.under([shock])).total - start

    found = _first_loss(profit, Fraction(loss.amount), end, count)
    if found is None:
        raise FundError(
            f"lose {loss} at the end of a step",
            was=f"no step up to {shown(end * unit)} does",
            field="furthest",
            code=Refusal.NO_SOLUTION,
            hint="look further, or in more steps",
        )
    size = figure(found * unit, places, Rounding.HALF_EVEN)
    return ReverseStress(asset=asset, kind=kind, loss=loss, size=size, profit=profit(found))


def _in_places(furthest: Number, places: int) -> int:
    digits = whole(places, field="places")
    if not 0 <= digits <= _MOST_PLACES:
        raise InvalidValueError(f"be from 0 to {_MOST_PLACES}", was=digits, field="places")
    scaled: Fraction = fraction(furthest, field="furthest") * 10**digits
    if not scaled or scaled.denominator != 1:
        raise InvalidValueError(
            f"be other than zero, with at most {digits} places", was=str(furthest), field="furthest"
        )
    return scaled.numerator


def _first_loss(profit: Callable[[int], Fraction], loss: Fraction, end: int, steps: int) -> int | None:
    """Find the first whole size towards the end that loses the amount, within the first step that ends so."""
    before = 0
    for step in range(1, steps + 1):
        after = end * step // steps if end > 0 else -(-end * step // steps)
        if profit(after) <= -loss:
            while abs(after - before) > 1:
                middle = (before + after) // 2
                before, after = (before, middle) if profit(middle) <= -loss else (middle, after)
            return after
        before = after
    return None

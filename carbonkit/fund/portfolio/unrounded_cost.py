"""
Unrounded costs: what sales cost by a method if nothing were ever rounded, to compare with what is booked.

Booked costs are whole minor units. These are exact fractions; the two differ by what
rounding took, which stays in the cost of what is held.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import listed
from carbonkit.fund.portfolio.cost_method import CostMethod, PeriodAverage
from carbonkit.fund.portfolio.trade_history import Sale, replay
from carbonkit.values.number import Rounding
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from carbonkit.fund.portfolio.holding import Lot
    from carbonkit.values.identifier import AssetId

__all__ = ["UnroundedSale", "unrounded_sales"]

Pieces = list[tuple[int, Fraction]]


@attrs.frozen(kw_only=True)
class UnroundedSale:
    """
    A sale and what it cost without any rounding; made by `unrounded_sales`.

    Args:
        sale: The sale.
        cost: What was sold had cost, in the currency's main unit.

    Example:
        >>> from carbonkit.values import AssetId, Money
        >>> sale = Sale(AssetId("EUA"), 3, Money("210.00", "EUR"), "2024-05-20")
        >>> UnroundedSale(sale=sale, cost=Fraction(200)).unit_cost
        Fraction(200, 3)
    """

    sale: Sale
    cost: Fraction

    @property
    def unit_cost(self) -> Fraction:
        """What each tonne had cost."""
        return self.cost / self.sale.quantity

    @property
    def gain(self) -> Fraction:
        """What the sale brought, less the cost; negative for a loss."""
        return Fraction(self.sale.proceeds.amount) - self.cost


def unrounded_sales(
    trades: Iterable[Lot | Sale],
    *,
    currency: str,
    method: CostMethod | PeriodAverage,
    as_of: str | datetime.date,
) -> tuple[UnroundedSale, ...]:
    """
    Take trades through a cost method without rounding anything.

    Args:
        trades: Purchases and sales in the order in which they were made.
        currency: The one currency that all are paid in.
        method: What the tonnes of a sale are taken to have cost; not specific identification.
        as_of: The day up to which the trades are known.

    Returns:
        Each sale with its exact cost, in the order of the sales.

    Raises:
        BatchError: As `replay` does.
        FundError: As `replay` does.
        InvalidValueError: If the method is specific identification.

    Example:
        >>> from carbonkit.fund.portfolio.holding import Lot
        >>> from carbonkit.values import AssetId, Money
        >>> eua = AssetId("EUA")
        >>> trades = [Lot(eua, 3, Money("100.00", "EUR"), "2024-01-10"),
        ...           Sale(eua, 1, Money("40.00", "EUR"), "2024-05-20")]
        >>> unrounded_sales(trades, currency="EUR", method=CostMethod.WEIGHTED_AVERAGE,
        ...                 as_of="2024-06-30")[0].gain
        Fraction(20, 3)
    """
    if method is CostMethod.SPECIFIC:
        raise InvalidValueError("be a method that chooses the lots", was=method.value, field="method")
    made, day = listed(trades, field="trades"), as_date(as_of, field="as_of")
    replay(made, currency=currency, method=method, as_of=day, rounding=Rounding.HALF_EVEN)
    sales = [trade for trade in made if isinstance(trade, Sale)]
    costs = _averaged(made, method) if isinstance(method, PeriodAverage) else _at_once(made, method)
    return tuple(UnroundedSale(sale=sale, cost=cost) for sale, cost in zip(sales, costs, strict=True))


def _at_once(trades: tuple[Lot | Sale, ...], method: CostMethod) -> list[Fraction]:
    held: dict[AssetId, Pieces] = {}
    costs: list[Fraction] = []
    for trade in trades:
        pieces = held.setdefault(trade.asset, [])
        if not isinstance(trade, Sale):
            pieces.append((trade.quantity, Fraction(trade.cost.amount)))
            continue
        if method is CostMethod.WEIGHTED_AVERAGE:
            whole = sum(quantity for quantity, _ in pieces)
            pieces[:] = [(whole, sum((cost for _, cost in pieces), Fraction(0)))]
        costs.append(_take(pieces, trade.quantity, -1 if method is CostMethod.LIFO else 0))
    return costs


def _take(pieces: Pieces, quantity: int, end: int) -> Fraction:
    """Take units off one end of the pieces, and give what they cost."""
    taken = Fraction(0)
    while quantity:
        units, cost = pieces.pop(end)
        used = min(units, quantity)
        part = cost * Fraction(used, units)
        taken, quantity = taken + part, quantity - used
        if used < units:
            rest = (units - used, cost - part)
            pieces.insert(0 if end == 0 else len(pieces), rest)
    return taken


def _averaged(trades: tuple[Lot | Sale, ...], average: PeriodAverage) -> list[Fraction]:
    totals: dict[AssetId, tuple[int, Fraction]] = {}
    costs: list[Fraction] = []
    for period in dict.fromkeys(average.period_of(_day(trade)) for trade in trades):
        within = [trade for trade in trades if _day(trade) in period]
        for trade in within:
            quantity, cost = totals.get(trade.asset, (0, Fraction(0)))
            if not isinstance(trade, Sale):
                totals[trade.asset] = quantity + trade.quantity, cost + Fraction(trade.cost.amount)
        unit = {asset: cost / quantity for asset, (quantity, cost) in totals.items() if quantity}
        for trade in within:
            if isinstance(trade, Sale):
                quantity, cost = totals[trade.asset]
                costs.append(unit[trade.asset] * trade.quantity)
                totals[trade.asset] = quantity - trade.quantity, cost - costs[-1]
    return costs


def _day(trade: Lot | Sale) -> datetime.date:
    return trade.sold_on if isinstance(trade, Sale) else trade.bought_on

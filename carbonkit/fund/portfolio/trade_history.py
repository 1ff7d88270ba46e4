"""Trade histories: purchases and sales replayed under one cost method, with what was gained on the way."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import BatchError, CarbonkitError, FundError
from carbonkit.fund._check import listed, paid, quantity_of, total_of
from carbonkit.fund.portfolio._lots import costing, part_of
from carbonkit.fund.portfolio.cost_method import CostMethod, PeriodAverage
from carbonkit.fund.portfolio.holding import Holding, Lot
from carbonkit.fund.portfolio.portfolio import Portfolio, Realised
from carbonkit.fund.portfolio.valuation import Mark, net_asset_value
from carbonkit.fund.refusal import Refusal
from carbonkit.ledger.serial import SerialRange
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AssetId
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from carbonkit.errors import Problem

__all__ = ["Sale", "TradeHistory", "replay"]


def _proceeds(value: Money) -> Money:
    return paid(value, field="proceeds")


def _sold_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="sold_on")


def _chosen(
    value: Iterable[tuple[Lot, int | SerialRange]],
) -> tuple[tuple[Lot, int | SerialRange], ...]:
    return listed(value, field="chosen")


@attrs.frozen
class Sale:
    """
    A sale as it was made, before any cost method.

    Args:
        asset: What was sold.
        quantity: How many whole tonnes; above zero. [tCO2e]
        proceeds: What it brought, all that reduces it taken off.
        sold_on: The day.
        chosen: For specific identification alone: the lots, as `Portfolio.sell` takes them.

    Raises:
        InvalidValueError: If the quantity is not above zero, or the proceeds are negative or have a
            fraction of a minor unit.

    Example:
        >>> Sale(AssetId("EUA"), 1500, Money("132000.00", "EUR"), "2024-05-20").quantity
        1500
    """

    asset: AssetId = attrs.field(validator=is_a(AssetId))
    quantity: int = attrs.field(converter=quantity_of)
    proceeds: Money = attrs.field(converter=_proceeds)
    sold_on: datetime.date = attrs.field(converter=_sold_on)
    chosen: tuple[tuple[Lot, int | SerialRange], ...] = attrs.field(
        default=(), converter=_chosen, kw_only=True
    )


@attrs.frozen(kw_only=True)
class TradeHistory:
    """
    What trades left behind and brought under one cost method; made by `replay`.

    Whatever the method, `realised + unrealised = proceeds − purchases + market value`.

    Args:
        portfolio: What is left, at the cost that the method gives it.
        realised: Each sale with its cost, in the order of the sales.
        purchases: What all purchases cost together.
        method: The cost method.
        as_of: The day up to which the trades are known.

    Example:
        >>> eua = AssetId("EUA")
        >>> trades = [Lot(eua, 2, Money("100.00", "EUR"), "2024-01-10"),
        ...           Lot(eua, 2, Money("140.00", "EUR"), "2024-03-05"),
        ...           Sale(eua, 3, Money("210.00", "EUR"), "2024-05-20")]
        >>> history = replay(trades, currency="EUR", method=CostMethod.LIFO, as_of="2024-06-30",
        ...                  rounding=Rounding.HALF_UP)
        >>> print(history.explain().text())
        realised gain: 20.00 EUR = proceeds − cost, last in, first out
          gain on 3 tCO2e of EUA sold on 2024-05-20: 20.00 EUR = proceeds − cost
            proceeds: 210.00 EUR
            cost: 190.00 EUR = last in, first out, rounded half up to the minor unit
              lot of 2024-03-05: 140.00 EUR = cost of 2 tCO2e
              lot of 2024-01-10: 50.00 EUR = cost of 1 tCO2e
    """

    portfolio: Portfolio
    realised: tuple[Realised, ...]
    purchases: Money
    method: CostMethod | PeriodAverage
    as_of: datetime.date

    @property
    def proceeds(self) -> Money:
        """What all sales brought."""
        return total_of((sale.proceeds for sale in self.realised), self.portfolio.currency)

    @property
    def realised_gain(self) -> Money:
        """What was gained by the sales."""
        return total_of((sale.gain for sale in self.realised), self.portfolio.currency)

    def unrealised(self, marks: Iterable[Mark]) -> Money:
        """
        Say what would be gained by selling all that is left at its mark.

        Args:
            marks: One for each asset that is held; a longer list will do.

        Returns:
            The market value less the cost; never rounded.

        Raises:
            FundError: `unpriced` if an asset has no mark, `price_from_later` if a mark is of a later day
                than the history.
            CurrencyMismatchError: If a mark is in another currency.

        Example:
            >>> from carbonkit.values import Price
            >>> eua = AssetId("EUA")
            >>> history = replay([Lot(eua, 2, Money("100.00", "EUR"), "2024-01-10")], currency="EUR",
            ...                  method=CostMethod.FIFO, as_of="2024-06-30", rounding=Rounding.HALF_UP)
            >>> history.unrealised([Mark(eua, Price("66.10", "EUR", "tCO2e"), "2024-06-28", "settlement")])
            Money('32.20', 'EUR')
        """
        nothing = Money.from_minor(0, self.portfolio.currency)
        return net_asset_value(
            self.portfolio, as_of=self.as_of, cash=nothing, liabilities=nothing, marks=marks
        ).unrealised

    def explain(self) -> Explanation:
        """Say how the realised gain came about, sale by sale."""
        return Explanation(
            "realised gain",
            str(self.realised_gain),
            how=f"proceeds − cost, {self.method.value}",
            parts=(sale.explain() for sale in self.realised),
        )


def replay(
    trades: Iterable[Lot | Sale],
    *,
    currency: str,
    method: CostMethod | PeriodAverage,
    as_of: str | datetime.date,
    rounding: Rounding,
) -> TradeHistory:
    """
    Take trades through a cost method, from the first purchase to a day.

    Under a weighted average over a period, what rounding takes from one sale's cost
    goes to the next one's, so that the costs of a period add up; what is left is held at
    the rest of the period's cost.

    Args:
        trades: Purchases and sales in the order in which they were made.
        currency: The one currency that all are paid in.
        method: What the tonnes of a sale are taken to have cost.
        as_of: The day up to which the trades are known.
        rounding: How a cost that does not come out to the minor unit is rounded.

    Returns:
        What is left, and what each sale gained.

    Raises:
        BatchError: If trades do not fit; it lists all of them, each by its number: oversold, out of
            order, in another currency, after `as_of`, or without the lots that the method asks for.
        FundError: `period_open` if a sale's period is not over on `as_of`, so that its average is not
            known.

    Example:
        >>> eua = AssetId("EUA")
        >>> trades = [Lot(eua, 2, Money("100.00", "EUR"), "2024-01-10"),
        ...           Sale(eua, 3, Money("210.00", "EUR"), "2024-05-20"),
        ...           Lot(eua, 2, Money("140.00", "EUR"), "2024-06-05")]
        >>> replay(trades[:1] + trades[2:] + [Sale(eua, 3, Money("210.00", "EUR"), "2024-06-20")],
        ...        currency="EUR", method=PeriodAverage.ANNUAL, as_of="2024-12-31",
        ...        rounding=Rounding.HALF_UP).realised_gain
        Money('30.00', 'EUR')
        >>> replay(trades, currency="EUR", method=CostMethod.FIFO, as_of="2024-12-31",
        ...        rounding=Rounding.HALF_UP)
        Traceback (most recent call last):
        ...
        carbonkit.errors.BatchError: 1 problem; nothing was written
          trade 2, quantity: must be at most the 2 tCO2e of EUA that are held, was 3
    """
    day = as_date(as_of, field="as_of")
    check_type(rounding, Rounding, field="rounding")
    average = method if isinstance(method, PeriodAverage) else None
    if average is None:
        check_type(method, CostMethod, field="method")
    held, sales, costs = Portfolio(currency), list[Realised](), list[Money]()
    period: Period | None = None
    since = 0  # the first sale of the period
    problems: list[Problem] = []
    for number, trade in enumerate(listed(trades, field="trades"), start=1):
        try:
            on = _day_of(trade, day)
            if average is not None and (period is None or on not in period):
                held, sales[since:] = _averaged(held, sales[since:], average, rounding)
                period, since = average.period_of(on), len(sales)
            if isinstance(trade, Lot):
                held = held.buy(trade)
                costs.append(trade.cost)
            else:
                held, sale = _sold(held, trade, method, rounding)
                sales.append(sale)
        except CarbonkitError as error:
            problem = error.problem
            where = f"trade {number}, {problem.field}" if problem.field else f"trade {number}"
            problems.append(attrs.evolve(problem, field=where))
    if problems:
        raise BatchError(problems)
    if average is not None:
        _check_over(period, sales[since:], day)
        held, sales[since:] = _averaged(held, sales[since:], average, rounding)
    bought = total_of(costs, held.currency)
    return TradeHistory(portfolio=held, realised=tuple(sales), purchases=bought, method=method, as_of=day)


def _day_of(trade: Lot | Sale, as_of: datetime.date) -> datetime.date:
    if isinstance(trade, Sale):
        on = trade.sold_on
    else:
        check_type(trade, Lot, field="")
        on = trade.bought_on
    if on > as_of:
        raise FundError(f"be of {as_of} or before", was=str(on), field="day", code=Refusal.OUT_OF_ORDER)
    return on


def _sold(
    held: Portfolio, sale: Sale, method: CostMethod | PeriodAverage, rounding: Rounding
) -> tuple[Portfolio, Realised]:
    """Sell by the method; in a period whose average is not known yet, by the oldest lots."""
    known = method if isinstance(method, CostMethod) else CostMethod.FIFO
    return held.sell(
        sale.asset,
        sale.quantity,
        sale.proceeds,
        sale.sold_on,
        method=known,
        rounding=rounding,
        chosen=sale.chosen,
    )


def _averaged(
    held: Portfolio, sales: Sequence[Realised], average: PeriodAverage, rounding: Rounding
) -> tuple[Portfolio, list[Realised]]:
    """Give the sales of a period, and what is left of their assets, the period's average cost."""
    cost: dict[AssetId, Money] = {}
    quantity: dict[AssetId, int] = {}
    for asset in {sale.asset for sale in sales}:
        rest = held.holding(asset)
        cost[asset] = Money.from_minor(0, held.currency) if rest is None else rest.cost
        quantity[asset] = held.quantity(asset)
    for sale in sales:
        cost[sale.asset] += sale.cost
        quantity[sale.asset] += sale.quantity
    sold = dict.fromkeys(cost, 0)
    charged = {asset: Money.from_minor(0, held.currency) for asset in cost}
    again: list[Realised] = []
    for sale in sales:
        sold[sale.asset] += sale.quantity
        so_far = part_of(cost[sale.asset], sold[sale.asset], quantity[sale.asset], rounding)
        lots = costing(sale.lots, so_far - charged[sale.asset])
        charged[sale.asset] = so_far
        again.append(attrs.evolve(sale, lots=lots, method=average))
    left = (
        Holding(each.asset, costing(each.lots, cost[each.asset] - charged[each.asset]))
        if each.asset in cost
        else each
        for each in held.holdings
    )
    return attrs.evolve(held, holdings=left), again


def _check_over(period: Period | None, sales: Sequence[Realised], as_of: datetime.date) -> None:
    if not sales or period is None:
        return
    last = period.start + datetime.timedelta(days=period.days - 1)
    if as_of < last:
        raise FundError(
            f"be {last} or later, when the average of the sale of {sales[-1].sold_on} is known",
            was=str(as_of),
            field="as_of",
            code=Refusal.PERIOD_OPEN,
        )

"""
Portfolios: what purchases and sales leave behind, and what was gained on the way.

Whatever the cost method, realised and unrealised gains together are the market
value plus the proceeds less the purchases: a method only decides when a gain is
realised. What rounding takes from the cost of a sale stays in the cost of what
is left, so that no part of a purchase is lost.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import check_currency, count, listed, paid, total_of
from carbonkit.fund.portfolio._lots import chosen_out, costing, first_out, last_out, part_of
from carbonkit.fund.portfolio.cost_method import CostMethod, PeriodAverage
from carbonkit.fund.portfolio.holding import Holding, Lot
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AssetId
from carbonkit.values.money import Money, currency_code
from carbonkit.values.number import Rounding
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from carbonkit.ledger.serial import SerialRange

__all__ = ["Portfolio", "Realised"]


@attrs.frozen(kw_only=True)
class Realised:
    """
    A sale and what was gained by it; made by `Portfolio.sell` and `replay`.

    Args:
        asset: What was sold.
        sold_on: The day.
        proceeds: What the sale brought.
        lots: What was sold, lot by lot, at the cost that the method gives it.
        method: The cost method.
        rounding: How the cost was rounded to the minor unit where it had to be.

    Example:
        >>> from carbonkit.fund.portfolio.cost_method import CostMethod
        >>> held = Portfolio("EUR").buy(Lot(AssetId("EUA"), 1000, Money("70000.00", "EUR"), "2024-01-10"))
        >>> _, sale = held.sell(AssetId("EUA"), 400, Money("35200.00", "EUR"), "2024-05-20",
        ...                     method=CostMethod.FIFO, rounding=Rounding.HALF_UP)
        >>> sale.cost, sale.gain
        (Money('28000.00', 'EUR'), Money('7200.00', 'EUR'))
    """

    asset: AssetId
    sold_on: datetime.date
    proceeds: Money
    lots: tuple[Lot, ...]
    method: CostMethod | PeriodAverage
    rounding: Rounding

    @property
    def quantity(self) -> int:
        """How many tonnes were sold."""
        return sum(lot.quantity for lot in self.lots)

    @property
    def cost(self) -> Money:
        """What they had cost."""
        return total_of((lot.cost for lot in self.lots), self.proceeds.currency)

    @property
    def gain(self) -> Money:
        """What the sale brought, less the cost; negative for a loss."""
        return self.proceeds - self.cost

    def explain(self) -> Explanation:
        """Say how the gain came about, down to the lots."""
        how = f"{self.method.value}, rounded {self.rounding.name.lower().replace('_', ' ')} to the minor unit"
        cost = Explanation("cost", str(self.cost), how, parts=(lot.explain() for lot in self.lots))
        return Explanation(
            f"gain on {self.quantity} tCO2e of {self.asset} sold on {self.sold_on}",
            str(self.gain),
            how="proceeds − cost",
            parts=(Explanation("proceeds", str(self.proceeds)), cost),
        )


def _holdings(value: Iterable[Holding]) -> tuple[Holding, ...]:
    return listed(value, field="holdings")


def _last_on(value: str | datetime.date | None) -> datetime.date | None:
    return None if value is None else as_date(value, field="last_on")


@attrs.frozen
class Portfolio:
    """
    What is held of each asset; a purchase or a sale gives the portfolio after it.

    Args:
        currency: The one currency that it buys and sells in.
        holdings: What is held, in the order in which the assets came in.
        last_on: The day of the last purchase or sale; None before the first.

    Raises:
        InvalidValueError: If there is no such currency, an asset stands there twice, or a lot was bought
            after the last day.
        CurrencyMismatchError: If something was paid in another currency.

    Example:
        >>> held = Portfolio("CNY").buy(Lot(AssetId("CEA"), 100, Money("4800.00", "CNY"), "2021-07-16"))
        >>> held.cost, held.quantity(AssetId("CEA")), held.quantity(AssetId("CCER"))
        (Money('4800.00', 'CNY'), 100, 0)
    """

    currency: str = attrs.field(converter=currency_code)
    holdings: tuple[Holding, ...] = attrs.field(default=(), converter=_holdings)
    last_on: datetime.date | None = attrs.field(default=None, converter=_last_on)

    def __attrs_post_init__(self) -> None:
        """Check that each asset stands there once, in the currency, bought by the last day."""
        assets: set[AssetId] = set()
        for holding in self.holdings:
            check_type(holding, Holding, field="holdings")
            if holding.asset in assets:
                raise InvalidValueError("name each asset once", was=str(holding.asset), field="holdings")
            assets.add(holding.asset)
            check_currency(holding.cost, self.currency, field="holdings")
            newest = holding.lots[-1]
            if self.last_on is None or newest.bought_on > self.last_on:
                raise InvalidValueError(
                    f"be on or after {newest.bought_on}, when {newest.asset} was bought",
                    was=str(self.last_on),
                    field="last_on",
                )

    @property
    def cost(self) -> Money:
        """What everything held cost."""
        return total_of((holding.cost for holding in self.holdings), self.currency)

    def holding(self, asset: AssetId) -> Holding | None:
        """
        Find what is held of an asset.

        Args:
            asset: The asset.

        Returns:
            The holding; None if nothing is held.

        Example:
            >>> Portfolio("CNY").holding(AssetId("CEA")) is None
            True
        """
        check_type(asset, AssetId, field="asset")
        return next((holding for holding in self.holdings if holding.asset == asset), None)

    def quantity(self, asset: AssetId) -> int:
        """
        Say how many tonnes of an asset are held.

        Args:
            asset: The asset.

        Returns:
            The tonnes; 0 if nothing is held.

        Example:
            >>> Portfolio("CNY").quantity(AssetId("CEA"))
            0
        """
        held = self.holding(asset)
        return 0 if held is None else held.quantity

    def buy(self, lot: Lot) -> Portfolio:
        """
        Take a purchase in.

        Args:
            lot: What was bought.

        Returns:
            The portfolio after it.

        Raises:
            FundError: `out_of_order` if it was bought before the last purchase or sale.
            CurrencyMismatchError: If it was paid in another currency.

        Example:
            >>> lot = Lot(AssetId("CEA"), 100, Money("4800.00", "CNY"), "2021-07-16")
            >>> Portfolio("CNY").buy(lot).buy(lot).holdings[0].quantity
            200
        """
        check_type(lot, Lot, field="lot")
        check_currency(lot.cost, self.currency, field="cost")
        self._check_order(lot.bought_on, field="bought_on")
        held = self.holding(lot.asset)
        lots = (lot,) if held is None else (*held.lots, lot)
        return self._after(lot.asset, lots, lot.bought_on)

    def sell(
        self,
        asset: AssetId,
        quantity: int,
        proceeds: Money,
        on: str | datetime.date,
        *,
        method: CostMethod,
        rounding: Rounding,
        chosen: Sequence[tuple[Lot, int | SerialRange]] = (),
    ) -> tuple[Portfolio, Realised]:
        """
        Sell tonnes of an asset; the method says which leave and what they cost.

        Under a moving average the oldest lots leave, at the average cost.

        Args:
            asset: What is sold.
            quantity: How many whole tonnes; above zero. [tCO2e]
            proceeds: What the sale brings, all that reduces it taken off.
            on: The day.
            method: What the tonnes are taken to have cost.
            rounding: How a cost that does not come out to the minor unit is rounded.
            chosen: For specific identification alone: lots that are held, each with how many tonnes of it
                or which of its serial numbers leave.

        Returns:
            The portfolio after it, and what was gained.

        Raises:
            FundError: `oversold` if more is sold than is held, `out_of_order` if the day lies before the
                last purchase or sale, `not_held` if a chosen lot or number is not held.
            CurrencyMismatchError: If the proceeds are in another currency.
            InvalidValueError: If the quantity is not above zero, the proceeds are negative or have a
                fraction of a minor unit, method or rounding is not named, or the chosen tonnes are not
                those that are sold.

        Example:
            >>> from carbonkit.fund.portfolio.cost_method import CostMethod
            >>> held = Portfolio("CNY").buy(Lot(AssetId("CEA"), 3, Money("100.00", "CNY"), "2021-07-16"))
            >>> held, sale = held.sell(AssetId("CEA"), 1, Money("40.00", "CNY"), "2021-07-19",
            ...                        method=CostMethod.WEIGHTED_AVERAGE, rounding=Rounding.HALF_UP)
            >>> sale.gain, held.cost
            (Money('6.67', 'CNY'), Money('66.67', 'CNY'))
        """
        sold, day = count(quantity, field="quantity"), as_date(on, field="on")
        _check_method(method, chosen)
        check_type(rounding, Rounding, field="rounding")
        check_currency(paid(proceeds, field="proceeds"), self.currency, field="proceeds")
        self._check_order(day, field="on")
        held = self.holding(asset)
        if held is None or sold > held.quantity:
            raise FundError(
                f"be at most the {self.quantity(asset)} tCO2e of {asset} that are held",
                was=sold,
                field="quantity",
                code=Refusal.OVERSOLD,
            )
        gone, left = _leaving(held, sold, method, rounding, chosen)
        sale = Realised(
            asset=asset, sold_on=day, proceeds=proceeds, lots=gone, method=method, rounding=rounding
        )
        return self._after(asset, left, day), sale

    def explain(self) -> Explanation:
        """Say what everything held cost, holding by holding."""
        parts = (holding.explain() for holding in self.holdings)
        return Explanation("cost of the holdings", str(self.cost), how="sum of the holdings", parts=parts)

    def _check_order(self, day: datetime.date, *, field: str) -> None:
        if self.last_on is not None and day < self.last_on:
            raise FundError(
                f"be on or after {self.last_on}, the day of the last purchase or sale",
                was=str(day),
                field=field,
                code=Refusal.OUT_OF_ORDER,
            )

    def _after(self, asset: AssetId, lots: tuple[Lot, ...], day: datetime.date) -> Portfolio:
        now = {holding.asset: holding for holding in self.holdings}
        if lots:
            now[asset] = Holding(asset, lots)
        else:
            del now[asset]
        return Portfolio(self.currency, now.values(), day)


def _check_method(method: object, chosen: Sequence[tuple[Lot, int | SerialRange]]) -> None:
    if isinstance(method, PeriodAverage):
        raise InvalidValueError(
            "be a method that knows the cost at the moment of the sale",
            was=method.value,
            field="method",
            hint="replay the trades once the period is over",
        )
    check_type(method, CostMethod, field="method")
    listed(chosen, field="chosen")
    if bool(chosen) != (method is CostMethod.SPECIFIC):
        raise InvalidValueError(
            "name lots for specific identification, and for no other method",
            was=f"{len(chosen)} lots",
            field="chosen",
        )


def _leaving(
    held: Holding,
    sold: int,
    method: CostMethod,
    rounding: Rounding,
    chosen: Sequence[tuple[Lot, int | SerialRange]],
) -> tuple[tuple[Lot, ...], tuple[Lot, ...]]:
    """Divide the lots into those that leave and the rest, at the cost that the method gives them."""
    if method is CostMethod.LIFO:
        return last_out(held.lots, sold, rounding)
    if method is CostMethod.SPECIFIC:
        return chosen_out(held.lots, chosen, sold, rounding)
    gone, left = first_out(held.lots, sold, rounding)
    if method is CostMethod.WEIGHTED_AVERAGE:
        cost = part_of(held.cost, sold, held.quantity, rounding)
        gone, left = costing(gone, cost), costing(left, held.cost - cost)
    return gone, left

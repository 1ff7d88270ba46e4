"""Holdings: what a portfolio has of one asset, lot by lot, at cost and at market."""

from __future__ import annotations

import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import CurrencyMismatchError, InvalidValueError
from carbonkit.fund._check import check_currency, listed, paid, quantity_of, total_of
from carbonkit.ledger.serial import SerialRange, first_overlap
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AssetId
from carbonkit.values.money import Money
from carbonkit.values.price import Price
from carbonkit.values.quantity import CO2e
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Holding", "Lot"]


def _cost(value: Money) -> Money:
    return paid(value, field="cost")


def _bought_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="bought_on")


def _lots(value: Iterable[Lot]) -> tuple[Lot, ...]:
    return listed(value, field="lots")


def _serials(value: Iterable[SerialRange]) -> tuple[SerialRange, ...]:
    ranges = listed(value, field="serials")
    for each in ranges:
        check_type(each, SerialRange, field="serials")
    return tuple(sorted(ranges))


@attrs.frozen
class Lot:
    """
    Tonnes of one asset that were bought together.

    Args:
        asset: What was bought.
        quantity: How many whole tonnes; above zero. [tCO2e]
        cost: What they cost together, all that counts as cost included; zero for what came free.
        bought_on: The day.
        serials: The registry's serial numbers of the tonnes, in their order; empty if nobody tells them.

    Raises:
        InexactNumberError: If the quantity is a float, a bool, NaN or infinite.
        InvalidValueError: If the quantity is not whole or not above zero, the cost is negative or has
            a fraction of a minor unit, or there are serial numbers and not one for each tonne.

    Example:
        >>> lot = Lot(AssetId("CEA-2019-2020"), 800_000, Money("41006530.00", "CNY"), "2021-07-16")
        >>> print(lot)
        800000 t of CEA-2019-2020, bought on 2021-07-16 for 41006530.00 CNY
    """

    asset: AssetId = attrs.field(validator=is_a(AssetId))
    quantity: int = attrs.field(converter=quantity_of)
    cost: Money = attrs.field(converter=_cost)
    bought_on: datetime.date = attrs.field(converter=_bought_on)
    serials: tuple[SerialRange, ...] = attrs.field(default=(), converter=_serials, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Check that each tonne has one serial number, if any has."""
        if not self.serials:
            return
        numbers = sum(each.quantity for each in self.serials)
        if numbers != self.quantity:
            raise InvalidValueError(f"hold {self.quantity} numbers", was=numbers, field="serials")
        if first_overlap(self.serials) is not None:
            named = ", ".join(str(each) for each in self.serials)
            raise InvalidValueError("name each number once", was=named, field="serials")

    def explain(self) -> Explanation:
        """Say what the lot cost, and which serial numbers it has."""
        how = f"cost of {self.quantity} tCO2e"
        if self.serials:
            how += f", serial numbers {', '.join(str(each) for each in self.serials)}"
        return Explanation(f"lot of {self.bought_on}", str(self.cost), how)

    def __str__(self) -> str:
        """Say what was bought, when and for how much."""
        return f"{self.quantity} t of {self.asset}, bought on {self.bought_on} for {self.cost}"


@attrs.frozen
class Holding:
    """
    All that is held of one asset.

    Args:
        asset: What is held.
        lots: Its lots, oldest first; one at least, all paid in one currency.

    Raises:
        InvalidValueError: If there is no lot, or a lot is of another asset or older than the one before.
        CurrencyMismatchError: If the lots were paid in two currencies.

    Example:
        >>> held = Holding(AssetId("EUA"), [Lot(AssetId("EUA"), 300, Money("24750.00", "EUR"), "2024-03-05"),
        ...                                 Lot(AssetId("EUA"), 500, Money("45000.00", "EUR"), "2024-07-01")])
        >>> held.quantity, held.cost, held.unrealised(Price("97.10", "EUR", "tCO2e"))
        (800, Money('69750.00', 'EUR'), Money('7930.00', 'EUR'))
    """

    asset: AssetId = attrs.field(validator=is_a(AssetId))
    lots: tuple[Lot, ...] = attrs.field(converter=_lots)

    def __attrs_post_init__(self) -> None:
        """Check that the lots belong together and stand in order."""
        if not self.lots:
            raise InvalidValueError("hold one lot or more", was="none", field="lots")
        for lot in self.lots:
            check_type(lot, Lot, field="lots")
            if lot.asset != self.asset:
                raise InvalidValueError(f"be of {self.asset}", was=str(lot), field="lots")
            if lot.cost.currency != self.currency:
                raise CurrencyMismatchError(f"be paid in {self.currency}", was=str(lot), field="lots")
        for before, lot in pairwise(self.lots):
            if lot.bought_on < before.bought_on:
                raise InvalidValueError(f"come after {before}", was=str(lot), field="lots")

    @property
    def currency(self) -> str:
        """The currency that the lots were paid in."""
        return self.lots[0].cost.currency

    @property
    def quantity(self) -> int:
        """How many tonnes are held."""
        return sum(lot.quantity for lot in self.lots)

    @property
    def cost(self) -> Money:
        """What they cost together."""
        return total_of((lot.cost for lot in self.lots), self.currency)

    def market_value(self, price: Price) -> Money:
        """
        Say what the tonnes are worth at a price; never rounded.

        Args:
            price: Money per unit of CO2e, in the currency of the cost.

        Returns:
            The market value.

        Raises:
            CurrencyMismatchError: If the price is in another currency.
            IncompatibleUnitsError: If the price is for something else than CO2e.
            InvalidValueError: If it is no price, or negative.

        Example:
            >>> held = Holding(AssetId("EUA"), [Lot(AssetId("EUA"), 3, Money("1", "EUR"), "2024-03-05")])
            >>> held.market_value(Price("97.105", "EUR", "tCO2e"))
            Money('291.315', 'EUR')
        """
        check_type(price, Price, field="price")
        if price.amount < 0:
            raise InvalidValueError("be zero or more", was=str(price), field="price")
        value = price.of(CO2e(self.quantity, "tCO2e"))
        check_currency(value, self.currency, field="price")
        return value

    def unrealised(self, price: Price) -> Money:
        """
        Say what would be gained by selling all at a price; raises as `market_value` does.

        Args:
            price: Money per unit of CO2e, in the currency of the cost.

        Returns:
            The market value less the cost; negative for a loss.

        Example:
            >>> held = Holding(AssetId("EUA"), [Lot(AssetId("EUA"), 3, Money("300", "EUR"), "2024-03-05")])
            >>> held.unrealised(Price("97.10", "EUR", "tCO2e"))
            Money('-8.70', 'EUR')
        """
        return self.market_value(price) - self.cost

    def explain(self) -> Explanation:
        """Say what the holding cost, lot by lot."""
        return Explanation(
            f"cost of {self.quantity} tCO2e of {self.asset}",
            str(self.cost),
            how="sum of the lots",
            parts=(lot.explain() for lot in self.lots),
        )

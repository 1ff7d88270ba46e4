"""Instruments: what a venue trades; prices and quantities become ticks and lots, exactly, and back."""

from __future__ import annotations

from decimal import Decimal

import attrs

from carbonkit.errors import InvalidValueError, MarketError
from carbonkit.market.contract import Terms
from carbonkit.market.refusal import Refusal
from carbonkit.values.identifier import AssetId, InstrumentId
from carbonkit.values.money import Money, currency_code, minor_places
from carbonkit.values.number import Exact, exact, multiply, plain, whole
from carbonkit.values.price import Price
from carbonkit.values.unit import unit_named

__all__ = ["Instrument"]


def _id(value: str | InstrumentId) -> InstrumentId:
    return value if isinstance(value, InstrumentId) else InstrumentId(value)


def _asset(value: str | AssetId) -> AssetId:
    return value if isinstance(value, AssetId) else AssetId(value)


def _unit(name: str) -> str:
    return unit_named(name).name


def _tick(value: Exact) -> Decimal:
    tick = exact(value, field="tick")
    if tick <= 0:
        raise InvalidValueError("be more than zero", was=plain(tick), field="tick")
    return tick


def _lot(value: Exact) -> int:
    lot = whole(value, field="lot")
    if lot <= 0:
        raise InvalidValueError("be more than zero", was=lot, field="lot")
    return lot


def _multiple(number: Decimal, step: Decimal) -> int | None:
    """Count the steps in a positive number; None if it is not a whole number of them."""
    top, bottom = number.as_integer_ratio()
    step_top, step_bottom = step.as_integer_ratio()
    count, rest = divmod(top * step_bottom, bottom * step_top)
    return None if rest or count <= 0 else count


@attrs.frozen
class Instrument:
    """
    What is traded: one asset, quoted in one currency per unit, in price steps and lots.

    A venue counts prices in ticks and quantities in lots, both whole numbers, so
    nothing can be lost between a quote and the cash that pays for it.

    Args:
        id: The venue's name for it.
        asset: The asset of the ledger that is delivered.
        currency: The ISO 4217 currency that it is quoted and paid in.
        unit: The unit that a price is per and a quantity counts; one unit of the asset.
        tick: The smallest step of a price.
        lot: The smallest step of a quantity, in units; for a derivative one contract.
        terms: What it is besides: a spot unit, a credit, a derivative; None if nobody said.

    Raises:
        InvalidValueError: If tick or lot is not positive, or one tick of one lot is no whole number of
            minor units.
        UnknownUnitError: If the unit table has no such unit.

    Example:
        >>> cea = Instrument(InstrumentId("CEA"), asset=AssetId("CEA-2019-2020"), currency="CNY",
        ...                  unit="tCO2e", tick="0.01", lot=1)
        >>> cea.ticks(cea.quote("51.23")), cea.price(5123)
        (5123, Price('51.23', 'CNY', 'tCO2e'))
    """

    id: InstrumentId = attrs.field(converter=_id)
    asset: AssetId = attrs.field(kw_only=True, converter=_asset)
    currency: str = attrs.field(kw_only=True, converter=currency_code)
    unit: str = attrs.field(kw_only=True, converter=_unit)
    tick: Decimal = attrs.field(kw_only=True, converter=_tick)
    lot: int = attrs.field(kw_only=True, converter=_lot)
    terms: Terms | None = attrs.field(kw_only=True, default=None)

    def __attrs_post_init__(self) -> None:
        """Check that every trade can be paid to the minor unit."""
        smallest = multiply(self.tick, Decimal(self.lot))
        if _multiple(smallest, Decimal((0, (1,), -minor_places(self.currency)))) is None:
            raise InvalidValueError(
                f"make tick × lot a whole number of minor units of {self.currency}",
                was=plain(smallest),
                field="tick",
            )

    def quote(self, amount: Exact) -> Price:
        """
        Write a price in this instrument's currency and unit.

        Args:
            amount: How much money for one unit.

        Returns:
            The price; not yet checked against the tick.

        Example:
            >>> cea = Instrument(InstrumentId("CEA"), asset=AssetId("CEA"), currency="CNY",
            ...                  unit="tCO2e", tick="0.01", lot=1)
            >>> cea.quote("48.00")
            Price('48.00', 'CNY', 'tCO2e')
        """
        return Price(amount, self.currency, self.unit)

    def ticks(self, price: Price) -> int:
        """
        Count a price in ticks.

        Args:
            price: A price in this instrument's currency and unit.

        Returns:
            How many price steps it is.

        Raises:
            MarketError: `off_tick` if it is not a positive whole number of ticks, `wrong_quote` if it is in
                another currency or per another unit.

        Example:
            >>> cea = Instrument(InstrumentId("CEA"), asset=AssetId("CEA"), currency="CNY",
            ...                  unit="tCO2e", tick="0.01", lot=1)
            >>> cea.ticks(cea.quote("48.005"))
            Traceback (most recent call last):
            ...
            carbonkit.errors.MarketError: price: must be a positive multiple of 0.01 CNY/tCO2e, was 48.005
        """
        self._check_quote(price)
        count = _multiple(price.amount, self.tick)
        if count is None:
            raise MarketError(
                f"be a positive multiple of {plain(self.tick)} {self.currency}/{self.unit}",
                was=plain(price.amount),
                field="price",
                code=Refusal.OFF_TICK,
            )
        return count

    def price(self, ticks: int) -> Price:
        """
        Write a count of ticks as a price.

        Args:
            ticks: How many price steps.

        Returns:
            The price; `ticks` gives the count back.

        Example:
            >>> cea = Instrument(InstrumentId("CEA"), asset=AssetId("CEA"), currency="CNY",
            ...                  unit="tCO2e", tick="0.01", lot=1)
            >>> cea.price(4800)
            Price('48.00', 'CNY', 'tCO2e')
        """
        return Price(multiply(Decimal(whole(ticks, field="ticks")), self.tick), self.currency, self.unit)

    def lots(self, quantity: Exact) -> int:
        """
        Count a quantity in lots.

        Args:
            quantity: How many units.

        Returns:
            How many lots it is.

        Raises:
            MarketError: `odd_lot` if it is not a positive whole number of lots.

        Example:
            >>> cea = Instrument(InstrumentId("CEA"), asset=AssetId("CEA"), currency="CNY",
            ...                  unit="tCO2e", tick="0.01", lot=1)
            >>> cea.lots("1.5")
            Traceback (most recent call last):
            ...
            carbonkit.errors.MarketError: quantity: must be a positive multiple of 1 tCO2e, was 1.5
        """
        number = exact(quantity, field="quantity")
        count = _multiple(number, Decimal(self.lot))
        if count is None:
            raise MarketError(
                f"be a positive multiple of {self.lot} {self.unit}",
                was=plain(number),
                field="quantity",
                code=Refusal.ODD_LOT,
            )
        return count

    def quantity(self, lots: int) -> int:
        """
        Write a count of lots as a quantity.

        Args:
            lots: How many lots.

        Returns:
            How many units.

        Example:
            >>> future = Instrument(InstrumentId("FUTURE"), asset=AssetId("EUA"), currency="EUR",
            ...                     unit="tCO2e", tick="0.01", lot=1000)
            >>> future.quantity(5)
            5000
        """
        return whole(lots, field="lots") * self.lot

    def value(self, price: Price, quantity: int) -> Money:
        """
        Say what a quantity costs at a price; never rounded.

        Args:
            price: A price in this instrument's currency and unit.
            quantity: How many units.

        Returns:
            The money.

        Raises:
            MarketError: `wrong_quote` if the price is in another currency or per another unit.
            InexactNumberError: If the quantity is a float, a bool, NaN or infinite.
            InvalidValueError: If the quantity is not whole.

        Example:
            >>> cea = Instrument(InstrumentId("CEA"), asset=AssetId("CEA"), currency="CNY",
            ...                  unit="tCO2e", tick="0.01", lot=1)
            >>> cea.value(cea.quote("48.00"), 100)
            Money('4800.00', 'CNY')
        """
        self._check_quote(price)
        return Money(multiply(price.amount, Decimal(whole(quantity, field="quantity"))), self.currency)

    def _check_quote(self, price: Price) -> None:
        if price.currency != self.currency or price.per != self.unit:
            raise MarketError(
                f"be in {self.currency}/{self.unit}", was=str(price), field="price", code=Refusal.WRONG_QUOTE
            )

"""
Pricing environments: all that a book is valued by on a day, and what shocks make of it.

An environment is a value; a shocked one is another. Prices are read from it as exact
fractions, so that a loss under a scenario is the difference of two exact numbers.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund._check import as_of_day, listed
from carbonkit.fund._shown import shown
from carbonkit.fund.curve.discount import DiscountCurve
from carbonkit.fund.curve.forward_curve import ForwardCurve
from carbonkit.fund.curve.volatility import Volatility
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.figure import exponential
from carbonkit.fund.portfolio.valuation import Mark
from carbonkit.fund.position.shock import PriceShock, RateShock, Shock, VolatilityShock
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AssetId, InstrumentId
from carbonkit.values.money import currency_code
from carbonkit.values.source import Source
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Environment"]

_MOST_EXPONENT = 1000  # of a discount factor that a shift of rates is to make


def _marks(value: Iterable[Mark]) -> tuple[Mark, ...]:
    return listed(value, field="marks")


def _curves(value: Iterable[ForwardCurve]) -> tuple[ForwardCurve, ...]:
    return listed(value, field="curves")


def _volatilities(value: Iterable[Volatility]) -> tuple[Volatility, ...]:
    return listed(value, field="volatilities")


def _shocks(value: Iterable[Shock]) -> tuple[Shock, ...]:
    return listed(value, field="shocks")


@attrs.frozen(kw_only=True)
class Environment:
    """
    The prices, curves, rates and volatilities of a day.

    Args:
        as_of: The day.
        currency: The one currency of all prices.
        marks: The spot price of each asset.
        curves: The forward curve of each asset that contracts are on.
        volatilities: One for each option.
        discount: What later money is discounted by; None if nothing held is.
        day_count: How the years of options are counted.
        shocks: What a scenario changes, one after the other; none in an environment as observed.

    Raises:
        FundError: `price_from_later` if a mark or a curve is of a later day.
        CurrencyMismatchError: If a price is in another currency.
        InvalidValueError: If an asset or an option stands there twice, or the discount curve is of another
            day.

    Example:
        >>> from carbonkit.fund.position.shock import ShockKind
        >>> from carbonkit.values import Price
        >>> eua = AssetId("EUA")
        >>> today = Environment(as_of="2025-06-02", currency="EUR", curves=(), volatilities=(), discount=None,
        ...                     marks=[Mark(eua, Price("70.00", "EUR", "tCO2e"), "2025-06-02", "close")],
        ...                     day_count=DayCount.ACT_365_FIXED)
        >>> fallen = today.under([PriceShock(asset=eua, size="-0.5", kind=ShockKind.RELATIVE)])
        >>> today.spot(eua), fallen.spot(eua)
        (Fraction(70, 1), Fraction(35, 1))
    """

    as_of: datetime.date = attrs.field(converter=as_of_day)
    currency: str = attrs.field(converter=currency_code)
    marks: tuple[Mark, ...] = attrs.field(converter=_marks)
    curves: tuple[ForwardCurve, ...] = attrs.field(converter=_curves)
    volatilities: tuple[Volatility, ...] = attrs.field(converter=_volatilities)
    discount: DiscountCurve | None
    day_count: DayCount = attrs.field(validator=is_a(DayCount))
    shocks: tuple[Shock, ...] = attrs.field(default=(), converter=_shocks)

    def __attrs_post_init__(self) -> None:
        """Check that all prices are of one currency, once each, and not of a later day."""
        for mark in self.marks:
            check_type(mark, Mark, field="marks")
            self._check_day(mark.day, field=f"price of {mark.asset}")
            self._check_currency(mark.price.currency, field=f"price of {mark.asset}")
            if mark.price.per != "tCO2e":
                raise InvalidValueError("be per tCO2e", was=str(mark.price), field=f"price of {mark.asset}")
        for curve in self.curves:
            check_type(curve, ForwardCurve, field="curves")
            self._check_day(curve.as_of, field=f"curve of {curve.asset}")
            self._check_currency(curve.currency, field=f"curve of {curve.asset}")
        for volatility in self.volatilities:
            check_type(volatility, Volatility, field="volatilities")
        _check_once([str(mark.asset) for mark in self.marks], field="marks")
        _check_once([str(curve.asset) for curve in self.curves], field="curves")
        _check_once([str(each.instrument) for each in self.volatilities], field="volatilities")
        if self.discount is not None:
            check_type(self.discount, DiscountCurve, field="discount")
            if self.discount.as_of != self.as_of:
                raise InvalidValueError(
                    f"be a curve of {self.as_of}", was=str(self.discount.as_of), field="discount"
                )
        for shock in self.shocks:
            if not isinstance(shock, Shock):
                raise InvalidValueError("be shocks", was=repr(shock), field="shocks")

    def _check_day(self, day: datetime.date, *, field: str) -> None:
        if day > self.as_of:
            raise FundError(
                f"be of {self.as_of} or before", was=str(day), field=field, code=Refusal.PRICE_FROM_LATER
            )

    def _check_currency(self, currency: str, *, field: str) -> None:
        if currency != self.currency:
            raise CurrencyMismatchError(f"be {self.currency}", was=currency, field=field)

    def under(self, shocks: Iterable[Shock]) -> Environment:
        """
        Give the environment that shocks make of this one.

        Args:
            shocks: One after the other; those that this environment has already come first.

        Returns:
            The shocked environment.

        Raises:
            InvalidValueError: If something is no shock.

        Example:
            >>> today = Environment(as_of="2025-06-02", currency="EUR", marks=(), curves=(), volatilities=(),
            ...                     discount=None, day_count=DayCount.ACT_365_FIXED)
            >>> len(today.under([RateShock(size="0.01")]).shocks)
            1
        """
        return attrs.evolve(self, shocks=(*self.shocks, *listed(shocks, field="shocks")))

    def spot(self, asset: AssetId) -> Fraction:
        """
        Read the spot price of an asset.

        Args:
            asset: The asset.

        Returns:
            The price per tCO2e, after the shocks.

        Raises:
            FundError: `unpriced` if it has no mark.
            InvalidValueError: If a shock takes it below zero.

        Example:
            >>> Environment(as_of="2025-06-02", currency="EUR", marks=(), curves=(), volatilities=(),
            ...             discount=None, day_count=DayCount.ACT_365_FIXED).spot(AssetId("EUA"))
            Traceback (most recent call last):
            ...
            carbonkit.errors.FundError: price of EUA: must be given for 2025-06-02
        """
        check_type(asset, AssetId, field="asset")
        for mark in self.marks:
            if mark.asset == asset:
                return self._price(Fraction(mark.price.amount), asset, None)
        raise FundError(f"be given for {self.as_of}", field=f"price of {asset}", code=Refusal.UNPRICED)

    def forward(self, asset: AssetId, delivery: datetime.date) -> Fraction:
        """
        Read the price of an asset for a day of delivery.

        Args:
            asset: The asset.
            delivery: The day.

        Returns:
            The price per tCO2e, after the shocks.

        Raises:
            FundError: `no_quote` if it has no curve, `outside_curve` if its curve does not reach there.
            InvalidValueError: If a shock takes it below zero.

        Example:
            >>> import datetime
            >>> Environment(as_of="2025-06-02", currency="EUR", marks=(), curves=(), volatilities=(),
            ...             discount=None, day_count=DayCount.ACT_365_FIXED
            ...             ).forward(AssetId("EUA"), datetime.date(2025, 12, 15))
            Traceback (most recent call last):
            ...
            carbonkit.errors.FundError: curve of EUA: must be given for 2025-06-02
        """
        check_type(asset, AssetId, field="asset")
        for curve in self.curves:
            if curve.asset == asset:
                return self._price(curve.price(delivery), asset, delivery)
        raise self._missing(f"curve of {asset}")

    def factor(self, day: datetime.date) -> Fraction:
        """
        Say what one unit of money paid on a day is worth today.

        Args:
            day: The day of payment.

        Returns:
            The discount factor, after the shocks.

        Raises:
            FundError: `no_quote` if there is no discount curve; as `DiscountCurve.factor` does.
            InvalidValueError: If a shock shifts the rates so far that no factor can be worked out.

        Example:
            >>> import datetime
            >>> from carbonkit.fund.curve.discount import RateConvention
            >>> rates = DiscountCurve.flat("0.04", as_of="2025-01-01", convention=RateConvention.SIMPLE,
            ...                            day_count=DayCount.ACT_360)
            >>> Environment(as_of="2025-01-01", currency="EUR", marks=(), curves=(), volatilities=(),
            ...             discount=rates, day_count=DayCount.ACT_365_FIXED
            ...             ).factor(datetime.date(2025, 4, 1))
            Fraction(100, 101)
        """
        if self.discount is None:
            raise self._missing("discount curve")
        shift = self._rate_shift()
        factor = self.discount.factor(day)
        if not shift:
            return factor
        exponent = -shift * self.discount.years(day)
        if abs(exponent) > _MOST_EXPONENT:
            raise InvalidValueError(
                f"make shift × years lie within ±{_MOST_EXPONENT}",
                was=shown(shift),
                field="zero rates",
            )
        return factor * Fraction(exponential(exponent))

    def continuous_rate(self, day: datetime.date) -> Fraction:
        """
        Say which continuous rate, over the years of `day_count`, discounts as the curve does to a day.

        Args:
            day: A day after `as_of`.

        Returns:
            The rate, after the shocks.

        Raises:
            FundError: As `factor` does.
            InvalidValueError: If no time passes to the day.

        Example:
            >>> import datetime
            >>> from carbonkit.fund.curve.discount import RateConvention
            >>> rates = DiscountCurve.flat("0.04", as_of="2025-01-01", convention=RateConvention.CONTINUOUS,
            ...                            day_count=DayCount.ACT_365_FIXED)
            >>> Environment(as_of="2025-01-01", currency="EUR", marks=(), curves=(), volatilities=(),
            ...             discount=rates, day_count=DayCount.ACT_365_FIXED
            ...             ).continuous_rate(datetime.date(2026, 1, 1))
            Fraction(1, 25)
        """
        if self.discount is None:
            raise self._missing("discount curve")
        years = self.years(day)
        rate = self.discount.continuous_rate(day, years=years)
        return rate + self._rate_shift() * self.discount.years(day) / years

    def volatility(self, instrument: InstrumentId, asset: AssetId) -> Fraction:
        """
        Read the volatility that an option is priced with.

        Args:
            instrument: The option.
            asset: What its future delivers, for the shocks.

        Returns:
            The yearly volatility, after the shocks.

        Raises:
            FundError: `no_quote` if it has none.
            InvalidValueError: If a shock takes it below zero.

        Example:
            >>> from carbonkit.fund.curve.volatility import Volatility
            >>> call = InstrumentId("EUA-2025-12-C80")
            >>> Environment(as_of="2025-06-02", currency="EUR", marks=(), curves=(), discount=None,
            ...             volatilities=[Volatility(call, "0.45")], day_count=DayCount.ACT_365_FIXED
            ...             ).volatility(call, AssetId("EUA"))
            Fraction(9, 20)
        """
        check_type(instrument, InstrumentId, field="instrument")
        for each in self.volatilities:
            if each.instrument == instrument:
                level = each.value
                for shock in self.shocks:
                    if isinstance(shock, VolatilityShock) and shock.asset in {None, asset}:
                        level = shock.kind.apply(level, shock.size)
                return _not_negative(level, field=f"volatility of {instrument}")
        raise self._missing(f"volatility of {instrument}")

    def years(self, day: datetime.date) -> Fraction:
        """
        Count the years to a day, as options count them.

        Args:
            day: The day.

        Returns:
            The years; negative for a day that is past.

        Example:
            >>> import datetime
            >>> Environment(as_of="2025-06-02", currency="EUR", marks=(), curves=(), volatilities=(),
            ...             discount=None, day_count=DayCount.ACT_365_FIXED).years(datetime.date(2026, 6, 2))
            Fraction(1, 1)
        """
        return self.day_count.years(self.as_of, as_date(day, field="day"))

    def explain_spot(self, asset: AssetId) -> Explanation:
        """
        Say where a spot price is from, and which shocks moved it.

        Args:
            asset: The asset.

        Returns:
            The price, with its mark and the shocks.

        Raises:
            FundError: `unpriced` if it has no mark.

        Example:
            >>> from carbonkit.values import Price
            >>> eua = AssetId("EUA")
            >>> today = Environment(as_of="2025-06-02", currency="EUR", curves=(), volatilities=(),
            ...                     marks=[Mark(eua, Price("70.00", "EUR", "tCO2e"), "2025-06-02", "close")],
            ...                     discount=None, day_count=DayCount.ACT_365_FIXED)
            >>> print(today.explain_spot(eua).text())
            price of EUA: 70 EUR/tCO2e
              mark of 2025-06-02: 70.00 EUR/tCO2e = close
        """
        level = self.spot(asset)
        marks = (
            Explanation(
                f"mark of {mark.day}",
                str(mark.price),
                how="" if isinstance(mark.origin, Source) else mark.origin,
                source=mark.origin if isinstance(mark.origin, Source) else None,
            )
            for mark in self.marks
            if mark.asset == asset
        )
        value = f"{shown(level)} {self.currency}/tCO2e"
        return Explanation(f"price of {asset}", value, parts=(*marks, *self._told(asset, None)))

    def explain_forward(self, asset: AssetId, delivery: datetime.date) -> Explanation:
        """
        Say how a forward price was read, and which shocks moved it.

        Args:
            asset: The asset.
            delivery: The day of delivery.

        Returns:
            The price, with its curve and the shocks.

        Raises:
            FundError: `no_quote` if it has no curve, `outside_curve` if its curve does not reach there.

        Example:
            >>> import datetime
            >>> Environment(as_of="2025-06-02", currency="EUR", marks=(), curves=(), volatilities=(),
            ...             discount=None, day_count=DayCount.ACT_365_FIXED
            ...             ).explain_forward(AssetId("EUA"), datetime.date(2025, 12, 15))
            Traceback (most recent call last):
            ...
            carbonkit.errors.FundError: curve of EUA: must be given for 2025-06-02
        """
        level = self.forward(asset, delivery)
        curves = (curve.explain(delivery) for curve in self.curves if curve.asset == asset)
        value = f"{shown(level)} {self.currency}/tCO2e"
        return Explanation(
            f"price of {asset} on {delivery}", value, parts=(*curves, *self._told(asset, delivery))
        )

    def _told(self, asset: AssetId, delivery: datetime.date | None) -> tuple[Explanation, ...]:
        return tuple(
            Explanation("shock", str(shock)) for shock in self.shocks if _moves(shock, asset, delivery)
        )

    def _price(self, level: Fraction, asset: AssetId, delivery: datetime.date | None) -> Fraction:
        for shock in self.shocks:
            if isinstance(shock, PriceShock) and _moves(shock, asset, delivery):
                level = shock.kind.apply(level, shock.size)
        return _not_negative(level, field=f"price of {asset}")

    def _rate_shift(self) -> Fraction:
        return sum((shock.size for shock in self.shocks if isinstance(shock, RateShock)), Fraction(0))

    def _missing(self, what: str) -> FundError:
        return FundError(f"be given for {self.as_of}", field=what, code=Refusal.NO_QUOTE)


def _moves(shock: Shock, asset: AssetId, delivery: datetime.date | None) -> bool:
    """Say whether a shock moves an asset's price, spot or for a delivery."""
    if not isinstance(shock, PriceShock) or shock.asset not in {None, asset}:
        return False
    return shock.delivery is None or (delivery is not None and delivery in shock.delivery)


def _not_negative(level: Fraction, *, field: str) -> Fraction:
    if level < 0:
        raise InvalidValueError("be zero or more after the shocks", was=shown(level), field=field)
    return level


def _check_once(names: list[str], *, field: str) -> None:
    for place, name in enumerate(names):
        if name in names[:place]:
            raise InvalidValueError("name each once", was=name, field=field)

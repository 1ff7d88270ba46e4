"""
Performance: what a fund has returned for the money paid in.

    DPI   distributions / paid-in       what came back
    RVPI  net asset value / paid-in     what is still there
    TVPI  (distributions + net asset value) / paid-in
    IRR   the internal rate of the flows, with the net asset value paid out on the last day
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import CurrencyMismatchError, InvalidValueError
from carbonkit.fund._check import listed
from carbonkit.fund.cashflow import CashFlow, distribution
from carbonkit.fund.performance.internal_rate import InternalRate, xirr
from carbonkit.values.explanation import Explanation
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding, divide, plain
from carbonkit.values.source import Source, Status
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from carbonkit.fund.day_count import DayCount

__all__ = ["Performance", "performance_of"]

_MULTIPLES: Final = Source(
    "Institutional Limited Partners Association",
    "ILPA Performance Template",
    2025,
    status=Status.RECALLED,
    note="the usual definitions of DPI, RVPI and TVPI",
)


@attrs.frozen
class Performance:
    """
    The figures of one fund or partner as of a day; made by `performance_of`.

    Args:
        on: The day.
        paid_in: What was paid in until then.
        distributed: What was paid out until then.
        net_asset_value: What is still there.
        internal_rate: The internal rates, or why there is none.
        places: Decimal places of the multiples.
        rounding: How they are rounded, each from its exact fraction.

    Example:
        >>> from carbonkit.fund.day_count import DayCount
        >>> figures = performance_of([CashFlow("2021-07-16", Money("-30", "CNY"))],
        ...                          net_asset_value=Money("10", "CNY"), on="2022-07-16",
        ...                          day_count=DayCount.ACT_365_FIXED, places=3, rounding=Rounding.HALF_UP)
        >>> print(figures.rvpi, figures.explain().parts[1].how)
        0.333 10 CNY / 30 CNY, rounded HALF_UP to 3 places
    """

    on: datetime.date
    paid_in: Money
    distributed: Money
    net_asset_value: Money
    internal_rate: InternalRate
    places: int
    rounding: Rounding

    @property
    def dpi(self) -> Decimal:
        """Distributions to paid-in capital."""
        return self._multiple(self.distributed)

    @property
    def rvpi(self) -> Decimal:
        """Residual value to paid-in capital."""
        return self._multiple(self.net_asset_value)

    @property
    def tvpi(self) -> Decimal:
        """Total value to paid-in capital, rounded from its own fraction: not the sum of two rounded ones."""
        return self._multiple(self.distributed + self.net_asset_value)

    def _multiple(self, amount: Money) -> Decimal:
        return divide(amount.amount, self.paid_in.amount, self.places, self.rounding)

    def explain(self) -> Explanation:
        """Say how each figure comes about."""
        value = self.distributed + self.net_asset_value
        rounded = f"rounded {self.rounding.name} to {self.places} places"
        multiples = (
            ("DPI", self.dpi, self.distributed),
            ("RVPI", self.rvpi, self.net_asset_value),
            ("TVPI", self.tvpi, value),
        )
        return Explanation(
            f"performance as of {self.on}",
            f"TVPI {plain(self.tvpi)}",
            how=f"{self.paid_in} paid in, {self.distributed} paid out, {self.net_asset_value} left",
            parts=(
                *(
                    Explanation(
                        name, plain(multiple), how=f"{amount} / {self.paid_in}, {rounded}", source=_MULTIPLES
                    )
                    for name, multiple, amount in multiples
                ),
                self.internal_rate.explain(),
            ),
        )


def performance_of(
    flows: Iterable[CashFlow],
    *,
    net_asset_value: Money,
    on: str | datetime.date,
    day_count: DayCount,
    places: int,
    rounding: Rounding,
) -> Performance:
    """
    Measure a fund's performance from its dated flows and what is left on a day.

    Args:
        flows: What was paid in (negative) and out (positive), in any order, none after the day.
        net_asset_value: What is left on the day, after the flows of that day; zero or more.
        on: The day.
        day_count: How the internal rate counts years.
        places: Decimal places of the multiples and the rates.
        rounding: How they are rounded.

    Returns:
        The figures.

    Raises:
        InvalidValueError: If nothing was paid in, a flow lies after the day, or the value is negative.
        CurrencyMismatchError: If flows and value are not of one currency.

    Example:
        >>> from carbonkit.fund.day_count import DayCount
        >>> flows = [CashFlow("2021-07-16", Money("-100", "CNY")), CashFlow("2022-07-16", Money("30", "CNY"))]
        >>> figures = performance_of(flows, net_asset_value=Money("95", "CNY"), on="2023-07-16",
        ...                       day_count=DayCount.ACT_365_FIXED, places=4, rounding=Rounding.HALF_UP)
        >>> figures.dpi, figures.rvpi, figures.tvpi, figures.internal_rate.rate
        (Decimal('0.3000'), Decimal('0.9500'), Decimal('1.2500'), Decimal('0.1362'))
    """
    day = as_date(on, field="on")
    if not isinstance(net_asset_value, Money):
        raise InvalidValueError("be Money", was=repr(net_asset_value), field="net_asset_value")
    if net_asset_value.amount < 0:
        raise InvalidValueError("be zero or more", was=str(net_asset_value), field="net_asset_value")
    given = listed(flows, field="flows")
    paid_in = distributed = net_asset_value - net_asset_value
    for index, flow in enumerate(given, start=1):
        if not isinstance(flow, CashFlow):
            raise InvalidValueError("be a CashFlow", was=repr(flow), field=f"flow {index}")
        if flow.amount.currency != net_asset_value.currency:
            must = f"be {net_asset_value.currency}, as the net asset value"
            raise CurrencyMismatchError(must, was=flow.amount.currency, field=f"flow {index}")
        if flow.on > day:
            raise InvalidValueError(f"be on or before {day}", was=str(flow.on), field=f"flow {index}, on")
        if flow.amount.amount < 0:
            paid_in -= flow.amount
        else:
            distributed += flow.amount
    if not paid_in.amount:
        raise InvalidValueError(
            "be above zero", was=str(paid_in), field="paid_in", hint="contributions are negative flows"
        )
    rate = xirr(
        (*given, distribution(day, net_asset_value)), day_count=day_count, places=places, rounding=rounding
    )
    return Performance(day, paid_in, distributed, net_asset_value, rate, places, rounding)

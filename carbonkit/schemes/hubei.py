"""
Hubei's market: negotiated pricing, where two orders trade at the middle one of bid, ask and last price.

The rules were read in re-publications of the exchange's rules; the market's hours and
what may be done with what was bought are recalled.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.market.book import Allocation, SelfTrade
from carbonkit.market.contract import Spot
from carbonkit.market.limit import PriceBand, SizeLimit
from carbonkit.market.rulebook import (
    Available,
    ClosingPrice,
    Funding,
    MethodRules,
    OpeningPrice,
    Pricing,
    VenueRules,
)
from carbonkit.market.session import TradingHours
from carbonkit.market.trade import Method
from carbonkit.schemes._document import Document
from carbonkit.schemes.china_calendar import trading_calendar
from carbonkit.values.identifier import AssetId, InstrumentId
from carbonkit.values.number import Rounding
from carbonkit.values.price import Price
from carbonkit.values.rule import rule_in_force
from carbonkit.values.source import Status
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime

    from carbonkit.market.instrument import Instrument

__all__ = ["instrument", "venue_rules"]

_READ: Final = Document(
    publisher="湖北碳排放权交易中心 (Hubei Emission Exchange)",
    title="rules of carbon trading: negotiated pricing",
    year=2019,
    valid=Period("2019-07-01", None),
    note="read in re-publications",
)
_RECALLED: Final = attrs.evolve(_READ, status=Status.RECALLED, note="check against the text of the rules")
_HOURS: Final = TradingHours("Asia/Shanghai", (("09:30", "11:30"), ("13:00", "15:00")), (1, 2, 3, 4, 5))


def venue_rules(day: str | datetime.date) -> VenueRules:
    """
    Give the rules of negotiated pricing as they stand on a day.

    Args:
        day: The trading day.

    Returns:
        The rules, each with its source.

    Raises:
        NotFoundError: If they are not known for the day.

    Example:
        >>> rules = venue_rules("2021-07-16")
        >>> rules.closing_price.value, rules.methods[0].pricing.value.name
        (<ClosingPrice.LAST_FIVE_TRADES: 'turnover / volume of the last five trades'>, 'MIDDLE')
    """
    percent = _READ.rule("price band in per cent", Decimal(10), "10 % either way of the previous close")
    rule_in_force((percent,), as_date(day, field="day"))
    return VenueRules(
        name="Hubei Emission Exchange, negotiated pricing",
        tick=_READ.rule("price step", Price("0.01", "CNY", "tCO2e"), "0.01 CNY a tonne"),
        lot=_READ.rule("quantity step", 1, "1 tonne"),
        methods=(
            MethodRules(
                method=Method.BOOK,
                hours=_RECALLED.rule("trading hours", _HOURS, "mornings and afternoons"),
                size=_RECALLED.rule("size of one order", SizeLimit(1, None), "1 tonne or more"),
                band=PriceBand(
                    percent,
                    _READ.rule("rounding of the limits", Rounding.HALF_UP, "half-up to the price step"),
                ),
                pricing=_READ.rule(
                    "price of a trade",
                    Pricing.MIDDLE,
                    "the middle one of bid, ask and last price; the last price of the first trade is the "
                    "previous close",
                ),
                allocation=_READ.rule("who comes first", Allocation.TIME, "price, then time"),
            ),
        ),
        calendar=trading_calendar(),
        opening_price=_READ.rule("opening price", OpeningPrice.FIRST_TRADE, "the first trade"),
        closing_price=_READ.rule(
            "closing price",
            ClosingPrice.LAST_FIVE_TRADES,
            "the volume-weighted mean of the last five trades, of all if there are fewer",
        ),
        closing_rounding=_RECALLED.rule(
            "rounding of the close", Rounding.HALF_UP, "half-up to the price step"
        ),
        change_rounding=_RECALLED.rule("rounding of the change", Rounding.HALF_UP, "half-up, two places"),
        bought=_RECALLED.rule("units bought may be sold", Available.NEXT_TRADING_DAY, "the day after"),
        proceeds=_RECALLED.rule("money earned may be spent", Available.SAME_DAY, "on the same day"),
        self_trade=_RECALLED.rule("orders of one account", SelfTrade.CANCEL_INCOMING, "do not meet"),
        funding=_RECALLED.rule("what stands behind an order", Funding.FULL, "all of it"),
    )


def instrument(day: str | datetime.date) -> Instrument:
    """
    Give the spot allowance.

    Args:
        day: The trading day.

    Returns:
        HBEA, quoted as the rules of the day say.

    Raises:
        NotFoundError: If the rules are not known for the day.

    Example:
        >>> instrument("2021-07-16").id
        InstrumentId('HBEA')
    """
    made = venue_rules(day).instrument(InstrumentId("HBEA"), AssetId("HBEA"))
    return attrs.evolve(made, terms=Spot(scheme="Hubei", vintage=""))

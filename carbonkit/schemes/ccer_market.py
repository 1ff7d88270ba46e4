"""
China's market for voluntary reductions (CCER): listed agreements, at first the only method.

That only listed agreements were opened was read in a notice of the exchange. Its price
bands and sizes are not known, and none is coded; its steps, hours and levels are
recalled, and the daily price is derived from the exchange's own figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.market.book import SelfTrade
from carbonkit.market.contract import Credit
from carbonkit.market.limit import SizeLimit
from carbonkit.market.rulebook import (
    Available,
    ClosingPrice,
    Funding,
    MethodRules,
    OpeningPrice,
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

_RECALLED: Final = Document(
    publisher="北京绿色交易所 (China Beijing Green Exchange)",
    title="温室气体自愿减排交易和结算规则（试行）",
    year=2023,
    valid=Period("2024-01-22", None),
    status=Status.RECALLED,
    note="check against the text of the rules",
)
_DERIVED: Final = attrs.evolve(
    _RECALLED,
    title="daily figures of CCER trading",
    year=2026,
    status=Status.DERIVED,
    note="amount ÷ volume of the day, half-up to two places, gives the published price",
)
_HOURS: Final = TradingHours("Asia/Shanghai", (("09:30", "11:30"), ("13:00", "15:00")), (1, 2, 3, 4, 5))


def venue_rules(day: str | datetime.date) -> VenueRules:
    """
    Give the rules of CCER trading as they stand on a day.

    Args:
        day: The trading day.

    Returns:
        The rules, each with its source.

    Raises:
        NotFoundError: If the market did not trade yet.

    Example:
        >>> rules = venue_rules("2025-03-07")
        >>> [each.method.value for each in rules.methods], rules.methods[0].band
        (['listed'], None)
    """
    lot = _RECALLED.rule("quantity step", 1, "1 tonne")
    rule_in_force((lot,), as_date(day, field="day"))
    return VenueRules(
        name="China Beijing Green Exchange, CCER",
        tick=_RECALLED.rule("price step", Price("0.01", "CNY", "tCO2e"), "0.01 CNY a tonne"),
        lot=lot,
        methods=(
            MethodRules(
                method=Method.LISTED,
                hours=_RECALLED.rule("trading hours", _HOURS, "mornings and afternoons"),
                size=_RECALLED.rule("size of one order", SizeLimit(1, None), "1 tonne or more"),
                levels=_RECALLED.rule("price levels to choose from", 5, "as at the national exchange"),
            ),
        ),
        calendar=trading_calendar(),
        opening_price=_RECALLED.rule("opening price", OpeningPrice.FIRST_TRADE, "the first trade"),
        closing_price=_DERIVED.rule(
            "closing price", ClosingPrice.VOLUME_WEIGHTED_MEAN, "the day's volume-weighted mean"
        ),
        closing_rounding=_DERIVED.rule("rounding of the close", Rounding.HALF_UP, "half-up to two places"),
        change_rounding=_RECALLED.rule("rounding of the change", Rounding.HALF_UP, "half-up, two places"),
        bought=_RECALLED.rule("units bought may be sold", Available.NEXT_TRADING_DAY, "the day after"),
        proceeds=_RECALLED.rule("money earned may be spent", Available.SAME_DAY, "on the same day"),
        self_trade=_RECALLED.rule("orders of one account", SelfTrade.CANCEL_INCOMING, "do not meet"),
        funding=_RECALLED.rule("what stands behind an order", Funding.FULL, "all of it"),
    )


def instrument(day: str | datetime.date) -> Instrument:
    """
    Give the credit that is traded: all registered reductions as one.

    Args:
        day: The trading day.

    Returns:
        CCER, quoted as the rules of the day say.

    Raises:
        NotFoundError: If the market did not trade yet.

    Example:
        >>> instrument("2025-03-07").terms.programme
        'CCER'
    """
    made = venue_rules(day).instrument(InstrumentId("CCER"), AssetId("CCER"))
    return attrs.evolve(made, terms=Credit(programme="CCER", vintage=""))

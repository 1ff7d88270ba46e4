"""
A fund beside an index: every public market equivalent of one valuation, made and explained together.

The methods are in `carbonkit.fund.performance.market_equivalent`; here the flows are checked, added up by
day, and put beside the levels of the index.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._flows import check_value, checked
from carbonkit.fund.figure import figure
from carbonkit.fund.performance._invested_fund import InvestedFund
from carbonkit.fund.performance.benchmark_index import IndexLevels
from carbonkit.fund.performance.internal_rate import InternalRate
from carbonkit.fund.performance.market_equivalent import SHOWN, MarketEquivalent
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding, plain
from carbonkit.values.source import Source, Status
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from carbonkit.fund.cashflow import CashFlow
    from carbonkit.fund.day_count import DayCount

__all__ = ["MarketComparison", "compare_with_market"]


@attrs.frozen(kw_only=True)
class MarketComparison:
    """
    A fund beside an index, as of a day; made by `compare_with_market`.

    Args:
        on: The day.
        net_asset_value: What was left in the fund on it.
        index: The index.
        contributed: All contributions, moved to the day with the index; exact.
        distributed: All distributions, moved to the day with the index; exact.
        holding: What the index holding of Long-Nickels was worth after each day's flows, in order of time.
        rate: The fund's own internal rates.
        long_nickels: Long-Nickels.
        pme_plus: PME+.
        modified: Modified PME; None if the fund's values at its distributions were not given.
        direct_alpha: Direct Alpha.
        places: Decimal places of the rates and of the ratio.
        rounding: How they are rounded.

    Example:
        >>> from carbonkit.fund.cashflow import CashFlow
        >>> from carbonkit.fund.performance.benchmark_index import MissingLevel
        >>> from carbonkit.fund.day_count import DayCount
        >>> index = IndexLevels(name="an index", levels=[("2021-07-16", 100), ("2022-07-16", 110)],
        ...                     source=Source("an exchange", "daily levels", 2022),
        ...                     missing=MissingLevel.REFUSE)
        >>> seen = compare_with_market(
        ...     [CashFlow("2021-07-16", Money("-100", "CNY")), CashFlow("2022-07-16", Money("33", "CNY"))],
        ...     net_asset_value=Money("99", "CNY"), on="2022-07-16", index=index,
        ...     day_count=DayCount.ACT_365_FIXED, places=4, rounding=Rounding.HALF_UP)
        >>> seen.kaplan_schoar, seen.direct_alpha.rate.rate, seen.long_nickels.rate.rate
        (Decimal('1.2000'), Decimal('0.2000'), Decimal('0.1000'))
    """

    on: datetime.date
    net_asset_value: Money
    index: IndexLevels
    contributed: Fraction
    distributed: Fraction
    holding: tuple[tuple[datetime.date, Fraction], ...]
    rate: InternalRate
    long_nickels: MarketEquivalent
    pme_plus: MarketEquivalent
    modified: MarketEquivalent | None
    direct_alpha: MarketEquivalent
    places: int
    rounding: Rounding

    @property
    def kaplan_schoar_exact(self) -> Fraction:
        """The Kaplan-Schoar ratio, not rounded."""
        return (self.distributed + Fraction(self.net_asset_value.amount)) / self.contributed

    @property
    def kaplan_schoar(self) -> Decimal:
        """The Kaplan-Schoar ratio: what came out over what went in, both moved to the day with the index."""
        return figure(self.kaplan_schoar_exact, self.places, self.rounding)

    def explain(self) -> Explanation:
        """Say how each figure comes about."""
        in_text, out_text = (
            plain(figure(each, SHOWN, Rounding.HALF_EVEN)) for each in (self.contributed, self.distributed)
        )
        ratio = Explanation(
            "Kaplan-Schoar",
            plain(self.kaplan_schoar),
            how=f"({out_text} + {self.net_asset_value}) / {in_text}, moved to the day with the index; "
            f"rounded {self.rounding.name} to {self.places} places",
            source=_KAPLAN_SCHOAR,
        )
        found = (self.long_nickels, self.pme_plus, self.modified, self.direct_alpha)
        return Explanation(
            f"beside {self.index.name} as of {self.on}",
            f"Kaplan-Schoar {plain(self.kaplan_schoar)}",
            how=f"{self.net_asset_value} left; a day without a level: {self.index.missing.value}",
            source=self.index.source,
            parts=(
                ratio,
                self.rate.explain(),
                *(each.explain() for each in found if each is not None),
            ),
        )


def compare_with_market(
    flows: Iterable[CashFlow],
    *,
    net_asset_value: Money,
    on: str | datetime.date,
    index: IndexLevels,
    day_count: DayCount,
    places: int,
    rounding: Rounding,
    values: Mapping[str, Money] | Mapping[datetime.date, Money] | None = None,
) -> MarketComparison:
    """
    Put a fund beside an index: each payment is made in the index as well, on its own day.

    Args:
        flows: What was paid in (negative) and out (positive), in any order, none after the day.
        net_asset_value: What is left on the day, after its flows; zero or more. It comes on top of a flow
            of that day.
        on: The day of the valuation.
        index: The levels of the index, in the fund's currency.
        day_count: How the rates count years.
        places: Decimal places of the rates and of the ratio.
        rounding: How they are rounded.
        values: The fund's net asset value after each day with a distribution, for modified PME; the day of
            the valuation may be left out. None to do without that method.

    Returns:
        The ratio and the rates, each with a reason where its method breaks down.

    Raises:
        InvalidValueError: If nothing was paid in, a flow lies after the day, or a value is negative.
        CurrencyMismatchError: If flows and values are not of one currency.
        FundError: `no_index_level` if the index has no level on a day, `not_valued` if `values` lacks a day.
        BatchError: If several flows are wrong; every one is named.

    Example:
        >>> from carbonkit.fund.cashflow import CashFlow
        >>> from carbonkit.fund.performance.benchmark_index import MissingLevel
        >>> from carbonkit.fund.day_count import DayCount
        >>> index = IndexLevels(name="an index", levels=[("2021-07-16", 100), ("2022-07-16", 110)],
        ...                     source=Source("an exchange", "daily levels", 2022),
        ...                     missing=MissingLevel.REFUSE)
        >>> seen = compare_with_market(
        ...     [CashFlow("2021-07-16", Money("-100", "CNY"))],
        ...     net_asset_value=Money("121", "CNY"), on="2022-07-16", index=index,
        ...     day_count=DayCount.ACT_365_FIXED, places=4, rounding=Rounding.HALF_UP)
        >>> seen.kaplan_schoar, seen.pme_plus.reason.name
        (Decimal('1.1000'), 'NO_DISTRIBUTIONS')
    """
    day = as_date(on, field="on")
    check_type(net_asset_value, Money, field="net_asset_value")
    check_value(net_asset_value, net_asset_value.currency, field="net_asset_value")
    check_type(index, IndexLevels, field="index")
    given = checked(flows, currency=net_asset_value.currency, last=day)
    left = Fraction(net_asset_value.amount)
    fund = InvestedFund(
        on=day,
        left=left,
        currency=net_asset_value.currency,
        index=index,
        days=_by_day(given),
        day_count=day_count,
        places=places,
        rounding=rounding,
    )
    if not any(paid_in for _, paid_in, _ in fund.days):
        raise InvalidValueError(
            "be above zero", was="0", field="paid_in", hint="contributions are negative flows"
        )
    contributed = sum((paid_in * fund.grown(day) for day, paid_in, _ in fund.days), Fraction(0))
    distributed = sum((paid_out * fund.grown(day) for day, _, paid_out in fund.days), Fraction(0))
    return MarketComparison(
        on=day,
        net_asset_value=net_asset_value,
        index=index,
        contributed=contributed,
        distributed=distributed,
        holding=fund.holding(),
        rate=fund.solved([(day, paid_out - paid_in) for day, paid_in, paid_out in fund.days], left),
        long_nickels=fund.long_nickels(contributed - distributed),
        pme_plus=fund.pme_plus(contributed, distributed),
        modified=None if values is None else fund.modified(_valued(fund, values)),
        direct_alpha=fund.direct_alpha(),
        places=places,
        rounding=rounding,
    )


def _by_day(flows: tuple[CashFlow, ...]) -> tuple[tuple[datetime.date, Fraction, Fraction], ...]:
    days: dict[datetime.date, list[Fraction]] = {}
    for flow in flows:
        amount = Fraction(flow.amount.amount)
        days.setdefault(flow.on, [Fraction(0), Fraction(0)])[amount > 0] += abs(amount)
    return tuple((day, paid_in, paid_out) for day, (paid_in, paid_out) in sorted(days.items()))


def _valued(
    fund: InvestedFund, values: Mapping[str, Money] | Mapping[datetime.date, Money]
) -> dict[datetime.date, Fraction]:
    check_type(values, Mapping, field="values")
    known = {fund.on: fund.left}
    for on, value in values.items():
        day = as_date(on, field="values")
        check_value(value, fund.currency, field=f"values, {day}")
        if day == fund.on and value.amount != fund.left:
            raise InvalidValueError("be the net asset value", was=str(value), field=f"values, {day}")
        known[day] = Fraction(value.amount)
    missing = [str(day) for day, _, paid_out in fund.days if paid_out and day not in known]
    if missing:
        raise FundError(
            "hold the net asset value after each distribution",
            was=f"none for {', '.join(missing)}",
            field="values",
            code=Refusal.NOT_VALUED,
        )
    return known


_KAPLAN_SCHOAR: Final = Source(
    "Journal of Finance",
    "S. Kaplan and A. Schoar, Private Equity Performance: Returns, Persistence, and Capital Flows",
    2005,
    status=Status.RECALLED,
    note="the ratio; a published example is in the tests",
)

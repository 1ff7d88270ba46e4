"""
Eligibility: how much of what is held can be surrendered for an obligation, beside what it is worth.

A price says what units can be sold for. Whether the holder itself can use them is another
question: a vintage may have expired, and credits count only up to a share of the
obligation, and only those of the programmes that the scheme takes. The answer is shown
beside the value and never changes a price.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import is_said, listed
from carbonkit.fund._shown import shown
from carbonkit.fund.position.environment import Environment
from carbonkit.fund.position.position import check_names
from carbonkit.fund.position.spot_position import SpotPosition
from carbonkit.market.contract import Credit
from carbonkit.registry.offset import OffsetLimit
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AssetId
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable


__all__ = ["Eligibility", "EligibleHolding", "eligible_units"]


@attrs.frozen(kw_only=True)
class EligibleHolding:
    """
    A holding, and how much of it can be surrendered; made by `eligible_units`.

    Args:
        position: The position's name.
        asset: What is held.
        quantity: How many units are held.
        eligible: How many of them can be surrendered on the day.
        why: Why not all; empty if all can.
        value: What all of them are worth, in the currency of the environment.

    Example:
        >>> held = EligibleHolding(position="CCER", asset=AssetId("CCER"), quantity=100, eligible=50,
        ...                        why="5 % of the obligation", value=Fraction(7000))
        >>> held.value_eligible, held.value_above
        (Fraction(3500, 1), Fraction(3500, 1))
    """

    position: str
    asset: AssetId
    quantity: int
    eligible: int
    why: str
    value: Fraction

    @property
    def value_eligible(self) -> Fraction:
        """What the units are worth that can be surrendered."""
        return self.value * self.eligible / self.quantity

    @property
    def value_above(self) -> Fraction:
        """What the other units are worth: to be sold, not to be surrendered."""
        return self.value - self.value_eligible


@attrs.frozen(kw_only=True)
class Eligibility:
    """
    What a book can surrender for an obligation on a day; made by `eligible_units`.

    Args:
        limit: How many credits count, with the obligation and the rule.
        day: The day of surrender.
        currency: The currency of the values.
        rows: Each holding, in the order of the book.

    Example:
        >>> from carbonkit.schemes.china_compliance import ccer_limit
        >>> Eligibility(limit=ccer_limit("2025-12-31", 1_000_000), day=datetime.date(2025, 12, 31),
        ...             currency="CNY", rows=()).lacking
        1000000
    """

    limit: OffsetLimit
    day: datetime.date
    currency: str
    rows: tuple[EligibleHolding, ...]

    @property
    def eligible(self) -> int:
        """How many units can be surrendered."""
        return sum(row.eligible for row in self.rows)

    @property
    def lacking(self) -> int:
        """How many units the obligation lacks; zero if it is covered."""
        return max(0, self.limit.obligation - self.eligible)

    def explain(self) -> Explanation:
        """Say how many units count, holding by holding, and by which rule."""
        parts = [
            Explanation(
                row.position,
                f"{row.eligible} of {row.quantity} {row.asset}",
                how=row.why,
                parts=(Explanation("value", f"{shown(row.value)} {self.currency}"),),
            )
            for row in self.rows
        ]
        how = f"for an obligation of {self.limit.obligation} t; {self.lacking} t are lacking"
        return Explanation(
            f"eligible on {self.day}",
            f"{self.eligible} units",
            how=how,
            parts=(*parts, self.limit.explain()),
        )


def eligible_units(
    positions: Iterable[SpotPosition],
    environment: Environment,
    *,
    scheme: str,
    programmes: Iterable[str],
    limit: OffsetLimit,
    day: str | datetime.date,
) -> Eligibility:
    """
    Say how much of what is held can be surrendered for an obligation.

    Allowances of the scheme count in full while they can be used. Credits of the programmes
    count up to the limit, those first that stand first. Nothing else counts. Under a rule
    that asks for a benefit to the state, no credit is taken to have it.

    Args:
        positions: What is held, each by a name of its own.
        environment: The prices of a day up to that of the surrender.
        scheme: Whose obligation it is, named as in the terms of the allowances.
        programmes: Whose credits count, named as in the terms of the credits.
        limit: How many credits count; see `carbonkit.registry.offset_limit`.
        day: The day of surrender.

    Returns:
        Each holding with what is eligible of it; the values are those of the environment.

    Raises:
        FundError: `unpriced` or `expired`, as `SpotPosition.value` does.
        InvalidValueError: If two positions have one name, something is no spot position, the scheme or a
            programme is not named, or the day of surrender lies before the environment's.

    Example:
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.position.environment import Environment
        >>> from carbonkit.fund.portfolio.holding import Holding, Lot
        >>> from carbonkit.fund.portfolio.valuation import Mark
        >>> from carbonkit.schemes.china_compliance import ccer_limit
        >>> from carbonkit.values import Money, Price
        >>> ccer = AssetId("CCER")
        >>> held = SpotPosition(name="CCER", usable_until=None,
        ...                     terms=Credit(programme="CCER", vintage="2024"),
        ...                     holding=Holding(ccer, [Lot(ccer, 80, Money("5600", "CNY"), "2025-03-07")]))
        >>> today = Environment(as_of="2025-06-02", currency="CNY", curves=(), volatilities=(), discount=None,
        ...                     marks=[Mark(ccer, Price("75.00", "CNY", "tCO2e"), "2025-06-02", "invented")],
        ...                     day_count=DayCount.ACT_365_FIXED)
        >>> found = eligible_units([held], today, scheme="China national", programmes=["CCER"],
        ...                        limit=ccer_limit("2025-12-31", 1000), day="2025-12-31")
        >>> found.rows[0].eligible, found.rows[0].value, found.lacking
        (50, Fraction(6000, 1), 950)
    """
    book, on = listed(positions, field="positions"), as_date(day, field="day")
    check_type(environment, Environment, field="environment")
    check_type(limit, OffsetLimit, field="limit")
    for position in book:
        check_type(position, SpotPosition, field="positions")
    check_names(book)
    if not is_said(scheme):
        raise InvalidValueError("name the scheme", was=repr(scheme), field="scheme")
    counted = (programmes,) if isinstance(programmes, str) else listed(programmes, field="programmes")
    for programme in counted:
        if not is_said(programme):
            raise InvalidValueError("name each programme", was=repr(programme), field="programmes")
    if on < environment.as_of:
        raise InvalidValueError(f"be on or after {environment.as_of}", was=str(on), field="day")
    left = limit.usable(with_benefit=0, without_benefit=limit.most)
    rows: list[EligibleHolding] = []
    for position in book:
        quantity = position.holding.quantity
        why = _why_not(position, scheme, counted, on)
        eligible = 0 if why else quantity
        if not why and isinstance(position.terms, Credit):
            eligible = min(quantity, left)
            left -= eligible
            why = f"{limit.most} credits count" if eligible < quantity else ""
        rows.append(
            EligibleHolding(
                position=position.name,
                asset=position.holding.asset,
                quantity=quantity,
                eligible=eligible,
                why=why,
                value=position.value(environment),
            )
        )
    return Eligibility(limit=limit, day=on, currency=environment.currency, rows=tuple(rows))


def _why_not(position: SpotPosition, scheme: str, programmes: tuple[str, ...], day: datetime.date) -> str:
    """Say why nothing of a position counts; empty if it does."""
    if position.usable_until is not None and day > position.usable_until:
        return f"usable until {position.usable_until}"
    if isinstance(position.terms, Credit):
        issued_by = position.terms.programme
        return "" if issued_by in programmes else f"of {issued_by}, which does not count"
    return "" if position.terms.scheme == scheme else f"of {position.terms.scheme}, not of {scheme}"

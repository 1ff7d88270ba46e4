"""
A market stability reserve: what a surplus moves out of auctions, and what a shortage brings back.

The total number of allowances in circulation at the end of a year is published
in the next one, and the rules of that next year decide what moves. Everything
here is a pure function of that number, of the reserve's stock and of the year.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.registry.yearly import rule_of_year
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import Exact, Rounding, exact, multiply, plain, round_to, whole
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "InvalidStock",
    "ReserveMovement",
    "ReserveRule",
    "StockLimit",
    "invalid_stock",
    "reserve_movement",
]


def _share(value: Exact) -> Decimal:
    return exact(value, field="intake share")


def _units(value: int, field: str) -> int:
    number = whole(value, field=field)
    if number < 0:
        raise InvalidValueError("not be negative", was=number, field=field)
    return number


@attrs.frozen
class ReserveRule:
    """
    What a reserve takes in and releases.

    Args:
        share_above: The number in circulation above which a share of it is taken in.
        share: That share.
        band_from: The number above which the excess over it is taken in, up to `share_above`; None if
            there is no such band.
        release_below: The number in circulation below which the reserve releases.
        release: How many it then releases, if it holds as many.
        rounding: Which way the share is rounded to whole allowances.

    Example:
        >>> ReserveRule(share_above=833, share="0.24", band_from=None, release_below=400, release=100,
        ...             rounding=Rounding.HALF_UP).intake(1000)
        240
    """

    share_above: int
    share: Decimal = attrs.field(converter=_share)
    band_from: int | None
    release_below: int
    release: int
    rounding: Rounding

    def intake(self, circulating: int) -> int:
        """
        Say how many allowances a number in circulation moves into the reserve.

        Args:
            circulating: The total number of allowances in circulation.

        Returns:
            How many.
        """
        if circulating > self.share_above:
            return int(round_to(multiply(self.share, Decimal(circulating)), 0, self.rounding))
        if self.band_from is not None and circulating > self.band_from:
            return circulating - self.band_from
        return 0

    def how(self, circulating: int) -> str:
        """
        Say in words what a number in circulation causes.

        Args:
            circulating: The total number of allowances in circulation.

        Returns:
            The step of the rule that applies.
        """
        if circulating > self.share_above:
            rounded = self.rounding.name.lower()
            return f"above {self.share_above}: {plain(self.share)} × {circulating}, rounded {rounded}"
        if self.band_from is not None and circulating > self.band_from:
            return f"above {self.band_from}, not above {self.share_above}: {circulating} - {self.band_from}"
        if circulating < self.release_below:
            return f"below {self.release_below}: {self.release}, or all that the reserve holds"
        return "neither a surplus nor a shortage"


@attrs.frozen
class ReserveMovement:
    """
    What the reserve takes in or releases.

    Args:
        year: The year at whose end the allowances were counted.
        circulating: The total number of allowances in circulation.
        stock: What the reserve held before.
        intake: What it takes in over the twelve months from 1 September of the next year.
        release: What it releases instead.
        rule: The rule of the year in which the number is published.

    Example:
        >>> from carbonkit.schemes.eu_reserve import market_stability_reserve
        >>> market_stability_reserve(2022, 1134794738, stock=0).intake
        272350737
    """

    year: int
    circulating: int
    stock: int
    intake: int
    release: int
    rule: Rule[ReserveRule]

    @property
    def stock_after(self) -> int:
        """What the reserve holds once all of it has moved; nothing else counted."""
        return self.stock + self.intake - self.release

    def explain(self) -> Explanation:
        """Show what moves, from which numbers and by which rule."""
        moved = f"release of {self.release}" if self.release else f"intake of {self.intake}"
        return Explanation(
            f"reserve movement from 1 September {self.year + 1}",
            moved,
            how=self.rule.value.how(self.circulating),
            parts=(
                Explanation(f"allowances in circulation, end of {self.year}", str(self.circulating)),
                Explanation("reserve's stock before", str(self.stock)),
                Explanation("rule", str(self.rule.valid), how=self.rule.says, source=self.rule.source),
            ),
        )


def reserve_movement(
    versions: Sequence[Rule[ReserveRule]], year: int, circulating: int, *, stock: int
) -> ReserveMovement:
    """
    Work out what a published number in circulation moves.

    Args:
        versions: The versions of the rule, by the year in which the number is published.
        year: The year at whose end the allowances were counted; it is published in the next.
        circulating: The total number of allowances in circulation.
        stock: What the reserve holds, which bounds what it can release.

    Returns:
        The movement, which explains itself.

    Raises:
        InvalidValueError: If the stock is negative, or a number is not whole.
        NotFoundError: If no version covers the next year.

    Example:
        >>> from carbonkit.registry.yearly import years
        >>> from carbonkit.values import Source
        >>> rule = ReserveRule(share_above=1096, share="0.24", band_from=833, release_below=400,
        ...                    release=100, rounding=Rounding.HALF_UP)
        >>> rules = [Rule(what="reserve", value=rule, says="…", valid=years(2024, 2030),
        ...               source=Source("Scheme", "Decision", 2023))]
        >>> reserve_movement(rules, 2025, 1000, stock=400).intake
        167
        >>> reserve_movement(rules, 2025, 399, stock=60).release
        60
    """
    counted = whole(year, field="year")
    number = whole(circulating, field="allowances in circulation")
    held = _units(stock, "stock")
    rule = rule_of_year(versions, counted + 1)
    release = min(rule.value.release, held) if number < rule.value.release_below else 0
    return ReserveMovement(counted, number, held, rule.value.intake(number), release, rule)


@attrs.frozen
class StockLimit:
    """
    What a reserve may hold at the start of a year.

    Args:
        fixed: The number above which its allowances lose their validity; None where the limit is what
            was auctioned in the year before.

    Example:
        >>> StockLimit(400_000_000).fixed
        400000000
    """

    fixed: int | None


@attrs.frozen
class InvalidStock:
    """
    What part of a reserve loses its validity at the start of a year.

    Args:
        year: The year.
        stock: What the reserve held.
        limit: What it may hold.
        rule: The rule of the year.

    Example:
        >>> from carbonkit.schemes.eu_reserve import invalid_reserve_stock
        >>> invalid_reserve_stock(2026, 400_000_001, auctioned_before=None).invalid
        1
    """

    year: int
    stock: int
    limit: int
    rule: Rule[StockLimit]

    @property
    def invalid(self) -> int:
        """How many allowances lose their validity."""
        return max(0, self.stock - self.limit)

    def explain(self) -> Explanation:
        """Show what is lost, from which stock and by which limit."""
        return Explanation(
            f"allowances that lose their validity on 1 January {self.year}",
            str(self.invalid),
            how="stock - limit, not below 0",
            parts=(
                Explanation("reserve's stock", str(self.stock)),
                Explanation("limit", str(self.limit), how=self.rule.says, source=self.rule.source),
            ),
        )


def invalid_stock(
    versions: Sequence[Rule[StockLimit]], year: int, stock: int, *, auctioned_before: int | None
) -> InvalidStock:
    """
    Work out what part of a reserve's stock loses its validity at the start of a year.

    Args:
        versions: The versions of the limit, by year.
        year: The year.
        stock: What the reserve holds.
        auctioned_before: What was auctioned in the year before; None where the limit is a fixed number.

    Returns:
        What is lost, which explains itself.

    Raises:
        InvalidValueError: If a number is negative, or the year's limit is what was auctioned and that
            is not given.
        NotFoundError: If no version covers the year.

    Example:
        >>> from carbonkit.registry.yearly import years
        >>> from carbonkit.values import Source
        >>> rules = [Rule(what="limit", value=StockLimit(400), says="400", valid=years(2024, None),
        ...               source=Source("Scheme", "Decision", 2023))]
        >>> invalid_stock(rules, 2024, 450, auctioned_before=None).invalid
        50
    """
    rule = rule_of_year(versions, year)
    held, limit = _units(stock, "stock"), rule.value.fixed
    if limit is None:
        if auctioned_before is None:
            raise InvalidValueError(
                f"be given, for it is the limit of {year}", was="None", field="auctioned_before"
            )
        limit = _units(auctioned_before, "auctioned_before")
    return InvalidStock(whole(year, field="year"), held, limit, rule)

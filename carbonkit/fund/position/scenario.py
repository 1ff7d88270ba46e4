"""Scenarios: named sets of shocks, assumed, taken from observed prices, or laid out as a grid."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund._check import is_said, listed, pairs
from carbonkit.fund._shown import signed
from carbonkit.fund.figure import Number, fraction
from carbonkit.fund.portfolio.valuation import Mark
from carbonkit.fund.position.shock import PriceShock, Shock, ShockKind, VolatilityShock
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.values.identifier import AssetId

__all__ = ["Scenario", "observed_scenario", "scenario_grid"]


def _name(value: str) -> str:
    if not is_said(value):
        raise InvalidValueError("name the scenario", was=repr(value), field="name")
    return value


def _shocks(value: Iterable[Shock]) -> tuple[Shock, ...]:
    shocks = listed(value, field="shocks")
    for shock in shocks:
        if not isinstance(shock, Shock):
            raise InvalidValueError("be shocks", was=repr(shock), field="shocks")
    return shocks


def _origin(value: Source | str) -> Source | str:
    if not isinstance(value, Source) and not is_said(value):
        raise InvalidValueError("be a Source, or say why", was=repr(value), field="origin")
    return value


@attrs.frozen(kw_only=True)
class Scenario:
    """
    Shocks that are assumed to happen together.

    Args:
        name: What it is called.
        shocks: One after the other.
        origin: Where they are from: a `Source`, or in words.

    Raises:
        InvalidValueError: If name or origin is blank, or something is no shock.

    Example:
        >>> crash = Scenario(name="down a third", origin="assumed",
        ...                  shocks=[PriceShock(asset=None, size="-0.33", kind=ShockKind.RELATIVE)])
        >>> print(crash.explain().text())
        scenario down a third: 1 shocks = assumed
          shock: price of every asset -0.33 (share of the level)
    """

    name: str = attrs.field(converter=_name)
    shocks: tuple[Shock, ...] = attrs.field(converter=_shocks)
    origin: Source | str = attrs.field(converter=_origin)

    def explain(self) -> Explanation:
        """Say which shocks it assumes, and where they are from."""
        source = self.origin if isinstance(self.origin, Source) else None
        return Explanation(
            f"scenario {self.name}",
            f"{len(self.shocks)} shocks",
            how="" if source is not None else str(self.origin),
            source=source,
            parts=(Explanation("shock", str(shock)) for shock in self.shocks),
        )


def observed_scenario(
    name: str, moves: Iterable[tuple[Mark, Mark]], *, kind: ShockKind, origin: Source | str
) -> Scenario:
    """
    Make a scenario of what prices did between two days, such as a crash of the past.

    Args:
        name: What it is called.
        moves: For each asset its price before and after.
        kind: Whether the move is applied as a share of the level or as money per tonne.
        origin: Where the prices are from: a `Source`, or in words.

    Returns:
        The scenario: each asset moves as it did then, exactly.

    Raises:
        FundError: `out_of_order` if a price after is not of a later day than the one before.
        CurrencyMismatchError: If the two prices of an asset are in two currencies.
        InvalidValueError: If two marks are of two assets, an asset stands there twice, or a price before is
            not above zero.

    Example:
        >>> from carbonkit.fund.portfolio.valuation import Mark
        >>> from carbonkit.values import AssetId, Price
        >>> eua = AssetId("EUA")
        >>> moves = [(Mark(eua, Price("80.00", "EUR", "tCO2e"), "2022-02-23", "invented"),
        ...           Mark(eua, Price("60.00", "EUR", "tCO2e"), "2022-03-07", "invented"))]
        >>> observed_scenario("a fortnight", moves, kind=ShockKind.RELATIVE, origin="invented").shocks[0].size
        Fraction(-1, 4)
    """
    check_type(kind, ShockKind, field="kind")
    shocks: list[Shock] = []
    for before, after in pairs(moves, field="moves"):
        for mark in (before, after):
            check_type(mark, Mark, field="moves")
        where = f"move of {before.asset}"
        if after.asset != before.asset or any(
            isinstance(shock, PriceShock) and shock.asset == before.asset for shock in shocks
        ):
            raise InvalidValueError("be two marks of one asset, once", was=str(after.asset), field=where)
        if after.price.currency != before.price.currency:
            raise CurrencyMismatchError(f"be {before.price.currency}", was=after.price.currency, field=where)
        if after.day <= before.day:
            raise FundError(
                f"end after {before.day}", was=str(after.day), field=where, code=Refusal.OUT_OF_ORDER
            )
        if before.price.amount <= 0:
            raise InvalidValueError("start above zero", was=str(before.price), field=where)
        moved = Fraction(after.price.amount) - Fraction(before.price.amount)
        size = moved / Fraction(before.price.amount) if kind is ShockKind.RELATIVE else moved
        shocks.append(PriceShock(asset=before.asset, size=size, kind=kind))
    return Scenario(name=name, shocks=shocks, origin=origin)


def scenario_grid(
    asset: AssetId | None,
    *,
    prices: Iterable[Number],
    volatilities: Iterable[Number],
    kind: ShockKind,
) -> tuple[Scenario, ...]:
    """
    Lay out scenarios as a grid: every price shock with every volatility shock.

    Args:
        asset: Whose price and volatility move; None for every asset.
        prices: The sizes of the price shocks.
        volatilities: The sizes of the volatility shocks; 0 alone for none.
        kind: What the sizes count.

    Returns:
        One scenario for each pair, by price and within it by volatility.

    Raises:
        InexactNumberError: If a size is a float, a bool, NaN or infinite.
        InvalidValueError: If there is no size of one of the two.

    Example:
        >>> for scenario in scenario_grid(None, prices=["-0.2", "0.2"], volatilities=[0],
        ...                               kind=ShockKind.RELATIVE):
        ...     print(scenario.name)
        price -0.2, volatility +0
        price +0.2, volatility +0
    """
    sizes = [fraction(size, field="prices") for size in listed(prices, field="prices")]
    changes = [fraction(size, field="volatilities") for size in listed(volatilities, field="volatilities")]
    for field, numbers in (("prices", sizes), ("volatilities", changes)):
        if not numbers:
            raise InvalidValueError("have one size or more", was="none", field=field)
    return tuple(
        Scenario(
            name=f"price {signed(size)}, volatility {signed(change)}",
            shocks=[
                PriceShock(asset=asset, size=size, kind=kind),
                VolatilityShock(asset=asset, size=change, kind=kind),
            ],
            origin="grid",
        )
        for size in sizes
        for change in changes
    )

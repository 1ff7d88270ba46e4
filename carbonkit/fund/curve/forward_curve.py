"""Forward curves: what an asset costs by the day on which it is delivered."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import CurrencyMismatchError, InvalidValueError
from carbonkit.fund._check import as_of_day, is_said, pairs
from carbonkit.fund._shown import shown
from carbonkit.fund.curve.curve import Extrapolation, Interpolation, check_nodes, read_curve
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AssetId
from carbonkit.values.price import Price
from carbonkit.values.source import Source
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ForwardCurve"]


def _nodes(value: Iterable[tuple[str | datetime.date, Price]]) -> tuple[tuple[datetime.date, Price], ...]:
    return tuple((as_date(day, field="nodes"), price) for day, price in pairs(value, field="nodes"))


def _origin(value: Source | str) -> Source | str:
    if not isinstance(value, Source) and not is_said(value):
        raise InvalidValueError(
            "be a Source, or say where the prices are from", was=repr(value), field="origin"
        )
    return value


@attrs.frozen(kw_only=True)
class ForwardCurve:
    """
    Forward prices of one asset on one day, by delivery.

    Args:
        asset: What is delivered.
        as_of: The day of the prices.
        nodes: Days of delivery, rising, and the price for each; all in one currency, per tCO2e.
        interpolation: How it is read between nodes, by calendar days.
        extrapolation: How it is read before the first node and after the last.
        origin: Where the prices are from: a `Source`, or in words.

    Raises:
        FundError: `no_quote` if there is no node, `out_of_order` if the days do not rise from `as_of` on.
        CurrencyMismatchError: If the nodes are in two currencies.
        InvalidValueError: If a price is not per tCO2e, is negative, or is not above zero where it is read by
            logarithms, or the origin is blank.

    Example:
        >>> curve = ForwardCurve(asset=AssetId("EUA"), as_of="2025-06-02", origin="settlement prices",
        ...                      nodes=[("2025-12-15", Price("70.00", "EUR", "tCO2e")),
        ...                             ("2026-12-14", Price("72.00", "EUR", "tCO2e"))],
        ...                      interpolation=Interpolation.LINEAR, extrapolation=Extrapolation.REFUSED)
        >>> curve.price("2025-12-15"), curve.price("2026-06-15")
        (Fraction(70, 1), Fraction(71, 1))
    """

    asset: AssetId = attrs.field(validator=is_a(AssetId))
    as_of: datetime.date = attrs.field(converter=as_of_day)
    nodes: tuple[tuple[datetime.date, Price], ...] = attrs.field(converter=_nodes)
    interpolation: Interpolation = attrs.field(validator=is_a(Interpolation))
    extrapolation: Extrapolation = attrs.field(validator=is_a(Extrapolation))
    origin: Source | str = attrs.field(converter=_origin)

    def __attrs_post_init__(self) -> None:
        """Check the nodes."""
        name = f"curve of {self.asset}"
        for day, price in self.nodes:
            where = f"{name}, {day}"
            check_type(price, Price, field=where)
            if price.currency != self.currency:
                raise CurrencyMismatchError(f"be {self.currency}", was=price.currency, field=where)
            if price.per != "tCO2e":
                raise InvalidValueError("be per tCO2e", was=str(price), field=where)
            if price.amount < 0:
                raise InvalidValueError("be zero or more", was=str(price), field=where)
        check_nodes(self._values(), as_of=self.as_of, interpolation=self.interpolation, field=name)

    def _values(self) -> list[tuple[datetime.date, Fraction]]:
        return [(day, Fraction(price.amount)) for day, price in self.nodes]

    @property
    def currency(self) -> str:
        """The currency of the prices; empty without a node."""
        return self.nodes[0][1].currency if self.nodes else ""

    def price(self, delivery: str | datetime.date) -> Fraction:
        """
        Read the price for a day of delivery.

        Args:
            delivery: The day.

        Returns:
            The price per tCO2e in the curve's currency: exactly a node's on its day; never rounded.

        Raises:
            FundError: `outside_curve` if the curve does not reach there.

        Example:
            >>> curve = ForwardCurve(asset=AssetId("EUA"), as_of="2025-06-02", origin="settlement prices",
            ...                      nodes=[("2025-12-15", Price("70.00", "EUR", "tCO2e"))],
            ...                      interpolation=Interpolation.FLAT, extrapolation=Extrapolation.REFUSED)
            >>> curve.price("2026-12-14")
            Traceback (most recent call last):
            ...
            carbonkit.errors.FundError: curve of EUA: must be read from 2025-12-15 to 2025-12-15, was 2026-12-14; add a node, or name an extrapolation
        """  # noqa: E501  the error's line
        return read_curve(
            self._values(),
            as_date(delivery, field="delivery"),
            interpolation=self.interpolation,
            extrapolation=self.extrapolation,
            field=f"curve of {self.asset}",
        )

    def explain(self, delivery: str | datetime.date) -> Explanation:
        """
        Say how a price was read from the curve.

        Args:
            delivery: The day of delivery.

        Returns:
            The price with the nodes; a price between nodes is shown to 15 significant digits.

        Raises:
            FundError: `outside_curve` if the curve does not reach there.

        Example:
            >>> curve = ForwardCurve(asset=AssetId("EUA"), as_of="2025-06-02", origin="settlement prices",
            ...                      nodes=[("2025-12-15", Price("70.00", "EUR", "tCO2e"))],
            ...                      interpolation=Interpolation.FLAT, extrapolation=Extrapolation.FLAT)
            >>> print(curve.explain("2026-12-14").text())
            EUA for delivery on 2026-12-14: 70 EUR/tCO2e = between nodes the node before holds until the next
              node of 2025-12-15: 70.00 EUR/tCO2e = settlement prices
        """
        day = as_date(delivery, field="delivery")
        source = self.origin if isinstance(self.origin, Source) else None
        how = "" if source is not None else str(self.origin)
        return Explanation(
            f"{self.asset} for delivery on {day}",
            f"{shown(self.price(day))} {self.currency}/tCO2e",
            how=f"between nodes {self.interpolation.value}",
            source=source,
            parts=(Explanation(f"node of {node}", str(price), how) for node, price in self.nodes),
        )

"""
Contract notes: what became of an order on its dealing day, down to the minor unit.

In each note the parts add up to what was paid or what the units brought. What
rounding takes from a holder stays in the fund; what it gives comes out of it: `kept`
says how much that is, exactly.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund.figure import fraction
from carbonkit.fund.units.unit_order import RedemptionOrder, SubscriptionOrder
from carbonkit.fund.units.unit_price import DealingPrice
from carbonkit.fund.units.unit_register import UnitLot
from carbonkit.values.explanation import Explanation
from carbonkit.values.money import Money
from carbonkit.values.number import plain

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["RedemptionNote", "SubscriptionNote"]


@attrs.frozen(kw_only=True)
class SubscriptionNote:
    """
    A subscription as it was dealt; made by `deal`.

    Args:
        order: The order.
        price: The day's price.
        fee: The front-end fee, to the manager.
        levy: The dilution levy, to the fund.
        units: The units issued.

    Example:
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.fund.units.unit_price import first_price
        >>> from carbonkit.values import AccountId, AssetId, OrderId, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> order = SubscriptionOrder(id=OrderId("S-1"), holder=AccountId("BANK-A"),
        ...                           amount=Money("100.00", "CNY"), received_at="2026-06-30T06:00:00Z")
        >>> price = first_price(unit, day="2026-06-30", per_unit=Money("1.0500", "CNY"))
        >>> note = SubscriptionNote(order=order, price=price, fee=Money("0.00", "CNY"),
        ...                         levy=Money("0.00", "CNY"), units=Decimal("95.23"))
        >>> note.into_fund, note.kept
        (Money('100.00', 'CNY'), Fraction(17, 2000))
    """

    order: SubscriptionOrder
    price: DealingPrice
    fee: Money
    levy: Money
    units: Decimal

    @property
    def into_fund(self) -> Money:
        """What goes into the fund: the amount less the fee."""
        return self.order.amount - self.fee

    @property
    def kept(self) -> Fraction:
        """What rounding leaves in the fund; negative for what it takes out of it."""
        return fraction((self.into_fund - self.levy).amount) - fraction(self.units) * self.price.exact

    @property
    def lot(self) -> UnitLot:
        """The lot that the units are; its own mark is the price."""
        return UnitLot(
            holder=self.order.holder,
            units=self.units,
            bought_on=self.price.day,
            mark=self.price.exact,
            document=str(self.order.id),
        )

    def explain(self) -> Explanation:
        """Say how the units came about."""
        return Explanation(
            f"units of {self.price.unit.id} for {self.order.holder}, order {self.order.id}",
            plain(self.units),
            how=f"({self.order.amount} − fee − levy) / {self.price.per_unit}",
            parts=(
                Explanation("front-end fee", str(self.fee), "to the manager"),
                Explanation("dilution levy", str(self.levy), "to the fund"),
                self.price.explain(),
            ),
        )


@attrs.frozen(kw_only=True)
class RedemptionNote:
    """
    A redemption as it was dealt; made by `deal`.

    Args:
        order: The order.
        price: The day's price.
        lots: The units that left, lot by lot.
        gross: What they bring at the price.
        performance_fee: What of it is performance fee not yet in the price, to the manager.
        levy: The dilution levy, to the fund.
        fee: The back-end fee.
        fee_kept: What of it stays in the fund; the rest is the manager's.

    Raises:
        InvalidValueError: If more is taken off than the units bring.

    Example:
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.fund.units.unit_price import first_price
        >>> from carbonkit.values import AccountId, AssetId, OrderId, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> order = RedemptionOrder(id=OrderId("R-1"), holder=AccountId("BANK-A"), units="40",
        ...                         received_at="2026-06-30T06:00:00Z")
        >>> lot = UnitLot(holder=order.holder, units="40", bought_on="2026-06-01", mark="1", document="S-1")
        >>> zero = Money("0.00", "CNY")
        >>> note = RedemptionNote(order=order, lots=(lot,), gross=Money("42.00", "CNY"), performance_fee=zero,
        ...                       price=first_price(unit, day="2026-06-30", per_unit=Money("1.05", "CNY")),
        ...                       levy=zero, fee=Money("0.40", "CNY"), fee_kept=Money("0.10", "CNY"))
        >>> note.proceeds, note.to_manager, note.out_of_fund
        (Money('41.60', 'CNY'), Money('0.30', 'CNY'), Money('41.90', 'CNY'))
    """

    order: RedemptionOrder
    price: DealingPrice
    lots: tuple[UnitLot, ...]
    gross: Money
    performance_fee: Money
    levy: Money
    fee: Money
    fee_kept: Money

    def __attrs_post_init__(self) -> None:
        """Check that something is left to pay."""
        if self.proceeds.amount < 0:
            raise InvalidValueError(
                f"be at most the {self.gross} that the units bring",
                was=str(self.performance_fee + self.levy + self.fee),
                field="fees and levy",
            )

    @property
    def units(self) -> Decimal:
        """The units that left."""
        return self.price.unit.asset.amount(sum(self.price.unit.asset.steps(lot.units) for lot in self.lots))

    @property
    def proceeds(self) -> Money:
        """What the holder gets."""
        return self.gross - self.performance_fee - self.levy - self.fee

    @property
    def to_manager(self) -> Money:
        """What the manager gets: performance fee and its part of the back-end fee."""
        return self.performance_fee + self.fee - self.fee_kept

    @property
    def out_of_fund(self) -> Money:
        """What leaves the fund, to the holder and to the manager."""
        return self.proceeds + self.to_manager

    @property
    def kept(self) -> Fraction:
        """What rounding leaves in the fund; negative for what it takes out of it."""
        return fraction(self.units) * self.price.exact - fraction(self.gross.amount)

    def explain(self) -> Explanation:
        """Say how the proceeds came about."""
        lots = Explanation("units", plain(self.units), "oldest lots", parts=(x.explain() for x in self.lots))
        return Explanation(
            f"proceeds of {self.price.unit.id} for {self.order.holder}, order {self.order.id}",
            str(self.proceeds),
            how=f"{plain(self.units)} × {self.price.per_unit} − performance fee − levy − back-end fee",
            parts=(
                lots,
                Explanation("gross", str(self.gross)),
                Explanation("performance fee", str(self.performance_fee), "to the manager"),
                Explanation("dilution levy", str(self.levy), "to the fund"),
                Explanation("back-end fee", str(self.fee), f"{self.fee_kept} of it stays in the fund"),
                self.price.explain(),
            ),
        )

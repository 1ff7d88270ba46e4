"""
Unit prices: net asset value per unit, exact and rounded, and the price that a day's orders are dealt at.

The NAV of record and the dealing price are two things: the second follows from the
first, and may be swung (see `carbonkit.fund.units.swing`) or carry a dilution levy.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final, Self

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import check_currency
from carbonkit.fund.figure import fraction
from carbonkit.fund.portfolio.valuation import NetAssetValue
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units._share import share, shown
from carbonkit.fund.units.unit import UnitClass
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.money import Money
from carbonkit.values.number import Exact, exact, plain
from carbonkit.values.source import Source, Status
from carbonkit.values.time import as_date

__all__ = ["DealingPrice", "UnitPrice", "first_price"]

RULE: Final = Source(
    "carbonkit",
    "net asset value per unit",
    2026,
    status=Status.DERIVED,
    note="the usual definition: assets less liabilities, divided by the units outstanding",
)


def _day(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="day")


def _units(value: Exact) -> Decimal:
    return exact(value, field="units")


@attrs.frozen(kw_only=True)
class UnitPrice:
    """
    Net asset value per unit on a dealing day: the NAV of record.

    Args:
        unit: The class of units.
        day: The dealing day that it is the price of.
        assets: What belongs to the class; never rounded before.
        liabilities: What it owes, fees accrued up to the day among them.
        units: The units outstanding before the day's orders.

    Raises:
        FundError: `no_units` if there is value but no unit to carry it, or neither;
            `negative_net_asset_value` if more is owed than there is.
        CurrencyMismatchError: If assets or liabilities are in another currency than the class.
        InvalidValueError: If assets, liabilities or units are negative, or units have too many places.

    Example:
        >>> from carbonkit.values import AssetId, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=4, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> price = UnitPrice(unit=unit, day="2026-06-30", assets=Money("1052345678.91", "CNY"),
        ...                   liabilities=Money("2345678.90", "CNY"), units="1000000000.0000")
        >>> price.per_unit, price.exact == fraction("1.05000000001")
        (Money('1.0500', 'CNY'), True)
    """

    unit: UnitClass = attrs.field(validator=is_a(UnitClass))
    day: datetime.date = attrs.field(converter=_day)
    assets: Money
    liabilities: Money
    units: Decimal = attrs.field(converter=_units)

    def __attrs_post_init__(self) -> None:
        """Check that there is something to divide, and something to divide it by."""
        for name in ("assets", "liabilities"):
            amount: Money = getattr(self, name)
            check_currency(amount, self.unit.currency, field=name)
            if amount.amount < 0:
                raise InvalidValueError("be zero or more", was=str(amount), field=name)
        if not self.unit.counted(self.units):
            raise FundError(
                "be above zero to have a price",
                was=f"no unit for a net asset value of {self.net_asset_value}",
                field="units",
                code=Refusal.NO_UNITS,
                hint="an issue without units outstanding is dealt at a first_price",
            )
        if self.net_asset_value.amount < 0:
            raise FundError(
                "be zero or more",
                was=str(self.net_asset_value),
                field="net asset value",
                code=Refusal.NEGATIVE_NET_ASSET_VALUE,
            )

    @classmethod
    def of(cls, value: NetAssetValue, *, unit: UnitClass, units: Exact) -> Self:
        """
        Price the units of a fund that has one class, from its net asset value.

        Args:
            value: The fund's net asset value on the dealing day.
            unit: The class of units.
            units: The units outstanding before the day's orders.

        Returns:
            The price.

        Raises:
            FundError: As for `UnitPrice` itself.
            CurrencyMismatchError: If the value is in another currency than the class.

        Example:
            >>> from carbonkit.values import AssetId, Rounding
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=4, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> value = NetAssetValue(as_of="2026-06-30", cash=Money("107.00", "CNY"), holdings=(),
            ...                       liabilities=Money("2.00", "CNY"))
            >>> UnitPrice.of(value, unit=unit, units=100).per_unit
            Money('1.0500', 'CNY')
        """
        check_type(value, NetAssetValue, field="value")
        return cls(
            unit=unit,
            day=value.as_of,
            assets=value.cash + value.market_value,
            liabilities=value.liabilities,
            units=units,
        )

    @property
    def net_asset_value(self) -> Money:
        """The assets less the liabilities; never rounded."""
        return self.assets - self.liabilities

    @property
    def exact(self) -> Fraction:
        """The value per unit, exactly."""
        return fraction(self.net_asset_value.amount) / fraction(self.units)

    @property
    def per_unit(self) -> Money:
        """The value per unit, rounded by the class's rule."""
        return self.unit.priced(self.exact)

    @property
    def dealing(self) -> DealingPrice:
        """The price that orders are dealt at when it is neither swung nor levied: the rounded NAV."""
        return DealingPrice(
            unit=self.unit, day=self.day, per_unit=self.per_unit, record=self, levy_in=0, levy_out=0, how=""
        )

    def explain(self) -> Explanation:
        """Say how the price came about."""
        rounding = self.unit.price_rounding.name.lower().replace("_", " ")
        return Explanation(
            f"NAV per unit of {self.unit.id} on {self.day}",
            str(self.per_unit),
            how=f"{shown(self.exact)} rounded {rounding} to {self.unit.price_places} places",
            source=RULE,
            parts=(
                Explanation("net asset value", str(self.net_asset_value), "assets − liabilities"),
                Explanation("assets", str(self.assets)),
                Explanation("liabilities", str(self.liabilities)),
                Explanation("units outstanding", plain(self.units)),
            ),
        )


def _levy_in(value: Exact | Fraction) -> Fraction:
    return share(value, field="levy_in")


def _levy_out(value: Exact | Fraction) -> Fraction:
    return share(value, field="levy_out")


@attrs.frozen(kw_only=True)
class DealingPrice:
    """
    The one price of a dealing day's orders; from `UnitPrice.dealing`, `swung_price` or `first_price`.

    Args:
        unit: The class of units.
        day: The dealing day.
        per_unit: What a unit costs and brings; above zero, with the class's places.
        record: The NAV of record that it follows from; None before there are units.
        levy_in: The dilution levy on a subscription, a share of what goes into the fund; stays there.
        levy_out: The dilution levy on a redemption, a share of what the units bring; stays there.
        how: How it departs from the NAV of record, in words; empty if it does not.

    Raises:
        CurrencyMismatchError: If the price is in another currency than the class.
        InvalidValueError: If the price is not above zero or has too many places, or a levy is not from
            0 to below 1.
        FundError: `other_unit` or `price_of_another_day` if the record is of another class or day.

    Example:
        >>> from carbonkit.values import AssetId, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=4, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> print(first_price(unit, day="2026-06-30", per_unit=Money("1.0000", "CNY")).explain().text())
        dealing price of GREEN-A on 2026-06-30: 1.0000 CNY = the price of the first issue
    """

    unit: UnitClass = attrs.field(validator=is_a(UnitClass))
    day: datetime.date = attrs.field(converter=_day)
    per_unit: Money
    record: UnitPrice | None
    levy_in: Fraction = attrs.field(converter=_levy_in)
    levy_out: Fraction = attrs.field(converter=_levy_out)
    how: str

    def __attrs_post_init__(self) -> None:
        """Check that it is a price of the class and of the day."""
        check_currency(self.per_unit, self.unit.currency, field="per_unit")
        if self.per_unit.amount <= 0:
            raise InvalidValueError("be above zero", was=str(self.per_unit), field="per_unit")
        if self.unit.priced(self.per_unit.amount) != self.per_unit:
            raise InvalidValueError(
                f"have at most {self.unit.price_places} decimal places",
                was=str(self.per_unit),
                field="per_unit",
            )
        if self.record is not None:
            check_type(self.record, UnitPrice, field="record")
            if self.record.unit != self.unit:
                raise FundError(
                    f"be of {self.unit.id}",
                    was=str(self.record.unit.id),
                    field="record",
                    code=Refusal.OTHER_UNIT,
                )
            if self.record.day != self.day:
                raise FundError(
                    f"be of {self.day}",
                    was=str(self.record.day),
                    field="record",
                    code=Refusal.PRICE_OF_ANOTHER_DAY,
                )

    @property
    def exact(self) -> Fraction:
        """The price as a fraction."""
        return fraction(self.per_unit.amount)

    def explain(self) -> Explanation:
        """Say how the price follows from the NAV of record, and why it departs from it."""
        how = self.how or ("the price of the first issue" if self.record is None else "NAV per unit")
        parts = [] if self.record is None else [self.record.explain()]
        for side, levy in (("subscription", self.levy_in), ("redemption", self.levy_out)):
            if levy:
                parts.append(Explanation(f"dilution levy on a {side}", shown(levy), "share kept by the fund"))
        what = f"dealing price of {self.unit.id} on {self.day}"
        return Explanation(what, str(self.per_unit), how=how, parts=parts)


def first_price(unit: UnitClass, *, day: str | datetime.date, per_unit: Money) -> DealingPrice:
    """
    Name the price of a first issue, while no unit is outstanding.

    Args:
        unit: The class of units.
        day: The dealing day.
        per_unit: The price, such as 1.0000 CNY.

    Returns:
        The dealing price.

    Raises:
        CurrencyMismatchError: If it is in another currency than the class.
        InvalidValueError: If it is not above zero, or has too many places.

    Example:
        >>> from carbonkit.values import AssetId, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=4, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> first_price(unit, day="2026-06-30", per_unit=Money("1.0000", "CNY")).per_unit
        Money('1.0000', 'CNY')
    """
    return DealingPrice(unit=unit, day=day, per_unit=per_unit, record=None, levy_in=0, levy_out=0, how="")

"""Distributions of an open-ended fund: an amount divided among all units, paid out or reinvested."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError, NotFoundError
from carbonkit.fund._check import check_currency, is_said, on_day, paid, total_of
from carbonkit.fund.figure import fraction
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units._share import shown
from carbonkit.fund.units.unit_price import DealingPrice
from carbonkit.fund.units.unit_register import UnitLot, UnitRegister
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId, CommandId
from carbonkit.values.money import Money
from carbonkit.values.number import plain
from carbonkit.values.share import split

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["UnitDistribution"]


def _total(value: Money) -> Money:
    if paid(value, field="total").amount <= 0:
        raise InvalidValueError("be above zero", was=str(value), field="total")
    return value


def _reinvesting(value: Iterable[AccountId]) -> frozenset[AccountId]:
    given = tuple(value)
    for holder in given:
        check_type(holder, AccountId, field="reinvesting")
    return frozenset(given)


@attrs.frozen(kw_only=True)
class UnitDistribution:
    """
    An amount paid to all holders by units, to the minor unit; some take units instead of cash.

    What is paid out is no loss, so every lot's own mark falls with it, and the fund's mark must
    too: see `PerformanceFeePeriod.after_distribution`.

    Args:
        name: What it is called, such as "distribution/2026"; the ids of its transfers carry it.
        before: The register on the day.
        on: The day.
        total: What is distributed; above zero.
        reinvesting: The holders that take units.
        price: The price of the day without the distribution, at which it is reinvested, without a
            front-end fee; None if nobody reinvests.

    Raises:
        FundError: `no_units` if nobody holds any, `out_of_order` if the register was changed on a later
            day, `other_unit` or `price_of_another_day` if the price is another's.
        NotFoundError: If one that reinvests holds nothing.
        CurrencyMismatchError: If the total is in another currency than the class.
        InvalidValueError: If the total is not above zero, the name is blank, or a price is given
            where nobody reinvests, or the other way round.

    Example:
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.fund.units.unit_price import first_price
        >>> from carbonkit.values import AssetId, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> lots = [UnitLot(holder=AccountId(who), units=units, bought_on="2026-01-05", mark=1, document=who)
        ...         for who, units in (("A", 100), ("B", 200))]
        >>> held = UnitRegister(unit, lots, "2026-01-05")
        >>> price = first_price(unit, day="2026-06-30", per_unit=Money("1.25", "CNY"))
        >>> paid_out = UnitDistribution(name="distribution/2026", before=held, on="2026-06-30", price=price,
        ...                             total=Money("10.00", "CNY"), reinvesting=[AccountId("B")])
        >>> paid_out.cash, paid_out.after.units_of(AccountId("B"))
        (((AccountId('A'), Money('3.33', 'CNY')),), Decimal('205.33'))
    """

    name: str
    before: UnitRegister = attrs.field(validator=is_a(UnitRegister))
    on: datetime.date = attrs.field(converter=on_day)
    total: Money = attrs.field(converter=_total)
    reinvesting: frozenset[AccountId] = attrs.field(converter=_reinvesting)
    price: DealingPrice | None = attrs.field(validator=attrs.validators.optional(is_a(DealingPrice)))

    def __attrs_post_init__(self) -> None:
        """Check that there is somebody to pay, and a price for those who reinvest."""
        if not is_said(self.name):
            raise InvalidValueError("name the distribution", was=repr(self.name), field="name")
        try:
            CommandId(f"{self.before.unit.id}/{self.name}")
        except InvalidValueError as error:
            raise InvalidValueError(error.problem.must, was=self.name, field="name") from None
        check_currency(self.total, self.before.unit.currency, field="total")
        self.before.issue((), on=self.on)
        if not self.before.lots:
            raise FundError("have units outstanding", was="none", field="before", code=Refusal.NO_UNITS)
        unknown = sorted(self.reinvesting - {holder for holder, _ in self.before.holders})
        if unknown:
            raise NotFoundError("hold units", was=str(unknown[0]), field="reinvesting")
        if bool(self.reinvesting) != (self.price is not None):
            raise InvalidValueError(
                "be given exactly if somebody reinvests", was=str(self.price), field="price"
            )
        if self.price is None:
            return
        if self.price.unit != self.before.unit:
            raise FundError(
                f"be of {self.before.unit.id}",
                was=str(self.price.unit.id),
                field="price",
                code=Refusal.OTHER_UNIT,
            )
        if self.price.day != self.on:
            raise FundError(
                f"be of {self.on}",
                was=str(self.price.day),
                field="price",
                code=Refusal.PRICE_OF_ANOTHER_DAY,
            )

    @property
    def per_unit(self) -> Fraction:
        """What a unit gets, exactly."""
        return fraction(self.total.amount) / fraction(self.before.outstanding)

    @property
    def shares(self) -> tuple[tuple[AccountId, Money], ...]:
        """What each holder gets, by units and largest remainder; together exactly the total."""
        holders = self.before.holders
        parts = split(self.total.to_minor(), [units for _, units in holders])
        currency = self.total.currency
        return tuple(
            (holder, Money.from_minor(part, currency))
            for (holder, _), part in zip(holders, parts, strict=True)
        )

    @property
    def lots(self) -> tuple[UnitLot, ...]:
        """The lots of those that reinvest; who would get less than a part of a unit is paid in cash."""
        if self.price is None:
            return ()
        bought = [
            (holder, self.before.unit.bought(amount.amount, self.price.exact))
            for holder, amount in self.shares
            if holder in self.reinvesting
        ]
        mark = self.price.exact
        return tuple(
            UnitLot(holder=holder, units=units, bought_on=self.on, mark=mark, document=self.name)
            for holder, units in bought
            if units
        )

    @property
    def cash(self) -> tuple[tuple[AccountId, Money], ...]:
        """What is paid out, to whom."""
        in_units = {lot.holder for lot in self.lots}
        return tuple((holder, part) for holder, part in self.shares if part.amount and holder not in in_units)

    @property
    def paid_out(self) -> Money:
        """All that leaves the fund."""
        return total_of((amount for _, amount in self.cash), self.total.currency)

    @property
    def after(self) -> UnitRegister:
        """The register after it; every own mark is lower by what a unit got, but not below zero."""
        paid_out = self.per_unit
        lots = (attrs.evolve(lot, mark=max(Fraction(0), lot.mark - paid_out)) for lot in self.before.lots)
        return UnitRegister(self.before.unit, lots, self.before.last_on).issue(self.lots, on=self.on)

    def explain(self) -> Explanation:
        """Say who gets how much, and in which form."""
        bought = {lot.holder: plain(lot.units) for lot in self.lots}
        return Explanation(
            f"{self.name} of {self.before.unit.id} on {self.on}",
            str(self.total),
            how=f"{shown(self.per_unit)} a unit, by largest remainder",
            parts=(
                Explanation(
                    str(holder), str(part), f"in {bought[holder]} units" if holder in bought else "in cash"
                )
                for holder, part in self.shares
            ),
        )

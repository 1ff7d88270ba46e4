"""
Equalisation by the equalisation-factor method: everyone bears the performance fee on its own gain.

All units have one NAV, which bears the fee of a unit that was there at the
high-water mark. Who came in at another value owes another fee. Who came in above the
mark paid a credit, and gets back at crystallisation what the NAV bears too much, as
units. Who came in below it owes the fee on the way up to the mark, and units are
redeemed for it. Both are the difference of two fees:

    fee borne by the NAV   rate × max(0, GAV − mark)
    fee owed by a lot      rate × max(0, GAV − own mark)

A lot's own mark is at first what a unit cost. Once it has paid a fee, the mark is the
NAV after it; while it has not, the mark stays at the same value of the holding.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Self

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund.figure import fraction
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units._share import share, shown
from carbonkit.fund.units.performance_fee import PerformanceFeePeriod
from carbonkit.fund.units.unit_register import UnitLot, UnitRegister
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.number import plain
from carbonkit.values.source import Source, Status
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from carbonkit.fund.figure import Number
    from carbonkit.values.money import Money

__all__ = ["Crystallisation", "EqualisedLot", "Equaliser", "crystallise"]

METHOD: Final = Source(
    "carbonkit",
    "equalisation-factor method",
    2026,
    status=Status.DERIVED,
    note="structure as fund lawyers describe it (K&L Gates); figures computed by hand",
)


def _rate(value: Number) -> Fraction:
    return share(value, field="rate")


def _above_zero(value: Number, field: str) -> Fraction:
    taken = fraction(value, field=field)
    if taken <= 0:
        raise InvalidValueError("be above zero", was=str(value), field=field)
    return taken


def _fund_mark(value: Number) -> Fraction:
    return _above_zero(value, "mark")


def _gav(value: Number) -> Fraction:
    return _above_zero(value, "gav")


@attrs.frozen(kw_only=True)
class Equaliser:
    """
    The fees at one moment: that in the NAV, and that which each lot owes.

    Args:
        rate: The performance fee, from 0 to below 1.
        mark: The fund's high-water mark per unit.
        gav: The value per unit before the fee.

    Raises:
        InvalidValueError: If the rate is out of range, or mark or value is not above zero.

    Example:
        >>> from carbonkit.values import AccountId
        >>> now = Equaliser(rate="0.2", mark=100, gav=110)
        >>> now.fund_fee, now.nav  # who subscribes now pays 110: 108 and a credit of 2
        (Fraction(2, 1), Fraction(108, 1))
        >>> lot = UnitLot(holder=AccountId("BANK-A"), units=1, bought_on="2025-06-30", mark=110,
        ...               document="S-1")
        >>> end = Equaliser(rate="0.2", mark=100, gav=120)
        >>> end.nav, end.credit(lot), end.own_fee(lot)
        (Fraction(116, 1), Fraction(2, 1), Fraction(2, 1))
    """

    rate: Fraction = attrs.field(converter=_rate)
    mark: Fraction = attrs.field(converter=_fund_mark)
    gav: Fraction = attrs.field(converter=_gav)

    @classmethod
    def of(cls, period: PerformanceFeePeriod, *, gav: Number) -> Self:
        """
        Take rate and mark from a fee period.

        Args:
            period: The period.
            gav: The value per unit before the fee.

        Returns:
            The fees at that value.

        Raises:
            FundError: `hurdle_not_equalised` if the fee has a hurdle.

        Example:
            >>> from carbonkit.fund.units.performance_fee import MarkRule, PerformanceFeeTerms
            >>> terms = PerformanceFeeTerms(rate="0.2", hurdle=None, mark_rule=MarkRule.WHEN_PAID)
            >>> period = PerformanceFeePeriod(terms=terms, mark=100, opening=100, opened_on="2025-01-01")
            >>> Equaliser.of(period, gav=110).nav
            Fraction(108, 1)
        """
        check_type(period, PerformanceFeePeriod, field="period")
        if period.terms.hurdle is not None:
            raise FundError(
                "have no hurdle to be equalised by the equalisation factor",
                was=f"a {period.terms.hurdle.kind.value} hurdle",
                field="performance fee",
                code=Refusal.HURDLE_NOT_EQUALISED,
                hint="issue a series for each subscription day",
            )
        return cls(rate=period.terms.rate, mark=period.mark, gav=gav)

    @property
    def fund_fee(self) -> Fraction:
        """The fee per unit that the NAV bears; also the credit that a subscription pays on top of the NAV."""
        return self.rate * max(Fraction(0), self.gav - self.mark)

    @property
    def nav(self) -> Fraction:
        """The value per unit after it."""
        return self.gav - self.fund_fee

    def explain(self) -> Explanation:
        """Say what a unit costs at that moment, and what of it is a credit."""
        over = f"max(0, {shown(self.gav)} − {shown(self.mark)})"
        parts = (
            Explanation("NAV per unit", shown(self.nav), "GAV − fee borne by the NAV"),
            Explanation("equalisation credit", shown(self.fund_fee), f"{shown(self.rate)} × {over}"),
        )
        what = "subscription price per unit (GAV)"
        return Explanation(what, shown(self.gav), how="NAV + equalisation credit", source=METHOD, parts=parts)

    def own_fee(self, lot: UnitLot) -> Fraction:
        """
        Say what fee per unit a lot owes on its own gain.

        Args:
            lot: The lot.

        Returns:
            The fee, exactly.

        Example:
            >>> from carbonkit.values import AccountId
            >>> lot = UnitLot(holder=AccountId("BANK-A"), units=1, bought_on="2025-06-30", mark=90,
            ...               document="S-1")
            >>> Equaliser(rate="0.2", mark=100, gav=115).own_fee(lot)
            Fraction(5, 1)
        """
        check_type(lot, UnitLot, field="lot")
        return self.rate * max(Fraction(0), self.gav - lot.mark)

    def credit(self, lot: UnitLot) -> Fraction:
        """
        Say what the NAV bears too much for a lot that came in above the mark.

        Args:
            lot: The lot.

        Returns:
            The equalisation credit per unit, as much of it as the value has not lost.

        Example:
            >>> from carbonkit.values import AccountId
            >>> lot = UnitLot(holder=AccountId("BANK-A"), units=1, bought_on="2025-06-30", mark=110,
            ...               document="S-1")
            >>> [str(Equaliser(rate="0.2", mark=100, gav=gav).credit(lot)) for gav in (95, 104, 110, 120)]
            ['0', '4/5', '2', '2']
        """
        return max(Fraction(0), self.fund_fee - self.own_fee(lot))

    def contingent_redemption(self, lot: UnitLot) -> Fraction:
        """
        Say what the NAV bears too little for a lot that came in below the mark.

        Args:
            lot: The lot.

        Returns:
            The value per unit that is redeemed for the fee.

        Example:
            >>> from carbonkit.values import AccountId
            >>> lot = UnitLot(holder=AccountId("BANK-A"), units=1, bought_on="2025-06-30", mark=90,
            ...               document="S-1")
            >>> [str(Equaliser(rate="0.2", mark=100, gav=gav).contingent_redemption(lot))
            ...  for gav in (85, 95, 100, 115)]
            ['0', '1', '2', '2']
        """
        return max(Fraction(0), self.own_fee(lot) - self.fund_fee)

    def units_factor(self, lot: UnitLot) -> Fraction:
        """
        Say how many units a unit of a lot becomes at crystallisation.

        Args:
            lot: The lot.

        Returns:
            1 + credit / NAV, or 1 − contingent redemption / NAV.

        Example:
            >>> from carbonkit.values import AccountId
            >>> lot = UnitLot(holder=AccountId("BANK-A"), units=1, bought_on="2025-06-30", mark=110,
            ...               document="S-1")
            >>> Equaliser(rate="0.2", mark=100, gav=120).units_factor(lot)
            Fraction(59, 58)
        """
        return (self.gav - self.own_fee(lot)) / self.nav

    def mark_after(self, lot: UnitLot) -> Fraction:
        """
        Say what a lot's own mark is after crystallisation.

        Args:
            lot: The lot.

        Returns:
            The NAV if it paid a fee, else the old mark of the holding, per unit that it then has.

        Example:
            >>> from carbonkit.values import AccountId
            >>> lot = UnitLot(holder=AccountId("BANK-A"), units=1, bought_on="2025-06-30", mark=110,
            ...               document="S-1")
            >>> Equaliser(rate="0.2", mark=100, gav=120).mark_after(lot)
            Fraction(116, 1)
        """
        return self.nav if self.gav > lot.mark else lot.mark / self.units_factor(lot)


@attrs.frozen(kw_only=True)
class EqualisedLot:
    """
    What crystallisation did to a lot; made by `crystallise`.

    Args:
        before: The lot before.
        after: The lot after; None if what is left is less than the smallest part of a unit.
        equaliser: The fees at that moment.

    Example:
        >>> from carbonkit.values import AccountId
        >>> lot = UnitLot(holder=AccountId("BANK-A"), units=1, bought_on="2025-06-30", mark=100,
        ...               document="S-1")
        >>> each = EqualisedLot(before=lot, after=lot, equaliser=Equaliser(rate="0.2", mark=100, gav=120))
        >>> each.fee
        Fraction(4, 1)
    """

    before: UnitLot
    after: UnitLot | None
    equaliser: Equaliser

    @property
    def fee(self) -> Fraction:
        """The performance fee that the lot pays, exactly."""
        return fraction(self.before.units) * self.equaliser.own_fee(self.before)

    @property
    def units_change(self) -> Fraction:
        """Units issued to it, or, negative, redeemed from it."""
        after = Fraction(0) if self.after is None else fraction(self.after.units)
        return after - fraction(self.before.units)

    def explain(self) -> Explanation:
        """Say how the units changed."""
        now, lot = self.equaliser, self.before
        credit, owed = now.credit(lot), now.contingent_redemption(lot)
        how = "came in at the mark"
        if credit:
            how = f"equalisation credit of {shown(credit)} a unit returned at NAV {shown(now.nav)}"
        elif owed:
            how = f"units worth {shown(owed)} a unit redeemed at NAV {shown(now.nav)} for the fee"
        elif lot.mark != now.mark:
            how = "no fee is due, or the NAV bears the same"
        what = f"lot {lot.document} of {lot.holder}"
        value = f"{plain(lot.units)} units, {shown(self.units_change)} issued"
        return Explanation(what, value, how=how, parts=(Explanation("own mark", shown(lot.mark)),))


@attrs.frozen(kw_only=True)
class Crystallisation:
    """
    The end of a fee period in a fund that equalises; made by `crystallise`.

    Args:
        on: The day.
        equaliser: The fees at that moment.
        before: The register before.
        after: The register after.
        lots: What became of each lot.

    Example:
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.values import AccountId, AssetId, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=4, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> lot = UnitLot(holder=AccountId("A"), units=1000, bought_on="2025-06-30", mark=90, document="S-1")
        >>> held = UnitRegister(unit).issue([lot], on="2025-06-30")
        >>> done = crystallise(held, Equaliser(rate="0.2", mark=100, gav=115), on="2025-12-31")
        >>> done.fee, done.after.outstanding
        (Money('5000.00', 'CNY'), Decimal('982.1428'))
    """

    on: datetime.date
    equaliser: Equaliser
    before: UnitRegister
    after: UnitRegister
    lots: tuple[EqualisedLot, ...]

    @property
    def fee(self) -> Money:
        """What the manager is paid: the fee of every lot, rounded once."""
        return self.before.unit.paid(sum((each.fee for each in self.lots), Fraction(0)))

    @property
    def mark(self) -> Fraction:
        """The fund's high-water mark after it: it never falls."""
        return max(self.equaliser.mark, self.equaliser.nav)

    @property
    def kept(self) -> Fraction:
        """What rounding of units and fee leaves in the fund; negative for what it takes out of it."""
        value = fraction(self.before.outstanding) * self.equaliser.gav
        left = fraction(self.after.outstanding) * self.equaliser.nav
        return value - fraction(self.fee.amount) - left

    def explain(self) -> Explanation:
        """Say what the fee is and what became of each lot."""
        now = self.equaliser
        parts = (
            Explanation("value per unit before the fee", shown(now.gav)),
            Explanation("high-water mark", shown(now.mark)),
            Explanation("NAV per unit", shown(now.nav), f"less {shown(now.rate)} of what is above the mark"),
            *(each.explain() for each in self.lots),
        )
        what = f"performance fee crystallised on {self.on}"
        return Explanation(what, str(self.fee), how="sum over the lots", source=METHOD, parts=parts)


def crystallise(register: UnitRegister, equaliser: Equaliser, *, on: str | datetime.date) -> Crystallisation:
    """
    Crystallise the performance fee and equalise every lot in units.

    Args:
        register: Everyone's units.
        equaliser: The fees at that moment.
        on: The day.

    Returns:
        The fee, and the register after it: units issued for credits and redeemed for fees not in the
        NAV, rounded once by the class's rule for units.

    Raises:
        FundError: `out_of_order` if the register was changed on a later day.

    Example:
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.values import AccountId, AssetId, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=4, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> lots = [UnitLot(holder=AccountId(name), units=1000, bought_on=day, mark=mark, document=name)
        ...         for name, day, mark in (("A", "2025-01-01", 100), ("B", "2025-06-30", 110))]
        >>> held = UnitRegister(unit).issue(lots, on="2025-06-30")
        >>> done = crystallise(held, Equaliser(rate="0.2", mark=100, gav=120), on="2025-12-31")
        >>> [str(lot.units) for lot in done.after.lots], done.fee, done.mark
        (['1000.0000', '1017.2413'], Money('6000.00', 'CNY'), Fraction(116, 1))
    """
    check_type(register, UnitRegister, field="register")
    check_type(equaliser, Equaliser, field="equaliser")
    day = as_date(on, field="on")
    register.issue((), on=day)  # refuses a day before its last change
    changed = tuple(
        EqualisedLot(before=lot, after=_equalised(register, equaliser, lot), equaliser=equaliser)
        for lot in register.lots
    )
    after = UnitRegister(register.unit, (each.after for each in changed if each.after is not None), day)
    return Crystallisation(on=day, equaliser=equaliser, before=register, after=after, lots=changed)


def _equalised(register: UnitRegister, equaliser: Equaliser, lot: UnitLot) -> UnitLot | None:
    worth = fraction(lot.units) * (equaliser.gav - equaliser.own_fee(lot))
    units = register.unit.bought(worth, equaliser.nav)
    return attrs.evolve(lot, units=units, mark=equaliser.mark_after(lot)) if units else None

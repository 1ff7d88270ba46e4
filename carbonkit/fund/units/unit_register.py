"""
The register of unitholders: who holds how many units, in lots by subscription, the oldest first.

Lots are kept apart because a back-end fee asks how long units were held, and
equalisation at which value they came in. What leaves a holder leaves from its
oldest lot.
"""

from __future__ import annotations

import datetime
from collections import deque
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import is_said
from carbonkit.fund.figure import fraction
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units._share import shown
from carbonkit.fund.units.unit import UnitClass
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.number import Exact, exact, plain, total
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.fund.figure import Number

__all__ = ["UnitLot", "UnitRegister"]


def _bought_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="bought_on")


def _units(value: Exact) -> Decimal:
    number = exact(value, field="units")
    if number <= 0:
        raise InvalidValueError("be above zero", was=str(value), field="units")
    return number


def _mark(value: Number) -> Fraction:
    number = fraction(value, field="mark")
    if number < 0:
        raise InvalidValueError("be zero or more", was=str(value), field="mark")
    return number


@attrs.frozen(kw_only=True)
class UnitLot:
    """
    Units that one holder got by one document.

    Args:
        holder: Whose they are.
        units: How many; above zero.
        bought_on: The dealing day of the subscription; a transfer does not change it.
        mark: The lot's own high-water mark per unit: at first, what a unit cost; a distribution lowers it.
        document: What the lot was made from, such as the order's id.

    Raises:
        InvalidValueError: If units are not above zero, the mark is negative, or the document is blank.

    Example:
        >>> UnitLot(holder=AccountId("BANK-A"), units="100", bought_on="2026-06-30", mark="1.05",
        ...         document="S-1").mark
        Fraction(21, 20)
    """

    holder: AccountId = attrs.field(validator=is_a(AccountId))
    units: Decimal = attrs.field(converter=_units)
    bought_on: datetime.date = attrs.field(converter=_bought_on)
    mark: Fraction = attrs.field(converter=_mark)
    document: str

    def __attrs_post_init__(self) -> None:
        """Check that the document is named."""
        if not is_said(self.document):
            raise InvalidValueError(
                "name what the lot is made from", was=repr(self.document), field="document"
            )

    def explain(self) -> Explanation:
        """Say where the units are from."""
        what = f"lot {self.document} of {self.bought_on}"
        return Explanation(what, plain(self.units), how=f"own mark {shown(self.mark)}")


def _lots(value: Iterable[UnitLot]) -> tuple[UnitLot, ...]:
    return tuple(value)


def _last_on(value: str | datetime.date | None) -> datetime.date | None:
    return None if value is None else as_date(value, field="last_on")


@attrs.frozen
class UnitRegister:
    """
    Everyone's units; whatever changes them gives the register after it.

    Args:
        unit: The class of units.
        lots: Every lot, the oldest first.
        last_on: The day of the last change; None before the first.

    Raises:
        FundError: `out_of_order` if the lots are not in the order of their days, or one was bought after
            the last day.
        InvalidValueError: If a lot's units have more places than the class.

    Example:
        >>> from carbonkit.values import AssetId, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> lot = UnitLot(holder=AccountId("BANK-A"), units="100", bought_on="2026-06-30", mark="1.05",
        ...               document="S-1")
        >>> held = UnitRegister(unit).issue([lot], on="2026-06-30")
        >>> held.outstanding, held.units_of(AccountId("BANK-A")), held.units_of(AccountId("BANK-B"))
        (Decimal('100.00'), Decimal('100.00'), Decimal('0.00'))
    """

    unit: UnitClass = attrs.field(validator=is_a(UnitClass))
    lots: tuple[UnitLot, ...] = attrs.field(default=(), converter=_lots)
    last_on: datetime.date | None = attrs.field(default=None, converter=_last_on)

    def __attrs_post_init__(self) -> None:
        """Check that each lot is of the class and not from after the last day."""
        before: UnitLot | None = None
        for lot in self.lots:
            check_type(lot, UnitLot, field="lots")
            self.unit.counted(lot.units, field=f"units of lot {lot.document}")
            if before is not None and lot.bought_on < before.bought_on:
                raise FundError(
                    f"come before lot {before.document} of {before.bought_on}",
                    was=f"lot {lot.document} of {lot.bought_on}",
                    field="lots",
                    code=Refusal.OUT_OF_ORDER,
                )
            before = lot
            if self.last_on is None or lot.bought_on > self.last_on:
                raise FundError(
                    f"be on or after {lot.bought_on}, the day of lot {lot.document}",
                    was=str(self.last_on),
                    field="last_on",
                    code=Refusal.OUT_OF_ORDER,
                )

    @property
    def outstanding(self) -> Decimal:
        """All units together."""
        return self.unit.counted(total(lot.units for lot in self.lots))

    @property
    def holders(self) -> tuple[tuple[AccountId, Decimal], ...]:
        """Each holder with its units, in the order in which they came."""
        sums: dict[AccountId, list[Decimal]] = {}
        for lot in self.lots:
            sums.setdefault(lot.holder, []).append(lot.units)
        return tuple((holder, self.unit.counted(total(units))) for holder, units in sums.items())

    def lots_of(self, holder: AccountId) -> tuple[UnitLot, ...]:
        """
        Find a holder's lots, the oldest first.

        Args:
            holder: The holder.

        Returns:
            Its lots; none if it holds nothing.

        Example:
            >>> from carbonkit.values import AssetId, Rounding
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> UnitRegister(unit).lots_of(AccountId("BANK-A"))
            ()
        """
        check_type(holder, AccountId, field="holder")
        return tuple(lot for lot in self.lots if lot.holder == holder)

    def units_of(self, holder: AccountId) -> Decimal:
        """
        Say how many units a holder has.

        Args:
            holder: The holder.

        Returns:
            Its units; zero if it has none.

        Example:
            >>> from carbonkit.values import AssetId, Rounding
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> UnitRegister(unit).units_of(AccountId("BANK-A"))
            Decimal('0.00')
        """
        return self.unit.counted(total(lot.units for lot in self.lots_of(holder)))

    def issue(self, lots: Iterable[UnitLot], *, on: str | datetime.date) -> UnitRegister:
        """
        Take new lots in.

        Args:
            lots: The lots.
            on: The day.

        Returns:
            The register after it.

        Raises:
            FundError: `out_of_order` if the day lies before the last change.

        Example:
            >>> from carbonkit.values import AssetId, Rounding
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> UnitRegister(unit).issue([], on="2026-06-30").last_on
            datetime.date(2026, 6, 30)
        """
        new: list[UnitLot] = []
        for lot in lots:
            check_type(lot, UnitLot, field="lots")
            units = self.unit.counted(lot.units, field=f"units of lot {lot.document}")
            new.append(attrs.evolve(lot, units=units))
        ordered = sorted((*self.lots, *new), key=lambda lot: lot.bought_on)  # stable
        return UnitRegister(self.unit, ordered, self._next(on))

    def redeem(
        self, holder: AccountId, units: Exact, *, on: str | datetime.date
    ) -> tuple[UnitRegister, tuple[UnitLot, ...]]:
        """
        Take units out, the holder's oldest first.

        Args:
            holder: Whose units.
            units: How many; above zero.
            on: The day.

        Returns:
            The register after it, and what left, lot by lot.

        Raises:
            FundError: `above_units_held` if the holder has fewer, `out_of_order` if the day lies before
                the last change.
            InvalidValueError: If the units are not above zero or have too many places.

        Example:
            >>> from carbonkit.values import AssetId, Rounding
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> UnitRegister(unit).redeem(AccountId("BANK-A"), "1", on="2026-06-30")
            Traceback (most recent call last):
            ...
            carbonkit.errors.FundError: units: must be at most the 0.00 that BANK-A holds, was 1.00
        """
        after, (gone,) = self.redeem_each([(holder, units)], on=on)
        return after, gone

    def redeem_each(
        self, wanted: Iterable[tuple[AccountId, Exact]], *, on: str | datetime.date
    ) -> tuple[UnitRegister, tuple[tuple[UnitLot, ...], ...]]:
        """
        Take units of many holders out in one go, each holder's oldest first.

        Args:
            wanted: Whose units and how many; a holder may stand there more than once.
            on: The day.

        Returns:
            The register after it, and what left, lot by lot, for each that was wanted.

        Raises:
            FundError: As for `redeem`.
            InvalidValueError: If units are not above zero or have too many places.

        Example:
            >>> from carbonkit.values import AssetId, Rounding
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> lots = [UnitLot(holder=AccountId(who), units=100, bought_on="2026-06-30", mark=1,
            ...                 document=who) for who in ("BANK-A", "BANK-B")]
            >>> held = UnitRegister(unit).issue(lots, on="2026-06-30")
            >>> after, gone = held.redeem_each([(AccountId("BANK-A"), 40), (AccountId("BANK-B"), 100)],
            ...                                on="2026-07-01")
            >>> after.outstanding, [str(lot.units) for (lot,) in gone]
            (Decimal('60.00'), ['40.00', '100.00'])
        """
        steps = self.unit.asset.steps
        left = [steps(lot.units) for lot in self.lots]
        places: dict[AccountId, deque[int]] = {}
        for place, lot in enumerate(self.lots):
            places.setdefault(lot.holder, deque()).append(place)
        gone: list[tuple[UnitLot, ...]] = []
        for holder, units in wanted:
            check_type(holder, AccountId, field="holder")
            number = self.unit.counted(_units(units))
            own, missing, taken = places.get(holder, deque()), steps(number), []
            held = sum(left[place] for place in own)
            if missing > held:
                raise FundError(
                    f"be at most the {plain(self.unit.asset.amount(held))} that {holder} holds",
                    was=plain(number),
                    field="units",
                    code=Refusal.ABOVE_UNITS_HELD,
                )
            while missing:
                place = own[0]
                part = min(left[place], missing)
                taken.append(self._with(self.lots[place], part))
                left[place] -= part
                missing -= part
                if not left[place]:
                    own.popleft()
            gone.append(tuple(taken))
        lots = (self._with(lot, rest) for lot, rest in zip(self.lots, left, strict=True) if rest)
        return UnitRegister(self.unit, lots, self._next(on)), tuple(gone)

    def transfer(
        self, source: AccountId, target: AccountId, units: Exact, *, on: str | datetime.date, document: str
    ) -> UnitRegister:
        """
        Pass units from one holder to another; the lots keep their age and their own marks.

        Args:
            source: Whose units.
            target: Who gets them.
            units: How many; above zero.
            on: The day.
            document: What it is made from.

        Returns:
            The register after it.

        Raises:
            FundError: As for `redeem`.
            InvalidValueError: If source and target are one, or the units are not above zero.

        Example:
            >>> from carbonkit.values import AssetId, Rounding
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> lot = UnitLot(holder=AccountId("BANK-A"), units="100", bought_on="2026-06-30", mark="1.05",
            ...               document="S-1")
            >>> held = UnitRegister(unit).issue([lot], on="2026-06-30")
            >>> held.transfer(AccountId("BANK-A"), AccountId("BANK-B"), "40", on="2026-07-01",
            ...               document="T-1").holders
            ((AccountId('BANK-A'), Decimal('60.00')), (AccountId('BANK-B'), Decimal('40.00')))
        """
        check_type(target, AccountId, field="target")
        if source == target:
            raise InvalidValueError("be another holder than the source", was=str(target), field="target")
        without, gone = self.redeem(source, units, on=on)
        return without.issue([attrs.evolve(lot, holder=target, document=document) for lot in gone], on=on)

    def explain(self) -> Explanation:
        """Say who holds how many units, lot by lot."""
        lots: dict[AccountId, list[Explanation]] = {}
        for lot in self.lots:
            lots.setdefault(lot.holder, []).append(lot.explain())
        parts = (
            Explanation(str(holder), plain(units), how="sum of the lots", parts=lots[holder])
            for holder, units in self.holders
        )
        what = f"units of {self.unit.id} outstanding"
        return Explanation(what, plain(self.outstanding), how="sum of the holders", parts=parts)

    def _with(self, lot: UnitLot, steps: int) -> UnitLot:
        """Give a lot with a number of steps; the lot itself if that is what it has, written in full."""
        units = self.unit.asset.amount(steps)
        return lot if str(lot.units) == str(units) else attrs.evolve(lot, units=units)

    def _next(self, on: str | datetime.date) -> datetime.date:
        day = as_date(on, field="on")
        if self.last_on is not None and day < self.last_on:
            raise FundError(
                f"be on or after {self.last_on}, the day of the last change",
                was=str(day),
                field="on",
                code=Refusal.OUT_OF_ORDER,
            )
        return day

"""
Dealing: all orders of a dealing day at its one price, or none of them.

Every order is checked before anything is dealt; if one or more are wrong, all that
is wrong comes back together and the register stays as it was. Redemptions are of
units held before the day: what is bought on a day cannot be redeemed on it.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import BatchError, CarbonkitError, FundError, Problem, WrongTypeError
from carbonkit.fund._check import check_currency, total_of
from carbonkit.fund.figure import fraction
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units.contract_note import RedemptionNote, SubscriptionNote
from carbonkit.fund.units.dealing_terms import BelowMinimum, DealingTerms
from carbonkit.fund.units.gate import GateRest
from carbonkit.fund.units.unit_order import DealingDay, RedemptionOrder, SubscriptionOrder
from carbonkit.fund.units.unit_price import DealingPrice
from carbonkit.fund.units.unit_register import UnitLot, UnitRegister
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.number import plain, total, totals
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from carbonkit.fund.units.dealing_terms import OwnFee
    from carbonkit.values.identifier import AccountId, AssetId, OrderId
    from carbonkit.values.money import Money

__all__ = ["Dealing", "deal"]

Order = SubscriptionOrder | RedemptionOrder


@attrs.frozen(kw_only=True)
class Dealing:
    """
    What became of a dealing day's orders; made by `deal`.

    Args:
        day: The dealing day.
        dealt_at: When the price was struck and the orders dealt.
        price: The one price.
        before: The register before.
        after: The register after.
        subscriptions: A note for each subscription.
        redemptions: A note for each redemption of which anything was dealt.
        deferred: Orders for the next dealing day, of what a gate did not let through.
        lapsed: The same, where the rest of an order ends.

    Example:
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.fund.units.unit_price import first_price
        >>> from carbonkit.values import AccountId, AssetId, Money, OrderId, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> terms = DealingTerms(subscription_fee=None, redemption_fee=None, minimum_holding=0,
        ...                      minimum_subscription=Money("0", "CNY"), gate=None, suspended="",
        ...                      below_minimum=BelowMinimum.REFUSED)
        >>> day = DealingDay(day="2026-06-30", opened_at="2026-06-29T07:00:00Z",
        ...                  cut_off_at="2026-06-30T07:00:00Z")
        >>> order = SubscriptionOrder(id=OrderId("S-1"), holder=AccountId("BANK-A"),
        ...                           amount=Money("1000.00", "CNY"), received_at="2026-06-30T06:00:00Z")
        >>> dealt = deal(UnitRegister(unit), [order], day=day, dealt_at="2026-06-30T12:00:00Z",
        ...              price=first_price(unit, day="2026-06-30", per_unit=Money("1.0000", "CNY")),
        ...              terms=terms, own_fee=None)
        >>> dealt.after.outstanding, dealt.into_fund, dealt.out_of_fund
        (Decimal('1000.00'), Money('1000.00', 'CNY'), Money('0.00', 'CNY'))
    """

    day: DealingDay
    dealt_at: datetime.datetime
    price: DealingPrice
    before: UnitRegister
    after: UnitRegister
    subscriptions: tuple[SubscriptionNote, ...]
    redemptions: tuple[RedemptionNote, ...]
    deferred: tuple[RedemptionOrder, ...]
    lapsed: tuple[RedemptionOrder, ...]

    @property
    def into_fund(self) -> Money:
        """What the subscriptions bring into the fund."""
        return total_of((note.into_fund for note in self.subscriptions), self.price.unit.currency)

    @property
    def out_of_fund(self) -> Money:
        """What the redemptions take out of it, to holders and to the manager."""
        return total_of((note.out_of_fund for note in self.redemptions), self.price.unit.currency)

    @property
    def kept(self) -> Fraction:
        """What rounding leaves in the fund over all orders; negative for what it takes out of it."""
        kept = [note.kept for note in self.subscriptions]
        return sum((*kept, *(note.kept for note in self.redemptions)), Fraction(0))

    def switches(self, target: AssetId) -> tuple[SubscriptionOrder, ...]:
        """
        Make the subscriptions to another class that the day's switches into it ask for.

        They belong to the dealing day of the same date, also where a gate deferred the switch.

        Args:
            target: The class that is switched into.

        Returns:
            An order for each switch, of its proceeds.

        Example:
            >>> from carbonkit.fund.units.unit import UnitClass
            >>> from carbonkit.fund.units.unit_price import UnitPrice
            >>> from carbonkit.values import AccountId, AssetId, Money, OrderId, Rounding
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> lot = UnitLot(holder=AccountId("BANK-A"), units=100, bought_on="2026-06-01", mark=1,
            ...               document="S-1")
            >>> terms = DealingTerms(subscription_fee=None, redemption_fee=None, minimum_holding=0,
            ...                      minimum_subscription=Money("0", "CNY"), gate=None, suspended="",
            ...                      below_minimum=BelowMinimum.REFUSED)
            >>> day = DealingDay(day="2026-06-30", opened_at="2026-06-29T07:00:00Z",
            ...                  cut_off_at="2026-06-30T07:00:00Z")
            >>> switch = RedemptionOrder(id=OrderId("W-1"), holder=AccountId("BANK-A"), units="40",
            ...                          received_at="2026-06-30T06:00:00Z", into=AssetId("GREEN-B"))
            >>> record = UnitPrice(unit=unit, day="2026-06-30", assets=Money("105", "CNY"),
            ...                    liabilities=Money("0", "CNY"), units=100)
            >>> dealt = deal(UnitRegister(unit).issue([lot], on="2026-06-01"), [switch], day=day,
            ...              dealt_at="2026-06-30T12:00:00Z", price=record.dealing, terms=terms,
            ...              own_fee=None)
            >>> [str(order.amount) for order in dealt.switches(AssetId("GREEN-B"))]
            ['42.00 CNY']
        """
        return tuple(
            SubscriptionOrder(
                id=note.order.id,
                holder=note.order.holder,
                amount=note.proceeds,
                received_at=max(note.order.received_at, self.day.opened_at),
            )
            for note in self.redemptions
            if note.order.into == target and note.proceeds.amount
        )

    def explain(self) -> Explanation:
        """Say what became of each order."""
        bought = (note.explain() for note in self.subscriptions)
        redeemed = (note.explain() for note in self.redemptions)
        rest = (
            Explanation(f"order {order.id}, {what}", plain(order.units), "above the gate")
            for what, orders in (("deferred", self.deferred), ("lapsed", self.lapsed))
            for order in orders
        )
        return Explanation(
            f"units of {self.price.unit.id} outstanding after {self.day.day}",
            plain(self.after.outstanding),
            how=f"{plain(self.before.outstanding)} + issued − redeemed",
            parts=(*bought, *redeemed, *rest),
        )


def deal(
    register: UnitRegister,
    orders: Iterable[Order],
    *,
    day: DealingDay,
    dealt_at: str | datetime.datetime,
    price: DealingPrice,
    terms: DealingTerms,
    own_fee: OwnFee | None,
) -> Dealing:
    """
    Deal all orders of a dealing day at its price, or none.

    Args:
        register: The register before.
        orders: The day's orders, those deferred from earlier days among them.
        day: The dealing day.
        dealt_at: When; not before the cut-off.
        price: The day's price. With `own_fee` it is the value per unit before performance fee (GAV).
        terms: The terms of dealing.
        own_fee: Which performance fee a lot owes by itself, for a fund that equalises: it is
            taken off what the units bring. None where the price already bears the fee.

    Returns:
        The notes, and the register after.

    Raises:
        FundError: `other_unit`, `price_of_another_day`, `price_known`, `unpriced` or `not_tied_out` if
            the price is not one that the day's orders can be dealt at; `out_of_order` if the register
            was changed on a later day.
        BatchError: If orders are wrong; every problem names its order.

    Example:
        >>> from carbonkit.fund.units.unit import UnitClass
        >>> from carbonkit.fund.units.unit_price import first_price
        >>> from carbonkit.values import AccountId, AssetId, Money, OrderId, Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> terms = DealingTerms(subscription_fee=None, redemption_fee=None, minimum_holding=0,
        ...                      minimum_subscription=Money("0", "CNY"), gate=None, suspended="",
        ...                      below_minimum=BelowMinimum.REFUSED)
        >>> day = DealingDay(day="2026-06-30", opened_at="2026-06-29T07:00:00Z",
        ...                  cut_off_at="2026-06-30T07:00:00Z")
        >>> late = RedemptionOrder(id=OrderId("R-1"), holder=AccountId("BANK-A"), units="1",
        ...                        received_at="2026-06-30T07:00:00Z")
        >>> deal(UnitRegister(unit), [late], day=day, dealt_at="2026-06-30T12:00:00Z",
        ...      price=first_price(unit, day="2026-06-30", per_unit=Money("1.0000", "CNY")),
        ...      terms=terms, own_fee=None)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        carbonkit.errors.BatchError: 2 problems; nothing was written
          order R-1, received_at: must be before the cut-off at 2026-06-30T07:00:00+00:00, was ...
          order R-1, units: must be at most the 0.00 that BANK-A holds, was 1.00
    """
    at = _check_price(register, day, dealt_at, price)
    book = _Book(register, day, price, terms, own_fee)
    for order in orders:
        book.take(order)
    return book.dealt(at)


def _check_price(
    register: UnitRegister, day: DealingDay, dealt_at: str | datetime.datetime, price: DealingPrice
) -> datetime.datetime:
    """Check that the price is one that the day's orders can be dealt at."""
    check_type(register, UnitRegister, field="register")
    check_type(day, DealingDay, field="day")
    check_type(price, DealingPrice, field="price")
    at = as_instant(dealt_at, field="dealt_at")
    if price.unit != register.unit:
        raise FundError(
            f"be of {register.unit.id}", was=str(price.unit.id), field="price", code=Refusal.OTHER_UNIT
        )
    if price.day != day.day:
        raise FundError(
            f"be of {day.day}", was=str(price.day), field="price", code=Refusal.PRICE_OF_ANOTHER_DAY
        )
    if at < day.cut_off_at:
        raise FundError(
            f"be at or after the cut-off at {day.cut_off_at.isoformat()}",
            was=at.isoformat(),
            field="dealt_at",
            code=Refusal.PRICE_KNOWN,
        )
    if price.record is None and register.outstanding:
        raise FundError(
            "follow from a NAV of record once units are outstanding",
            was="a first price",
            field="price",
            code=Refusal.UNPRICED,
        )
    if price.record is not None and price.record.units != register.outstanding:
        raise FundError(
            f"be of the {plain(register.outstanding)} units that the register shows",
            was=plain(price.record.units),
            field="units",
            code=Refusal.NOT_TIED_OUT,
        )
    register.issue((), on=day.day)
    return at


class _Book:
    """The order book of one dealing day: takes orders, keeps what is wrong with them, deals them."""

    def __init__(
        self,
        register: UnitRegister,
        day: DealingDay,
        price: DealingPrice,
        terms: DealingTerms,
        own_fee: OwnFee | None,
    ) -> None:
        check_type(terms, DealingTerms, field="terms")
        if own_fee is not None and not callable(getattr(own_fee, "own_fee", None)):
            raise WrongTypeError(
                "have a method own_fee, as an Equaliser does", was=repr(own_fee), field="own_fee"
            )
        check_currency(terms.minimum_subscription, register.unit.currency, field="minimum_subscription")
        register.unit.counted(terms.minimum_holding, field="minimum_holding")
        self._register, self._day, self._price = register, day, price
        self._terms, self._own_fee, self._unit = terms, own_fee, register.unit
        self._problems: list[Problem] = []
        self._ids: set[OrderId] = set()
        self._issued: list[SubscriptionNote] = []
        self._asked: list[RedemptionOrder] = []
        self._left: dict[AccountId, Decimal] = dict(register.holders)

    def take(self, order: object) -> None:
        """Check an order, and put it in the book."""
        if not isinstance(order, SubscriptionOrder | RedemptionOrder):
            raise WrongTypeError("be SubscriptionOrder or RedemptionOrder", was=repr(order), field="orders")
        with _Noting(self._problems, order):
            self._check_once(order)
        with _Noting(self._problems, order):
            self._day.check(order)
        with _Noting(self._problems, order):
            if isinstance(order, SubscriptionOrder):
                self._issued.append(self._subscription(order))
            else:
                self._asked.append(self._redemption(order))

    def dealt(self, at: datetime.datetime) -> Dealing:
        """Deal what was taken, if nothing is wrong."""
        redeemed = self._at_least_minimum()
        notes: list[RedemptionNote] = []
        rest: list[RedemptionOrder] = []
        register = self._register
        if not self._problems:
            through = list(zip(redeemed, self._through(redeemed), strict=True))
            for order, units in through:
                over = self._unit.asset.steps(order.units) - self._unit.asset.steps(units)
                if over:
                    deferred_from = order.deferred_from or self._day.day
                    left = self._unit.asset.amount(over)
                    rest.append(attrs.evolve(order, units=left, deferred_from=deferred_from))
            dealt = [(order, units) for order, units in through if units]
            wanted = [(order.holder, units) for order, units in dealt]
            register, gone = register.redeem_each(wanted, on=self._day.day)
            for (order, _), lots in zip(dealt, gone, strict=True):
                with _Noting(self._problems, order):
                    notes.append(self._redemption_note(order, lots))
        if self._problems:
            raise BatchError(self._problems)
        deferring = self._terms.gate is not None and self._terms.gate.rest is GateRest.DEFERRED
        return Dealing(
            day=self._day,
            dealt_at=at,
            price=self._price,
            before=self._register,
            after=register.issue((note.lot for note in self._issued), on=self._day.day),
            subscriptions=tuple(self._issued),
            redemptions=tuple(notes),
            deferred=tuple(rest) if deferring else (),
            lapsed=() if deferring else tuple(rest),
        )

    def _check_once(self, order: Order) -> None:
        if order.id in self._ids:
            raise FundError("be there once", was=str(order.id), field="id", code=Refusal.ORDER_TWICE)
        self._ids.add(order.id)
        if self._terms.suspends(subscription=isinstance(order, SubscriptionOrder)):
            raise FundError(
                "wait until the fund deals again",
                was=self._terms.suspended,
                field="order",
                code=Refusal.SUSPENDED,
            )

    def _subscription(self, order: SubscriptionOrder) -> SubscriptionNote:
        unit, terms = self._unit, self._terms
        check_currency(order.amount, unit.currency, field="amount")
        if order.amount < terms.minimum_subscription:
            raise FundError(
                f"be at least {terms.minimum_subscription}",
                was=str(order.amount),
                field="amount",
                code=Refusal.BELOW_MINIMUM,
            )
        fee = terms.subscription_fee
        net = order.amount if fee is None else fee.net(order.amount, unit)
        levy = unit.paid(fraction(net.amount) * self._price.levy_in)
        units = unit.bought((net - levy).amount, self._price.exact)
        if units <= 0:
            raise FundError(
                "buy at least the smallest part of a unit",
                was=str(order.amount),
                field="amount",
                code=Refusal.BELOW_MINIMUM,
            )
        return SubscriptionNote(
            order=order, price=self._price, fee=order.amount - net, levy=levy, units=units
        )

    def _redemption(self, order: RedemptionOrder) -> RedemptionOrder:
        wanted = self._unit.counted(order.units)
        left = self._left.get(order.holder, self._unit.counted(0))
        if wanted > left:
            raise FundError(
                f"be at most the {plain(left)} that {order.holder} holds",
                was=plain(wanted),
                field="units",
                code=Refusal.ABOVE_UNITS_HELD,
            )
        self._left[order.holder] = self._unit.asset.amount(
            self._unit.asset.steps(left) - self._unit.asset.steps(wanted)
        )
        return attrs.evolve(order, units=wanted)

    def _at_least_minimum(self) -> Sequence[RedemptionOrder]:
        """Hold what each holder would have, with what it buys, against the minimum; its last order counts."""
        asked = list(self._asked)
        last = {order.holder: place for place, order in enumerate(asked)}
        buyers = (note.order.holder for note in self._issued)
        bought = totals(buyers, (note.units for note in self._issued))
        for holder, place in last.items():
            left = self._left[holder]
            then = total((left, bought.get(holder, self._unit.counted(0))))
            if not left or then >= self._terms.minimum_holding:
                continue
            order = asked[place]
            if self._terms.below_minimum is BelowMinimum.ALL_REDEEMED:
                everything = total((order.units, left))
                asked[place] = attrs.evolve(order, units=everything)
                continue
            with _Noting(self._problems, order):
                raise FundError(
                    f"leave nothing, or at least {plain(self._terms.minimum_holding)} units",
                    was=f"{plain(then)} left",
                    field="units",
                    code=Refusal.BELOW_MINIMUM,
                )
        return asked

    def _through(self, orders: Sequence[RedemptionOrder]) -> Sequence[Decimal]:
        wanted = [order.units for order in orders]
        if self._terms.gate is None:
            return wanted
        issued = self._unit.counted(total(note.units for note in self._issued))
        outstanding = self._register.outstanding
        return self._terms.gate.through(self._unit, wanted, outstanding=outstanding, issued=issued)

    def _redemption_note(self, order: RedemptionOrder, lots: tuple[UnitLot, ...]) -> RedemptionNote:
        unit, price = self._unit, self._price.exact
        owed = [Fraction(0) if self._own_fee is None else self._own_fee.own_fee(lot) for lot in lots]
        units = [fraction(lot.units) for lot in lots]
        gross = unit.paid(sum(units, Fraction(0)) * price)
        performance = unit.paid(sum(map(Fraction.__mul__, units, owed), Fraction(0)))
        levy = unit.paid(fraction((gross - performance).amount) * self._price.levy_out)
        back_end = self._terms.redemption_fee
        fee = kept = unit.paid(0)
        if back_end is not None:
            held = [(self._day.day - lot.bought_on).days for lot in lots]
            fee = unit.paid(
                sum(
                    (each * (price - own) * back_end.rate_after(days))
                    for each, own, days in zip(units, owed, held, strict=True)
                )
            )
            kept = unit.paid(fraction(fee.amount) * back_end.kept)
        return RedemptionNote(
            order=order,
            price=self._price,
            lots=lots,
            gross=gross,
            performance_fee=performance,
            levy=levy,
            fee=fee,
            fee_kept=kept,
        )


@attrs.frozen
class _Noting:
    """Keeps what goes wrong with one order, with the order's name, and goes on."""

    problems: list[Problem]
    order: Order

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        """Keep an error of the domain; let any other pass."""
        if not isinstance(error, CarbonkitError):
            return False
        self.problems.append(error.at(file=f"order {self.order.id}").problem)
        return True

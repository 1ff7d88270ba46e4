"""
Auctions with sealed bids and one price: one engine, with the scheme's rules as parameters.

It covers primary auctions of allowances in Europe, Britain, North America, Korea
and Shanghai: lots, a public or a hidden reserve, ties, bidder limits, guarantees,
reserves that add supply above one price or hold it back below another, and what
happens when too little is bid.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError, MarketError, Problem
from carbonkit.market import _field
from carbonkit.market.auction_rules import AuctionRules, BelowFloor, Undersubscribed
from carbonkit.market.negotiation import PriceMode
from carbonkit.market.refusal import Refusal
from carbonkit.market.sealed_bid import SealedBid, clearing_ticks, cut, demand, serve
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, OrderId
from carbonkit.values.money import Money
from carbonkit.values.number import multiply
from carbonkit.values.price import Price

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


__all__ = [
    "AuctionBid",
    "AuctionResult",
    "Award",
    "SupplyStep",
    "run_auction",
]


@attrs.frozen(kw_only=True)
class AuctionBid:
    """
    One sealed bid.

    Args:
        bid_id: Its id.
        bidder: Who bids.
        price: What it bids for one unit.
        quantity: How many units.
        group: A name that bidders share whose limits count together; empty for none.

    Raises:
        InvalidValueError: If an id or the quantity has not the right form.
        WrongTypeError: If the price is no `Price`.

    Example:
        >>> AuctionBid(bid_id="B-1", bidder="UTILITY", price=Price("70.00", "EUR", "tCO2e"),
        ...            quantity=6000).quantity
        6000
    """

    bid_id: OrderId = attrs.field(converter=_field.order)
    bidder: AccountId = attrs.field(converter=_field.account)
    price: Price = attrs.field(validator=is_a(Price))
    quantity: int | Decimal = attrs.field(converter=_field.quantity)
    group: str = attrs.field(default="", validator=is_a(str))


@attrs.frozen
class SupplyStep:
    """
    Units that come to an auction, or leave it, at a trigger price.

    Args:
        trigger: The price above which more is offered, or below which some is held back.
        quantity: How many units at most.

    Example:
        >>> SupplyStep(Price("10.00", "USD", "short_tonCO2e"), 20).quantity
        20
    """

    trigger: Price = attrs.field(validator=is_a(Price))
    quantity: int = attrs.field(converter=_field.units)


@attrs.frozen(kw_only=True)
class Award:
    """
    What one bid won.

    Args:
        bid: The bid.
        quantity: How many units; 0 if it won nothing.
        price: What the winner pays for one; None if it won nothing.
        cost: What it pays in all.

    Example:
        >>> bid = AuctionBid(bid_id="B-1", bidder="A", price=Price("70.00", "EUR", "tCO2e"), quantity=500)
        >>> Award(bid=bid, quantity=0, price=None, cost=Money(0, "EUR")).quantity
        0
    """

    bid: AuctionBid
    quantity: int
    price: Price | None
    cost: Money


@attrs.frozen(kw_only=True)
class AuctionResult:
    """
    What an auction came to.

    Args:
        rules: The rules that it was run by.
        offered: How many units were offered at first.
        added: How many the first reserve added.
        withheld: How many the second reserve held back.
        price: The clearing price; None if the auction was cancelled or nothing was sold.
        interim: The clearing price before the reserves; None if too little was bid.
        awards: What each valid bid won, in the order of the bids.
        rejected: The bids that did not count, each with the reason.
        cuts: The bids that were cut to a limit, each with the quantity that was left.
        cancelled: Why the auction was cancelled; empty if it was not.

    Example:
        >>> from carbonkit.schemes.eu_auction import auction_rules
        >>> run_auction(auction_rules("2025-01-07"), 500, []).cancelled
        'all bids together want less than is offered'
    """

    rules: AuctionRules = attrs.field(repr=False)
    offered: int
    added: int
    withheld: int
    price: Price | None
    interim: Price | None
    awards: tuple[Award, ...]
    rejected: tuple[tuple[AuctionBid, Problem], ...]
    cuts: tuple[tuple[AuctionBid, int], ...]
    cancelled: str

    @property
    def sold(self) -> int:
        """How many units were sold."""
        return sum(award.quantity for award in self.awards)

    @property
    def unsold(self) -> int:
        """How many of the units offered were not sold, without those that a reserve held back."""
        return self.offered + self.added - self.withheld - self.sold

    @property
    def proceeds(self) -> Money:
        """What the winners pay in all."""
        currency = self.rules.instrument.value.currency
        return sum((award.cost for award in self.awards), Money(0, currency))

    def explain(self) -> Explanation:
        """Say how the price came about, down to the sources of the rules."""
        how = self.cancelled or (
            f"{self.offered} offered, {self.added} added, {self.withheld} held back; {self.sold} sold"
        )
        counts = f"{len(self.awards)} valid bids, {len(self.rejected)} rejected, {len(self.cuts)} cut"
        parts = (Explanation("bids", counts), self.rules.explain())
        return Explanation("clearing price", str(self.price or "none"), how=how, parts=parts)


def run_auction(
    rules: AuctionRules,
    offered: int,
    bids: Iterable[AuctionBid],
    *,
    reserve: Price | None = None,
    floor: Price | None = None,
    bidder_limit: int | None = None,
    guarantees: Mapping[AccountId, Money] | None = None,
    adds: SupplyStep | None = None,
    withholds: SupplyStep | None = None,
    order: Sequence[str] = (),
) -> AuctionResult:
    """
    Run one round of sealed bids.

    Args:
        rules: The scheme's rules.
        offered: How many units are offered.
        bids: The bids, in the order in which they came.
        reserve: The published price below which no bid counts; None for none.
        floor: The hidden price below which `rules.below_floor` speaks; None for none.
        bidder_limit: How many units one bidder, or one group, may win; None for no limit.
        guarantees: What each bidder has put up; a bidder left out has put up nothing. None if no guarantee
            is asked for.
        adds: Supply that comes in if the price would be above its trigger.
        withholds: Supply that is held back if the price would be below its trigger.
        order: The bids' ids in the order drawn for ties; see `draw`.

    Returns:
        The price, what each bid won, and what did not count.

    Raises:
        InvalidValueError: If a price is quoted differently, the offer is no positive number, or a tie
            needs an order that was not drawn.
        BatchError: If two bids have one id.

    Example:
        >>> from carbonkit.schemes.eu_auction import auction_rules
        >>> rules = auction_rules("2025-01-07")
        >>> eua = rules.instrument.value
        >>> bids = [AuctionBid(bid_id=name, bidder=name, price=eua.quote(price), quantity=quantity)
        ...         for name, price, quantity in (("a", "70.00", 6000), ("b", "69.50", 5000))]
        >>> result = run_auction(rules, 10_000, bids, order=["a", "b"])
        >>> str(result.price), [award.quantity for award in result.awards]
        ('69.50 EUR/tCO2e', [6000, 4000])
    """
    made = tuple(bids)
    _check_ids(made)
    return _Round(
        rules,
        _field.units(offered, "offered"),
        made,
        reserve=reserve,
        floor=floor,
        bidder_limit=bidder_limit,
        guarantees=guarantees,
        adds=adds,
        withholds=withholds,
        order=order,
    ).result()


def _check_ids(bids: Sequence[AuctionBid]) -> None:
    seen: set[OrderId] = set()
    problems = []
    for row, bid in enumerate(bids, start=1):
        if bid.bid_id in seen:
            problems.append(
                Problem(
                    code=Refusal.DUPLICATE_ORDER,
                    must="be a new id",
                    was=str(bid.bid_id),
                    field="bid_id",
                    row=row,
                )
            )
        seen.add(bid.bid_id)
    if problems:
        raise BatchError(problems)


class _Round:
    """One round: the bids in ticks, and the steps by which they are served."""

    def __init__(
        self,
        rules: AuctionRules,
        offered: int,
        bids: Sequence[AuctionBid],
        *,
        reserve: Price | None,
        floor: Price | None,
        bidder_limit: int | None,
        guarantees: Mapping[AccountId, Money] | None,
        adds: SupplyStep | None,
        withholds: SupplyStep | None,
        order: Sequence[str],
    ) -> None:
        self.rules, self.offered, self.order = rules, offered, order
        self.instrument = rules.instrument.value
        self.reserve = 0 if reserve is None else self._ticks(reserve, "reserve")
        self.floor = 0 if floor is None else self._ticks(floor, "floor")
        if self.floor and rules.below_floor is None:
            raise InvalidValueError(
                "be None: these auctions have no hidden floor", was=str(floor), field="floor"
            )
        self.adds = (0, 0) if adds is None else (self._ticks(adds.trigger, "trigger"), adds.quantity)
        self.withholds = (
            (0, 0) if withholds is None else (self._ticks(withholds.trigger, "trigger"), withholds.quantity)
        )
        self.rejected: list[tuple[AuctionBid, Problem]] = []
        self.valid: list[tuple[AuctionBid, SealedBid]] = []
        for place, bid in enumerate(bids):
            try:
                self.valid.append((bid, self._sealed(bid, place)))
            except CarbonkitError as error:
                self.rejected.append((bid, error.problem))
        self.cuts: list[tuple[AuctionBid, int]] = []
        self._cut(bidder_limit, guarantees)
        self.bids = [sealed for _, sealed in self.valid]

    def _ticks(self, price: Price, field: str) -> int:
        try:
            return self.instrument.ticks(price)
        except MarketError as error:
            raise InvalidValueError(error.problem.must, was=error.problem.was, field=field) from None

    def _sealed(self, bid: AuctionBid, place: int) -> SealedBid:
        ticks = self.instrument.ticks(bid.price)
        quantity = self.instrument.quantity(self.instrument.lots(bid.quantity))
        if ticks < self.reserve:
            raise MarketError(
                f"be at least the reserve price {self.instrument.price(self.reserve)}",
                was=str(bid.price),
                field="price",
                code=Refusal.BELOW_FLOOR,
            )
        return SealedBid(str(bid.bid_id), ticks, quantity, place)

    def _cut(self, limit: int | None, guarantees: Mapping[AccountId, Money] | None) -> None:
        """Cut bids to guarantees, bidder by bidder, then to the limit, group by group."""
        if guarantees is not None:
            self._cut_by(
                lambda bid: f"bidder {bid.bidder}", None, lambda bid: self._spend(guarantees.get(bid.bidder))
            )
        if limit is not None:
            self._cut_by(
                lambda bid: f"group {bid.group}" if bid.group else f"bidder {bid.bidder}", limit, None
            )

    def _spend(self, guarantee: Money | None) -> int:
        """Say how many ticks times units a guarantee pays for, rounded down."""
        if guarantee is None:
            return 0
        if guarantee.currency != self.instrument.currency:
            raise InvalidValueError(
                f"be in {self.instrument.currency}", was=str(guarantee), field="guarantee"
            )
        top, bottom = guarantee.amount.as_integer_ratio()
        tick_top, tick_bottom = self.instrument.tick.as_integer_ratio()
        return top * tick_bottom // (bottom * tick_top)

    def _cut_by(
        self,
        whose: Callable[[AuctionBid], str],
        limit: int | None,
        spend: Callable[[AuctionBid], int] | None,
    ) -> None:
        groups: dict[str, list[tuple[AuctionBid, SealedBid]]] = {}
        for bid, sealed in self.valid:
            groups.setdefault(whose(bid), []).append((bid, sealed))
        left: dict[str, int] = {}
        for members in groups.values():
            can_pay = None if spend is None else spend(members[0][0])
            own = cut([sealed for _, sealed in members], lot=self.instrument.lot, limit=limit, spend=can_pay)
            left.update((sealed.name, quantity) for sealed, quantity in own)
        for bid, sealed in self.valid:
            if left[sealed.name] != sealed.quantity:
                self.cuts.append((bid, left[sealed.name]))
        self.valid = [(bid, sealed._replace(quantity=left[sealed.name])) for bid, sealed in self.valid]

    # ------------------------------------------------------------------ the price

    def result(self) -> AuctionResult:
        """Find the price and serve the bids."""
        interim = clearing_ticks(self.bids, self.offered)
        before = interim if interim is not None else self.reserve
        added, withheld, fixed = self._supply(before)
        supply = self.offered + added - withheld
        ticks = fixed or clearing_ticks(self.bids, supply)
        lowest, cancelled = 0, ""
        if ticks is None:
            ticks, cancelled = self._too_little()
        if not cancelled and ticks < self.floor:
            reaching = [bid.ticks for bid in self.bids if bid.ticks >= self.floor and bid.quantity]
            if self.rules.below_floor is None or self.rules.below_floor.value is BelowFloor.CANCEL:
                cancelled = "the clearing price lies significantly below the secondary market"
            elif not reaching:
                cancelled = "no bid reaches the floor"
            else:
                ticks = lowest = min(reaching)
        served = [0] * len(self.bids)
        if not cancelled:
            served = serve(
                self.bids, supply, tie=self.rules.tie.value, order=self.order, lowest=max(lowest, fixed)
            )
        sold = any(served)
        return AuctionResult(
            rules=self.rules,
            offered=self.offered,
            added=0 if cancelled else added,
            withheld=0 if cancelled else withheld,
            price=self.instrument.price(ticks) if sold else None,
            interim=None if interim is None else self.instrument.price(interim),
            awards=tuple(
                self._award(bid, quantity, ticks)
                for (bid, _), quantity in zip(self.valid, served, strict=True)
            ),
            rejected=tuple(self.rejected),
            cuts=tuple(self.cuts),
            cancelled=cancelled,
        )

    def _supply(self, interim: int) -> tuple[int, int, int]:
        """Work out what the reserves add and hold back, and the price if a trigger fixes it; else 0."""
        trigger, most = self.adds
        if most and interim > trigger:
            added = min(most, max(0, demand(self.bids, trigger) - self.offered))
            return added, 0, trigger if added < most else 0
        trigger, most = self.withholds
        if most and interim < trigger:
            withheld = min(most, max(0, self.offered - demand(self.bids, trigger)))
            return 0, withheld, trigger if withheld < most else 0
        return 0, 0, 0

    def _too_little(self) -> tuple[int, str]:
        """Say what the price is when too little is bid, or why there is none."""
        wanting = [bid.ticks for bid in self.bids if bid.quantity]
        match self.rules.undersubscribed.value:
            case Undersubscribed.CANCEL:
                return 0, "all bids together want less than is offered"
            case Undersubscribed.AT_RESERVE:
                return self.reserve, ""
            case Undersubscribed.AT_LOWEST_BID:
                return min(wanting, default=0), ""

    def _award(self, bid: AuctionBid, quantity: int, ticks: int) -> Award:
        nothing = Money(0, self.instrument.currency)
        if not quantity:
            return Award(bid=bid, quantity=0, price=None, cost=nothing)
        uniform = self.rules.price_mode.value is PriceMode.UNIFORM
        price = self.instrument.price(ticks) if uniform else bid.price
        cost = Money(multiply(price.amount, Decimal(quantity)), self.instrument.currency)
        return Award(bid=bid, quantity=quantity, price=price, cost=cost)

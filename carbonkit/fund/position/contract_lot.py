"""
Contract lots: forwards, futures and options bought or sold, and what closing them out gains.

A lot that was sold has a negative count: contracts can be owed, units of a registry
cannot. A trade the other way closes open lots, in the order of the cost method, before
it opens any.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund._check import listed, paid
from carbonkit.fund.portfolio._lots import costing, first_out, last_out, part_of
from carbonkit.fund.portfolio.cost_method import CostMethod
from carbonkit.fund.portfolio.holding import Lot
from carbonkit.fund.refusal import Refusal
from carbonkit.market.contract import Forward, Future, Option
from carbonkit.market.instrument import Instrument
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AssetId
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding, whole
from carbonkit.values.price import Price
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["ClosedOut", "ContractLot", "close_out"]


def _instrument(_: object, attribute: attrs.Attribute[Instrument], value: Instrument) -> None:
    check_type(value, Instrument, field=attribute.name)
    if not isinstance(value.terms, (Forward, Future, Option)):
        raise FundError(
            "be a forward, a future or an option",
            was=str(value.id),
            field=attribute.name,
            code=Refusal.SHORT_UNITS,
            hint="units are held, never owed: keep them in a Portfolio",
        )


def _lots(value: int) -> int:
    number = whole(value, field="lots")
    if not number:
        raise InvalidValueError("not be zero", was=number, field="lots")
    return number


def _consideration(value: Money) -> Money:
    return paid(value, field="consideration")


def _traded_on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="traded_on")


@attrs.frozen
class ContractLot:
    """
    Contracts that were bought or sold together.

    Args:
        instrument: The contract, with its terms.
        lots: How many; negative if they were sold.
        consideration: What all their units cost or brought at the traded price, without a sign.
        traded_on: The day.

    Raises:
        FundError: `short_units` if the instrument is no derivative.
        CurrencyMismatchError: If the consideration is in another currency than the contract.
        InvalidValueError: If there is no contract, or the consideration is negative or has a fraction of a
            minor unit.

    Example:
        >>> from carbonkit.market.contract import Delivery
        >>> future = Instrument("EUA-2025-12", asset="EUA", currency="EUR", unit="tCO2e", tick="0.01",
        ...                     lot=1000, terms=Future(underlying="EUA", last_trading_day="2025-12-15",
        ...                                            final_settlement_day="2025-12-18",
        ...                                            delivery=Delivery.PHYSICAL))
        >>> sold = ContractLot.at(future, -10, future.quote("70.00"), "2025-06-02")
        >>> sold.units, sold.signed
        (-10000, Fraction(-700000, 1))
    """

    instrument: Instrument = attrs.field(validator=_instrument)
    lots: int = attrs.field(converter=_lots)
    consideration: Money = attrs.field(converter=_consideration)
    traded_on: datetime.date = attrs.field(converter=_traded_on)

    def __attrs_post_init__(self) -> None:
        """Check the currency."""
        if self.consideration.currency != self.instrument.currency:
            raise CurrencyMismatchError(
                f"be {self.instrument.currency}", was=self.consideration.currency, field="consideration"
            )

    @classmethod
    def at(
        cls, instrument: Instrument, lots: int, price: Price, traded_on: str | datetime.date
    ) -> ContractLot:
        """
        Make a lot of contracts traded at a price.

        Args:
            instrument: The contract.
            lots: How many; negative if they were sold.
            price: The price of one unit.
            traded_on: The day.

        Returns:
            The lot.

        Raises:
            MarketError: If the price is not one of the contract: `off_tick` or `wrong_quote`.
            FundError: `short_units` if the instrument is no derivative.
            InvalidValueError: If there is no contract.

        Example:
            >>> from carbonkit.schemes.shanghai import forward
            >>> contract = forward(2023, 11)
            >>> print(ContractLot.at(contract, 5, contract.quote("70.00"), "2023-08-01").consideration)
            35000.00 CNY
        """
        count = _lots(lots)
        check_type(instrument, Instrument, field="instrument")
        check_type(price, Price, field="price")
        units = abs(instrument.quantity(count))
        instrument.ticks(price)
        return cls(instrument, count, instrument.value(price, units), traded_on)

    @property
    def units(self) -> int:
        """How many tonnes they are; negative if they were sold."""
        return self.instrument.quantity(self.lots)

    @property
    def signed(self) -> Fraction:
        """The consideration, negative if they were sold."""
        amount = Fraction(self.consideration.amount)
        return amount if self.lots > 0 else -amount

    def explain(self) -> Explanation:
        """Say what was traded, when and for how much."""
        way = "bought" if self.lots > 0 else "sold"
        return Explanation(
            f"{abs(self.lots)} {self.instrument.id} {way} on {self.traded_on}",
            str(self.consideration),
            how=f"for {abs(self.units)} tCO2e",
        )


@attrs.frozen(kw_only=True)
class ClosedOut:
    """
    Open lots and the trade that closed them; made by `close_out`.

    Args:
        opened: What was closed, lot by lot, at the cost that the method gives it.
        closing: The trade, as far as it closed them.
        method: The cost method.

    Example:
        >>> from carbonkit.schemes.shanghai import forward
        >>> contract = forward(2023, 11)
        >>> short = ContractLot.at(contract, -5, contract.quote("70.00"), "2023-08-01")
        >>> back = ContractLot.at(contract, 5, contract.quote("68.00"), "2023-08-02")
        >>> _, closed = close_out([short], back, method=CostMethod.FIFO, rounding=Rounding.HALF_UP)
        >>> closed.gain
        Money('1000.00', 'CNY')
    """

    opened: tuple[ContractLot, ...]
    closing: ContractLot
    method: CostMethod

    @property
    def gain(self) -> Money:
        """What the round trip gained; negative for a loss."""
        opened = sum(lot.consideration.to_minor() for lot in self.opened)
        sign = 1 if self.closing.lots < 0 else -1
        gained = sign * (self.closing.consideration.to_minor() - opened)
        return Money.from_minor(gained, self.closing.consideration.currency)

    def explain(self) -> Explanation:
        """Say how the gain came about, lot by lot."""
        return Explanation(
            f"gain on {abs(self.closing.lots)} {self.closing.instrument.id} "
            f"closed out on {self.closing.traded_on}",
            str(self.gain),
            how=f"sold − bought, {self.method.value}",
            parts=(self.closing.explain(), *(lot.explain() for lot in self.opened)),
        )


def close_out(
    opened: Iterable[ContractLot], trade: ContractLot, *, method: CostMethod, rounding: Rounding
) -> tuple[tuple[ContractLot, ...], ClosedOut | None]:
    """
    Let a trade close open lots of the other side, and open what is left of it.

    Args:
        opened: The open lots of the same contract, oldest first, all of one side.
        trade: The trade.
        method: Which lots it closes: first in, first out, last in, first out, or the moving average.
        rounding: How a cost that does not come out to the minor unit is rounded.

    Returns:
        The open lots after it, and what it closed; None if it closed nothing.

    Raises:
        FundError: `out_of_order` if the trade lies before an open lot.
        InvalidValueError: If a lot is of another contract or side, or the method is specific
            identification.

    Example:
        >>> from carbonkit.schemes.shanghai import forward
        >>> contract = forward(2023, 11)
        >>> first = ContractLot.at(contract, 5, contract.quote("70.00"), "2023-08-01")
        >>> turn = ContractLot.at(contract, -8, contract.quote("71.00"), "2023-08-02")
        >>> left, closed = close_out([first], turn, method=CostMethod.FIFO, rounding=Rounding.HALF_UP)
        >>> [lot.lots for lot in left], closed.gain
        ([-3], Money('500.00', 'CNY'))
    """
    lots = listed(opened, field="opened")
    check_type(trade, ContractLot, field="trade")
    check_type(rounding, Rounding, field="rounding")
    check_type(method, CostMethod, field="method")
    if method is CostMethod.SPECIFIC:
        raise InvalidValueError("be a method for contracts", was=method.value, field="method")
    check_open(lots)
    if not lots:
        return (trade,), None
    if lots[0].instrument != trade.instrument:
        raise InvalidValueError(f"be {lots[0].instrument.id}", was=str(trade.instrument.id), field="trade")
    if trade.traded_on < lots[-1].traded_on:
        raise FundError(
            f"be on or after {lots[-1].traded_on}, the day of the last open lot",
            was=str(trade.traded_on),
            field="traded_on",
            code=Refusal.OUT_OF_ORDER,
        )
    if (lots[0].lots > 0) == (trade.lots > 0):
        return (*lots, trade), None
    return _closed(lots, trade, method, rounding)


def check_open(lots: Sequence[ContractLot]) -> None:
    """Check that open lots are of one contract and side, oldest first."""
    for place, lot in enumerate(lots):
        check_type(lot, ContractLot, field="lots")
        first, before = lots[0], lots[max(place - 1, 0)]
        if lot.instrument != first.instrument:
            raise InvalidValueError(f"be {first.instrument.id}", was=str(lot.instrument.id), field="lots")
        if (lot.lots > 0) != (first.lots > 0):
            raise InvalidValueError("be all bought or all sold", was=lot.lots, field="lots")
        if lot.traded_on < before.traded_on:
            raise InvalidValueError(
                f"come after the lot of {before.traded_on}", was=str(lot.traded_on), field="lots"
            )


def _closed(
    lots: tuple[ContractLot, ...], trade: ContractLot, method: CostMethod, rounding: Rounding
) -> tuple[tuple[ContractLot, ...], ClosedOut]:
    held = tuple(_plain(lot) for lot in lots)
    quantity = sum(lot.quantity for lot in held)
    closing = min(quantity, abs(trade.lots))
    (own,), rest = first_out((_plain(trade),), closing, rounding)
    if method is CostMethod.LIFO:
        gone, left = last_out(held, closing, rounding)
    else:
        gone, left = first_out(held, closing, rounding)
    if method is CostMethod.WEIGHTED_AVERAGE:
        whole_cost = Money.from_minor(sum(lot.cost.to_minor() for lot in held), trade.instrument.currency)
        cost = part_of(whole_cost, closing, quantity, rounding)
        gone, left = costing(gone, cost), costing(left, whole_cost - cost)
    closed = ClosedOut(opened=_contracts(gone, lots[0]), closing=_contracts((own,), trade)[0], method=method)
    return (*_contracts(left, lots[0]), *_contracts(rest, trade)), closed


def _plain(lot: ContractLot) -> Lot:
    return Lot(AssetId(str(lot.instrument.id)), abs(lot.lots), lot.consideration, lot.traded_on)


def _contracts(lots: Sequence[Lot], like: ContractLot) -> tuple[ContractLot, ...]:
    sign = 1 if like.lots > 0 else -1
    return tuple(ContractLot(like.instrument, sign * lot.quantity, lot.cost, lot.bought_on) for lot in lots)

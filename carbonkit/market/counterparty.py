"""
The central counterparty: buyer to every seller and seller to every buyer of a forward or a future.

It counts positions in lots and money in minor units. Every day each position is marked
to the settlement price, and what some lose others gain, to the last minor unit. Initial
margin stands behind what the next days may bring. What a member that fails cannot pay
falls on layers, in an order that is fixed beforehand, and never on the side that it
traded with.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError, MarketError
from carbonkit.market.clearing import Obligation
from carbonkit.market.loss import Layer, Loss, waterfall
from carbonkit.market.refusal import Refusal
from carbonkit.values.identifier import AccountId, AssetId, InstrumentId
from carbonkit.values.money import Money
from carbonkit.values.number import Exact, Rounding, divide, exact, multiply, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from carbonkit.market.instrument import Instrument
    from carbonkit.market.trade import Trade
    from carbonkit.values.price import Price

__all__ = [
    "CentralCounterparty",
    "MarginCall",
    "VariationMargin",
    "final_settlement_price",
]


@attrs.frozen(kw_only=True)
class VariationMargin:
    """
    What one member gains or loses by a day's mark.

    Args:
        account: The member.
        instrument: The contract.
        lots: Its position after the day; negative if it is short.
        amount: What it is paid; negative for what it pays.

    Example:
        >>> VariationMargin(account=AccountId("A"), instrument=InstrumentId("SHEAF112023"), lots=10,
        ...                 amount=Money("500.00", "CNY")).lots
        10
    """

    account: AccountId
    instrument: InstrumentId
    lots: int
    amount: Money


@attrs.frozen(kw_only=True)
class MarginCall:
    """
    Collateral that a member lacks.

    Args:
        account: The member.
        required: How much initial margin its positions need.
        held: How much collateral it has.

    Example:
        >>> MarginCall(account=AccountId("A"), required=Money("900", "CNY"), held=Money("500", "CNY")).lacking
        Money('400', 'CNY')
    """

    account: AccountId
    required: Money
    held: Money

    @property
    def lacking(self) -> Money:
        """How much it must bring."""
        return self.required - self.held


def final_settlement_price(
    instrument: Instrument, prices: Sequence[Price], *, days: int, rounding: Rounding
) -> Price:
    """
    Work out a final settlement price as the mean of the last daily ones.

    Args:
        instrument: The contract; the mean is rounded to its tick.
        prices: The daily settlement prices, oldest first.
        days: How many of the last ones count.
        rounding: How the mean is rounded.

    Returns:
        The price.

    Raises:
        InvalidValueError: If there are fewer prices than count.

    Example:
        >>> from carbonkit.schemes.shanghai import forward
        >>> contract = forward(2023, 11)
        >>> prices = [contract.quote(price) for price in ("70.00", "71.00", "72.00", "71.50", "71.01")]
        >>> str(final_settlement_price(contract, prices, days=5, rounding=Rounding.HALF_UP))
        '71.10 CNY/tCO2e'
    """
    if days < 1 or len(prices) < days:
        raise InvalidValueError(f"be at least {max(days, 1)} prices", was=len(prices), field="prices")
    ticks = sum(instrument.ticks(price) for price in prices[-days:])
    return instrument.price(int(divide(Decimal(ticks), Decimal(days), 0, rounding)))


class CentralCounterparty:
    """
    The positions and the collateral of a clearing house's members.

    Args:
        currency: The currency of its contracts and its collateral.
        margins: Initial margin of each contract: per cent of the settlement price times the position.

    Raises:
        InvalidValueError: If a margin is not more than 0 and at most 100 per cent.

    Example:
        >>> from carbonkit.schemes.shanghai import forward
        >>> contract = forward(2023, 11)
        >>> house = CentralCounterparty("CNY", {contract.id: 10})
        >>> house.open(contract, buyer="A", seller="B", lots=5, price=contract.quote("70.00"))
        >>> [str(flow.amount) for flow in house.mark(contract, contract.quote("71.00"))]
        ['500.00 CNY', '-500.00 CNY']
        >>> [str(call.lacking) for call in house.calls()]
        ['3050.00 CNY', '4050.00 CNY']
    """

    def __init__(self, currency: str, margins: Mapping[InstrumentId, Exact]) -> None:
        self.currency = currency
        self._margins = {name: _percent(value) for name, value in margins.items()}
        self._contracts: dict[InstrumentId, Instrument] = {}
        self._lots: dict[InstrumentId, dict[AccountId, int]] = {}
        self._unmarked: dict[
            InstrumentId, dict[AccountId, int]
        ] = {}  # paid since the last mark, in tick lots
        self._prices: dict[InstrumentId, int] = {}  # the last settlement price, in ticks
        self._old: dict[InstrumentId, dict[AccountId, int]] = {}  # the positions at that mark
        self._collateral: dict[AccountId, int] = {}  # minor units

    # ------------------------------------------------------------------- positions

    def open(
        self,
        contract: Instrument,
        *,
        buyer: str | AccountId,
        seller: str | AccountId,
        lots: int,
        price: Price,
    ) -> None:
        """
        Step between a buyer and a seller.

        Args:
            contract: What they traded.
            buyer: Who bought.
            seller: Who sold.
            lots: How many lots.
            price: At which price.

        Raises:
            MarketError: `unknown_instrument` if the contract is not cleared here, `off_tick` or
                `wrong_quote` if the price is not one of it, `odd_lot` if there is no lot.
        """
        if contract.id not in self._margins or contract.currency != self.currency:
            raise MarketError(
                "be a contract that is cleared here",
                was=str(contract.id),
                field="contract",
                code=Refusal.UNKNOWN_INSTRUMENT,
            )
        if type(lots) is not int or lots <= 0:
            raise MarketError("be a whole number of lots", was=lots, field="lots", code=Refusal.ODD_LOT)
        ticks = contract.ticks(price)
        known = self._contracts.setdefault(contract.id, contract)
        if known != contract:
            raise MarketError(
                f"have the terms of {known.id}",
                was=repr(contract),
                field="contract",
                code=Refusal.WRONG_QUOTE,
            )
        for account, sign in ((_account(buyer), 1), (_account(seller), -1)):
            held = self._lots.setdefault(contract.id, {})
            held[account] = held.get(account, 0) + sign * lots
            paid = self._unmarked.setdefault(contract.id, {})
            paid[account] = paid.get(account, 0) + sign * lots * ticks

    def novate(self, trades: Iterable[Trade]) -> None:
        """
        Step into a venue's trades.

        Args:
            trades: The trades.

        Raises:
            MarketError: As `open` does.
        """
        for trade in trades:
            contract = trade.instrument
            lots = contract.lots(trade.quantity)
            self.open(contract, buyer=trade.buyer, seller=trade.seller, lots=lots, price=trade.price)

    def position(self, contract: Instrument, account: str | AccountId) -> int:
        """
        Show a member's position.

        Args:
            contract: In which contract.
            account: Whose.

        Returns:
            The lots; negative if it is short.
        """
        return self._lots.get(contract.id, {}).get(_account(account), 0)

    # ---------------------------------------------------------------------- margin

    def mark(self, contract: Instrument, price: Price) -> tuple[VariationMargin, ...]:
        """
        Mark every position to a day's settlement price, through the members' collateral.

        What was traded since the last mark counts from its own price, the rest from the last
        settlement price. The sums of all members come to zero.

        Args:
            contract: Which contract.
            price: The day's settlement price.

        Returns:
            What each member gains or loses, in the order of their ids.

        Raises:
            MarketError: If the price is not one of the contract.
        """
        ticks = contract.ticks(price)
        last = self._prices.get(contract.id, 0)
        minor = _minor(contract)
        held, paid = self._lots.get(contract.id, {}), self._unmarked.pop(contract.id, {})
        before = self._old.get(contract.id, {})
        flows = []
        for account in sorted(held):
            gain = held[account] * ticks - before.get(account, 0) * last - paid.get(account, 0)
            self._collateral[account] = self._collateral.get(account, 0) + gain * minor
            flows.append(
                VariationMargin(
                    account=account,
                    instrument=contract.id,
                    lots=held[account],
                    amount=Money.from_minor(gain * minor, self.currency),
                )
            )
        self._prices[contract.id] = ticks
        self._old[contract.id] = dict(held)
        return tuple(flows)

    def deposit(self, account: str | AccountId, amount: Money) -> None:
        """
        Take collateral in.

        Args:
            account: Whose.
            amount: How much; more than nothing.

        Raises:
            InvalidValueError: If the amount is not positive, or of another currency.
        """
        if amount.currency != self.currency or amount.amount <= 0:
            raise InvalidValueError(f"be more than zero {self.currency}", was=str(amount), field="amount")
        name = _account(account)
        self._collateral[name] = self._collateral.get(name, 0) + amount.to_minor()

    def collateral(self, account: str | AccountId) -> Money:
        """
        Show a member's collateral, after every mark.

        Args:
            account: Whose.

        Returns:
            The money; negative if the member owes.
        """
        return Money.from_minor(self._collateral.get(_account(account), 0), self.currency)

    def required(self, account: str | AccountId) -> Money:
        """
        Work out a member's initial margin at the last settlement prices.

        Args:
            account: Whose.

        Returns:
            The money, each contract's rounded up to the minor unit.
        """
        name, total = _account(account), 0
        for contract, held in self._lots.items():
            lots, ticks = abs(held.get(name, 0)), self._prices.get(contract, 0)
            value = Decimal(lots * ticks * _minor(self._contracts[contract]))
            total += int(divide(multiply(value, self._margins[contract]), Decimal(100), 0, Rounding.CEILING))
        return Money.from_minor(total, self.currency)

    def calls(self) -> tuple[MarginCall, ...]:
        """
        List the members whose collateral does not cover their initial margin.

        Returns:
            The margin calls, in the order of the members' ids.
        """
        members = {name for held in self._lots.values() for name in held} | set(self._collateral)
        found = (
            MarginCall(account=name, required=self.required(name), held=self.collateral(name))
            for name in sorted(members)
        )
        return tuple(call for call in found if call.held < call.required)

    # ------------------------------------------------------------- delivery, default

    def deliver(
        self, contract: Instrument, price: Price, *, asset: AssetId, house: str | AccountId
    ) -> tuple[Obligation, ...]:
        """
        End a contract by delivery: shorts deliver to the house, the house to the longs.

        Mark the contract to the final settlement price before; the price of the delivery is then
        that price, and what was gained or lost has been paid already.

        Args:
            contract: Which contract.
            price: The final settlement price.
            asset: What is delivered.
            house: The clearing house's own account.

        Returns:
            What is owed: the shorts' deliveries first, so that the house has what it passes on.
        """
        middle = _account(house)
        held = self._lots.pop(contract.id, {})
        self._old.pop(contract.id, None)
        self._prices.pop(contract.id, None)
        owed = []
        for short in (True, False):
            for account in sorted(held):
                lots = held[account]
                if not lots or (lots < 0) is not short:
                    continue
                quantity = contract.quantity(abs(lots))
                owed.append(
                    Obligation(
                        trade=f"{contract.id}/delivery/{account}",
                        asset=asset,
                        quantity=quantity,
                        seller=account if short else middle,
                        buyer=middle if short else account,
                        cash=contract.value(price, quantity),
                    )
                )
        return tuple(owed)

    def expire(self, contract: Instrument) -> None:
        """
        End a contract in cash: after the last mark nothing is owed any more.

        Args:
            contract: Which contract.
        """
        self._lots.pop(contract.id, None)
        self._old.pop(contract.id, None)
        self._prices.pop(contract.id, None)

    def default(
        self, account: str | AccountId, *, prices: Mapping[InstrumentId, Price], layers: Sequence[Layer]
    ) -> Loss:
        """
        Close a failed member's positions out at given prices, and let what it owes fall on layers.

        The positions pass to nobody: those who closed them out traded with the house at these prices,
        which `open` has to be told. All other members keep their positions and their collateral.

        Args:
            account: Who failed.
            prices: At which price each of its contracts was closed out.
            layers: What pays after the member's own collateral.

        Returns:
            How the loss was borne; the member's collateral is the first layer.

        Raises:
            InvalidValueError: If a price is missing.
        """
        name = _account(account)
        held_in = [each for each, held in self._lots.items() if name in held]
        missing = [str(each) for each in held_in if each not in prices]
        if missing:
            raise InvalidValueError(
                "have a price for every contract of the member", was=f"not {missing[0]}", field="prices"
            )
        for contract_id in held_in:
            lots = self._lots[contract_id].pop(name)
            before = self._old.get(contract_id, {}).pop(name, 0)
            paid = self._unmarked.get(contract_id, {}).pop(name, 0)
            contract = self._contracts[contract_id]
            ticks = contract.ticks(prices[contract_id])
            gain = lots * ticks - before * self._prices.get(contract_id, 0) - paid
            self._collateral[name] = self._collateral.get(name, 0) + gain * _minor(contract)
        own = self._collateral.pop(name, 0)
        none = Money(0, self.currency)
        if own >= 0:
            self._collateral[name] = own
            return Loss(
                (Layer("the member's collateral", none), *(Layer(x.name, none) for x in layers)), none
            )
        rest = waterfall(Money.from_minor(-own, self.currency), layers)
        return Loss((Layer("the member's collateral", none), *rest.borne), rest.uncovered)


def _account(value: str | AccountId) -> AccountId:
    return value if isinstance(value, AccountId) else AccountId(value)


def _minor(contract: Instrument) -> int:
    """Say what one lot costs at a price of one tick, in minor units."""
    return contract.value(contract.price(1), contract.lot).to_minor()


def _percent(value: Exact) -> Decimal:
    percent = exact(value, field="margin")
    if not 0 < percent <= Decimal(100):
        raise InvalidValueError("be more than 0 and at most 100", was=plain(percent), field="margin")
    return percent

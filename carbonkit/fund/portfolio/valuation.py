"""Valuation: the net asset value of a fund on a day, and each partner's part of it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import as_of_day, check_currency, is_said, listed, paid, total_of
from carbonkit.fund.partner.commitment import Commitments
from carbonkit.fund.portfolio.holding import Holding
from carbonkit.fund.portfolio.portfolio import Portfolio
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId, AssetId
from carbonkit.values.money import Money
from carbonkit.values.price import Price
from carbonkit.values.source import Source
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.values.number import Rounding

__all__ = ["ContractsValue", "Mark", "NetAssetValue", "ValuedHolding", "net_asset_value"]


def _day(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="day")


def _origin(value: Source | str) -> Source | str:
    if not isinstance(value, Source) and not is_said(value):
        raise InvalidValueError(
            "be a Source, or say where the price is from", was=repr(value), field="origin"
        )
    return value


@attrs.frozen
class Mark:
    """
    The price that an asset is valued at, its day, and where it is from.

    Args:
        asset: The asset.
        price: Money per unit of CO2e.
        day: The day that it is the price of.
        origin: A `Source`, or in words.

    Raises:
        InvalidValueError: If a value has another type, or the origin is blank.

    Example:
        >>> Mark(AssetId("CEA"), Price("51.23", "CNY", "tCO2e"), "2021-07-16", "close of the day").day
        datetime.date(2021, 7, 16)
    """

    asset: AssetId = attrs.field(validator=is_a(AssetId))
    price: Price = attrs.field(validator=is_a(Price))
    day: datetime.date = attrs.field(converter=_day)
    origin: Source | str = attrs.field(converter=_origin)


@attrs.frozen
class ValuedHolding:
    """
    A holding at its mark.

    Args:
        holding: What is held.
        mark: The price of its asset.

    Raises:
        InvalidValueError: If the mark is of another asset, or its price negative.
        CurrencyMismatchError: If the price is in another currency than the cost.
        IncompatibleUnitsError: If the price is for something else than CO2e.

    Example:
        >>> from carbonkit.fund.portfolio.holding import Lot
        >>> cea = AssetId("CEA")
        >>> held = Holding(cea, [Lot(cea, 100, Money("4800.00", "CNY"), "2021-07-16")])
        >>> mark = Mark(cea, Price("51.23", "CNY", "tCO2e"), "2021-07-16", "close of the day")
        >>> ValuedHolding(held, mark).unrealised
        Money('323.00', 'CNY')
    """

    holding: Holding = attrs.field(validator=is_a(Holding))
    mark: Mark = attrs.field(validator=is_a(Mark))

    def __attrs_post_init__(self) -> None:
        """Check that the price is that of what is held."""
        if self.mark.asset != self.holding.asset:
            raise InvalidValueError(f"be of {self.holding.asset}", was=str(self.mark.asset), field="mark")
        self.holding.market_value(self.mark.price)

    @property
    def market_value(self) -> Money:
        """What the holding is worth; never rounded."""
        return self.holding.market_value(self.mark.price)

    @property
    def unrealised(self) -> Money:
        """The market value less the cost; negative for a loss."""
        return self.holding.unrealised(self.mark.price)

    def explain(self) -> Explanation:
        """Say how the market value came about, and where the price is from."""
        source = self.mark.origin if isinstance(self.mark.origin, Source) else None
        price = Explanation(
            f"price on {self.mark.day}",
            str(self.mark.price),
            how="" if source is not None else str(self.mark.origin),
            source=source,
        )
        return Explanation(
            f"{self.holding.asset} at market",
            str(self.market_value),
            how=f"{self.holding.quantity} tCO2e × {self.mark.price}",
            parts=(price, self.holding.explain()),
        )


def _holdings(value: Iterable[ValuedHolding]) -> tuple[ValuedHolding, ...]:
    return listed(value, field="holdings")


def _value(value: Money) -> Money:
    check_type(value, Money, field="value")
    paid(-value if value.amount < 0 else value, field="value")
    return value


@attrs.frozen(kw_only=True)
class ContractsValue:
    """
    What a fund's contracts are worth on a day, beside the units it holds; see `BookValue.for_fund`.

    Args:
        as_of: The day.
        value: What they are worth together, in whole minor units; negative if they would cost something.
        explanation: How that came about.

    Raises:
        InvalidValueError: If the value has a fraction of a minor unit.

    Example:
        >>> hedge = ContractsValue(as_of="2021-07-16", value=Money("-120.00", "CNY"),
        ...                        explanation=Explanation("hedge", "-120.00 CNY"))
        >>> NetAssetValue(as_of="2021-07-16", cash=Money("200.00", "CNY"), holdings=(), contracts=hedge,
        ...               liabilities=Money("50.00", "CNY")).total
        Money('30.00', 'CNY')
    """

    as_of: datetime.date = attrs.field(converter=as_of_day)
    value: Money = attrs.field(converter=_value)
    explanation: Explanation = attrs.field(validator=is_a(Explanation))


def _cash(value: Money) -> Money:
    return paid(value, field="cash")


def _liabilities(value: Money) -> Money:
    return paid(value, field="liabilities")


@attrs.frozen(kw_only=True)
class NetAssetValue:
    """
    What a fund is worth on a day: cash, holdings and contracts at market, less what it owes.

    Margin that was paid in is cash, and so is variation margin: contracts are worth what has not been
    settled yet.

    Args:
        as_of: The day.
        cash: The cash; an overdraft is a liability.
        holdings: The holdings at their marks.
        liabilities: What the fund owes.
        contracts: What its contracts are worth, none of them in the holdings; None if it has none.

    Raises:
        InvalidValueError: If cash or liabilities are negative or have a fraction of a minor unit, or the
            contracts were valued on another day.
        CurrencyMismatchError: If something is in another currency than the cash.
        FundError: `price_from_later` if a price is of a later day, `out_of_order` if a lot is.

    Example:
        >>> value = NetAssetValue(as_of="2021-07-16", cash=Money("200.00", "CNY"), holdings=(),
        ...                       liabilities=Money("50.00", "CNY"))
        >>> value.total, value.unrealised
        (Money('150.00', 'CNY'), Money('0.00', 'CNY'))
    """

    as_of: datetime.date = attrs.field(converter=as_of_day)
    cash: Money = attrs.field(converter=_cash)
    holdings: tuple[ValuedHolding, ...] = attrs.field(converter=_holdings)
    liabilities: Money = attrs.field(converter=_liabilities)
    contracts: ContractsValue | None = None

    def __attrs_post_init__(self) -> None:
        """Check that there is one currency, and nothing from after the day."""
        check_currency(self.liabilities, self.currency, field="liabilities")
        for valued in self.holdings:
            check_type(valued, ValuedHolding, field="holdings")
            check_currency(valued.market_value, self.currency, field="holdings")
            if valued.mark.day > self.as_of:
                raise FundError(
                    f"be of {self.as_of} or before",
                    was=str(valued.mark.day),
                    field=f"price of {valued.mark.asset}",
                    code=Refusal.PRICE_FROM_LATER,
                )
            _check_before(valued.holding.lots[-1].bought_on, self.as_of)
        if self.contracts is not None:
            check_type(self.contracts, ContractsValue, field="contracts")
            check_currency(self.contracts.value, self.currency, field="contracts")
            if self.contracts.as_of != self.as_of:
                raise InvalidValueError(
                    f"be valued on {self.as_of}", was=str(self.contracts.as_of), field="contracts"
                )

    @property
    def currency(self) -> str:
        """The currency of the cash, and of everything else."""
        return self.cash.currency

    @property
    def market_value(self) -> Money:
        """What all holdings and contracts are worth; never rounded."""
        held = self._held
        return held if self.contracts is None else held + self.contracts.value

    @property
    def _held(self) -> Money:
        return total_of((valued.market_value for valued in self.holdings), self.currency)

    @property
    def cost(self) -> Money:
        """What all holdings cost."""
        return total_of((valued.holding.cost for valued in self.holdings), self.currency)

    @property
    def unrealised(self) -> Money:
        """What the holdings are worth less their cost; negative for a loss. Contracts are not in it."""
        return self._held - self.cost

    @property
    def total(self) -> Money:
        """The net asset value; never rounded, and negative if more is owed than there is."""
        return self.cash + self.market_value - self.liabilities

    def shares(self, commitments: Commitments, rounding: Rounding) -> tuple[tuple[AccountId, Money], ...]:
        """
        Divide the value among the partners by commitment, to the minor unit, by largest remainder.

        Args:
            commitments: The partners' commitments.
            rounding: How the value is first rounded to the minor unit, if it has to be.

        Returns:
            Each partner's part; together exactly the rounded value.

        Raises:
            CurrencyMismatchError: If the commitments are in another currency.
            InvalidValueError: If the rounding is not named.

        Example:
            >>> from carbonkit.fund.partner.commitment import Commitment
            >>> from carbonkit.values import Rounding
            >>> promised = Commitments([Commitment(AccountId(name), Money("1", "CNY")) for name in "AB"])
            >>> value = NetAssetValue(as_of="2021-07-16", cash=Money("0.99", "CNY"), holdings=(),
            ...                       liabilities=Money("0", "CNY"))
            >>> [str(part) for _, part in value.shares(promised, Rounding.HALF_UP)]
            ['0.50 CNY', '0.49 CNY']
        """
        check_type(commitments, Commitments, field="commitments")
        return commitments.shares(self.total.rounded(rounding))

    def explain(self) -> Explanation:
        """Say how the value came about, down to the prices and the lots."""
        parts = (
            Explanation("cash", str(self.cash)),
            *(valued.explain() for valued in self.holdings),
            *(() if self.contracts is None else (self.contracts.explanation,)),
            Explanation("liabilities", str(self.liabilities)),
            Explanation("of that unrealised", str(self.unrealised), how="market value − cost"),
        )
        at_market = "holdings" if self.contracts is None else "holdings and contracts"
        how = f"cash + {at_market} at market − liabilities"
        return Explanation(f"net asset value on {self.as_of}", str(self.total), how=how, parts=parts)


def net_asset_value(
    portfolio: Portfolio,
    *,
    as_of: str | datetime.date,
    cash: Money,
    liabilities: Money,
    marks: Iterable[Mark],
    contracts: ContractsValue | None = None,
) -> NetAssetValue:
    """
    Value a fund on a day.

    Args:
        portfolio: What it holds.
        as_of: The day.
        cash: Its cash; an overdraft is a liability.
        liabilities: What it owes; zero or more.
        marks: One for each asset held; a longer price list will do.
        contracts: What its contracts are worth; None if it has none.

    Returns:
        The net asset value.

    Raises:
        FundError: `unpriced` if an asset that is held has no mark, `price_from_later` if a mark is of a
            later day, `out_of_order` if something was bought or sold after the day.
        CurrencyMismatchError: If cash, liabilities, prices and portfolio are not of one currency.
        InvalidValueError: If an amount is negative or has a fraction of a minor unit, an asset is
            marked twice, or the contracts were valued on another day.

    Example:
        >>> from carbonkit.fund.portfolio.holding import Lot
        >>> cea = AssetId("CEA")
        >>> held = Portfolio("CNY").buy(Lot(cea, 100, Money("4800.00", "CNY"), "2021-07-16"))
        >>> close = Mark(cea, Price("51.23", "CNY", "tCO2e"), "2021-07-16", "closing price of the day")
        >>> value = net_asset_value(held, as_of="2021-07-16", cash=Money("200.00", "CNY"),
        ...                         liabilities=Money("0.00", "CNY"), marks=[close])
        >>> print(value.explain().text())
        net asset value on 2021-07-16: 5323.00 CNY = cash + holdings at market − liabilities
          cash: 200.00 CNY
          CEA at market: 5123.00 CNY = 100 tCO2e × 51.23 CNY/tCO2e
            price on 2021-07-16: 51.23 CNY/tCO2e = closing price of the day
            cost of 100 tCO2e of CEA: 4800.00 CNY = sum of the lots
              lot of 2021-07-16: 4800.00 CNY = cost of 100 tCO2e
          liabilities: 0.00 CNY
          of that unrealised: 323.00 CNY = market value − cost
    """
    check_type(portfolio, Portfolio, field="portfolio")
    day = as_date(as_of, field="as_of")
    check_currency(cash, portfolio.currency, field="cash")
    if portfolio.last_on is not None:
        _check_before(portfolio.last_on, day)
    priced: dict[AssetId, Mark] = {}
    for mark in listed(marks, field="marks"):
        check_type(mark, Mark, field="marks")
        if mark.asset in priced:
            raise InvalidValueError("mark each asset once", was=str(mark.asset), field="marks")
        priced[mark.asset] = mark
    unpriced = [str(held.asset) for held in portfolio.holdings if held.asset not in priced]
    if unpriced:
        raise FundError(
            "hold a mark for each asset held",
            was=f"none for {', '.join(unpriced)}",
            field="marks",
            code=Refusal.UNPRICED,
        )
    valued = (ValuedHolding(held, priced[held.asset]) for held in portfolio.holdings)
    return NetAssetValue(as_of=day, cash=cash, holdings=valued, liabilities=liabilities, contracts=contracts)


def _check_before(last: datetime.date, as_of: datetime.date) -> None:
    if last > as_of:
        raise FundError(
            f"be on or after {last}, the day of the last purchase or sale",
            was=str(as_of),
            field="as_of",
            code=Refusal.OUT_OF_ORDER,
        )

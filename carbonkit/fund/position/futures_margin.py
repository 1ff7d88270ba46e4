"""
Futures margin: one holder's account, marked to the settlement price of every day.

It counts as the clearing house does (`carbonkit.market.CentralCounterparty`): what was
traded since the last mark from its own price, the rest from the last settlement price.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NoReturn

import attrs

from carbonkit.errors import FundError, InvalidValueError, NotFoundError
from carbonkit.fund._check import check_currency, listed, paid, pairs, total_of
from carbonkit.fund.position.contract_lot import ContractLot
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.money import Money
from carbonkit.values.price import Price
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.market.instrument import Instrument

__all__ = ["MarginDay", "MarginHistory", "MarginTerms", "mark_daily"]


def _initial(value: Money) -> Money:
    return paid(value, field="initial")


def _maintenance(value: Money) -> Money:
    return paid(value, field="maintenance")


@attrs.frozen(kw_only=True)
class MarginTerms:
    """
    What an account has to hold for each contract, bought or sold.

    Args:
        initial: What a contract needs when it is opened, and what a margin call fills the account up to.
        maintenance: Below what a margin call is made; at most the initial margin.

    Raises:
        CurrencyMismatchError: If the two are in two currencies.
        InvalidValueError: If one is negative or has a fraction of a minor unit, or maintenance is above
            initial.

    Example:
        >>> MarginTerms(initial=Money("5500.00", "EUR"), maintenance=Money("5000.00", "EUR")).maintenance
        Money('5000.00', 'EUR')
    """

    initial: Money = attrs.field(converter=_initial)
    maintenance: Money = attrs.field(converter=_maintenance)

    def __attrs_post_init__(self) -> None:
        """Check that the two fit."""
        check_currency(self.maintenance, self.initial.currency, field="maintenance")
        if self.maintenance > self.initial:
            raise InvalidValueError(
                f"be at most {self.initial}", was=str(self.maintenance), field="maintenance"
            )


@attrs.frozen(kw_only=True)
class MarginDay:
    """
    One day of a margin account; made by `mark_daily`.

    Args:
        day: The day.
        price: Its settlement price.
        lots: The open contracts after it; negative if they were sold.
        variation: What the mark brings; negative for what it takes.
        before_call: The balance after that.
        call: What the holder has to bring, to be back at the initial margin; zero if no call is made.

    Example:
        >>> day = MarginDay(day=datetime.date(2025, 6, 3), price=Price("69.80", "EUR", "tCO2e"), lots=10,
        ...                 variation=Money("-14500.00", "EUR"), before_call=Money("40500.00", "EUR"),
        ...                 call=Money("14500.00", "EUR"))
        >>> day.balance
        Money('55000.00', 'EUR')
    """

    day: datetime.date
    price: Price
    lots: int
    variation: Money
    before_call: Money
    call: Money

    @property
    def balance(self) -> Money:
        """The balance when the call is met."""
        return self.before_call + self.call

    def explain(self) -> Explanation:
        """Say what the day did to the balance."""
        call = Explanation("margin call", str(self.call))
        parts = (Explanation("variation margin", str(self.variation)), call)
        how = f"{self.lots} contracts at {self.price}"
        return Explanation(f"balance on {self.day}", str(self.balance), how=how, parts=parts)


@attrs.frozen(kw_only=True)
class MarginHistory:
    """
    A margin account day by day; made by `mark_daily`.

    Args:
        deposited: What was paid in at the beginning.
        days: The days.

    Example:
        >>> MarginHistory(deposited=Money("55000.00", "EUR"), days=()).balance
        Money('55000.00', 'EUR')
    """

    deposited: Money
    days: tuple[MarginDay, ...]

    @property
    def variation(self) -> Money:
        """What all marks brought together: the gain since the trades."""
        return total_of((day.variation for day in self.days), self.deposited.currency)

    @property
    def called(self) -> Money:
        """What all margin calls asked for."""
        return total_of((day.call for day in self.days), self.deposited.currency)

    @property
    def balance(self) -> Money:
        """The balance at the end, all calls met: what was paid in, called and gained."""
        return self.deposited + self.variation + self.called

    def on(self, day: str | datetime.date) -> MarginDay:
        """
        Find a day.

        Args:
            day: The day.

        Returns:
            What it did.

        Raises:
            NotFoundError: If nothing was settled on it.

        Example:
            >>> MarginHistory(deposited=Money("55000.00", "EUR"), days=()).on("2025-06-03")
            Traceback (most recent call last):
            ...
            carbonkit.errors.NotFoundError: day: must be a day of settlement, was 2025-06-03
        """
        wanted = as_date(day, field="day")
        for each in self.days:
            if each.day == wanted:
                return each
        raise NotFoundError("be a day of settlement", was=str(wanted), field="day")

    def explain(self) -> Explanation:
        """Say how the balance came about, day by day."""
        parts = (Explanation("deposited", str(self.deposited)), *(day.explain() for day in self.days))
        how = "deposited + variation margin + margin calls"
        return Explanation("margin account", str(self.balance), how=how, parts=parts)


def mark_daily(
    trades: Iterable[ContractLot],
    settlements: Iterable[tuple[str | datetime.date, Price]],
    *,
    terms: MarginTerms,
    deposited: Money,
) -> MarginHistory:
    """
    Mark one contract's trades to the settlement price of every day.

    A margin call is taken as met before the next day; what the account has above the
    initial margin stays there.

    Args:
        trades: What was bought and sold, of one contract, in order; a trade counts from the first
            settlement on or after its day.
        settlements: Each day and its settlement price, in order.
        terms: The margins for each contract.
        deposited: What is paid in at the beginning.

    Returns:
        Each day's variation margin, balance and call.

    Raises:
        FundError: `out_of_order` if days do not run forward, or a trade lies after the last settlement.
        MarketError: If a settlement price is not one of the contract: `off_tick` or `wrong_quote`.
        CurrencyMismatchError: If margins or deposit are in another currency than the contract.
        InvalidValueError: If there is no trade, the trades are of two contracts, or the deposit is negative.

    Example:
        >>> from carbonkit.schemes.shanghai import forward
        >>> contract = forward(2023, 11)
        >>> sold = ContractLot.at(contract, -50, contract.quote("42.00"), "2023-08-01")
        >>> history = mark_daily([sold], [("2023-08-01", contract.quote("42.37")),
        ...                               ("2023-08-02", contract.quote("41.95"))],
        ...                      terms=MarginTerms(initial=Money("400", "CNY"),
        ...                                        maintenance=Money("390", "CNY")),
        ...                      deposited=Money("20000", "CNY"))
        >>> [(str(day.variation), str(day.call)) for day in history.days]
        [('-1850.00 CNY', '1850.00 CNY'), ('2100.00 CNY', '0.00 CNY')]
    """
    lots = _checked(listed(trades, field="trades"))
    check_type(terms, MarginTerms, field="terms")
    instrument = lots[0].instrument
    check_currency(terms.initial, instrument.currency, field="terms")
    balance = paid(deposited, field="deposited")
    check_currency(balance, instrument.currency, field="deposited")
    days: list[MarginDay] = []
    held, last, waiting = 0, 0, list(lots)
    for day, price in pairs(settlements, field="settlements"):
        on, ticks = as_date(day, field="settlements"), _ticks(instrument, price, day)
        if days and on <= days[-1].day:
            _refuse(f"come after {days[-1].day}", on, "settlements")
        gained = held * (ticks - last) * _step(instrument)
        while waiting and waiting[0].traded_on <= on:
            trade = waiting.pop(0)
            worth = abs(trade.lots) * ticks * _step(instrument) - trade.consideration.to_minor()
            gained += worth if trade.lots > 0 else -worth
            held += trade.lots
        variation = Money.from_minor(gained, instrument.currency)
        before_call = balance + variation
        lacks = before_call < terms.maintenance * abs(held)
        call = terms.initial * abs(held) - before_call if lacks else Money.from_minor(0, instrument.currency)
        days.append(
            MarginDay(day=on, price=price, lots=held, variation=variation, before_call=before_call, call=call)
        )
        balance, last = days[-1].balance, ticks
    if waiting:
        where = str(days[-1].day) if days else "the first settlement"
        _refuse(f"be settled by {where}", waiting[0].traded_on, "trades")
    return MarginHistory(deposited=deposited, days=tuple(days))


def _checked(trades: tuple[ContractLot, ...]) -> tuple[ContractLot, ...]:
    if not trades:
        raise InvalidValueError("hold one trade or more", was="none", field="trades")
    for place, trade in enumerate(trades):
        check_type(trade, ContractLot, field="trades")
        if trade.instrument != trades[0].instrument:
            raise InvalidValueError(
                f"be {trades[0].instrument.id}", was=str(trade.instrument.id), field="trades"
            )
        before = trades[max(place - 1, 0)].traded_on
        if trade.traded_on < before:
            _refuse(f"be of {before} or later", trade.traded_on, "trades")
    return trades


def _ticks(instrument: Instrument, price: Price, day: str | datetime.date) -> int:
    check_type(price, Price, field=f"settlements, {day}")
    return instrument.ticks(price)


def _step(instrument: Instrument) -> int:
    """Give the minor units of one tick of one lot, which are whole."""
    return instrument.value(instrument.price(1), instrument.lot).to_minor()


def _refuse(must: str, was: datetime.date, field: str) -> NoReturn:
    raise FundError(must, was=str(was), field=field, code=Refusal.OUT_OF_ORDER)

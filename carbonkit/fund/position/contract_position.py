"""Contract positions: forwards, futures and options in open lots, valued by how they are settled."""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import attrs

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund._check import listed
from carbonkit.fund._shown import shown
from carbonkit.fund.figure import money
from carbonkit.fund.option._option_terms import counted
from carbonkit.fund.position.contract_lot import ContractLot, check_open, close_out
from carbonkit.fund.position.environment import Environment
from carbonkit.fund.position.exposure import Exposure
from carbonkit.fund.position.option_profit import OptionState, option_profit
from carbonkit.fund.position.position import Cause
from carbonkit.fund.position.spot_position import check_name
from carbonkit.fund.refusal import Refusal
from carbonkit.market.contract import Forward, Future, Option
from carbonkit.market.instrument import Instrument
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Rounding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.fund.portfolio.cost_method import CostMethod
    from carbonkit.fund.position.contract_lot import ClosedOut
    from carbonkit.values.money import Money
    from carbonkit.values.price import Price

__all__ = ["ContractPosition", "Settlement"]

Parts = tuple[tuple[Cause, Fraction], ...]


class Settlement(enum.Enum):
    """
    When a contract's gains are paid.

    Example:
        >>> Settlement("daily, as variation margin").name
        'DAILY'
    """

    DAILY = "daily, as variation margin"
    """Every day's gain is paid that day and is not discounted: futures, and forwards that are cleared so."""
    AT_DELIVERY = "at delivery"
    """The gain is paid on the final settlement day and discounted from there: forwards."""
    PREMIUM = "premium paid at once"
    """An option that was paid for in full; it is worth what its payoff is expected to bring, discounted."""


def _lots(value: Iterable[ContractLot]) -> tuple[ContractLot, ...]:
    return listed(value, field="lots")


@attrs.frozen(kw_only=True)
class ContractPosition:
    """
    Open lots of one contract, all bought or all sold.

    The value of a forward or a future is the gain since its lots were traded, an option's
    is the market value of the right. Where variation margin has paid a gain, it is cash:
    `settled` makes the position count from there, so that nothing is counted twice.

    Args:
        name: What it is called within its book.
        lots: The open lots, oldest first; one at least.
        settlement: When gains are paid.
        underlying: For an option, the future or forward that it is on; None for others.

    Raises:
        FundError: `short_units` if the contract is no derivative.
        InvalidValueError: If there is no lot, they are of two contracts or sides, the settlement does not fit
            the contract, or an option comes without the contract that it is on.

    Example:
        >>> from carbonkit.fund.curve.curve import Extrapolation, Interpolation
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.position.environment import Environment
        >>> from carbonkit.fund.curve.forward_curve import ForwardCurve
        >>> from carbonkit.schemes.shanghai import forward
        >>> contract = forward(2023, 11)
        >>> sold = ContractLot.at(contract, -50, contract.quote("42.00"), "2023-08-01")
        >>> hedge = ContractPosition(name="hedge", lots=[sold], settlement=Settlement.DAILY, underlying=None)
        >>> curve = ForwardCurve(asset=contract.terms.underlying, as_of="2023-08-02", origin="settlement",
        ...                      nodes=[(contract.terms.final_settlement_day, contract.quote("42.37"))],
        ...                      interpolation=Interpolation.FLAT, extrapolation=Extrapolation.REFUSED)
        >>> today = Environment(as_of="2023-08-02", currency="CNY", marks=(), curves=[curve], volatilities=(),
        ...                     discount=None, day_count=DayCount.ACT_365_FIXED)
        >>> hedge.value(today)
        Fraction(-1850, 1)
    """

    name: str = attrs.field(validator=check_name)
    lots: tuple[ContractLot, ...] = attrs.field(converter=_lots)
    settlement: Settlement = attrs.field(validator=is_a(Settlement))
    underlying: Instrument | None

    def __attrs_post_init__(self) -> None:
        """Check that the lots belong together and the settlement fits them."""
        if not self.lots:
            raise InvalidValueError("hold one lot or more", was="none", field="lots")
        check_open(self.lots)
        terms = self.instrument.terms
        fits = {
            Future: {Settlement.DAILY},
            Forward: {Settlement.DAILY, Settlement.AT_DELIVERY},
            Option: {Settlement.PREMIUM},
        }[type(terms)]
        if self.settlement not in fits:
            named = " or ".join(sorted(each.name for each in fits))
            raise InvalidValueError(
                f"be {named} for {self.instrument.id}", was=self.settlement.name, field="settlement"
            )
        if isinstance(terms, Option):
            self._check_underlying(terms)
        elif self.underlying is not None:
            check_type(self.underlying, Instrument, field="underlying")
            raise InvalidValueError(
                "be None for what is no option", was=str(self.underlying.id), field="underlying"
            )

    def _check_underlying(self, terms: Option) -> None:
        check_type(self.underlying, Instrument, field="underlying")
        other = self.underlying
        if other is None or other.id != terms.underlying or not isinstance(other.terms, (Forward, Future)):
            raise InvalidValueError(
                f"be the forward or future {terms.underlying}",
                was="None" if other is None else str(other.id),
                field="underlying",
            )
        if terms.expiry > other.terms.last_trading_day:
            raise InvalidValueError(
                f"expire by {other.terms.last_trading_day}, the last trading day of {other.id}",
                was=str(terms.expiry),
                field="underlying",
            )

    @property
    def instrument(self) -> Instrument:
        """The contract."""
        return self.lots[0].instrument

    @property
    def count(self) -> int:
        """How many contracts are open; negative if they were sold."""
        return sum(lot.lots for lot in self.lots)

    @property
    def units(self) -> int:
        """How many tonnes they are; negative if they were sold."""
        return sum(lot.units for lot in self.lots)

    @property
    def paid(self) -> Fraction:
        """What the lots were traded for, together; negative if they were sold."""
        return sum((lot.signed for lot in self.lots), Fraction(0))

    def traded(
        self, trade: ContractLot, *, method: CostMethod, rounding: Rounding
    ) -> tuple[ContractPosition | None, ClosedOut | None]:
        """
        Take a trade in.

        Args:
            trade: The trade, of the same contract.
            method: Which open lots it closes.
            rounding: How a cost that does not come out to the minor unit is rounded.

        Returns:
            The position after it, None if nothing is open any more; and what it closed, None if nothing.

        Raises:
            FundError: `out_of_order` if the trade lies before an open lot.
            InvalidValueError: If it is of another contract.
        """
        left, closed = close_out(self.lots, trade, method=method, rounding=rounding)
        return (attrs.evolve(self, lots=left) if left else None), closed

    def settled(self, price: Price) -> tuple[ContractPosition, Money]:
        """
        Pay the gain up to a settlement price as variation margin; from then on it counts from that price.

        Args:
            price: The settlement price of the day.

        Returns:
            The position, every lot at the price, and what it is paid; negative for what it pays.

        Raises:
            MarketError: If the price is not one of the contract: `off_tick` or `wrong_quote`.
            InvalidValueError: If the contract is not settled daily.
        """
        if self.settlement is not Settlement.DAILY:
            raise InvalidValueError("be DAILY", was=self.settlement.name, field="settlement")
        again = tuple(ContractLot.at(self.instrument, lot.lots, price, lot.traded_on) for lot in self.lots)
        after = attrs.evolve(self, lots=again)
        gained = after.paid - self.paid
        return after, money(gained, self.instrument.currency, Rounding.HALF_UP)

    def value(self, environment: Environment) -> Fraction:
        """
        Say what the open contracts are worth.

        Args:
            environment: The prices of the day.

        Returns:
            The value; never rounded.

        Raises:
            FundError: `expired` if the contract has ended, `out_of_order` if a lot was traded after the day,
                `no_quote` or `outside_curve` if the environment does not have what it takes.
            CurrencyMismatchError: If the contract is in another currency.
        """
        self._check(environment)
        if isinstance(self.instrument.terms, Option):
            state = self._state(environment, self.instrument.terms)
            worth = state.worth(self.instrument.terms.right, self.instrument.terms.strike.amount)
            return self.units * counted(worth.value)
        return self._gain(environment) * self._factor(environment)

    def unrealised(self, environment: Environment) -> Fraction:
        """
        Say what closing all would gain: an option's value less its premium, else the value itself.

        Args:
            environment: The prices of the day.

        Returns:
            The gain; negative for a loss. Raises as `value` does.
        """
        worth = self.value(environment)
        return worth - self.paid if isinstance(self.instrument.terms, Option) else worth

    def attribution(self, before: Environment, after: Environment) -> Parts:
        """
        Say what made the value move.

        Args:
            before: The prices at the beginning.
            after: The prices at the end.

        Returns:
            The parts, without the rest that is unexplained.
        """
        self._check(before)
        self._check(after)
        terms = self.instrument.terms
        if isinstance(terms, Option):
            parts = option_profit(
                terms.right, terms.strike.amount, self._state(before, terms), self._state(after, terms)
            )
            return tuple((cause, self.units * part) for cause, part in parts if cause != Cause.UNEXPLAINED)
        moved = self._gain(after) - self._gain(before)
        start, end = self._factor(before), self._factor(after)
        if self.settlement is Settlement.DAILY:
            return ((Cause.PRICE, moved),)
        rolled = start / before.factor(after.as_of)
        return (
            (Cause.PRICE, moved * start),
            (Cause.CARRY, self._gain(before) * (rolled - start)),
            (Cause.RATE, self._gain(before) * (end - rolled)),
        )

    def exposures(self, environment: Environment) -> tuple[Exposure, ...]:
        """
        Say what the position moves with: its units, an option's times its delta.

        Args:
            environment: The prices of the day.

        Returns:
            One row.
        """
        value = self.value(environment)
        terms = self.instrument.terms
        units = Fraction(self.units)
        if isinstance(terms, Option):
            worth = self._state(environment, terms).worth(terms.right, terms.strike.amount)
            units *= counted(worth.delta)
        else:
            units *= self._factor(environment)
        return (
            Exposure(
                position=self.name,
                asset=self._delivery.underlying,
                vintage="",
                ends_on=terms.expiry if isinstance(terms, Option) else self._delivery.last_trading_day,
                units=units,
                value=value,
            ),
        )

    def explain(self, environment: Environment) -> Explanation:
        """
        Say how the value came about, down to the curve, the option's terms and the lots.

        Args:
            environment: The prices of the day.

        Returns:
            The explanation; figures are shown to 15 digits.
        """
        value = f"{shown(self.value(environment))} {environment.currency}"
        delivery = self._delivery
        price = environment.explain_forward(delivery.underlying, delivery.final_settlement_day)
        terms = self.instrument.terms
        if isinstance(terms, Option):
            how = f"{self.units} tCO2e × value of one"
            worth = self._state(environment, terms).worth(terms.right, terms.strike.amount)
            parts = [worth.explain(), price]
        else:
            how = f"{self.units} tCO2e × price − {shown(self.paid)} at which they were traded"
            parts = [price]
        if self.settlement is Settlement.AT_DELIVERY:
            how = f"({how}) × discount factor"
            parts.append(Explanation("discount factor", shown(self._factor(environment))))
        what = f"{self.name}: {self.count} {self.instrument.id}, gains paid {self.settlement.value}"
        return Explanation(what, value, how, parts=(*parts, *(lot.explain() for lot in self.lots)))

    @property
    def _delivery(self) -> Forward | Future:
        """The terms of what is delivered in the end; an option's are those of its underlying."""
        return cast("Forward | Future", (self.underlying or self.instrument).terms)  # as checked above

    def _forward(self, environment: Environment) -> Fraction:
        return environment.forward(self._delivery.underlying, self._delivery.final_settlement_day)

    def _gain(self, environment: Environment) -> Fraction:
        return self.units * self._forward(environment) - self.paid

    def _factor(self, environment: Environment) -> Fraction:
        if self.settlement is Settlement.DAILY:
            return Fraction(1)
        return environment.factor(self._delivery.final_settlement_day)

    def _state(self, environment: Environment, terms: Option) -> OptionState:
        years = environment.years(terms.expiry)
        return OptionState(
            forward=self._forward(environment),
            volatility=environment.volatility(self.instrument.id, self._delivery.underlying),
            years=years,
            rate=environment.continuous_rate(terms.expiry) if years else 0,
        )

    def _check(self, environment: Environment) -> None:
        check_type(environment, Environment, field="environment")
        if self.instrument.currency != environment.currency:
            raise CurrencyMismatchError(
                f"be in {environment.currency}", was=self.instrument.currency, field=str(self.instrument.id)
            )
        newest = self.lots[-1].traded_on
        if newest > environment.as_of:
            raise FundError(
                f"be on or after {newest}, when the newest lot was traded",
                was=str(environment.as_of),
                field="as_of",
                code=Refusal.OUT_OF_ORDER,
            )
        terms = self.instrument.terms
        ends = terms.expiry if isinstance(terms, Option) else self._delivery.final_settlement_day
        if environment.as_of > ends:
            raise FundError(
                f"be valued by {ends}, when it ends",
                was=str(environment.as_of),
                field=str(self.instrument.id),
                code=Refusal.EXPIRED,
            )

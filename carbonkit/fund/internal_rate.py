"""
The internal rate of return of dated cash flows: every one there is, or why there is none.

It solves Σ CFᵢ·(1 + r)^(−tᵢ) = 0 for r > −1, where tᵢ are the years from the first
flow. Flows that change their sign more than once may have several rates, or none;
all of them are found (see `carbonkit.fund.root`) and none is picked. Nothing in
the search depends on the size of the amounts, on a guess or on a tolerance.
"""

from __future__ import annotations

import enum
import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.exponential import ExponentialSum, context_of
from carbonkit.fund.root import Root, real_roots
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import Rounding, plain, total, whole
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["InternalRate", "NoRate", "xirr"]

_GUARD: Final = 20  # places beyond those asked for; a rate that agrees with a rounded one so far is that one
_MOST_PLACES: Final = 60

EQUATION: Final = Source(
    "Microsoft",
    "XIRR function, Excel support",
    2024,
    status=Status.DERIVED,
    note="the equation; the solver is carbonkit's own and gives every root",
)


class NoRate(enum.Enum):
    """
    Why flows have no internal rate; the value says it in words.

    Example:
        >>> NoRate.ONE_SIGN.value
        'all flows have one sign: money is only paid in, or only paid out'
    """

    ALL_ZERO = "no flow is left: the flows of every date add up to zero"
    ONE_DAY = (
        "no time passes between the flows: they fall on one date, or on dates that the day count makes one"
    )
    ONE_SIGN = "all flows have one sign: money is only paid in, or only paid out"
    NEVER_ZERO = "the present value is not zero at any rate above -100 %, though the flows change their sign"


@attrs.frozen
class InternalRate:
    """
    What was found: all internal rates of some flows, or the reason why there is none.

    Args:
        rates: Every rate, rising, rounded; 0.05 is 5 % a year. One very close to −1 is −1 when rounded.
        reason: Why there is none; None if there is one.
        flows: How many flows were looked at.
        day_count: How years were counted.
        places: Decimal places of the rates.
        rounding: How they were rounded.

    Example:
        >>> from carbonkit.values import Money, Rounding
        >>> flows = [CashFlow("2023-01-01", Money("-100", "CNY")),
        ...          CashFlow("2024-01-01", Money("110", "CNY"))]
        >>> found = xirr(flows, day_count=DayCount.ACT_365_FIXED, places=6, rounding=Rounding.HALF_UP)
        >>> found.rate, found.unique
        (Decimal('0.100000'), True)
    """

    rates: tuple[Decimal, ...]
    reason: NoRate | None
    flows: int
    day_count: DayCount
    places: int
    rounding: Rounding

    def __attrs_post_init__(self) -> None:
        """Check that there are either rates or a reason."""
        if bool(self.rates) == (self.reason is not None):
            raise InvalidValueError("be given exactly when there is no rate", was=self.reason, field="reason")

    @property
    def unique(self) -> bool:
        """Whether there is one rate and no other."""
        return len(self.rates) == 1

    @property
    def rate(self) -> Decimal:
        """
        The only rate.

        Raises:
            FundError: If there is none, or more than one.
        """
        if self.reason is not None:
            raise FundError(
                "have an internal rate", was=self.reason.value, field="flows", hint="read .reason first"
            )
        if not self.unique:
            found = ", ".join(plain(rate) for rate in self.rates)
            raise FundError("have one internal rate", was=found, field="flows", hint="choose among .rates")
        return self.rates[0]

    def explain(self) -> Explanation:
        """Say which rates there are and how they were found."""
        if self.reason is not None:
            value, found = "none", self.reason.value
        else:
            value = ", ".join(f"{plain(rate)} a year" for rate in self.rates)
            found = "the only root" if self.unique else f"all {len(self.rates)} roots; none is chosen"
        return Explanation(
            "internal rate of return",
            value,
            how=f"{found} above -1 of Σ CF·(1 + r)^(−t), {self.flows} flows, t in years by "
            f"{self.day_count.value}; rounded {self.rounding.name} to {self.places} places",
            source=EQUATION,
            parts=(Explanation("day count", self.day_count.value, source=self.day_count.source),),
        )


def xirr(flows: Iterable[CashFlow], *, day_count: DayCount, places: int, rounding: Rounding) -> InternalRate:
    """
    Find every internal rate of return of dated flows, whatever their order.

    Flows of one date are added up. The rates are those above −100 % a year; each
    is worked out to 20 places more than asked for, and rounded once.

    Args:
        flows: The flows, all in one currency; negative where the investor pays in.
        day_count: How the years between two dates are counted.
        places: Decimal places of the rates: 4 shows hundredths of a percent.
        rounding: How the rates are rounded.

    Returns:
        All rates, or the reason why there is none.

    Raises:
        InvalidValueError: If there is no flow, or an argument is not what it must be.
        CurrencyMismatchError: If the flows have two currencies.

    Example:
        >>> from carbonkit.values import Money, Rounding
        >>> amounts = [("2021-01-01", "-1000"), ("2022-01-01", "2300"), ("2023-01-01", "-1320")]
        >>> flows = [CashFlow(on, Money(amount, "CNY")) for on, amount in amounts]
        >>> xirr(flows, day_count=DayCount.ACT_365_FIXED, places=4, rounding=Rounding.HALF_UP).rates
        (Decimal('0.1000'), Decimal('0.2000'))
    """
    given = _checked(flows)
    if not isinstance(day_count, DayCount):
        raise InvalidValueError("be a DayCount", was=repr(day_count), field="day_count")
    kept = whole(places, field="places")
    if not 0 <= kept <= _MOST_PLACES:
        raise InvalidValueError(f"be a whole number from 0 to {_MOST_PLACES}", was=kept, field="places")
    if not isinstance(rounding, Rounding):
        raise InvalidValueError("be a Rounding", was=repr(rounding), field="rounding")
    terms, unit = _terms(given, day_count)
    reason = _without_search(terms, given, day_count)
    rates: tuple[Decimal, ...] = ()
    if reason is None:
        roots = real_roots(ExponentialSum.of(terms))
        rates = tuple(_rate(root, unit, kept, rounding) for root in roots)
        reason = None if rates else NoRate.NEVER_ZERO
    return InternalRate(rates, reason, len(given), day_count, kept, rounding)


def _checked(flows: Iterable[CashFlow]) -> tuple[CashFlow, ...]:
    given = tuple(flows)
    if not given:
        raise InvalidValueError("hold one cash flow or more", was="none", field="flows")
    for index, flow in enumerate(given, start=1):
        if not isinstance(flow, CashFlow):
            raise InvalidValueError("be a CashFlow", was=repr(flow), field=f"flow {index}")
        if flow.amount.currency != given[0].amount.currency:
            raise CurrencyMismatchError(
                f"be {given[0].amount.currency}",
                was=flow.amount.currency,
                field=f"flow {index}",
                hint="convert at a named rate first",
            )
    return given


def _terms(flows: tuple[CashFlow, ...], day_count: DayCount) -> tuple[dict[int, int], Fraction]:
    """Add up the flows of each time; return whole times and amounts, and the years of one unit of time."""
    first = min(flow.on for flow in flows)
    amounts: dict[Fraction, list[Decimal]] = {}
    for flow in flows:
        amounts.setdefault(day_count.years(first, flow.on), []).append(flow.amount.amount)
    sums = {years: Fraction(total(parts)) for years, parts in amounts.items()}
    sums = {years: amount for years, amount in sums.items() if amount}
    start = min(sums, default=Fraction(0))
    unit = _common_unit(years - start for years in sums)
    scale = math.lcm(*(amount.denominator for amount in sums.values()))
    return {int((years - start) / unit): int(amount * scale) for years, amount in sums.items()}, unit


def _common_unit(times: Iterable[Fraction]) -> Fraction:
    found = Fraction(0)
    for time in times:
        bottom = math.lcm(found.denominator, time.denominator)
        found = Fraction(math.gcd(int(found * bottom), int(time * bottom)), bottom)
    return found or Fraction(1)


def _without_search(terms: dict[int, int], flows: tuple[CashFlow, ...], day_count: DayCount) -> NoRate | None:
    if not terms:
        return NoRate.ALL_ZERO
    first = min(flow.on for flow in flows)
    if len({day_count.years(first, flow.on) for flow in flows if flow.amount.amount}) == 1:
        return NoRate.ONE_DAY
    if len({amount > 0 for amount in terms.values()}) == 1:
        return NoRate.ONE_SIGN
    return None


def _rate(root: Root, unit: Fraction, places: int, rounding: Rounding) -> Decimal:
    # y is the logarithm of 1 + r over one unit of time; the error of r is (1 + r) times that of y / unit.
    rough = root.value(Decimal((0, (1,), -len(str(unit.denominator)) - 1)))
    logarithm = Fraction(rough) / unit
    digits = max(0, math.ceil(logarithm * Fraction(4343, 10_000))) + 1  # log10 e is 0.43429…
    exponent = places + _GUARD + digits + len(str(unit.denominator)) + 3
    context = context_of(exponent + digits + len(str(abs(int(logarithm)))) + 10)
    y = root.value(Decimal((0, (1,), -exponent)))
    years = context.divide(context.multiply(y, unit.denominator), unit.numerator)
    rate = context.subtract(context.exp(years), Decimal(1))
    settled = rate.quantize(Decimal((0, (1,), -places - _GUARD)), context=context)
    return settled.quantize(Decimal((0, (1,), -places)), rounding=rounding.value, context=context)

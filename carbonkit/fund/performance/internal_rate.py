"""
The internal rate of return of dated cash flows: every one there is, or why there is none.

It solves Σ CFᵢ·(1 + r)^(−tᵢ) = 0 for r > −1, where tᵢ are the years from the first
flow. Flows that change their sign more than once may have several rates, or none;
all of them are found (see `carbonkit.fund.performance.root`) and none is picked. Nothing in
the search depends on the size of the amounts, on a guess or on a tolerance.

Most funds only ever owe the investor something, from the first flow to the last.
Their one rate is found, and proven, much faster (see `carbonkit.fund.performance.rate_bracket`);
it is the same to the last place. Whatever cannot be proven in that way goes the exact one.
"""

from __future__ import annotations

import enum
import math
from array import array
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, chain, pairwise
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import CarbonkitError, FundError, InvalidValueError
from carbonkit.fund._check import listed
from carbonkit.fund._flows import checked
from carbonkit.fund.cashflow import CashFlow, nearest_of, packed_of
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.exponential import ExponentialSum, context_of
from carbonkit.fund.performance.rate_batch import WIDEST, quick_rates
from carbonkit.fund.performance.rate_bracket import MOST_PLACES, Flow, quick_rate
from carbonkit.fund.performance.root import Root, real_roots
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import Exact, Rounding, add, exact, plain, subtract, totals, whole
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["InternalRate", "NoRate", "xirr", "xirr_each"]

_GUARD: Final = 20  # places beyond those asked for; a rate that agrees with a rounded one so far is that one
_MOST_PLACES: Final = 60
_SHIFTING: Final = context_of(_MOST_PLACES)
_STRANGE: Final = (
    AttributeError,
    TypeError,
)  # what the quick way comes upon in something that is no cash flow

EQUATION: Final = Source(
    "Microsoft",
    "XIRR function, Excel support",
    2024,
    status=Status.DERIVED,
    note="the equation; the solver is carbonkit's own and gives every root",
)
_NORSTROM: Final = Source(
    "Journal of Financial and Quantitative Analysis",
    "C. J. Norstrøm, A Sufficient Condition for a Unique Nonnegative Internal Rate of Return",
    1972,
    status=Status.RECALLED,
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
        flows: The flows, as they were given.
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
    flows: tuple[CashFlow, ...] = attrs.field(repr=False)
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
        self._check_found()
        if not self.unique:
            raise FundError(
                "have one internal rate",
                was=", ".join(plain(rate) for rate in self.rates),
                field="flows",
                code=Refusal.SEVERAL_INTERNAL_RATES,
                hint="choose among .rates",
            )
        return self.rates[0]

    def nearest(self, to: Exact) -> Decimal:
        """
        Choose the rate that lies closest to another figure, such as a modified Dietz return a year.

        Args:
            to: The figure; 0.05 is 5 % a year.

        Returns:
            The closest rate; of two as close, the lower one.

        Raises:
            FundError: If there is none.

        Example:
            >>> from carbonkit.values import Money, Rounding
            >>> amounts = [("2021-01-01", "-1000"), ("2022-01-01", "2300"), ("2023-01-01", "-1320")]
            >>> flows = [CashFlow(on, Money(amount, "CNY")) for on, amount in amounts]
            >>> found = xirr(flows, day_count=DayCount.ACT_365_FIXED, places=4, rounding=Rounding.HALF_UP)
            >>> found.nearest("0.18")
            Decimal('0.2000')
        """
        self._check_found()
        aim = exact(to, field="to")
        return min(self.rates, key=lambda rate: abs(subtract(rate, aim)))

    def _check_found(self) -> None:
        if self.reason is not None:
            raise FundError(
                "have an internal rate",
                was=self.reason.value,
                field="flows",
                code=Refusal.NO_INTERNAL_RATE,
                hint="read .reason first",
            )

    @property
    def sign_changes(self) -> int:
        """
        How often the flows change their sign, the flows of one time added up.

        There are at most as many rates (Descartes' rule), and fewer only by an even number if multiple
        ones are counted so often.
        """
        return _changes(self._sums())

    @property
    def balance_sign_changes(self) -> int:
        """
        How often the sum of the flows so far changes its sign.

        With one change, and a last sum that is not zero, exactly one rate is positive (Norstrøm's rule).
        """
        return _changes(accumulate(self._sums(), add))

    def _sums(self) -> tuple[Decimal, ...]:
        return tuple(amount for _, amount in sorted(_by_time(self.flows, self.day_count).items()))

    def explain(self) -> Explanation:
        """Say which rates there are, how they were found, and what the signs of the flows say beforehand."""
        if self.reason is not None:
            value, found = "none", self.reason.value
        else:
            value = ", ".join(f"{plain(rate)} a year" for rate in self.rates)
            found = "the only root" if self.unique else f"all {len(self.rates)} roots; none is chosen"
        changes, balances = self.sign_changes, self.balance_sign_changes
        return Explanation(
            "internal rate of return",
            value,
            how=f"{found} above -1 of Σ CF·(1 + r)^(−t), {len(self.flows)} flows, t in years by "
            f"{self.day_count.value}; rounded {self.rounding.name} to {self.places} places",
            source=EQUATION,
            parts=(
                Explanation("day count", self.day_count.value, source=self.day_count.source),
                Explanation(
                    "sign changes",
                    str(changes),
                    how="of the flows in order of time: no more rates than that (Descartes)",
                ),
                Explanation(
                    "sign changes of the balance",
                    str(balances),
                    how="of the sums of the flows so far: with one, and money left over or lacking, "
                    "exactly one rate is positive (Norstrøm)",
                    source=_NORSTROM,
                ),
            ),
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
        BatchError: If several flows are wrong; every one is named.

    Example:
        >>> from carbonkit.values import Money, Rounding
        >>> amounts = [("2021-01-01", "-1000"), ("2022-01-01", "2300"), ("2023-01-01", "-1320")]
        >>> flows = [CashFlow(on, Money(amount, "CNY")) for on, amount in amounts]
        >>> xirr(flows, day_count=DayCount.ACT_365_FIXED, places=4, rounding=Rounding.HALF_UP).rates
        (Decimal('0.1000'), Decimal('0.2000'))
    """
    given = listed(flows, field="flows")
    return _solved(given, day_count, _checked_terms(day_count, places, rounding), rounding)


def xirr_each(
    series: Iterable[Iterable[CashFlow]], *, day_count: DayCount, places: int, rounding: Rounding
) -> tuple[InternalRate, ...]:
    """
    Find the internal rates of many series; faster than one by one where numpy is installed.

    Args:
        series: The flows of each.
        day_count: How the years between two dates are counted.
        places: Decimal places of the rates.
        rounding: How the rates are rounded.

    Returns:
        What `xirr` finds for each, in their order.

    Raises:
        InvalidValueError: If a series has no flow (its number is the row), or an argument is not what it
            must be.
        CurrencyMismatchError: If the flows of a series have two currencies.
        BatchError: If several flows of a series are wrong.

    Example:
        >>> from carbonkit.values import Money, Rounding
        >>> flows = [CashFlow("2023-01-01", Money("-100", "CNY")),
        ...          CashFlow("2024-01-01", Money("110", "CNY"))]
        >>> found = xirr_each([flows, flows[:1]], day_count=DayCount.ACT_365_FIXED, places=4,
        ...                   rounding=Rounding.HALF_UP)
        >>> found[0].rate, found[1].reason.name
        (Decimal('0.1000'), 'ONE_SIGN')
    """
    kept = _checked_terms(day_count, places, rounding)
    given = _rows(series)
    quick: list[int | None] = [None] * len(given)
    if kept <= MOST_PLACES:
        quick = _quick_each(given, day_count, kept, rounding)
    shifted = _SHIFTING.scaleb
    return tuple(
        _solved_as(number, flows, day_count, kept, rounding)
        if rate is None
        else InternalRate((shifted(Decimal(rate), -kept),), None, flows, day_count, kept, rounding)
        for number, (flows, rate) in enumerate(zip(given, quick, strict=True), start=1)
    )


def _rows(series: Iterable[Iterable[CashFlow]]) -> list[tuple[CashFlow, ...]]:
    rows: list[tuple[CashFlow, ...]] = []
    for number, flows in enumerate(listed(series, field="series"), start=1):
        try:
            rows.append(listed(flows, field="flows"))
        except InvalidValueError as error:
            raise error.at(row=number) from None
    return rows


def _solved_as(
    number: int, flows: tuple[CashFlow, ...], day_count: DayCount, places: int, rounding: Rounding
) -> InternalRate:
    try:
        return _solved(flows, day_count, places, rounding)
    except CarbonkitError as error:
        raise error.at(row=number) from None


def _quick_each(
    series: list[tuple[CashFlow, ...]], day_count: DayCount, places: int, rounding: Rounding
) -> list[int | None]:
    """Try the quick way for all series that are not long; those are gone through one by one."""
    narrow = [flows if len(flows) <= WIDEST else () for flows in series]
    counts = [len(flows) for flows in narrow]
    try:
        if day_count is DayCount.ACT_365_FIXED:
            numbers = b"".join(map(packed_of, chain.from_iterable(narrow)))
        else:
            nearest = (flow for flows in narrow for flow in _nearest(flows, day_count))
            numbers = array("d", chain.from_iterable(nearest)).tobytes()
        return quick_rates(numbers, counts, day_count.units_in_a_year, places, rounding)
    except _STRANGE:
        return [None] * len(series)


def _checked_terms(day_count: DayCount, places: int, rounding: Rounding) -> int:
    if not isinstance(day_count, DayCount):
        raise InvalidValueError("be a DayCount", was=repr(day_count), field="day_count")
    kept = whole(places, field="places")
    if not 0 <= kept <= _MOST_PLACES:
        raise InvalidValueError(f"be a whole number from 0 to {_MOST_PLACES}", was=kept, field="places")
    if not isinstance(rounding, Rounding):
        raise InvalidValueError("be a Rounding", was=repr(rounding), field="rounding")
    return kept


def _solved(given: tuple[CashFlow, ...], day_count: DayCount, kept: int, rounding: Rounding) -> InternalRate:
    if kept <= MOST_PLACES:
        quick = _quick(given, day_count, kept, rounding)
        if quick is not None:
            return InternalRate((quick,), None, given, day_count, kept, rounding)
    if not checked(given):
        raise InvalidValueError("hold one cash flow or more", was="none", field="flows")
    rates, reason = _every(given, day_count, kept, rounding)
    return InternalRate(rates, reason, given, day_count, kept, rounding)


def _nearest(flows: tuple[CashFlow, ...], day_count: DayCount) -> list[Flow]:
    """Give flows as the quick way takes them."""
    nearest = list(map(nearest_of, flows))
    if day_count is DayCount.ACT_365_FIXED or not nearest:
        return nearest
    days = [flow.on for flow in flows]
    times = map(float, day_count.units(min(days), days))
    return [(time, amount, code) for time, (_, amount, code) in zip(times, nearest, strict=True)]


def _quick(
    flows: tuple[CashFlow, ...], day_count: DayCount, places: int, rounding: Rounding
) -> Decimal | None:
    """Try the quick way; None where it says nothing, also because something is no cash flow."""
    per_year = 365 if day_count is DayCount.ACT_365_FIXED else day_count.units_in_a_year
    try:
        found = quick_rate(_nearest(flows, day_count), per_year, places, rounding)
    except _STRANGE:
        return None
    return None if found is None else _SHIFTING.scaleb(Decimal(found), -places)


def _every(
    flows: tuple[CashFlow, ...], day_count: DayCount, places: int, rounding: Rounding
) -> tuple[tuple[Decimal, ...], NoRate | None]:
    """Go the exact way: every rate, or the reason why there is none."""
    terms, unit = _terms(flows, day_count)
    reason = _without_search(terms, flows, day_count)
    if reason is not None:
        return (), reason
    roots = real_roots(ExponentialSum.of(terms))
    rates = tuple(_rate(root, unit, places, rounding) for root in roots)
    return rates, None if rates else NoRate.NEVER_ZERO


def _by_time(flows: tuple[CashFlow, ...], day_count: DayCount) -> dict[int, Decimal]:
    """Add up the flows of each time, in units of the day count, without those that come to nothing."""
    days = [flow.on for flow in flows]
    sums = totals(day_count.units(min(days), days), (flow.amount.amount for flow in flows))
    return {time: amount for time, amount in sums.items() if amount}


def _terms(flows: tuple[CashFlow, ...], day_count: DayCount) -> tuple[dict[int, int], Fraction]:
    """Return whole times and amounts, and the years of one unit of time."""
    sums = {time: Fraction(amount) for time, amount in _by_time(flows, day_count).items()}
    start = min(sums, default=0)
    unit = math.gcd(*(time - start for time in sums)) or 1
    scale = math.lcm(*(amount.denominator for amount in sums.values()))
    terms = {(time - start) // unit: int(amount * scale) for time, amount in sums.items()}
    return terms, Fraction(unit, day_count.units_in_a_year)


def _changes(amounts: Iterable[Decimal]) -> int:
    signs = [amount > 0 for amount in amounts if amount]
    return sum(before != after for before, after in pairwise(signs))


def _without_search(terms: dict[int, int], flows: tuple[CashFlow, ...], day_count: DayCount) -> NoRate | None:
    if not terms:
        return NoRate.ALL_ZERO
    moved = [flow for flow in flows if flow.amount.amount]
    start = min(flow.on for flow in flows)
    both_ways = len({flow.amount.amount > 0 for flow in moved}) > 1
    if both_ways and len(set(day_count.units(start, [flow.on for flow in moved]))) == 1:
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
    rounded = settled.quantize(Decimal((0, (1,), -places)), rounding=rounding.value, context=context)
    return rounded or rounded.copy_abs()

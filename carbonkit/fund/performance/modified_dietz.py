"""
The modified Dietz return: gain over the capital at work, each flow weighted by the days that it was there.

    (V₁ − V₀ − F) / (V₀ + Σ wᵢ·Fᵢ), with F what was paid in, and wᵢ = (days − dᵢ) / days of flow i
"""

from __future__ import annotations

import datetime
import enum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._flows import check_value, checked
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.figure import figure
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding, plain
from carbonkit.values.source import Source, Status
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

__all__ = ["FlowTiming", "ModifiedDietz", "modified_dietz"]

_SOURCE: Final = Source(
    "CFA Institute",
    "Global Investment Performance Standards (GIPS), guidance on calculation methodology",
    2020,
    status=Status.RECALLED,
    note="the formula; checked against a published example of a month with four flows",
)


class FlowTiming(enum.Enum):
    """
    When on its day a flow is taken to happen.

    Example:
        >>> FlowTiming("end of day").name
        'END_OF_DAY'
    """

    START_OF_DAY = "start of day"
    """The money is at work on the day itself."""
    END_OF_DAY = "end of day"
    """The money is at work from the next day on."""


@attrs.frozen(kw_only=True)
class ModifiedDietz:
    """
    A modified Dietz return; made by `modified_dietz`.

    Args:
        start: The day at whose end the opening value stood.
        end: The day at whose end the closing value stood.
        opening: The opening value.
        closing: The closing value.
        flows: Pairs of each flow with its weight.
        timing: When on its day a flow is taken to happen.

    Example:
        >>> found = modified_dietz(Money("100", "CNY"), Money("103", "CNY"), [], start="2021-07-31",
        ...                        end="2021-08-31", timing=FlowTiming.END_OF_DAY)
        >>> found.rate
        Fraction(3, 100)
    """

    start: datetime.date
    end: datetime.date
    opening: Money
    closing: Money
    flows: tuple[tuple[CashFlow, Fraction], ...]
    timing: FlowTiming = attrs.field(validator=is_a(FlowTiming))

    @property
    def gain(self) -> Fraction:
        """What was gained: the closing value, less the opening one and what was paid in."""
        paid_in = sum((-Fraction(flow.amount.amount) for flow, _ in self.flows), Fraction(0))
        return Fraction(self.closing.amount) - Fraction(self.opening.amount) - paid_in

    @property
    def capital(self) -> Fraction:
        """The mean capital at work."""
        weighted = (-Fraction(flow.amount.amount) * weight for flow, weight in self.flows)
        return Fraction(self.opening.amount) + sum(weighted, Fraction(0))

    @property
    def rate(self) -> Fraction:
        """The return over the period, exactly."""
        return self.gain / self.capital

    def rounded(self, places: int, rounding: Rounding) -> Decimal:
        """
        Round the return, once.

        Args:
            places: Decimal places.
            rounding: Which way.

        Returns:
            The return; 0.03 is 3 % over the period.

        Example:
            >>> modified_dietz(Money("100", "CNY"), Money("103", "CNY"), [], start="2021-07-31",
            ...                end="2021-08-31", timing=FlowTiming.END_OF_DAY).rounded(4, Rounding.HALF_UP)
            Decimal('0.0300')
        """
        return figure(self.rate, places, rounding)

    def explain(self) -> Explanation:
        """Say how the return comes about, flow by flow."""
        currency = self.opening.currency
        gain, capital, rate = (
            plain(figure(each, _SHOWN, Rounding.HALF_EVEN)) for each in (self.gain, self.capital, self.rate)
        )
        return Explanation(
            f"modified Dietz return from {self.start} to {self.end}",
            rate,
            how=f"gain {gain} {currency} / capital {capital} {currency}; flows at the {self.timing.value}; "
            f"shown to {_SHOWN} places, half-even",
            source=_SOURCE,
            parts=(
                Explanation("opening value", str(self.opening)),
                Explanation("closing value", str(self.closing)),
                *(
                    Explanation(f"flow of {flow.on}", str(flow.amount), how=f"weight {weight}")
                    for flow, weight in self.flows
                ),
            ),
        )


_SHOWN: Final = 12


def modified_dietz(
    opening: Money,
    closing: Money,
    flows: Iterable[CashFlow],
    *,
    start: str | datetime.date,
    end: str | datetime.date,
    timing: FlowTiming,
) -> ModifiedDietz:
    """
    Measure a return from two values and the flows between them.

    Args:
        opening: The value at the end of the start day, zero or more.
        closing: The value at the end of the end day, zero or more.
        flows: What the investor paid in (negative) and took out (positive) after the start day, in any
            order.
        start: The day before the first day of the period.
        end: The last day of the period.
        timing: When on its day a flow is taken to happen.

    Returns:
        The return.

    Raises:
        InvalidValueError: If the period has no day, a value is negative, or a flow lies outside of it.
        CurrencyMismatchError: If values and flows are not of one currency.
        FundError: `nothing_invested` if the mean capital is not above zero.
        BatchError: If several flows are wrong; every one is named.

    Example:
        >>> from carbonkit.fund.cashflow import contribution
        >>> paid = [contribution("2021-08-16", Money("20", "CNY"))]
        >>> found = modified_dietz(Money("100", "CNY"), Money("126", "CNY"), paid, start="2021-07-31",
        ...                        end="2021-08-31", timing=FlowTiming.END_OF_DAY)
        >>> found.capital, found.rounded(4, Rounding.HALF_UP)
        (Fraction(3400, 31), Decimal('0.0547'))
    """
    first, last = as_date(start, field="start"), as_date(end, field="end")
    days = (last - first).days
    if days <= 0:
        raise InvalidValueError(f"be after {first}", was=str(last), field="end")
    check_type(opening, Money, field="opening")
    check_value(opening, opening.currency, field="opening")
    check_value(closing, opening.currency, field="closing")
    check_type(timing, FlowTiming, field="timing")
    after = first + datetime.timedelta(days=1)
    given = checked(flows, currency=opening.currency, first=after, last=last)
    extra = 1 if timing is FlowTiming.START_OF_DAY else 0
    found = ModifiedDietz(
        start=first,
        end=last,
        opening=opening,
        closing=closing,
        flows=tuple((flow, Fraction((last - flow.on).days + extra, days)) for flow in given),
        timing=timing,
    )
    if found.capital <= 0:
        raise FundError(
            "have a mean capital above zero",
            was=plain(figure(found.capital, _SHOWN, Rounding.HALF_EVEN)),
            field="flows",
            code=Refusal.NOTHING_INVESTED,
        )
    return found

"""Checks of cash flows that the measures of performance share; internal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.errors import BatchError, CurrencyMismatchError, InvalidValueError
from carbonkit.fund._check import check_currency, listed
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.figure import money
from carbonkit.values.number import Rounding

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from carbonkit.errors import CarbonkitError
    from carbonkit.values.money import Money

_FINE = 40  # places that an amount which is no payment, but enters a rate, is rounded to
_DIGITS = 58  # digits that such an amount may have; money holds 60


def raise_all(errors: Sequence[CarbonkitError]) -> None:
    """Raise one problem as itself, several as a batch, none not at all."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise BatchError([error.problem for error in errors])


def checked(
    flows: Iterable[CashFlow],
    *,
    currency: str | None = None,
    first: datetime.date | None = None,
    last: datetime.date | None = None,
) -> tuple[CashFlow, ...]:
    """
    Take cash flows of one currency within a period; all that is wrong is told at once, by number.

    Args:
        flows: The flows.
        currency: The currency; that of the first flow if left out.
        first: The first day that a flow may have.
        last: The last one.

    Returns:
        The flows.

    Raises:
        InvalidValueError: If something is no cash flow, or on a day that it may not have.
        CurrencyMismatchError: If a flow is in another currency.
        BatchError: If several are wrong.
    """
    given: tuple[object, ...] = listed(flows, field="flows")
    kept: list[CashFlow] = []
    errors: list[CarbonkitError] = []
    for index, flow in enumerate(given, start=1):
        if not isinstance(flow, CashFlow):
            errors.append(InvalidValueError("be a CashFlow", was=repr(flow), field=f"flow {index}"))
            continue
        kept.append(flow)
        currency = currency or flow.amount.currency
        if flow.amount.currency != currency:
            errors.append(
                CurrencyMismatchError(
                    f"be {currency}",
                    was=flow.amount.currency,
                    field=f"flow {index}",
                    hint="convert at a named rate first",
                )
            )
        if first is not None and flow.on < first:
            must = f"be on or after {first}"
            errors.append(InvalidValueError(must, was=str(flow.on), field=f"flow {index}, on"))
        if last is not None and flow.on > last:
            must = f"be on or before {last}"
            errors.append(InvalidValueError(must, was=str(flow.on), field=f"flow {index}, on"))
    raise_all(errors)
    return tuple(kept)


def check_value(value: Money, currency: str, *, field: str) -> Money:
    """Take a value that is zero or more, in one currency."""
    check_currency(value, currency, field=field)
    if value.amount < 0:
        raise InvalidValueError("be zero or more", was=str(value), field=field)
    return value


def fine_flows(parts: Sequence[tuple[datetime.date, Fraction]], currency: str) -> tuple[CashFlow, ...]:
    """
    Make cash flows of exact fractions, for a rate; each is rounded to 40 places, or 58 digits.

    Args:
        parts: Dates and amounts.
        currency: The currency.

    Returns:
        The flows.
    """
    whole = max((len(str(abs(int(amount)))) for _, amount in parts), default=1)
    places = min(_FINE, _DIGITS - whole)
    return tuple(CashFlow(on, money(amount, currency, Rounding.HALF_EVEN, places)) for on, amount in parts)

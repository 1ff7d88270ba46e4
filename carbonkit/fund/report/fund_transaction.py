"""
Transactions of a fund as it reports its performance: what each is, which way it goes, where it counts.

A fund reports by one of two methods, for good. The granular one measures gross by what
investors paid for investments, leaving out what they paid for fees and expenses; the
gross-up one by what the fund paid for investments and got for them. A subscription
facility pays first and is repaid by a later call; without it the investors would have
paid at once. A transaction that is of one of the two pictures alone says so.
"""

from __future__ import annotations

import datetime
import enum
from typing import Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import on_day, paid
from carbonkit.fund.cashflow import CashFlow
from carbonkit.values.field import is_a
from carbonkit.values.money import Money

__all__ = ["Facility", "FundTransaction", "Measure", "PerformanceMethod", "TransactionType"]


class PerformanceMethod(enum.Enum):
    """
    How gross performance is measured; a fund chooses once.

    Example:
        >>> PerformanceMethod("granular").name
        'GRANULAR'
    """

    GRANULAR = "granular"
    """From what investors pay and get, calls itemised by use."""
    GROSS_UP = "gross-up"
    """From what the fund pays for investments and gets for them."""


class Measure(enum.Enum):
    """
    Before or after fees, expenses and carried interest.

    Example:
        >>> [measure.value for measure in Measure]
        ['gross', 'net']
    """

    GROSS = "gross"
    NET = "net"


class Facility(enum.Enum):
    """
    Which picture a transaction belongs to.

    Example:
        >>> Facility("with").name
        'WITH'
    """

    BOTH = "both"
    """It is the same with and without the facility."""
    WITH = "with"
    """What happened, the facility having paid first."""
    WITHOUT = "without"
    """What would have happened, had the investors paid at once."""


class TransactionType(enum.Enum):
    """
    What a transaction is; it decides the sign, and where it counts.

    Example:
        >>> TransactionType("carry paid").counts(PerformanceMethod.GRANULAR)
        frozenset({<Measure.GROSS: 'gross'>})
    """

    CALL_INVESTMENT = "call for investments"
    """Granular: called from investors for investments."""
    CALL_MANAGEMENT_FEE = "call for management fees"
    """Granular: called for management fees; net alone."""
    CALL_EXPENSE = "call for expenses"
    """Granular: called for expenses of the partnership; net alone."""
    CALL_OFFERING = "call for offering and placement"
    """Granular: called for founding the fund and finding investors; net alone."""
    CALL = "call"
    """Gross-up: called from investors, for whatever; net alone."""
    DISTRIBUTION = "distribution"
    """Paid to investors; by the granular method gross and net, by the other one net alone."""
    CARRY_PAID = "carry paid"
    """Granular: paid to the general partner out of what investors would have got; gross alone."""
    INVESTMENT = "investment"
    """Gross-up: paid by the fund for an investment; gross alone."""
    PROCEEDS = "proceeds"
    """Gross-up: got by the fund for an investment; gross alone."""
    INCOME = "income"
    """Gross-up: interest and dividends of an investment; gross alone."""

    @property
    def pays_in(self) -> bool:
        """Whether money goes to the fund or into an investment: the transaction is negative."""
        return self is TransactionType.INVESTMENT or self.value.startswith("call")

    @property
    def chinese(self) -> str:
        """Its name in Chinese."""
        return _CHINESE[self]

    def counts(self, method: PerformanceMethod) -> frozenset[Measure]:
        """
        Say where it counts.

        Args:
            method: The fund's method.

        Returns:
            Gross, net or both; nothing if the method has no such transaction.

        Example:
            >>> TransactionType.INVESTMENT.counts(PerformanceMethod.GRANULAR)
            frozenset()
        """
        return _COUNTS.get((method, self), frozenset())


_BOTH: Final = frozenset(Measure)
_GROSS: Final = frozenset({Measure.GROSS})
_NET: Final = frozenset({Measure.NET})
_COUNTS: Final = {
    (PerformanceMethod.GRANULAR, TransactionType.CALL_INVESTMENT): _BOTH,
    (PerformanceMethod.GRANULAR, TransactionType.CALL_MANAGEMENT_FEE): _NET,
    (PerformanceMethod.GRANULAR, TransactionType.CALL_EXPENSE): _NET,
    (PerformanceMethod.GRANULAR, TransactionType.CALL_OFFERING): _NET,
    (PerformanceMethod.GRANULAR, TransactionType.DISTRIBUTION): _BOTH,
    (PerformanceMethod.GRANULAR, TransactionType.CARRY_PAID): _GROSS,
    (PerformanceMethod.GROSS_UP, TransactionType.CALL): _NET,
    (PerformanceMethod.GROSS_UP, TransactionType.DISTRIBUTION): _NET,
    (PerformanceMethod.GROSS_UP, TransactionType.INVESTMENT): _GROSS,
    (PerformanceMethod.GROSS_UP, TransactionType.PROCEEDS): _GROSS,
    (PerformanceMethod.GROSS_UP, TransactionType.INCOME): _GROSS,
}
_CHINESE: Final = {
    TransactionType.CALL_INVESTMENT: "投资缴款",
    TransactionType.CALL_MANAGEMENT_FEE: "管理费缴款",
    TransactionType.CALL_EXPENSE: "合伙企业费用缴款",
    TransactionType.CALL_OFFERING: "募集费用缴款",
    TransactionType.CALL: "缴款",
    TransactionType.DISTRIBUTION: "分配",
    TransactionType.CARRY_PAID: "支付附带权益",
    TransactionType.INVESTMENT: "投资",
    TransactionType.PROCEEDS: "投资回收",
    TransactionType.INCOME: "投资收益",
}


def _amount(value: Money) -> Money:
    if not paid(value, field="amount").amount:
        raise InvalidValueError("be above zero", was=str(value), field="amount")
    return value


@attrs.frozen
class FundTransaction:
    """
    One row of the transaction table.

    Args:
        on: The day.
        type: What it is.
        amount: How much, above zero; the type says which way.
        facility: Which picture it belongs to.

    Raises:
        InvalidValueError: If the amount is not above zero, or has a fraction of a minor unit.

    Example:
        >>> FundTransaction("2021-07-15", TransactionType.CALL_INVESTMENT, Money("100.00", "CNY"),
        ...                 Facility.BOTH).flow
        CashFlow(on=datetime.date(2021, 7, 15), amount=Money('-100.00', 'CNY'))
    """

    on: datetime.date = attrs.field(converter=on_day)
    type: TransactionType = attrs.field(validator=is_a(TransactionType))
    amount: Money = attrs.field(converter=_amount)
    facility: Facility = attrs.field(validator=is_a(Facility))

    @property
    def flow(self) -> CashFlow:
        """The same as a cash flow: negative into the fund or the investment."""
        return CashFlow(self.on, -self.amount if self.type.pays_in else self.amount)

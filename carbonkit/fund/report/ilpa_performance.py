"""ILPA performance: what a fund returned, gross and net, with and without its subscription facility."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import check_currency, listed
from carbonkit.fund._sheet import workbook_bytes
from carbonkit.fund.performance.performance import Performance, performance_of
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.report.fund_transaction import (
    Facility,
    FundTransaction,
    Measure,
    PerformanceMethod,
)
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.language import Language
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding, plain
from carbonkit.values.source import Source, Status
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from carbonkit.fund._sheet import Cell
    from carbonkit.fund.day_count import DayCount

__all__ = ["EndingValue", "PerformanceTemplate", "performance_template"]

TEMPLATE: Final = Source(
    "Institutional Limited Partners Association",
    "Performance Template",
    2025,
    status=Status.CONFIRMED,
    note="the two methods and the figures with and without a facility, as Gen II and Citco describe them;"
    " the list of transaction types is recalled, and the names are our own",
)


def _value(value: Money) -> Money:
    check_type(value, Money, field="value")
    if value.amount < 0:
        raise InvalidValueError("be zero or more", was=str(value), field="value")
    return value


@attrs.frozen(kw_only=True)
class EndingValue:
    """
    What is left on the last day.

    Args:
        gross: Before accrued carry; by the gross-up method the value of the investments.
        net: After accrued carry.

    Raises:
        InvalidValueError: If a value is negative.

    Example:
        >>> EndingValue(gross=Money("120.00", "CNY"), net=Money("110.00", "CNY")).net
        Money('110.00', 'CNY')
    """

    gross: Money = attrs.field(converter=_value)
    net: Money = attrs.field(converter=_value)


@attrs.frozen(kw_only=True)
class PerformanceTemplate:
    """
    A fund's performance with the transactions that it follows from; made by `performance_template`.

    Args:
        method: How gross performance is measured.
        as_of: The last day.
        transactions: The transactions, in the order of their days.
        figures: For each measure, with and without the facility, what was returned.

    Example:
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.report.fund_transaction import TransactionType
        >>> def row(on, type, amount):
        ...     return FundTransaction(on, TransactionType[type], Money(amount, "CNY"), Facility.BOTH)
        >>> left = EndingValue(gross=Money("0", "CNY"), net=Money("0", "CNY"))
        >>> said = performance_template(
        ...     [row("2021-07-15", "CALL_INVESTMENT", "100"), row("2021-07-15", "CALL_MANAGEMENT_FEE", "2"),
        ...      row("2022-07-15", "DISTRIBUTION", "110")],
        ...     method=PerformanceMethod.GRANULAR, before=None, as_of="2022-07-15", with_facility=left,
        ...     without_facility=left, day_count=DayCount.ACT_365_FIXED, places=4, rounding=Rounding.HALF_UP)
        >>> said.of(Measure.GROSS, Facility.WITH).internal_rate.rate, said.of(Measure.NET, Facility.WITH).tvpi
        (Decimal('0.1000'), Decimal('1.0784'))
    """

    method: PerformanceMethod
    as_of: datetime.date
    transactions: tuple[FundTransaction, ...] = attrs.field(repr=False)
    figures: tuple[tuple[Measure, Facility, Performance], ...] = attrs.field(repr=False)

    def of(self, measure: Measure, facility: Facility) -> Performance:
        """
        Give the figures of one measure.

        Args:
            measure: Gross or net.
            facility: With or without the facility.

        Returns:
            DPI, RVPI, TVPI (gross: the multiple of invested capital) and the internal rate, or why there
            is none.

        Raises:
            InvalidValueError: If the facility is `BOTH`, which is no picture.

        Example:
            >>> PerformanceTemplate(method=PerformanceMethod.GRANULAR, as_of=datetime.date(2022, 7, 15),
            ...                     transactions=(), figures=()).of(Measure.NET, Facility.BOTH)
            Traceback (most recent call last):
            ...
            carbonkit.errors.InvalidValueError: facility: must be WITH or WITHOUT, was BOTH
        """
        for known, picture, figures in self.figures:
            if (known, picture) == (measure, facility):
                return figures
        raise InvalidValueError("be WITH or WITHOUT", was=facility.name, field="facility")

    def _metrics(self) -> Iterator[tuple[str, str, list[str | Decimal]]]:
        for measure in Measure:
            gross = measure is Measure.GROSS
            pictures = [self.of(measure, each) for each in (Facility.WITH, Facility.WITHOUT)]
            zh = "总" if gross else "净"
            rates: list[str | Decimal] = [
                each.internal_rate.rates[0] if each.internal_rate.unique else _why(each) for each in pictures
            ]
            yield f"{measure.value} IRR", f"{zh} IRR", rates
            name = "MOIC" if gross else "TVPI"
            yield f"{measure.value} {name}", f"{zh} {name}", [each.tvpi for each in pictures]
            yield f"{measure.value} DPI", f"{zh} DPI", [each.dpi for each in pictures]
            yield f"{measure.value} RVPI", f"{zh} RVPI", [each.rvpi for each in pictures]

    def as_dict(self) -> dict[str, Any]:
        """
        Give the template as plain values, for JSON: numbers are decimal texts, dates ISO texts.

        Returns:
            Transactions and metrics; an internal rate that is not unique is given in words.

        Example:
            >>> from carbonkit.fund.day_count import DayCount
            >>> from carbonkit.fund.report.fund_transaction import TransactionType
            >>> left = EndingValue(gross=Money("0", "CNY"), net=Money("0", "CNY"))
            >>> rows = [FundTransaction(on, TransactionType[name], Money(amount, "CNY"), Facility.BOTH)
            ...         for on, name, amount in [("2021-07-15", "CALL_INVESTMENT", "100"),
            ...                                  ("2022-07-15", "DISTRIBUTION", "110")]]
            >>> said = performance_template(rows, method=PerformanceMethod.GRANULAR, before=None,
            ...     as_of="2022-07-15", with_facility=left, without_facility=left,
            ...     day_count=DayCount.ACT_365_FIXED, places=4, rounding=Rounding.HALF_UP)
            >>> said.as_dict()["metrics"]["gross IRR"]
            {'with': '0.1000', 'without': '0.1000'}
        """
        return {
            "method": self.method.value,
            "as_of": str(self.as_of),
            "transactions": [
                {
                    "on": str(each.on),
                    "type": each.type.value,
                    "amount": plain(each.flow.amount.amount),
                    "currency": each.amount.currency,
                    "facility": each.facility.value,
                }
                for each in self.transactions
            ],
            "metrics": {
                english: {
                    name: each if isinstance(each, str) else plain(each)
                    for name, each in zip(("with", "without"), values, strict=True)
                }
                for english, _, values in self._metrics()
            },
        }

    def to_json(self) -> str:
        """
        Write the template as JSON.

        Returns:
            The text.

        Example:
            >>> from carbonkit.fund.day_count import DayCount
            >>> from carbonkit.fund.report.fund_transaction import TransactionType
            >>> left = EndingValue(gross=Money("0", "CNY"), net=Money("0", "CNY"))
            >>> rows = [FundTransaction(on, TransactionType[name], Money(amount, "CNY"), Facility.BOTH)
            ...         for on, name, amount in [("2021-07-15", "CALL_INVESTMENT", "100"),
            ...                                  ("2022-07-15", "DISTRIBUTION", "110")]]
            >>> said = performance_template(rows, method=PerformanceMethod.GRANULAR, before=None,
            ...     as_of="2022-07-15", with_facility=left, without_facility=left,
            ...     day_count=DayCount.ACT_365_FIXED, places=4, rounding=Rounding.HALF_UP)
            >>> json.loads(said.to_json())["transactions"][0]["amount"]
            '-100'
        """
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=2, allow_nan=False)

    def to_excel(self, language: Language) -> bytes:
        """
        Write the template as a workbook with a sheet of metrics and one of transactions.

        Args:
            language: The language of the names.

        Returns:
            The bytes of an xlsx file.

        Raises:
            MissingExtraError: If `openpyxl` is not installed.

        Example:
            >>> from carbonkit.fund.day_count import DayCount
            >>> from carbonkit.fund.report.fund_transaction import TransactionType
            >>> left = EndingValue(gross=Money("0", "CNY"), net=Money("0", "CNY"))
            >>> rows = [FundTransaction(on, TransactionType[name], Money(amount, "CNY"), Facility.BOTH)
            ...         for on, name, amount in [("2021-07-15", "CALL_INVESTMENT", "100"),
            ...                                  ("2022-07-15", "DISTRIBUTION", "110")]]
            >>> said = performance_template(rows, method=PerformanceMethod.GRANULAR, before=None,
            ...     as_of="2022-07-15", with_facility=left, without_facility=left,
            ...     day_count=DayCount.ACT_365_FIXED, places=4, rounding=Rounding.HALF_UP)
            >>> said.to_excel(Language.ENGLISH)[:2]
            b'PK'
        """
        check_type(language, Language, field="language")
        english = language is Language.ENGLISH
        heads = ["with facility", "without facility"] if english else ["含授信额度", "不含授信额度"]
        metrics: list[Sequence[Cell]] = [
            ["method" if english else "方法", self.method.value],
            ["as of" if english else "截至", self.as_of],
            [None, *heads],
            *([en if english else zh, *values] for en, zh, values in self._metrics()),
        ]
        table: list[Sequence[Cell]] = [["type" if english else "类型", "date" if english else "日期", *heads]]
        for each in self.transactions:
            amount = each.flow.amount.amount
            table.append(
                [
                    each.type.value if english else each.type.chinese,
                    each.on,
                    None if each.facility is Facility.WITHOUT else amount,
                    None if each.facility is Facility.WITH else amount,
                ]
            )
        names = ("metrics", "transactions") if english else ("业绩指标", "交易明细")
        return workbook_bytes([(names[0], metrics), (names[1], table)])

    def explain(self) -> Explanation:
        """Say how each figure came about."""
        return Explanation(
            f"performance by the {self.method.value} method, {self.as_of}",
            f"{len(self.transactions)} transactions",
            source=TEMPLATE,
            parts=(
                Explanation(
                    f"{measure.value}, {facility.value} the facility",
                    f"TVPI {plain(each.tvpi)}",
                    parts=each.explain().parts,
                )
                for measure, facility, each in self.figures
            ),
        )


def _why(figures: Performance) -> str:
    found = figures.internal_rate
    if found.reason is not None:
        return found.reason.value
    return " or ".join(plain(rate) for rate in found.rates)


def performance_template(
    transactions: Iterable[FundTransaction],
    *,
    method: PerformanceMethod,
    before: PerformanceTemplate | None,
    as_of: str | datetime.date,
    with_facility: EndingValue,
    without_facility: EndingValue,
    day_count: DayCount,
    places: int,
    rounding: Rounding,
) -> PerformanceTemplate:
    """
    Measure a fund's performance from its transactions, gross and net, with and without its facility.

    Args:
        transactions: All transactions since inception, in any order.
        method: How gross performance is measured.
        before: What was reported before; None for the first report.
        as_of: The last day.
        with_facility: What is left.
        without_facility: What would be left without the facility; the same if it owes nothing.
        day_count: How internal rates count years.
        places: Decimal places of multiples and rates.
        rounding: How they are rounded.

    Returns:
        The template.

    Raises:
        FundError: `method_changed` if the report before used the other method.
        InvalidValueError: If a transaction is after the day, the method has no such transaction, or
            nothing was paid in.
        CurrencyMismatchError: If two currencies occur.

    Example:
        >>> from carbonkit.fund.day_count import DayCount
        >>> from carbonkit.fund.report.fund_transaction import TransactionType
        >>> left = EndingValue(gross=Money("110", "CNY"), net=Money("108", "CNY"))
        >>> bought = [FundTransaction("2021-07-15", TransactionType.INVESTMENT, Money("100", "CNY"),
        ...                           Facility.BOTH)]
        >>> performance_template(bought, method=PerformanceMethod.GRANULAR, before=None, as_of="2022-07-15",
        ...     with_facility=left, without_facility=left, day_count=DayCount.ACT_365_FIXED, places=4,
        ...     rounding=Rounding.HALF_UP)
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: transaction 1, type: must be one of the granular method, ...
    """
    check_type(method, PerformanceMethod, field="method")
    day = as_date(as_of, field="as_of")
    if before is not None:
        check_type(before, PerformanceTemplate, field="before")
    if before is not None and before.method is not method:
        raise FundError(
            f"be {before.method.value}, as it was before",
            was=method.value,
            field="method",
            code=Refusal.METHOD_CHANGED,
        )
    given = listed(transactions, field="transactions")
    endings = {Facility.WITH: with_facility, Facility.WITHOUT: without_facility}
    for facility, value in endings.items():
        check_type(value, EndingValue, field=f"{facility.value}_facility")
    for number, each in enumerate(given, start=1):
        check_type(each, FundTransaction, field=f"transaction {number}")
        check_currency(each.amount, with_facility.net.currency, field=f"transaction {number}, amount")
        if each.on > day:
            raise InvalidValueError(
                f"be on or before {day}", was=str(each.on), field=f"transaction {number}, on"
            )
        if not each.type.counts(method):
            raise InvalidValueError(
                f"be one of the {method.value} method",
                was=each.type.value,
                field=f"transaction {number}, type",
            )
    figures = [
        (
            measure,
            facility,
            performance_of(
                [
                    each.flow
                    for each in given
                    if measure in each.type.counts(method) and each.facility in {Facility.BOTH, facility}
                ],
                net_asset_value=value.gross if measure is Measure.GROSS else value.net,
                on=day,
                day_count=day_count,
                places=places,
                rounding=rounding,
            ),
        )
        for measure in Measure
        for facility, value in endings.items()
    ]
    return PerformanceTemplate(
        method=method,
        as_of=day,
        transactions=tuple(sorted(given, key=lambda each: each.on)),
        figures=tuple(figures),
    )

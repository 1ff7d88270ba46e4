"""ILPA performance: gross and net by a method that stays, with the subscription facility and without."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import pyxirr

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.report.fund_transaction import (
    Facility,
    FundTransaction,
    Measure,
    PerformanceMethod,
    TransactionType,
)
from carbonkit.fund.report.ilpa_performance import EndingValue, PerformanceTemplate, performance_template
from carbonkit.values import Money, Rounding
from carbonkit.values.language import Language

T = TransactionType


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def row(on: str, kind: TransactionType, amount: str, facility: Facility = Facility.BOTH) -> FundTransaction:
    return FundTransaction(on, kind, cny(amount), facility)


# 100 are invested on 2021-07-15 out of the facility and called half a year later, with interest of 2;
# without it they would have been called at once, and there would have been no interest.
ROWS = (
    row("2021-07-15", T.CALL_INVESTMENT, "100", Facility.WITHOUT),
    row("2022-01-15", T.CALL_INVESTMENT, "100", Facility.WITH),
    row("2022-01-15", T.CALL_EXPENSE, "2", Facility.WITH),
    row("2022-01-15", T.CALL_MANAGEMENT_FEE, "3"),
    row("2023-07-15", T.DISTRIBUTION, "60"),
    row("2023-07-15", T.CARRY_PAID, "5"),
)
LEFT = EndingValue(gross=cny("80"), net=cny("72"))
GRANULAR: dict[str, Any] = {
    "method": PerformanceMethod.GRANULAR,
    "before": None,
    "as_of": "2024-07-15",
    "with_facility": LEFT,
    "without_facility": LEFT,
    "day_count": DayCount.ACT_365_FIXED,
    "places": 6,
    "rounding": Rounding.HALF_UP,
}


def measured(rows: tuple[FundTransaction, ...] = ROWS, **changed: Any) -> PerformanceTemplate:  # noqa: ANN401  any argument
    return performance_template(rows, **{**GRANULAR, **changed})


def multiples(said: PerformanceTemplate, measure: Measure, facility: Facility) -> list[str]:
    found = said.of(measure, facility)
    return [str(each) for each in (found.dpi, found.rvpi, found.tvpi)]


def rate(flows: list[tuple[str, float]]) -> Decimal:
    found = pyxirr.xirr([day for day, _ in flows], [amount for _, amount in flows])
    assert found is not None
    return Decimal(str(round(found, 6)))


def test_the_granular_method() -> None:
    said = measured()
    assert multiples(said, Measure.GROSS, Facility.WITH) == ["0.650000", "0.800000", "1.450000"]
    assert multiples(said, Measure.GROSS, Facility.WITHOUT) == ["0.650000", "0.800000", "1.450000"]
    assert multiples(said, Measure.NET, Facility.WITH) == ["0.571429", "0.685714", "1.257143"]  # of 105
    assert multiples(said, Measure.NET, Facility.WITHOUT) == ["0.582524", "0.699029", "1.281553"]  # of 103
    expected = {
        (Measure.GROSS, Facility.WITH): rate([("2022-01-15", -100), ("2023-07-15", 65), ("2024-07-15", 80)]),
        (Measure.GROSS, Facility.WITHOUT): rate(
            [("2021-07-15", -100), ("2023-07-15", 65), ("2024-07-15", 80)]
        ),
        (Measure.NET, Facility.WITH): rate([("2022-01-15", -105), ("2023-07-15", 60), ("2024-07-15", 72)]),
        (Measure.NET, Facility.WITHOUT): rate(
            [("2021-07-15", -100), ("2022-01-15", -3), ("2023-07-15", 60), ("2024-07-15", 72)]
        ),
    }
    for (measure, facility), found in expected.items():
        assert said.of(measure, facility).internal_rate.rate == found
    assert expected[Measure.NET, Facility.WITH] > expected[Measure.NET, Facility.WITHOUT]


def test_the_gross_up_method() -> None:
    rows = (
        row("2021-07-15", T.INVESTMENT, "100"),
        row("2022-07-15", T.INCOME, "4"),
        row("2023-07-15", T.PROCEEDS, "66"),
        row("2021-07-15", T.CALL, "103", Facility.WITHOUT),
        row("2022-01-15", T.CALL, "105", Facility.WITH),
        row("2023-07-15", T.DISTRIBUTION, "60"),
    )
    said = measured(rows, method=PerformanceMethod.GROSS_UP)
    for facility in (Facility.WITH, Facility.WITHOUT):  # investments do not know who paid first
        assert multiples(said, Measure.GROSS, facility) == ["0.700000", "0.800000", "1.500000"]
    assert multiples(said, Measure.NET, Facility.WITH) == ["0.571429", "0.685714", "1.257143"]
    assert multiples(said, Measure.NET, Facility.WITHOUT) == ["0.582524", "0.699029", "1.281553"]
    assert said.of(Measure.GROSS, Facility.WITH).internal_rate.rate == rate(
        [("2021-07-15", -100), ("2022-07-15", 4), ("2023-07-15", 66), ("2024-07-15", 80)]
    )


def test_what_is_left_may_differ_without_the_facility() -> None:
    said = measured(without_facility=EndingValue(gross=cny("90"), net=cny("103")))
    assert multiples(said, Measure.NET, Facility.WITHOUT) == ["0.582524", "1.000000", "1.582524"]
    assert multiples(said, Measure.NET, Facility.WITH) == multiples(measured(), Measure.NET, Facility.WITH)


def test_a_fund_keeps_its_method() -> None:
    first = measured()
    assert measured(before=first) == first
    with pytest.raises(FundError, match="method: must be granular, as it was before, was gross-up") as caught:
        measured((), method=PerformanceMethod.GROSS_UP, before=first)
    assert caught.value.problem.code == Refusal.METHOD_CHANGED


@pytest.mark.parametrize(
    ("rows", "changed", "kind", "message"),
    [
        (
            (row("2021-07-15", T.INVESTMENT, "1"),),
            {},
            InvalidValueError,
            "transaction 1, type: must be one of the granular method, was investment",
        ),
        (
            (row("2021-07-15", T.CARRY_PAID, "1"),),
            {"method": PerformanceMethod.GROSS_UP},
            InvalidValueError,
            "transaction 1, type: must be one of the gross-up method, was carry paid",
        ),
        ((*ROWS, row("2024-07-16", T.DISTRIBUTION, "1")), {}, InvalidValueError, "transaction 7, on: must"),
        (
            (FundTransaction("2021-07-15", T.DISTRIBUTION, Money("1", "EUR"), Facility.BOTH),),
            {},
            CurrencyMismatchError,
            "transaction 1, amount: must be CNY, was EUR",
        ),
        (("x",), {}, InvalidValueError, "transaction 1: must be of type FundTransaction"),
        ((), {"with_facility": cny("1")}, InvalidValueError, "with_facility: must be of type EndingValue"),
        ((), {"method": "granular"}, InvalidValueError, "method: must be of type PerformanceMethod"),
        ((), {}, InvalidValueError, "paid_in: must be above zero"),
        (
            ROWS,
            {"without_facility": EndingValue(gross=Money("1", "EUR"), net=Money("1", "EUR"))},
            CurrencyMismatchError,
            "flow 1: must be EUR",
        ),
    ],
)
def test_bad_input_is_refused(
    rows: tuple[FundTransaction, ...], changed: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        measured(rows, **changed)


def test_values_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="amount: must be above zero"):
        row("2021-07-15", T.CALL, "0")
    with pytest.raises(InvalidValueError, match="amount: must be zero or more"):
        row("2021-07-15", T.CALL, "-1")
    with pytest.raises(InvalidValueError, match="on: must be a calendar date"):
        row("15/7", T.CALL, "1")
    with pytest.raises(InvalidValueError, match="value: must be zero or more, was -1 CNY"):
        EndingValue(gross=cny("1"), net=cny("-1"))
    with pytest.raises(InvalidValueError, match="value: must be of type Money"):
        EndingValue(gross="1", net=cny("1"))  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="facility: must be WITH or WITHOUT, was BOTH"):
        measured().of(Measure.NET, Facility.BOTH)


def test_every_type_has_a_sign_a_name_and_a_place() -> None:
    assert {kind for kind in T if kind.pays_in} == {
        T.CALL_INVESTMENT,
        T.CALL_MANAGEMENT_FEE,
        T.CALL_EXPENSE,
        T.CALL_OFFERING,
        T.CALL,
        T.INVESTMENT,
    }
    assert len({kind.chinese for kind in T}) == len(T)
    for kind in T:
        assert any(kind.counts(method) for method in PerformanceMethod)


def test_json_and_excel_say_the_same() -> None:
    said = measured()
    told = json.loads(said.to_json())
    assert told["method"] == "granular"
    assert told["transactions"][0] == {
        "on": "2021-07-15",
        "type": "call for investments",
        "amount": "-100",
        "currency": "CNY",
        "facility": "without",
    }
    assert list(told["metrics"]) == [
        "gross IRR",
        "gross MOIC",
        "gross DPI",
        "gross RVPI",
        "net IRR",
        "net TVPI",
        "net DPI",
        "net RVPI",
    ]
    assert told["metrics"]["net TVPI"] == {"with": "1.257143", "without": "1.281553"}
    book = openpyxl.load_workbook(io.BytesIO(said.to_excel(Language.CHINESE)))
    assert book.sheetnames == ["业绩指标", "交易明细"]
    metrics = {cells[0]: cells[1:3] for cells in book["业绩指标"].iter_rows(values_only=True)}
    assert metrics["净 TVPI"] == (1.257143, 1.281553)
    table = list(
        openpyxl.load_workbook(io.BytesIO(said.to_excel(Language.ENGLISH)))["transactions"].iter_rows(
            values_only=True
        )
    )
    assert [cells[2:] for cells in table[1:4]] == [(None, -100), (-100, None), (-2, None)]


def test_a_rate_that_is_not_there_is_said_in_words() -> None:
    nothing = EndingValue(gross=cny("0"), net=cny("0"))
    one_way = (row("2021-07-15", T.CALL_INVESTMENT, "100"), row("2022-07-15", T.CALL_INVESTMENT, "1"))
    lost = measured(one_way, with_facility=nothing, without_facility=nothing)
    assert lost.as_dict()["metrics"]["net IRR"]["with"].startswith("all flows have one sign")
    # 10 % and 20 % both make the flows worth nothing
    several = measured(
        (
            row("2021-01-01", T.CALL_INVESTMENT, "1000"),
            row("2022-01-01", T.DISTRIBUTION, "2300"),
            row("2023-01-01", T.CALL_INVESTMENT, "1320"),
        ),
        as_of="2023-01-01",
        with_facility=nothing,
        without_facility=nothing,
    )
    assert several.as_dict()["metrics"]["net IRR"]["with"] == "0.100000 or 0.200000"


def test_performance_explains_itself() -> None:
    said = measured().explain()
    assert said.source is not None
    assert [part.what for part in said.parts] == [
        "gross, with the facility",
        "gross, without the facility",
        "net, with the facility",
        "net, without the facility",
    ]
    assert "DPI" in {part.what for part in said.parts[0].parts}

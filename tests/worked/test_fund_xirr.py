"""
Worked: 82 series of dated cash flows with every internal rate that they have.

Source: the series of pyxirr's tests (Unlicense), the published examples of the XIRR help
pages of Microsoft Excel, LibreOffice and MathWorks, and cases made by hand; see
tests/worked/xirr/PROVENANCE.md. MathWorks' other day counts: its xirr example by way of
pyxirr's tests; those figures come from binary arithmetic and are good to 12 places.
"""

from __future__ import annotations

import csv
import decimal
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.performance.internal_rate import InternalRate, NoRate, _every, _quick, _quick_each, xirr
from carbonkit.values import Money, Rounding

pytestmark = pytest.mark.whole

HERE = Path(__file__).parent / "xirr"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "fund" / "xirr_golden.csv"
SIGNIFICANT = decimal.Context(prec=20)
LIMIT = 10_000_000

WITHOUT = {
    "pyxirr_case_30_29": NoRate.NEVER_ZERO,
    "pyxirr_case_30_31": NoRate.NEVER_ZERO,
    "pyxirr_case_30_33": NoRate.NEVER_ZERO,
    "pyxirr_case_30_34": NoRate.NEVER_ZERO,
    "pyxirr_case_30_38": NoRate.NEVER_ZERO,
    "pyxirr_case_30_40": NoRate.NEVER_ZERO,
    "pyxirr_case_30_42": NoRate.NEVER_ZERO,
    "pyxirr_case_30_44": NoRate.NEVER_ZERO,
    "no_real_root": NoRate.NEVER_ZERO,
    "no_sign_change_pos": NoRate.ONE_SIGN,
    "no_sign_change_neg": NoRate.ONE_SIGN,
    "total_loss": NoRate.ONE_SIGN,
    "same_day_two_flows": NoRate.ONE_DAY,
    "all_zero": NoRate.ALL_ZERO,
}


def table(name: str) -> dict[str, list[dict[str, str]]]:
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows[row["case"]].append(row)
    return rows


FLOWS = table("flows.csv")
ROOTS = table("roots.csv")
BEYOND = {case for case, rows in ROOTS.items() if any(row["origin"] == "beyond" for row in rows)}


def solved(flows: list[tuple[str, str]], day_count: DayCount = DayCount.ACT_365_FIXED) -> InternalRate:
    given = [CashFlow(on, Money(amount, "CNY")) for on, amount in flows]
    return xirr(given, day_count=day_count, places=40, rounding=Rounding.HALF_EVEN)


def significant(rates: list[str] | tuple[Decimal, ...]) -> list[Decimal]:
    return [SIGNIFICANT.plus(Decimal(rate)) for rate in rates]


def test_every_case_is_here() -> None:
    assert len(FLOWS) == 82
    assert set(ROOTS) <= set(FLOWS)
    assert set(FLOWS) - set(ROOTS) == set(WITHOUT)


@pytest.mark.parametrize("case", sorted(ROOTS))
def test_every_rate_is_found_and_no_other(case: str) -> None:
    found = solved([(row["on"], row["amount"]) for row in FLOWS[case]])
    assert significant(found.rates) == significant([row["rate"] for row in ROOTS[case]])
    assert found.unique == (len(ROOTS[case]) == 1)
    assert found.reason is None


@pytest.mark.parametrize("case", sorted(WITHOUT))
def test_where_there_is_none_the_reason_is_told(case: str) -> None:
    found = solved([(row["on"], row["amount"]) for row in FLOWS[case]])
    assert found.rates == ()
    assert not found.unique
    assert found.reason is WITHOUT[case]


def test_the_quick_ways_say_the_same_to_eight_places_or_nothing() -> None:
    act, rounding = DayCount.ACT_365_FIXED, Rounding.HALF_EVEN
    series = [
        tuple(CashFlow(row["on"], Money(row["amount"], "CNY")) for row in FLOWS[case]) for case in FLOWS
    ]
    alone = [_quick(flows, act, 8, rounding) for flows in series]
    at_once = [
        None if rate is None else Decimal(rate).scaleb(-8) for rate in _quick_each(series, act, 8, rounding)
    ]
    assert len(series) - alone.count(None) > 20
    for flows, *said in zip(series, alone, at_once, strict=True):
        if any(rate is not None for rate in said):
            (exact,), _ = _every(flows, act, 8, rounding)
            assert {rate for rate in said if rate is not None} == {exact}


@pytest.mark.parametrize(
    ("day_count", "published"),
    [
        (DayCount.ACT_365_FIXED, "0.10064378342638"),
        (DayCount.ACT_360, "0.0991988898057063"),
        (DayCount.THIRTY_E_360, "0.100675477282743"),
        (DayCount.ACT_ACT_ISDA, "0.100739648987346"),
    ],
    ids=str,
)
def test_the_example_of_mathworks_under_each_day_count(day_count: DayCount, published: str) -> None:
    found = solved([(row["on"], row["amount"]) for row in FLOWS["mathworks"]], day_count)
    assert abs(found.rate - Decimal(published)) < Decimal("1e-12")


@pytest.mark.skipif(not SHARED.exists(), reason="the reference set is not beside the project")
def test_the_reference_set_itself_agrees() -> None:
    before = csv.field_size_limit(LIMIT)  # it is the whole process's, so it is put back
    try:
        with SHARED.open(encoding="utf-8", newline="") as file:
            cases = list(csv.DictReader(file))
    finally:
        csv.field_size_limit(before)
    assert {case["id"] for case in cases} == set(FLOWS)
    for case in cases:
        flows = json.loads(case["flows"], parse_float=str, parse_int=str)
        found = significant(solved([(on, amount) for on, amount in flows]).rates)
        reference = significant(case["all_roots_hp"].split())
        assert set(reference) <= set(found), case["id"]
        assert (len(reference) < len(found)) == (case["id"] in BEYOND), case["id"]

"""Internal rates: all of them or the reason, whatever the size, order and context."""

from __future__ import annotations

import decimal
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import (
    BatchError,
    CurrencyMismatchError,
    FundError,
    InexactNumberError,
    InvalidValueError,
)
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.performance.internal_rate import InternalRate, NoRate, xirr, xirr_each
from carbonkit.values import Money, Rounding

START = date(2021, 1, 1)
ACT = DayCount.ACT_365_FIXED


def flows(*given: tuple[int, str]) -> list[CashFlow]:
    return [CashFlow(START + timedelta(days=days), Money(amount, "CNY")) for days, amount in given]


def solved(*given: tuple[int, str], places: int = 10, rounding: Rounding = Rounding.HALF_UP) -> InternalRate:
    return xirr(flows(*given), day_count=ACT, places=places, rounding=rounding)


def test_one_rate() -> None:
    found = solved((0, "-100"), (365, "110"))
    assert found.rates == (Decimal("0.1000000000"),)
    assert found.rate == Decimal("0.1")
    assert found.unique
    assert found.reason is None


def test_two_rates_and_none_is_picked() -> None:
    found = solved((0, "-1000"), (365, "2300"), (730, "-1320"))
    assert [str(rate) for rate in found.rates] == ["0.1000000000", "0.2000000000"]
    assert not found.unique
    with pytest.raises(FundError, match=r"must have one internal rate, was 0\.1000000000, 0\.2000000000"):
        _ = found.rate


@pytest.mark.parametrize(
    ("given", "rates"),
    [
        ([(0, "-100"), (365, "220"), (730, "-121")], ["0.1000"]),  # touches zero and turns
        ([(0, "-1000"), (365, "3300"), (730, "-3630"), (1095, "1331")], ["0.1000"]),  # three in one
        ([(0, "-100"), (365, "100")], ["0.0000"]),
        ([(0, "-100"), (100, "40"), (200, "60")], ["0.0000"]),
        ([(0, "-100"), (365, "200"), (730, "-100")], ["0.0000"]),  # touches zero at 0 %
    ],
    ids=str,
)
def test_exact_rates(given: list[tuple[int, str]], rates: list[str]) -> None:
    assert [str(rate) for rate in solved(*given, places=4).rates] == rates


@pytest.mark.parametrize("rounding", Rounding)
def test_a_rate_that_is_exact_is_not_moved_by_any_rounding(rounding: Rounding) -> None:
    assert solved((0, "-100"), (365, "110"), places=1, rounding=rounding).rate == Decimal("0.1")
    assert solved((0, "-100"), (365, "90"), places=1, rounding=rounding).rate == Decimal("-0.1")


def test_rounding_is_the_named_one() -> None:
    given = ((0, "-100"), (365, "112.345"))
    assert solved(*given, places=2, rounding=Rounding.FLOOR).rate == Decimal("0.12")
    assert solved(*given, places=2, rounding=Rounding.CEILING).rate == Decimal("0.13")
    assert solved(*given, places=4, rounding=Rounding.HALF_EVEN).rate == Decimal("0.1234")
    assert solved(*given, places=4, rounding=Rounding.HALF_UP).rate == Decimal("0.1235")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([(0, "-100"), (365, "-1")], NoRate.ONE_SIGN),
        ([(0, "100"), (365, "1")], NoRate.ONE_SIGN),
        ([(0, "-100"), (0, "110")], NoRate.ONE_DAY),
        ([(0, "-100"), (9, "0")], NoRate.ONE_SIGN),  # a total loss
        ([(0, "-100")], NoRate.ONE_SIGN),
        ([(0, "0"), (9, "0")], NoRate.ALL_ZERO),
        ([(5, "-100"), (5, "100")], NoRate.ALL_ZERO),
        ([(0, "-100"), (365, "200"), (730, "-101")], NoRate.NEVER_ZERO),
    ],
    ids=str,
)
def test_no_rate_has_its_reason(given: list[tuple[int, str]], reason: NoRate) -> None:
    found = solved(*given)
    assert found.rates == ()
    assert found.reason is reason
    assert not found.unique
    with pytest.raises(FundError, match="flows: must have an internal rate"):
        _ = found.rate


def test_flows_of_one_date_that_net_to_one_sign_are_no_change_of_sign() -> None:
    found = solved((0, "-100"), (0, "150"), (365, "20"))
    assert found.reason is NoRate.ONE_SIGN


AMOUNTS = st.integers(-(10**10), 10**10)
SERIES = st.lists(st.tuples(st.integers(0, 5000), AMOUNTS), min_size=2, max_size=20)


@settings(max_examples=60, deadline=None)
@given(SERIES, st.integers(-2, 12))
def test_the_size_of_the_amounts_does_not_matter(series: list[tuple[int, int]], power: int) -> None:
    small = solved(*((days, str(amount)) for days, amount in series), places=20)
    large = solved(*((days, f"{amount}E{power}") for days, amount in series), places=20)
    assert small.rates == large.rates
    assert small.reason is large.reason


@settings(max_examples=60, deadline=None)
@given(
    SERIES.flatmap(lambda series: st.tuples(st.just(series), st.permutations(series))), st.integers(0, 4000)
)
def test_order_start_and_signs_do_not_matter(
    both: tuple[list[tuple[int, int]], list[tuple[int, int]]], later: int
) -> None:
    series, shuffled = both
    plain = solved(*((days, str(amount)) for days, amount in series))
    turned = solved(*((days + later, str(-amount)) for days, amount in shuffled))
    assert plain.rates == turned.rates
    assert plain.reason is turned.reason


@settings(max_examples=60, deadline=None)
@given(SERIES)
def test_the_present_value_is_zero_at_every_rate(
    series: list[tuple[int, int]],
) -> None:
    found = solved(*((days, str(amount)) for days, amount in series), places=30)
    with decimal.localcontext(decimal.Context(prec=400, Emin=-(10**9), Emax=10**9)):
        for rate in found.rates:
            if rate == -1 or rate > 10**30:
                continue
            logarithm = (1 + rate).ln() / 365
            terms = [amount * (-logarithm * days).exp() for days, amount in series]
            slopes = [abs(days * term) / 365 for (days, _), term in zip(series, terms, strict=True)]
            most = sum(slopes, Decimal(0)) / (1 + rate) * Decimal("1e-30") + Decimal("1e-200")
            assert abs(sum(terms, Decimal(0))) <= most


def test_from_one_fen_to_ten_to_the_twelfth() -> None:
    huge = solved((0, "-0.01"), (365, "1000000000000.00"), places=2)
    assert huge.rate == Decimal("99999999999999.00")
    assert solved((0, "-1000000000000.00"), (365, "0.01"), places=16).rate == Decimal("-0.99999999999999")


def test_a_rate_of_a_thousand_digits_is_exact_too() -> None:
    found = solved((0, "-0.01"), (5, "1000000000000.00"), places=2)  # 10^14 in five days, 73 times a year
    assert str(found.rate) == "9" * (14 * 73) + ".00"


def test_the_ambient_context_does_not_matter() -> None:
    given = ((0, "-1000"), (200, "2300"), (731, "-1320"), (900, "33.33"))
    expected = solved(*given, places=30)
    with decimal.localcontext(decimal.Context(prec=2, rounding=decimal.ROUND_UP, Emax=3, Emin=-3)):
        assert solved(*given, places=30) == expected


def test_a_series_of_twenty_flows_is_quick() -> None:
    series = [(days * 91, "-5000000.00" if days < 8 else "4100000.50") for days in range(20)]
    solved(*series)
    started = time.process_time_ns()
    for _ in range(10):
        assert solved(*series).unique
    assert (
        time.process_time_ns() - started < 10 * 50_000_000
    )  # five times what it may take, for a busy machine


@pytest.mark.parametrize("places", [-1, 61])
def test_places_out_of_range_are_refused(places: int) -> None:
    with pytest.raises(InvalidValueError, match="places: must be a whole number from 0 to 60"):
        solved((0, "-1"), (1, "2"), places=places)


def test_places_are_no_float() -> None:
    with pytest.raises(InexactNumberError, match="places: must"):
        solved((0, "-1"), (1, "2"), places=2.0)  # type: ignore[arg-type]


def test_conventions_have_no_stand_in() -> None:
    given = flows((0, "-1"), (1, "2"))
    with pytest.raises(InvalidValueError, match="day_count: must be a DayCount, was 'ACT/365F'"):
        xirr(given, day_count="ACT/365F", places=2, rounding=Rounding.HALF_UP)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="rounding: must be a Rounding"):
        xirr(given, day_count=ACT, places=2, rounding="HALF_UP")  # type: ignore[arg-type]


def test_bad_flows_are_named() -> None:
    first = flows((0, "-1"))
    with pytest.raises(InvalidValueError, match="flows: must hold one cash flow or more"):
        xirr([], day_count=ACT, places=2, rounding=Rounding.HALF_UP)
    mixed = [*first, CashFlow("2022-01-01", Money("1", "EUR"))]
    with pytest.raises(CurrencyMismatchError, match="flow 2: must be CNY, was EUR"):
        xirr(mixed, day_count=ACT, places=2, rounding=Rounding.HALF_UP)
    with pytest.raises(InvalidValueError, match="flow 2: must be a CashFlow"):
        xirr([*first, 5], day_count=ACT, places=2, rounding=Rounding.HALF_UP)  # type: ignore[list-item]


def test_a_result_has_rates_or_a_reason() -> None:
    for rates, reason in (((), None), ((Decimal(1),), NoRate.ONE_SIGN)):
        with pytest.raises(InvalidValueError, match="reason: must be given exactly when there is no rate"):
            InternalRate(rates, reason, (), ACT, 2, Rounding.HALF_UP)


def test_a_named_figure_chooses_among_several() -> None:
    found = solved((0, "-1000"), (365, "2300"), (730, "-1320"), places=4)
    assert [found.nearest(to) for to in ("-0.5", "0.14", "0.15", "0.16")] == [
        Decimal(each) for each in ("0.1", "0.1", "0.1", "0.2")
    ]
    assert solved((0, "-100"), (365, "110")).nearest("9") == Decimal("0.1")
    with pytest.raises(InexactNumberError, match="to: must"):
        found.nearest(0.1)  # type: ignore[arg-type]
    with pytest.raises(FundError, match="must have an internal rate") as caught:
        solved((0, "1"), (1, "2")).nearest("0.1")
    assert caught.value.problem.code == "no_internal_rate"


@pytest.mark.parametrize(
    ("given", "changes", "balances"),
    [
        ([(0, "-100"), (365, "110")], 1, 1),
        ([(0, "-1000"), (365, "2300"), (730, "-1320")], 2, 2),
        ([(0, "-100"), (0, "150"), (365, "20")], 0, 0),
        ([(730, "-1"), (0, "-100"), (365, "50")], 2, 0),
        ([(0, "-100"), (10, "100"), (20, "0"), (30, "5")], 1, 1),
        ([(0, "0")], 0, 0),
    ],
    ids=str,
)
def test_sign_changes_are_counted(given: list[tuple[int, str]], changes: int, balances: int) -> None:
    found = solved(*given)
    assert (found.sign_changes, found.balance_sign_changes) == (changes, balances)
    assert len(found.rates) <= changes


def test_a_rate_that_is_rounded_to_zero_has_no_sign() -> None:
    for places in (2, 13):
        rate = solved((0, "-100"), (365, f"99.{'9' * (places + 1)}"), places=places).rate
        assert f"{rate:f}" == "0." + "0" * places


def test_all_bad_flows_are_told_at_once() -> None:
    given = [*flows((0, "-1")), 5, CashFlow("2022-01-01", Money("1", "EUR"))]
    with pytest.raises(BatchError) as caught:
        xirr(given, day_count=ACT, places=2, rounding=Rounding.HALF_UP)  # type: ignore[arg-type]
    assert [problem.field for problem in caught.value.problems] == ["flow 2", "flow 3"]


def test_it_explains_itself() -> None:
    text = solved((0, "-1000"), (365, "2300"), (730, "-1320"), places=2).explain().text()
    assert "0.10 a year, 0.20 a year" in text
    assert "all 2 roots; none is chosen" in text
    assert "ACT/365F" in text
    assert "source: " in text
    assert "sign changes: 2" in text
    assert "sign changes of the balance: 2" in text
    assert "the only root" in solved((0, "-100"), (365, "110")).explain().how
    assert NoRate.ONE_SIGN.value in solved((0, "1"), (1, "2")).explain().how


def test_dates_that_the_day_count_makes_one_are_not_one_sign() -> None:
    given = [CashFlow("2021-01-30", Money("-100", "CNY")), CashFlow("2021-01-31", Money("50", "CNY"))]
    thirties = xirr(given, day_count=DayCount.THIRTY_E_360, places=4, rounding=Rounding.HALF_UP)
    assert thirties.reason is NoRate.ONE_DAY


def test_places_may_come_as_text() -> None:
    places: Any = "2"
    found = solved((0, "-100"), (365, "110"), places=places)
    assert (found.rates, found.places) == ((Decimal("0.10"),), 2)


def test_what_is_no_flow_is_named_however_much_it_looks_like_one() -> None:
    flow = CashFlow("2021-07-16", Money("-1", "CNY"))
    found = solved((0, "-100"), (365, "110"))  # it has an attribute `nearest`, as flows once had
    for stranger in (found, CashFlow, None):
        for day_count in (DayCount.ACT_365_FIXED, DayCount.ACT_360):
            given_flows: list[CashFlow] = [flow, stranger]  # type: ignore[list-item]
            with pytest.raises(InvalidValueError, match=r"^flow 2: must be a CashFlow"):
                xirr(given_flows, day_count=day_count, places=4, rounding=Rounding.HALF_UP)
            with pytest.raises(InvalidValueError, match=r"^row 1, flow 2: must be a CashFlow"):
                xirr_each([given_flows], day_count=day_count, places=4, rounding=Rounding.HALF_UP)


def test_one_series_where_many_are_expected_is_an_error() -> None:
    flows: Any = [CashFlow("2021-07-16", Money("-1", "CNY"))]
    with pytest.raises(InvalidValueError, match="row 1, flows: must be a sequence, was CashFlow"):
        xirr_each(flows, day_count=DayCount.ACT_365_FIXED, places=4, rounding=Rounding.HALF_UP)
    with pytest.raises(InvalidValueError, match="flows: must be a sequence, was CashFlow"):
        xirr(flows[0], day_count=DayCount.ACT_365_FIXED, places=4, rounding=Rounding.HALF_UP)

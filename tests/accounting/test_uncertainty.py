"""Uncertainty by approach 1: exact squares, one root, shared factors added up before they are squared."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import (
    Activity,
    Amount,
    Calculation,
    Catalogue,
    Factor,
    Origin,
    Rate,
    Scope,
    Statement,
    account,
    gwp_set,
)
from carbonkit.accounting.monte_carlo import simulate
from carbonkit.accounting.trend import TrendRow, trend_uncertainty
from carbonkit.accounting.uncertainty import (
    Assumption,
    product_uncertainty,
    propagate_uncertainty,
    square_root,
    sum_uncertainty,
)
from carbonkit.errors import (
    BatchError,
    InexactNumberError,
    InvalidValueError,
    UnknownGasError,
    WrongTypeError,
)
from carbonkit.values import CO2e, Energy, Explanation, Period, Place, Rounding, Source
from tests.strategies import roundings

YEAR, US = Period.year(2025), Place("US")
SOURCE = Source("Us", "Gas analysis", 2025)
UP = Rounding.HALF_UP


def factor(*rates: Rate, kind: str = "gas") -> Factor:
    return Factor(kind, "1", kind, US, YEAR, "GJ", rates, SOURCE, file="factors.csv", row=2)


def co2(number: str, lower: str | None = None, upper: str | None = None, gas: str = "CO2") -> Rate:
    return Rate(gas, number, "t", lower=lower, upper=upper)


def bill(identity: str, amount: str, uncertainty: str | None = "0", kind: str = "gas") -> Activity:
    return Activity(
        identity,
        "site",
        kind,
        Energy(amount, "GJ"),
        US,
        YEAR,
        Scope.ONE,
        uncertainty=uncertainty,
        file="bills.csv",
        row=int(identity) + 1,
    )


def kiln(amounts: list[Amount], uncertainty: str | None) -> Calculation:
    return Calculation(
        "kiln",
        "site",
        "clinker",
        US,
        YEAR,
        Scope.ONE,
        amounts,
        Explanation("kiln", "some"),
        uncertainty=uncertainty,
        file="kiln.csv",
        row=9,
    )


def stated(bills: list[Activity], *factors: Factor, calculations: tuple[Calculation, ...] = ()) -> Statement:
    return account(bills, Catalogue(factors), calculations=calculations).co2e(gwp_set("AR5"))


SHARED = stated([bill("1", "100"), bill("2", "200")], factor(co2("1", "0.9", "1.1")))


def test_two_sources_that_share_a_factor_err_together() -> None:
    assert str(propagate_uncertainty(SHARED).percent(4, UP)) == "10.0000"


def test_two_sources_of_two_factors_err_apart() -> None:
    apart = stated(
        [bill("1", "100"), bill("2", "200", kind="coal")],
        factor(co2("1", "0.9", "1.1")),
        factor(co2("1", "0.9", "1.1"), kind="coal"),
    )
    assert str(propagate_uncertainty(apart).percent(4, UP)) == "7.4536"


def test_a_line_alone_follows_the_product_rule() -> None:
    line = stated([bill("1", "70", "5")], factor(co2("2", "1.8", "2.2")))
    assert propagate_uncertainty(line).percent(6, UP) == product_uncertainty([5, 10], 6, UP)


def test_gases_of_one_factor_err_apart() -> None:
    line = stated([bill("1", "1")], factor(co2("28", "25.2", "30.8"), co2("1", "0.9", "1.1", "CH4")))
    assert propagate_uncertainty(line).percent(6, UP) == sum_uncertainty([(28, 10), (28, 10)], 6, UP)


def test_limits_that_are_not_symmetric_count_by_the_farther_one_and_say_so() -> None:
    found = propagate_uncertainty(stated([bill("1", "1")], factor(co2("10", "9.5", "12"))))
    assert str(found.percent(1, UP)) == "20.0"
    assert found.findings == ("factor gas (1), CO2: limits not symmetric, the farther one was taken",)


def test_a_rate_of_zero_with_limits_counts_in_tonnes() -> None:
    line = stated([bill("1", "10")], factor(co2("5", "5", "5"), co2("0", "0", "0.5", "CH4")))
    found = propagate_uncertainty(line)
    assert found.half_width(1, UP) == CO2e("140", "tCO2e")
    assert "factor gas (1), CH4, which is zero: more than ±30 %" in found.findings[1]


def test_what_is_wider_than_thirty_percent_is_a_finding() -> None:
    bills = [bill("1", "10", "30"), bill("2", "10", "30.01")]
    calculations = (kiln([Amount("CO2", 5, "t")], "60"),)
    wide = stated(bills, factor(co2("1", "0.5", "1.5")), calculations=calculations)
    found = propagate_uncertainty(wide)
    assert [finding.partition(":")[0] for finding in found.findings] == [
        "factor gas (1), CO2",
        "activity 2",
        "calculation kiln",
    ]
    assert "approach 1 is not valid; simulate instead" in found.findings[0]
    assert "[recalled]" in found.explain(1, UP, largest=1).text()


def test_all_that_has_no_uncertainty_is_named_at_once() -> None:
    rows = stated(
        [bill("1", "10", None), bill("2", "10", None)],
        factor(co2("1"), co2("1", gas="CH4")),
        calculations=(kiln([Amount("CO2", 5, "t")], None),),
    )
    with pytest.raises(BatchError) as caught:
        propagate_uncertainty(rows)
    assert [(each.file, each.row, each.was) for each in caught.value.problems] == [
        ("factors.csv", 2, "factor gas (1), CO2"),
        ("factors.csv", 2, "factor gas (1), CH4"),
        ("bills.csv", 2, "activity 1"),
        ("bills.csv", 3, "activity 2"),
        ("kiln.csv", 9, "calculation kiln"),
    ]


def test_what_is_assumed_is_said() -> None:
    rows = stated(
        [bill("1", "10", None), bill("2", "20", "3")],
        factor(co2("1")),
        calculations=(kiln([Amount("CO2", 5, "t")], None),),
    )
    found = propagate_uncertainty(rows, assumed=Assumption(activity=5, factor=7, calculation="0"))
    assert found.findings == (
        "1 rates of factors assumed at ±7 %",
        "1 activities assumed at ±5 %",
        "1 calculations assumed at ±0 %",
    )
    assert found.square == Decimal("0.5") ** 2 + Decimal("0.6") ** 2 + Decimal("2.1") ** 2
    with pytest.raises(BatchError, match="calculation kiln"):
        propagate_uncertainty(rows, assumed=Assumption(activity=5, factor=7))


def test_potentials_count_only_if_they_are_named_and_are_shared_by_all_of_a_gas() -> None:
    methane = factor(co2("1", "1", "1", "CH4"))
    other = factor(Rate("CH4", "1", "t", origin=Origin.FOSSIL, lower=1, upper=1), kind="coal")
    rows = stated(
        [bill("1", "10"), bill("2", "10", kind="coal")],
        methane,
        other,
        calculations=(kiln([Amount("CH4", 10, "t")], "0"),),
    )
    assert str(propagate_uncertainty(rows).percent(1, UP)) == "0.0"
    assert str(propagate_uncertainty(rows, potential={"CH4": 40}).percent(1, UP)) == "40.0"
    with pytest.raises(UnknownGasError, match="was methane"):
        propagate_uncertainty(rows, potential={"methane": 40})
    with pytest.raises(InvalidValueError, match="zero or more"):
        propagate_uncertainty(rows, potential={"CH4": -1})


def test_a_potential_wider_than_thirty_percent_is_a_finding_as_in_a_simulation() -> None:
    methane = stated([bill("1", "10")], factor(co2("1", "1", "1", "CH4")))
    found = propagate_uncertainty(methane, potential={"N2O": "30", "CH4": 39})
    assert found.findings == (
        "global warming potential of CH4: more than ±30 %, where approach 1 is not valid; simulate instead",
    )
    named = [each.partition(":")[0] for each in found.findings]
    drawn = simulate(methane, seed=1, draws=100, potential={"N2O": "30", "CH4": 39})
    assert [each.partition(":")[0] for each in drawn.findings] == named
    assert propagate_uncertainty(methane, potential={"CH4": 30}).findings == ()


def test_reversals_err_by_themselves_and_that_is_said() -> None:
    rows = [bill("1", "100", "10"), bill("2", "-100", "10"), bill("3", "-5"), bill("4", "0", "5")]
    credit = kiln([Amount("CO2", 1, "t"), Amount("CO2", -2, "t")], "3")
    found = propagate_uncertainty(stated(rows, factor(co2("1", "1", "1")), calculations=(credit,)))
    assert found.findings == (
        (
            "2 negative rows have an uncertainty, each taken as independent: "
            "the error of a credit note does not cancel that of its bill"
        ),
    )
    assert found.square == 10**2 + 10**2 + Decimal("0.03") ** 2
    certain = (kiln([Amount("CO2", -2, "t")], "0"),)
    without = stated([rows[0], rows[2], rows[3]], factor(co2("1", "1", "1")), calculations=certain)
    assert propagate_uncertainty(without).findings == ()


def test_a_bill_that_is_split_has_a_narrower_interval() -> None:
    gas = factor(co2("1", "1", "1"))
    whole, halves = stated([bill("1", "100", "10")], gas), [bill("1", "50", "10"), bill("2", "50", "10")]
    assert str(propagate_uncertainty(whole).percent(4, UP)) == "10.0000"
    assert str(propagate_uncertainty(stated(halves, gas)).percent(4, UP)) == "7.0711"


def test_two_rates_of_one_gas_are_told_apart_by_their_origin() -> None:
    both = [
        Rate("CH4", "1", "t", origin=origin, lower="0.5", upper="1.5")
        for origin in (Origin.FOSSIL, Origin.BIOGENIC)
    ]
    names = ["factor gas (1), fossil CH4", "factor gas (1), biogenic CH4"]
    found = propagate_uncertainty(stated([bill("1", "10")], factor(*both)))
    assert [term.input for term in found.terms] == names
    assert [finding.partition(":")[0] for finding in found.findings] == names
    bare = [Rate("CH4", "1", "t", origin=origin) for origin in (Origin.FOSSIL, Origin.BIOGENIC)]
    with pytest.raises(BatchError) as caught:
        propagate_uncertainty(stated([bill("1", "10")], factor(*bare)))
    assert [each.was for each in caught.value.problems] == names


def test_biogenic_carbon_dioxide_stands_apart_here_too() -> None:
    rates = (co2("1", "0.9", "1.1"), Rate("CO2", "5", "t", origin=Origin.BIOGENIC))
    assert str(propagate_uncertainty(stated([bill("1", "10")], factor(*rates))).percent(1, UP)) == "10.0"


def test_a_factor_that_its_publisher_weighed_keeps_its_limits() -> None:
    weighed = factor(Rate("CO2e", "2", "kgCO2e", basis="AR5", lower="1.9", upper="2.1"))
    assert str(propagate_uncertainty(stated([bill("1", "10")], weighed)).percent(1, UP)) == "5.0"


def test_a_total_of_zero_has_no_shares_but_an_interval() -> None:
    found = propagate_uncertainty(
        stated([bill("1", "10", "5"), bill("2", "-10", "5")], factor(co2("1", "1", "1")))
    )
    with pytest.raises(InvalidValueError, match="not be zero"):
        found.percent(1, UP)
    assert str(found.half_width(4, UP)) == "0.7071 tCO2e"
    assert "accuracy" not in found.explain(1, UP, largest=0).text()


def test_the_order_of_the_rows_changes_nothing() -> None:
    rows = [bill("1", "10", "5"), bill("2", "20", "6"), bill("3", "30", "7")]
    gas = factor(co2("1", "0.9", "1.1"))
    assert propagate_uncertainty(stated(rows, gas)) == propagate_uncertainty(stated(rows[::-1], gas))


def test_an_interval_explains_itself_with_rules_and_class() -> None:
    text = propagate_uncertainty(SHARED).explain(1, UP, largest=3).text()
    assert text.splitlines()[0] == (
        "95 % interval of 300.000 tCO2e, approach 1: ±30.0 tCO2e = root of the sum of squares of 1 inputs"
    )
    assert "accuracy: good" in text
    assert "factor gas (1), CO2: ±30" in text


def test_the_ambient_context_changes_nothing() -> None:
    before = propagate_uncertainty(SHARED).percent(20, UP)
    with decimal.localcontext(prec=3):
        assert propagate_uncertainty(SHARED).percent(20, UP) == before


def test_nothing_passes_through_the_ambient_context() -> None:
    rows = stated(
        [bill("1", "123456.789123", "3.3333333"), bill("2", "-7.7777777", "44.4444444")],
        factor(co2("1.23456789", "1.12345678", "1.35")),
        calculations=(kiln([Amount("CO2", "98765.4321", "t")], "1.2345678"),),
    )
    trend = [TrendRow("a", "123456.789", "98765.4321", "2.3456789", "5.6789012")]

    def all_of_it() -> tuple[object, ...]:
        found = propagate_uncertainty(rows, potential={"CO2": "1.2345678"})
        moved = trend_uncertainty(trend, factor_correlated=True, activity_correlated=False)
        return (
            found.explain(9, UP, largest=9).text(),
            found.largest(9),
            found.percent(9, UP),
            moved.explain(9, UP).text(),
            product_uncertainty(["1.2345678", "2.3456789"], 9, UP),
            sum_uncertainty([("1.2345678", "2.3456789"), ("-0.1234567", "3.4567891")], 9, UP),
        )

    before = all_of_it()
    with decimal.localcontext(decimal.Context(prec=5, traps=[decimal.Inexact, decimal.Rounded])):
        assert all_of_it() == before


@given(st.fractions(0, 10**12), st.integers(-2, 20), roundings())
def test_a_root_is_rounded_as_the_exact_number_would_be(
    square: Fraction, places: int, rounding: Rounding
) -> None:
    found = Fraction(square_root(square, places, rounding))
    step = Fraction(10) ** -places
    none, half, one = Fraction(0), Fraction(1, 2), Fraction(1)
    low, high = {
        Rounding.FLOOR: (none, one),
        Rounding.TOWARDS_ZERO: (none, one),
        Rounding.CEILING: (-one, none),
        Rounding.AWAY_FROM_ZERO: (-one, none),
        Rounding.HALF_UP: (-half, half),
        Rounding.HALF_EVEN: (-half, half),
    }[rounding]
    assert max(found + low * step, Fraction(0)) ** 2 <= square <= (found + high * step) ** 2


@pytest.mark.parametrize(
    ("square", "rounding", "expected"),
    [
        ("6.25", Rounding.HALF_UP, "3"),
        ("6.25", Rounding.HALF_EVEN, "2"),
        ("12.25", Rounding.HALF_EVEN, "4"),
        ("9", Rounding.CEILING, "3"),
        ("9.0000000000000000000000000000000001", Rounding.CEILING, "4"),
        ("8.9999999999999999999999999999999999", Rounding.FLOOR, "2"),
    ],
)
def test_ties_and_squares_are_exact(square: str, rounding: Rounding, expected: str) -> None:
    assert str(square_root(Fraction(square), 0, rounding)) == expected


def test_bad_inputs_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="square: must be zero or more"):
        square_root(Fraction(-1), 0, UP)
    with pytest.raises(InvalidValueError, match="not add up to zero"):
        sum_uncertainty([(1, 5), (-1, 5)], 2, UP)
    with pytest.raises(InvalidValueError, match="zero or more"):
        product_uncertainty([5, -1], 2, UP)
    with pytest.raises(InexactNumberError):
        product_uncertainty([0.5], 2, UP)  # type: ignore[list-item]
    assert product_uncertainty([], 2, UP) == 0


def test_what_is_missing_is_no_zero() -> None:
    with pytest.raises(InexactNumberError):
        product_uncertainty([5, None], 2, UP)  # type: ignore[list-item]
    with pytest.raises(InexactNumberError):
        sum_uncertainty([(100, None)], 2, UP)  # type: ignore[list-item]
    with pytest.raises(InexactNumberError):
        TrendRow("coal", 100, 90, None, 5)  # type: ignore[arg-type]
    with pytest.raises(InexactNumberError):
        propagate_uncertainty(SHARED, potential={"CO2": None})  # type: ignore[dict-item]


@pytest.mark.parametrize("value", [None, 5, "15", b"15", object()])
def test_arguments_of_other_types_are_refused(value: Any) -> None:  # noqa: ANN401  anything at all
    for refused in (
        lambda: propagate_uncertainty(value),
        lambda: product_uncertainty(value, 2, UP),
        lambda: sum_uncertainty(value, 2, UP),
        lambda: square_root(value, 2, UP),
    ):
        with pytest.raises(WrongTypeError):
            refused()
    with pytest.raises(WrongTypeError):
        trend_uncertainty(value, factor_correlated=True, activity_correlated=True)
    if value is not None:
        with pytest.raises(WrongTypeError, match="assumed"):
            propagate_uncertainty(SHARED, assumed=value)
        with pytest.raises(WrongTypeError, match="potential"):
            propagate_uncertainty(SHARED, potential=value)


@pytest.mark.parametrize("part", [5, "15", (100,), (100, 5, 5)])
def test_a_term_without_its_uncertainty_is_refused(part: Any) -> None:  # noqa: ANN401  anything at all
    with pytest.raises(InvalidValueError, match="parts"):
        sum_uncertainty([part], 2, UP)


@pytest.mark.parametrize("count", [-1, "0.5", None])
def test_a_number_of_terms_that_is_none_is_refused(count: Any) -> None:  # noqa: ANN401  anything at all
    with pytest.raises(InvalidValueError):
        propagate_uncertainty(SHARED).largest(count)


ROW = TrendRow("a", 100, 90, 3, 4)


@pytest.mark.parametrize(
    ("factors", "activities", "expected"),
    [
        # one row: I is 0, as both years move together; J is 0.9
        (True, True, "0.0000"),
        (False, True, "5.0912"),  # 0.9 × 4 × √2
        (True, False, "3.8184"),  # 0.9 × 3 × √2
        (False, False, "6.3640"),
    ],
)
def test_what_errs_alike_in_both_years_leaves_the_trend_alone(
    factors: bool,  # noqa: FBT001
    activities: bool,  # noqa: FBT001
    expected: str,
) -> None:
    found = trend_uncertainty([ROW], factor_correlated=factors, activity_correlated=activities)
    assert str(found.trend_points(4, UP)) == expected
    assert str(found.percent(4, UP)) == "5.0000"


def test_a_trend_explains_itself() -> None:
    text = trend_uncertainty([ROW], factor_correlated=True, activity_correlated=False).explain(2, UP).text()
    assert "95 % interval of the trend, approach 1: ±3.82 percentage points" in text
    assert "table 3.2, columns G to M [recalled]" in text
    assert "a: G 5.00 % = base 100, current 90" in text


@pytest.mark.parametrize(("base", "current", "named"), [(0, 1, "base year"), (1, 0, "current year")])
def test_a_year_that_adds_up_to_zero_has_no_trend(base: int, current: int, named: str) -> None:
    with pytest.raises(InvalidValueError, match=named):
        trend_uncertainty(
            [TrendRow("a", base, current, 1, 1)], factor_correlated=True, activity_correlated=False
        )

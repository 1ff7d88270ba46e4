"""Data quality: scores weighted by emissions, with the share that they are of."""

from __future__ import annotations

import decimal
from fractions import Fraction

import pytest

from carbonkit.accounting import (
    Activity,
    Amount,
    Calculation,
    Catalogue,
    Factor,
    Quality,
    Rate,
    Scope,
    Statement,
    account,
    gwp_set,
)
from carbonkit.accounting.data_quality import Accuracy, Unscored, accuracy, data_quality
from carbonkit.errors import (
    BatchError,
    InexactNumberError,
    InvalidValueError,
    NotFoundError,
    WrongTypeError,
)
from carbonkit.values import CO2e, Energy, Explanation, Period, Place, Rounding, Source

YEAR, US = Period.year(2025), Place("US")
UP = Rounding.HALF_UP
BEST, MIXED = Quality(1, 1, 1, 1, 1), Quality(1, 2, 3, 4, 5)
KILN = Calculation(
    "kiln",
    "site",
    "lime",
    US,
    YEAR,
    Scope.ONE,
    [Amount("CO2", "4", "t")],
    Explanation("kiln", "4 t"),
    file="kiln.csv",
    row=3,
)


def stated(
    *rows: tuple[str, Quality | None],
    of_factor: Quality | None = BEST,
    calculations: tuple[Calculation, ...] = (),
) -> Statement:
    gas = Factor(
        "gas",
        "1",
        "gas",
        US,
        YEAR,
        "GJ",
        [Rate("CO2", 1, "t")],
        Source("Us", "Gas analysis", 2025),
        quality=of_factor,
        file="factors.csv",
        row=2,
    )
    bills = [
        Activity(
            str(number),
            "site",
            "gas",
            Energy(amount, "GJ"),
            US,
            YEAR,
            Scope.ONE,
            quality=quality,
            file="bills.csv",
            row=number,
        )
        for number, (amount, quality) in enumerate(rows, start=2)
    ]
    return account(bills, Catalogue([gas]), calculations=calculations).co2e(gwp_set("AR5"))


def test_scores_are_weighted_by_emissions() -> None:
    found = data_quality(stated(("30", BEST), ("10", MIXED)), unscored=Unscored.REFUSE)
    assert str(found.activities.score(2, UP)) == "1.50"
    indicators = ("technology", "time", "geography", "completeness", "reliability")
    expected = ["1.00", "1.25", "1.50", "1.75", "2.00"]
    assert [str(found.activities.indicator(name, 2, UP)) for name in indicators] == expected
    assert str(found.factors.score(2, UP)) == "1.00"
    assert found.activities.share == found.factors.share == 1
    assert found.findings == ()
    with pytest.raises(NotFoundError, match="was colour"):
        found.activities.indicator("colour", 2, UP)


def test_a_share_without_a_score_is_reported_or_refused() -> None:
    rows = stated(("30", BEST), ("10", None), of_factor=None, calculations=(KILN,))
    found = data_quality(rows, unscored=Unscored.REPORT)
    assert found.activities.share == Fraction(30, 44)
    assert found.activities.scored == CO2e(30, "tCO2e")
    assert found.factors.score(2, UP) is None
    assert found.factors.share == 0
    assert found.findings == ("3 rows and factors have no score",)
    with pytest.raises(BatchError) as caught:
        data_quality(rows, unscored=Unscored.REFUSE)
    assert [(each.file, each.row) for each in caught.value.problems] == [
        ("factors.csv", 2),
        ("bills.csv", 3),
        ("kiln.csv", 3),
    ]


def test_a_reversal_cancels_what_it_corrects() -> None:
    found = data_quality(stated(("30", BEST), ("10", MIXED), ("-10", MIXED)), unscored=Unscored.REFUSE)
    assert found.activities.score(2, UP) == 1
    taken_back = data_quality(stated(("30", BEST), ("-10", MIXED)), unscored=Unscored.REFUSE)
    assert taken_back.findings == ("activities of quality 1/2/3/4/5 took more back than they emitted",)


def test_nothing_has_no_score_and_no_share() -> None:
    found = data_quality(stated(("30", BEST), ("-30", BEST)), unscored=Unscored.REFUSE).activities
    assert found.score(2, UP) is None
    assert found.share is None
    assert found.explain(1, UP).value == "no score"


def test_a_score_explains_itself() -> None:
    found = data_quality(stated(("30", BEST), ("10", MIXED)), unscored=Unscored.REFUSE)
    text = found.activities.explain(2, UP).text()
    assert "data quality of activities: 1.50 = weighted by emissions; 40.000 tCO2e of 40.000 tCO2e" in text
    assert "[recalled]" in text
    assert "quality 1/2/3/4/5: 3.0 = 10.000 tCO2e" in text


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        ("0", Accuracy.HIGH),
        ("5", Accuracy.HIGH),
        ("5.0001", Accuracy.GOOD),
        ("15", Accuracy.GOOD),
        ("15.01", Accuracy.FAIR),
        ("30", Accuracy.FAIR),
        ("30.1", Accuracy.POOR),
    ],
)
def test_classes_of_accuracy(percent: str, expected: Accuracy) -> None:
    assert accuracy(percent) is expected


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(InvalidValueError):
        accuracy("-1")
    with pytest.raises(WrongTypeError):
        data_quality(stated(), unscored="report")  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="statement"):
        data_quality(None, unscored=Unscored.REPORT)  # type: ignore[arg-type]


def test_no_uncertainty_is_no_high_accuracy() -> None:
    with pytest.raises(InexactNumberError):
        accuracy(None)  # type: ignore[arg-type]


def test_the_ambient_context_changes_nothing() -> None:
    rows = stated(("123456.789123", BEST), ("-7.7777777", MIXED), ("0.1234567", None))

    def all_of_it() -> tuple[object, ...]:
        found = data_quality(rows, unscored=Unscored.REPORT)
        each = (found.activities, found.factors)
        return found, *((it.share, it.explain(9, UP).text(), it.indicator("time", 9, UP)) for it in each)

    before = all_of_it()
    with decimal.localcontext(decimal.Context(prec=5, traps=[decimal.Inexact, decimal.Rounded])):
        assert all_of_it() == before

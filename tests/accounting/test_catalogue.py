"""Catalogues find the one factor that holds, or say what is known near it; nothing falls back."""

from __future__ import annotations

import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import Catalogue, Factor, Rate, Scope2Method
from carbonkit.errors import BatchError, InvalidValueError, UnknownFactorError
from carbonkit.values import Period, Place, Source

if TYPE_CHECKING:
    from tests.accounting.conftest import MakeFactor

Y2024, Y2025 = Period.year(2024), Period.year(2025)


@pytest.fixture
def catalogue(factor: MakeFactor) -> Catalogue:
    return Catalogue(
        [
            factor("gas", valid=Y2025),
            factor("gas", edition="2024", valid=Y2024),
            factor("gas-wa", place="US/WA"),
            factor("grid", activity="electricity", method=Scope2Method.LOCATION),
        ]
    )


@pytest.mark.parametrize(
    ("when", "edition"),
    [
        ("2024-12-31", "2024"),
        ("2025-01-01", "2025"),
        (datetime.date(2025, 12, 31), "2025"),
        (Y2024, "2024"),
        (Period("2025-12-01", "2026-01-01"), "2025"),
    ],
)
def test_the_date_chooses(catalogue: Catalogue, when: str | datetime.date | Period, edition: str) -> None:
    assert catalogue.find("natural gas", Place("US"), when).edition == edition


def test_the_place_chooses(catalogue: Catalogue) -> None:
    assert catalogue.find("natural gas", Place("US/WA"), Y2025).id == "gas-wa"


def test_the_method_chooses(catalogue: Catalogue) -> None:
    assert catalogue.find("electricity", Place("US"), Y2025, method=Scope2Method.LOCATION).id == "grid"


@pytest.mark.parametrize(
    ("activity", "place", "when", "method", "message"),
    [
        ("natural gaz", "US", Y2025, None, "activity: .* was natural gaz; known: natural gas"),
        ("steam", "US", Y2025, None, "activity: .* was steam; known: electricity, natural gas"),
        ("natural gas", "ZZ", Y2025, None, "place: .* for natural gas, was ZZ; known: US, US/WA"),
        ("natural gas", "US/WA/Seattle", Y2025, None, "place: .* was US/WA/Seattle; known: US, US/WA"),
        ("natural gas", "US", "2023-12-31", None, r"period: .* was 2023-12-31; known: \[2024-01-01, 2025"),
        ("natural gas", "US", Period.year(2026), None, r"period: must be a time .* was \[2026-01-01"),
        (
            "natural gas",
            "US/WA",
            Y2024,
            None,
            "period: must be a time with a factor for natural gas at US/WA",
        ),
        ("electricity", "US", Y2025, None, "method: .* was none .* known: location-based"),
        (
            "electricity",
            "US",
            Y2025,
            Scope2Method.MARKET,
            "method: .* was market-based; known: location-based",
        ),
    ],
)
def test_nothing_falls_back(  # noqa: PLR0917  one argument a column of the table
    catalogue: Catalogue,
    activity: str,
    place: str,
    when: str | Period,
    method: Scope2Method | None,
    message: str,
) -> None:
    with pytest.raises(UnknownFactorError, match=message):
        catalogue.find(activity, Place(place), when, method=method)


def test_a_period_over_two_factors_is_to_be_split(catalogue: Catalogue) -> None:
    with pytest.raises(
        UnknownFactorError, match=r"within the validity of one factor.* split it at 2025-01-01;"
    ):
        catalogue.find("natural gas", Place("US"), Period("2024-12-15", "2025-01-15"))


def test_a_period_that_ends_after_the_factor_is_to_be_split(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownFactorError, match="split it at 2026-01-01"):
        catalogue.find("natural gas", Place("US"), Period("2025-12-15", "2026-01-15"))


def test_all_overlaps_are_reported(factor: MakeFactor) -> None:
    with pytest.raises(BatchError) as caught:
        Catalogue(
            [
                factor("a", valid=Period("2024-01-01", None), row=2),
                factor("b", valid=Y2025, row=3),
                factor("c", valid=Period("2025-12-31", None), row=4),
                factor("d", valid=Y2025, place="CN", row=5),
                factor("e", valid=Y2025, method=Scope2Method.MARKET, row=6),
            ]
        )
    assert [problem.row for problem in caught.value.problems] == [3, 4, 4]
    assert str(caught.value.problems[0]) == (
        "factors.csv, row 3, valid_from: must not overlap a (2025), valid [2024-01-01, …), in factors.csv,"
        " row 2, was b (2025), valid [2025-01-01, 2026-01-01); both are for natural gas at US; "
        "end one or take one edition"
    )
    assert {problem.code for problem in caught.value.problems} == {"overlap"}


def test_two_editions_that_hold_at_once_overlap(factor: MakeFactor) -> None:
    with pytest.raises(BatchError, match="must not overlap gas"):
        Catalogue([factor(edition="2025"), factor(edition="2025.1")])


def test_validities_that_only_touch_are_fine(factor: MakeFactor) -> None:
    both = Catalogue([factor("b", valid=Y2025), factor("a", valid=Y2024)])
    assert repr(both) == "<Catalogue of 2 factors>"


def test_an_identity_is_used_once(factor: MakeFactor) -> None:
    with pytest.raises(
        BatchError, match=r"row 3, id and edition: must be used once .* also in factors.csv, row 2"
    ):
        Catalogue([factor(valid=Y2024, row=2), factor(valid=Y2025, row=3)])


def test_a_catalogue_holds_factors() -> None:
    with pytest.raises(InvalidValueError, match="must be of type Factor"):
        Catalogue(["gas"])  # type: ignore[list-item]  # the mistake under test


SOURCE = Source("Us", "Test", 2025)


@given(
    cuts=st.lists(st.dates(datetime.date(2000, 1, 1), datetime.date(2030, 1, 1)), min_size=2, unique=True),
    day=st.dates(datetime.date(1999, 1, 1), datetime.date(2031, 1, 1)),
)
def test_any_day_has_the_one_factor_that_holds_on_it(cuts: list[datetime.date], day: datetime.date) -> None:
    cuts.sort()
    factors = [
        Factor(str(start), "1", "x", Place("US"), Period(start, end), "kWh", (Rate("CO2", 1, "kg"),), SOURCE)
        for start, end in pairwise(cuts)
    ]
    holding = [factor for factor in factors if day in factor.valid]
    catalogue = Catalogue(reversed(factors))
    if holding:
        assert [catalogue.find("x", Place("US"), day)] == holding
    else:
        with pytest.raises(UnknownFactorError):
            catalogue.find("x", Place("US"), day)

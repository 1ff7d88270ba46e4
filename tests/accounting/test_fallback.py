"""A look-up falls back only by the steps that a policy allows, and says which one it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonkit.accounting import (
    Calorific,
    Catalogue,
    Factor,
    Fallback,
    First,
    Rate,
    Scope,
    account,
    gwp_set,
)
from carbonkit.accounting.fallback import moved
from carbonkit.errors import BatchError, IncompatibleUnitsError, InvalidValueError, UnknownFactorError
from carbonkit.values import Period, Place

if TYPE_CHECKING:
    from tests.accounting.conftest import MakeActivity, MakeFactor


def steps(fallback: Fallback, place: str) -> list[str]:
    return [str(step) for step in fallback.steps(Place(place))]


def test_places_before_years_or_years_before_places() -> None:
    both = {"wider": True, "stand_ins": (Place("001"),), "years_back": 1, "years_ahead": 1}
    assert steps(Fallback(first=First.PLACE, **both), "US/WA") == [  # type: ignore[arg-type]
        "factor of US taken for US/WA",
        "factor of 001 taken for US/WA",
        "1 year earlier",
        "factor of US taken for US/WA, 1 year earlier",
        "factor of 001 taken for US/WA, 1 year earlier",
        "1 year later",
        "factor of US taken for US/WA, 1 year later",
        "factor of 001 taken for US/WA, 1 year later",
    ]
    assert steps(Fallback(first=First.YEAR, wider=True, years_back=2), "US/WA") == [
        "1 year earlier",
        "2 years earlier",
        "factor of US taken for US/WA",
        "factor of US taken for US/WA, 1 year earlier",
        "factor of US taken for US/WA, 2 years earlier",
    ]


def test_a_policy_that_allows_nothing_has_no_steps() -> None:
    assert steps(Fallback(first=First.PLACE), "US/WA") == []
    assert steps(Fallback(first=First.PLACE, wider=True), "US") == []


@pytest.mark.parametrize("years", [-1, 51, 2**70])
def test_years_are_few_and_not_negative(years: int) -> None:
    with pytest.raises(InvalidValueError, match="years"):
        Fallback(first=First.PLACE, years_back=years)
    with pytest.raises(InvalidValueError, match="years"):
        Fallback(first=First.PLACE, years_ahead=years)
    with pytest.raises(InvalidValueError, match="stand_ins"):
        Fallback(first=First.PLACE, stand_ins=("US",))  # type: ignore[arg-type]  # the mistake under test


def test_which_way_first_changes_the_factor_that_is_found(factor: MakeFactor, activity: MakeActivity) -> None:
    catalogue = Catalogue(
        [
            factor("wide", Rate("CO2", "1", "kg"), place="US", valid=Period.year(2025)),
            factor("old", Rate("CO2", "2", "kg"), place="US/WA", valid=Period.year(2024)),
        ]
    )
    rows = [activity(place="US/WA")]
    found = {
        first: account(rows, catalogue, fallback=Fallback(first=first, wider=True, years_back=1)).lines[0]
        for first in First
    }
    assert {first: line.factor.id for first, line in found.items()} == {
        First.PLACE: "wide",
        First.YEAR: "old",
    }
    assert str(found[First.PLACE].step) == "factor of US taken for US/WA"
    assert str(found[First.YEAR].step) == "1 year earlier"
    with pytest.raises(BatchError, match="period: must be a time with a factor"):
        account(rows, catalogue)


def test_the_result_says_which_step_was_taken(factor: MakeFactor, activity: MakeActivity) -> None:
    catalogue = Catalogue([factor(valid=Period.year(2023))])
    inventory = account([activity()], catalogue, fallback=Fallback(first=First.PLACE, years_back=2))
    assert "2 MMBtu × factor (2 years earlier)" in inventory.lines[0].explain().text()
    assert "× factor × global warming potentials (2 years earlier)" in (
        inventory.co2e(gwp_set("AR5")).explain().text()
    )


def test_an_exact_factor_is_taken_before_any_step(factor: MakeFactor, activity: MakeActivity) -> None:
    catalogue = Catalogue([factor("exact"), factor("other", place="CA")])
    policy = Fallback(first=First.PLACE, stand_ins=(Place("CA"),), years_back=5)
    line = account([activity()], catalogue, fallback=policy).lines[0]
    assert (line.factor.id, line.step) == ("exact", None)


def test_a_step_never_takes_another_method_unit_or_heat(factor: MakeFactor) -> None:
    gross = factor(place="US", per="kWh")
    catalogue = Catalogue([gross])
    policy = Fallback(first=First.PLACE, wider=True, years_back=3)
    with pytest.raises(UnknownFactorError):
        catalogue.choose(
            "natural gas", Place("US/WA"), Period.year(2025), calorific=Calorific.NET, fallback=policy
        )
    with pytest.raises(IncompatibleUnitsError, match="a density or calorific value would be needed"):
        catalogue.choose("natural gas", Place("US/WA"), Period.year(2025), unit="t", fallback=policy)


def test_a_period_moves_from_the_same_day_to_the_same_day() -> None:
    assert moved(Period("2025-03-01", None), -2) == Period("2023-03-01", None)
    assert moved(Period.year(2025), 3) == Period.year(2028)


# ------------------------------------------------------- units and heats in the key


def test_factors_per_several_units_stand_side_by_side(factor: MakeFactor, activity: MakeActivity) -> None:
    catalogue = Catalogue(
        [
            factor("km", Rate("CO2", "1", "kg"), per="km"),
            factor("mi", Rate("CO2", "1.6", "kg"), per="mi"),
            factor("litre", Rate("CO2", "2", "kg"), per="L"),
        ]
    )
    taken = [
        account([activity("1", "3", unit)], catalogue).lines[0].factor.id for unit in ("km", "mi", "gal_us")
    ]
    assert taken == ["km", "mi", "litre"]
    with pytest.raises(
        BatchError, match=r"be in one of the units L, km, mi, .*, was nmi; each was published"
    ):
        account([activity("1", "3", "nmi", scope=Scope.ONE)], catalogue)
    with pytest.raises(IncompatibleUnitsError, match="was no unit"):
        catalogue.find("natural gas", Place("US"), Period.year(2025))


def test_gross_and_net_heat_are_never_taken_for_each_other(factor: MakeFactor) -> None:
    made = factor()
    catalogue = Catalogue(
        [
            type(made)(
                heat.value,
                "1",
                "gas",
                Place("US"),
                Period.year(2025),
                "kWh",
                made.rates,
                made.source,
                calorific=heat,
            )
            for heat in Calorific
        ]
    )
    for heat in Calorific:
        found = catalogue.find("gas", Place("US"), Period.year(2025), calorific=heat)
        assert found.id == heat.value
        assert str(heat) in found.explain().how
    with pytest.raises(UnknownFactorError, match=r"calorific: .* was none; known: gross .*, net"):
        catalogue.find("gas", Place("US"), Period.year(2025))


def test_a_leap_day_and_the_ends_of_the_calendar_are_looked_up_like_other_days(factor: MakeFactor) -> None:
    catalogue = Catalogue([factor(valid=Period.year(2023))])
    policy = Fallback(first=First.YEAR, years_back=1)
    for day in ("2024-02-28", "2024-02-29", "2024-12-31"):
        found = catalogue.choose("natural gas", Place("US"), day, fallback=policy)
        assert str(found.step) == "1 year earlier"
    far = Fallback(first=First.YEAR, years_back=50, years_ahead=50)
    for period in (Period("0001-01-01", "0001-02-01"), Period("9999-01-01", "9999-12-31")):
        with pytest.raises(UnknownFactorError):
            catalogue.choose("natural gas", Place("US"), period, fallback=far)
    with pytest.raises(InvalidValueError, match="before the last day of the calendar"):
        catalogue.find("natural gas", Place("US"), "9999-12-31")


def test_figures_per_units_that_convert_agree_but_for_their_rounding(factor: MakeFactor) -> None:
    def pair(number: str, other: str, **more: str) -> list[Factor]:
        rates = [Rate("CO2", number, "kg")], [Rate("CO2", other, "kg")]
        return [factor("a", *rates[0], per="kWh"), factor("b", *rates[1], per="MWh", row=4, **more)]  # type: ignore[arg-type]

    for number, other in (("0.5", "500"), ("0.50", "504"), ("0.5", "540"), ("0", "0")):
        assert len(Catalogue(pair(number, other)).factors) == 2
    for number, other in (("0.500", "900"), ("0.50", "560"), ("0.000", "20")):
        with pytest.raises(BatchError, match=r"factors.csv, row 4, amount: must agree with a \(2025\)"):
            Catalogue(pair(number, other))
    assert Catalogue(pair("0.5", "900", place="CA")).factors
    assert Catalogue([factor("a", per="km"), factor("b", per="kWh")]).factors


def test_a_statement_says_how_many_lines_took_a_step(factor: MakeFactor, activity: MakeActivity) -> None:
    rows = [activity("1"), activity("2", place="US/WA")]
    catalogue = Catalogue([factor()])
    found = account(rows, catalogue, fallback=Fallback(first=First.PLACE, wider=True)).co2e(gwp_set("AR5"))
    assert "4 MMBtu in 2 lines × factor × global warming potentials (1 by: factor of US taken for US/WA)" in (
        found.explain().text()
    )


def test_what_is_asked_for_has_the_right_type() -> None:
    catalogue = Catalogue([])
    with pytest.raises(InvalidValueError, match="place: must be of type Place"):
        catalogue.choose("gas", "US", Period.year(2025))  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(InvalidValueError, match="fallback: must be of type Fallback"):
        catalogue.choose("gas", Place("US"), Period.year(2025), fallback="wider")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="factors: must be of type Iterable"):
        Catalogue(None)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(InvalidValueError, match="GWP set: must be of type str"):
        gwp_set([])  # type: ignore[arg-type]  # the mistake under test

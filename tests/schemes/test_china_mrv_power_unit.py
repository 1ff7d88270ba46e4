"""China's MRV guideline for power: corrections, names of fuels, all problems together, hostile arguments."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError, WrongTypeError
from carbonkit.registry import UnitClass
from carbonkit.schemes import china_mrv_power as power
from carbonkit.schemes.china_mrv_fuel import FuelKind
from carbonkit.schemes.china_mrv_power_month import FuelMonth, read_fuel_months
from carbonkit.schemes.china_mrv_power_unit import UnitYear, unit_year
from carbonkit.schemes.china_mrv_rounding import Reckoning
from carbonkit.values import Exact, Period, Rule, Source, Status

COAL, OIL, GAS = FuelKind.COAL, FuelKind.OIL, FuelKind.GAS
LARGE = UnitClass.LARGE_COAL


def entry(value: str, start: str, end: str | None = None) -> Rule[Decimal]:
    return Rule(
        what="oxidation of coal",
        value=Decimal(value),
        says=value,
        valid=Period(start, end),
        source=Source("a database", "Factors", 2025),
    )


def coal(number: int, burnt: Exact = 100, **measured: Exact | None) -> FuelMonth:
    return FuelMonth(number, "coal", COAL, burnt, **measured)


def year_of_coal(burnt: Exact = 100, **measured: Exact | None) -> list[FuelMonth]:
    return [coal(number, burnt, **measured) for number in range(1, 13)]


def unit(year: int, months: list[FuelMonth], **changes: object) -> UnitYear:
    settings: dict[str, object] = {
        "unit_class": LARGE,
        "reckoning": Reckoning.BY_YEAR,
        "purchased_mwh": 0 if year < 2026 else None,
    }
    return unit_year(year, months, **settings | changes)  # type: ignore[arg-type]


ALL = range(1, 13)


def fuel_year(fuel: str, kind: FuelKind, last: Exact, **measured: Exact) -> list[FuelMonth]:
    """Burn 1000 in eleven months, and something else in December."""
    return [FuelMonth(number, fuel, kind, 1000 if number < 12 else last, **measured) for number in ALL]


def problems_of(year: int, months: list[FuelMonth], **changes: object) -> list[str]:
    with pytest.raises(BatchError) as refused:
        unit(year, months, **changes)
    return [problem.field for problem in refused.value.problems]


@pytest.mark.parametrize("reckoning", list(Reckoning))
@pytest.mark.parametrize("year", [2021, 2024])
def test_a_negative_month_takes_back_what_was_recorded(year: int, reckoning: Reckoning) -> None:
    found = unit(year, fuel_year("coal", COAL, -50, heat="20", carbon="0.5"), reckoning=reckoning)
    assert found.combustion.exact.tonnes == 10_950 * Fraction("0.5") * Fraction("0.99") * Fraction(44, 12)
    assert found.combustion.emissions == Decimal("19874.25")
    (coal_,) = found.fuels
    assert (coal_.burnt, coal_.heat, coal_.carbon) == (Decimal(10_950), Decimal(20), Decimal("0.5"))
    oil = unit(year, fuel_year("diesel", OIL, -50), reckoning=reckoning)
    expected = 10_950 * Fraction("42.652") * Fraction("0.0202") * Fraction("0.98") * Fraction(44, 12)
    assert oil.combustion.exact.tonnes == expected
    assert oil.fuels[0].heat == Decimal("42.652")


@given(
    st.sampled_from([2021, 2024]),
    st.lists(st.decimals(min_value=1000, max_value=10**5, places=2), min_size=10, max_size=10),
    st.decimals(min_value=-900, max_value=0, places=2),
    st.decimals(min_value="20", max_value="24", places=3),
)
def test_a_year_with_negative_months_is_the_same_by_month_and_by_year_and_cancels(
    year: int, rows: list[Decimal], back: Decimal, heat: Decimal
) -> None:
    heats = [heat] * 11 + [Decimal(26)]

    def both(sign: int) -> list[UnitYear]:
        burnt = [each * sign for each in (*rows, back, Decimal(10**4))]
        months = [
            coal(number, each, heat=warmth, carbon="0.56")
            for number, each, warmth in zip(ALL, burnt, heats, strict=True)
        ]
        return [unit(year, months, reckoning=way) for way in Reckoning]

    there, reversed_ = both(1), both(-1)
    assert there[0].combustion.exact.tonnes == there[1].combustion.exact.tonnes
    for one, other in zip(there, reversed_, strict=True):
        assert one.combustion.emissions + other.combustion.emissions == 0
        assert one.combustion.exact.tonnes + other.combustion.exact.tonnes == 0
        assert one.fuels[0].heat == other.fuels[0].heat


def test_what_no_month_recorded_can_not_be_taken_back() -> None:
    months = fuel_year("coal", COAL, 0, heat="20", carbon="0.5")
    months[11] = coal(12, -50, heat="24", carbon="0.6")
    months += fuel_year("diesel", OIL, 0)
    months[-1] = FuelMonth(12, "diesel", OIL, -50, heat="40")
    for reckoning in Reckoning:
        assert problems_of(2024, months, reckoning=reckoning) == [
            "month 12, coal, heat",
            "month 12, coal, carbon",
            "month 12, diesel, heat",
            "month 12, diesel, carbon",
        ]
    with pytest.raises(BatchError, match=r"between 20 and 24, was 19\.98"):
        unit(2024, months)


def test_months_that_take_each_other_back_leave_nothing_or_are_refused() -> None:
    diesel = [FuelMonth(n, "diesel", OIL, {1: 10, 2: -10}.get(n, 0)) for n in ALL]
    for reckoning in Reckoning:
        found = unit(2024, [*year_of_coal(1, heat="20", carbon="0.5"), *diesel], reckoning=reckoning)
        assert [fuel.fuel for fuel in found.fuels] == ["coal"]
        assert found.combustion.exact.tonnes == 12 * Fraction("0.5") * Fraction("0.99") * Fraction(44, 12)
    diesel[1] = FuelMonth(2, "diesel", OIL, -10, heat="40")
    with pytest.raises(BatchError, match="month 2, diesel, heat: must leave the year an average"):
        unit(2024, diesel)


def test_a_fuel_of_the_tables_is_of_its_kind() -> None:
    for fuel, kind, right in (
        ("natural gas", OIL, "gas"),
        ("天然气", COAL, "gas"),
        ("diesel", COAL, "oil"),
        ("Diesel", GAS, "oil"),
        ("anthracite", GAS, "coal"),
    ):
        with pytest.raises(InvalidValueError, match=f"kind: must be {right}, as {fuel} is in the tables"):
            FuelMonth(1, fuel, kind, 10)
    with pytest.raises(BatchError, match=r"u\.csv, row 2, kind"):
        read_fuel_months(["month,fuel,kind,burnt,heat,carbon", "1,natural gas,oil,10,,"], file="u.csv")
    assert FuelMonth(1, "blend of mine 3", COAL, 10).kind is COAL


def test_a_fuel_under_two_names_is_one_fuel() -> None:
    english, chinese = ([FuelMonth(n, name, OIL, 10) for n in ALL] for name in ("diesel", "柴油"))
    assert problems_of(2024, [*english, *chinese]) == [f"month {n}, diesel" for n in ALL]
    mixed = unit(2024, [*english[:6], *chinese[6:]])
    assert mixed.combustion.exact == unit(2024, english).combustion.exact
    assert len(mixed.fuels) == 1
    own = [FuelMonth(n, name, COAL, 1) for n in ALL for name in ("Blend 3", "blend  3")]
    assert problems_of(2024, own) == [f"month {n}, Blend 3" for n in ALL]


def test_measured_months_are_counted_over_all_names_of_a_coal() -> None:
    months = [
        FuelMonth(n, "烟煤" if n % 2 else "bituminous coal", COAL, 1, carbon="0.56" if n < 4 else None)
        for n in ALL
    ]
    fields = problems_of(2022, months)
    assert [field.split(", ")[0] for field in fields] == [f"month {n}" for n in range(4, 13)]


def test_months_database_default_and_purchase_are_refused_together() -> None:
    own = Rule(
        what="carbon",
        value=Decimal("30.85"),
        says="kg",
        valid=Period.year(2022),
        source=Source("a province", "Letter", 2023),
    )
    months = [*year_of_coal()[:11], *(FuelMonth(n, "whale oil", OIL, 1) for n in ALL)]
    entries = [(COAL, entry("0.985", "2025-12-01")), (GAS, entry("98", "2025-01-01"))]
    fields = problems_of(
        2026, months, purchased_mwh=1, database=entries, plan_drafted_in=2025, default_carbon=own
    )
    assert fields == [
        "month 12, coal",
        *(f"month {n}, whale oil, fuel" for n in ALL),
        "coal, oxidation of coal",
        "oil, database",
        "gas, database",
        "default_carbon, carbon",
        "default_carbon, value",
        "purchased_mwh",
    ]


def test_a_working_shows_only_the_defaults_that_were_used() -> None:
    entries = [(OIL, entry("0.9", "2025-01-01"))]
    diesel = [FuelMonth(n, "diesel", OIL, 10) for n in ALL]
    for reckoning in Reckoning:
        text = (
            unit(2026, diesel, database=entries, plan_drafted_in=2025, reckoning=reckoning).explain().text()
        )
        assert "oxidation of coal: 0.9 = 0.9" in text
        assert "defaults of diesel: 42.652 GJ/t, 0.0202 tC/GJ = 柴油: 42.652 GJ/t, 0.0202 tC/GJ" in text
        assert "0.98" not in text
    heated = [FuelMonth(n, "diesel", OIL, 10, heat="42") for n in ALL]
    text = unit(2024, heated).explain().text()
    assert "defaults of diesel: 0.0202 tC/GJ = 柴油: 0.0202 tC/GJ" in text
    assert "42.652" not in text


def test_newer_factors_of_the_grid_do_not_cite_the_guideline_that_prints_another() -> None:
    old, newer, newest = (power.grid_factor(year).source for year in (2020, 2021, 2022))
    assert "发电设施" in old.title
    for source in (newer, newest):
        assert "发电设施" not in source.title
        assert source.status is Status.RECALLED
        assert "not read" in source.note
    assert newer != newest


def test_a_plan_is_drafted_in_a_year_that_can_be() -> None:
    stands = [entry("0.985", "2020-01-01")]
    for drafted in (2020, 2026):
        power.oxidation(2026, COAL, database=stands, plan_drafted_in=drafted)
    for drafted in (2019, 2027, 2030, 10**6, 0, -1):
        with pytest.raises(InvalidValueError, match="plan_drafted_in: must be a year from 2020"):
            power.oxidation(2026, COAL, database=stands, plan_drafted_in=drafted)
    with pytest.raises(InvalidValueError, match="share"):
        power.oxidation(2026, COAL, database=[entry("98", "2020-01-01")], plan_drafted_in=2025)


@pytest.mark.parametrize("wrong", [None, 1, "coal", [1], [("coal", 1)], [None], {"coal": 1}])
def test_hostile_arguments_are_refused_by_name(wrong: object) -> None:
    with pytest.raises(WrongTypeError, match="months"):
        unit(2024, wrong)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="database"):
        unit(2026, year_of_coal(), database=wrong, plan_drafted_in=2025)
    with pytest.raises(CarbonkitError, match="database"):
        power.oxidation(2026, COAL, database=wrong, plan_drafted_in=2025)  # type: ignore[arg-type]
    if wrong is not None:
        with pytest.raises(WrongTypeError, match="default_carbon"):
            unit(2024, year_of_coal(), default_carbon=wrong)
        with pytest.raises(CarbonkitError, match="plan_drafted_in"):
            power.oxidation(
                2026,
                COAL,
                database=[entry("0.9", "2020-01-01")],
                plan_drafted_in=wrong,  # type: ignore[arg-type]
            )


def test_a_default_that_is_no_rule_of_a_number_is_refused() -> None:
    with pytest.raises(WrongTypeError, match="default_carbon"):
        unit(2024, year_of_coal(), default_carbon=Decimal("0.03"))
    text = Rule(
        what="c", value="0.03", says="", valid=Period.year(2024), source=Source("a province", "Letter", 2023)
    )
    with pytest.raises(WrongTypeError, match="default_carbon"):
        unit(2024, year_of_coal(), default_carbon=text)
    with pytest.raises(WrongTypeError, match="database"):
        power.oxidation(2026, COAL, database=[text], plan_drafted_in=2024)  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("kind", "measured", "hint"),
    [
        (COAL, {"heat": "5500"}, "kcal"),
        (OIL, {"heat": "60.001"}, "kcal"),
        (GAS, {"heat": "500.001"}, "kcal"),
        (COAL, {"carbon": "1.001"}, "56 %"),
        (GAS, {"carbon": "50.001"}, "kg/Nm³"),
        (COAL, {"heat": "5", "carbon": "0.501"}, "kg/GJ"),
    ],
)
def test_a_figure_that_no_fuel_has_is_refused_with_a_hint(
    kind: FuelKind, measured: dict[str, str], hint: str
) -> None:
    with pytest.raises(InvalidValueError, match=hint):
        FuelMonth(1, "a fuel", kind, 1, **measured)


def test_the_bounds_of_a_fuel_themselves_are_taken() -> None:
    FuelMonth(1, "a fuel", COAL, 1, heat="60", carbon="1")
    FuelMonth(1, "a fuel", COAL, 1, heat="5", carbon="0.5")
    FuelMonth(1, "a fuel", GAS, 1, heat="500", carbon="50")


def test_coal_that_was_not_burnt_needs_no_default_and_shows_none() -> None:
    # in 2022 no default is known where 3 months and more are measured
    months = [coal(n, 10, heat="20", carbon="0.5") if n < 4 else coal(n, 0, heat="20") for n in ALL]
    for reckoning in Reckoning:
        text = unit(2022, months, reckoning=reckoning).explain().text()
        assert "without a valid test" not in text
    # a month of nothing brings no rule into the year's working
    idle = [coal(n, 10, heat="20", carbon="0.5") if n < 12 else coal(n, 0) for n in ALL]
    assert "without a valid test" not in unit(2024, idle).explain().text()
    assert power.missing_heat(2022).source.status is Status.CONFIRMED
    assert power.missing_heat(2023).source.status is Status.RECALLED


def test_a_year_in_words_is_the_same_year() -> None:
    assert unit_year(
        "2024",  # type: ignore[arg-type]
        year_of_coal(),
        unit_class=LARGE,
        reckoning=Reckoning.BY_YEAR,
        purchased_mwh=0,
    ) == unit(2024, year_of_coal())
    stands = [entry("0.9", "2020-01-01")]
    found = power.oxidation("2026", COAL, database=stands, plan_drafted_in=2025)  # type: ignore[arg-type]
    assert found.value == Decimal("0.9")

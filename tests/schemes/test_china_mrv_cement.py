"""China's MRV guideline for cement: factors, the floor in each month, fuels, and months as a batch."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from carbonkit.errors import BatchError, InvalidValueError, NotFoundError, WrongTypeError
from carbonkit.schemes.china_mrv_cement import (
    ClinkerMonth,
    clinker_factor,
    deduction,
    line_year,
    oxide_method,
    process_floor,
    read_clinker_months,
)
from carbonkit.schemes.china_mrv_fuel import DefaultTable, HeatFuel, read_heat_fuels
from carbonkit.values import Exact, Period, Place, Status

TABLE = DefaultTable.STANDARD


def months(clinker: Exact, *substitutes: tuple[str, Exact], kind: str = "Portland") -> list[ClinkerMonth]:
    return [ClinkerMonth(month, kind, clinker, substitutes) for month in range(1, 13)]


@pytest.mark.parametrize(
    ("kind", "factor"),
    [("Portland", "0.535"), ("white Portland", "0.550"), ("sulfoaluminate", "0.413"), ("aluminate", "0.292")],
)
def test_each_clinker_has_its_factor(kind: str, factor: str) -> None:
    assert clinker_factor(kind, 2024).value == Decimal(factor)


@pytest.mark.parametrize(
    ("material", "value"),
    [
        ("slaked lime", "0.600"),
        ("carbide slag", "0.480"),
        ("phosphorus slag", "0.375"),
        ("fly ash", "0.305"),
        ("citric acid residue", "0.245"),
        ("nickel slag", "0.215"),
        ("tin slag", "0.135"),
        ("coal ash", "0.055"),
    ],
)
def test_each_substitute_has_its_deduction_and_says_how_it_was_read(material: str, value: str) -> None:
    rule = deduction(material, 2025)
    assert rule.value == Decimal(value)
    assert "its text was not read" in rule.explain().text()


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(NotFoundError, match="known: Portland"):
        clinker_factor("Roman", 2024)
    with pytest.raises(NotFoundError):
        deduction("carbide slag", 2023)
    assert oxide_method().source.status is Status.RECALLED


def test_the_floor_holds_month_by_month() -> None:
    year = months(1000, ("carbide slag", 100))
    year[0] = ClinkerMonth(1, "Portland", 100, [("carbide slag", 200)])  # 53.5 - 96
    found = line_year(2024, year, fuels=[], defaults=TABLE)
    assert found.process == Decimal("5357.00")  # 11 × 487; the year's floor alone would give 5,314.5
    assert found.line.exact.terms[0].tonnes == 0


def test_fuel_and_process_are_one_line_and_its_intensity() -> None:
    coal = [HeatFuel(month, "bituminous coal", 100, heat="22.000") for month in range(1, 13)]
    found = line_year(2024, months(1000), fuels=coal, defaults=TABLE)
    fuel = 1200 * 22 * Fraction("0.02610") * Fraction("0.93") * Fraction(44, 12)
    assert found.line.exact.tonnes == 6420 + fuel
    assert found.process == 6420
    assert found.line.emissions == Decimal("8769.60")  # twelve months of 195.80 and 535.00
    assert found.intensity == Decimal("0.7308")
    (amount,) = found.line.calculation(
        id="l", facility="line 1", place=Place("CN/AH"), period=Period.year(2024)
    ).amounts
    assert amount.number == Decimal("8769.60")
    assert "table C.1" in found.explain().text()


def test_a_reversed_year_cancels_and_a_line_that_stood_is_nothing() -> None:
    there, back = (
        line_year(2024, months(sign * 100, ("carbide slag", sign * 10)), fuels=[], defaults=TABLE)
        for sign in (1, -1)
    )
    assert there.line.emissions + back.line.emissions == 0
    assert there.substitution == back.substitution
    idle = line_year(2024, months(0), fuels=[], defaults=TABLE)
    assert idle.line.total == 0
    assert idle.substitution == ()
    with pytest.raises(InvalidValueError, match="clinker"):
        _ = idle.intensity


def test_two_kinds_of_clinker_share_the_substitution_rate() -> None:
    both = [*months(1000, ("carbide slag", 100)), *months(100, kind="white Portland")]
    found = line_year(2024, both, fuels=[], defaults=TABLE)
    assert found.substitution == (("carbide slag", Fraction(48, 535 + 55)),)
    assert found.clinker == 13_200


def test_all_problems_come_at_once() -> None:
    year = [*months(1000, ("moon dust", 1))[:2], *months(1000, ("carbide slag", -1))[2:11]]
    fuel = [HeatFuel(month, "wood", 1) for month in range(1, 13)]
    with pytest.raises(BatchError) as refused:
        line_year(2024, year, fuels=fuel, defaults=TABLE)
    fields = [problem.field for problem in refused.value.problems]
    assert fields[0] == "month 12, Portland clinker"
    assert fields[1:3] == [f"month {month}, Portland clinker, deduction" for month in (1, 2)]
    assert fields[3:12] == [f"month {month}, Portland clinker, carbide slag" for month in range(3, 12)]
    assert fields[12:] == [f"month {month}, wood, fuel" for month in range(1, 13)]
    for changes in ({"months": ["clinker"]}, {"fuels": ["coal"]}, {"defaults": "standard"}):
        settings: dict[str, object] = {"months": months(1), "fuels": [], "defaults": TABLE} | changes
        with pytest.raises(WrongTypeError):
            line_year(2024, **settings)  # type: ignore[arg-type]


def test_months_are_read_from_tables_with_every_problem() -> None:
    header = "month,kind,material,mass"
    rows = ["1,Portland,carbide slag,5", "1,Portland,clinker,100", "2,Portland,clinker,0"]
    assert read_clinker_months([header, *rows], file="k.csv") == (
        ClinkerMonth(1, "Portland", 100, [("carbide slag", 5)]),
        ClinkerMonth(2, "Portland", 0),
    )
    with pytest.raises(BatchError) as refused:
        read_clinker_months([header, "1,Portland,fly ash,5", "1,Portland,fly ash,5"], file="k.csv")
    assert [problem.field for problem in refused.value.problems] == [
        "month 1, Portland, fly ash",
        "month 1, Portland, clinker",
    ]
    fuels = ["month,fuel,burnt,heat,carbon_per_heat", "1,diesel,10,,0.02", "0,diesel,1e,0,"]
    with pytest.raises(BatchError) as refused:
        read_heat_fuels(fuels, file="f.csv")
    assert [(problem.row, problem.field) for problem in refused.value.problems] == [
        (3, "month"),
        (3, "burnt"),
    ]
    assert read_heat_fuels(fuels[:2], file="f.csv") == (HeatFuel(1, "diesel", 10, carbon_per_heat="0.02"),)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_kinds_of_clinker_of_a_month_share_one_floor(sign: int) -> None:
    grey = [
        ClinkerMonth(n, "Portland", sign * 1000 * (n == 1), [("carbide slag", sign * 2000)] * (n == 1))
        for n in range(1, 13)
    ]
    white = [ClinkerMonth(n, "white Portland", sign * 1000 * (n == 1)) for n in range(1, 13)]
    found = line_year(2024, [*grey, *white], fuels=[], defaults=TABLE)
    assert found.process == sign * 125  # 535 + 550 - 960
    assert len(found.line.exact.terms) == 12
    text = found.explain().text()
    bound = "max" if sign > 0 else "min"
    shown = f"{bound}(0, {sign * 1000} × 0.535 + {sign * 1000} × 0.55 - {sign * 2000} × 0.48 (carbide slag))"
    assert f"clinker, month 1: {sign * 125} tCO2 = {shown}" in text
    assert "all its kinds of clinker share it is our reading" in text
    assert process_floor(2024).source.status is Status.DERIVED
    alone = line_year(2024, white, fuels=[], defaults=TABLE)
    assert "our reading" not in alone.explain().text()


def test_a_negative_month_takes_back_what_was_recorded() -> None:
    year = [*months(100, ("fly ash", 10))[:11], ClinkerMonth(12, "Portland", -50, [("fly ash", -5)])]
    found = line_year(2024, year, fuels=[], defaults=TABLE)
    assert found.line.exact.tonnes == 1050 * Fraction("0.535") - 105 * Fraction("0.305")
    assert found.substitution == (("fly ash", Fraction("30.5") / Fraction("535")),)
    back = [
        ClinkerMonth(each.month, each.kind, -each.clinker, [(name, -mass) for name, mass in each.substitutes])
        for each in year
    ]
    reversed_ = line_year(2024, back, fuels=[], defaults=TABLE)
    assert found.line.emissions + reversed_.line.emissions == 0
    assert found.substitution == reversed_.substitution


def test_more_of_a_substitute_than_was_recorded_can_not_be_taken_back() -> None:
    year = [
        *months(100, ("fly ash", 10))[:11],
        ClinkerMonth(12, "Portland", -50, [("fly ash", -5), ("red mud", -2)]),
    ]
    year[2] = ClinkerMonth(3, "Portland", 100, [("fly ash", 10), ("red mud", 1)])
    with pytest.raises(BatchError) as refused:
        line_year(2024, year, fuels=[], defaults=TABLE)
    assert [problem.field for problem in refused.value.problems] == ["month 12, red mud"]


def test_a_month_tells_all_that_is_wrong_with_it() -> None:
    year = months(100)
    odd = [("moon dust", 1), ("stardust", 1), ("fly ash", -1)]
    year[0] = ClinkerMonth(1, "Roman", 100, odd)
    with pytest.raises(BatchError) as refused:
        line_year(2024, year, fuels=[], defaults=TABLE)
    problems = [(problem.field, problem.was) for problem in refused.value.problems]
    named = [problem for problem in problems if "Roman" in problem[0] and problem[1] != "missing"]
    assert named == [
        ("month 1, Roman clinker, clinker factor", "Roman"),
        ("month 1, Roman clinker, deduction", "moon dust"),
        ("month 1, Roman clinker, deduction", "stardust"),
        ("month 1, Roman clinker, fly ash", "-1"),
    ]


def test_a_fuel_under_two_names_is_one_fuel() -> None:
    fuels = [HeatFuel(n, name, 1) for n in range(1, 13) for name in ("diesel", "柴油")]
    with pytest.raises(BatchError) as refused:
        line_year(2024, months(1), fuels=fuels, defaults=TABLE)
    assert [problem.field for problem in refused.value.problems] == [
        f"month {n}, diesel" for n in range(1, 13)
    ]


@pytest.mark.parametrize("wrong", [None, 1, "clinker", [1], [("fly ash",)], [(1, 1)]])
def test_hostile_arguments_are_refused(wrong: object) -> None:
    for field in ("months", "fuels"):
        settings: dict[str, object] = {"months": months(1), "fuels": [], field: wrong}
        with pytest.raises(WrongTypeError):
            line_year(2024, defaults=TABLE, **settings)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="substitutes"):
        ClinkerMonth(1, "Portland", 1, wrong)  # type: ignore[arg-type]
    for find in (clinker_factor, deduction):
        with pytest.raises(WrongTypeError):
            find([], 2024)  # type: ignore[arg-type]

"""China's MRV guideline for steel: tables, the works' balance, processes, and months as a batch."""

from __future__ import annotations

import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, InvalidValueError, NotFoundError, WrongTypeError
from carbonkit.schemes.china_mrv_rounding import Reckoning
from carbonkit.schemes.china_mrv_steel import (
    Role,
    SteelFlow,
    WorksYear,
    material_factor,
    material_names,
    read_steel_flows,
    works_year,
)
from carbonkit.values import Exact, Period, Place, Status

MATERIALS = (
    Path(__file__).resolve().parents[2].parent
    / "shared/data/factors/china_steel_guideline/china_steel_guideline_A2_materials.csv"
)
RATIO = Fraction(44, 12)


ALL = range(1, 13)


def flows(role: Role, name: str, quantity: Exact, **measured: Exact) -> list[SteelFlow]:
    return [SteelFlow(month, role, name, quantity, **measured) for month in range(1, 13)]


def works(*parts: list[SteelFlow], reckoning: Reckoning = Reckoning.BY_YEAR) -> WorksYear:
    return works_year(2024, [flow for part in parts for flow in part], reckoning=reckoning)


def test_every_factor_is_that_of_the_shared_table() -> None:
    if not MATERIALS.exists():
        pytest.skip("the shared table of materials is not here")
    with MATERIALS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        rule = material_factor(row["material"], 2024)
        assert (rule.value, rule.source.status) == (Decimal(row["tCO2_per_t"]), Status.CONFIRMED)
    assert len(material_names()) == len(rows)


def test_no_factor_is_known_before_2024_or_for_other_materials() -> None:
    with pytest.raises(NotFoundError):
        material_factor("scrap", 2023)
    with pytest.raises(NotFoundError, match="known: limestone"):
        material_factor("kryptonite", 2024)
    with pytest.raises(NotFoundError):
        works_year(2023, [], reckoning=Reckoning.BY_YEAR)


def test_no_oxidation_is_taken_off_a_works_and_it_is_off_a_power_unit() -> None:
    gas = flows(Role.FUEL, "blast furnace gas", 100)
    found = works_year(2024, gas, reckoning=Reckoning.BY_YEAR, power=[("boiler", gas)])
    full = 1200 * Fraction("33.000") * Fraction("0.07080") * RATIO
    assert found.works.exact.tonnes == full
    assert found.power[0].exact.tonnes == full * Fraction("0.99")
    assert found.exact_rest.tonnes == full * Fraction("0.01")
    assert found.rest == found.works.emissions - found.power[0].emissions


def test_products_are_negative_terms_of_one_balance() -> None:
    found = works(flows(Role.FUEL, "coke", 1000), flows(Role.PRODUCT, "crude steel", 2000))
    assert [term.tonnes for term in found.works.printed.terms] == [Fraction("36808.54"), -888]
    (amount,) = found.works.calculation(
        id="w", facility="works", place=Place("CN/HE"), period=Period.year(2024)
    ).amounts
    assert (amount.gas, amount.number) == ("CO2", Decimal("35920.54"))


def test_a_process_is_what_goes_in_less_what_comes_out() -> None:
    coking = [
        *flows(Role.FUEL, "washed coking coal", 1000),
        *flows(Role.FUEL_OUT, "coke", 750),
        *flows(Role.FUEL_OUT, "coke oven gas", 30),
        *flows(Role.PRODUCT, "tar", 35),
    ]
    found = works_year(
        2024,
        flows(Role.FUEL, "washed coking coal", 1000),
        reckoning=Reckoning.BY_YEAR,
        processes=[("coking", coking)],
    )
    expected = 12 * (
        1000 * Fraction("26.344") * Fraction("0.02541") * RATIO
        - 750 * Fraction("28.435") * Fraction("0.02942") * RATIO
        - 30 * Fraction("173.854") * Fraction("0.01210") * RATIO
        - 35 * Fraction("2.699")
    )
    assert found.processes[0].exact.tonnes == expected
    assert found.exact_rest.tonnes + expected == found.works.exact.tonnes
    text = found.explain().text()
    assert "coke, year: -27606.4 tCO2" in text
    assert "other emissions" in text


@given(
    st.lists(
        st.tuples(
            st.decimals(min_value=-(10**5), max_value=10**5, places=3),
            st.decimals(min_value=0, max_value=10**5, places=3),
        ),
        min_size=12,
        max_size=12,
    )
)
def test_the_carbon_of_a_works_is_conserved_and_reversal_cancels(rows: list[tuple[Decimal, Decimal]]) -> None:
    def year(sign: int) -> WorksYear:
        records = []
        for month, (scrap, steel) in enumerate(rows, 1):
            records.append(SteelFlow(month, Role.MATERIAL, "scrap", scrap * sign))
            records.append(SteelFlow(month, Role.PRODUCT, "crude steel", steel * sign))
        return works_year(2024, records, reckoning=Reckoning.BY_MONTH)

    there, back = year(1), year(-1)
    entered = sum((Fraction(scrap) for scrap, _ in rows), Fraction(0)) * Fraction("0.037")
    left = sum((Fraction(steel) for _, steel in rows), Fraction(0)) * Fraction("0.037")
    assert there.works.exact.tonnes + left == entered
    assert there.works.emissions + back.works.emissions == 0
    assert there.works.total + back.works.total == 0


def test_measured_fuels_are_averaged_by_quantity_and_by_heat() -> None:
    measured = [
        SteelFlow(1, Role.FUEL, "natural gas", 100, heat=380, carbon_per_heat="0.015"),
        SteelFlow(2, Role.FUEL, "natural gas", 300, heat=400, carbon_per_heat="0.016"),
        *(SteelFlow(month, Role.FUEL, "natural gas", 0) for month in range(3, 13)),
    ]
    by_year, by_month = (works(measured, reckoning=way) for way in (Reckoning.BY_YEAR, Reckoning.BY_MONTH))
    exact = (100 * 380 * Fraction("0.015") + 300 * 400 * Fraction("0.016")) * RATIO
    assert by_year.works.exact.tonnes == by_month.works.exact.tonnes == exact
    assert by_month.works.emissions == Decimal("9130.00")
    # 400 × 395.000 × 0.01576 (0.0157594… by heat) × 44/12
    assert by_year.works.emissions == Decimal("9130.29")


def test_a_fuel_that_was_never_burnt_is_nothing() -> None:
    assert works(flows(Role.FUEL, "diesel", 0)).works.emissions == 0


def test_coke_takes_the_default_and_materials_are_not_measured() -> None:
    for changes in ({"heat": 28}, {"heat": 28, "carbon_per_heat": "0.03"}):
        with pytest.raises(InvalidValueError, match="coke takes the default"):
            SteelFlow(1, Role.FUEL, "焦炭", 1, **changes)
    assert SteelFlow(1, Role.FUEL, "coke", 1, carbon_per_heat="0.03").heat is None
    with pytest.raises(InvalidValueError, match="left out of a material"):
        SteelFlow(1, Role.MATERIAL, "scrap", 1, heat=1)
    with pytest.raises(InvalidValueError, match="month"):
        SteelFlow(0, Role.MATERIAL, "scrap", 1)


def test_all_problems_of_all_balances_come_at_once() -> None:
    with pytest.raises(BatchError) as refused:
        works_year(
            2024,
            [*flows(Role.FUEL, "wood", 1), *flows(Role.MATERIAL, "scrap", 1)[:11]],
            reckoning=Reckoning.BY_YEAR,
            processes=[("coking", flows(Role.PRODUCT, "kryptonite", 1)[:12])],
            power=[("boiler", flows(Role.MATERIAL, "scrap", 1))],
        )
    fields = [problem.field for problem in refused.value.problems]
    assert fields[0] == "month 12, works, material scrap"
    assert fields[1:13] == [f"month {month}, works, fuel wood, fuel" for month in range(1, 13)]
    assert fields[13] == "month 1, coking, product kryptonite, material"
    assert fields[-1] == "month 12, boiler, material scrap, role"
    assert len(fields) == 37
    with pytest.raises(WrongTypeError):
        works_year(2024, ["coke"], reckoning=Reckoning.BY_YEAR)  # type: ignore[list-item]
    with pytest.raises(WrongTypeError):
        works_year(2024, [], reckoning="year")  # type: ignore[arg-type]


def test_flows_are_read_from_a_table_with_every_problem() -> None:
    header = "month,role,name,quantity,heat,carbon_per_heat"
    read = read_steel_flows([header, "1,fuel,natural gas,10,389.5,", "1,fuel out,coke,5,,"], file="w.csv")
    assert [flow.role for flow in read] == [Role.FUEL, Role.FUEL_OUT]
    assert read[0].heat == Decimal("389.5")
    with pytest.raises(BatchError) as refused:
        read_steel_flows([header, "13,fuel,coke,1,,", "1,gift,coke,,,", "1,fuel,coke,1,28,"], file="w.csv")
    assert [(problem.row, problem.field) for problem in refused.value.problems] == [
        (2, "month"),
        (3, "role"),
        (3, "quantity"),
        (4, "heat"),
    ]


@pytest.mark.parametrize("reckoning", list(Reckoning))
def test_a_negative_month_takes_back_what_was_recorded(reckoning: Reckoning) -> None:
    gas = [SteelFlow(n, Role.FUEL, "natural gas", 1000 if n < 12 else -50, heat="389") for n in ALL]
    scrap = [SteelFlow(n, Role.MATERIAL, "scrap", 1000 if n < 12 else -50) for n in ALL]
    found = works(gas, scrap, reckoning=reckoning)
    expected = 10_950 * (389 * Fraction("0.01532") * RATIO + Fraction("0.037"))
    assert found.works.exact.tonnes == expected
    back = [
        SteelFlow(flow.month, flow.role, flow.name, -flow.quantity, heat=flow.heat) for flow in (*gas, *scrap)
    ]
    assert found.works.emissions + works(back, reckoning=reckoning).works.emissions == 0


def test_what_no_month_recorded_can_not_be_taken_back_from_an_average() -> None:
    gas = [SteelFlow(n, Role.FUEL, "natural gas", 1000 if n < 12 else -50, heat=389) for n in range(1, 12)]
    gas.append(SteelFlow(12, Role.FUEL, "natural gas", -50, heat=400, carbon_per_heat="0.02"))
    with pytest.raises(BatchError) as refused:
        works_year(
            2024, gas, reckoning=Reckoning.BY_YEAR, processes=[("coking", flows(Role.FUEL, "wood", 1))]
        )
    fields = [problem.field for problem in refused.value.problems]
    assert fields == ["month 12, works, fuel natural gas, heat"] + [
        f"month {n}, coking, fuel wood, fuel" for n in ALL
    ]
    exact = works(gas, reckoning=Reckoning.BY_MONTH).works.exact.tonnes
    assert exact == (11_000 * 389 * Fraction("0.01532") - 50 * 400 * Fraction("0.02")) * RATIO
    alone = [SteelFlow(n, Role.FUEL, "diesel", {1: 10, 2: -10}.get(n, 0)) for n in ALL]
    assert works(alone).works.emissions == 0


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (Role.PRODUCT, "limestone"),
        (Role.PRODUCT, "石灰石"),
        (Role.PRODUCT, "electrode"),
        (Role.PRODUCT, "diesel"),
        (Role.CARBONATE, "scrap"),
        (Role.CARBONATE, "electrode"),
        (Role.ELECTRODE, "limestone"),
        (Role.MATERIAL, "tar"),
        (Role.MATERIAL, "limestone"),
        (Role.FUEL_OUT, "anthracite"),
        (Role.FUEL_OUT, "scrap"),
    ],
)
def test_a_role_takes_its_own_rows_only(role: Role, name: str) -> None:
    with pytest.raises(InvalidValueError, match=f"name: must be a {role.value}: "):
        SteelFlow(1, role, name, 100)


def test_every_row_of_the_table_has_a_role() -> None:
    taken = dict.fromkeys(material_names(), 0)
    for name in taken:
        for role in (Role.CARBONATE, Role.ELECTRODE, Role.MATERIAL, Role.PRODUCT):
            try:
                SteelFlow(1, role, name, 1)
            except InvalidValueError:
                continue
            taken[name] += 1
    assert [name for name, count in taken.items() if count == 1] == [
        "limestone",
        "dolomite",
        "electrode",
        "tar",
        "crude benzol",
    ]
    assert set(taken.values()) == {1, 2}
    with pytest.raises(BatchError, match=r"w\.csv, row 2, name"):
        read_steel_flows(
            ["month,role,name,quantity,heat,carbon_per_heat", "1,product,limestone,1,,"], file="w.csv"
        )


def test_a_flow_under_two_names_is_one_flow() -> None:
    for role, english, chinese in ((Role.FUEL, "coke", "焦炭"), (Role.MATERIAL, "scrap", "废钢")):
        with pytest.raises(BatchError) as refused:
            works(flows(role, english, 1), flows(role, chinese, 1))
        fields = [problem.field for problem in refused.value.problems]
        assert fields == [f"month {n}, works, {role.value} {english}" for n in ALL]
        mixed = works([*flows(role, english, 1)[:6], *flows(role, chinese, 1)[6:]])
        assert mixed.works.exact.terms[0].tonnes == works(flows(role, english, 1)).works.exact.tonnes
        assert len(mixed.works.exact.terms) == 1


def test_each_account_has_a_name_of_its_own() -> None:
    coke = flows(Role.FUEL, "coke", 1)
    with pytest.raises(BatchError) as refused:
        works_year(
            2024,
            coke,
            reckoning=Reckoning.BY_YEAR,
            processes=[("coking", coke), ("Coking ", coke)],
            power=[("works", coke)],
        )
    problems = [(problem.field, problem.was) for problem in refused.value.problems]
    assert problems == [("works", "there 2 times"), ("coking", "there 2 times")]


def test_a_power_unit_s_flow_tells_all_that_is_wrong_with_it() -> None:
    odd = flows(Role.MATERIAL, "kryptonite", 1)
    with pytest.raises(BatchError) as refused:
        works_year(2024, flows(Role.FUEL, "coke", 1), reckoning=Reckoning.BY_YEAR, power=[("boiler", odd)])
    fields = [problem.field.rsplit(", ", 1)[1] for problem in refused.value.problems]
    assert fields == ["role", "material"] * 12


def test_no_oxidation_is_shown_that_was_not_taken() -> None:
    gas = flows(Role.FUEL, "blast furnace gas", 100, heat="33")
    found = works_year(2024, gas, reckoning=Reckoning.BY_YEAR, power=[("boiler", gas)])
    works_text, unit_text = found.works.explain().text(), found.power[0].explain().text()
    assert "defaults of blast furnace gas: 0.07080 tC/GJ = 高炉煤气: 0.07080 tC/GJ" in works_text
    assert "oxidation" not in works_text
    assert "0.07080 tC/GJ, oxidation 0.99" in unit_text
    measured = flows(Role.FUEL, "blast furnace gas", 100, heat="33", carbon_per_heat="0.07")
    assert "defaults" not in works(measured).works.explain().text()
    # a year shows what any month of it took
    measured[5] = SteelFlow(6, Role.FUEL, "blast furnace gas", 100)
    assert "33.000 GJ/10kNm3, 0.07080 tC/GJ" in works(measured).works.explain().text()


@pytest.mark.parametrize("wrong", [None, 1, "coke", [1], [("coking",)], [(1, [])], [("coking", None)]])
def test_hostile_arguments_are_refused(wrong: object) -> None:
    with pytest.raises(WrongTypeError):
        works_year(2024, wrong, reckoning=Reckoning.BY_YEAR)  # type: ignore[arg-type]
    for field in ("processes", "power"):
        with pytest.raises(WrongTypeError):
            works_year(2024, [], reckoning=Reckoning.BY_YEAR, **{field: wrong})  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="material"):
        material_factor([], 2024)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "measured"),
    [
        ("anthracite", {"heat": "5500"}),
        ("natural gas", {"heat": "9310"}),
        ("anthracite", {"carbon_per_heat": "27.49"}),
    ],
)
def test_a_figure_that_no_fuel_has_is_refused_with_a_hint(name: str, measured: dict[str, str]) -> None:
    with pytest.raises(InvalidValueError, match="1 k"):
        SteelFlow(1, Role.FUEL, name, 1, **measured)

"""China's MRV guidelines: decimals, fuel defaults, sources of data; what each rule says of its status."""

from __future__ import annotations

import csv
from decimal import Decimal, Inexact, localcontext
from pathlib import Path

import pytest

from carbonkit.errors import BatchError, InvalidValueError, NotFoundError, WrongTypeError
from carbonkit.schemes.china_mrv_evidence import (
    DataSource,
    Figure,
    Taken,
    check_data_order,
    data_order,
)
from carbonkit.schemes.china_mrv_fuel import (
    DefaultTable,
    FuelKind,
    HeatFuel,
    canonical_fuel,
    fuel_default,
    fuel_kind,
    fuel_names,
)
from carbonkit.schemes.china_mrv_rounding import Sector, Step, decimals
from carbonkit.values import Rounding, Status

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "factors"


@pytest.mark.parametrize(
    ("sector", "year", "step", "places"),
    [
        (Sector.POWER, 2021, Step.CARBON_CONTENT, 4),
        (Sector.POWER, 2021, Step.INTENSITY, 3),
        (Sector.POWER, 2021, Step.FUEL_HEAT, 3),
        (Sector.POWER, 2021, Step.PURCHASED_POWER, 3),
        (Sector.POWER, 2021, Step.POWER, 3),
        (Sector.POWER, 2021, Step.HEAT, 2),
        (Sector.POWER, 2021, Step.ENTHALPY, 2),
        (Sector.POWER, 2021, Step.HEAT_RATIO, 2),
        (Sector.POWER, 2021, Step.CONSUMPTION, 3),
        (Sector.POWER, 2024, Step.POWER, 3),
        (Sector.POWER, 2024, Step.HEAT, 2),
        (Sector.POWER, 2024, Step.ENTHALPY, 2),
        (Sector.POWER, 2024, Step.CONSUMPTION, 3),
        (Sector.POWER, 2024, Step.LOAD, 2),
        (Sector.POWER, 2026, Step.HEAT_RATIO, 2),
        (Sector.POWER, 2024, Step.INTENSITY, 4),
        (Sector.STEEL, 2024, Step.INTENSITY, 4),
        (Sector.STEEL, 2024, Step.CARBON_PER_HEAT, 5),
        (Sector.STEEL, 2024, Step.FUEL, 2),
        (Sector.STEEL, 2024, Step.HEAT_VALUE, 3),
        (Sector.STEEL, 2024, Step.PURCHASED_POWER, 3),
        (Sector.STEEL, 2024, Step.POWER, 3),
        (Sector.STEEL, 2024, Step.HEAT, 2),
        (Sector.STEEL, 2024, Step.LOAD, 2),
        (Sector.CEMENT, 2024, Step.EMISSIONS, 2),
    ],
)
def test_each_guideline_has_its_decimals(sector: Sector, year: int, step: Step, places: int) -> None:
    table = decimals(sector, year).value
    assert (table.places_of(step), table.rounding) == (places, Rounding.HALF_UP)


def test_the_intensities_of_2021_and_of_steel_differ_at_the_same_figure() -> None:
    old, steel = decimals(Sector.POWER, 2021).value, decimals(Sector.STEEL, 2024).value
    reported = [table.report(Step.INTENSITY, "0.84245") for table in (old, steel)]
    assert reported == [Decimal("0.842"), Decimal("0.8425")]


def test_half_goes_up_and_a_total_is_whole() -> None:
    table = decimals(Sector.STEEL, 2024).value
    assert [table.report(Step.TOTAL, number) for number in ("2.5", "3.5", "-2.5")] == [3, 4, -3]


def test_a_figure_without_prescribed_decimals_is_refused() -> None:
    with pytest.raises(NotFoundError, match="enthalpy"):
        decimals(Sector.STEEL, 2024).value.report(Step.ENTHALPY, 1)
    with pytest.raises(NotFoundError, match="load"):
        decimals(Sector.POWER, 2021).value.places_of(Step.LOAD)
    with pytest.raises(NotFoundError):
        decimals(Sector.STEEL, 2023)
    with pytest.raises(WrongTypeError):
        decimals("steel", 2024)  # type: ignore[arg-type]


def test_a_table_that_was_not_read_says_so() -> None:
    statuses = {
        (sector, year): decimals(sector, year).source.status
        for sector, year in (
            (Sector.POWER, 2021),
            (Sector.STEEL, 2024),
            (Sector.POWER, 2024),
            (Sector.POWER, 2026),
            (Sector.CEMENT, 2024),
            (Sector.ALUMINIUM, 2024),
        )
    }
    confirmed = {key for key, status in statuses.items() if status is Status.CONFIRMED}
    assert confirmed == {(Sector.POWER, 2021), (Sector.STEEL, 2024)}
    assert "[recalled]" in decimals(Sector.CEMENT, 2024).explain().text()


def test_coke_oven_gas_is_kept_by_version() -> None:
    gas = [fuel_default(table, "coke oven gas", 2024).value for table in DefaultTable]
    assert [plain.heat for plain in gas] == [Decimal("173.54"), Decimal("173.854"), Decimal("179.81")]
    assert fuel_default(DefaultTable.STEEL, "焦炉煤气", 2024).value == gas[1]


def test_the_power_table_is_confirmed_for_its_own_version_only() -> None:
    found = [fuel_default(DefaultTable.POWER, "diesel", year).source.status for year in (2022, 2023)]
    assert found == [Status.CONFIRMED, Status.RECALLED]
    with pytest.raises(NotFoundError, match="known: crude oil"):
        fuel_default(DefaultTable.POWER, "coke", 2022)
    with pytest.raises(NotFoundError):
        fuel_default(DefaultTable.STEEL, "coke", 2023)


def rows(name: str) -> list[dict[str, str]]:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the shared file {name} is not here")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("table", "file", "columns"),
    [
        (
            DefaultTable.STEEL,
            "china_steel_guideline/china_steel_guideline_A1_fuels.csv",
            ("fuel", "ncv_GJ_per_unit", "carbon_tC_per_GJ", "oxidation_pct"),
        ),
        (
            DefaultTable.STANDARD,
            "china_fuel_defaults/fuel_defaults_table_c1_2025.csv",
            ("fuel_zh", "ncv", "carbon_content", "oxidation_rate"),
        ),
    ],
)
def test_every_figure_is_that_of_the_shared_table(
    table: DefaultTable, file: str, columns: tuple[str, str, str, str]
) -> None:
    fuel, heat, carbon, oxidation = columns
    listed = rows(file)
    for row in listed:
        default = fuel_default(table, row[fuel], 2024).value
        share = Decimal(row[oxidation]) / (100 if Decimal(row[oxidation]) > 1 else 1)
        assert (default.heat, default.carbon_per_heat, default.oxidation) == (
            Decimal(row[heat]),
            Decimal(row[carbon]),
            share,
        )
        assert (default.unit == "t") is (row["unit"] == "t")
    assert len(fuel_names(table)) == len(listed)


def test_rows_of_the_standard_that_two_tables_give_say_so() -> None:
    twice = {row["fuel_zh"] for row in rows("china_fuel_defaults/fuel_defaults_sql_2025.csv")}
    for row in rows("china_fuel_defaults/fuel_defaults_table_c1_2025.csv"):
        note = fuel_default(DefaultTable.STANDARD, row["fuel_zh"], 2024).source.note
        assert ("one public table only" in note) is (row["fuel_zh"] not in twice)


def test_a_measured_figure_is_above_zero() -> None:
    for field in ("heat", "carbon_per_heat"):
        with pytest.raises(InvalidValueError, match=field):
            HeatFuel(1, "coke", 1, **{field: 0})


def taken(year: int, what: str, figure: Figure, source: DataSource) -> Taken:
    return Taken(year, what, figure, source)


def test_a_rank_may_rise_and_not_fall() -> None:
    bills, ledger, records = (
        DataSource.SUPPLIER_BILLS,
        DataSource.STOCK_LEDGER,
        DataSource.PRODUCTION_RECORDS,
    )
    rising = [taken(2022 + at, "coal", Figure.FUEL, each) for at, each in enumerate((bills, ledger, records))]
    check_data_order(reversed(rising))
    with pytest.raises(BatchError) as refused:
        check_data_order(
            [*rising, taken(2025, "coal", Figure.FUEL, ledger), taken(2026, "coal", Figure.FUEL, bills)]
        )
    assert [problem.field for problem in refused.value.problems] == ["2025, coal", "2026, coal"]
    assert {problem.must for problem in refused.value.problems} == {
        "rank no lower than production records of 2024"
    }


def test_what_was_measured_does_not_go_back_to_a_default_even_after_a_gap() -> None:
    history = [
        taken(2022, "carbon of coal", Figure.PROPERTY, DataSource.MEASURED),
        taken(2023, "heat of coal", Figure.PROPERTY, DataSource.DEFAULT),
        taken(2025, "carbon of coal", Figure.PROPERTY, DataSource.DEFAULT),
        taken(2025, "carbon of coal", Figure.PROPERTY, DataSource.MEASURED),
    ]
    with pytest.raises(BatchError) as refused:
        check_data_order(history)
    assert [problem.must for problem in refused.value.problems] == [
        "rank no lower than measured of 2022",
        "have one source in a year",
    ]


def test_the_order_says_where_it_stands() -> None:
    assert "meter before bill" in data_order(Figure.HEAT).explain().text()
    with pytest.raises(NotFoundError):
        data_order("heat")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="production records"):
        taken(2024, "coal", Figure.FUEL, DataSource.METER)


def test_the_host_s_decimal_context_changes_no_report() -> None:
    def figures() -> list[object]:
        table = decimals(Sector.POWER, 2021).value
        return [table.report(step, "123456.7890125") for step, _ in table.places]

    expected = figures()
    with localcontext() as context:
        context.prec, context.traps[Inexact] = 4, True
        assert figures() == expected


def test_a_fuel_has_one_name_and_one_kind_over_all_tables() -> None:
    for table in DefaultTable:
        for name in fuel_names(table):
            default = fuel_default(table, name, 2024).value
            assert canonical_fuel(default.original) == canonical_fuel(name.upper()) == name
            assert fuel_kind(default.original) is default.kind
            assert (default.kind is FuelKind.GAS) is (default.unit == "10kNm3")


def test_every_default_lies_within_the_bounds_of_a_measured_figure() -> None:
    for table in DefaultTable:
        for name in fuel_names(table):
            default = fuel_default(table, name, 2024).value
            HeatFuel(1, name, 1, heat=default.heat, carbon_per_heat=default.carbon_per_heat)


@pytest.mark.parametrize(
    ("fuel", "measured", "hint"),
    [
        ("bituminous coal", {"heat": "5500"}, "0.0041868"),
        ("bituminous coal", {"heat": "60.001"}, "0.0041868"),
        ("natural gas", {"heat": "500.001"}, "0.041868"),
        ("no such fuel", {"heat": "5500"}, "0.041868"),
        ("bituminous coal", {"carbon_per_heat": "27.49"}, "kg/GJ"),
        ("bituminous coal", {"carbon_per_heat": "0.1001"}, "kg/GJ"),
    ],
)
def test_a_figure_that_no_fuel_has_is_refused_with_a_hint(
    fuel: str, measured: dict[str, str], hint: str
) -> None:
    with pytest.raises(InvalidValueError, match=hint):
        HeatFuel(1, fuel, 1, **measured)
    HeatFuel(1, "bituminous coal", 1, heat=60, carbon_per_heat="0.1")
    HeatFuel(1, "natural gas", 1, heat=500)


def test_hostile_arguments_are_refused_by_name() -> None:
    with pytest.raises(WrongTypeError, match="fuel"):
        fuel_default(DefaultTable.STEEL, ["a"], 2024)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="table"):
        fuel_default("power", "diesel", 2024)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="table"):
        fuel_names("power")  # type: ignore[arg-type]
    for find in (canonical_fuel, fuel_kind):
        with pytest.raises(WrongTypeError, match="fuel"):
            find(None)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="step"):
        decimals(Sector.STEEL, 2024).value.report("heat", 1)  # type: ignore[arg-type]
    with pytest.raises(NotFoundError, match="Figure"):
        data_order([])  # type: ignore[arg-type]
    for history in (None, [1]):
        with pytest.raises(WrongTypeError, match="history"):
            check_data_order(history)  # type: ignore[arg-type]

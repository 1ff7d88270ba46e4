"""China's MRV guideline for power: dated rules, a unit's year from its months, all problems at once."""

from __future__ import annotations

from decimal import Decimal, Inexact, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import (
    Activity,
    Catalogue,
    ContractualInstrument,
    InstrumentKind,
    Rate,
    Scope,
    Scope2Method,
    VintageWindow,
    WithoutResidualMix,
    account,
    dual_scope_2,
    gwp_set,
)
from carbonkit.errors import (
    BatchError,
    InvalidValueError,
    NotFoundError,
    OverlapError,
    WrongTypeError,
)
from carbonkit.registry import UnitClass
from carbonkit.schemes import china_mrv_power as power
from carbonkit.schemes.china_mrv_fuel import FuelKind
from carbonkit.schemes.china_mrv_power_month import FuelMonth, read_fuel_months
from carbonkit.schemes.china_mrv_power_unit import UnitYear, unit_year
from carbonkit.schemes.china_mrv_rounding import Reckoning
from carbonkit.values import Energy, Exact, Period, Place, Rule, Source, Status

pytestmark = pytest.mark.whole

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


@pytest.mark.parametrize(
    ("year", "form", "purchased", "status"),
    [
        (2020, "BY_HEAT", "OWED", Status.CONFIRMED),
        (2022, "BY_HEAT", "OWED", Status.CONFIRMED),
        (2023, "BY_CARBON", "REPORTED", Status.RECALLED),
        (2025, "BY_CARBON", "REPORTED", Status.RECALLED),
        (2026, "BY_CARBON", "LEFT_OUT", Status.RECALLED),
    ],
)
def test_each_year_has_its_version(year: int, form: str, purchased: str, status: Status) -> None:
    assert power.combustion(year).value.name == form
    assert power.combustion(year).source.status is status
    assert power.purchased_power(year).value.name == purchased


def test_versions_have_their_names_and_no_year_before_2020() -> None:
    names = [power.guideline(year).value for year in (2020, 2022, 2023, 2026)]
    assert names == [
        "环办气候〔2021〕9号",
        "环办气候〔2021〕9号",
        "CETS-AG-01.01-V02",
        "CETS-AG-01.01-V04-2026",
    ]
    for rule in (power.guideline, power.combustion, power.missing_heat, power.evidence, power.heat_constants):
        with pytest.raises(NotFoundError):
            rule(2019)


@pytest.mark.parametrize(
    ("year", "unit_class", "value", "status"),
    [
        (2020, LARGE, "0.03356", Status.CONFIRMED),
        (2021, UnitClass.UNCONVENTIONAL_COAL, "0.03085", Status.CONFIRMED),
        (2023, UnitClass.SMALL_COAL, "0.03085", Status.RECALLED),
        (2024, UnitClass.UNCONVENTIONAL_COAL, "0.02858", Status.RECALLED),
    ],
)
def test_missing_carbon_by_year_and_class(
    year: int, unit_class: UnitClass, value: str, status: Status
) -> None:
    rule = power.missing_carbon(year, unit_class, measured_months=2)
    assert (rule.value, rule.source.status) == (Decimal(value), status)
    assert f"[{status.value}]" in rule.explain().text()


def test_three_measured_months_in_2021_and_2022_have_no_known_default() -> None:
    with pytest.raises(NotFoundError, match="province"):
        power.missing_carbon(2022, LARGE, measured_months=3)
    assert power.missing_carbon(2020, LARGE, measured_months=3).value == Decimal("0.03356")
    for changes in ({"measured_months": 13}, {"measured_months": -1}):
        with pytest.raises(InvalidValueError):
            power.missing_carbon(2022, LARGE, **changes)
    with pytest.raises(InvalidValueError, match="coal"):
        power.missing_carbon(2024, UnitClass.GAS, measured_months=0)
    with pytest.raises(WrongTypeError):
        power.missing_carbon(2024, "coal", measured_months=0)  # type: ignore[arg-type]


def test_oxidation_is_fixed_to_2025_and_that_of_31_october_after() -> None:
    assert [power.oxidation(2025, kind).value for kind in FuelKind] == [
        Decimal("0.99"),
        Decimal("0.98"),
        Decimal("0.99"),
    ]
    before, after = entry("0.985", "2025-01-01", "2025-11-01"), entry("0.987", "2025-11-01")
    assert power.oxidation(2026, COAL, database=[before, after], plan_drafted_in=2025).value == Decimal(
        "0.985"
    )
    old, new = entry("0.985", "2025-01-01", "2025-10-31"), entry("0.987", "2025-10-31")
    assert power.oxidation(2026, COAL, database=[old, new], plan_drafted_in=2025).value == Decimal("0.987")
    with pytest.raises(InvalidValueError, match="31 October"):
        power.oxidation(2026, COAL)
    with pytest.raises(InvalidValueError, match="31 October"):
        power.oxidation(2026, COAL, database=[new])
    with pytest.raises(NotFoundError):
        power.oxidation(2026, COAL, database=[old], plan_drafted_in=2025)
    with pytest.raises(OverlapError):
        power.oxidation(2026, COAL, database=[new, new], plan_drafted_in=2025)
    for given_ in ({"database": [new]}, {"plan_drafted_in": 2024}):
        with pytest.raises(InvalidValueError, match="left out to 2025"):
            power.oxidation(2025, COAL, **given_)
    with pytest.raises(NotFoundError):
        power.oxidation(2019, COAL)


def test_the_grid_s_factors_and_their_statuses() -> None:
    found = [
        (power.grid_factor(year).value, power.grid_factor(year).source.status) for year in (2020, 2021, 2025)
    ]
    assert found == [
        (Decimal("0.6101"), Status.CONFIRMED),
        (Decimal("0.5810"), Status.RECALLED),
        (Decimal("0.5703"), Status.RECALLED),
    ]
    with pytest.raises(NotFoundError):
        power.grid_factor(2026)


def test_averages_are_weighted_as_prescribed() -> None:
    months = [coal(1, 100, heat="20", carbon="0.50"), coal(2, 300, heat="24", carbon="0.66")]
    months += [coal(number, 0) for number in range(3, 13)]
    (fuel,) = unit(2021, months).fuels
    assert (fuel.burnt, fuel.heat, fuel.carbon) == (Decimal("400.00"), Decimal("23.000"), Decimal("0.6200"))
    # by heat: (2000 × 0.025 + 7200 × 0.0275) ÷ 9200
    assert fuel.carbon_per_heat == Decimal("0.02696")


@given(
    st.lists(
        st.tuples(
            st.decimals(min_value=0, max_value=10**5, places=2),
            st.decimals(min_value="10", max_value="30", places=3),
            st.decimals(min_value="0.3", max_value="0.9", places=4),
        ),
        min_size=12,
        max_size=12,
    )
)
def test_months_and_year_differ_by_rounding_only(rows: list[tuple[Decimal, Decimal, Decimal]]) -> None:
    months = [
        coal(number, burnt, heat=heat, carbon=carbon) for number, (burnt, heat, carbon) in enumerate(rows, 1)
    ]
    for year in (2021, 2024):
        by_month, by_year = (unit(year, months, reckoning=reckoning) for reckoning in Reckoning)
        assert by_month.combustion.exact.tonnes == by_year.combustion.exact.tonnes
        for fuel in by_year.fuels:
            used = [heat for burnt, heat, _ in rows if burnt]
            assert min(used) <= fuel.heat <= max(used)
    # figures have their prescribed decimals already, so a month is off by half a hundredth at most
    found = unit(2024, months, reckoning=Reckoning.BY_MONTH).combustion
    assert abs(Fraction(found.emissions) - found.exact.tonnes) <= Fraction(12, 200)


def test_both_forms_are_the_same_exactly() -> None:
    months = year_of_coal("1234.56", heat="21.305", carbon="0.5612")
    assert unit(2022, months).combustion.exact.tonnes == unit(2023, months).combustion.exact.tonnes


def test_a_reversed_year_cancels() -> None:
    there, back = (year_of_coal(burnt, heat="21.305", carbon="0.5612") for burnt in ("1234.565", "-1234.565"))
    for reckoning in Reckoning:
        for year in (2021, 2024):
            found = [unit(year, months, reckoning=reckoning).combustion for months in (there, back)]
            assert found[0].emissions + found[1].emissions == 0
            assert found[0].total + found[1].total == 0
            assert found[0].exact.tonnes + found[1].exact.tonnes == 0


def test_reported_figures_are_rounded_step_by_step_and_exact_ones_are_not() -> None:
    months = [
        coal(1, "10.005", heat="20.0005", carbon="0.56125"),
        *(coal(number, 0) for number in range(2, 13)),
    ]
    found = unit(2023, months, reckoning=Reckoning.BY_MONTH).combustion
    assert found.exact.tonnes == Fraction("10.005") * Fraction("0.56125") * Fraction("0.99") * Fraction(
        44, 12
    )
    assert found.emissions == Decimal("20.40")  # 10.01 × 0.5613 × 0.99 × 44/12 = 20.3954…
    old = unit(2021, months, reckoning=Reckoning.BY_MONTH).combustion
    # 10.01 × 20.001 = 200.210 GJ; 0.5613 ÷ 20.001 = 0.02806; 200.210 × 0.02806 × 0.99 × 44/12
    assert old.emissions == Decimal("20.39")
    assert "heat of coal, month 1: 200.21 GJ = 10.01 × 20.001" in old.explain().text()


def test_purchased_power_counts_by_year() -> None:
    months = year_of_coal(100, heat="20", carbon="0.56")
    early, late = unit(2022, months, purchased_mwh=1000), unit(2024, months, purchased_mwh=1000)
    assert early.purchased_emissions == late.purchased_emissions == Decimal("570.30")
    assert (early.owed, early.total) == (early.total, late.total)
    assert [late.total, late.owed] == [3010, 2439]  # 2,439.36 and 570.30
    second = late.purchased_calculation(id="p", facility="1", place=Place("CN"), period=Period.year(2024))
    assert (second.scope, second.method) == (Scope.TWO, Scope2Method.LOCATION)
    assert "[recalled]" in second.explain().text()


def test_purchased_power_is_given_where_it_counts_and_only_there() -> None:
    with pytest.raises(BatchError, match="nothing is 0"):
        unit(2024, year_of_coal(), purchased_mwh=None)
    database = [(COAL, entry("0.985", "2025-01-01"))]
    with pytest.raises(BatchError, match="be None"):
        unit(2026, year_of_coal(), purchased_mwh=0, database=database, plan_drafted_in=2025)
    found = unit(2026, year_of_coal(), database=database, plan_drafted_in=2025)
    assert found.purchased is None
    assert "0.985" in found.explain().text()
    place, period = Place("CN"), Period.year(2026)
    with pytest.raises(InvalidValueError, match="guideline"):
        found.purchased_calculation(id="p", facility="1", place=place, period=period)
    with pytest.raises(InvalidValueError, match="guideline"):
        found.purchased_activity(id="p", facility="1", activity="electricity", place=place, period=period)
    with pytest.raises(InvalidValueError, match="guideline"):
        found.purchased_factor(activity="electricity", place=place)
    with pytest.raises(BatchError, match="national factor database"):
        unit(2026, year_of_coal())
    with pytest.raises(BatchError, match="left out to 2025"):
        unit(2024, year_of_coal(), database=database)


def test_purchased_power_stands_beside_other_energy_by_both_methods() -> None:
    place, period = Place("CN/SH"), Period.year(2024)
    found = unit(2024, year_of_coal(100, heat="20", carbon="0.56"), purchased_mwh=1000)
    bought = found.purchased_activity(
        id="unit 1", facility="1", activity="electricity", place=place, period=period
    )
    office = Activity("office", "2", "electricity", Energy(10, "MWh"), place, period, Scope.TWO)
    certificate = ContractualInstrument(
        "GEC 1",
        InstrumentKind.CERTIFICATE,
        "electricity",
        Energy(1000, "MWh"),
        [Rate("CO2", 0, "t")],
        "MWh",
        place,
        period,
        Source("an issuer", "Certificates", 2025),
        sole_claim=True,
        bundled=False,
        certificates=["1"],
        retired_on="2025-01-10",
        facilities=["1"],
    )
    both = dual_scope_2(
        [bought, office],
        [certificate],
        Catalogue([found.purchased_factor(activity="electricity", place=Place("CN/SH"))]),
        period=period,
        vintage=VintageWindow(months_before=0, months_after=0),
        residual_mix=Catalogue([]),
        without_residual_mix=WithoutResidualMix.GRID_AVERAGE,
    )
    burnt = found.combustion.calculation(id="fuel", facility="1", place=place, period=period)
    inventory = both.beside(account([], Catalogue([]), calculations=[burnt]))
    located, marketed = (
        inventory.co2e(gwp_set("AR6"), scope_2=method).total.number
        for method in (Scope2Method.LOCATION, Scope2Method.MARKET)
    )
    # the guideline's figure of the unit, 570.30, and 5.703 of the office
    assert located == found.combustion.emissions + found.purchased_emissions + Decimal("5.703")
    assert marketed == found.combustion.emissions + Decimal("5.703")
    alone = found.purchased_calculation(id="p", facility="1", place=place, period=period)
    assert alone.quantity == bought.quantity == Energy(1000, "MWh")


def test_oil_and_gas_take_the_table_unless_they_were_measured() -> None:
    diesel = [FuelMonth(number, "diesel", OIL, 10) for number in range(1, 13)]
    own = [FuelMonth(number, "waste oil", OIL, 10, heat="40", carbon="0.8") for number in range(1, 13)]
    found = unit(2021, [*year_of_coal(0), *diesel, *own])
    assert [fuel.fuel for fuel in found.fuels] == ["diesel", "waste oil"]
    expected = 120 * Fraction("42.652") * Fraction("0.0202") + 120 * Fraction("0.8")
    assert found.combustion.exact.tonnes == expected * Fraction("0.98") * Fraction(44, 12)
    heated = [FuelMonth(number, "diesel", OIL, 10, heat="40") for number in range(1, 13)]
    assert unit(2021, heated).fuels[0].heat == Decimal("40.000")


def test_a_default_of_the_province_is_taken_where_it_is_given() -> None:
    own = Rule(
        what="carbon",
        value=Decimal("0.03"),
        says="0.03",
        valid=Period.year(2022),
        source=Source("a province", "Letter", 2023),
    )
    months = [coal(number, carbon="0.56" if number < 4 else None) for number in range(1, 13)]
    with pytest.raises(BatchError) as refused:
        unit(2022, months)
    assert [problem.field.split(", carbon")[0] for problem in refused.value.problems] == [
        f"month {number}, coal" for number in range(4, 13)
    ]
    assert "a province" in unit(2022, months, default_carbon=own).explain().text()
    with pytest.raises(BatchError, match="known for 2022"):
        unit(2021, months, default_carbon=own)


def test_all_problems_of_a_year_come_at_once_with_month_and_fuel() -> None:
    months = [
        *(coal(number) for number in range(1, 12)),
        coal(3),
        *(FuelMonth(number, "whale oil", OIL, 1) for number in range(1, 3)),
        *(
            FuelMonth(number, "peat", GAS if number == 5 else COAL, 0, heat=9, carbon="0.3")
            for number in range(1, 13)
        ),
    ]
    with pytest.raises(BatchError) as refused:
        unit(2024, months)
    fields = [problem.field for problem in refused.value.problems]
    assert fields[:2] == ["month 3, coal", "month 12, coal"]
    assert fields[2:12] == [f"month {number}, whale oil" for number in range(3, 13)]
    assert fields[12:] == ["month 5, peat, kind", "month 1, whale oil, fuel", "month 2, whale oil, fuel"]
    with pytest.raises(BatchError, match="months: must be there"):
        unit(2024, [])


def test_wrong_types_are_refused() -> None:
    for changes in ({"reckoning": "month"}, {"unit_class": "coal"}):
        with pytest.raises(WrongTypeError):
            unit(2024, year_of_coal(), **changes)
    with pytest.raises(WrongTypeError):
        unit(2024, ["coal"])  # type: ignore[list-item]
    with pytest.raises(InvalidValueError, match="56 %"):
        coal(1, carbon=56)
    assert FuelMonth(1, "natural gas", GAS, 1, carbon="5.9").carbon == Decimal("5.9")  # tC/10⁴ Nm³


def test_months_are_read_from_a_table_with_every_problem() -> None:
    header = "month,fuel,kind,burnt,heat,carbon"
    (read,) = read_fuel_months([header, "1,coal,coal,0,,"], file="u.csv")
    assert read == coal(1, 0)
    rows = [
        "x,coal,coal,1,,",
        "2,coal,wood,1,,",
        "3,coal,coal,1,-2,",
        "4,coal,coal,1,20,56",
        '5,coal,coal,"1,000",20,',
    ]
    with pytest.raises(BatchError) as refused:
        read_fuel_months([header, *rows], file="u.csv")
    assert [(problem.row, problem.field) for problem in refused.value.problems] == [
        (2, "month"),
        (3, "kind"),
        (4, "heat"),
        (5, "carbon"),
        (6, "burnt"),
    ]


def test_an_explanation_shows_what_is_recalled() -> None:
    text = unit(2024, year_of_coal()).explain().text()
    assert "0.03085 tC/GJ in conventional units" in text
    assert "CETS-AG-01.01-V02), 2022 [recalled] (环办气候函〔2022〕485号; the text was not read)" in text
    assert "without any rounding: " in text
    kept = power.evidence(2021).explain().text()
    assert "test in 30 days, samples 1 year, records 5 years, report in 40 days" in kept


def test_the_host_s_decimal_context_changes_nothing() -> None:
    months = year_of_coal("1234.567", heat="21.305", carbon="0.5612")

    def figures() -> list[object]:
        found = [
            unit(year, months, reckoning=way, purchased_mwh="12.3456")
            for year in (2021, 2024)
            for way in Reckoning
        ]
        return [(each.total, each.owed, each.fuels, each.explain().text()) for each in found]

    expected = figures()
    with localcontext() as context:
        context.prec, context.traps[Inexact] = 4, True
        assert figures() == expected

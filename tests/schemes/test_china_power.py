"""
Allocation in China, against the worked examples of the plans.

G6 to G8 and G12 are published in the plans; D1 to D8, D14 and D15 are derived from their formulas.
"""

from __future__ import annotations

from decimal import Decimal, Inexact, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import (
    BatchError,
    CarbonkitError,
    InexactNumberError,
    InvalidValueError,
    NotFoundError,
    RegistryError,
)
from carbonkit.registry import (
    Cooling,
    Differentiated,
    Emitter,
    Issue,
    LoadFormula,
    Output,
    UnitClass,
    coefficient,
    differentiated,
    issue_of,
    load_factor_correction,
    pre_allocation,
)
from carbonkit.schemes import china_industry, china_power
from carbonkit.values import Rounding, round_to

LARGE, GAS = UnitClass.LARGE_COAL, UnitClass.GAS


def old(**changes: object) -> Output:
    settings: dict[str, object] = {
        "unit_class": LARGE,
        "net_supply_mwh": 4_600_000,
        "heat_gj": 0,
        "load_factor": "0.78",
        "heat_ratio": 0,
        "cooling": Cooling.WATER,
        "cogenerates": False,
    }
    return Output(**settings | changes)  # type: ignore[arg-type]


def test_d1_conventional_coal_in_2024() -> None:
    coal = Output(unit_class=LARGE, generation_mwh=5_000_000, load_factor="0.60", heat_gj=1_200_000)
    found = china_power.allocation_of(2024, coal)
    assert dict(found.factors) == {"load": Decimal("1.061364")}
    assert [found.power, found.heat, found.total] == [4_197_694, 123_960, 4_321_654]


def test_d2_gas_in_2024() -> None:
    found = china_power.allocation_of(2024, Output(unit_class=GAS, generation_mwh=800_000, heat_gj=500_000))
    assert [found.power, found.heat] == [263_040, 26_650]


def test_d3_a_unit_that_cogenerates_has_no_load_factor_in_2019_and_2020() -> None:
    unit = old(heat_ratio="0.10", heat_gj=1_000_000, cogenerates=True, load_factor=None)
    found = china_power.allocation_of(2020, unit)
    assert dict(found.factors) == {"cooling": 1, "heat supply": Decimal("0.978")}
    assert [found.power, found.heat] == [Decimal("3945447.60"), 126_000]


def test_d3b_a_condensing_unit_has_one_and_air_cooling_counts() -> None:
    found = china_power.allocation_of(2019, old())
    assert dict(found.factors)["load"] == Decimal("1.0102")
    assert found.power == Decimal("4075348.84")
    air = china_power.allocation_of(2019, old(cooling=Cooling.AIR)).power
    assert round_to(air, 2, Rounding.HALF_UP) == Decimal("4279116.28")


@pytest.mark.parametrize(
    ("year", "coal", "verified", "approved", "obligation"),
    [
        (2020, 800_000, 1_050_000, 800_000, 1_010_000),
        (2020, 900_000, 1_050_000, 900_000, 1_050_000),
        (2022, 800_000, 1_050_000, 840_000, 1_050_000),
        # D4
        (2024, 700_000, 1_000_000, 800_000, 1_000_000),
        (2024, 850_000, 1_000_000, 850_000, 1_000_000),
        # at 20 % exactly, and a tonne above; no emissions at all
        (2020, 800_000, 1_000_000, 800_000, 1_000_000),
        (2020, 799_999, 1_000_000, 799_999, 999_999),
        (2024, 800_000, 1_000_000, 800_000, 1_000_000),
        (2024, 799_999, 1_000_000, 800_000, 1_000_000),
        (2024, 5, 0, 5, 0),
        (2024, 0, 0, 0, 0),
        # 20.004 % is 20.00 % in 2025, and 20.005 % is 20.01 %
        (2025, 799_960, 1_000_000, 799_960, 1_000_000),
        (2025, 799_950, 1_000_000, 800_000, 1_000_000),
        (2024, 799_960, 1_000_000, 800_000, 1_000_000),
        (2024, 0, 3, 2, 3),  # 2.4, cut down
    ],
)
def test_d3c_and_d4_large_gaps(year: int, coal: int, verified: int, approved: int, obligation: int) -> None:
    found = china_power.entity_allocation_of(year, coal=coal, verified_coal=verified)
    assert (found.approved, found.obligation) == (approved, obligation)


@pytest.mark.parametrize(
    ("year", "gas", "verified", "approved", "obligation"),
    [
        (2020, 480_000, 500_000, 480_000, 480_000),
        (2020, 480_000, 450_000, 480_000, 450_000),
        (2024, 480_000, 500_000, 500_000, 500_000),  # D5
        (2024, 480_000, 450_000, 480_000, 450_000),
    ],
)
def test_d3d_and_d5_gas_units_are_made_whole(
    year: int, gas: int, verified: int, approved: int, obligation: int
) -> None:
    found = china_power.entity_allocation_of(year, coal=0, verified_coal=0, gas=[(gas, verified)])
    assert (found.approved, found.obligation) == (approved, obligation)


def test_each_gas_unit_is_made_whole_by_itself() -> None:
    units = [(480_000, 500_000), (600_000, 500_000)]
    assert china_power.entity_allocation_of(2024, coal=0, verified_coal=0, gas=units).gas_top_up == 20_000
    assert china_power.entity_allocation_of(2020, coal=0, verified_coal=0, gas=units).obligation == 980_000


def test_the_host_s_decimal_context_changes_nothing() -> None:
    def figures() -> list[object]:
        entity = china_power.entity_allocation_of(2024, coal=4_321_654, verified_coal=5_500_000)
        capped = china_power.entity_allocation_of(2020, coal=800_400, verified_coal=1_055_400)
        loads = [load_factor_correction(formula, "0.431", 6) for formula in LoadFormula]
        return [entity.allocated, entity.top_up, capped.obligation, *loads]

    expected = figures()
    with localcontext() as context:
        context.prec, context.traps[Inexact] = 4, True
        assert figures() == expected


def test_what_is_no_class_cooling_or_yes_or_no_is_refused() -> None:
    for changes in ({"unit_class": "gas"}, {"cooling": "air"}, {"cogenerates": "no"}):
        with pytest.raises(CarbonkitError):
            old(**changes)
    with pytest.raises(CarbonkitError):
        china_power.carry_over_of(sold=1, bought=0, held=9, on_time="no")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sold", "bought", "held", "most"),
    [
        (500_000, 120_000, 1_000_000, 580_000),
        (500_000, 120_000, 450_000, 450_000),
        (1, 2, 1_000_000, 10_000),
        (12_345, 0, 1_000_000, 28_517),
        (0, 0, 0, 0),
    ],
)
def test_d6_carry_over(sold: int, bought: int, held: int, most: int) -> None:
    found = china_power.carry_over_of(sold=sold, bought=bought, held=held, on_time=True)
    assert found.most == most
    assert china_power.carry_over_of(sold=sold, bought=bought, held=held, on_time=False).most == 0
    assert found.left_after(most, "2026-06-10") == 0


def test_carry_over_is_applied_for_in_time_and_within_the_limit() -> None:
    found = china_power.carry_over_of(sold=0, bought=0, held=99_999, on_time=True)
    assert found.left_after(4_000, "2026-01-31") == 6_000
    for day in ("2026-01-30", "2026-06-11"):
        with pytest.raises(NotFoundError, match="applications"):
            found.left_after(0, day)
    with pytest.raises(RegistryError, match="at most 10000"):
        found.left_after(10_001, "2026-06-10")


SECTOR = (Emitter("a", 1_000_000, "0.80"), Emitter("b", 2_000_000, "0.90"), Emitter("c", 1_500_000, "1.00"))


def test_d7_the_balance_of_steel() -> None:
    found = china_industry.allocation_of(2026, SECTOR)
    assert found.balance == Fraction("4.1") / Fraction("4.5")
    assert [tonnes for _, tonnes in found.tonnes] == [1_018_292, 2_003_658, 1_478_048]
    assert "0.911111 tCO2/t" in found.explain().text()
    assert "draft" in found.explain().text()


@pytest.mark.parametrize(
    ("distance", "alpha"),
    [
        ("0.25", ".03"),
        ("0.20", ".03"),
        ("0.1999", ".029985"),
        ("-0.20", "-.03"),
        ("-0.35", "-.03"),
        ("0", "0"),
    ],
)
def test_d8_the_coefficient(distance: str, alpha: str) -> None:
    rules = china_industry.intensity_rules(2026).value
    assert coefficient(rules, Fraction(distance)) == Fraction(alpha)


@pytest.mark.parametrize(
    ("load", "factor"),
    [
        ("0.40", "1.126493"),
        ("0.50", "1.093443"),
        ("0.55", "1.077284"),
        ("0.64", "1.048797"),
        ("0.6499", "1.045706"),
        ("0.65", "1"),
        ("1", "1"),
    ],
)
def test_d14_the_load_factor_of_2023_and_2024(load: str, factor: str) -> None:
    found = load_factor_correction(LoadFormula.BELOW_65, load, 6)
    assert abs(found - Decimal(factor)) <= (Decimal("0.00001") if load == "0.6499" else 0)


@pytest.mark.parametrize(
    ("load", "factor"),
    [
        ("0.20", "1.608868"),
        ("0.30", "1.281146"),
        ("0.40", "1.160254"),
        ("0.45", "1.126059"),
        ("0.4999", "1.100321"),
        ("0.50", "1"),
    ],
)
def test_d15_the_load_factor_of_the_draft(load: str, factor: str) -> None:
    assert load_factor_correction(LoadFormula.BELOW_50, load, 6) == Decimal(factor)


@pytest.mark.parametrize(
    ("load", "factor"),
    [("0.85", "1"), ("0.80", "1.007"), ("0.75", "1.015"), ("0.84", "1.0014"), ("0.7", "1.030225")],
)
def test_the_load_factor_in_steps_has_no_jumps(load: str, factor: str) -> None:
    assert load_factor_correction(LoadFormula.IN_STEPS, load, 6) == Decimal(factor)


def test_g6_pre_allocation_is_cut_down() -> None:
    assert pre_allocation(china_power.entity_rules(2026), "3579.40", "0.5") == 1_789
    assert pre_allocation(china_power.entity_rules(2024), 1_000_001) == 700_000
    for share in ("0.51", "-0.1", None):
        with pytest.raises(InvalidValueError, match="share"):
            pre_allocation(china_power.entity_rules(2026), 5, share)
    with pytest.raises(InvalidValueError, match=r"must be 0\.7"):
        pre_allocation(china_power.entity_rules(2024), 5, "0.5")
    assert china_industry.pre_allocation_share(2025).value == Decimal("0.7")
    with pytest.raises(NotFoundError):
        china_industry.pre_allocation_share(2024)


def test_g7_what_was_deducted_too_much_is_refunded() -> None:
    found = issue_of(30_000, pre_allocated=50_000, owed=70_000, deducted_before=50_000)
    assert (found.refund, found.issued, found.to_return, found.still_owed) == (20_000, 0, 0, 40_000)
    assert "20000 t" in found.explain().text()


@pytest.mark.parametrize(
    ("issue", "expected"),
    [
        (Issue(800, 600, 0, 0), (200, 0, 0)),
        (Issue(500, 600, 0, 0), (0, 100, 0)),
        (Issue(800, 600, 50, 50), (200, 0, 0)),
        (Issue(800, 600, 150, 50), (100, 0, 0)),
        (Issue(0, 0, 10, 0), (0, 0, 10)),
    ],
)
def test_what_was_given_too_much_comes_back_and_what_is_missing_is_issued(
    issue: Issue, expected: tuple[int, int, int]
) -> None:
    assert (issue.issued, issue.to_return, issue.still_owed) == expected


@given(
    approved=st.integers(0, 999), pre=st.integers(0, 999), owed=st.integers(0, 999), part=st.integers(0, 999)
)
def test_nothing_is_lost_between_issue_return_and_debt(approved: int, pre: int, owed: int, part: int) -> None:
    before = min(part, owed, pre)
    found = Issue(approved, pre, owed, before)
    # what the entity has of this year, its debt paid: all that was approved, less what was paid
    assert found.issued - found.to_return + (pre - before) == approved - (owed - found.still_owed)
    assert 0 <= found.still_owed <= owed


def test_more_is_not_deducted_than_was_there() -> None:
    with pytest.raises(InvalidValueError, match="at most 50"):
        Issue(100, 50, 70, 51)


def test_g8_a_held_back_allocation_is_surrendered_first() -> None:
    assert differentiated(1_200_000, 1_000_000) == Differentiated(1_200_000, 1_000_000)
    assert differentiated(1_200_000, 1_000_000).released == 200_000
    assert differentiated(800_000, 1_000_000).still_owed == 200_000
    assert differentiated(800_000, 1_000_000).released == 0


def test_g12_the_benchmark_of_2024_is_that_of_2023_cut_by_half_a_percent() -> None:
    before = china_power.benchmark(LARGE, 2023, heat=False).value
    cut = round_to(before * Decimal("0.995"), 4, Rounding.HALF_UP)
    assert cut == china_power.benchmark(LARGE, 2024, heat=False).value


# ----------------------------------------------------------------- at the edges


@pytest.mark.parametrize(
    "missing", ["net_supply_mwh", "heat_gj", "load_factor", "heat_ratio", "cooling", "cogenerates"]
)
def test_what_the_rules_need_must_be_known(missing: str) -> None:
    with pytest.raises(InvalidValueError, match=f"{missing}: must be known for the rules of 2020"):
        china_power.allocation_of(2020, old(**{missing: None}))


def test_what_the_rules_do_not_need_may_be_left_out() -> None:
    coal = Output(unit_class=UnitClass.UNCONVENTIONAL_COAL, generation_mwh=1_000, heat_gj=0)
    assert china_power.allocation_of(2023, coal).power == 828
    with pytest.raises(InvalidValueError, match="generation_mwh"):
        china_power.allocation_of(2023, old(net_supply_mwh=5))


def test_a_year_without_rules_is_an_error() -> None:
    for year in (2018, 2027):
        with pytest.raises(NotFoundError, match="known for"):
            china_power.allocation_of(year, old())
        with pytest.raises(NotFoundError):
            china_power.entity_rules(year)
        with pytest.raises(NotFoundError):
            china_power.benchmark(GAS, year, heat=True)
    with pytest.raises(NotFoundError):
        china_industry.allocation_of(2023, SECTOR)


@pytest.mark.parametrize(
    "changes", [{"heat_gj": -1}, {"load_factor": "1.01"}, {"load_factor": "-0.01"}, {"heat_ratio": 60}]
)
def test_amounts_and_shares_are_checked(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError):
        old(**changes)
    with pytest.raises(InexactNumberError):
        old(load_factor=0.6)


@pytest.mark.parametrize(
    ("year", "status"), [(2019, "confirmed"), (2021, "recalled"), (2024, "confirmed"), (2026, "draft")]
)
def test_an_allocation_says_how_sure_its_rules_are(year: int, status: str) -> None:
    unit = old(generation_mwh=1)
    explained = china_power.allocation_of(year, unit).explain().text()
    assert f"[{status}" in explained
    assert "benchmark of electricity" in explained
    entity = china_power.entity_allocation_of(year, coal=1, verified_coal=2).explain().text()
    assert f"[{status}" in entity


@given(
    year=st.integers(2019, 2026),
    unit_class=st.sampled_from(UnitClass),
    electricity=st.integers(0, 10**7),
    heat=st.integers(0, 10**7),
    load=st.integers(1, 100),
    ratio=st.integers(0, 100),
)
def test_more_output_is_never_allocated_less(  # noqa: PLR0917  drawn one by one
    year: int, unit_class: UnitClass, electricity: int, heat: int, load: int, ratio: int
) -> None:
    def allocated(more: int) -> Decimal:
        return china_power.allocation_of(
            year,
            Output(
                unit_class=unit_class,
                net_supply_mwh=electricity + more,
                generation_mwh=electricity + more,
                heat_gj=heat + more,
                load_factor=Decimal(load) / 100,
                heat_ratio=Decimal(ratio) / 100,
                cooling=Cooling.AIR,
                cogenerates=False,
            ),
        ).total

    assert 0 <= allocated(0) <= allocated(1) <= allocated(100)


@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 400)), min_size=1, max_size=12),
)
def test_the_balance_gives_out_what_was_emitted(entities: list[tuple[int, int]]) -> None:
    emitters = [
        Emitter(str(number), emitted, Decimal(intensity) / 100)
        for number, (emitted, intensity) in enumerate(entities)
    ]
    rules = china_industry.intensity_rules(2026).value
    found = china_industry.allocation_of(2026, emitters)
    emitted = sum(each.emissions for each in emitters)
    if found.balance is None:
        assert emitted == 0
        return
    exact = sum(
        each.emissions * (1 + coefficient(rules, 1 - Fraction(each.intensity) / found.balance))
        for each in emitters
    )
    assert exact == emitted
    given_out = sum(tonnes for _, tonnes in found.tonnes)
    assert emitted - len(emitters) < given_out <= emitted
    for each, tonnes in found.tonnes:
        assert each.emissions * 97 // 100 <= tonnes <= each.emissions * 103 // 100 + 1


def test_lines_at_their_emissions_are_no_part_of_the_balance() -> None:
    special = Emitter("white", 700_000, "9.99", at_emissions=True)
    found = china_industry.allocation_of(2026, [*SECTOR, special])
    assert found.balance == china_industry.allocation_of(2026, SECTOR).balance
    assert found.tonnes[-1][1] == 700_000
    assert [tonnes for _, tonnes in china_industry.allocation_of(2024, SECTOR).tonnes] == [
        1_000_000,
        2_000_000,
        1_500_000,
    ]


def test_where_all_lie_beyond_the_reach_the_lowest_balance_is_taken() -> None:
    far = [Emitter("low", 100, "0.1"), Emitter("high", 100, "1.0")]
    found = china_industry.allocation_of(2026, far)
    assert found.balance == Fraction("0.1") / Fraction("0.8")
    assert [tonnes for _, tonnes in found.tonnes] == [103, 97]
    alone = china_industry.allocation_of(2026, [Emitter("one", 100, "0.7")])
    assert (alone.balance, alone.tonnes[0][1]) == (Fraction("0.7"), 100)


def test_a_name_comes_once() -> None:
    with pytest.raises(BatchError, match="row 2, name: must come once, was a"):
        china_industry.allocation_of(2026, [SECTOR[0], SECTOR[0]])
    with pytest.raises(InvalidValueError, match="above 0"):
        Emitter("zero", 1, 0)

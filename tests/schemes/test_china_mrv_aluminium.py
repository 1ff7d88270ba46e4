"""China's MRV guideline for aluminium: editions with their statuses, anodes three ways, gases as masses."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from carbonkit.accounting import account, gwp_set
from carbonkit.accounting.catalogue import Catalogue
from carbonkit.errors import BatchError, InvalidValueError, NotFoundError, UnknownGasError, WrongTypeError
from carbonkit.schemes.china_mrv_aluminium import (
    anode_shares,
    anode_use,
    carbonate,
    carbonate_factor,
    draft_rates,
    effect_rates,
    guideline_gwp,
)
from carbonkit.schemes.china_mrv_aluminium_line import (
    CellMonth,
    CellYear,
    cell_year,
    read_cell_months,
)
from carbonkit.values import Exact, Period, Place, Status


def year(produced: Exact = 1000, **anode: Exact) -> CellYear:
    return cell_year(2024, [CellMonth(month, produced, **anode) for month in range(1, 13)])


def test_editions_keep_their_values_and_statuses() -> None:
    assert [(anode_use(day).value, anode_use(day).source.status) for day in (2023, 2024)] == [
        (Decimal("0.42"), Status.RECALLED),
        (Decimal("0.411"), Status.CONFIRMED),
    ]
    assert [effect_rates(day).source.status for day in (2023, 2024)] == [Status.RECALLED, Status.CONFIRMED]
    drafts = draft_rates()
    assert [rule.value.number for rule in drafts] == [Decimal("1.424"), Decimal("0.1454")]
    assert {rule.source.status for rule in drafts} == {Status.DRAFT}
    assert drafts[1].value.weighed  # CO2e whose set is not known can not be weighed again
    assert "its text was not read" in anode_use(2024).explain().text()
    with pytest.raises(NotFoundError):
        anode_use(2015)
    with pytest.raises(NotFoundError):
        anode_shares(2023)


def test_anode_is_net_or_gross_or_the_default() -> None:
    net, gross, default = year(net_anode=411), year(gross_anode=500), year()
    assert net.anode.exact.tonnes == default.anode.exact.tonnes
    carbon = Fraction("0.976") * Fraction(44, 12)
    assert gross.anode.exact.tonnes == 12 * 500 * Fraction("0.8482") * carbon
    with pytest.raises(InvalidValueError, match="net or gross"):
        CellMonth(1, 1, net_anode=1, gross_anode=1)


def test_gases_are_masses_and_co2e_is_a_view() -> None:
    found = year()
    assert [(gas.gas, gas.number) for gas in found.gases] == [
        ("CF4", Decimal("0.24")),
        ("C2F6", Decimal("0.0132")),
    ]
    line = found.calculation(id="l", facility="smelter", place=Place("CN/YN"), period=Period.year(2024))
    inventory = account([], Catalogue([]), calculations=[line])
    own = inventory.co2e(guideline_gwp()).total
    ar6 = inventory.co2e(gwp_set("AR6")).total
    assert own.number == found.anode.emissions + Decimal("0.24") * 6630 + Decimal("0.0132") * 11100
    assert own != ar6
    with pytest.raises(UnknownGasError):
        guideline_gwp().potential("CH4")
    assert "6630 kgCO2e per kg" in line.explain().text()


def test_another_edition_is_taken_only_where_it_is_named() -> None:
    months = [CellMonth(month, 1000) for month in range(1, 13)]
    old = cell_year(2024, months, use=anode_use(2023), rates=effect_rates(2023))
    assert (old.anode.emissions, year().anode.emissions) == (Decimal("18036.48"), Decimal("17649.96"))
    assert old.effect_co2e == Decimal("3157.92")
    assert "[recalled]" in old.explain().text()


def test_a_reversed_year_cancels_and_one_without_aluminium_has_no_intensity() -> None:
    there, back = year("1234.56"), year("-1234.56")
    assert there.total + back.total == 0
    assert there.anode.exact.tonnes + back.anode.exact.tonnes == 0
    assert [one.number + other.number for one, other in zip(there.gases, back.gases, strict=True)] == [0, 0]
    assert year(0).total == 0
    with pytest.raises(InvalidValueError, match="produced"):
        _ = year(0).intensity


def test_months_are_checked_together() -> None:
    with pytest.raises(BatchError) as refused:
        cell_year(2024, [CellMonth(month, 1) for month in (1, 1, *range(3, 12))])
    assert [problem.field for problem in refused.value.problems] == [
        "month 1, aluminium",
        "month 2, aluminium",
        "month 12, aluminium",
    ]
    with pytest.raises(WrongTypeError):
        cell_year(2024, ["month"])  # type: ignore[list-item]
    with pytest.raises(NotFoundError):
        cell_year(2023, [])


@pytest.mark.parametrize(
    ("formula", "molar"),
    [
        ("CaCO3", "100.087"),
        ("MgCO3", "84.314"),
        ("Na2CO3", "105.988"),
        ("NaHCO3", "84.007"),
        ("FeCO3", "115.854"),
        ("MnCO3", "114.947"),
        ("BaCO3", "197.336"),
        ("Li2CO3", "73.891"),
        ("K2CO3", "138.206"),
        ("SrCO3", "147.629"),
        ("CaMg(CO3)2", "184.401"),
    ],
)
def test_carbonates_are_near_their_molar_shares(formula: str, molar: str) -> None:
    factor = Fraction(carbonate_factor(formula, 2024).value)
    groups = 2 if formula == "CaMg(CO3)2" else 1
    assert abs(factor - groups * Fraction("44.009") / Fraction(molar)) < Fraction("0.0006")


def test_a_carbonate_counts_by_its_purity() -> None:
    assert carbonate("Na2CO3", 100, purity="0.5", year=2024).tonnes == Fraction("20.745")
    with pytest.raises(NotFoundError, match="known: CaCO3"):
        carbonate("ZnCO3", 1, purity=1, year=2024)


def test_months_are_read_from_a_table_with_every_problem() -> None:
    header = "month,produced,net_anode,gross_anode"
    assert read_cell_months([header, "1,10,,5"], file="c.csv") == (CellMonth(1, 10, gross_anode=5),)
    with pytest.raises(BatchError) as refused:
        read_cell_months([header, "1,10,4,5", "x,,,"], file="c.csv")
    assert [(problem.row, problem.field) for problem in refused.value.problems] == [
        (2, "anode"),
        (3, "month"),
        (3, "produced"),
    ]


@pytest.mark.parametrize("wrong", [1, "0.42", Decimal("0.42"), effect_rates(2023), anode_shares(2024)])
def test_a_net_use_that_is_no_rule_of_a_number_is_refused(wrong: object) -> None:
    with pytest.raises(WrongTypeError, match="use"):
        cell_year(2024, [CellMonth(1, 1)], use=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [1, "0.02", effect_rates(2023).value, anode_use(2023)])
def test_rates_that_are_no_rule_of_rates_are_refused(wrong: object) -> None:
    with pytest.raises(WrongTypeError, match="rates"):
        cell_year(2024, [CellMonth(1, 1)], rates=wrong)  # type: ignore[arg-type]


def test_what_is_no_text_or_no_list_is_refused() -> None:
    for months in (None, 1, "month"):
        with pytest.raises(WrongTypeError, match="months"):
            cell_year(2024, months)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="carbonate"):
        carbonate_factor([], 2024)  # type: ignore[arg-type]

"""Statements: the same total whichever way it is added up, and explained down to its sources."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import (
    Activity,
    Catalogue,
    Conversion,
    Factor,
    Rate,
    Scope,
    Statement,
    account,
    gwp_set,
)
from carbonkit.errors import InvalidValueError
from carbonkit.values import CO2e, Energy, Period, Place, Rounding, Source

if TYPE_CHECKING:
    from random import Random

    from tests.accounting.conftest import MakeActivity, MakeFactor

YEAR, US = Period.year(2025), Place("US")
CATALOGUE = Catalogue(
    [
        Factor(
            kind,
            "1",
            kind,
            US,
            YEAR,
            "MMBtu",
            (Rate("CO2", co2, "kg"), Rate("CH4", "1.0", "g"), Rate("N2O", "0.1", "g")),
            Source("US EPA", "GHG Emission Factors Hub", 2025),
        )
        for kind, co2 in (("gas", "53.06"), ("coal", "93.28"))
    ]
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["gas", "coal"]),
        st.sampled_from(["north", "south", "east"]),
        st.sampled_from([Scope.ONE, Scope.THREE]),
        st.decimals(-(10**6), 10**6, places=6),
        st.sampled_from(["MMBtu", "kBtu", "Btu_it"]),
    ),
    max_size=10,
)
Row = tuple[str, str, Scope, Decimal, str]


def stated(rows: list[Row], gwp: str = "AR5") -> Statement:
    activities = [
        Activity(str(number), facility, kind, Energy(amount, unit), US, YEAR, scope)
        for number, (kind, facility, scope, amount, unit) in enumerate(rows)
    ]
    return account(activities, CATALOGUE).co2e(gwp_set(gwp))


@given(ROWS)
def test_every_breakdown_has_the_same_total(rows: list[Row]) -> None:
    found = stated(rows)
    sums = [found.by_scope(), found.by_facility(), found.by_activity(), found.by_gas()]
    assert {breakdown.total for breakdown in sums} == {found.total}
    assert CO2e(0, "tCO2e") + found.total == sum((line.co2e for line in found.lines), CO2e(0, "tCO2e"))


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[Row], random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert dict(stated(shuffled).by_facility().parts) == dict(stated(rows).by_facility().parts)


@given(ROWS, st.decimals(-(10**6), 10**6, places=6))
def test_splitting_a_row_changes_nothing(rows: list[Row], part: Decimal) -> None:
    split = [
        piece
        for kind, facility, scope, amount, unit in rows
        for piece in ((kind, facility, scope, part, unit), (kind, facility, scope, amount - part, unit))
    ]
    assert stated(split).total == stated(rows).total


@given(ROWS)
def test_reversals_cancel(rows: list[Row]) -> None:
    reversed_ = [(kind, facility, scope, -amount, unit) for kind, facility, scope, amount, unit in rows]
    assert stated(rows + reversed_).total == CO2e(0, "tCO2e")


@given(ROWS)
def test_a_second_set_is_a_second_view_of_the_same_gases(rows: list[Row]) -> None:
    ar5, ar6 = stated(rows, "AR5").by_gas(), stated(rows, "AR6").by_gas()
    for gas, amount in ar5.parts:
        weights = [gwp_set(name).potential(gas).value for name in ("AR5", "AR6")]
        assert amount * weights[1] == ar6.amount(gas) * weights[0]


@pytest.fixture
def statement(factor: MakeFactor, activity: MakeActivity) -> Statement:
    catalogue = Catalogue([factor(), factor("coal", Rate("CO2", "93.28", "kg"), activity="coal")])
    bills = [
        activity("0", "0", facility="8", activity="coal", scope=Scope.THREE, row=6),
        activity("1", "2000", "kBtu", row=2),
        activity("2", "1", "MMBtu", facility="8", row=3),
        activity("3", "10", "kWh", facility="8", row=4),
        activity("5", "5000000", "Btu_it", facility="9", row=7),
        activity("4", "1", facility="8", activity="coal", scope=Scope.THREE, row=5),
    ]
    return account(bills, catalogue, conversion=Conversion(3, Rounding.HALF_EVEN)).co2e(gwp_set("AR5"))


def test_a_part_of_a_statement_is_a_statement(statement: Statement) -> None:
    assert [line.line.activity.id for line in statement.only(facility="8").lines] == ["0", "2", "3", "4"]
    assert [line.line.activity.id for line in statement.only(scope=Scope.THREE).lines] == ["0", "4"]
    assert [line.line.activity.id for line in statement.only(activity="coal", facility="7").lines] == []
    assert statement.only(facility="7").total == statement.by_facility().amount("7")


def test_scopes_come_in_their_order(statement: Statement) -> None:
    assert [label for label, _ in statement.by_scope().parts] == ["scope 1", "scope 3"]


def test_a_total_explains_itself_down_to_its_sources(statement: Statement) -> None:
    told = statement.explain()
    assert told.value == str(statement.total)
    assert [part.what for part in told.parts] == ["scope 1", "scope 3"]
    gas = told.parts[0].parts[0]
    assert gas.how == "8.034000 MMBtu in 4 lines × factor × global warming potentials"
    assert [part.what for part in gas.parts] == [
        "CO2e of CO2",
        "CO2e of CH4",
        "CO2e of N2O",
        "quantity in MMBtu",
        "quantity in MMBtu",
        "quantity in MMBtu",
        "factor gas (2025)",
    ]
    assert gas.parts[3].how.startswith("2000 kBtu × ")
    assert gas.parts[4].how.endswith("rounded to 3 places, half even")
    assert gas.parts[5].how.startswith("5000000 Btu_it × ")
    assert told.parts[1].parts[0].how == "1 MMBtu in 2 lines × factor × global warming potentials"
    assert {source.title for source in told.sources()} == {
        "GHG Emission Factors Hub",
        "globalwarmingpotentials 0.13.2",
    }


def test_the_parts_of_an_explanation_add_up(statement: Statement) -> None:
    told = statement.explain()
    for whole in (told, *told.parts):
        parts = [CO2e(part.value.removesuffix(" tCO2e"), "tCO2e") for part in whole.parts]
        assert sum(parts, CO2e(0, "tCO2e")) == CO2e(whole.value.removesuffix(" tCO2e"), "tCO2e")


def test_a_line_explains_itself_under_the_set(statement: Statement) -> None:
    told = statement.only(facility="7").lines[0].explain()
    assert told.what == "CO2e of activity 1 under AR5"
    assert told.value == "0.10622900000 tCO2e"
    assert told.parts[1].parts[0].value == "28 kgCO2e per kg"
    assert "bills.csv, row 2" in told.text()


def test_one_line_is_said_so(factor: MakeFactor, activity: MakeActivity) -> None:
    told = account([activity()], Catalogue([factor()])).co2e(gwp_set("AR5")).explain()
    assert told.parts[0].parts[0].how == "2 MMBtu in 1 line × factor × global warming potentials"


def test_the_precision_of_the_host_changes_nothing(statement: Statement) -> None:
    with decimal.localcontext(prec=3):
        assert stated([("gas", "north", Scope.ONE, Decimal("123456.789012"), "kBtu")]).total == CO2e(
            "6.557345619977874", "tCO2e"
        )
        rounded = statement.by_facility().rounded(6, Rounding.HALF_UP)
    assert rounded == statement.by_facility().rounded(6, Rounding.HALF_UP)


def test_a_statement_has_a_set(statement: Statement) -> None:
    with pytest.raises(InvalidValueError, match="gwp: must be of type GwpSet"):
        Statement("AR5", None, statement.entries)  # type: ignore[arg-type]  # the mistake under test


def test_rounding_of_several_lines_is_explained_as_it_was_done() -> None:
    own = Source("Us", "Policy", 2025)
    catalogue = Catalogue([Factor("e", "1", "heat", US, YEAR, "kWh", [Rate("CO2", "1", "kg")], own)])
    rows = [Activity(str(n), "7", "heat", Energy("1", "MJ"), US, YEAR, Scope.ONE) for n in range(3)]
    conversion = Conversion(3, Rounding.HALF_UP)  # 3 × 0.278, where 3 MJ at once would be 0.833 kWh
    text = account(rows, catalogue, conversion=conversion).co2e(gwp_set("AR5")).explain().text()
    assert "0.834 kWh = 3 MJ × 1 MJ/MJ ÷ 3.6 MJ/kWh, rounded to 3 places, half up in each of 3 lines" in text
    one = account(rows[:1], catalogue, conversion=conversion).co2e(gwp_set("AR5")).explain().text()
    assert "rounded to 3 places, half up\n" in one

"""`account` takes a whole batch or refuses it with every problem; the inventory keeps gases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonkit.accounting import (
    Amount,
    Calculation,
    Catalogue,
    Conversion,
    Inventory,
    Rate,
    Scope,
    Scope2Method,
    account,
    as_published,
    gwp_set,
)
from carbonkit.errors import BatchError, FixedBasisError, InvalidValueError, UnknownGasError
from carbonkit.values import CO2e, Energy, Explanation, Mass, Period, Place, Rounding

if TYPE_CHECKING:
    from tests.accounting.conftest import MakeActivity, MakeFactor

LOCATION, MARKET = Scope2Method.LOCATION, Scope2Method.MARKET


@pytest.fixture
def energy(factor: MakeFactor, activity: MakeActivity) -> Inventory:
    """Gas in scope 1, and electricity by both methods; the contract is for zero-carbon supply."""
    catalogue = Catalogue(
        [
            factor(),
            factor("grid", Rate("CO2", "0.3", "t"), activity="electricity", per="MWh", method=LOCATION),
            factor("contract", Rate("CO2", 0, "t"), activity="electricity", per="MWh", method=MARKET),
        ]
    )
    bought = activity("2", "100", "MWh", activity="electricity", scope=Scope.TWO)
    return account([activity(), bought], catalogue, scope_2=[LOCATION, MARKET])


def test_quantities_are_converted_exactly(factor: MakeFactor, activity: MakeActivity) -> None:
    found = account([activity("1", "2000.5", "kBtu")], Catalogue([factor()])).lines[0]
    assert (found.quantity, found.conversion) == (Energy("2.0005", "MMBtu"), None)


def test_a_quantity_with_no_finite_decimal_needs_a_named_rounding(
    factor: MakeFactor, activity: MakeActivity
) -> None:
    bill = activity("1", "1", "kWh", row=2)
    with pytest.raises(BatchError) as caught:
        account([bill], Catalogue([factor()]))
    assert str(caught.value.problems[0]) == (
        "bills.csv, row 2, quantity: must have a finite decimal form in MMBtu, was 1 kWh; "
        "name a rounding, e.g. conversion=Conversion(9, Rounding.HALF_EVEN)"
    )
    named = Conversion(9, Rounding.HALF_EVEN)
    found = account([bill], Catalogue([factor()]), conversion=named).lines[0]
    assert (found.quantity.number, found.conversion) == (Energy("0.003412142", "MMBtu").number, named)


def test_a_quantity_that_is_exact_by_itself_is_not_rounded(
    factor: MakeFactor, activity: MakeActivity
) -> None:
    bill = activity("1", "105505585262", "kWh")
    found = account([bill], Catalogue([factor()]), conversion=Conversion(0, Rounding.TOWARDS_ZERO)).lines[0]
    assert (str(found.quantity), found.conversion) == ("360000000 MMBtu", None)


def test_one_problem_for_every_row(factor: MakeFactor, activity: MakeActivity) -> None:
    with pytest.raises(BatchError) as caught:
        account(
            [
                activity("1", row=2),
                activity("1", row=3),
                activity("2", "5", "m3", row=4),
                activity("3", activity="coal", row=5),
                activity("4", activity="coal", row=6),
                activity("5", place="US/WA", row=7),
                activity("6", period=Period.year(2026), row=8),
                activity("7", "1", "kWh", row=9),
                activity("8", scope=Scope.TWO, row=10),
            ],
            Catalogue([factor()]),
        )
    assert [(problem.row, problem.field, problem.code) for problem in caught.value.problems] == [
        (3, "id", "invalid_value"),
        (4, "quantity", "incompatible_units"),
        (5, "activity", "unknown_factor"),
        (6, "activity", "unknown_factor"),
        (7, "place", "unknown_factor"),
        (8, "period", "unknown_factor"),
        (9, "quantity", "inexact_conversion"),
        (10, "scope_2", "invalid_value"),
    ]
    assert "density or calorific value" in caught.value.problems[1].hint


def test_arguments_have_their_kinds(factor: MakeFactor, activity: MakeActivity) -> None:
    catalogue = Catalogue([factor()])
    with pytest.raises(InvalidValueError, match="must be of type Activity"):
        account(["gas"], catalogue)  # type: ignore[list-item]  # the mistake under test
    with pytest.raises(InvalidValueError, match="scope_2: must be of type Scope2Method"):
        account([activity()], catalogue, scope_2="location")  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(InvalidValueError, match="catalogue: must be of type Catalogue"):
        account([activity()], [factor()])  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(InvalidValueError, match="gwp: must be of type GwpSet"):
        account([activity()], catalogue).co2e("AR5")  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(InvalidValueError, match="scope_2: must be of type Scope2Method"):
        account([activity()], catalogue).masses(scope_2="market")  # type: ignore[arg-type]  # the same


def test_there_is_no_total_without_a_scope_2_method(energy: Inventory) -> None:
    with pytest.raises(InvalidValueError, match=r"scope_2: must name a method .* two answers"):
        energy.co2e(gwp_set("AR5"))
    with pytest.raises(InvalidValueError, match="scope_2"):
        energy.masses()
    with pytest.raises(InvalidValueError, match="scope_2"):
        energy.stated()


def test_the_two_methods_are_two_answers(energy: Inventory) -> None:
    assert energy.methods == (LOCATION, MARKET)
    by_location = energy.co2e(gwp_set("AR5"), scope_2=LOCATION).by_scope()
    by_market = energy.co2e(gwp_set("AR5"), scope_2=MARKET).by_scope()
    assert by_location.amount("scope 2") == CO2e(30, "tCO2e")
    assert by_market.amount("scope 2") == CO2e(0, "tCO2e")
    assert by_location.amount("scope 1") == by_market.amount("scope 1")


def test_a_method_that_was_not_accounted_is_refused(factor: MakeFactor, activity: MakeActivity) -> None:
    inventory = account([activity(scope=Scope.TWO)], Catalogue([factor(method=LOCATION)]), scope_2=[LOCATION])
    with pytest.raises(InvalidValueError, match="accounted by: location-based, was market-based"):
        inventory.co2e(gwp_set("AR5"), scope_2=MARKET)


def test_a_method_needs_its_factor(factor: MakeFactor, activity: MakeActivity) -> None:
    with pytest.raises(BatchError, match=r"method: must be a scope 2 method .* was market-based"):
        account([activity(scope=Scope.TWO)], Catalogue([factor(method=LOCATION)]), scope_2=[LOCATION, MARKET])


def test_a_method_named_where_there_is_no_scope_2_changes_nothing(
    factor: MakeFactor, activity: MakeActivity
) -> None:
    statement = account([activity()], Catalogue([factor()])).co2e(gwp_set("AR5"), scope_2=MARKET)
    assert statement.scope_2 is None
    assert statement.total == CO2e("106.229", "kgCO2e")


def test_gases_are_kept(energy: Inventory) -> None:
    assert dict(energy.masses(scope_2=LOCATION)) == {
        "CO2": Mass("30106.12", "kg"),
        "CH4": Mass("2", "g"),
        "N2O": Mass("0.2", "g"),
    }
    assert energy.stated(scope_2=LOCATION) == ()
    assert repr(energy) == "<Inventory of 3 lines>"


def test_a_gas_that_the_set_lacks_is_never_zero(factor: MakeFactor, activity: MakeActivity) -> None:
    leak = factor("leak", Rate("R410A", 1, "kg"), row=4)
    inventory = account([activity()], Catalogue([leak]))
    with pytest.raises(UnknownGasError, match=r"factors.csv, row 4, gas: .* GWP set AR5, was R410A"):
        inventory.co2e(gwp_set("AR5"))


def test_co2e_alone_is_never_re_expressed(factor: MakeFactor, activity: MakeActivity) -> None:
    stated = factor("stated", Rate("CO2e", "55", "kgCO2e", basis="AR4"), activity="heat")
    inventory = account([activity(), activity("2", activity="heat")], Catalogue([factor(), stated]))
    assert inventory.stated() == (("AR4", CO2e("110", "kgCO2e")),)
    assert inventory.co2e(gwp_set("AR4")).by_gas().amount("CO2e (basis: AR4)") == CO2e("110", "kgCO2e")
    with pytest.raises(FixedBasisError, match="must be AR4"):
        inventory.co2e(gwp_set("AR5"))
    with pytest.raises(UnknownGasError, match="this set weighs no gas"):
        inventory.co2e(as_published("AR4"))


def test_stated_amounts_of_one_basis_add_up(factor: MakeFactor, activity: MakeActivity) -> None:
    stated = factor("stated", Rate("CO2e", "55", "kgCO2e", basis="city"))
    inventory = account([activity(), activity("2", "-1")], Catalogue([stated]))
    assert inventory.stated() == (("city", CO2e("55", "kgCO2e")),)
    assert inventory.co2e(as_published("city")).total == CO2e("55", "kgCO2e")


def test_two_methods_are_given_the_same_energy(factor: MakeFactor, activity: MakeActivity) -> None:
    both = [factor(each.value, Rate("CO2", 1, "kg"), method=each) for each in Scope2Method]
    rows = [activity("1", "100", scope=Scope.TWO)]
    located = account(rows, Catalogue(both), scope_2=[Scope2Method.LOCATION])

    def beside(facility: str, quantity: Energy | None) -> Inventory:
        market = Calculation(
            "m",
            facility,
            "natural gas",
            Place("US"),
            Period.year(2025),
            Scope.TWO,
            [Amount("CO2", 5, "kg")],
            Explanation("working", "5 kg"),
            method=Scope2Method.MARKET,
            quantity=quantity,
        )
        return Inventory(located.lines, [market])

    for quantity in (None, Energy("100", "MMBtu"), Energy("105505.585262", "MJ")):
        total = beside("7", quantity).co2e(gwp_set("AR5"), scope_2=MARKET).total
        assert total == CO2e("5", "kgCO2e")
    for method in Scope2Method:
        with pytest.raises(BatchError) as caught:
            beside("8", None).co2e(gwp_set("AR5"), scope_2=method)
        assert [problem.was for problem in caught.value.problems] == [
            "natural gas of 7 at US",
            "natural gas of 8 at US",
        ]
        with pytest.raises(BatchError, match="must be the same energy by both methods"):
            beside("7", Energy("99", "MMBtu")).co2e(gwp_set("AR5"), scope_2=method)
    assert located.co2e(gwp_set("AR5"), scope_2=Scope2Method.LOCATION).total == CO2e("100", "kgCO2e")

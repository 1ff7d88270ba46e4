"""Rates and amounts: masses of gases, or what was weighed on a fixed basis; biogenic CO2 apart."""

from __future__ import annotations

from decimal import Decimal

import pytest

from carbonkit.accounting import (
    Activity,
    Amount,
    Calculation,
    Catalogue,
    Category,
    Factor,
    Inventory,
    Origin,
    Quality,
    Rate,
    Scope,
    Scope2Method,
    account,
    gwp_set,
    read_activities,
    read_factors,
)
from carbonkit.errors import (
    BatchError,
    FixedBasisError,
    IncompatibleUnitsError,
    InexactNumberError,
    InvalidValueError,
)
from carbonkit.values import CO2e, Energy, Explanation, Mass, Period, Place, Source

YEAR, CN = Period.year(2025), Place("CN")
OWN = Source("Us", "Policy", 2025)
WORKING = Explanation("working", "1")


def factor(*rates: Rate) -> Factor:
    return Factor("f", "1", "fuel", CN, YEAR, "GJ", rates, OWN)


def bill(amount: str = "2", **more: object) -> Activity:
    return Activity("1", "7", "fuel", Energy(amount, "GJ"), CN, YEAR, Scope.ONE, **more)  # type: ignore[arg-type]


def calculation(*amounts: Amount, name: str = "c", **more: object) -> Calculation:
    return Calculation(name, "7", "leak", CN, YEAR, more.pop("scope", Scope.ONE), amounts, WORKING, **more)  # type: ignore[arg-type]


def test_biogenic_co2_stands_apart_from_every_total() -> None:
    wood = factor(
        Rate("CO2", "112", "kg", origin=Origin.BIOGENIC),
        Rate("CH4", "30", "g", origin=Origin.BIOGENIC),
        Rate("CO2", "1", "kg"),
    )
    inventory = account([bill()], Catalogue([wood]))
    statement = inventory.co2e(gwp_set("AR6"))
    assert statement.total == CO2e("3.62", "kgCO2e")  # 2 kg fossil or unknown + 60 g × 27.0
    assert statement.biogenic_co2 == inventory.biogenic_co2() == Mass("224", "kg")
    assert dict(statement.by_gas().parts).keys() == {"CH4", "CO2"}
    assert dict(inventory.masses()) == {"CH4": Mass("60", "g"), "CO2": Mass("2", "kg")}
    assert "112 kg biogenic CO2" in statement.explain().text()


def test_methane_is_weighed_by_its_origin() -> None:
    totals = {
        origin: account([bill()], Catalogue([factor(Rate("CH4", 1, "kg", origin=origin))]))
        .co2e(gwp_set("AR6"))
        .total
        for origin in (None, *Origin)
    }
    assert totals == {
        None: CO2e("55.8", "kgCO2e"),
        Origin.FOSSIL: CO2e("59.6", "kgCO2e"),
        Origin.BIOGENIC: CO2e("54", "kgCO2e"),
    }


def test_gases_that_their_publisher_weighed_keep_their_basis() -> None:
    weighed = factor(*(Rate(gas, "0.5", "kgCO2e", basis="AR5") for gas in ("CO2", "CH4", "N2O")))
    inventory = account([bill()], Catalogue([weighed]))
    statement = inventory.co2e(gwp_set("AR5"))
    assert statement.total == CO2e("3", "kgCO2e")
    assert dict(statement.by_gas().parts) == dict.fromkeys(("CO2", "CH4", "N2O"), CO2e(1, "kgCO2e"))
    assert inventory.stated() == (("AR5", CO2e("3", "kgCO2e")),)
    assert "CO2e of CH4 as published" in statement.explain().text()
    with pytest.raises(FixedBasisError, match="must be AR5, on which the factor gives CO2e, was AR6"):
        inventory.co2e(gwp_set("AR6"))


@pytest.mark.parametrize("kind", [Rate, Amount])
def test_what_is_weighed_has_a_basis_and_a_mass_has_none(kind: type[Rate | Amount]) -> None:
    for gas, unit, basis, error in (
        ("CH4", "kgCO2e", "", IncompatibleUnitsError),
        ("CO2e", "kgCO2e", "", InvalidValueError),
        ("CO2e", "kg", "AR5", IncompatibleUnitsError),
        ("CH4", "kg", "AR5", InvalidValueError),
        ("CH4", "L", "", IncompatibleUnitsError),
        ("co2e", "kg", "", InvalidValueError),
    ):
        with pytest.raises(error):
            kind(gas, 1, unit, basis=basis)
    with pytest.raises(IncompatibleUnitsError, match="be a mass for biogenic CO2"):
        kind("CO2", 1, "kgCO2e", basis="AR5", origin=Origin.BIOGENIC)
    for number in (0.5, True, Decimal("NaN"), float("inf")):
        with pytest.raises(InexactNumberError):
            kind("CO2", number, "kg")  # type: ignore[arg-type]  # the mistake under test


def test_limits_hold_the_number_between_them() -> None:
    gas = Rate("CO2", "56100", "kg", lower="54300", upper="58300")
    assert (gas.lower, gas.upper) == (Decimal(54300), Decimal(58300))
    for limits in ({"lower": "1"}, {"upper": "2"}, {"lower": "57000", "upper": "58000"}):
        with pytest.raises(InvalidValueError, match="limit"):
            Rate("CO2", "56100", "kg", **limits)  # type: ignore[arg-type]


def test_masses_and_what_was_weighed_do_not_stand_in_one_factor() -> None:
    with pytest.raises(InvalidValueError, match="basis: must give masses, or what was weighed on one basis"):
        factor(Rate("CO2", 1, "kg"), Rate("CH4", 1, "kgCO2e", basis="AR5"))
    with pytest.raises(InvalidValueError, match="was AR4, AR5"):
        factor(Rate("CO2", 1, "kgCO2e", basis="AR4"), Rate("CH4", 1, "kgCO2e", basis="AR5"))
    with pytest.raises(InvalidValueError, match="give each gas once"):
        factor(*[Rate("CH4", 1, "kg", origin=Origin.FOSSIL)] * 2)
    apart = factor(
        Rate("CO2", 1, "kg", origin=Origin.BIOGENIC), Rate("CO2e", 1, "kgCO2e", basis="AR5")
    )  # biogenic CO2 may stand beside anything
    assert apart.weighed


# ------------------------------------------------------------------- calculations


def test_calculations_stand_beside_lines() -> None:
    leak = calculation(Amount("SF6", "-0.5", "kg"), Amount("CO2e", 3, "kgCO2e", basis="AR5"))
    inventory = account([bill()], Catalogue([factor(Rate("CO2", 1, "kg"))]), calculations=[leak])
    statement = inventory.co2e(gwp_set("AR5"))
    assert statement.total == CO2e("-11745", "kgCO2e")  # 2 - 0.5 × 23,500 + 3
    assert statement.by_activity().amount("leak") == CO2e("-11747", "kgCO2e")
    assert statement.only(activity="leak").total == CO2e("-11747", "kgCO2e")
    assert statement.by_gas().amount("SF6") == CO2e("-11750", "kgCO2e")
    assert statement.by_scope().total == statement.total
    text = statement.explain().text()
    assert "leak, c: -11.7470 tCO2e = sum over gases" in text
    assert "global warming potential of SF6: 23500" in text
    assert repr(inventory) == "<Inventory of 1 lines and 1 calculations>"
    with pytest.raises(FixedBasisError):
        inventory.co2e(gwp_set("AR6"))


def test_a_calculation_of_scope_2_belongs_to_a_method() -> None:
    both = [
        calculation(Amount("CO2", 5 * number, "kg"), scope=Scope.TWO, method=method)
        for number, method in enumerate(Scope2Method, start=1)
    ]
    inventory = Inventory((), both)
    assert inventory.methods == tuple(Scope2Method)
    assert inventory.co2e(gwp_set("AR5"), scope_2=Scope2Method.LOCATION).total == CO2e(5, "kgCO2e")
    assert inventory.co2e(gwp_set("AR5"), scope_2=Scope2Method.MARKET).total == CO2e(10, "kgCO2e")
    with pytest.raises(InvalidValueError, match="scope_2"):
        inventory.co2e(gwp_set("AR5"))
    with pytest.raises(InvalidValueError, match="method: must name a scope 2 method in scope 2"):
        calculation(scope=Scope.TWO)
    with pytest.raises(InvalidValueError, match="method: must name a scope 2 method in scope 2"):
        calculation(method=Scope2Method.MARKET)


def test_an_id_is_used_once_by_an_activity_or_a_calculation() -> None:
    with pytest.raises(BatchError, match="id: must be used once, was c"):
        Inventory((), (calculation(), calculation()))
    with pytest.raises(BatchError, match="id: must be used once, was 1"):
        account([bill()], Catalogue([factor(Rate("CO2", 1, "kg"))]), calculations=[calculation(name="1")])
    with pytest.raises(InvalidValueError, match="calculations: must be of type Calculation"):
        Inventory((), (bill(),))  # type: ignore[arg-type]  # the mistake under test


def test_a_category_stands_in_scope_3_only() -> None:
    for make in (bill, calculation):
        with pytest.raises(InvalidValueError, match="category: must stand in scope 3 only"):
            make(category=Category(6))
    trip = calculation(Amount("CO2", 2, "kg"), scope=Scope.THREE, category=Category(6))
    other = calculation(Amount("CO2", 1, "kg"), scope=Scope.THREE, name="d")
    one = calculation(Amount("CO2", 7, "kg"), name="e")
    statement = Inventory((), (other, trip, one)).co2e(gwp_set("AR5"))
    assert [(label, str(amount)) for label, amount in statement.by_category().parts] == [
        ("category 6, business travel", "0.002 tCO2e"),
        ("no category", "0.001 tCO2e"),
    ]


def test_an_uncertainty_is_not_negative() -> None:
    for make in (bill, calculation):
        assert make(uncertainty="5").uncertainty == 5
        with pytest.raises(InvalidValueError, match="uncertainty: must be zero or more"):
            make(uncertainty="-1")


# ------------------------------------------------------------------------ quality


def test_quality_is_five_scores_and_their_mean() -> None:
    assert Quality.parse("1/1/1/1/2").score == Decimal("1.2")
    assert str(Quality(5, 4, 3, 2, 1)) == "5/4/3/2/1"
    for text in ("1/1/1/1", "1/1/1/1/6", "0/1/1/1/1", "", "1/1/1/1/x"):
        with pytest.raises(InvalidValueError):
            Quality.parse(text)


# ------------------------------------------------------------------ from CSV files


def test_the_columns_that_may_be_absent_are_read_where_they_are_there() -> None:
    header = "id,facility,activity,amount,unit,place,start,end,scope,category,calorific,uncertainty,quality"
    (row,) = read_activities(
        [header, "1,7,gas,2,kWh,GB,2025-01-01,2026-01-01,3,4,gross,5,1/2/3/4/5"], file="a"
    )
    assert (row.category, str(row.calorific), row.uncertainty, str(row.quality)) == (
        Category(4),
        "gross calorific value",
        Decimal(5),
        "1/2/3/4/5",
    )
    header = (
        "id,edition,activity,place,method,valid_from,valid_until,per,gas,amount,unit,basis,publisher,title,year,"
        "table,url,licence,status,note,origin,lower,upper,calorific,levels,published,data_year,coverage,quality"
    )
    line = (
        "g,1,gas,GB,,2025-01-01,,kWh,CH4,2,g,,DESNZ,CF,2025,,,,confirmed,,fossil,1,3,net,Fuels > Gas,"
        "2025-06-10,2023,direct,1/1/1/1/1"
    )
    (made,) = read_factors([header, line], file="f")
    assert made.levels == ("Fuels", "Gas")
    assert (made.data_year, str(made.published), str(made.coverage)) == (2023, "2025-06-10", "direct")
    assert (str(made.rates[0]), made.rates[0].lower, made.rates[0].upper) == (
        "2 g fossil CH4",
        Decimal(1),
        Decimal(3),
    )
    assert "net calorific value, direct, published 2025-06-10, data of 2023, quality 1/1/1/1/1" in (
        made.explain().how
    )
    with pytest.raises(BatchError) as caught:
        read_factors([header, line.replace("direct", "cradle").replace("fossil", "green")], file="f")
    assert {problem.field for problem in caught.value.problems} == {"coverage", "origin"}

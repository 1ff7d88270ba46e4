"""GWP sets: named by the caller, sourced value by value, never zero for a gas they lack."""

from __future__ import annotations

from decimal import Decimal

import pytest

from carbonkit.accounting import GwpSet, Potential, as_published, gwp_set
from carbonkit.accounting.gwp import gas_name
from carbonkit.accounting.origin import Origin
from carbonkit.errors import (
    FixedBasisError,
    InexactNumberError,
    InvalidValueError,
    NotFoundError,
    UnknownGasError,
)
from carbonkit.values import CO2e, Energy, Mass, Source, Status

OWN = Source("Us", "Reporting policy", 2026)

# "Global warming potential values", IPCC assessment reports, 100 years
PUBLISHED = {
    "SAR": {"CO2": "1", "CH4": "21", "N2O": "310", "SF6": "23900", "HFC134a": "1300", "CF4": "6500"},
    "TAR": {"CO2": "1", "CH4": "23", "N2O": "296", "SF6": "22200", "NF3": "10800"},
    "AR4": {"CO2": "1", "CH4": "25", "N2O": "298", "SF6": "22800", "NF3": "17200", "HFC134a": "1430"},
    "AR5": {"CO2": "1", "CH4": "28", "N2O": "265", "SF6": "23500", "NF3": "16100", "C2F6": "11100"},
    "AR6": {"CO2": "1", "CH4": "27.9", "N2O": "273", "NF3": "17400", "HFC32": "771", "HFC125": "3740"},
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_sets_hold_the_published_values(name: str) -> None:
    found = {gas: gwp_set(name).potential(gas).value for gas in PUBLISHED[name]}
    assert found == {gas: Decimal(value) for gas, value in PUBLISHED[name].items()}


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_value_has_its_source(name: str) -> None:
    for potential in gwp_set(name).potentials:
        assert potential.source.licence == ("a figure, carried as a fact" if potential.origin else "CC0-1.0")
        assert (f"{name}GWP100" in potential.source.table) is (potential.origin is None)
        assert potential.explain().source == potential.source


def test_the_contested_value_says_so() -> None:
    found = gwp_set("AR6").potential("SF6")
    assert (found.value, found.source.status) == (Decimal(25200), Status.RECALLED)
    assert "24300" in found.source.note


def test_only_the_contested_value_is_unsure() -> None:
    unsure = [
        (name, potential.gas)
        for name in PUBLISHED
        for potential in gwp_set(name).potentials
        if potential.source.status is not Status.CONFIRMED
    ]
    assert unsure == [("AR6", "SF6")]


def test_there_is_no_other_set() -> None:
    with pytest.raises(NotFoundError, match="must be one of the GWP sets SAR, TAR, AR4, AR5, AR6, was AR7"):
        gwp_set("AR7")


def test_a_gas_that_a_set_lacks_is_an_error() -> None:
    with pytest.raises(UnknownGasError, match="GWP set SAR, was NF3"):
        gwp_set("SAR").weigh("NF3", Mass(1, "kg"))


@pytest.mark.parametrize(("written", "meant"), [("ch4", "CH4"), ("HFC-134a", "HFC134a")])
def test_a_gas_spelled_otherwise_gets_a_hint(written: str, meant: str) -> None:
    with pytest.raises(UnknownGasError, match=f'write "{meant}"'):
        gwp_set("AR5").potential(written)


@pytest.mark.parametrize(
    ("mass", "weighed"),
    [
        (Mass("1", "kg"), CO2e("28", "kgCO2e")),
        (Mass("1", "lb"), CO2e("12.70058636", "kgCO2e")),
        (Mass("0", "t"), CO2e("0", "tCO2e")),
        (Mass("-2.5", "t"), CO2e("-70", "tCO2e")),
    ],
)
def test_masses_are_weighed_exactly(mass: Mass, weighed: CO2e) -> None:
    assert gwp_set("AR5").weigh("CH4", mass) == weighed


def test_only_a_mass_is_weighed() -> None:
    with pytest.raises(InvalidValueError, match="mass: must be of type Mass"):
        gwp_set("AR5").weigh("CH4", Energy(1, "kWh"))  # type: ignore[arg-type]  # the mistake under test


def test_a_gas_stands_in_a_set_once() -> None:
    with pytest.raises(InvalidValueError, match="hold each gas once"):
        GwpSet("own", (Potential("CH4", 28, OWN), Potential("CH4", 30, OWN)))


def test_a_set_holds_potentials_and_has_a_name() -> None:
    with pytest.raises(InvalidValueError, match="must be of type Potential"):
        GwpSet("own", ("CH4",))  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(InvalidValueError, match="id: must be a printable text"):
        GwpSet("", ())


def test_a_potential_is_exact_and_not_negative() -> None:
    with pytest.raises(InexactNumberError):
        Potential("CH4", 27.9, OWN)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(InvalidValueError, match="be zero or more"):
        Potential("CH4", "-1", OWN)
    with pytest.raises(InvalidValueError, match="must be of type Source"):
        Potential("CH4", 28, "IPCC")  # type: ignore[arg-type]  # the mistake under test


@pytest.mark.parametrize("name", ["", " CH4", "CO2e", "co2E", "CH₄", "4", "C" * 41, 7])
def test_what_is_no_gas(name: str) -> None:
    with pytest.raises(InvalidValueError, match="gas: must be a gas"):
        gas_name(name)


def test_a_basis_is_its_own_set_and_no_other() -> None:
    gwp_set("AR4").check_basis("AR4")
    as_published("of the city").check_basis("of the city")
    with pytest.raises(FixedBasisError, match="must be AR4, on which the factor gives CO2e, was AR5"):
        gwp_set("AR5").check_basis("AR4")


def test_a_published_basis_weighs_no_gas() -> None:
    with pytest.raises(UnknownGasError, match="this set weighs no gas"):
        as_published("AR5").potential("CH4")


def test_sets_are_read_once_and_compare_by_value() -> None:
    assert gwp_set("AR5") is gwp_set("AR5")
    assert GwpSet("own", [Potential("CH4", 28, OWN)]) == GwpSet("own", (Potential("CH4", "28.0", OWN),))
    assert hash(gwp_set("AR5")) != hash(gwp_set("AR6"))
    assert repr(gwp_set("SAR")) == "<GwpSet SAR, 37 gases>"


def test_methane_of_a_known_origin_has_its_own_potential_where_the_set_has_one() -> None:
    found = {
        (name, origin): gwp_set(name).potential("CH4", origin=origin).value
        for name in ("AR4", "AR5", "AR6")
        for origin in (None, *Origin)
    }
    fossil, biogenic = Origin.FOSSIL, Origin.BIOGENIC
    assert found == {
        ("AR4", None): 25,
        ("AR4", fossil): 25,
        ("AR4", biogenic): 25,
        ("AR5", None): 28,
        ("AR5", fossil): 30,
        ("AR5", biogenic): 28,
        ("AR6", None): Decimal("27.9"),
        ("AR6", fossil): Decimal("29.8"),
        ("AR6", biogenic): 27,
    }
    assert "Table 7.15" in str(gwp_set("AR6").potential("CH4", origin=fossil).source)
    assert gwp_set("AR6").weigh("CH4", Mass(1, "t"), origin=fossil) == CO2e("29.8", "tCO2e")

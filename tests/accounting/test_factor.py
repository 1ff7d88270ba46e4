"""Factors: gases or CO2e with its basis, an edition, a source; read from rows, all problems at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.accounting import Factor, Rate, Scope2Method, read_factors
from carbonkit.errors import (
    BatchError,
    IncompatibleUnitsError,
    InexactNumberError,
    InvalidValueError,
    UnknownUnitError,
)
from carbonkit.values import Period, Place, Status

if TYPE_CHECKING:
    from tests.accounting.conftest import MakeFactor

HEADER = (
    "id,edition,activity,place,method,valid_from,valid_until,per,gas,amount,unit,basis,"
    "publisher,title,year,table,url,licence,status,note"
)
GAS = "gas,2025,natural gas,US,,2025-01-01,2026-01-01,MMBtu,{},US EPA,Hub,2025,Table 1,,,confirmed,"
GRID = "grid,2025,electricity,US,{},2025-01-01,,kWh,CO2e,0.35,kgCO2e,AR5,US EPA,Hub,2025,Table 6,,,derived,"


def read(*rows: str) -> tuple[Factor, ...]:
    return read_factors([HEADER, *rows], file="factors.csv")


def test_zero_is_a_value() -> None:
    assert str(Rate("CO2e", 0, "kgCO2e", basis="contract")) == "0 kgCO2e (basis: contract)"


def test_a_rate_is_exact_and_not_negative() -> None:
    with pytest.raises(InexactNumberError):
        Rate("CO2", 53.06, "kg")  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(InvalidValueError, match="amount: must be zero or more, was -1"):
        Rate("CO2", "-1", "kg")


def test_a_rate_of_gas_is_a_mass_and_of_co2e_is_co2e() -> None:
    with pytest.raises(IncompatibleUnitsError, match="unit of mass for CO2, was kgCO2e"):
        Rate("CO2", 1, "kgCO2e")
    with pytest.raises(IncompatibleUnitsError, match="unit of CO2e for CO2e, was kg"):
        Rate("CO2e", 1, "kg", basis="AR5")
    with pytest.raises(UnknownUnitError):
        Rate("CO2", 1, "ton")


def test_co2e_has_a_basis_and_a_gas_has_none() -> None:
    with pytest.raises(InvalidValueError, match="basis: must be a printable text"):
        Rate("CO2e", 1, "kgCO2e")
    with pytest.raises(InvalidValueError, match="basis: must be empty for the gas CO2"):
        Rate("CO2", 1, "kg", basis="AR5")


def test_a_factor_gives_each_gas_once(factor: MakeFactor) -> None:
    with pytest.raises(InvalidValueError, match="give each gas once, was CO2, CO2"):
        factor("gas", Rate("CO2", 1, "kg"), Rate("CO2", 1, "g"))


def test_a_factor_gives_gases_or_co2e(factor: MakeFactor) -> None:
    with pytest.raises(InvalidValueError, match="give gases or CO2e, not both"):
        factor("gas", Rate("CO2", 1, "kg"), Rate("CO2e", 1, "kgCO2e", basis="AR5"))


def test_a_factor_has_rates_units_and_kinds(factor: MakeFactor) -> None:
    good = factor()
    wrong: list[tuple[dict[str, object], str]] = [
        ({"rates": ()}, "hold at least one rate"),
        ({"rates": ("CO2",)}, "must be of type Rate"),
        ({"per": "therm"}, "per: must be a unit of the table"),
        ({"id": ""}, "id: must be a printable text"),
        ({"edition": " 2025"}, "edition: must have no space around it"),
        ({"activity": "natural\ngas"}, "activity: must be a printable text"),
        ({"place": "US"}, "place: must be of type Place"),
        ({"valid": 2025}, "valid: must be of type Period"),
        ({"source": "EPA"}, "source: must be of type Source"),
        ({"method": "location"}, "method: must be of type Scope2Method"),
    ]
    for changed, message in wrong:
        with pytest.raises(InvalidValueError, match=message):
            attrs.evolve(good, **changed)  # type: ignore[arg-type]  # the mistakes under test


def test_the_edition_is_part_of_the_identity(factor: MakeFactor) -> None:
    assert factor(edition="2021") != factor(edition="2025")
    assert factor(row=2) == factor(row=9)


def test_a_factor_explains_itself(factor: MakeFactor) -> None:
    told = factor("grid", activity="electricity", per="kWh", method=Scope2Method.MARKET).explain().text()
    assert "factor grid (2025): 53.06 kg CO2, 1.0 g CH4, 0.10 g N2O per kWh = electricity at US" in told
    assert "market-based" in told
    assert "source: US EPA, GHG Emission Factors Hub, 2025, Table 1 [confirmed]" in told


def test_rows_of_one_factor_are_gathered() -> None:
    found = read(GAS.format("CO2,53.06,kg,"), GRID.format("location"), GAS.format("CH4,1.0,g,"))
    assert [str(each) for each in found] == [
        "gas (2025): 53.06 kg CO2, 1.0 g CH4 per MMBtu",
        "grid (2025): 0.35 kgCO2e (basis: AR5) per kWh",
    ]
    grid = found[1]
    assert (grid.method, grid.valid, grid.place) == (
        Scope2Method.LOCATION,
        Period("2025-01-01", None),
        Place("US"),
    )
    assert (grid.source.status, grid.file, grid.row) == (Status.DERIVED, "factors.csv", 3)


def test_rows_of_one_factor_agree() -> None:
    with pytest.raises(BatchError) as caught:
        read(
            GAS.format("CO2,53.06,kg,"),
            GAS.format("CH4,1.0,g,").replace("MMBtu", "kWh").replace("Hub", "Sub"),
        )
    assert str(caught.value.problems[0]) == (
        "factors.csv, row 3, id: must agree with row 2 in all but what is of one gas, "
        "was another per, another source; both are gas (2025)"
    )


def test_a_gas_twice_in_the_rows_of_a_factor() -> None:
    with pytest.raises(BatchError) as caught:
        read(GAS.format("CO2,53.06,kg,"), GAS.format("CO2,53.06,kg,"))
    assert str(caught.value.problems[0]) == "factors.csv, row 2, gas: must give each gas once, was CO2, CO2"


def test_all_problems_of_a_table_are_reported() -> None:
    with pytest.raises(BatchError) as caught:
        read(
            GAS.format("CO2,,kg,"),
            GAS.format("CO2,1.5,ton,"),
            GRID.format("regional"),
            GAS.format("CO2,1,kg,AR5"),
            GAS.format("CO2,1,kg,").replace("2026-01-01", "2024-01-01"),
            GAS.format("CO2,1,kg,").replace("confirmed", "sure"),
        )
    assert [(problem.row, problem.field) for problem in caught.value.problems] == [
        (2, "amount"),
        (3, "unit"),
        (4, "method"),
        (5, "basis"),
        (6, "end"),
        (7, "status"),
    ]

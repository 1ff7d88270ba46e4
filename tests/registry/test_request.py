"""Requests: what a registry can be asked at all."""

from __future__ import annotations

import pytest

from carbonkit.errors import InexactNumberError, InvalidValueError
from carbonkit.registry import Emissions, Exclusion, Opening, Operation, UnitDefinition, UnitType
from carbonkit.values import AccountId, CommandId

AT = "2022-03-31T12:00:00Z"
ID, UK = CommandId("x"), AccountId("UK-1")


@pytest.mark.parametrize("year", [0, -2021, 10_000, "2021.5", "next"])
def test_a_year_is_a_calendar_year(year: object) -> None:
    with pytest.raises(InvalidValueError):
        Emissions(ID, UK, year, 5, AT)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError):
        Exclusion(ID, UK, year, AT)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError):
        Operation(ID, UK, year, None, AT)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError):
        Operation(ID, UK, 2021, year, AT)  # type: ignore[arg-type]


@pytest.mark.parametrize("tonnes", [-1, "1.5", "x"])
def test_emissions_are_whole_tonnes_zero_included(tonnes: object) -> None:
    assert Emissions(ID, UK, 2021, 0, AT).tonnes == 0
    with pytest.raises(InvalidValueError):
        Emissions(ID, UK, 2021, tonnes, AT)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [1.0, True, None, float("nan")])
def test_numbers_are_exact(number: object) -> None:
    with pytest.raises(InexactNumberError):
        Emissions(ID, UK, 2021, number, AT)  # type: ignore[arg-type]
    with pytest.raises(InexactNumberError):
        Emissions(ID, UK, number, 5, AT)  # type: ignore[arg-type]


def test_the_years_of_operation_are_in_order() -> None:
    assert Operation(ID, UK, 2021, 2021, AT).last_year == 2021
    assert Operation(ID, UK, 2021, None, AT).last_year is None
    with pytest.raises(InvalidValueError, match="last year: must be 2021 or later, was 2020"):
        Operation(ID, UK, 2021, 2020, AT)


def test_moments_have_an_offset() -> None:
    for make in (
        lambda at: Emissions(ID, UK, 2021, 5, at),
        lambda at: Exclusion(ID, UK, 2021, at),
        lambda at: Operation(ID, UK, 2021, None, at),
        lambda at: Opening(ID, UK, "holder", at),
        lambda at: UnitDefinition(ID, UnitType("UKA", "2021"), at),
    ):
        assert make("2022-03-31T13:00:00+01:00").effective_at.hour == 12
        with pytest.raises(InvalidValueError, match="effective_at"):
            make("2022-03-31")


def test_ids_are_of_their_own_kind() -> None:
    with pytest.raises(TypeError):
        Opening("x", UK, "holder", AT)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Emissions(ID, "UK-1", 2021, 5, AT)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        UnitDefinition(ID, "UKA", AT)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", ["", "U", "uka", "UKA-1", "1UKA", "U" * 17, None])
def test_a_unit_code_is_capitals_and_digits(code: object) -> None:
    with pytest.raises(InvalidValueError, match="unit code"):
        UnitType(code, "2021")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "vintage", ["", "21", "1821", "2021-", "2021-2021", "2022-2021", "2021-22", "2021\n", None]
)
def test_a_vintage_is_a_year_or_a_run_of_years(vintage: object) -> None:
    assert UnitType("UKA", "2021-2030").asset_id.text == "UKA-2021-2030"
    assert str(UnitType("UKA", "2021")) == "UKA 2021"
    assert UnitType("UKA", "2021").asset.serialised
    with pytest.raises(InvalidValueError, match="vintage"):
        UnitType("UKA", vintage)  # type: ignore[arg-type]

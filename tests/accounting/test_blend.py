"""Blends: shares of mass that add up to 1, and what they weigh under a GWP set."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from carbonkit.accounting import Calculation, Inventory, Scope, gwp_set
from carbonkit.accounting.blend import Blend, CountedGases, refrigerant_named, refrigerant_names
from carbonkit.errors import InvalidValueError, NotFoundError, UnknownGasError, WrongTypeError
from carbonkit.values import CO2e, Explanation, Mass, Period, Place, Rounding, Source, Status, round_to
from carbonkit.values.number import total
from tests.strategies import masses

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = Source("Us", "Data sheet", 2024)
HUB = Path("data/factors/us_epa_emission_factors_hub/epa_emission_factors_hub_2025.csv")
SHARED = Path(__file__).resolve().parents[2].parent / "shared"


def weight(blend: Blend, gwp: str, counted: CountedGases = CountedGases.KYOTO) -> CO2e:
    """Weigh a kilogram."""
    one = Calculation(
        "1", "7", "leak", Place("US"), Period.year(2025), Scope.ONE,
        blend.amounts(Mass(1, "kg"), counted), Explanation("leak", "1 kg"),
    )  # fmt: skip
    return Inventory((), [one]).co2e(gwp_set(gwp)).total.to("kgCO2e")


def test_r_410a_weighs_half_of_each_of_its_gases() -> None:
    # the hub prints 1924: the exact 1923.5, rounded to the whole number
    exact = weight(refrigerant_named("R-410A"), "AR5")
    assert exact == CO2e("1923.5", "kgCO2e")
    assert round_to(exact.number, 0, Rounding.HALF_UP) == 1924
    assert weight(refrigerant_named("R-410A"), "AR4") == CO2e("2087.5", "kgCO2e")  # the hub of 2021: 2088


@pytest.mark.parametrize("name", refrigerant_names())
def test_the_shares_of_every_blend_add_up_to_exactly_1(name: str) -> None:
    assert total(share for _, share in refrigerant_named(name).shares) == 1


def test_every_composition_of_the_hub_is_carried_and_weighs_what_it_prints_but_one() -> None:
    if not (SHARED / HUB).is_file():
        pytest.skip("needs the shared file of the EPA hub")
    with (SHARED / HUB).open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["category"] == "GWP100 blend"]
    assert len(rows) == 30
    other = {}
    for row in rows:
        blend = refrigerant_named(row["name"])
        assert blend.source.year == 2025
        printed = [Decimal(part.split("%")[0].strip()) for part in row["sub"].split(" , ")]
        assert printed == [share * 100 for _, share in blend.shares], row["name"]
        found = round_to(weight(blend, "AR5").number, 0, Rounding.HALF_UP)
        if found != Decimal(row["value"]):
            other[row["name"]] = (str(found), row["value"])
    # its gases give 0.505 × 3170 + 0.47 × 1300 = 2211.85
    assert other == {"R-424A": ("2212", "3104.0")}


SPELLED = {"PFC-116": "C2F6", "PFC-218": "C3F8"}  # the hub's own names of gases


@pytest.mark.parametrize("year", [2021, 2025])
def test_every_gas_and_share_of_a_blend_is_what_its_hub_prints(year: int) -> None:
    path = SHARED / HUB.with_name(f"epa_emission_factors_hub_{year}.csv")
    if not path.is_file():
        pytest.skip("needs the shared file of the EPA hub")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = {row["name"]: row["sub"] for row in csv.DictReader(lines) if row["category"] == "GWP100 blend"}
    checked = []
    for name in refrigerant_names():
        blend = refrigerant_named(name)
        if blend.source.year != year or "Hub" not in blend.source.title:
            continue
        printed = []
        for part in filter(None, (part.strip() for part in rows[name].split(" ,"))):
            share, gas = part.split("%")
            gas = SPELLED.get(gas.strip(), gas.strip().replace("-", "").replace(" ", ""))
            printed.append((gas, Decimal(share.strip()) / 100))
        assert dict(printed) == dict(blend.shares), name
        checked.append(name)
    assert len(checked) == {2021: 5, 2025: 30}[year]


# shares in percent, typed once more from the designations of ASHRAE 34, by the numbers of the gases
DESIGNATED = {
    "R-407E": {"32": "25", "125": "15", "134a": "60"},
    "R-413A": {"218": "9", "134a": "88", "600a": "3"},
    "R-423A": {"134a": "52.5", "227ea": "47.5"},
    "R-448A": {"32": "26", "125": "26", "1234yf": "20", "134a": "21", "1234ze(E)": "7"},
    "R-449A": {"32": "24.3", "125": "24.7", "1234yf": "25.3", "134a": "25.7"},
    "R-452A": {"32": "11", "125": "59", "1234yf": "30"},
    "R-454B": {"32": "68.9", "1234yf": "31.1"},
    "R-454C": {"32": "21.5", "1234yf": "78.5"},
    "R-502": {"22": "48.8", "115": "51.2"},
    "R-504": {"32": "48.2", "115": "51.8"},
    "R-513A": {"1234yf": "56", "134a": "44"},
}
NUMBERED = {
    "12": "CFC12",
    "22": "HCFC22",
    "23": "HFC23",
    "32": "HFC32",
    "115": "CFC115",
    "123": "HCFC123",
    "125": "HFC125",
    "134a": "HFC134a",
    "143a": "HFC143a",
    "152a": "HFC152a",
    "218": "C3F8",
    "227ea": "HFC227ea",
    "236fa": "HFC236fa",
    "245fa": "HFC245fa",
    "290": "propane",
    "600a": "isobutane",
    "717": "ammonia",
    "744": "CO2",
    "1234yf": "HFO1234yf",
    "1234ze(E)": "HFO1234ze",
}


def test_every_composition_that_no_file_prints_was_typed_twice() -> None:
    typed = {
        name: {NUMBERED[number]: Decimal(share) / 100 for number, share in shares.items()}
        for name, shares in DESIGNATED.items()
    }
    recalled = {
        name for name in refrigerant_names() if refrigerant_named(name).source.status is Status.RECALLED
    }
    for name in recalled - typed.keys():
        typed[name] = {NUMBERED[name.removeprefix("R-")]: Decimal(1)}
    for name, shares in typed.items():
        assert dict(refrigerant_named(name).shares) == shares, name
    assert len(recalled) == 22
    assert {name for name in refrigerant_names() if refrigerant_named(name).source.year != 2025} == set(typed)


def test_gases_outside_the_kyoto_protocol_count_only_if_the_caller_says_so() -> None:
    r_22 = refrigerant_named("R-22")
    assert r_22.amounts(Mass(1, "kg"), CountedGases.KYOTO) == ()
    assert weight(r_22, "AR5", CountedGases.ALL) == CO2e(1760, "kgCO2e")
    assert weight(refrigerant_named("R-408A"), "AR5", CountedGases.KYOTO) == CO2e("2429.9", "kgCO2e")
    with pytest.raises(UnknownGasError, match="was butane"):  # a set that does not hold a gas says so
        weight(refrigerant_named("R-417A"), "AR5", CountedGases.ALL)
    with pytest.raises(WrongTypeError, match="counted: must be of type CountedGases"):
        r_22.amounts(Mass(1, "kg"), "all gases")  # type: ignore[arg-type]  # the mistake under test


def test_it_names_the_gases_that_do_not_count() -> None:
    mixed = refrigerant_named("R-403B")  # HCFC22, C3F8, propane
    assert mixed.uncounted(CountedGases.KYOTO) == ("HCFC22", "propane")
    assert mixed.uncounted(CountedGases.ALL) == ()
    assert [str(counted) for counted in CountedGases] == ["gases of the Kyoto Protocol", "all gases"]


def test_the_names_are_sorted_and_shares_are_written_in_percent() -> None:
    assert list(refrigerant_names()) == sorted(refrigerant_names())
    assert str(refrigerant_named("R-32")) == "R-32: 100 % HFC32"
    assert str(refrigerant_named("R-411B")) == "R-411B: 94 % HCFC22, 3 % HFC152a, 3 % propylene"


@pytest.mark.parametrize(
    ("gas", "counts"),
    [
        *((gas, True) for gas in ("CO2", "CH4", "N2O", "SF6", "NF3", "HFC134a", "HFC4310mee", "CF4")),
        *((gas, True) for gas in ("C2F6", "C10F18", "cC4F8")),
        *((gas, False) for gas in ("HCFC22", "CFC12", "HFO1234yf", "propane", "HFE125", "Halon1301", "CF3I")),
    ],
)
def test_which_gases_the_kyoto_protocol_names(gas: str, *, counts: bool) -> None:
    assert CountedGases.KYOTO.holds(gas) is counts
    assert CountedGases.ALL.holds(gas)


@given(masses())
def test_a_blend_loses_nothing_when_it_is_divided(mass: Mass) -> None:
    parts = refrigerant_named("R-404A").amounts(mass, CountedGases.ALL)
    assert total(part.number for part in parts) == mass.number


def test_shares_that_do_not_add_up_are_refused() -> None:
    for shares, told in (
        ([("HFC32", "0.5"), ("HFC125", "0.4999999")], "shares: must add up to exactly 1, was 0.9999999"),
        ([("HFC32", "0.5"), ("HFC32", "0.5")], "gas: must name each gas once"),
        ([("HFC32", "1"), ("HFC125", "0")], "share: must be more than 0 for HFC125"),
        ([], "shares: must add up to exactly 1, was 0"),
    ):
        with pytest.raises(InvalidValueError, match=told):
            Blend("mix", shares, SOURCE)


def test_ten_tenths_are_one() -> None:
    # sums of binary fractions come to 0.9999999999999999
    gases = [f"HFC{number}" for number in range(100, 110)]
    assert len(Blend("ten", [(gas, "0.1") for gas in gases], SOURCE).shares) == 10


def test_an_unknown_name_is_an_error_with_those_near_it() -> None:
    with pytest.raises(NotFoundError, match=r"was R410A; near it: R-410"):
        refrigerant_named("R410A")
    with pytest.raises(NotFoundError, match="make a Blend"):
        refrigerant_named("water")
    values: list[Any] = [[], None, 3, {}]
    for wrong in values:
        with pytest.raises(WrongTypeError, match="refrigerant: must be of type str"):
            refrigerant_named(wrong)


def test_arguments_of_another_type_are_refused() -> None:
    r_22 = refrigerant_named("R-22")
    wrong: list[tuple[str, Callable[[Any], object]]] = [
        ("shares", lambda it: Blend("mix", it, SOURCE)),
        ("shares", lambda it: Blend("mix", [it], SOURCE)),
        ("mass", lambda it: r_22.amounts(it, CountedGases.ALL)),
        ("counted", lambda it: r_22.amounts(Mass(1, "kg"), it)),
        ("counted", r_22.uncounted),
        ("gas", CountedGases.KYOTO.holds),
    ]
    for field, act in wrong:
        for value in (None, 3, [1] if field != "shares" else (1, 2, 3)):
            with pytest.raises(InvalidValueError, match=f"{field}: must be"):
                act(value)
    # shares may come one by one
    assert Blend("mix", iter([("HFC32", "1")]), SOURCE).shares == (("HFC32", Decimal(1)),)


def test_recalled_compositions_say_so() -> None:
    assert refrigerant_named("R-454B").source.status is Status.RECALLED
    assert "[recalled]" in refrigerant_named("R-454B").explain().text()
    assert refrigerant_named("R-410A").source.status is Status.CONFIRMED
    assert str(refrigerant_named("R-449A")).startswith("R-449A: 24.3 % HFC32, 24.7 % HFC125")

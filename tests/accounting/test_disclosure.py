"""Disclosure: one rounding; all parts add up to what is printed; two methods, two totals; nothing netted."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import (
    Activity,
    Amount,
    Calculation,
    Catalogue,
    Category,
    Factor,
    Inventory,
    Origin,
    Rate,
    Scope,
    Scope2Method,
    account,
    gwp_set,
)
from carbonkit.accounting._remainder import largest_remainder
from carbonkit.accounting.disclosure import Disclosure, disclose
from carbonkit.accounting.removal import MemoItem
from carbonkit.accounting.taxonomy import ESRS_E1_6, reported_facts
from carbonkit.errors import IncompatibleUnitsError, InvalidValueError, NotFoundError, WrongTypeError
from carbonkit.values import Energy, Explanation, Period, Place, Rounding, Source
from carbonkit.values.number import round_to, total
from tests.strategies import roundings

if TYPE_CHECKING:
    from collections.abc import Iterable

YEAR, US = Period.year(2025), Place("US")
SOURCE = Source("Us", "Constructed case", 2025)
LOCATION, MARKET = Scope2Method.LOCATION, Scope2Method.MARKET
UP = Rounding.HALF_UP


def factor(kind: str, *rates: Rate, method: Scope2Method | None = None) -> Factor:
    identity = kind if method is None else f"{kind} {method.value}"
    return Factor(identity, "1", kind, US, YEAR, "MWh", rates, SOURCE, method=method)


CATALOGUE = Catalogue(
    [
        factor("gas", Rate("CO2", "0.2", "t"), Rate("CH4", "0.0004", "t")),
        factor("wood", Rate("CO2", "0.4", "t", origin=Origin.BIOGENIC), Rate("CH4", "0.001", "t")),
        factor("power", Rate("CO2", "0.3", "t"), method=LOCATION),
        factor("power", Rate("CO2", "0.07", "t"), method=MARKET),
        factor("flight", Rate("CO2", "0.25", "t"), Rate("N2O", "0.00001", "t")),
    ]
)
SCOPES = {"gas": Scope.ONE, "wood": Scope.ONE, "power": Scope.TWO, "flight": Scope.THREE}


def bill(
    identity: str, kind: str, amount: str, facility: str = "north", category: int | None = None
) -> Activity:
    return Activity(
        identity,
        facility,
        kind,
        Energy(amount, "MWh"),
        US,
        YEAR,
        SCOPES[kind],
        category=None if category is None else Category(category),
    )


BILLS = (
    bill("1", "gas", "7.3"),
    bill("2", "wood", "3.33", "south"),
    bill("3", "power", "11.1"),
    bill("4", "power", "-0.4", "south"),
    bill("5", "flight", "5.55", category=6),
    bill("6", "flight", "8.88", "south", category=1),
    bill("7", "flight", "0.31"),
)


def accounted(
    bills: Iterable[Activity] = BILLS,
    methods: Iterable[Scope2Method] = (LOCATION, MARKET),
    calculations: Iterable[Calculation] = (),
) -> Inventory:
    return account(bills, CATALOGUE, scope_2=methods, calculations=calculations)


def shown(
    inventory: Inventory | None = None,
    *,
    places: int = 0,
    rounding: Rounding = UP,
    unit: str = "tCO2e",
    beside: Iterable[MemoItem] = (),
) -> Disclosure:
    inventory = accounted() if inventory is None else inventory
    return disclose(inventory, gwp_set("AR5"), unit=unit, places=places, rounding=rounding, beside=beside)


def test_a_disclosure_lists_scopes_totals_and_cuts_with_what_stands_apart() -> None:
    found = shown(places=1)
    assert [(each.key, str(each.number)) for each in found.figures] == [
        ("scope/1", "1.7"),  # 1.635; 1.6 would leave 3.3 for 3.210
        ("scope/2/location", "3.2"),
        ("scope/2/market", "0.7"),
        ("scope/3", "3.7"),
        ("total/location", "8.6"),
        ("total/market", "6.1"),
        ("category/1", "2.2"),
        ("category/6", "1.4"),
        ("category/none", "0.1"),
        ("gas/CO2/location", "8.4"),
        ("gas/CH4/location", "0.2"),
        ("gas/N2O/location", "0.0"),
        ("facility/north/location", "6.4"),
        ("facility/south/location", "2.2"),
        ("gas/CO2/market", "5.9"),
        ("gas/CH4/market", "0.2"),
        ("gas/N2O/market", "0.0"),
        ("facility/north/market", "3.8"),
        ("facility/south/market", "2.3"),
        ("biogenic/1", "1.3"),
    ]


AMOUNTS = st.decimals(-50, 50, places=3).map(str)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["gas", "wood", "power", "flight"]),
        AMOUNTS,
        st.sampled_from(["north", "south", "east"]),
        st.sampled_from([1, 6, 15, None]),
    ),
    max_size=10,
)
Row = tuple[str, str, str, int | None]


def drawn(rows: list[Row]) -> Inventory:
    return accounted(
        bill(str(number), kind, amount, site, category if kind == "flight" else None)
        for number, (kind, amount, site, category) in enumerate(rows)
    )


@given(ROWS, st.integers(-1, 4), roundings(), st.sampled_from(["tCO2e", "kgCO2e", "ktCO2e"]))
def test_every_cut_adds_up_to_the_printed_totals(
    rows: list[Row], places: int, rounding: Rounding, unit: str
) -> None:
    inventory = drawn(rows)
    found = shown(inventory, places=places, rounding=rounding, unit=unit)
    numbers = {each.key: each.number for each in found.figures}

    def added(prefix: str, suffix: str = "") -> Decimal:
        return total(
            number for key, number in numbers.items() if key.startswith(prefix) and key.endswith(suffix)
        )

    for statement in found.statements:
        method = f"/{statement.scope_2.value}" if statement.scope_2 else ""
        printed = numbers[f"total{method}"]
        assert printed == round_to(statement.total.to(unit).number, places, rounding)
        assert added("gas/", method) == added("facility/", method) == (printed if rows else 0)
        scopes = (f"scope/2{method}", "scope/1", "scope/3")
        assert total(numbers.get(key, Decimal(0)) for key in scopes) == (printed if rows else 0)
    assert added("category/") == numbers.get("scope/3", 0)


@given(ROWS, st.integers(0, 3), st.sampled_from([UP, Rounding.HALF_EVEN, Rounding.FLOOR, Rounding.CEILING]))
def test_every_printed_figure_is_less_than_a_step_from_its_exact_one(
    rows: list[Row], places: int, rounding: Rounding
) -> None:
    found = shown(drawn(rows), places=places, rounding=rounding)
    step = Decimal(10) ** -places
    for statement in found.statements:
        method = f"/{statement.scope_2.value}" if statement.scope_2 else ""
        for label, exact in statement.by_scope().parts:
            scope = label.removeprefix("scope ")
            key = f"scope/{scope}{method if scope == '2' else ''}"
            assert abs(found.figure(key).number - exact.number) < step


def test_scopes_1_and_3_serve_both_totals() -> None:
    # 0.4 + 0.4 + 0.4 and 0.4 + 0.7 + 0.4: each total is rounded, and no part is printed twice
    rows = (bill("1", "gas", "2"), bill("2", "power", "1"), bill("3", "flight", "1.6"))
    for places in range(4):
        numbers = {each.key: each.number for each in shown(accounted(rows), places=places).figures}
        both = numbers["scope/1"] + numbers["scope/3"]
        assert numbers["total/location"] - numbers["scope/2/location"] == both
        assert numbers["total/market"] - numbers["scope/2/market"] == both


def test_a_figure_that_needs_no_rounding_keeps_its_digits() -> None:
    catalogue = Catalogue([factor(kind, Rate("CO2", 1, "t")) for kind in ("gas", "flight")])
    rows = [bill("1", "gas", "2"), bill("2", "flight", "0.5")]
    found = shown(account(rows, catalogue))
    assert [str(each) for each in found.figures[:3]] == [
        "scope 1: 2 tCO2e",
        "scope 3: 1 tCO2e",
        "total: 3 tCO2e",
    ]


def test_contracts_at_zero_are_printed_as_zero() -> None:
    # 0.21 + 0.35 + 0 make 1: the step goes to scope 3, though scope 2 by market would leave smaller squares
    catalogue = Catalogue(
        [
            factor("gas", Rate("CO2", 1, "t")),
            factor("flight", Rate("CO2", 1, "t")),
            factor("power", Rate("CO2", "0.91", "t"), method=LOCATION),
            factor("power", Rate("CO2", 0, "t"), method=MARKET),
        ]
    )
    rows = [bill("1", "gas", "0.21"), bill("2", "flight", "0.35"), bill("3", "power", "1")]
    found = shown(account(rows, catalogue, scope_2=[LOCATION, MARKET]))
    assert [str(each.number) for each in found.figures[:6]] == ["0", "0", "0", "1", "1", "1"]


@pytest.mark.parametrize(("method", "said"), [(LOCATION, "location-based"), (MARKET, "market-based")])
def test_purchased_energy_by_one_method_only_is_refused(method: Scope2Method, said: str) -> None:
    with pytest.raises(InvalidValueError, match=f"was {said} only; account\\(…, scope_2="):
        shown(accounted(methods=[method]))


def test_without_purchased_energy_there_is_one_total() -> None:
    found = shown(accounted([bill("1", "gas", "7.3")]))
    assert [each.key for each in found.figures] == [
        "scope/1",
        "total",
        "gas/CO2",
        "gas/CH4",
        "facility/north",
    ]
    with pytest.raises(NotFoundError, match="was scope/3; it has scope/1"):
        found.figure("scope/3")


def test_biogenic_carbon_dioxide_stands_by_scope_and_in_no_total() -> None:
    steam = Calculation(
        "steam",
        "north",
        "steam",
        US,
        YEAR,
        Scope.TWO,
        [Amount("CO2", "9", "t", origin=Origin.BIOGENIC)],
        Explanation("steam", "9 t"),
        method=MARKET,
    )
    without, found = shown(), shown(accounted(calculations=[steam]))
    assert found.figure("biogenic/2/market").english == "biogenic CO2, outside of scope 2, market-based"
    assert found.figure("biogenic/2/market").chinese == "范围二（基于市场）之外的生物源二氧化碳"
    assert str(found.figure("biogenic/2/market")).endswith(": 9 t CO2")
    assert str(found.figure("biogenic/2/location")).endswith(": 0 t CO2")
    assert found.figure("total/market").number == without.figure("total/market").number
    facts = {fact.concept: fact.value for fact in reported_facts(found, ESRS_E1_6, total_by=MARKET)}
    assert not any("NotIncludedInScope2" in concept for concept in facts)


def test_removals_and_credits_stand_beside_and_are_never_netted() -> None:
    items = [MemoItem("removed, biogenic, CO2", "1200.55", "t CO2"), MemoItem("cancelled", 5, "t CO2e")]
    plain, with_items = shown(), shown(beside=items)
    assert with_items.figures[: len(plain.figures)] == plain.figures
    assert [str(each) for each in with_items.figures[len(plain.figures) :]] == [
        "removed, biogenic, CO2: 1201 t CO2",
        "cancelled: 5 t CO2e",
    ]
    with pytest.raises(WrongTypeError, match="beside"):
        shown(beside=[Decimal(5)])  # type: ignore[list-item]


def test_labels_are_in_both_languages() -> None:
    labels = {each.key: (each.english, each.chinese) for each in shown().figures}
    assert labels["scope/2/market"] == ("scope 2, market-based", "范围二（基于市场）")
    assert labels["category/6"] == ("category 6, business travel", "类别6 商务旅行")
    assert labels["category/none"] == ("no category", "未归类")
    assert labels["facility/south/location"] == ("south, location-based", "south（基于位置）")


def test_json_holds_decimals_as_texts() -> None:
    facts = json.loads(json.dumps(shown(places=2).as_dict()))
    assert facts["gwp_set"] == "AR5"
    assert facts["rounding"] == "half_up"
    assert facts["scope_2_methods"] == ["location", "market"]
    assert all(isinstance(each["number"], str) for each in facts["figures"])
    assert facts["figures"][0] == {
        "key": "scope/1",
        "label": {"en": "scope 1", "zh": "范围一"},
        "number": "1.64",
        "unit": "tCO2e",
    }


def test_csv_comes_back_and_starts_no_formula() -> None:
    found = shown(accounted([bill("1", "gas", "7", facility='=1+"a",b')]))
    rows = list(csv.DictReader(io.StringIO(found.csv())))
    assert [row["number"] for row in rows] == [number for _, number, _ in found.rows()]
    assert rows[-1]["label_en"] == '\'=1+"a",b'
    assert rows[-1]["key"] == 'facility/=1+"a",b'


def test_a_disclosure_explains_itself_down_to_the_sources() -> None:
    text = shown().explain().text()
    assert "total, market-based: 6 tCO2e = printed as total/market" in text
    assert "CO2e under AR5, location-based" in text
    assert "source: Us, Constructed case, 2025 [confirmed]" in text
    assert repr(shown()) == "<Disclosure under AR5, 20 figures>"


def test_a_unit_of_something_else_is_refused() -> None:
    with pytest.raises(IncompatibleUnitsError):
        shown(unit="t")


def test_esrs_e1_6_has_a_fact_for_what_was_accounted() -> None:
    facts = reported_facts(shown(), ESRS_E1_6, total_by=LOCATION)
    assert [(fact.concept, fact.value) for fact in facts] == [
        ("GrossScope1GreenhouseGasEmissions", "2"),
        ("GrossLocationBasedScope2GreenhouseGasEmissions", "3"),
        ("GrossMarketBasedScope2GreenhouseGasEmissions", "0"),
        ("GrossScope3GreenhouseGasEmissions", "4"),
        ("GrossGreenhouseGasEmissions", "9"),
        ("BiogenicEmissionsOfCO2FromCombustionOrBiodegradationOfBiomassNotIncludedInScope1GHGEmissions", "1"),
    ]
    assert {(fact.unit, fact.decimals) for fact in facts} == {("utr:tCO2e", 0)}
    assert ESRS_E1_6.namespace.endswith(ESRS_E1_6.date)


def test_biogenic_carbon_dioxide_of_scope_2_has_a_fact_where_both_methods_agree() -> None:
    steam = [
        Calculation(
            "steam",
            "north",
            "steam",
            US,
            YEAR,
            Scope.TWO,
            [Amount("CO2", "9", "t", origin=Origin.BIOGENIC)],
            Explanation("steam", "9 t"),
            method=method,
        )
        for method in (LOCATION, MARKET)
    ]
    facts = reported_facts(shown(accounted(calculations=steam)), ESRS_E1_6, total_by=MARKET)
    assert [fact.value for fact in facts if fact.concept.endswith("NotIncludedInScope2GHGEmissions")] == ["9"]


@pytest.mark.parametrize(
    ("found", "total_by", "said"),
    [
        (shown(), None, "name one of total/location, total/market, was none; the two methods"),
        (shown(accounted([])), MARKET, "name one of total, was market-based; no energy"),
        (shown(unit="kgCO2e"), MARKET, "be printed in tCO2e, was kgCO2e"),
    ],
)
def test_facts_need_a_named_total_in_tonnes(
    found: Disclosure, total_by: Scope2Method | None, said: str
) -> None:
    with pytest.raises(InvalidValueError, match=said):
        reported_facts(found, ESRS_E1_6, total_by=total_by)


@given(st.lists(st.decimals(-100, 100, places=3), min_size=1, max_size=6), st.integers(-3, 3))
def test_the_largest_remainder_reaches_any_goal(numbers: list[Decimal], off: int) -> None:
    goal = round_to(total(numbers), 1, UP) + off * Decimal("0.1")
    assert total(largest_remainder(numbers, goal, 1)) == goal

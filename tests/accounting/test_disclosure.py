"""Disclosure: one rounding; all parts add up to what is printed; two methods, two totals; nothing netted."""

from __future__ import annotations

import csv
import decimal
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
from carbonkit.accounting._words import Words
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


def exact_figures(found: Disclosure) -> dict[str, Decimal]:
    """Say what each printed figure is exactly, from the statements alone."""
    exact = {}
    for statement in found.statements:
        method = f"/{statement.scope_2.value}" if statement.scope_2 else ""
        for label, amount in statement.by_scope().parts:
            scope = label.removeprefix("scope ")
            exact[f"scope/{scope}{method if scope == '2' else ''}"] = amount.number
        for label, amount in statement.by_category().parts:
            number = label.removeprefix("category ").partition(",")[0]
            exact[f"category/{'none' if label == 'no category' else number}"] = amount.number
        for cut in (statement.by_gas(), statement.by_facility()):
            exact |= {f"{cut.by}/{label}{method}": amount.number for label, amount in cut.parts}
        exact[f"total{method}"] = statement.total.number
    return exact


@given(ROWS, st.integers(-1, 3), roundings())
def test_a_figure_is_less_than_a_step_from_its_exact_one_or_a_finding_names_it(
    rows: list[Row], places: int, rounding: Rounding
) -> None:
    found = shown(drawn(rows), places=places, rounding=rounding)
    exact, step = exact_figures(found), Decimal(10) ** -places
    printed = {each.key: each for each in found.figures if not each.key.startswith("biogenic/")}
    assert printed.keys() == exact.keys()
    far = {key for key, each in printed.items() if abs(each.number - exact[key]) >= step}
    assert {each.key: each.exact for each in found.figures if each.exact is not None} == {
        key: exact[key] for key in far
    }
    assert len(found.findings) == len(far)
    assert all(key.startswith("scope/2/") for key in far)
    if rounding in {Rounding.FLOOR, Rounding.CEILING}:
        assert not far


def conflicting(first: str, location: str, market: str, third: str) -> Inventory:
    """Account for one tonne of CO2 per unit in each scope; scope 2 as it is given."""
    catalogue = Catalogue(
        [
            factor("gas", Rate("CO2", 1, "t")),
            factor("flight", Rate("CO2", 1, "t")),
            factor("power", Rate("CO2", location, "t"), method=LOCATION),
            factor("power", Rate("CO2", market, "t"), method=MARKET),
        ]
    )
    rows = [bill("1", "gas", first), bill("2", "power", "1"), bill("3", "flight", third)]
    return account(rows, catalogue, scope_2=[LOCATION, MARKET])


def test_where_two_totals_conflict_the_part_that_gives_way_is_named_with_its_exact_figure() -> None:
    # 0.9 + 3 + 2.6 = 6.5 is printed 6, and 0.9 + 0 + 2.6 = 3.5 is printed 4: scopes 1 and 3 make 3 or 4
    found = shown(conflicting("0.9", "3", "0", "2.6"), rounding=Rounding.HALF_EVEN)
    assert [str(each.number) for each in found.figures[:6]] == ["1", "2", "0", "3", "6", "4"]
    said = (
        "scope 2, location-based: 2 tCO2e, a step or more away from its exact figure, 3.000 tCO2e, "
        "so that all parts add up"
    )
    assert found.findings == (said,)
    assert found.rows()[len(found.figures) :] == (
        (Words("scope 2, location-based, exact figure", "范围二（基于位置），精确值"), "3.000", "tCO2e"),
    )
    facts = found.as_dict()
    assert facts["findings"] == [said]
    assert [each.get("exact") for each in facts["figures"]][:3] == [None, "3.000", None]  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(found.csv())))
    assert [row["exact"] for row in rows][:3] == ["", "3.000", ""]
    assert f"finding: {said}" in found.explain().text()


def test_a_reversal_under_rounding_towards_zero_may_print_a_step_for_nothing() -> None:
    # -0.05 + 3 is printed 2.9, and -0.05 + 0 is printed 0
    found = shown(conflicting("-0.05", "3", "0", "0"), places=1, rounding=Rounding.TOWARDS_ZERO)
    (far,) = [each for each in found.figures if each.exact is not None]
    exact = exact_figures(found)[far.key]
    assert far.key.startswith("scope/2/")
    assert (far.exact, abs(far.number - exact)) == (exact, Decimal("0.1"))
    assert len(found.findings) == 1


def test_without_a_conflict_there_is_no_finding() -> None:
    found = shown()
    assert found.findings == ()
    assert found.as_dict()["findings"] == []
    assert len(found.rows()) == len(found.figures)


def test_the_ambient_context_changes_nothing() -> None:
    inventory = conflicting("123456789.123456", "98765432.987654321", "0.000000001", "55555555.5555")
    before = shown(inventory, places=4)
    with decimal.localcontext(decimal.Context(prec=5, traps=[decimal.Inexact, decimal.Rounded])):
        after = shown(inventory, places=4)
        assert (after.csv(), after.as_dict(), after.rows()) == (before.csv(), before.as_dict(), before.rows())
        assert after.explain().text() == before.explain().text()


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


def bought(
    kind: str, facility: str, method: Scope2Method, *amounts: Amount, place: Place = US
) -> Calculation:
    name, working = f"{kind} {facility} {place}", Explanation(kind, "some")
    return Calculation(name, facility, kind, place, YEAR, Scope.TWO, amounts, working, method=method)


@pytest.mark.parametrize(
    ("methods", "calculations", "said"),
    [
        (
            [LOCATION],
            [bought("heat", "g", MARKET)],
            (
                "location-based lacks heat at US, facility g; "
                "market-based lacks power at US, facility north, power at US, facility south; where a method"
            ),
        ),
        (
            [LOCATION, MARKET],
            [bought("heat", "g", MARKET)],
            "location-based lacks heat at US, facility g; where",
        ),
        (
            [LOCATION],
            [bought("power", "north", MARKET), bought("power", "south", MARKET, place=Place("CN"))],
            (
                "location-based lacks power at CN, facility south; "
                "market-based lacks power at US, facility south; where"
            ),
        ),
        (
            [LOCATION, MARKET],
            [bought("heat", f"site {number}", LOCATION) for number in range(7)],
            "market-based lacks heat at US, facility site 0, .* facility site 4 and 2 more; where",
        ),
    ],
)
def test_two_methods_for_different_energy_are_refused(
    methods: list[Scope2Method], calculations: list[Calculation], said: str
) -> None:
    with pytest.raises(InvalidValueError, match=f"for the same energy by both methods; {said}"):
        shown(accounted(methods=methods, calculations=calculations))


def test_an_inventory_made_by_hand_is_held_to_the_same_energy() -> None:
    by_location = accounted(methods=[LOCATION])
    lines = [line for line in by_location.lines if line.activity.facility == "north"]
    with pytest.raises(InvalidValueError, match="market-based lacks power at US, facility north"):
        shown(Inventory(lines, [bought("heat", "g", MARKET), bought("heat", "g", LOCATION)]))


def test_lines_by_one_method_and_calculations_by_the_other_may_be_for_the_same_energy() -> None:
    supplies = [bought("power", site, MARKET, Amount("CO2", "0.4", "t")) for site in ("north", "south")]
    kiln = Calculation("kiln", "east", "lime", US, YEAR, Scope.ONE, [], Explanation("kiln", "some"))
    found = shown(accounted(methods=[LOCATION], calculations=[*supplies, kiln]), places=1)
    assert [str(found.figure(f"scope/2/{it}").number) for it in ("location", "market")] == ["3.2", "0.8"]


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
    steam = [
        bought("steam", "north", method, Amount("CO2", amount, "t", origin=Origin.BIOGENIC))
        for method, amount in ((LOCATION, "0"), (MARKET, "9"))
    ]
    without, found = shown(), shown(accounted(calculations=steam))
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
    with pytest.raises(WrongTypeError, match="beside"):
        shown(beside=5)  # type: ignore[arg-type]


def test_arguments_of_other_types_are_refused() -> None:
    with pytest.raises(WrongTypeError, match="inventory"):
        disclose(None, gwp_set("AR5"), unit="tCO2e", places=0, rounding=UP)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="disclosure"):
        reported_facts(None, ESRS_E1_6, total_by=None)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="total_by"):
        reported_facts(shown(), ESRS_E1_6, total_by="market")  # type: ignore[arg-type]
    with pytest.raises(NotFoundError):
        shown().figure(None)  # type: ignore[arg-type]


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
        bought("steam", "north", method, Amount("CO2", "9", "t", origin=Origin.BIOGENIC))
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

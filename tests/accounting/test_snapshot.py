"""Snapshots: what was published stays what it was, and what was changed in it is found and named."""

from __future__ import annotations

import decimal
import json
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import (
    Activity,
    Amount,
    Calculation,
    Calorific,
    Catalogue,
    Category,
    Conversion,
    Coverage,
    Factor,
    Fallback,
    First,
    GwpSet,
    Inventory,
    Line,
    Origin,
    Potential,
    Quality,
    Rate,
    Scope,
    Scope2Method,
    account,
    gwp_set,
)
from carbonkit.accounting._plain import canonical, digest, line_from, number_from, plain_line
from carbonkit.accounting.snapshot import Snapshot, engine_version, publish, read_snapshot
from carbonkit.errors import IntegrityError, InvalidValueError, UnknownGasError, WrongTypeError
from carbonkit.values import Energy, Explanation, Period, Place, Rounding, Source
from tests.strategies import exact_decimals

if TYPE_CHECKING:
    from decimal import Decimal

    from tests.accounting.conftest import MakeActivity, MakeFactor

YEAR, US = Period.year(2025), Place("US")
SOURCE = Source("US EPA", "GHG Emission Factors Hub", 2025, table="Table 1", note="read again")
AT = "2026-03-31T09:00:00+08:00"
LOCATION, MARKET = Scope2Method.LOCATION, Scope2Method.MARKET


def whole_inventory(co2: str = "53.06") -> Inventory:
    """Account for a year with all that a row can have."""
    gas = Factor(
        "gas",
        "2024",
        "natural gas",
        US,
        Period.year(2024),
        "MMBtu",
        [
            Rate("CO2", co2, "kg", lower="52", upper="54"),
            Rate("CH4", "1.0", "g", origin=Origin.FOSSIL),
            Rate("CO2", "0.5", "kg", origin=Origin.BIOGENIC),
        ],
        SOURCE,
        calorific=Calorific.GROSS,
        levels=["fuels", "gas"],
        published="2025-01-15",
        data_year=2023,
        coverage=Coverage.DIRECT,
        quality=Quality(1, 2, 2, 3, 1),
    )
    grid = [
        Factor(
            f"grid {method.value}",
            "1",
            "power",
            US,
            Period("2025-01-01", None),
            "MWh",
            [Rate("CO2e", much, "kgCO2e", basis="AR6")],
            SOURCE,
            method=method,
        )
        for method, much in ((LOCATION, "380.5"), (MARKET, "0.0"))
    ]
    activities = [
        Activity(
            "bill/1",
            "north",
            "natural gas",
            Energy("1234.5", "kWh"),
            Place("US/WA"),
            YEAR,
            Scope.ONE,
            calorific=Calorific.GROSS,
            uncertainty="2.5",
            quality=Quality(1, 1, 1, 1, 2),
            file="bills.csv",
            row=2,
        ),
        Activity("bill/2", "north", "power", Energy("70", "MWh"), US, YEAR, Scope.TWO),
        Activity("bill/3", "süd", "power", Energy("-1.50", "MWh"), US, YEAR, Scope.TWO, row=4),
    ]
    flight = Calculation(
        "flight",
        "head office",
        "flight",
        US,
        YEAR,
        Scope.THREE,
        [Amount("CO2", "0.25", "t"), Amount("N2O", "1E+1", "g")],
        Explanation("flights", "0.25 t", "10,000 km", SOURCE, (Explanation("distance", "10,000 km"),)),
        category=Category.BUSINESS_TRAVEL,
        uncertainty="30",
        file="travel.csv",
        row=7,
    )
    return account(
        activities,
        Catalogue([gas, *grid]),
        scope_2=[LOCATION, MARKET],
        conversion=Conversion(9, Rounding.HALF_EVEN),
        fallback=Fallback(first=First.PLACE, wider=True, years_back=1),
        calculations=[flight],
    )


def published(inventory: Inventory | None = None) -> Snapshot:
    given_inventory = whole_inventory() if inventory is None else inventory
    return publish(given_inventory, gwp_set("AR6"), name="year 2025", at=AT, engine="1.2.0")


@pytest.mark.parametrize("method", [LOCATION, MARKET])
def test_a_snapshot_that_is_read_back_has_the_same_figures_and_sources(method: Scope2Method) -> None:
    inventory = whole_inventory()
    before = inventory.co2e(gwp_set("AR6"), scope_2=method)
    again = read_snapshot(published(inventory).text(), file="2025.json").statement(scope_2=method)
    assert again.total == before.total
    assert again.by_scope() == before.by_scope()
    assert again.by_facility() == before.by_facility()
    assert again.by_category() == before.by_category()
    assert again.by_gas() == before.by_gas()
    assert again.biogenic_co2 == before.biogenic_co2
    assert list(again.explain().sources()) == list(before.explain().sources())


def test_a_snapshot_is_equal_once_it_is_read_back_and_is_written_the_same() -> None:
    snapshot = published()
    again = read_snapshot(snapshot.text(), file="2025.json")
    assert again == snapshot
    assert again.text() == snapshot.text()
    assert again.seal == json.loads(snapshot.text())["seal"]


def test_a_row_says_all_that_its_figure_follows_from() -> None:
    rows = json.loads(published().text())["rows"]
    assert rows[0] | {"check": ""} == {
        "kind": "line",
        "id": "bill/1",
        "facility": "north",
        "activity": "natural gas",
        "place": "US/WA",
        "period": ["2025-01-01", "2026-01-01"],
        "scope": 1,
        "category": None,
        "uncertainty": "2.5",
        "file": "bills.csv",
        "row": 2,
        "given": ["1234.5", "kWh"],
        "calorific": "gross",
        "quality": "1/1/1/1/2",
        "factor": ["gas", "2024"],
        "method": None,
        # 1234.5 kWh × 3.6 MJ ÷ 1055.05585262 MJ, to nine places
        "quantity": ["4.212288846", "MMBtu"],
        "conversion": [9, "HALF_EVEN"],
        "step": ["US/WA", "US", -1],
        "amounts": [
            ["CO2", None, "223.50404616876", "kg", ""],
            ["CH4", "fossil", "4.212288846", "g", ""],
            ["CO2", "biogenic", "2.106144423", "kg", ""],
        ],
        "check": "",
    }


def test_a_later_factor_never_moves_a_published_figure() -> None:
    text = published().text()
    total = published().statement(scope_2=LOCATION).total
    later = whole_inventory("53.9").co2e(gwp_set("AR6"), scope_2=LOCATION).total
    assert later != total
    assert read_snapshot(text, file="2025.json").statement(scope_2=LOCATION).total == total


def test_a_snapshot_holds_only_the_potentials_that_were_used_and_the_digest_of_all() -> None:
    snapshot = published()
    assert [(each.gas, each.origin) for each in snapshot.gwp.potentials] == [
        ("CH4", Origin.FOSSIL),
        ("CO2", None),
        ("N2O", None),
    ]
    other = gwp_set("AR6")
    changed = GwpSet(
        "AR6", [attrs.evolve(other.potentials[0], value=other.potentials[0].value + 1), *other.potentials[1:]]
    )
    assert publish(whole_inventory(), changed, name="x", at=AT, engine="1").gwp_digest != snapshot.gwp_digest
    turned = GwpSet("AR6", other.potentials[::-1])
    assert publish(whole_inventory(), turned, name="x", at=AT, engine="1").gwp_digest == snapshot.gwp_digest


def test_the_catalogue_digest_follows_the_factors_that_were_used_and_every_field_of_them() -> None:
    first, second = published(), published(whole_inventory("53.07"))
    assert first.catalogue_digest != second.catalogue_digest
    assert len(first.catalogue_digest) == 64
    factor = first.factors[0]
    noted = attrs.evolve(factor, source=attrs.evolve(factor.source, note="read a third time"))
    lines = [
        attrs.evolve(line, factor=noted) if line.factor == factor else line for line in first.inventory.lines
    ]
    changed = published(Inventory(tuple(lines), first.inventory.calculations))
    assert changed.catalogue_digest != first.catalogue_digest


def test_where_a_factor_was_read_changes_no_digest(factor: MakeFactor, activity: MakeActivity) -> None:
    digests = {
        published(account([activity()], Catalogue([factor(row=row)]))).catalogue_digest for row in (None, 5)
    }
    assert len(digests) == 1


def test_the_engine_that_is_installed_is_taken_where_none_is_named() -> None:
    snapshot = publish(whole_inventory(), gwp_set("AR6"), name="2025", at=AT)
    assert snapshot.engine == engine_version()
    assert str(snapshot.at) == "2026-03-31 01:00:00+00:00"


def test_a_snapshot_explains_what_it_is_pinned_to() -> None:
    text = published().explain(scope_2=MARKET).text()
    assert "engine: carbonkit 1.2.0" in text
    assert f"SHA-256 {published().catalogue_digest}" in text
    assert "GWP set: AR6" in text
    assert "US EPA, GHG Emission Factors Hub, 2025, Table 1 [confirmed] (read again)" in text


def test_a_gas_that_the_set_does_not_hold_is_refused_at_publication(
    factor: MakeFactor, activity: MakeActivity
) -> None:
    inventory = account([activity()], Catalogue([factor("gas", Rate("NF3", "1", "g"))]))
    with pytest.raises(UnknownGasError):
        publish(inventory, gwp_set("SAR"), name="2025", at=AT)


def test_two_factors_under_one_name_are_refused(factor: MakeFactor, activity: MakeActivity) -> None:
    lines = [
        Line(activity(str(number)), factor("gas", Rate("CO2", number, "kg")), Energy("2", "MMBtu"))
        for number in (1, 2)
    ]
    with pytest.raises(InvalidValueError, match=r"two of gas \(2025\)"):
        published(Inventory(tuple(lines), ()))


DIGITS = [position for position, sign in enumerate(published().text()) if sign.isdigit()]


@given(st.sampled_from(DIGITS))
def test_any_changed_digit_is_found(position: int) -> None:
    text = published().text()
    other = str((int(text[position]) + 1) % 10)
    with pytest.raises((IntegrityError, InvalidValueError)):
        read_snapshot(text[:position] + other + text[position + 1 :], file="2025.json")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (
            '"given":["70"',
            '"given":["71"',
            r"rows 2 \(bill/2 location\), rows 4 \(|rows 2 \(bill/2 location\)",
        ),
        ('"facility":"north","factor":["gas"', '"facility":"south","factor":["gas"', r"rows 1 \(bill/1\)"),
        ('"number":"53.06"', '"number":"53.16"', r"factors 1 \(gas 2024\)"),
        ('"value":"273"', '"value":"274"', r"potentials 3 \(N2O\)"),
        ('"0.25","t"', '"0.26","t"', r"rows \d \(flight\)"),
        ('"engine":"1.2.0"', '"engine":"1.3.0"', "engine"),
        ('"name":"year 2025"', '"name":"year 2026"', "name"),
    ],
)
def test_what_was_changed_is_named(old: str, new: str, named: str) -> None:
    text = published().text()
    assert old in text
    with pytest.raises(IntegrityError, match=named):
        read_snapshot(text.replace(old, new, 1), file="2025.json")


def test_a_row_that_was_taken_out_is_found() -> None:
    facts = json.loads(published().text())
    del facts["rows"][1]
    with pytest.raises(IntegrityError, match="number of records"):
        read_snapshot(json.dumps(facts), file="2025.json")


def sealed_again(facts: dict[str, Any], part: str, number: int, **changes: object) -> str:
    """Change a record as someone would who knows how it is sealed."""
    record = facts[part][number]
    record.update(changes)
    record["check"] = digest({key: value for key, value in record.items() if key != "check"})[:16]
    facts["seal"] = digest({key: value for key, value in facts.items() if key != "seal"})
    return canonical(facts)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"amounts": [["CO2", None, "1", "kg", ""]]}, "have amounts"),
        ({"method": "market"}, "have method null"),
        ({"quantity": ["4.3", "MMBtu"]}, "be 1234.5 kWh|be 4.2"),
        ({"given": ["1234.50", "kWh"]}, "totals|factors|catalogue|^$"),
        ({"factor": ["gas", "1999"]}, "be a factor of the snapshot"),
        ({"given": [1234, "kWh"]}, "be a text such as"),
        ({"given": ["1e3", "kWh"]}, "be a text such as"),
        ({"given": ["-0", "kWh"]}, "2025.json"),
        ({"scope": True}, "have scope 1"),
        ({"row": "two"}, "be of type int"),
        ({"extra": 1}, "have extra null"),
        ({"kind": "other"}, 'have kind "line"'),
        ({"step": ["US/WA", "US", "x"]}, "2025.json"),
    ],
)
def test_a_forged_row_must_still_follow_from_the_rest(changes: dict[str, object], named: str) -> None:
    text = sealed_again(json.loads(published().text()), "rows", 0, **changes)
    if named.endswith("^$"):  # the same number with another zero is the same figure
        assert read_snapshot(text, file="2025.json") == published()
        return
    with pytest.raises((IntegrityError, InvalidValueError), match=named):
        read_snapshot(text, file="2025.json")


def test_totals_that_this_engine_does_not_find_are_refused() -> None:
    facts = json.loads(published().text())
    facts["totals"][0] = "1"
    facts["seal"] = digest({key: value for key, value in facts.items() if key != "seal"})
    with pytest.raises(IntegrityError, match=r"totals: must be what follows.*published by carbonkit 1\.2\.0"):
        read_snapshot(canonical(facts), file="2025.json")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "be JSON"),
        ("[]", "was something else"),
        ('{"schema": 2}', "was schema 2"),
        ('{"schema": 1}', "be a snapshot of schema 1"),
        ('{"schema": 1, "schema": 1}', "a key stands twice"),
        ('{"schema": 1.5}', "no whole number"),
        ('{"schema": NaN}', "no whole number"),
        ("[" * 100_000, "be nested less deeply"),
        ('{"schema": ' + "9" * 5000 + "}", "be JSON"),
    ],
)
def test_what_is_no_snapshot_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidValueError, match=said):
        read_snapshot(text, file="2025.json")


@pytest.mark.parametrize("rows", [7, [7], None])
def test_rows_that_are_no_records_are_refused(rows: object) -> None:
    facts = json.loads(published().text()) | {"rows": rows}
    with pytest.raises(InvalidValueError, match="rows: must be a list of records"):
        read_snapshot(json.dumps(facts), file="2025.json")


@pytest.mark.parametrize(("part", "value"), [("gwp", ["AR6"]), ("at", "yesterday"), ("name", "")])
def test_a_head_that_makes_no_sense_is_refused(part: str, value: object) -> None:
    facts = json.loads(published().text()) | {part: value}
    facts["seal"] = digest({key: each for key, each in facts.items() if key != "seal"})
    with pytest.raises(InvalidValueError, match="be a snapshot"):
        read_snapshot(canonical(facts), file="2025.json")


def test_a_working_without_end_is_refused() -> None:
    before, after = '{"how":"","parts":[', '],"source":null,"value":"b","what":"a"}'
    text = published().text()
    working = canonical(json.loads(text)["rows"][-1]["working"])
    assert working in text
    with pytest.raises(InvalidValueError, match="be nested less deeply"):
        read_snapshot(text.replace(working, before * 5000 + after * 5000), file="2025.json")


def test_a_text_that_is_too_long_is_refused_before_it_is_read() -> None:
    text = published().text()
    assert read_snapshot(text, file="2025.json", largest=len(text)) == published()
    with pytest.raises(InvalidValueError, match=f"have at most {len(text) - 1} characters"):
        read_snapshot(text, file="2025.json", largest=len(text) - 1)


@pytest.mark.parametrize("text", [None, 5, b"{}", ["{}"], {}])
def test_what_is_no_text_is_refused(text: Any) -> None:  # noqa: ANN401  anything at all
    with pytest.raises(WrongTypeError, match=r"text: must be of type str"):
        read_snapshot(text, file="2025.json")


def test_arguments_of_other_types_are_refused() -> None:
    with pytest.raises(WrongTypeError, match="largest"):
        read_snapshot(published().text(), file="2025.json", largest=None)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="inventory"):
        publish(None, gwp_set("AR6"), name="year 2025", at=AT)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="at: must"):
        publish(whole_inventory(), gwp_set("AR6"), name="year 2025", at=None)  # type: ignore[arg-type]


def test_the_ambient_context_changes_nothing() -> None:
    before = read_snapshot(published().text(), file="2025.json")
    with decimal.localcontext(decimal.Context(prec=5, traps=[decimal.Inexact, decimal.Rounded])):
        assert published(whole_inventory()).text() == before.text()
        again = read_snapshot(before.text(), file="2025.json")
        assert again.explain(scope_2=MARKET).text() == before.explain(scope_2=MARKET).text()


def test_the_layout_of_the_json_does_not_matter() -> None:
    text = json.dumps(json.loads(published().text()), indent=2, ensure_ascii=False)
    assert read_snapshot(text, file="2025.json") == published()


@given(st.lists(st.tuples(exact_decimals(), st.sampled_from(["MMBtu", "kBtu", "MWh"])), max_size=5))
def test_every_quantity_comes_back(rows: list[tuple[Decimal, str]]) -> None:
    factor = Factor("gas", "1", "gas", US, YEAR, "MMBtu", [Rate("CO2", "53.06", "kg")], SOURCE)
    bills = [
        Activity(str(number), "7", "gas", Energy(amount, unit), US, YEAR, Scope.ONE)
        for number, (amount, unit) in enumerate(rows)
    ]
    inventory = account(bills, Catalogue([factor]), conversion=Conversion(12, Rounding.HALF_EVEN))
    snapshot = published(inventory)
    again = read_snapshot(snapshot.text(), file="x")
    assert again == snapshot
    assert again.text() == snapshot.text()


@pytest.mark.parametrize("number", ["1E+60", "-1E+60", "1E-60", "123E+55", "0E+5", "9" * 60])
def test_the_longest_numbers_come_back(number: str) -> None:
    factor = Factor("gas", "1", "gas", US, YEAR, "MMBtu", [Rate("CO2", "2", "t")], SOURCE)
    bill = Activity("1", "7", "gas", Energy(number, "MMBtu"), US, YEAR, Scope.ONE)
    line = Line(bill, factor, Energy(number, "MMBtu"))
    assert line_from(plain_line(line), {("gas", "1"): factor}) == line
    assert plain_line(line_from(plain_line(line), {("gas", "1"): factor})) == plain_line(line)


@pytest.mark.parametrize("text", ["", "1.", ".5", "01", "+1", "1e3", "NaN", "٣", "1 ", "1" * 2001])
def test_a_number_has_one_spelling(text: str) -> None:
    with pytest.raises(InvalidValueError, match="be a text such as"):
        number_from(text)


def test_an_own_set_is_held_with_its_sources() -> None:
    own = GwpSet("policy 7", [Potential("CO2", 1, SOURCE), Potential("CH4", "30.5", SOURCE)])
    factor = Factor("gas", "1", "gas", US, YEAR, "MMBtu", [Rate("CH4", "2", "kg")], SOURCE)
    bill = Activity("1", "7", "gas", Energy(1, "MMBtu"), US, YEAR, Scope.ONE)
    snapshot = publish(account([bill], Catalogue([factor])), own, name="2025", at=AT, engine="1")
    again = read_snapshot(snapshot.text(), file="x")
    assert again.gwp.potentials == (Potential("CH4", "30.5", SOURCE),)
    assert str(again.statement().total) == "0.0610 tCO2e"

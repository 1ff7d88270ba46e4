"""Changes: every difference of two snapshots has its row and its reason, and all add up."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import (
    Activity,
    Amount,
    Calculation,
    Catalogue,
    Conversion,
    Factor,
    Rate,
    Scope,
    Scope2Method,
    account,
    gwp_set,
)
from carbonkit.accounting.change import Change, Reason, RowChange, compare_snapshots
from carbonkit.accounting.snapshot import Snapshot, publish
from carbonkit.errors import InvalidValueError, NotFoundError, WrongTypeError
from carbonkit.values import CO2e, Energy, Explanation, Period, Place, Rounding, Source
from tests.strategies import roundings

if TYPE_CHECKING:
    from collections.abc import Iterable

YEAR, US = Period.year(2025), Place("US")
SOURCE = Source("US EPA", "GHG Emission Factors Hub", 2025)
LOCATION, MARKET = Scope2Method.LOCATION, Scope2Method.MARKET


def factor(
    co2: str = "50",
    *,
    ch4: str = "1",
    identity: str = "gas",
    edition: str = "1",
    kind: str = "gas",
    per: str = "GJ",
    method: Scope2Method | None = None,
) -> Factor:
    rates = (Rate("CO2", co2, "kg"), Rate("CH4", ch4, "g"))
    return Factor(identity, edition, kind, US, YEAR, per, rates, SOURCE, method=method)


def bill(
    amount: str = "10",
    *,
    identity: str = "1",
    kind: str = "gas",
    facility: str = "north",
    unit: str = "GJ",
    scope: Scope = Scope.ONE,
) -> Activity:
    return Activity(identity, facility, kind, Energy(amount, unit), US, YEAR, scope)


def calculation(co2: str = "2", identity: str = "kiln") -> Calculation:
    working = Explanation("kiln", f"{co2} t")
    return Calculation(identity, "north", "clinker", US, YEAR, Scope.ONE, [Amount("CO2", co2, "t")], working)


def published(
    activities: Iterable[Activity],
    *factors: Factor,
    gwp: str = "AR5",
    methods: Iterable[Scope2Method] = (),
    calculations: Iterable[Calculation] = (),
    conversion: Conversion | None = None,
    name: str = "2025",
) -> Snapshot:
    inventory = account(
        activities, Catalogue(factors), scope_2=methods, calculations=calculations, conversion=conversion
    )
    return publish(inventory, gwp_set(gwp), name=name, at="2026-03-31T09:00:00Z", engine="1")


def reasons(change: Change, row: str = "1") -> tuple[Reason, ...]:
    return change.row(row).reasons


def test_nothing_changed() -> None:
    change = compare_snapshots(published([bill()], factor()), published([bill()], factor()))
    assert change.changed == ()
    assert change.difference == CO2e(0, "tCO2e")
    assert change.row("1").explain().how.endswith("nothing changed")


@pytest.mark.parametrize(
    ("after", "expected", "detail"),
    [
        (published([bill("12")], factor()), (Reason.QUANTITY,), "quantity 10 GJ → 12 GJ"),
        (
            published([bill()], factor(edition="2")),
            (Reason.FACTOR_EDITION,),
            "factor gas (1) → gas (2)",
        ),
        (
            published([bill()], factor("51", edition="2")),
            (Reason.FACTOR_EDITION, Reason.FACTOR_VALUE),
            "50 kg CO2, 1 g CH4 per GJ → 51 kg CO2, 1 g CH4 per GJ",
        ),
        (
            published([bill()], factor("51")),
            (Reason.FACTOR_VALUE,),
            "50 kg CO2, 1 g CH4 per GJ → 51 kg CO2, 1 g CH4 per GJ",
        ),
        (
            published([bill()], factor(identity="other gas")),
            (Reason.FACTOR,),
            "factor gas (1) → other gas (1)",
        ),
        (published([bill()], factor(), gwp="AR4"), (Reason.GWP_SET,), "CH4 28 in AR5 → 25 in AR4"),
        (
            published([bill(facility="south")], factor()),
            (Reason.PLACED,),
            "facility north → south",
        ),
        (
            published([bill("11")], factor("52"), gwp="AR4"),
            (Reason.QUANTITY, Reason.FACTOR_VALUE, Reason.GWP_SET),
            "quantity 10 GJ → 11 GJ",
        ),
        (published([], calculations=[calculation(identity="1")]), (Reason.METHOD, Reason.PLACED), ""),
    ],
)
def test_a_row_says_why_it_is_not_what_it_was(
    after: Snapshot, expected: tuple[Reason, ...], detail: str
) -> None:
    change = compare_snapshots(published([bill()], factor()), after)
    assert reasons(change) == expected
    assert detail in "; ".join(change.row("1").details)
    assert change.difference == change.row("1").difference


def test_rows_that_came_and_went() -> None:
    before = published([bill(), bill("3", identity="2")], factor())
    after = published([bill(), bill("4", identity="3")], factor(), calculations=[calculation()])
    change = compare_snapshots(before, after)
    assert [(row.id, row.reasons) for row in change.changed] == [
        ("3", (Reason.ADDED,)),
        ("kiln", (Reason.ADDED,)),
        ("2", (Reason.REMOVED,)),
    ]
    assert change.row("2").after is None
    assert change.row("kiln").difference == CO2e(2, "tCO2e")
    with pytest.raises(NotFoundError, match="was 9"):
        change.row("9")


def test_a_calculation_with_another_result() -> None:
    change = compare_snapshots(
        published([], calculations=[calculation("2")]), published([], calculations=[calculation("2.5")])
    )
    assert reasons(change, "kiln") == (Reason.CALCULATION,)
    assert change.row("kiln").details == ("2 t CO2 → 2.5 t CO2",)


def test_the_same_quantity_and_the_same_factor_in_other_units_are_no_change() -> None:
    before = published([bill("3.6", unit="GJ")], factor())
    after = published([bill("1", unit="MWh")], factor("180", ch4="3.6", per="MWh"))
    assert compare_snapshots(before, after).changed == ()


def test_a_gas_that_came_to_a_factor_is_another_value_and_no_other_potential() -> None:
    more = attrs.evolve(factor(), rates=(*factor().rates, Rate("N2O", "1", "g")))
    change = compare_snapshots(published([bill()], factor()), published([bill()], more))
    assert reasons(change) == (Reason.FACTOR_VALUE,)
    assert change.difference == CO2e("2.65", "kgCO2e")


def test_another_rounding_of_a_conversion_is_a_reason() -> None:
    rows, gas = [bill("1", unit="kWh")], factor(per="MMBtu")
    rough, fine = (
        published(rows, gas, conversion=Conversion(places, Rounding.HALF_EVEN)) for places in (3, 12)
    )
    change = compare_snapshots(rough, fine)
    assert reasons(change) == (Reason.CONVERSION,)
    assert change.row("1").details == ("quantity 0.003 MMBtu → 0.003412141633 MMBtu, of 1 kWh",)


def power(methods: tuple[Scope2Method, ...] = (LOCATION, MARKET)) -> Snapshot:
    factors = [
        factor(co2, identity=f"grid {method.value}", kind="power", method=method)
        for method, co2 in zip(methods, ("100", "0"), strict=False)
    ]
    return published([bill(kind="power", scope=Scope.TWO)], *factors, methods=methods)


def test_scope_2_is_compared_by_a_named_method() -> None:
    assert compare_snapshots(power(), power(), scope_2=MARKET).changed == ()
    with pytest.raises(InvalidValueError, match="name a method"):
        compare_snapshots(power(), power())


def test_the_two_methods_may_be_held_against_each_other() -> None:
    change = compare_snapshots(power(), power(), scope_2=LOCATION, scope_2_after=MARKET)
    assert reasons(change) == (Reason.FACTOR, Reason.FACTOR_VALUE, Reason.METHOD)
    assert change.difference == CO2e(-1, "tCO2e")


def test_a_year_without_purchased_energy_needs_no_method() -> None:
    change = compare_snapshots(published([], name="2024"), power(), scope_2=LOCATION)
    assert reasons(change) == (Reason.ADDED,)


def test_a_change_explains_itself_by_reason_and_by_row() -> None:
    before = published([bill(), bill("3", identity="2")], factor(), name="2024")
    after = published([bill("12"), bill("4", identity="2")], factor(), name="2025")
    text = compare_snapshots(before, after).explain().text()
    assert text.splitlines()[0].startswith("change from 2024 to 2025: 0.150084")
    assert "  another quantity: 0.150084" in text
    assert "    row 2: 0.050028" in text


ROWS = st.dictionaries(
    st.sampled_from("abcde"),
    st.tuples(
        st.decimals(-100, 100, places=2),
        st.sampled_from(["gas", "coal"]),
        st.sampled_from(["GJ", "MWh"]),
        st.sampled_from(["north", "south"]),
    ),
)
CATALOGUES = [
    (factor(), factor("90", identity="coal", kind="coal")),
    (factor(edition="2"), factor("91", identity="coal", kind="coal")),
    (factor("55", edition="2"), factor("90", identity="coal 2", kind="coal", per="MWh")),
]


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    rows = draw(ROWS)
    bills = [
        bill(str(amount), identity=name, kind=kind, unit=unit, facility=site)
        for name, (amount, kind, unit, site) in rows.items()
    ]
    extra = draw(st.sampled_from([[], [calculation("2")], [calculation("3")]]))
    return published(
        bills,
        *draw(st.sampled_from(CATALOGUES)),
        gwp=draw(st.sampled_from(["AR4", "AR5", "AR6"])),
        calculations=extra,
        conversion=Conversion(9, Rounding.HALF_EVEN),
    )


@given(snapshots(), snapshots())
def test_the_rows_add_up_to_the_difference_of_the_totals_and_none_differs_without_a_reason(
    before: Snapshot, after: Snapshot
) -> None:
    change = compare_snapshots(before, after)
    zero = CO2e(0, "tCO2e")
    assert sum((row.difference for row in change.rows), zero) == change.difference
    assert sum((difference for _, difference in change.by_reason()), zero) == change.difference
    assert change.difference == after.statement().total - before.statement().total
    assert all(row.reasons for row in change.rows if row.difference != zero)
    back = compare_snapshots(after, before)
    assert back.difference == -change.difference


@given(snapshots(), snapshots(), st.integers(-1, 4), roundings())
def test_the_printed_steps_lead_from_one_printed_total_to_the_other(
    before: Snapshot, after: Snapshot, places: int, rounding: Rounding
) -> None:
    change = compare_snapshots(before, after)
    first, *steps, last = change.rounded(places, rounding)
    if change.by_reason():
        assert first + sum(steps) == last


@pytest.mark.parametrize(
    ("before", "after", "rounding", "expected"),
    [
        ("1.49", "0.51", Rounding.HALF_UP, ["1", "0", "1"]),
        ("0.5", "1.5", Rounding.HALF_EVEN, ["0", "2", "2"]),
        ("0.9", "0.1", Rounding.CEILING, ["1", "0", "1"]),
        ("0.1", "0.9", Rounding.FLOOR, ["0", "0", "0"]),
        ("1.5", "2.5", Rounding.HALF_EVEN, ["2", "0", "2"]),
    ],
)
def test_a_step_gives_way_to_the_totals(
    before: str, after: str, rounding: Rounding, expected: list[str]
) -> None:
    ends = CO2e(before, "tCO2e"), CO2e(after, "tCO2e")
    row = RowChange("1", *ends, (Reason.QUANTITY,), ())
    assert [str(each) for each in Change("a", "b", *ends, (row,)).rounded(0, rounding)] == expected


def test_equal_rows_of_other_sources_are_equal() -> None:
    other = attrs.evolve(factor(), source=Source("Us", "Copy", 2026))
    change = compare_snapshots(published([bill()], factor()), published([bill()], other))
    assert change.changed == ()
    assert change.total_after.number == Decimal("0.50028")


def test_the_ambient_context_changes_nothing() -> None:
    first = published([bill("123456.789123")], factor("50.1234567"), calculations=[calculation("2.3456789")])
    second = published([bill("98765.4321")], factor("51.7654321"), calculations=[calculation("9.8765432")])

    def all_of_it() -> tuple[object, ...]:
        change = compare_snapshots(first, second)
        return change, change.explain().text(), change.rounded(4, Rounding.HALF_UP)

    before = all_of_it()
    with decimal.localcontext(decimal.Context(prec=5, traps=[decimal.Inexact, decimal.Rounded])):
        assert all_of_it() == before


def test_arguments_of_other_types_are_refused() -> None:
    snapshot = published([bill()], factor())
    with pytest.raises(WrongTypeError, match="before"):
        compare_snapshots(None, snapshot)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="after"):
        compare_snapshots(snapshot, None)  # type: ignore[arg-type]
    with pytest.raises(NotFoundError):
        compare_snapshots(snapshot, snapshot).row(None)  # type: ignore[arg-type]

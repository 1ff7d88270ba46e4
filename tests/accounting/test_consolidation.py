"""Consolidation: shares of rows are exact, dated, and the same bottom-up as all at once."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import (
    Activity,
    Amount,
    Calculation,
    Catalogue,
    Factor,
    Inventory,
    Origin,
    Rate,
    Scope,
    Scope2Method,
    account,
    gwp_set,
)
from carbonkit.accounting.boundary import Apportionment, Boundary
from carbonkit.accounting.consolidation import Consolidated, consolidate
from carbonkit.accounting.organisation import Organisation
from carbonkit.accounting.ownership import Facility, Ownership, Relationship
from carbonkit.accounting.subgroup import Delivery, consolidate_subgroups, internal_deliveries
from carbonkit.accounting.treatment import ConsolidationApproach
from carbonkit.errors import BatchError, InexactConversionError, InvalidValueError
from carbonkit.values import CO2e, Energy, Explanation, Mass, Period, Place, Rounding, Source

ALWAYS, YEAR, PLACE = Period("2020-01-01", None), Period.year(2025), Place("US")
EQUITY, FINANCIAL, OPERATIONAL = ConsolidationApproach
SUBSIDIARY, VENTURE, ASSOCIATE = Relationship.SUBSIDIARY, Relationship.JOINT_VENTURE, Relationship.ASSOCIATE
LOCATION, MARKET = Scope2Method.LOCATION, Scope2Method.MARKET
AR5 = gwp_set("AR5")
SOURCE = Source("US EPA", "GHG Emission Factors Hub", 2025)
CATALOGUE = Catalogue(
    [
        Factor(
            "gas",
            "1",
            "gas",
            PLACE,
            YEAR,
            "GJ",
            [
                Rate("CO2", "50", "kg"),
                Rate("CH4", "1", "g"),
                Rate("CO2", "2", "kg", origin=Origin.BIOGENIC),
            ],
            SOURCE,
        ),
        Factor("van", "1", "van", PLACE, YEAR, "GJ", [Rate("CO2e", "70", "kgCO2e", basis="AR5")], SOURCE),
        Factor("grid", "1", "power", PLACE, YEAR, "GJ", [Rate("CO2", "90", "kg")], SOURCE, method=LOCATION),
        Factor("deal", "1", "power", PLACE, YEAR, "GJ", [Rate("CO2", "0", "kg")], SOURCE, method=MARKET),
    ]
)


def held(
    owner: str,
    owned: str,
    share: str | Fraction,
    relationship: Relationship = VENTURE,
    period: Period = ALWAYS,
    *,
    operated: bool = False,
) -> Ownership:
    return Ownership(owner, owned, share, relationship, period, operated=operated)


def site(name: str, entity: str, period: Period = ALWAYS) -> Facility:
    return Facility(name, entity, period, operator=entity)


def bill(
    facility: str,
    amount: int | str = 100,
    activity: str = "gas",
    period: Period = YEAR,
    row: int | None = None,
) -> Activity:
    scope = Scope.TWO if activity == "power" else Scope.ONE
    start = f"{period.start:%m}"
    return Activity(
        f"{activity} {start}",
        facility,
        activity,
        Energy(amount, "GJ"),
        PLACE,
        period,
        scope,
        file="bills.csv" if row is not None else "",
        row=row,
    )


def booked(*bills: Activity) -> Inventory:
    """Account bills; each facility numbers its own rows, so they are accounted facility by facility."""
    activities: dict[str, list[Activity]] = {each.facility: [] for each in bills}
    for each in bills:
        activities[each.facility].append(each)
    found = [account(some, CATALOGUE, scope_2=[LOCATION, MARKET]) for some in activities.values()]
    return Inventory([line for inventory in found for line in inventory.lines])


GROUP = Organisation(
    ["A", "B", "C"],
    [held("A", "B", "1/3", operated=True), held("A", "C", "0.4", ASSOCIATE)],
    [site("a", "A"), site("b", "B"), site("c", "C")],
)
BOOKS = booked(bill("a"), bill("b"), bill("c"), bill("b", activity="van"), bill("b", activity="power"))


def consolidated(approach: ConsolidationApproach = EQUITY) -> Consolidated:
    return consolidate(Boundary(GROUP, "A", approach), [BOOKS], period=YEAR)


def test_every_gas_is_counted_by_its_share_exactly() -> None:
    found = consolidated()
    by_share = 1 + Fraction(1, 3) + Fraction("0.4")
    assert dict(found.masses(scope_2=MARKET)) == {
        "CO2": 5 * by_share,
        "CH4": Fraction("0.0001") * by_share,
    }
    assert dict(found.masses(scope_2=LOCATION))["CO2"] == 5 * by_share + 3
    assert found.stated(scope_2=MARKET) == (("AR5", Fraction(7, 3)),)
    assert found.biogenic_co2(scope_2=MARKET) == Fraction("0.2") * by_share
    assert found.rounded_masses(3, Rounding.HALF_UP, scope_2=MARKET)[0] == ("CO2", Mass("8.667", "t"))


def test_every_breakdown_has_the_same_total() -> None:
    found = consolidated().co2e(AR5, scope_2=LOCATION)
    each = Fraction("5.0028")
    assert found.total == each * (1 + Fraction(1, 3) + Fraction("0.4")) + Fraction(7, 3) + 3
    sums = [found.by_entity(), found.by_facility(), found.by_scope(), found.by_activity(), found.by_gas()]
    assert {breakdown.total for breakdown in sums} == {found.total}
    assert found.by_entity().amount("C") == each * Fraction("0.4")
    assert found.by_scope().parts[1] == ("scope 2", Fraction(3))
    assert found.by_category().parts == ()
    assert found.biogenic_co2 == consolidated().biogenic_co2(scope_2=LOCATION)


def test_parts_are_rounded_once_and_still_add_up() -> None:
    group = Organisation(
        ["A", "B", "C", "D", "E"],
        [held(owner, "E", "1/3") for owner in "ABC"],
        [site(name, "E") for name in ("x", "y", "z")],
    )
    books = booked(bill("x"), bill("y"), bill("z"))
    found = consolidate(Boundary(group, "A", EQUITY), [books], period=YEAR).co2e(AR5).by_facility()
    rounded = found.rounded(2, Rounding.HALF_UP)
    assert rounded.total == CO2e("5.00", "tCO2e")
    assert [str(amount.number) for _, amount in rounded.parts] == ["1.67", "1.67", "1.66"]
    with pytest.raises(InexactConversionError, match="name a rounding"):
        consolidated().co2e(AR5, scope_2=MARKET).by_entity().in_decimals()
    assert consolidated(OPERATIONAL).co2e(AR5, scope_2=MARKET).by_entity().in_decimals().total == CO2e(
        "17.0056", "tCO2e"
    )


def test_what_lies_outside_is_kept_apart_and_explains_why() -> None:
    found = consolidated(FINANCIAL)
    assert [share.name for share in found.outside] == ["c"]
    assert "of an associate its owner counts nothing" in found.outside[0].explain().text()
    assert [label for label, _ in found.co2e(AR5, scope_2=MARKET).by_entity().parts] == ["A", "B"]


def test_the_total_explains_itself_down_to_chains_and_factors() -> None:
    statement = consolidated().co2e(AR5, scope_2=MARKET)
    assert repr(statement) == "<ConsolidatedStatement of A, equity share, [2025-01-01, 2026-01-01), AR5>"
    explained = statement.explain()
    assert explained.what == "CO2e of A, equity share, [2025-01-01, 2026-01-01), under AR5, market-based"
    text = explained.text()
    assert "b of B" in text
    assert "A → B: 1/3" in text
    assert "factor van (1)" in text
    assert {source.title for source in explained.sources()} >= {
        "GHG Emission Factors Hub",
        "GHG Protocol Corporate Accounting and Reporting Standard, revised edition",
    }


def test_purchased_energy_needs_a_method_and_there_is_no_total_without_one() -> None:
    found = consolidated()
    assert found.methods == (LOCATION, MARKET)
    for ask in (found.masses, found.stated, found.biogenic_co2, lambda: found.co2e(AR5)):
        with pytest.raises(InvalidValueError, match="scope_2"):
            ask()


def test_every_problem_of_a_batch_is_reported_with_its_row() -> None:
    boundary = Boundary(GROUP, "A", EQUITY)
    books = booked(
        bill("a", row=2),
        bill("z", row=3),
        bill("z", activity="van", row=5),
        bill("b", row=4),
    )
    with pytest.raises(BatchError) as caught:
        consolidate(boundary, [books, booked(bill("b", row=9))], period=YEAR)
    assert [(problem.row, problem.field) for problem in caught.value.problems] == [(3, "facility"), (9, "id")]
    with pytest.raises(BatchError, match=r"period: must lie within \[2024-01-01, 2025-01-01\)"):
        consolidate(boundary, [booked(bill("a"))], period=Period.year(2024))


SOLD = Organisation(
    ["A", "B", "C"],
    [
        held("A", "B", "0.5", period=Period("2020-01-01", "2025-07-01")),
        held("A", "C", "0.25"),
        held("C", "B", "0.5", period=Period("2025-07-01", None)),
    ],
    [
        site("b", "B"),
        site("a", "A", Period("2020-01-01", "2025-10-01")),
        site("a", "C", Period("2025-10-01", None)),
    ],
)


def test_a_row_over_a_change_of_ownership_is_refused_unless_a_policy_says_what_to_do() -> None:
    boundary = Boundary(SOLD, "A", EQUITY)
    with pytest.raises(BatchError) as caught:
        consolidate(boundary, [booked(bill("b", row=2), bill("a", row=3))], period=YEAR)
    assert [(problem.row, problem.hint) for problem in caught.value.problems] == [
        (2, "split it at 2025-07-01, or pass apportionment=Apportionment.BY_DAYS"),
        (3, "split it at 2025-10-01, or pass apportionment=Apportionment.BY_DAYS"),
    ]
    found = consolidate(boundary, [booked(bill("b"))], period=YEAR, apportionment=Apportionment.BY_DAYS)
    assert found.masses()[0][1] == 5 * (181 * Fraction("0.5") + 184 * Fraction("0.125")) / 365


def test_rows_that_are_split_at_the_change_have_each_their_share() -> None:
    first, then = Period("2025-01-01", "2025-07-01"), Period("2025-07-01", "2026-01-01")
    books = booked(bill("b", 40, period=first), bill("b", 60, period=then))
    found = consolidate(Boundary(SOLD, "A", EQUITY), [books], period=YEAR)
    assert found.masses()[0] == ("CO2", 2 * Fraction("0.5") + 3 * Fraction("0.125"))
    assert len(found.parts) == 2


def test_a_facility_that_moves_within_the_group_is_averaged_under_both_entities() -> None:
    found = consolidate(
        Boundary(SOLD, "A", EQUITY), [booked(bill("a"))], period=YEAR, apportionment=Apportionment.BY_DAYS
    )
    assert [label for label, _ in found.co2e(AR5).by_entity().parts] == ["A / C"]


def test_an_exact_share_makes_an_inventory_that_explains_itself() -> None:
    leak = Calculation(
        "leak",
        "c",
        "refrigerant",
        PLACE,
        YEAR,
        Scope.ONE,
        [Amount("HFC134a", "-10", "kg")],
        Explanation("lost", "-10 kg"),
        uncertainty="5",
    )
    books = Inventory(BOOKS.lines, [leak])
    found = consolidate(Boundary(GROUP, "A", OPERATIONAL), [books], period=YEAR)
    made = found.inventory()
    for method in Scope2Method:
        total = found.co2e(AR5, scope_2=method)
        assert made.co2e(AR5, scope_2=method).total.number == total.total
    assert "b/power 01" in [each.id for each in made.calculations]
    equity = consolidate(Boundary(GROUP, "A", EQUITY), [Inventory((), [leak])], period=YEAR).inventory()
    assert equity.calculations[0].amounts == (Amount("HFC134a", "-4.0", "kg"),)
    assert equity.calculations[0].uncertainty == 5
    assert "A → C: 40 %" in equity.calculations[0].explain().text()


def test_an_endless_share_makes_no_inventory_of_decimals() -> None:
    with pytest.raises(InexactConversionError, match="was 1/3 of b"):
        consolidated().inventory()


def test_the_two_groups_of_esrs_hold_each_row_once() -> None:
    group = Organisation(
        ["A", "S", "J"],
        [held("A", "S", "0.6", SUBSIDIARY), held("A", "J", "0.5", operated=True)],
        [site("a", "A"), site("s", "S"), site("j", "J")],
    )
    books = booked(bill("a", 1), bill("s", 2), bill("j", 4))
    found = [
        consolidate(boundary, [books], period=YEAR)
        for boundary in (Boundary.accounting_group(group, "A"), Boundary.operated_investees(group, "A"))
    ]
    assert [[share.name for share, _ in each.inside] for each in found] == [["a", "s"], ["j"]]
    assert [dict(each.masses())["CO2"] for each in found] == [Fraction("0.15"), Fraction("0.2")]


def test_internal_supplies_are_reported_and_not_taken_out() -> None:
    found = consolidated()
    deliveries = [Delivery("b", "power 01", "A"), Delivery("b", "gas 01", "B")]
    inside = internal_deliveries(found, deliveries)
    assert [(each.delivery.supplier, each.user.share, each.supplier.share) for each in inside] == [
        ("A", Fraction(1, 3), 1),
        ("B", Fraction(1, 3), Fraction(1, 3)),
    ]
    assert internal_deliveries(consolidated(FINANCIAL), [Delivery("c", "gas 01", "A")]) == ()
    with pytest.raises(BatchError) as caught:
        internal_deliveries(found, [Delivery("b", "nothing", "A"), Delivery("b", "gas 01", "Z")])
    assert len(caught.value.problems) == 2


@st.composite
def groups(draw: st.DrawFn) -> tuple[Organisation, Inventory]:
    """Draw a group in which later entities are held by earlier ones, each with a facility and its rows."""
    count = draw(st.integers(2, 6))
    names = [f"E{number}" for number in range(count)]
    links = []
    for place in range(1, count):
        owners = draw(st.lists(st.sampled_from(names[:place]), unique=True, max_size=3))
        weights = [draw(st.integers(1, 9)) for _ in owners]
        spare = draw(st.integers(0, 5))
        sole = draw(st.booleans())
        operator = draw(st.sampled_from([*owners, ""]))
        for number, (owner, weight) in enumerate(zip(owners, weights, strict=True)):
            relationship = VENTURE if not sole else SUBSIDIARY if number == 0 else ASSOCIATE
            share = Fraction(weight, sum(weights) + spare)
            links.append(held(owner, names[place], share, relationship, operated=owner == operator))
    sites = [Facility(f"f{name}", name, ALWAYS, operator=draw(st.sampled_from(names))) for name in names]
    bills = [bill(f"f{name}", draw(st.integers(-(10**6), 10**6))) for name in names]
    return Organisation(names, links, sites), booked(*bills)


@given(groups(), st.sampled_from(ConsolidationApproach))
def test_bottom_up_is_the_same_as_all_at_once(
    drawn: tuple[Organisation, Inventory], approach: ConsolidationApproach
) -> None:
    group, books = drawn
    day = YEAR.start

    def own(entity: str) -> list[Inventory]:
        lines = [
            line
            for line in books.lines
            for facility in [group.facility(line.activity.facility, day)]
            if (facility.operator if approach is OPERATIONAL else facility.entity) == entity
        ]
        return [Inventory(lines)]

    def upwards(entity: str) -> Consolidated:
        boundary = Boundary(group, entity, approach)
        held_directly = [
            name for name in group.entities if any(each.owner == entity for each in group.owners(name, day))
        ]
        parts = [consolidate(boundary, own(entity), period=YEAR), *map(upwards, held_directly)]
        return consolidate_subgroups(boundary, parts, period=YEAR)

    at_once = consolidate(Boundary(group, "E0", approach), [books], period=YEAR).co2e(AR5)
    found = upwards("E0").co2e(AR5)
    assert found.total == at_once.total
    assert dict(found.by_facility().parts) == dict(at_once.by_facility().parts)
    assert dict(found.by_entity().parts) == dict(at_once.by_entity().parts)


@given(groups())
def test_the_totals_of_all_ultimate_owners_add_up_to_what_is_owned(
    drawn: tuple[Organisation, Inventory],
) -> None:
    group, books = drawn
    # whoever holds the rest of an entity is named, so that all of it is owned
    rest = []
    for name in group.entities:
        some = group.owners(name, YEAR.start)
        whole = sum((each.share for each in some), Fraction(0))
        if some and whole < 1:
            rest.append(held(f"rest of {name}", name, 1 - whole, ASSOCIATE))
    owners = [each.owner for each in rest]
    full = Organisation([*group.entities, *owners], [*group.ownerships, *rest], group.facilities)
    ultimate = [name for name in full.entities if not full.owners(name, YEAR.start)]
    totals = [
        consolidate(Boundary(full, owner, EQUITY), [books], period=YEAR).co2e(AR5).total for owner in ultimate
    ]
    assert sum(totals) == Fraction(books.co2e(AR5).total.number)


def test_a_subgroup_that_would_count_twice_or_otherwise_is_refused() -> None:
    group = Organisation(
        ["A", "B", "C"],
        [held("A", "B", "0.5"), held("B", "C", "0.5")],
        [site("a", "A"), site("b", "B"), site("c", "C")],
    )
    books = booked(bill("a"), bill("b"), bill("c"))
    boundary = Boundary(group, "A", EQUITY)

    def subgroup(entity: str, approach: ConsolidationApproach = EQUITY) -> Consolidated:
        return consolidate(Boundary(group, entity, approach), [books], period=YEAR)

    def problems(*subgroups: Consolidated) -> list[str]:
        with pytest.raises(BatchError) as caught:
            consolidate_subgroups(boundary, subgroups, period=YEAR)
        return [f"{problem.field}: {problem.must}" for problem in caught.value.problems]

    assert problems(subgroup("A"), subgroup("B"), subgroup("B"), subgroup("C"), subgroup("B", FINANCIAL)) == [
        "subgroup A: hold the parent's own facilities alone",
        "subgroup: stand once",
        "subgroup C: be held directly by A",
        "subgroup: stand once",
    ]
    assert problems(subgroup("B", FINANCIAL)) == ["subgroup B: be under equity share"]
    other = consolidate(Boundary(SOLD, "B", EQUITY), [], period=YEAR)
    assert problems(other) == ["subgroup B: be of the same organisation"]
    late = consolidate(Boundary(group, "B", EQUITY), [], period=Period.year(2024))
    assert problems(late) == ["subgroup B: be for [2025-01-01, 2026-01-01)"]
    apart = consolidate(Boundary.accounting_group(group, "B"), [], period=YEAR)
    assert problems(apart) == ["subgroup B: keep all groups"]


def test_a_row_that_differs_between_two_subgroups_is_reported() -> None:
    group = Organisation(
        ["A", "B", "C", "D"],
        [held("A", "B", "1"), held("A", "C", "1"), held("B", "D", "0.5"), held("C", "D", "0.5")],
        [site("d", "D")],
    )
    subgroups = [
        consolidate(Boundary(group, entity, EQUITY), [booked(bill("d", amount, row=2))], period=YEAR)
        for entity, amount in (("B", 100), ("C", 101))
    ]
    with pytest.raises(BatchError, match="be the same in every subgroup") as caught:
        consolidate_subgroups(Boundary(group, "A", EQUITY), subgroups, period=YEAR)
    assert caught.value.problems[0].row == 2


def test_a_row_that_two_subgroups_share_is_one_row_of_the_inventory() -> None:
    group = Organisation(
        ["A", "B", "C", "D"],
        [held("A", "B", "0.8"), held("A", "C", "1"), held("B", "D", "0.5"), held("C", "D", "0.5")],
        [site("d", "D")],
    )
    subgroups = [
        consolidate(Boundary(group, entity, EQUITY), [booked(bill("d"))], period=YEAR) for entity in "BC"
    ]
    found = consolidate_subgroups(Boundary(group, "A", EQUITY), subgroups, period=YEAR)
    assert [each.id for each in found.inventory().calculations] == ["d/gas 01"]
    assert dict(found.inventory().masses())["CO2"] == Mass("4.5", "t")


def test_a_holding_that_changes_in_the_period_is_not_multiplied_through() -> None:
    boundary = Boundary(SOLD, "A", EQUITY)
    with pytest.raises(BatchError, match="be held by one share throughout"):
        consolidate_subgroups(
            boundary, [consolidate(Boundary(SOLD, "B", EQUITY), [], period=YEAR)], period=YEAR
        )

"""A boundary multiplies along chains, adds chains up, and follows the dates."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting.boundary import Apportionment, Boundary, ReportingGroup
from carbonkit.accounting.organisation import Organisation
from carbonkit.accounting.ownership import Facility, Ownership, Relationship
from carbonkit.accounting.treatment import ConsolidationApproach
from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.values import Period, Status

ALWAYS = Period("2020-01-01", None)
DAY = "2025-06-30"
EQUITY, FINANCIAL, OPERATIONAL = ConsolidationApproach
SUBSIDIARY, VENTURE, ASSOCIATE = Relationship.SUBSIDIARY, Relationship.JOINT_VENTURE, Relationship.ASSOCIATE


def held(
    owner: str,
    owned: str,
    share: str | Fraction,
    relationship: Relationship = ASSOCIATE,
    period: Period = ALWAYS,
    *,
    operated: bool = False,
) -> Ownership:
    return Ownership(owner, owned, share, relationship, period, operated=operated)


def group(*ownerships: Ownership, facilities: tuple[Facility, ...] = ()) -> Organisation:
    names = {name for each in ownerships for name in (each.owner, each.owned)}
    return Organisation(sorted(names), ownerships, facilities)


def test_several_chains_add_up() -> None:
    made = group(
        held("A", "B", "0.8", SUBSIDIARY),
        held("A", "C", "0.5", VENTURE),
        held("B", "D", "1/2", VENTURE),
        held("C", "D", "1/4", VENTURE),
        held("A", "D", "0.1", VENTURE),
    )
    found = Boundary(made, "A", EQUITY).share("D", DAY)
    assert found.share == Fraction("0.4") + Fraction("0.125") + Fraction("0.1")
    assert sorted(part.what for part in found.explain().parts) == ["A → B → D", "A → C → D", "A → D"]
    assert Boundary(made, "A", FINANCIAL).share("D", DAY).share == Fraction("0.5") + Fraction(
        "0.125"
    ) + Fraction("0.1")


def test_the_reporter_counts_itself_in_whole_and_its_parents_not_at_all() -> None:
    made = group(held("A", "B", "0.8", SUBSIDIARY))
    assert Boundary(made, "B", EQUITY).share("B", DAY).share == 1
    above = Boundary(made, "B", EQUITY).share("A", DAY)
    assert above.share == 0
    assert "no chain of parents leads to it" in above.explain().how


def test_thirds_stay_thirds_along_a_chain() -> None:
    made = group(held("A", "B", "1/3"), held("B", "C", "33.3 %"))
    found = Boundary(made, "A", EQUITY).share("C", DAY)
    assert found.share == Fraction(333, 3000)
    assert found.explain().value == "11.1 %"
    assert Boundary(made, "A", EQUITY).share("B", DAY).explain().value == "1/3"


def test_an_explanation_shows_rule_source_and_status_of_each_link() -> None:
    made = group(held("A", "B", "0.4", Relationship.JOINT_OPERATION))
    text = Boundary(made, "A", FINANCIAL).share("B", DAY).explain().text()
    assert "40 % held by A; of a joint operation its owner counts its interest" in text
    assert "table 1 [recalled]" in text


def test_shares_follow_the_dates() -> None:
    made = group(
        held("A", "B", "0.4", period=Period("2020-01-01", "2025-07-01")),
        held("A", "B", "0.9", SUBSIDIARY, period=Period("2025-07-01", None)),
    )
    equity, financial = (Boundary(made, "A", approach) for approach in (EQUITY, FINANCIAL))
    assert [equity.share("B", day).share for day in ("2019-12-31", "2025-06-30", "2025-07-01")] == [
        0,
        Fraction("0.4"),
        Fraction("0.9"),
    ]
    assert [financial.share("B", day).share for day in ("2025-06-30", "2025-07-01")] == [0, 1]


def test_a_period_with_two_shares_is_refused_or_averaged_by_days() -> None:
    made = group(
        held("A", "B", "0.4", period=Period("2020-01-01", "2025-07-01")),
        held("A", "B", "0.9", period=Period("2025-07-01", None)),
    )
    boundary = Boundary(made, "A", EQUITY)
    with pytest.raises(InvalidValueError) as caught:
        boundary.over("B", Period.year(2025))
    assert str(caught.value) == (
        "period: must lie within one share of B, was [2025-01-01, 2026-01-01), 40 %, 90 %; "
        "split it at 2025-07-01, or pass apportionment=Apportionment.BY_DAYS"
    )
    found = boundary.over("B", Period.year(2025), apportionment=Apportionment.BY_DAYS)
    assert found.share == (181 * Fraction("0.4") + 184 * Fraction("0.9")) / 365
    assert [part.what for part in found.explain().parts] == ["181 days", "184 days"]
    with pytest.raises(InvalidValueError, match="have an end"):
        boundary.over("B", ALWAYS)


def test_a_change_that_does_not_touch_the_share_needs_no_split_and_is_explained() -> None:
    half, then = Period("2020-01-01", "2025-07-01"), Period("2025-07-01", None)
    made = group(
        held("A", "B", "0.5"),
        held("A", "C", "0.5"),
        held("B", "D", "0.4", period=half),
        held("C", "D", "0.4", period=then),
        held("A", "E", "0.1", period=then),
    )
    found = Boundary(made, "A", EQUITY).over("D", Period.year(2025))
    assert found.share == Fraction("0.2")
    text = found.explain().text()
    assert "A → B → D" in text
    assert "A → C → D" in text


def test_a_facility_counts_to_its_entity_and_under_operational_control_to_its_operator() -> None:
    plant = Facility("plant", "B", ALWAYS, operator="C")
    made = group(
        held("A", "B", "0.4", ASSOCIATE),
        held("A", "C", "0.7", SUBSIDIARY, operated=True),
        facilities=(plant,),
    )
    found = [Boundary(made, "A", approach).share("plant", DAY) for approach in ConsolidationApproach]
    assert [(each.entity, each.share) for each in found] == [("B", Fraction("0.4")), ("B", 0), ("C", 1)]
    assert "operated by C" in found[2].explain().how


def test_what_is_nobodys_or_unknown_is_an_error_and_never_zero() -> None:
    plant = Facility("plant", "A", Period("2021-01-01", None), operator="A")
    made = group(held("A", "B", "0.4"), facilities=(plant,))
    boundary = Boundary(made, "A", EQUITY)
    with pytest.raises(NotFoundError, match="belong to an entity on the day"):
        boundary.share("plant", "2020-12-31")
    with pytest.raises(NotFoundError, match="be a facility or an entity"):
        boundary.share("Z", DAY)
    with pytest.raises(NotFoundError, match="reporter"):
        Boundary(made, "Z", EQUITY)


def test_the_two_groups_of_esrs_have_nothing_in_common() -> None:
    made = group(
        held("A", "S", "0.6", SUBSIDIARY, operated=True),  # in the accounting group
        held("S", "T", "0.51", SUBSIDIARY),  # in it too, through S, though others operate it
        held("A", "J", "0.5", VENTURE, operated=True),  # an investee that is operated
        held("A", "K", "0.5", VENTURE),  # an investee that is not
        held("J", "U", "1", SUBSIDIARY, operated=True),  # a subsidiary of the operated investee
    )
    accounting = Boundary.accounting_group(made, "A")
    investees = Boundary.operated_investees(made, "A")
    names = ["A", "J", "K", "S", "T", "U"]
    assert [int(accounting.share(name, DAY).share) for name in names] == [1, 0, 0, 1, 1, 0]
    assert [int(investees.share(name, DAY).share) for name in names] == [0, 1, 0, 0, 0, 1]
    assert "K is outside of the accounting group" in accounting.share("K", DAY).explain().how
    assert accounting.share("K", DAY).explain().source is not None
    assert next(accounting.share("K", DAY).explain().sources()).status is Status.RECALLED


def test_a_facility_of_the_accounting_group_that_an_investee_operates_is_counted_once() -> None:
    made = group(
        held("A", "S", "1", SUBSIDIARY, operated=True),
        held("A", "J", "0.5", VENTURE, operated=True),
        facilities=(Facility("p", "S", ALWAYS, operator="J"), Facility("q", "J", ALWAYS, operator="J")),
    )
    both = [Boundary.accounting_group(made, "A"), Boundary.operated_investees(made, "A")]
    assert [boundary.share("p", DAY).share for boundary in both] == [1, 0]
    assert [boundary.share("q", DAY).share for boundary in both] == [0, 1]


def test_a_group_has_its_own_approach() -> None:
    made = group(held("A", "B", "0.4"))
    with pytest.raises(InvalidValueError, match="approach: must be financial control"):
        Boundary(made, "A", EQUITY, group=ReportingGroup.ACCOUNTING)


def test_many_chains_are_counted_though_only_some_are_shown() -> None:
    layers = [[f"{layer}.{place}" for place in range(2)] for layer in range(12)]
    links = [held("top", owned, "1/2") for owned in layers[0]]
    for above, below in itertools.pairwise(layers):
        links += [held(owner, owned, "1/2") for owner in above for owned in below]
    found = Boundary(group(*links), "top", EQUITY).share("11.0", DAY)
    assert found.share == Fraction(1, 2)
    assert found.explain().parts[-1].what == "further chains"


@st.composite
def organisations(draw: st.DrawFn, *, whole: bool) -> Organisation:
    """Draw entities of which each may be held by earlier ones; with `whole`, by nobody or entirely."""
    count = draw(st.integers(2, 7))
    names = [f"E{number}" for number in range(count)]
    links = []
    for place in range(1, count):
        owners = draw(st.lists(st.sampled_from(names[:place]), unique=True, max_size=3))
        weights = [draw(st.integers(1, 9)) for _ in owners]
        spare = 0 if whole else draw(st.integers(0, 9))
        relationship = draw(st.sampled_from([VENTURE, ASSOCIATE, Relationship.JOINT_OPERATION]))
        operator = draw(st.sampled_from([*owners, ""]))
        links += [
            held(
                owner,
                names[place],
                Fraction(weight, sum(weights) + spare),
                relationship,
                operated=owner == operator,
            )
            for owner, weight in zip(owners, weights, strict=True)
        ]
    return Organisation(names, links)


@given(organisations(whole=False), st.sampled_from(ConsolidationApproach))
def test_no_share_is_above_the_whole(made: Organisation, approach: ConsolidationApproach) -> None:
    for reporter in made.entities:
        boundary = Boundary(made, reporter, approach)
        assert all(0 <= boundary.share(entity, DAY).share <= 1 for entity in made.entities)


@given(organisations(whole=True))
def test_the_equity_shares_of_all_ultimate_owners_add_up_to_the_whole(made: Organisation) -> None:
    ultimate = (
        [name for name in made.entities if not made.owners(name, made.changes[0])]
        if made.changes
        else made.entities
    )
    for entity in made.entities:
        shares = [Boundary(made, owner, EQUITY).share(entity, DAY).share for owner in ultimate]
        assert sum(shares) == 1


@given(organisations(whole=False))
def test_the_shares_are_those_of_following_every_chain(made: Organisation) -> None:
    links: dict[str, list[Ownership]] = {}
    for each in made.ownerships:
        links.setdefault(each.owner, []).append(each)

    def followed(owner: str, entity: str) -> Fraction:
        if owner == entity:
            return Fraction(1)
        return sum((each.share * followed(each.owned, entity) for each in links.get(owner, [])), Fraction(0))

    for reporter in made.entities:
        boundary = Boundary(made, reporter, EQUITY)
        assert all(
            boundary.share(entity, DAY).share == followed(reporter, entity) for entity in made.entities
        )

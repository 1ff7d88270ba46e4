"""An organisation is checked as a whole: shares, operators, control, chains and dates."""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest

from carbonkit.accounting.organisation import Organisation
from carbonkit.accounting.ownership import (
    Facility,
    Ownership,
    Relationship,
    read_facilities,
    read_ownerships,
)
from carbonkit.errors import BatchError, InexactNumberError, InvalidValueError, NotFoundError
from carbonkit.values import Period

ALWAYS = Period("2020-01-01", None)
SUBSIDIARY, VENTURE, ASSOCIATE = Relationship.SUBSIDIARY, Relationship.JOINT_VENTURE, Relationship.ASSOCIATE


def held(
    owner: str,
    owned: str,
    share: str | Fraction = "0.4",
    relationship: Relationship = ASSOCIATE,
    period: Period = ALWAYS,
    *,
    operated: bool = False,
    row: int | None = None,
) -> Ownership:
    file = "group.csv" if row is not None else ""
    return Ownership(owner, owned, share, relationship, period, operated=operated, file=file, row=row)


def problems(ownerships: list[Ownership], facilities: list[Facility] | None = None) -> list[str]:
    names = {name for each in ownerships for name in (each.owner, each.owned)} | {"A", "B"}
    with pytest.raises(BatchError) as caught:
        Organisation(sorted(names), ownerships, facilities or [])
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "share"),
    [
        ("0.333", Fraction(333, 1000)),
        ("33.3 %", Fraction(333, 1000)),
        ("33.3%", Fraction(333, 1000)),
        ("1/3", Fraction(1, 3)),
        (Fraction(1, 3), Fraction(1, 3)),
        ("0", Fraction(0)),
        ("100 %", Fraction(1)),
    ],
)
def test_a_share_is_taken_exactly_as_it_is_given(written: str | Fraction, share: Fraction) -> None:
    assert held("A", "B", written).share == share


@pytest.mark.parametrize("written", ["40", "-0.1", "101 %", "1/0", "4/3", "", "forty %", "1/3 %"])
def test_what_is_no_share_is_refused(written: str) -> None:
    with pytest.raises(InvalidValueError):
        held("A", "B", written)


def test_a_percentage_without_its_sign_says_what_to_write() -> None:
    with pytest.raises(InvalidValueError, match='write "40 %" if a percentage was meant'):
        held("A", "B", "40")


def test_a_float_is_no_share() -> None:
    with pytest.raises(InexactNumberError):
        held("A", "B", float("0.4"))  # type: ignore[arg-type]


def test_control_is_said_where_the_relationship_does_not_say_it() -> None:
    with pytest.raises(InvalidValueError, match="controlled: must be said of a franchise"):
        held("A", "B", relationship=Relationship.FRANCHISE)
    with pytest.raises(InvalidValueError, match="controlled: must be said of a franchise"):
        Ownership("A", "B", "0.4", ASSOCIATE, ALWAYS, operated=False, controlled=False)
    with pytest.raises(InvalidValueError, match="operated: must not be operated"):
        held("A", "B", relationship=Relationship.FIXED_ASSET_INVESTMENT, operated=True)
    with pytest.raises(InvalidValueError, match="owned: must not own itself"):
        held("A", "A")


def test_an_ownership_says_what_it_is() -> None:
    franchise = Ownership("A", "B", "0", Relationship.FRANCHISE, ALWAYS, operated=True, controlled=True)
    assert str(franchise) == (
        "0 % of B held by A, franchise under financial control, operated, [2020-01-01, …)"
    )


def test_every_problem_of_an_organisation_is_reported_with_its_row() -> None:
    with pytest.raises(BatchError) as caught:
        Organisation(
            ["A", "B", "B"],
            [
                held("A", "B", "0.6", SUBSIDIARY, operated=True, row=2),
                held("C", "B", "0.6", SUBSIDIARY, operated=True, row=3),
            ],
            [Facility("A", "D", ALWAYS, operator="B", file="sites.csv", row=2)],
        )
    assert [str(problem) for problem in caught.value.problems] == [
        "entity: must be named once, was B",
        "group.csv, row 3, owner: must be an entity of the organisation, was C",
        "sites.csv, row 2, entity: must be an entity of the organisation, was D",
        "sites.csv, row 2, facility: must not be an entity too, was A",
        "group.csv, row 3, share: must add up to at most 100 % of B, was 120 % from 2020-01-01",
        "group.csv, row 3, operated: must be one operator of B, was A, C from 2020-01-01",
        (
            "group.csv, row 3, relationship: must be one owner with financial control of B, "
            "or partners only, was A, C from 2020-01-01"
        ),
    ]


def test_shares_are_added_up_on_every_day() -> None:
    first, then = Period("2020-01-01", "2023-01-01"), Period("2023-01-01", None)
    handed_over = [held("A", "B", "0.6", period=first), held("C", "B", "0.6", period=then)]
    Organisation(["A", "B", "C"], handed_over)  # never both at once
    late = [*handed_over, held("D", "B", "0.5", period=Period("2022-12-31", "2023-01-01"))]
    assert problems(late) == ["share: must add up to at most 100 % of B, was 110 % from 2022-12-31"]


def test_thirds_add_up_to_the_whole_exactly() -> None:
    Organisation(["A", "B", "C", "D"], [held(owner, "D", "1/3", VENTURE) for owner in "ABC"])


def test_sole_and_joint_control_do_not_go_together() -> None:
    both = [held("A", "B", "0.5", SUBSIDIARY), held("C", "B", "0.5", VENTURE)]
    assert problems(both) == [
        (
            "relationship: must be one owner with financial control of B, or partners only, "
            "was A, C from 2020-01-01"
        )
    ]


def test_two_ownerships_of_one_pair_may_not_overlap() -> None:
    long = held("A", "B", "0.1", period=Period("2020-01-01", "2030-01-01"))
    inside = held("A", "B", "0.2", period=Period("2021-01-01", "2022-01-01"))
    later = held("A", "B", "0.3", period=Period("2023-01-01", "2024-01-01"))
    assert [problem.split(",")[0] for problem in problems([later, inside, long])] == [
        "period: must not overlap [2020-01-01",
        "period: must not overlap [2020-01-01",
    ]


def test_a_chain_that_comes_back_is_refused_on_the_days_on_which_it_does() -> None:
    chain = [
        held("A", "B", "0.5"),
        held("B", "C", "0.5"),
        held("C", "A", "0.5", period=Period("2024-05-01", None)),
    ]
    chain.append(held("A", "D", period=Period("2024-06-01", None)))  # another day to look at
    found = problems(chain)
    assert len(found) == 1
    assert found[0].startswith("owned: must not own itself along a chain, was ")
    assert found[0].endswith(" from 2024-05-01")


def test_a_sale_back_later_is_no_chain() -> None:
    first, then = Period("2020-01-01", "2023-01-01"), Period("2023-01-01", None)
    Organisation(["A", "B"], [held("A", "B", period=first), held("B", "A", period=then)])


def test_a_facility_is_one_entitys_at_a_time() -> None:
    twice = [
        Facility("7", "A", Period("2020-01-01", "2025-01-02"), operator="A"),
        Facility("7", "B", Period("2025-01-01", None), operator="B"),
    ]
    assert problems([], twice) == [
        (
            "period: must not overlap 7 of A, operated by A, [2020-01-01, 2025-01-02), "
            "was 7 of B, operated by B, [2025-01-01, …)"
        )
    ]


def test_owners_and_facilities_are_found_by_day() -> None:
    sold = datetime.date(2025, 1, 1)
    group = Organisation(
        ["A", "B"],
        [held("A", "B", period=Period("2020-01-01", sold))],
        [Facility("7", "B", Period("2021-01-01", None), operator="A")],
    )
    assert [each.owner for each in group.owners("B", datetime.date(2024, 12, 31))] == ["A"]
    assert group.owners("B", sold) == ()
    assert group.facility("7", sold).operator == "A"
    with pytest.raises(NotFoundError, match=r"was 7 on 2020-06-01; known for \[2021-01-01, …\)"):
        group.facility("7", datetime.date(2020, 6, 1))
    with pytest.raises(NotFoundError, match="be a facility or an entity"):
        group.facility("8", sold)
    with pytest.raises(NotFoundError, match="entity: must be an entity"):
        group.owners("7", sold)


def test_a_period_is_cut_where_something_changes_hands_and_nowhere_else() -> None:
    group = Organisation(["A", "B"], [held("A", "B", period=Period("2025-04-01", "2025-07-01"))])
    assert group.split(Period.year(2025)) == (
        Period("2025-01-01", "2025-04-01"),
        Period("2025-04-01", "2025-07-01"),
        Period("2025-07-01", "2026-01-01"),
    )
    assert group.split(Period("2025-04-01", "2025-07-01")) == (Period("2025-04-01", "2025-07-01"),)


def test_names_are_given_one_by_one() -> None:
    with pytest.raises(InvalidValueError, match="be names, not one text"):
        Organisation("AB", [])


def test_a_file_of_ownerships_is_read_with_all_its_problems() -> None:
    rows = ["owner,owned,share,relationship,start,end,operated,controlled"]
    good = read_ownerships([*rows, "A,B,1/3,franchise,2020-01-01,2021-01-01,no,yes"], file="group.csv")
    assert (good[0].share, good[0].sole, good[0].row) == (Fraction(1, 3), True, 2)
    with pytest.raises(BatchError) as caught:
        read_ownerships(
            [*rows, "A,B,40,associate,2020-01-01,,no,", "A,B,0.4,sister,2020-01-01,,maybe,"], file="group.csv"
        )
    assert [(problem.row, problem.field) for problem in caught.value.problems] == [
        (2, "share"),
        (3, "relationship"),
        (3, "operated"),
    ]


def test_a_file_of_facilities_is_read_with_all_its_problems() -> None:
    rows = ["facility,entity,operator,start,end", "7,A,B,2020-01-01,2019-01-01", ",A,B,2020-01-01,"]
    with pytest.raises(BatchError) as caught:
        read_facilities(rows, file="sites.csv")
    assert [problem.row for problem in caught.value.problems] == [2, 3]

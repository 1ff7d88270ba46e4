"""
Worked examples of organisational boundaries and leases.

Worked examples after the GHG Protocol Corporate Standard, revised edition (2004), (c) WRI/WBCSD,
chapter 3: table 1 at an interest of 40 %, as the public tests of CarbonOS assert it (confirmed), and
the Holland Industries example. Of that example BGB is confirmed (golden cases corp-BGB-equity and
corp-BGB-opcontrol); the other rows are recalled, and `HOLLAND` says which holding each of them needs.
Leases: appendix F of that standard, and tables A.1 and A.2 of the Scope 3 Standard (2011), as Deloitte's
guide repeats them. Numbers only.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from carbonkit.accounting.boundary import Boundary
from carbonkit.accounting.lease import APPENDIX_F, Lease, LeaseKind, LeaseParty, LeaseTreatment
from carbonkit.accounting.organisation import Organisation
from carbonkit.accounting.ownership import Ownership, Relationship
from carbonkit.accounting.treatment import TABLE_1, ConsolidationApproach
from carbonkit.values import Period, Status

GOLDEN = (
    Path(__file__).resolve().parents[2].parent / "shared" / "data" / "accounting" / "accounting_golden.json"
)
ALWAYS = Period("2004-01-01", None)
DAY = "2004-12-31"
EQUITY, FINANCIAL, OPERATIONAL = ConsolidationApproach


def held(
    owner: str,
    owned: str,
    share: str,
    relationship: Relationship,
    *,
    operated: bool,
    controlled: bool | None = None,
) -> Ownership:
    return Ownership(owner, owned, share, relationship, ALWAYS, operated=operated, controlled=controlled)


# what each row needs to come out as recalled
HOLLAND = [
    # wholly owned and operated
    held("Holland Industries", "Holland Switzerland", "100 %", Relationship.SUBSIDIARY, operated=True),
    held("Holland Industries", "Holland America", "83 %", Relationship.SUBSIDIARY, operated=True),
    # a joint venture that the partner operates; 50 % is held by the 83 % subsidiary
    held("Holland America", "BGB", "50 %", Relationship.JOINT_VENTURE, operated=False),
    # a subsidiary of the subsidiary, operated by it
    held("Holland America", "IRW", "75 %", Relationship.SUBSIDIARY, operated=True),
    # three partners in joint financial control, of whom Holland Industries operates it
    held("Holland Industries", "Kahuna", "33.3 %", Relationship.JOINT_VENTURE, operated=True),
    # under half of the equity, yet under sole financial control
    held("Holland Industries", "QuickFix", "43 %", Relationship.SUBSIDIARY, operated=True),
    # over half of the equity, yet an associate in the accounts; another operates it
    held("Holland Industries", "Nallo", "56 %", Relationship.ASSOCIATE, operated=False),
    # neither influence nor control
    held("Holland Industries", "Syntal", "1 %", Relationship.FIXED_ASSET_INVESTMENT, operated=False),
]
GROUP = Organisation(
    ["Holland Industries", *(each.owned for each in HOLLAND)],
    HOLLAND,
)


def share(entity: str, approach: ConsolidationApproach) -> Fraction:
    return Boundary(GROUP, "Holland Industries", approach).share(entity, DAY).share


def golden(case: str) -> Fraction:
    if not GOLDEN.exists():
        pytest.skip("the shared golden cases are not here")
    found = {each["id"]: each for each in json.loads(GOLDEN.read_text("utf-8"))}[case]
    return Fraction(found["published"])


def test_corp_BGB_equity() -> None:  # noqa: N802  the golden case's own name
    assert share("BGB", EQUITY) == Fraction("0.415")
    assert share("BGB", EQUITY) == golden("corp-BGB-equity")


def test_corp_BGB_opcontrol() -> None:  # noqa: N802  the golden case's own name
    assert share("BGB", OPERATIONAL) == 0
    assert share("BGB", OPERATIONAL) == golden("corp-BGB-opcontrol")


def test_bgb_under_financial_control_counts_the_interest_in_the_venture_alone() -> None:
    assert share("BGB", FINANCIAL) == Fraction(1, 2)


@pytest.mark.parametrize(
    ("entity", "percent"),
    [
        ("Holland Switzerland", ("100", "100", "100")),
        ("Holland America", ("83", "100", "100")),
        ("BGB", ("41.5", "50", "0")),
        ("IRW", ("62.25", "100", "100")),
        ("Kahuna", ("33.3", "33.3", "100")),
        ("QuickFix", ("43", "100", "100")),
        ("Nallo", ("56", "0", "0")),
        ("Syntal", ("0", "0", "0")),
    ],
)
def test_holland_industries_as_recalled(entity: str, percent: tuple[str, str, str]) -> None:
    found = [share(entity, approach) * 100 for approach in ConsolidationApproach]
    assert found == [Fraction(each) for each in percent]


@pytest.mark.parametrize(
    ("relationship", "operated", "controlled", "expected"),
    [
        (Relationship.SUBSIDIARY, True, None, ("0.4", "1", "1")),
        (Relationship.SUBSIDIARY, False, None, ("0.4", "1", "0")),
        (Relationship.JOINT_VENTURE, True, None, ("0.4", "0.4", "1")),
        (Relationship.JOINT_VENTURE, False, None, ("0.4", "0.4", "0")),
        (Relationship.ASSOCIATE, False, None, ("0.4", "0", "0")),
        (Relationship.FIXED_ASSET_INVESTMENT, False, None, ("0", "0", "0")),
        (Relationship.FRANCHISE, False, False, ("0.4", "0", "0")),
        (Relationship.FRANCHISE, False, True, ("0.4", "1", "0")),
        (Relationship.FRANCHISE, True, False, ("0.4", "0", "1")),
    ],
)
def test_table_1_at_forty_percent(
    relationship: Relationship, *, operated: bool, controlled: bool | None, expected: tuple[str, str, str]
) -> None:
    only = held("A", "B", "40 %", relationship, operated=operated, controlled=controlled)
    group = Organisation(["A", "B"], [only])
    found = [Boundary(group, "A", approach).share("B", DAY).share for approach in ConsolidationApproach]
    assert found == [Fraction(each) for each in expected]


def test_a_franchise_without_equity_rights_or_control_stands_outside() -> None:
    only = held("A", "B", "0", Relationship.FRANCHISE, operated=False, controlled=False)
    group = Organisation(["A", "B"], [only])
    assert all(not Boundary(group, "A", each).share("B", DAY).share for each in ConsolidationApproach)


def test_every_cell_of_table_1_has_a_rule_and_what_is_recalled_says_so() -> None:
    assert len(TABLE_1) == len(Relationship) * len(ConsolidationApproach)
    recalled = {
        relationship for (relationship, _), rule in TABLE_1.items() if rule.source.status is Status.RECALLED
    }
    assert recalled == {Relationship.JOINT_OPERATION}


OWN, UPSTREAM, DOWNSTREAM = LeaseTreatment


@pytest.mark.parametrize(
    ("party", "kind", "expected"),  # under equity share, financial and operational control
    [
        (LeaseParty.LESSEE, LeaseKind.FINANCE, (OWN, OWN, OWN)),
        (LeaseParty.LESSEE, LeaseKind.OPERATING, (UPSTREAM, UPSTREAM, OWN)),
        (LeaseParty.LESSOR, LeaseKind.FINANCE, (DOWNSTREAM, DOWNSTREAM, DOWNSTREAM)),
        (LeaseParty.LESSOR, LeaseKind.OPERATING, (OWN, OWN, DOWNSTREAM)),
    ],
)
def test_appendix_f(
    party: LeaseParty,
    kind: LeaseKind,
    expected: tuple[LeaseTreatment, LeaseTreatment, LeaseTreatment],
) -> None:
    lease = Lease("office", kind, party, ALWAYS)
    assert tuple(lease.treatment(approach) for approach in ConsolidationApproach) == expected


def test_no_leased_asset_counts_in_scope_1_or_2_of_both_parties() -> None:
    for kind in LeaseKind:
        for approach in ConsolidationApproach:
            both = [APPENDIX_F[kind, party, approach].value for party in LeaseParty]
            assert both.count(OWN) == 1

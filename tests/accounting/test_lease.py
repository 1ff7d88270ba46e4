"""Leases: activities go to the scope in which they count, as long as the lease lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonkit.accounting import Category, Scope
from carbonkit.accounting.lease import Lease, LeaseKind, LeaseParty, LeaseTreatment, assign_leases
from carbonkit.accounting.treatment import ConsolidationApproach
from carbonkit.errors import BatchError, InvalidValueError
from carbonkit.values import Period

if TYPE_CHECKING:
    from tests.accounting.conftest import MakeActivity

EQUITY, FINANCIAL, OPERATIONAL = ConsolidationApproach
OFFICE = Lease("7", LeaseKind.OPERATING, LeaseParty.LESSEE, Period("2025-01-01", "2025-07-01"))


def test_scopes_1_and_2_go_to_the_category_and_scope_3_stays(activity: MakeActivity) -> None:
    half = Period("2025-01-01", "2025-07-01")
    rows = [activity(str(scope.value), scope=scope, period=half) for scope in Scope]
    found = assign_leases(rows, [OFFICE], FINANCIAL)
    assert [(each.scope, each.category) for each in found] == [
        (Scope.THREE, Category.UPSTREAM_LEASED_ASSETS),
        (Scope.THREE, Category.UPSTREAM_LEASED_ASSETS),
        (Scope.THREE, None),
    ]
    assert assign_leases(rows, [OFFICE], OPERATIONAL) == tuple(rows)


def test_what_is_leased_out_goes_downstream(activity: MakeActivity) -> None:
    let = Lease("7", LeaseKind.FINANCE, LeaseParty.LESSOR, Period.year(2025))
    assert assign_leases([activity()], [let], EQUITY)[0].category is Category.DOWNSTREAM_LEASED_ASSETS


def test_other_facilities_and_other_times_are_left_alone(activity: MakeActivity) -> None:
    later = activity("1", period=Period("2025-07-01", "2026-01-01"))
    elsewhere = activity("2", facility="8")
    renewed = Lease("7", LeaseKind.OPERATING, LeaseParty.LESSEE, Period("2026-01-01", None))
    assert assign_leases([later, elsewhere], [OFFICE, renewed], EQUITY) == (later, elsewhere)


def test_a_lease_that_ends_within_a_period_is_reported_with_its_row(activity: MakeActivity) -> None:
    overlapping = Lease("7", LeaseKind.FINANCE, LeaseParty.LESSEE, Period("2025-06-30", None))
    with pytest.raises(BatchError) as caught:
        assign_leases([activity(row=2)], [OFFICE, overlapping], EQUITY)
    assert [str(problem) for problem in caught.value.problems] == [
        "lease: must not overlap [2025-01-01, 2025-07-01), was [2025-06-30, …) of 7",
        (
            "bills.csv, row 2, period: must have one treatment under the leases of 7, "
            "was [2025-01-01, 2026-01-01); split it at 2025-06-30"
        ),
    ]


@pytest.mark.parametrize(
    ("party", "expected"),
    [(LeaseParty.LESSEE, LeaseTreatment.UPSTREAM), (LeaseParty.LESSOR, LeaseTreatment.OWN)],
)
def test_a_justified_departure_turns_operational_control_round(
    party: LeaseParty, expected: LeaseTreatment
) -> None:
    lease = Lease("7", LeaseKind.OPERATING, party, Period.year(2025), departure="the landlord runs the plant")
    assert lease.treatment(OPERATIONAL) is expected
    assert lease.treatment(EQUITY) is Lease("7", LeaseKind.OPERATING, party, Period.year(2025)).treatment(
        EQUITY
    )
    assert "departed from: the landlord runs the plant" in lease.explain(OPERATIONAL).how
    assert "departed" not in lease.explain(EQUITY).how


def test_a_finance_lease_has_no_departure() -> None:
    with pytest.raises(InvalidValueError, match="stand with an operating lease"):
        Lease("7", LeaseKind.FINANCE, LeaseParty.LESSEE, Period.year(2025), departure="because")


def test_a_renewal_does_not_split_what_it_treats_alike(activity: MakeActivity) -> None:
    renewed = Lease("7", LeaseKind.OPERATING, LeaseParty.LESSEE, Period("2025-07-01", None))
    for leases in ([OFFICE, renewed], [renewed, OFFICE]):
        assert assign_leases([activity()], leases, EQUITY)[0].category is Category.UPSTREAM_LEASED_ASSETS
    # the kind may change as long as the treatment does not
    bought_out = Lease("7", LeaseKind.FINANCE, LeaseParty.LESSEE, Period("2025-07-01", None))
    assert assign_leases([activity()], [OFFICE, bought_out], OPERATIONAL) == (activity(),)
    with pytest.raises(BatchError, match="split it at 2025-07-01"):
        assign_leases([activity()], [OFFICE, bought_out], EQUITY)


def test_a_gap_between_leases_is_split_at_both_ends(activity: MakeActivity) -> None:
    renewed = Lease("7", LeaseKind.OPERATING, LeaseParty.LESSEE, Period("2025-08-01", None))
    with pytest.raises(BatchError, match="split it at 2025-07-01, 2025-08-01"):
        assign_leases([activity()], [OFFICE, renewed], EQUITY)


def test_a_split_is_asked_for_only_where_the_treatment_changes(activity: MakeActivity) -> None:
    second = Lease("7", LeaseKind.OPERATING, LeaseParty.LESSEE, Period("2025-07-01", "2025-10-01"))
    let_on = Lease("7", LeaseKind.OPERATING, LeaseParty.LESSOR, Period("2025-10-01", None))
    with pytest.raises(BatchError) as caught:
        assign_leases([activity()], [OFFICE, second, let_on], EQUITY)
    assert str(caught.value.problems[0]).endswith("; split it at 2025-10-01")


def test_what_is_leased_in_and_let_on_at_once_is_refused_with_a_hint(activity: MakeActivity) -> None:
    sublet = Lease("7", LeaseKind.OPERATING, LeaseParty.LESSOR, Period("2025-03-01", "2025-05-01"))
    with pytest.raises(BatchError) as caught:
        assign_leases([activity(period=OFFICE.period)], [OFFICE, sublet], EQUITY)
    assert str(caught.value.problems[0]) == (
        "lease: must not overlap [2025-01-01, 2025-07-01), was [2025-03-01, 2025-05-01) of 7; leased in "
        "and let on at once can not be told; name what is let on as a facility of its own, with the one "
        "lease that decides where it counts"
    )


def test_only_activities_leases_and_approaches_are_taken(activity: MakeActivity) -> None:
    with pytest.raises(InvalidValueError, match="approach: "):
        assign_leases([activity()], [], "equity share")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="leases: "):
        assign_leases([activity()], ["7"], EQUITY)  # type: ignore[list-item]
    with pytest.raises(InvalidValueError, match="activities: "):
        assign_leases(["7"], [OFFICE], EQUITY)  # type: ignore[list-item]

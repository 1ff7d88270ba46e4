"""Holds and their ends as values: what may be asked for at all."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from carbonkit.errors import InexactNumberError, InvalidValueError
from carbonkit.ledger import (
    HELD,
    AccountId,
    AssetId,
    Bucket,
    CommandId,
    ExpireHold,
    Hold,
    Leg,
    PostHold,
    VoidHold,
)
from carbonkit.values import as_instant

AT = as_instant("2021-07-16T01:30:00Z")
TICK = datetime.timedelta(microseconds=1)
ID, OTHER = CommandId("x"), CommandId("y")
LEG = Leg(AssetId("CNY"), 5, AccountId("ANN"), AccountId("BOB"))


def test_quantities_wait_in_a_bucket_of_holds() -> None:
    assert {Bucket.RESERVED, Bucket.PENDING_SURRENDER} == HELD
    for bucket in HELD:
        assert Hold(ID, [LEG], "order", AT, bucket, None).bucket is bucket
    for wrong in ({*Bucket} - HELD) | {"reserved", None, 5}:
        with pytest.raises(
            InvalidValueError, match=r"bucket: must be Bucket\.PENDING_SURRENDER or Bucket\.RESERVED"
        ):
            Hold(ID, [LEG], "order", AT, wrong, None)  # type: ignore[arg-type]


def test_a_hold_ends_after_it_takes_effect_or_never() -> None:
    assert Hold(ID, [LEG], "order", AT, Bucket.RESERVED, None).expires_at is None
    assert Hold(ID, [LEG], "order", AT, Bucket.RESERVED, AT + TICK).expires_at == AT + TICK
    there = Hold(ID, [LEG], "order", AT, Bucket.RESERVED, "2021-07-17T09:30:00+08:00")
    assert there.expires_at == AT + datetime.timedelta(days=1)
    assert there.expires_at.utcoffset() == datetime.timedelta(0)
    for early in (AT, AT - TICK):
        with pytest.raises(InvalidValueError, match="expires_at: must be later than effective_at"):
            Hold(ID, [LEG], "order", AT, Bucket.RESERVED, early)
    for wrong in ("2021-07-17", AT.replace(tzinfo=None), 5):
        with pytest.raises(InvalidValueError, match="expires_at"):
            Hold(ID, [LEG], "order", AT, Bucket.RESERVED, wrong)  # type: ignore[arg-type]


def test_a_hold_has_legs_and_a_reason() -> None:
    with pytest.raises(InvalidValueError, match="1 to 1000 legs"):
        Hold(ID, [], "order", AT, Bucket.RESERVED, None)
    with pytest.raises(InvalidValueError, match="reason or kind"):
        Hold(ID, [LEG], "An order", AT, Bucket.RESERVED, None)
    with pytest.raises(InvalidValueError, match="reason or kind"):
        VoidHold(ID, OTHER, "Cancelled", AT)


def test_a_part_is_whole_numbers_that_are_not_all_zero() -> None:
    assert PostHold(ID, OTHER, AT).quantities is None
    assert PostHold(ID, OTHER, AT, [3, 0]).quantities == (3, 0)
    assert PostHold(ID, OTHER, AT, iter([Decimal("3.0"), "4"])).quantities == (3, 4)  # type: ignore[arg-type]
    for wrong in ([], [0], [0, 0], [-1], [3, -1], ["1.5"], [Decimal("1.5")]):
        with pytest.raises(InvalidValueError, match="quantities"):
            PostHold(ID, OTHER, AT, wrong)  # type: ignore[arg-type]
    for inexact in ([True], [1.0], [None]):
        with pytest.raises(InexactNumberError):
            PostHold(ID, OTHER, AT, inexact)  # type: ignore[arg-type]


def test_ends_name_their_hold_by_its_id() -> None:
    makes = (
        lambda id_, hold: PostHold(id_, hold, AT),
        lambda id_, hold: VoidHold(id_, hold, "cancelled", AT),
        lambda id_, hold: ExpireHold(id_, hold, AT),
        lambda id_, _: Hold(id_, [LEG], "order", AT, Bucket.RESERVED, None),
    )
    for make in makes:
        assert make(ID, OTHER).id == ID
        with pytest.raises(TypeError):
            make("x", OTHER)
    for end in makes[:3]:
        with pytest.raises(TypeError):
            end(ID, AccountId("y"))
        with pytest.raises(TypeError):
            end(ID, None)


@pytest.mark.parametrize("moment", ["2021-07-16", AT.replace(tzinfo=None), None, 5])
def test_every_moment_has_its_offset(moment: object) -> None:
    for make in (
        lambda: PostHold(ID, OTHER, moment),  # type: ignore[arg-type]
        lambda: VoidHold(ID, OTHER, "cancelled", moment),  # type: ignore[arg-type]
        lambda: ExpireHold(ID, OTHER, moment),  # type: ignore[arg-type]
        lambda: Hold(ID, [LEG], "order", moment, Bucket.RESERVED, None),  # type: ignore[arg-type]
    ):
        with pytest.raises(InvalidValueError, match="effective_at"):
            make()

"""Releases: what is let off is no longer called; nothing goes below zero or above the commitment."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund.partner.call import call_capital
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.partner.release import Release, ReleaseKind, release_commitments
from carbonkit.fund.partner.unfunded import UnfundedStep, unfunded
from carbonkit.values import AccountId, Money

A, B = AccountId("A"), AccountId("B")


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


PARTNERS = Commitments([Commitment(A, cny("100.00")), Commitment(B, cny("50.00"))])
CALL = call_capital(
    PARTNERS, (), total=cny("30.00"), issued_on="2021-07-02", due_on="2021-07-15", purpose="allowances"
)


def release(amounts: dict[AccountId, Money], **more: Any) -> Release:  # noqa: ANN401  any argument
    terms = {"released_on": "2026-07-15", "kind": ReleaseKind.RELEASED, "reason": "resolution 7", **more}
    return release_commitments(PARTNERS, [CALL], amounts=amounts, **terms)


def test_what_is_released_is_no_longer_unfunded() -> None:
    made = release({A: cny("20.00")})
    assert made.after == ((A, cny("60.00")), (B, cny("40.00")))
    assert made.steps == ((UnfundedStep.RELEASED, ((A, cny("-20.00")), (B, cny("0.00")))),)
    assert (made.name, made.entries, made.opening) == ("release 1", (), PARTNERS)
    with pytest.raises(FundError, match=r"total: must be at most the 100\.00 CNY that are unfunded"):
        call_capital(
            PARTNERS,
            [CALL, made],
            total=cny("100.01"),
            issued_on="2026-07-15",
            due_on="2026-07-15",
            purpose="x",
        )


def test_all_that_is_left_expires() -> None:
    made = release(dict(unfunded(PARTNERS, [CALL])), kind=ReleaseKind.EXPIRED)
    assert made.after == ((A, cny("0.00")), (B, cny("0.00")))


def test_a_release_may_be_the_first_thing_that_happens() -> None:
    made = release_commitments(
        PARTNERS,
        (),
        released_on="2021-07-01",
        kind=ReleaseKind.RELEASED,
        reason="side letter",
        amounts={B: cny("50.00")},
    )
    assert made.after == ((A, cny("100.00")), (B, cny("0.00")))


def test_another_change_may_add_up_to_the_commitment() -> None:
    assert release({A: cny("-20.00")}, kind=ReleaseKind.OTHER).after[0] == (A, cny("100.00"))
    with pytest.raises(InvalidValueError, match=r"change of A: must leave from zero to 100\.00 CNY"):
        release({A: cny("-20.01")}, kind=ReleaseKind.OTHER)


@pytest.mark.parametrize(
    ("amounts", "more", "error", "message"),
    [
        ({A: cny("80.01")}, {}, InvalidValueError, "change of A: must leave from zero to"),
        (
            {A: cny("-1.00")},
            {},
            InvalidValueError,
            r"change of A: must be zero or less, was 1\.00 CNY; only a",
        ),
        (
            {AccountId("C"): cny("1.00")},
            {},
            InvalidValueError,
            "amounts, partner: must be a partner of the fund",
        ),
        ({"A": cny("1.00")}, {}, InvalidValueError, "amounts, partner: must be of type AccountId"),
        ({A: "1.00"}, {}, InvalidValueError, "amount of A: must be of type Money"),
        ({A: Money("1.00", "EUR")}, {}, CurrencyMismatchError, "amount of A: must be CNY, was EUR"),
        ({}, {"reason": ""}, InvalidValueError, "reason: must say why"),
        ({}, {"kind": "released"}, InvalidValueError, "kind: must be of type ReleaseKind"),
        (
            {},
            {"released_on": "2021-07-01"},
            FundError,
            "released_on: must be on or after 2021-07-02, the day of call 1",
        ),
    ],
)
def test_a_release_that_makes_no_sense_is_refused(
    amounts: dict[AccountId, Money], more: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        release(amounts, **more)


def test_a_release_that_was_tampered_with_is_refused() -> None:
    good = release({A: cny("20.00")})
    with pytest.raises(InvalidValueError, match="changes: must name each partner, in order, was B"):
        attrs.evolve(good, changes=good.changes[1:])
    with pytest.raises(InvalidValueError, match="number: must be above zero"):
        attrs.evolve(good, number=0)

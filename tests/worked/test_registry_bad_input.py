"""Every kind of bad input to a registry: a typed error with the check's stable code, and nothing changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from carbonkit.errors import BatchError, CarbonkitError
from carbonkit.ledger import SerialRange
from carbonkit.registry import (
    AccountNumber,
    AccountStatus,
    Approval,
    Emissions,
    Proposal,
    Registry,
    Request,
    StatusChange,
    Transaction,
    Undoing,
)
from carbonkit.schemes import uk, uk_calendar
from carbonkit.values import AccountId, CommandId, as_instant
from tests.registry.conftest import AT, empty, moved, registry

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["empty", "registry"]  # fixtures of the registry's own tests

ONE = AccountId("UK-1")


def to_status(status: AccountStatus) -> StatusChange:
    return StatusChange(CommandId(f"to/{status.value}"), ONE, status, AT)


def transfer(name: str = "x", quantity: Any = 1, **more: Any) -> Transaction:  # noqa: ANN401  wrong on purpose
    return moved(name, "transfer", quantity, "UK-1 > UK-3", **more)


LONG_AGO = moved("s/1", "surrender", 5, "UK-1 > UK-SURRENDER", "2021-01-04T12:00:00Z")
HELD = Proposal(transfer("held", 250, approved_by=""))
CASES: dict[str, tuple[list[Request], Request, str]] = {
    "a route that is not allowed": ([], moved("x", "allocate", 1, "UK-1 > UK-2"), "route_not_allowed"),
    "a restricted account": (
        [to_status(AccountStatus.FULLY_RESTRICTED)],
        transfer(),
        "sender_fully_restricted",
    ),
    "a partly restricted account": (
        [to_status(AccountStatus.PARTLY_RESTRICTED)],
        transfer(),
        "sender_partly_restricted",
    ),
    "a suspended account": ([to_status(AccountStatus.SUSPENDED)], transfer(), "sender_suspended"),
    "an account in transfer": (
        [to_status(AccountStatus.TRANSFER_PENDING)],
        transfer(),
        "sender_transfer_pending",
    ),
    "an account about to close": ([to_status(AccountStatus.CLOSURE_PENDING)], transfer(), "sender_closed"),
    "a receiver about to close": (
        [to_status(AccountStatus.CLOSURE_PENDING)],
        moved("x", "transfer", 1, "UK-3 > UK-1"),
        "receiver_closed",
    ),
    "more than is tradable": ([], transfer(quantity=301), "overdraft"),
    "units that are held for another transaction": ([HELD], transfer(quantity=51), "overdraft"),
    "numbers that are held for another transaction": (
        [HELD],
        transfer(quantity=2, serials=(SerialRange(1, 2),)),
        "serial_range",
    ),
    "numbers of somebody else": (
        [],
        transfer(quantity=2, serials=(SerialRange(300, 301),)),
        "serial_range",
    ),
    "numbers that overlap": (
        [],
        transfer(quantity=4, serials=(SerialRange(1, 2), SerialRange(2, 3))),
        "serial_range",
    ),
    "numbers that count another quantity": (
        [],
        transfer(quantity=3, serials=(SerialRange(1, 2),)),
        "serial_range",
    ),
    "numbers issued before": (
        [],
        moved("x", "issue", 2, "UK-ISSUANCE > UK-TOTAL", serials=(SerialRange(1_000, 1_001),)),
        "serial_range",
    ),
    "a reversal after its window": (
        [LONG_AGO],
        Undoing(CommandId("x"), CommandId("s/1"), "2021-01-18T12:00:01Z"),
        "reversal_window_over",
    ),
    "a second reversal": (
        [LONG_AGO, Undoing(CommandId("u"), CommandId("s/1"), AT)],
        Undoing(CommandId("x"), CommandId("s/1"), AT),
        "already_reversed",
    ),
    "an approval by the proposer": (
        [HELD],
        Approval(CommandId("x"), CommandId("held"), "ann", AT),
        "approved_by_proposer",
    ),
    "a transaction that is approved by its proposer": (
        [],
        transfer(approved_by="ann"),
        "approved_by_proposer",
    ),
    "a transaction that nobody approved": ([], transfer(approved_by=""), "approval_required"),
    "a day before the rules": ([], transfer(at="2020-12-31T23:59:59Z"), "no_rule_on_date"),
    "emissions of a year that has not begun": (
        [],
        Emissions(CommandId("x"), ONE, 2022, 5, AT),
        "year_outside_operation",
    ),
    "another transaction under a known id": (
        [],
        moved("issue/1", "issue", 7, "UK-ISSUANCE > UK-TOTAL"),
        "identifier_reused",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_and_changes_nothing(registry: Registry, case: str) -> None:
    before, asked, code = CASES[case]
    if before:
        registry.submit(before)
    head, balances = registry.ledger.store.head(), list(registry.ledger.balances())
    blocks = list(registry.ledger.store.blocks())
    with pytest.raises(BatchError) as caught:
        registry.submit([asked])
    (problem,) = caught.value.problems
    assert problem.code == code, str(problem)
    assert problem.must
    assert problem.field
    assert registry.ledger.store.head() == head
    assert list(registry.ledger.balances()) == balances
    assert list(registry.ledger.store.blocks()) == blocks
    assert registry.verify().ok


MAKERS: dict[str, tuple[Callable[[], object], str]] = {
    "a reversed range": (lambda: SerialRange(5, 4), "serial_range"),
    "wrong check digits": (lambda: AccountNumber.parse("GB-100-1001-1-88"), "check_digits"),
    "another shape of account number": (lambda: AccountNumber.parse("GB-100-1001-1"), "account_number"),
    "a quantity of 0": (lambda: transfer(quantity=0), "invalid_value"),
    "a quantity that is a float": (lambda: transfer(quantity=1.5), "inexact_number"),
    "a quantity that is a bool": (lambda: transfer(quantity=True), "inexact_number"),
    "a time without an offset": (lambda: transfer(at="2021-01-04T12:00:00"), "invalid_value"),
    "a day outside every calendar": (
        lambda: uk_calendar.delay_clock().due(as_instant("2031-01-06T12:00:00Z", field="at")),
        "not_found",
    ),
    "a deadline of a year outside the scheme": (lambda: uk.surrender_deadline(2020), "invalid_value"),
}


@pytest.mark.parametrize("case", MAKERS)
def test_bad_values_are_refused_as_they_are_made(case: str) -> None:
    make, code = MAKERS[case]
    with pytest.raises(CarbonkitError) as caught:
        make()
    assert caught.value.code == code

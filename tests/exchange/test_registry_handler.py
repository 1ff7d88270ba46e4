"""The registry over the exchange: two persons, one set of units, and nothing told to others."""

from __future__ import annotations

import contextlib
import datetime
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.errors import NotFoundError, StorageError
from carbonkit.exchange.handler import ForbiddenError
from carbonkit.ledger import Bucket
from carbonkit.market import Side
from carbonkit.registry import Appointment, Right, TransactionType
from carbonkit.values import AccountId, CommandId
from carbonkit.wire import (
    APPROVE_TRANSACTION,
    CANCEL_TRANSACTION,
    COMPLETE_TRANSACTION,
    PLACE_ORDER,
    PROPOSE_SURRENDER,
    PROPOSE_TRANSACTION,
    REJECT_TRANSACTION,
    TRANSACTION,
    TRANSACTIONS,
    AccountQuery,
    OrderRequest,
    SurrenderRequest,
    TransactionStage,
)
from tests.exchange.registries import (
    ALLOCATED,
    ANN,
    BOB,
    CAT,
    DAN,
    DAY,
    SAM,
    TOM,
    House,
    caller,
    market,
    movement,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.exchange.caller import Caller
    from carbonkit.registry import RegistryRules
    from carbonkit.wire import Operation

SURRENDER = SurrenderRequest(account="KEE-001", unit="CEA", vintage="2025", quantity=1_200, year=2025)


@pytest.fixture(scope="module")
def ready() -> Iterator[House]:
    made = House().open()
    yield made
    made.close()


@pytest.fixture
def house(ready: House) -> Iterator[House]:
    made = ready.copy()
    yield made
    made.check()
    made.close()


def test_a_surrender_leaves_the_venue_when_it_is_proposed_and_the_account_when_it_is_approved(
    house: House,
) -> None:
    proposed = house.ask(ANN, PROPOSE_SURRENDER, SURRENDER)
    assert (proposed.stage, proposed.proposed_by, proposed.approved_by) == (
        TransactionStage.PROPOSED,
        "ann",
        None,
    )
    assert (proposed.type, proposed.year, proposed.target.text) == (
        TransactionType.SURRENDER,
        2025,
        "SURRENDER",
    )
    assert (house.sellable("KEE-001"), house.units("KEE-001")) == (3_800, 3_800)
    assert house.units("KEE-001", Bucket.PENDING_SURRENDER) == 1_200
    house.check()
    done = house.ask(BOB, APPROVE_TRANSACTION, transaction=proposed.transaction)
    assert done == attrs.evolve(proposed, stage=TransactionStage.COMPLETED, approved_by="bob")
    assert (house.sellable("KEE-001"), house.units("SURRENDER")) == (3_800, 1_200)
    assert house.look(BOB, TRANSACTION, transaction=proposed.transaction) == done


@pytest.mark.parametrize(
    ("by", "operation", "stage"),
    [
        (BOB, REJECT_TRANSACTION, TransactionStage.REJECTED),
        (ANN, CANCEL_TRANSACTION, TransactionStage.CANCELLED),
        (BOB, CANCEL_TRANSACTION, TransactionStage.CANCELLED),
    ],
)
def test_what_is_not_carried_out_is_free_again(
    house: House, by: Caller, operation: Operation[Any], stage: TransactionStage
) -> None:
    name = house.ask(ANN, PROPOSE_SURRENDER, SURRENDER).transaction
    ended = house.ask(by, operation, transaction=name)
    assert (ended.stage, ended.approved_by) == (stage, None)
    assert (house.sellable("KEE-001"), house.units("KEE-001")) == (ALLOCATED, ALLOCATED)
    assert house.refused(BOB, APPROVE_TRANSACTION, transaction=name) == (422, "not_pending")


def test_units_that_are_offered_cannot_be_surrendered(house: House) -> None:
    instrument = market().listed(DAY)[-1].instrument
    house.ask(
        ANN,
        PLACE_ORDER,
        OrderRequest(
            account="KEE-001",
            client_order_id="S-1",
            instrument=instrument.id,
            side=Side.SELL,
            quantity=4_000,
            price=instrument.quote("74.00"),
        ),
    )
    assert house.refused(ANN, PROPOSE_SURRENDER, SURRENDER) == (422, "insufficient_allowances")
    house.ask(ANN, PROPOSE_SURRENDER, attrs.evolve(SURRENDER, quantity=1_000))
    assert house.sellable("KEE-001") == 0


def test_units_that_were_bought_today_cannot_be_surrendered(house: House) -> None:
    house.trade(500)
    body = attrs.evolve(SURRENDER, account="KEE-002", quantity=ALLOCATED + 1)
    assert house.refused(CAT, PROPOSE_SURRENDER, body) == (422, "insufficient_allowances")


def test_registered_units_are_off_the_venue_until_they_are_made_tradable(house: House) -> None:
    name = house.propose(ANN, TransactionType.REGISTER, 400, "KEE-001", "KEE-001")
    assert house.sellable("KEE-001") == 4_600
    house.ask(BOB, APPROVE_TRANSACTION, transaction=name)
    assert (house.sellable("KEE-001"), house.units("KEE-001", Bucket.REGISTERED)) == (4_600, 400)
    name = house.propose(ANN, TransactionType.MAKE_TRADABLE, 150, "KEE-001", "KEE-001")
    assert house.sellable("KEE-001") == 4_600
    house.ask(BOB, APPROVE_TRANSACTION, transaction=name)
    assert (house.sellable("KEE-001"), house.units("KEE-001", Bucket.REGISTERED)) == (4_750, 250)


def test_what_is_not_at_the_venue_need_not_be_free_there(house: House) -> None:
    name = house.propose(ANN, TransactionType.REGISTER, ALLOCATED, "KEE-001", "KEE-001")
    house.ask(BOB, APPROVE_TRANSACTION, transaction=name)
    name = house.propose(ANN, TransactionType.MAKE_TRADABLE, 150, "KEE-001", "KEE-001")
    house.ask(BOB, APPROVE_TRANSACTION, transaction=name)
    assert house.sellable("KEE-001") == 150


def test_a_pledge_stays_in_the_account_and_is_off_the_venue(house: House) -> None:
    name = house.propose(ANN, TransactionType.PLEDGE, 1_000, "KEE-001", "KEE-001")
    house.ask(BOB, APPROVE_TRANSACTION, transaction=name)
    assert (house.sellable("KEE-001"), house.units("KEE-001", Bucket.PLEDGED)) == (4_000, 1_000)


def test_units_given_back_reach_an_account_that_does_not_trade(house: House) -> None:
    name = house.propose(ANN, TransactionType.RETURN, 5_000, "KEE-001", "AUTHORITY")
    house.ask(BOB, APPROVE_TRANSACTION, transaction=name)
    assert (house.sellable("KEE-001"), house.units("AUTHORITY")) == (0, 15_000)


def test_nobody_approves_or_rejects_what_they_proposed(house: House) -> None:
    name = house.ask(ANN, PROPOSE_SURRENDER, SURRENDER).transaction
    assert house.refused(ANN, APPROVE_TRANSACTION, transaction=name) == (422, "approved_by_proposer")
    assert house.refused(ANN, REJECT_TRANSACTION, transaction=name) == (422, "approved_by_proposer")


def test_whoever_has_not_the_right_is_refused_by_the_registry(house: House) -> None:
    assert house.refused(BOB, PROPOSE_SURRENDER, SURRENDER) == (422, "not_entitled")
    eve = caller("eve", "KEE-001")
    assert house.refused(eve, PROPOSE_SURRENDER, SURRENDER) == (422, "not_entitled")
    assert house.refused(TOM, PROPOSE_SURRENDER, SURRENDER) == (422, "not_entitled")
    allocation = movement(TransactionType.ALLOCATE, 1, "AUTHORITY", "KEE-001")
    assert house.refused(TOM, PROPOSE_TRANSACTION, allocation) == (422, "not_entitled")
    name = house.ask(ANN, PROPOSE_SURRENDER, SURRENDER).transaction
    assert house.refused(TOM, APPROVE_TRANSACTION, transaction=name) == (422, "not_entitled")
    assert house.refused(eve, CANCEL_TRANSACTION, transaction=name) == (422, "not_entitled")


def test_others_may_do_nothing_and_learn_nothing(house: House) -> None:
    assert house.refused(CAT, PROPOSE_SURRENDER, SURRENDER) == (403, "forbidden")
    allocation = movement(TransactionType.ALLOCATE, 1, "AUTHORITY", "KEE-002")
    assert house.refused(CAT, PROPOSE_TRANSACTION, allocation) == (403, "forbidden")
    name = house.ask(ANN, PROPOSE_SURRENDER, SURRENDER).transaction
    for operation in (APPROVE_TRANSACTION, REJECT_TRANSACTION, CANCEL_TRANSACTION, COMPLETE_TRANSACTION):
        assert house.refused(DAN, operation, transaction=name) == (404, "not_found")
        assert house.refused(DAN, operation, transaction="TX-none") == (404, "not_found")
    with pytest.raises(NotFoundError):
        house.look(CAT, TRANSACTION, transaction=name)
    assert name not in {each.transaction for each in house.look(CAT, TRANSACTIONS).data}
    with pytest.raises(ForbiddenError):
        house.look(CAT, TRANSACTIONS, AccountQuery(account="KEE-001"))


def test_who_receives_sees_it_and_does_not_decide(house: House) -> None:
    name = house.propose(SAM, TransactionType.ALLOCATE, 700, "AUTHORITY", "KEE-002")
    assert house.look(CAT, TRANSACTION, transaction=name).stage is TransactionStage.PROPOSED
    assert house.refused(DAN, APPROVE_TRANSACTION, transaction=name) == (403, "forbidden")
    house.ask(TOM, APPROVE_TRANSACTION, transaction=name)
    assert house.sellable("KEE-002") == ALLOCATED + 700


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"type": TransactionType.TRANSFER, "target": "KEE-002"}, (422, "route_not_allowed")),
        ({"quantity": "0"}, (422, "invalid_value")),
        ({"quantity": "1.5"}, (422, "invalid_value")),
        ({"unit": "cea"}, (422, "invalid_value")),
        ({"target": "KEE-009"}, (404, "unknown_account")),
        ({"vintage": "2019"}, (422, "insufficient_allowances")),
        ({"beneficiary": " spaces "}, (422, "invalid_value")),
        ({"type": TransactionType.SURRENDER, "target": "SURRENDER"}, (422, "year_required")),
        ({"type": TransactionType.SURRENDER, "target": "SURRENDER", "year": 2024, "vintage": "2025"}, None),
    ],
)
def test_what_the_rules_refuse_changes_nothing(
    house: House, change: dict[str, Any], refusal: tuple[int, str] | None
) -> None:
    body = attrs.evolve(movement(TransactionType.CANCEL, 10, "KEE-001", "CANCELLATION"), **change)
    if refusal is None:
        house.ask(ANN, PROPOSE_TRANSACTION, body)
    else:
        assert house.refused(ANN, PROPOSE_TRANSACTION, body) == refusal


def test_the_same_key_is_one_transaction(house: House) -> None:
    first, again = (house.said(ANN, PROPOSE_SURRENDER, SURRENDER, "k") for _ in range(2))
    assert (first[0], first[1], again) == (again[0], False, (first[0], True))
    assert house.units("KEE-001") == 3_800
    other = attrs.evolve(SURRENDER, quantity=1)
    assert house.refused(ANN, PROPOSE_SURRENDER, other, "k") == (422, "idempotency_key_reused")


def test_lists_are_newest_first_and_go_on(house: House) -> None:
    made = [house.propose(ANN, TransactionType.CANCEL, n, "KEE-001", "CANCELLATION") for n in (1, 2, 3)]
    mine = house.look(ANN, TRANSACTIONS).data
    assert [each.transaction for each in mine[:3]] == made[::-1]
    assert {each.source.text for each in mine} | {each.target.text for each in mine} >= {"KEE-001"}
    assert not any("KEE-002" in {each.source.text, each.target.text} for each in mine)
    first = house.look(ANN, TRANSACTIONS, AccountQuery(account="KEE-001", limit=2))
    rest = house.look(ANN, TRANSACTIONS, AccountQuery(limit=9, cursor=first.next_cursor))
    assert (first.data + rest.data, rest.next_cursor) == (mine, None)
    everybody = house.look(SAM, TRANSACTIONS).data
    assert len(everybody) == len(mine) + 2  # the issue, and what KEE-002 was given
    assert len(house.look(SAM, TRANSACTIONS, AccountQuery(account="KEE-002")).data) == 1


@attrs.frozen
class OneDayLater:
    """Carries out a day after the approval."""

    def due(self, approved_at: datetime.datetime) -> datetime.datetime:
        return approved_at + datetime.timedelta(days=1)


def test_what_waits_is_carried_out_when_its_delay_is_over() -> None:
    def rules() -> RegistryRules:
        own = market().registry_rules()
        routes = tuple(
            attrs.evolve(each, delay=each.transaction is TransactionType.CANCEL) for each in own.routes
        )
        return attrs.evolve(own, routes=routes, clock=OneDayLater())

    house = House(attrs.evolve(market(), registry_rules=rules)).open()
    name = house.propose(ANN, TransactionType.CANCEL, 300, "KEE-001", "CANCELLATION")
    assert house.refused(BOB, COMPLETE_TRANSACTION, transaction=name) == (422, "not_pending")
    waits = house.ask(BOB, APPROVE_TRANSACTION, transaction=name)
    assert (waits.stage, waits.approved_by) == (TransactionStage.DELAYED, "bob")
    assert house.refused(ANN, COMPLETE_TRANSACTION, transaction=name) == (422, "still_delayed")
    assert house.refused(BOB, REJECT_TRANSACTION, transaction=name) == (422, "not_pending")
    house.at("2026-01-07T09:30:00+08:00")
    done = house.ask(ANN, COMPLETE_TRANSACTION, transaction=name)
    assert (done.stage, done.approved_by) == (TransactionStage.COMPLETED, "bob")
    assert house.units("CANCELLATION") == 300
    house.check()
    house.close()


# --------------------------------------------------------------- what is done to a holder

_FROZEN = movement(TransactionType.FREEZE, 1_000, "KEE-001", "KEE-001")


def _rights(house: House, account: str) -> dict[str, Right]:
    return dict(house.desk.registry.account(AccountId(account)).people)


def test_the_staff_freezes_and_deducts_and_keeps_no_right_over_the_holder(house: House) -> None:
    before = _rights(house, "KEE-001")
    name = house.ask(SAM, PROPOSE_TRANSACTION, _FROZEN).transaction
    assert (house.sellable("KEE-001"), house.units("KEE-001")) == (4_000, 4_000)
    done = house.ask(TOM, APPROVE_TRANSACTION, transaction=name)
    assert (done.stage, done.approved_by) == (TransactionStage.COMPLETED, "tom")
    assert house.units("KEE-001", Bucket.FROZEN) == 1_000
    name = house.propose(SAM, TransactionType.UNFREEZE, 300, "KEE-001", "KEE-001")
    house.ask(TOM, APPROVE_TRANSACTION, transaction=name)
    assert (house.sellable("KEE-001"), house.units("KEE-001", Bucket.FROZEN)) == (4_300, 700)
    name = house.propose(SAM, TransactionType.DEDUCT, 700, "KEE-001", "AUTHORITY")
    house.ask(TOM, APPROVE_TRANSACTION, transaction=name)
    assert (house.units("KEE-001", Bucket.FROZEN), house.units("AUTHORITY")) == (0, 10_700)
    held = {person: right for person, right in _rights(house, "KEE-001").items() if right is not Right.NONE}
    assert held == before
    for staff in (SAM, TOM):
        assert house.refused(staff, PROPOSE_SURRENDER, SURRENDER) == (422, "not_entitled")
    house.check()


@pytest.mark.parametrize("kind", [TransactionType.FREEZE, TransactionType.UNFREEZE, TransactionType.DEDUCT])
def test_a_holder_does_not_propose_what_is_the_staffs(house: House, kind: TransactionType) -> None:
    body = attrs.evolve(_FROZEN, type=kind)
    for each in (ANN, BOB, attrs.evolve(ANN, person="sam")):
        assert house.refused(each, PROPOSE_TRANSACTION, body) == (403, "forbidden")


def test_a_holder_does_not_decide_what_is_the_staffs(house: House) -> None:
    name = house.ask(SAM, PROPOSE_TRANSACTION, _FROZEN).transaction
    for operation in (APPROVE_TRANSACTION, REJECT_TRANSACTION, CANCEL_TRANSACTION, COMPLETE_TRANSACTION):
        for each in (ANN, BOB, attrs.evolve(ANN, person="sam"), attrs.evolve(ANN, person="tom")):
            assert house.refused(each, operation, transaction=name) == (403, "forbidden")


def test_the_staff_decides_as_it_is_entitled(house: House) -> None:
    assert house.refused(TOM, PROPOSE_TRANSACTION, _FROZEN) == (422, "not_entitled")
    name = house.ask(SAM, PROPOSE_TRANSACTION, _FROZEN).transaction
    assert house.refused(SAM, APPROVE_TRANSACTION, transaction=name) == (422, "not_entitled")
    assert house.refused(caller("eve"), APPROVE_TRANSACTION, transaction=name) == (422, "not_entitled")
    assert house.refused(caller("eve"), CANCEL_TRANSACTION, transaction=name) == (422, "not_entitled")
    assert house.ask(SAM, CANCEL_TRANSACTION, transaction=name).stage is TransactionStage.CANCELLED
    name = house.ask(SAM, PROPOSE_TRANSACTION, _FROZEN).transaction
    assert house.ask(TOM, REJECT_TRANSACTION, transaction=name).stage is TransactionStage.REJECTED
    assert house.sellable("KEE-001") == ALLOCATED


def test_who_is_the_holders_too_keeps_that_right(house: House) -> None:
    at = house.desk.now()
    given = Appointment(CommandId("given"), AccountId("KEE-001"), "sam", Right.APPROVE, at)
    house.desk.registry.submit([given])
    house.ask(SAM, PROPOSE_TRANSACTION, _FROZEN)
    assert _rights(house, "KEE-001")["sam"] is Right.APPROVE


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_freeze_outlives_the_power(ready: House, steps: int, after: bool) -> None:  # noqa: FBT001  a parameter
    house = ready.copy()
    for by, operation, body in ((SAM, PROPOSE_TRANSACTION, _FROZEN), (TOM, APPROVE_TRANSACTION, None)):
        names = [each.transaction for each in house.look(SAM, TRANSACTIONS).data if each.type is _FROZEN.type]
        parts = {"transaction": names[0]} if body is None else {}
        house.power.fail(steps, after=after)
        with contextlib.suppress(StorageError):
            house.said(by, operation, body, "k", **parts)
        house.restart()
        house.ask(by, operation, body, "k", **parts)
    assert (house.units("KEE-001", Bucket.FROZEN), house.sellable("KEE-001")) == (1_000, 4_000)
    assert {_rights(house, "KEE-001")[each] for each in ("sam", "tom")} == {Right.NONE}
    house.check()
    house.close()

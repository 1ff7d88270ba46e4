"""Intents: whenever the power fails, what was asked happened once or not at all, and the books agree."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.errors import IntegrityError, StorageError
from carbonkit.exchange.caller import Caller
from carbonkit.exchange.engine import Stamp
from carbonkit.exchange.intent import Intent, Taken
from carbonkit.exchange.recovery import recover
from carbonkit.exchange.scheme import ExchangeScheme
from carbonkit.registry import TransactionType
from carbonkit.values import AccountId, Money, as_instant
from carbonkit.wire import (
    ADMIT,
    APPROVE_TRANSACTION,
    CANCEL_TRANSACTION,
    COMPLETE_TRANSACTION,
    OPEN_DAY,
    PAY_IN,
    PAY_OUT,
    PROPOSE_SURRENDER,
    PROPOSE_TRANSACTION,
    REJECT_TRANSACTION,
    CashRequest,
    DayRequest,
    Operation,
    SurrenderRequest,
)
from tests.exchange.registries import (
    ANN,
    BOB,
    CEA,
    SAM,
    TOM,
    House,
    StoppedError,
    admission,
    market,
    movement,
)

if TYPE_CHECKING:
    from carbonkit.registry import RegistryRules

KEY = "the-one"


@attrs.frozen
class OneDayLater:
    """Carries out a day after the approval."""

    def due(self, approved_at: datetime.datetime) -> datetime.datetime:
        return approved_at + datetime.timedelta(days=1)


def waiting_scheme() -> ExchangeScheme:
    """Make a market whose registry lets a cancellation wait for a day."""
    scheme = market()

    def rules() -> RegistryRules:
        own = scheme.registry_rules()
        routes = tuple(
            attrs.evolve(each, delay=each.transaction is TransactionType.CANCEL) for each in own.routes
        )
        return attrs.evolve(own, routes=routes, clock=OneDayLater())

    return attrs.evolve(scheme, registry_rules=rules)


@attrs.frozen
class Case:
    """One request, and what comes before it."""

    by: Caller
    operation: Operation[Any]
    body: object = None
    prepare: Callable[[House], dict[str, str]] = lambda _: {}
    status: int = 200
    steps: int = 3  # the intent, the ledger, the end
    scheme: Callable[[], ExchangeScheme] = market

    def house(self) -> tuple[House, dict[str, str]]:
        house = House(self.scheme()).open()
        return house, self.prepare(house)


def surrender(year: int | None = 2025, quantity: int = 1_200) -> SurrenderRequest:
    return SurrenderRequest(account="KEE-001", unit="CEA", vintage="2025", quantity=quantity, year=year)


def proposed_surrender(house: House) -> dict[str, str]:
    return {"transaction": house.ask(ANN, PROPOSE_SURRENDER, surrender()).transaction}


def proposed_allocation(house: House) -> dict[str, str]:
    return {"transaction": house.propose(SAM, TransactionType.ALLOCATE, 700, "AUTHORITY", "KEE-001")}


def proposed_issue(house: House) -> dict[str, str]:
    return {"transaction": house.propose(SAM, TransactionType.ISSUE, 700, "ISSUANCE", "AUTHORITY")}


def proposed_cancellation(house: House) -> dict[str, str]:
    return {"transaction": house.propose(ANN, TransactionType.CANCEL, 300, "KEE-001", "CANCELLATION")}


def approved_cancellation(house: House) -> dict[str, str]:
    parts = proposed_cancellation(house)
    assert house.ask(BOB, APPROVE_TRANSACTION, **parts).stage.value == "delayed"
    house.at("2026-01-07T09:31:00+08:00")
    return parts


def registered(house: House) -> dict[str, str]:
    name = house.propose(ANN, TransactionType.REGISTER, 400, "KEE-001", "KEE-001")
    house.ask(BOB, APPROVE_TRANSACTION, transaction=name)
    return {"transaction": house.propose(ANN, TransactionType.MAKE_TRADABLE, 150, "KEE-001", "KEE-001")}


def day_after_a_purchase(house: House) -> dict[str, str]:
    house.trade(250)
    house.close_day()
    return {}


CASES = {
    "surrender": Case(ANN, PROPOSE_SURRENDER, surrender(), status=201),
    "surrender without a year": Case(ANN, PROPOSE_SURRENDER, surrender(year=None), status=422, steps=2),
    "surrender of more than is free": Case(
        ANN, PROPOSE_SURRENDER, surrender(quantity=5_001), status=422, steps=1
    ),
    "allocation": Case(
        SAM,
        PROPOSE_TRANSACTION,
        movement(TransactionType.ALLOCATE, 700, "AUTHORITY", "KEE-001"),
        status=201,
    ),
    "approval of a surrender": Case(BOB, APPROVE_TRANSACTION, prepare=proposed_surrender),
    "approval by the proposer": Case(
        ANN, APPROVE_TRANSACTION, prepare=proposed_surrender, status=422, steps=2
    ),
    "approval of an allocation": Case(TOM, APPROVE_TRANSACTION, prepare=proposed_allocation),
    "approval of an issue": Case(TOM, APPROVE_TRANSACTION, prepare=proposed_issue),
    "approval of a return to trading": Case(BOB, APPROVE_TRANSACTION, prepare=registered),
    "approval that waits": Case(
        BOB, APPROVE_TRANSACTION, prepare=proposed_cancellation, scheme=waiting_scheme
    ),
    "completion": Case(BOB, COMPLETE_TRANSACTION, prepare=approved_cancellation, scheme=waiting_scheme),
    "rejection": Case(BOB, REJECT_TRANSACTION, prepare=proposed_surrender),
    "cancellation": Case(ANN, CANCEL_TRANSACTION, prepare=proposed_surrender),
    "cancellation of what waits": Case(
        ANN, CANCEL_TRANSACTION, prepare=approved_cancellation, scheme=waiting_scheme
    ),
    "admission": Case(SAM, ADMIT, admission("KEE-003", "eve", "fay"), status=201),
    "payment in": Case(SAM, PAY_IN, CashRequest(account="KEE-001", amount=Money("0.07", "CNY"))),
    "payment out": Case(SAM, PAY_OUT, CashRequest(account="KEE-001", amount=Money("999999.99", "CNY"))),
    "opening": Case(SAM, OPEN_DAY, DayRequest(day="2026-01-07"), prepare=day_after_a_purchase),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_whenever_the_power_fails_it_happens_once_or_not_at_all(case: Case) -> None:
    ready, parts = case.house()
    house, before = ready.copy(), ready.picture()
    first = house.power.count
    answer, again = house.said(case.by, case.operation, case.body, KEY, **parts)
    after, steps = house.picture(), house.power.count - first
    house.check()
    house.close()
    assert (answer.status, again) == (case.status, False)
    assert steps == case.steps
    for step in range(1, steps + 1):
        for written in (False, True):
            house = ready.copy()
            assert house.picture() == before
            house.power.fail(step, after=written)
            with pytest.raises(StorageError):
                house.said(case.by, case.operation, case.body, KEY, **parts)
            house.restart()
            begun = step > 1 or written
            assert house.picture() == (after if begun else before)
            house.check()
            said, known = house.said(case.by, case.operation, case.body, KEY, **parts)
            assert (known, said.status) == (begun, answer.status)
            assert without_request(said.body) == without_request(answer.body)
            assert house.picture() == after
            house.restart()
            assert house.picture() == after
            house.check()
            house.close()
    ready.close()


def without_request(body: str) -> str:
    """Leave out what names the request, which nobody heard of before the power failed."""
    kept, _, _ = body.partition('"request_id"')
    return kept


@pytest.mark.parametrize("name", ["surrender", "approval of an allocation", "admission"])
def test_a_recovery_that_is_cut_off_itself_goes_on_at_the_next_start(name: str) -> None:
    case = CASES[name]
    ready, parts = case.house()
    house = ready.copy()
    house.said(case.by, case.operation, case.body, KEY, **parts)
    after = house.picture()
    house.close()
    for step in (1, 2):
        for written in (False, True):
            house = ready.copy()
            house.power.fail(1, after=True)
            with pytest.raises(StorageError):
                house.said(case.by, case.operation, case.body, KEY, **parts)
            house.engine.stop()
            house.power.fail(step, after=written)
            with pytest.raises(StoppedError):
                house.start()
            house.restart()
            assert house.picture() == after
            house.check()
            house.close()
    ready.close()


def test_an_intent_comes_back_from_its_text() -> None:
    intent = Intent(
        operation=PROPOSE_SURRENDER.name,
        token="t1",  # noqa: S106  it is none
        by="安娜",
        at=as_instant("2026-01-06T01:30:00.000001Z"),
        request=surrender(),
        taken=Taken(AccountId("KEE-001"), CEA, 10**18),
        stamp=Stamp("k", "i", "0" * 64),
    )
    assert Intent.read(intent.text()) == intent


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"operation":"dance"}', "null"],
)
def test_a_text_that_is_no_intent_is_found_out(text: str) -> None:
    with pytest.raises(IntegrityError, match="an intent that was written down"):
        Intent.read(text)


def test_what_no_handler_began_stops_the_start() -> None:
    house = House()
    house.desk.writes.begun["x"] = (
        Intent(operation="halt", token="t", by="", at=house.clock.now())  # noqa: S106  it is none
        .text()
        .replace('"request":null', '"request":{"reason":"a"}')
    )
    house.journal.write(house.desk.writes)
    house.desk.written()
    with pytest.raises(IntegrityError, match="an operation that has intents"):
        recover(house.desk, house.clock)
    house.close()

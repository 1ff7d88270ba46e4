from __future__ import annotations

from typing import Any

import pytest

from carbonkit.errors import BatchError, InexactNumberError, InvalidValueError, MarketError, WrongTypeError
from carbonkit.market import Participant, ParticipantKind, Position, Refusal, read_participants
from carbonkit.values import AccountId, Money


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def position(allowances: int = 100, cash: str = "100.00") -> Position:
    return Participant(
        account="A", kind=ParticipantKind.KEY_EMITTER, allowances=allowances, cash=cny(cash)
    ).position()


def test_offers_come_from_what_may_be_sold() -> None:
    offered = position().offer(100)
    assert (offered.sellable, offered.offered, offered.holding) == (0, 100, 100)
    assert offered.withdraw(100) == position()
    with pytest.raises(MarketError) as error:
        position().offer(101)
    assert error.value.problem.code == Refusal.INSUFFICIENT_ALLOWANCES


def test_commitments_come_from_free_cash() -> None:
    committed = position().commit(cny("100.00"))
    assert (committed.cash, committed.committed, committed.money) == (
        cny("0.00"),
        cny("100.00"),
        cny("100.00"),
    )
    assert committed.release(cny("100.00")) == position()
    with pytest.raises(MarketError) as error:
        position().commit(cny("100.01"))
    assert error.value.problem.code == Refusal.INSUFFICIENT_CASH


def test_what_was_bought_waits_if_the_rules_say_so() -> None:
    waiting = position().commit(cny("60.00")).buy(10, cny("60.00"), sellable=False)
    assert (waiting.sellable, waiting.bought, waiting.holding, waiting.money) == (100, 10, 110, cny("40.00"))
    with pytest.raises(MarketError) as error:
        waiting.offer(101)
    assert error.value.problem.hint == "the 10 bought today may be sold on the next trading day"
    at_once = position().commit(cny("60.00")).buy(10, cny("60.00"), sellable=True)
    assert (at_once.sellable, at_once.bought) == (110, 0)


def test_what_was_earned_waits_if_the_rules_say_so() -> None:
    at_once = position().offer(10).sell(10, cny("60.00"), usable=True)
    assert (at_once.cash, at_once.proceeds, at_once.holding) == (cny("160.00"), cny("0"), 90)
    waiting = position().offer(10).sell(10, cny("60.00"), usable=False)
    assert (waiting.cash, waiting.proceeds, waiting.money) == (cny("100.00"), cny("60.00"), cny("160.00"))


def test_a_participant_brings_nothing_negative() -> None:
    with pytest.raises(InvalidValueError):
        position(allowances=-1)
    with pytest.raises(InvalidValueError):
        position(cash="-0.01")
    with pytest.raises(InexactNumberError):
        position(allowances=1.0)  # type: ignore[arg-type]


HEADER = "account,kind,allowances,cash,currency"


def test_participants_are_read() -> None:
    lines = [HEADER, "KEE-001,key-emitter,1000,0,CNY", "FUND-PEAK,institution,0,10.50,CNY"]
    assert read_participants(lines, file="p.csv") == (
        Participant(account="KEE-001", kind=ParticipantKind.KEY_EMITTER, allowances=1000, cash=cny("0")),
        Participant(
            account=AccountId("FUND-PEAK"), kind=ParticipantKind.INSTITUTION, allowances=0, cash=cny("10.50")
        ),
    )


def test_every_wrong_participant_is_reported() -> None:
    lines = [
        HEADER,
        "KEE 1,key-emitter,1,0,CNY",
        "KEE-2,bank,1,0,CNY",
        "KEE-3,key-emitter,1.5,0,CNY",
        "KEE-4,key-emitter,-1,0,CNY",
        "KEE-5,key-emitter,1,nan,CNY",
        "KEE-6,key-emitter,1,-1,CNY",
        "KEE-7,key-emitter,1,0,RMB",
        "KEE-8,key-emitter,1,0,CNY",
        "KEE-8,key-emitter,1,0,CNY",
    ]
    with pytest.raises(BatchError) as error:
        read_participants(lines, file="p.csv")
    found = [(problem.row, problem.field) for problem in error.value.problems]
    fields = ["account", "kind", "allowances", "allowances", "cash", "cash", "currency"]
    assert found == [*enumerate(fields, start=2), (10, "account")]
    assert {problem.file for problem in error.value.problems} == {"p.csv"}


@pytest.mark.parametrize(("field", "value"), [("kind", "key-emitter"), ("cash", "100")])
def test_a_participant_has_a_kind_and_money(field: str, value: str) -> None:
    facts: dict[str, Any] = {"kind": ParticipantKind.KEY_EMITTER, "cash": cny("100"), field: value}
    with pytest.raises(WrongTypeError, match=f"{field}: must be of type"):
        Participant(account="A", allowances=100, **facts)

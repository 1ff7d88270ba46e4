from __future__ import annotations

from typing import Any

import pytest

from carbonkit.errors import BatchError, InexactNumberError, InvalidValueError, WrongTypeError
from carbonkit.market import Participant, ParticipantKind, read_participants
from carbonkit.values import AccountId, Money


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def participant(allowances: int = 100, cash: str = "100.00") -> Participant:
    return Participant(account="A", kind=ParticipantKind.KEY_EMITTER, allowances=allowances, cash=cny(cash))


def test_a_participant_brings_nothing_negative() -> None:
    with pytest.raises(InvalidValueError):
        participant(allowances=-1)
    with pytest.raises(InvalidValueError):
        participant(cash="-0.01")
    with pytest.raises(InexactNumberError):
        participant(allowances=1.0)  # type: ignore[arg-type]


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

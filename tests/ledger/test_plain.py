"""Commands in plain form: one text each, from which they are read back, and which every fact changes."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given

from carbonkit.errors import IntegrityError
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    Command,
    CommandId,
    DefineAsset,
    ExpireHold,
    Hold,
    Leg,
    OpenAccount,
    PostHold,
    Reversal,
    Selection,
    SerialRange,
    Statement,
    Transfer,
    VoidHold,
)
from carbonkit.ledger.plain import canonical, command_from, kind_of, plain_command
from carbonkit.ledger.row import HOSTILE
from carbonkit.values import as_instant
from tests.ledger.drawn import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Mapping

AT = as_instant("2021-07-16T01:30:00Z")
LATER = AT + datetime.timedelta(microseconds=1)
ANN, BOB, CNY, CEA = AccountId("ANN"), AccountId("BOB"), AssetId("CNY"), AssetId("CEA")
ID, OTHER = CommandId("x"), CommandId("y")
LEG = Leg(CEA, 2, ANN, BOB, serials=(SerialRange(1, 2),))

ONE_OF_EACH: tuple[Command, ...] = (
    OpenAccount(ID, Account(ANN, "holder", may_go_negative=False), AT),
    DefineAsset(ID, Asset(CNY, 2, serialised=False), AT),
    Transfer(ID, [LEG], "gift", AT),
    Statement(ID, ANN, "note", {"a": "1"}, AT),
    Hold(ID, [LEG], "gift", AT, Bucket.RESERVED, None),
    PostHold(ID, OTHER, AT, [2]),
    VoidHold(ID, OTHER, "gift", AT),
    ExpireHold(ID, OTHER, AT),
    Reversal(ID, OTHER, "gift", AT),
)


def written(command: Command) -> str:
    return canonical(plain_command(command))


@given(COMMANDS)
def test_a_command_reads_back_as_it_was_written(command: Command) -> None:
    text = written(command)

    again = command_from(json.loads(text))

    assert again == command
    assert type(again) is type(command)
    assert written(again) == text
    assert text.isascii()
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    assert json.loads(text)["command"] == kind_of(command)


@given(COMMANDS, COMMANDS)
def test_commands_have_one_text_only_if_they_are_equal(one: Command, two: Command) -> None:
    assert (written(one) == written(two)) == (one == two)


def legs_of(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  any field of a leg
    return {"legs": (attrs.evolve(LEG, **changes),)}


MOVING: list[dict[str, Any]] = [
    {"legs": (LEG, LEG)},
    {"reason": "sale"},
    legs_of(asset=CNY),
    legs_of(quantity=3, serials=(SerialRange(1, 3),)),
    legs_of(source=AccountId("X")),
    legs_of(target=AccountId("X")),
    legs_of(source_bucket=Bucket.FROZEN),
    legs_of(target_bucket=Bucket.FROZEN),
    legs_of(serials=(SerialRange(2, 3),)),
    legs_of(serials=(SerialRange(1, 1), SerialRange(2, 2))),
    legs_of(serials=Selection.FROM_LEFT),
    legs_of(serials=None),
]
CHANGES: dict[type, list[dict[str, Any]]] = {
    OpenAccount: [
        {"account": Account(BOB, "holder", may_go_negative=False)},
        {"account": Account(ANN, "keeper", may_go_negative=False)},
        {"account": Account(ANN, "holder", may_go_negative=True)},
    ],
    DefineAsset: [
        {"asset": Asset(CEA, 2, serialised=False)},
        {"asset": Asset(CNY, 3, serialised=False)},
        {"asset": Asset(CNY, 2, serialised=True)},
    ],
    Transfer: MOVING,
    Statement: [
        {"account": BOB},
        {"kind": "other"},
        {"facts": {"a": "2"}},
        {"facts": {"b": "1"}},
        {"facts": {"a": "1", "b": ""}},
    ],
    Hold: [*MOVING, {"bucket": Bucket.PENDING_SURRENDER}, {"expires_at": LATER}],
    PostHold: [{"hold": ID}, {"quantities": None}, {"quantities": (1,)}, {"quantities": (2, 0)}],
    VoidHold: [{"hold": ID}, {"reason": "sale"}],
    ExpireHold: [{"hold": ID}],
    Reversal: [{"reverses": ID}, {"reason": "sale"}],
}


@pytest.mark.parametrize("command", ONE_OF_EACH, ids=kind_of)
def test_every_fact_changes_the_text(command: Command) -> None:
    changes: list[dict[str, Any]] = [{"id": CommandId("z")}, {"effective_at": LATER}, *CHANGES[type(command)]]
    texts = [written(attrs.evolve(command, **change)) for change in changes]
    assert len({written(command), *texts}) == len(texts) + 1


def test_every_kind_has_its_own_name() -> None:
    assert [kind_of(each) for each in ONE_OF_EACH] == [
        "open_account",
        "define_asset",
        "transfer",
        "statement",
        "hold",
        "post_hold",
        "void_hold",
        "expire_hold",
        "reversal",
    ]


def test_the_form_is_for_ever() -> None:
    assert written(ONE_OF_EACH[2]) == (
        '{"command":"transfer","effective_at":"2021-07-16T01:30:00.000000Z","id":"x",'
        '"legs":[{"asset":"CEA","quantity":2,"serials":[[1,2]],"source":["ANN","tradable"],'
        '"target":["BOB","tradable"]}],"reason":"gift"}'
    )
    assert written(ONE_OF_EACH[4]) == (
        '{"bucket":"reserved","command":"hold","effective_at":"2021-07-16T01:30:00.000000Z",'
        '"expires_at":null,"id":"x","legs":[{"asset":"CEA","quantity":2,"serials":[[1,2]],'
        '"source":["ANN","tradable"],"target":["BOB","tradable"]}],"reason":"gift"}'
    )
    assert written(ONE_OF_EACH[5]) == (
        '{"command":"post_hold","effective_at":"2021-07-16T01:30:00.000000Z","hold":"y","id":"x",'
        '"quantities":[2]}'
    )
    assert written(Statement(ID, ANN, "note", {"a": "碳\n"}, AT)) == (
        '{"account":"ANN","command":"statement","effective_at":"2021-07-16T01:30:00.000000Z",'
        '"facts":{"a":"\\u78b3\\n"},"id":"x","stated":"note"}'
    )


def test_numbers_that_json_does_not_know_are_not_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})


BASE: Mapping[str, Any] = {"id": "x", "effective_at": "2021-07-16T01:30:00Z"}


@pytest.mark.parametrize(
    "facts",
    [
        {"command": "unknown"},
        {"command": []},
        {"command": None},
    ],
)
def test_an_unknown_command_is_an_integrity_error(facts: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="be a known command"):
        command_from({**BASE, **facts})


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"command": "statement", "account": "A", "stated": "n", "facts": []},
        {"command": "statement", "account": "A", "stated": "n", "facts": {"a": 1}},
        {"command": "open_account", "account": ["A", "b", 1]},
        {"command": "open_account", "account": None},
        {"command": "define_asset", "asset": ["A", "b", True]},
        {"command": "define_asset", "asset": ["A", 2]},
        {"command": "transfer", "reason": "gift", "legs": []},
        {"command": "transfer", "reason": "gift", "legs": [{}]},
        {"command": "transfer", "reason": "gift", "legs": ["leg"]},
        {"command": "hold", "reason": "gift", "legs": [], "bucket": "reserved", "expires_at": None},
        {"command": "post_hold", "hold": "y", "quantities": [0]},
        {"command": "post_hold", "hold": 5, "quantities": None},
        {"command": "void_hold", "hold": "y"},
        {"command": "reversal", "reverses": "", "reason": "gift"},
        {"command": "expire_hold"},
    ],
    ids=str,
)
def test_facts_that_make_no_command_are_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(HOSTILE):
        command_from({**BASE, **facts})


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 0},
        {"quantity": 2.0},
        {"quantity": 2**63},
        {"serials": "from_right"},
        {"serials": [[1]]},
        {"serials": [[2, 1]]},
        {"serials": [[1, 2**63]]},
        {"serials": 5},
        {"source": ["ANN"]},
        {"source": ["ANN", "elsewhere"]},
        {"target": ["ANN", "tradable"]},
    ],
    ids=str,
)
def test_a_leg_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    facts: Any = plain_command(ONE_OF_EACH[2])
    facts["legs"][0].update(change)
    with pytest.raises(HOSTILE):
        command_from(facts)

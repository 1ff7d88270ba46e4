"""Commands: what may be asked of a ledger at all."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from carbonkit.errors import InexactNumberError, InvalidValueError, SerialRangeError
from carbonkit.ledger import (
    LARGEST,
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    CommandId,
    DefineAsset,
    Leg,
    OpenAccount,
    Reversal,
    Selection,
    SerialRange,
    Statement,
    Transfer,
)
from carbonkit.values import as_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

AT = as_instant("2021-07-16T01:30:00Z")
CNY, ANN, BOB = AssetId("CNY"), AccountId("ANN"), AccountId("BOB")


@pytest.mark.parametrize("quantity", [0, -1, LARGEST + 1, 10**40, "1.5", "x"])
def test_a_leg_moves_something_that_fits(quantity: object) -> None:
    with pytest.raises(InvalidValueError, match="quantity"):
        Leg(CNY, quantity, ANN, BOB)  # type: ignore[arg-type]


@pytest.mark.parametrize("quantity", [True, 1.0, float("nan"), None])
def test_a_leg_counts_in_whole_steps(quantity: object) -> None:
    with pytest.raises(InexactNumberError):
        Leg(CNY, quantity, ANN, BOB)  # type: ignore[arg-type]


def test_the_largest_leg_fits() -> None:
    assert LARGEST == 2**63 - 1
    assert Leg(CNY, LARGEST, ANN, BOB).quantity == LARGEST
    assert Leg(CNY, 1, ANN, BOB).quantity == 1


def test_a_leg_ends_elsewhere() -> None:
    with pytest.raises(InvalidValueError, match="another holding"):
        Leg(CNY, 1, ANN, ANN)
    with pytest.raises(InvalidValueError, match="another holding"):
        Leg(CNY, 1, ANN, ANN, Bucket.BOUGHT_TODAY, Bucket.BOUGHT_TODAY)
    assert Leg(CNY, 1, ANN, ANN, Bucket.BOUGHT_TODAY).target_bucket is Bucket.TRADABLE


def test_named_ranges_count_the_quantity() -> None:
    leg = Leg(CNY, 3, ANN, BOB, serials=iter((SerialRange(1, 2), SerialRange(9, 9))))
    assert leg.serials == (SerialRange(1, 2), SerialRange(9, 9))
    for wrong in ((SerialRange(1, 2),), ()):
        with pytest.raises(SerialRangeError, match="count 3 units"):
            Leg(CNY, 3, ANN, BOB, serials=wrong)
    with pytest.raises(InvalidValueError, match="SerialRange"):
        Leg(CNY, 2, ANN, BOB, serials=[(1, 2)])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "arguments",
    [
        ("CNY", 1, ANN, BOB),
        (ANN, 1, ANN, BOB),
        (CNY, 1, "ANN", BOB),
        (CNY, 1, CNY, BOB),
        (CNY, 1, ANN, None),
        (CNY, 1, ANN, BOB, "tradable"),
        (CNY, 1, ANN, BOB, Bucket.TRADABLE, "tradable"),
    ],
)
def test_an_id_of_another_kind_is_refused(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        Leg(*arguments)  # type: ignore[arg-type]


def test_commands_take_ids_and_values_of_their_own_kind() -> None:
    account = Account(ANN, "holder", may_go_negative=False)
    asset = Asset(CNY, 2, serialised=False)
    leg = Leg(CNY, 1, ANN, BOB)
    made = (
        lambda id_: OpenAccount(id_, account, AT),
        lambda id_: DefineAsset(id_, asset, AT),
        lambda id_: Transfer(id_, [leg], "gift", AT),
        lambda id_: Statement(id_, ANN, "note", {"text": ""}, AT),
        lambda id_: Reversal(id_, CommandId("y"), "undo", AT),
        lambda id_: Reversal(CommandId("x"), id_, "undo", AT),
    )
    for make in made:
        assert make(CommandId("x")).effective_at == AT
        for wrong in ("x", ANN, None):
            with pytest.raises(TypeError):
                make(wrong)
    with pytest.raises(TypeError):
        OpenAccount(CommandId("x"), asset, AT)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        DefineAsset(CommandId("x"), account, AT)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Statement(CommandId("x"), "ANN", "note", {"text": ""}, AT)  # type: ignore[arg-type]


def test_accounts_and_assets_are_checked() -> None:
    for kind in ("Holder", "", "1st", "a b", "x" * 65, None):
        with pytest.raises(InvalidValueError, match="kind"):
            Account(ANN, kind, may_go_negative=False)  # type: ignore[arg-type]
    for flag in (0, 1, "yes", None):
        with pytest.raises(TypeError):
            Account(ANN, "holder", may_go_negative=flag)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            Asset(CNY, 2, serialised=flag)  # type: ignore[arg-type]
    for places in (-1, 10, "x", "1.5"):
        with pytest.raises(InvalidValueError):
            Asset(CNY, places, serialised=False)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Account("ANN", "holder", may_go_negative=False)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Asset("CNY", 2, serialised=False)  # type: ignore[arg-type]


def test_an_asset_counts_exactly() -> None:
    yuan = Asset(CNY, 2, serialised=False)
    assert yuan.steps("48.00") == 4_800
    assert yuan.amount(4_800) * 100 == 4_800
    for broken in ("0.001", "1e-3"):
        with pytest.raises(InvalidValueError, match="at most 2 decimal places for CNY"):
            yuan.steps(broken)
    with pytest.raises(InexactNumberError):
        yuan.steps(0.5)  # type: ignore[arg-type]


def test_a_transfer_has_legs() -> None:
    leg = Leg(CNY, 1, ANN, BOB)
    assert len(Transfer(CommandId("x"), [leg] * 1_000, "gift", AT).legs) == 1_000
    for legs in ([], [leg] * 1_001):
        with pytest.raises(InvalidValueError, match="1 to 1000 legs"):
            Transfer(CommandId("x"), legs, "gift", AT)
    with pytest.raises(InvalidValueError, match="Leg values"):
        Transfer(CommandId("x"), [leg, "leg"], "gift", AT)  # type: ignore[list-item]
    with pytest.raises(InvalidValueError, match="Leg values"):
        Transfer(CommandId("x"), leg, "gift", AT)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "Gift", "a gift", "gift\n", "1st", "x" * 65, None, 5])
def test_reasons_and_kinds_are_lower_case_names(name: object) -> None:
    with pytest.raises(InvalidValueError, match="reason or kind"):
        Transfer(CommandId("x"), [Leg(CNY, 1, ANN, BOB)], name, AT)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="reason or kind"):
        Statement(CommandId("x"), ANN, name, {"text": ""}, AT)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="reason or kind"):
        Reversal(CommandId("x"), CommandId("y"), name, AT)  # type: ignore[arg-type]


@pytest.mark.parametrize("moment", ["2021-07-16", "2021-07-16T01:30:00", AT.replace(tzinfo=None), None, 5])
def test_a_moment_has_its_offset(moment: object) -> None:
    with pytest.raises(InvalidValueError, match="effective_at"):
        Transfer(CommandId("x"), [Leg(CNY, 1, ANN, BOB)], "gift", moment)  # type: ignore[arg-type]


def test_a_moment_is_the_same_in_every_zone() -> None:
    there = Statement(CommandId("x"), ANN, "note", {"text": ""}, "2021-07-16T09:30:00+08:00")
    assert there == Statement(CommandId("x"), ANN, "note", {"text": ""}, AT)
    assert there.effective_at.utcoffset() == datetime.timedelta(0)


def test_facts_are_kept_in_the_order_of_their_names() -> None:
    one = Statement(CommandId("x"), ANN, "note", {"b": "2", "a": "1"}, AT)
    two = Statement(CommandId("x"), ANN, "note", (("b", "2"), ("a", "1")), AT)
    assert one == two
    assert one.facts == (("a", "1"), ("b", "2"))
    assert one.fact("b") == "2"
    with pytest.raises(InvalidValueError, match="c: must be stated"):
        one.fact("c")


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"a": "x" * 1_001},
        {"a": 1},
        {"a": None},
        {"a": "\ud800"},
        {"a": "\ud83d\ude00"},
        {"A": "1"},
        {1: "1"},
        {f"a{n}": "" for n in range(65)},
        (("a", "1"), ("a", "2")),
        (("a", "1"), ("a", "1")),
        (("a",),),
        (1, 2),
        "facts",
        5,
        None,
    ],
)
def test_facts_are_names_with_one_text_each(facts: Mapping[str, str]) -> None:
    with pytest.raises(InvalidValueError):
        Statement(CommandId("x"), ANN, "note", facts, AT)


def test_the_most_facts_fit() -> None:
    facts = {f"a{n}": "x" * 1_000 for n in range(64)}
    assert len(Statement(CommandId("x"), ANN, "note", facts, AT).facts) == 64
    assert Statement(CommandId("x"), ANN, "note", {"a": "", "b": "\n 碳"}, AT).fact("b") == "\n 碳"


def test_serials_are_chosen_by_a_selection() -> None:
    assert Leg(CNY, 5, ANN, BOB, serials=Selection.FROM_LEFT).serials is Selection.FROM_LEFT
    with pytest.raises(InvalidValueError):
        Leg(CNY, 5, ANN, BOB, serials="from_left")  # type: ignore[arg-type]

"""Posting on every store: once each, groups whole or each for itself, and bad input that changes nothing."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

import attrs
import pytest

from carbonkit.errors import (
    BatchError,
    CarbonkitError,
    IdentifierReusedError,
    InexactNumberError,
    InvalidValueError,
    LedgerError,
    OverdraftError,
    SerialRangeError,
    UnknownAccountError,
    UnknownAssetError,
)
from carbonkit.ledger import (
    LARGEST,
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    Command,
    CommandId,
    DefineAsset,
    ExpireHold,
    Ledger,
    Leg,
    OpenAccount,
    Receipt,
    Refusal,
    SerialRange,
    Statement,
    Store,
    Transfer,
)
from tests.contract.world import (
    ANN,
    AT,
    BANK,
    BOB,
    CAL,
    CEA,
    CNY,
    HOUR,
    ISSUER,
    Hands,
    a_day,
    cash,
    everything,
    hold,
    issue,
    move,
    names,
    note,
    pay,
    post_hold,
    ranges,
    reverse,
    units,
    void,
)

NOBODY = AccountId("NOBODY")
Making: TypeAlias = Callable[[], Command]


def test_a_retry_gets_the_first_receipt_again(ledger: Ledger, store: Store, hands: Hands) -> None:
    first = ledger.post(pay("pay/1", 5))
    ledger.post(pay("pay/2", 5))
    before = everything(store)
    hands.at += HOUR

    again = ledger.post(pay("pay/1", 5))
    (group,) = ledger.post_all([pay("pay/1", 5)])
    (each,) = ledger.post_each([pay("pay/1", 5)])

    assert not first.repeated
    assert again.repeated
    assert again == group == each == attrs.evolve(first, repeated=True)
    assert again.checkpoint.size == 10
    assert [balance.quantity for balance in again.balances] == [-5, 5]
    assert everything(store) == before


def test_every_kind_of_command_may_be_repeated(ledger: Ledger, store: Store) -> None:
    first = ledger.post_all(a_day()[8:])
    before = everything(store)

    again = [ledger.post(command) for command in a_day()[8:]]

    assert again == [attrs.evolve(each, repeated=True) for each in first]
    assert everything(store) == before


def test_a_receipt_tells_what_was_recorded(ledger: Ledger) -> None:
    receipt = ledger.post(move("both", cash(5, BANK, ANN), cash(3, ANN, BOB)))

    assert (receipt.command_id, receipt.sequence) == (CommandId("both"), 9)
    assert [str(each) for each in receipt.balances] == [
        "-5 in BANK/CNY/tradable",
        "5 in ANN/CNY/tradable",
        "2 in ANN/CNY/tradable",
        "3 in BOB/CNY/tradable",
    ]
    assert receipt.record == ledger.record(CommandId("both"))
    assert receipt.checkpoint == ledger.checkpoint()
    assert receipt.note == ""


def test_a_group_may_hold_old_and_new(ledger: Ledger) -> None:
    ledger.post(pay("pay/1", 5))

    receipts = ledger.post_all([pay("pay/1", 5), pay("pay/2", 6), pay("pay/2", 6)])

    assert [receipt.repeated for receipt in receipts] == [True, False, True]
    assert [receipt.sequence for receipt in receipts] == [9, 10, 10]
    assert ledger.quantity(ANN, CNY) == 11


OTHERS: list[Command] = [
    pay("pay/1", 6),
    pay("pay/1", 5, BANK, BOB),
    attrs.evolve(pay("pay/1", 5), reason="gift"),
    attrs.evolve(pay("pay/1", 5), effective_at=AT + datetime.timedelta(microseconds=1)),
    attrs.evolve(pay("pay/1", 5), legs=pay("pay/1", 5).legs * 2),
    Transfer(CommandId("pay/1"), [Leg(CNY, 5, BANK, ANN, target_bucket=Bucket.FROZEN)], "payment", AT),
    note("pay/1"),
    hold("pay/1", cash(5, BANK, ANN)),
    reverse("pay/1", "open/ANN"),
    post_hold("pay/1", "open/ANN"),
    void("pay/1", "open/ANN"),
    OpenAccount(CommandId("pay/1"), Account(AccountId("X"), "holder", may_go_negative=False), AT),
]


def test_an_id_with_other_content_is_refused(ledger: Ledger, store: Store) -> None:
    ledger.post(pay("pay/1", 5))
    before = everything(store)

    for other in OTHERS:
        with pytest.raises(IdentifierReusedError, match="pay/1") as one:
            ledger.post(other)
        with pytest.raises(BatchError) as caught:
            ledger.post_all([pay("pay/2", 1), other])
        assert one.value.code == "identifier_reused"
        assert [problem.code for problem in caught.value.problems] == ["identifier_reused"]
    assert everything(store) == before


def test_an_id_used_twice_in_one_group_is_refused(ledger: Ledger, store: Store) -> None:
    before = everything(store)
    with pytest.raises(BatchError) as caught:
        ledger.post_all([pay("pay/1", 5), pay("pay/1", 6)])
    assert [problem.code for problem in caught.value.problems] == ["identifier_reused"]
    assert everything(store) == before


def test_an_empty_group_is_nothing(ledger: Ledger, store: Store) -> None:
    before = everything(store)
    assert ledger.post_all([]) == ()
    assert ledger.post_each([]) == ()
    assert ledger.problems([]) == ()
    assert everything(store) == before


def test_a_group_reports_every_problem_and_changes_nothing(ledger: Ledger, store: Store) -> None:
    ledger.post(issue("issue/1", SerialRange(1, 10)))
    before = everything(store)
    group: list[Command] = [
        pay("good", 5),
        pay("overdraft", 6, ANN, BOB),
        pay("nobody", 1, NOBODY, BOB),
        move("nothing", Leg(AssetId("XXX"), 1, ANN, BOB)),
        move("deliver", units(4)),
        move("too-many", units(7)),
        issue("issue/2", SerialRange(10, 12)),
        hold("aside", cash(2)),
        void("unheld", "aside/2"),
        pay("also-good", 3, ANN, BOB),
    ]

    with pytest.raises(BatchError) as caught:
        ledger.post_all(group)

    assert [(problem.file, problem.code) for problem in caught.value.problems] == [
        ("command overdraft", "overdraft"),
        ("command nobody", "unknown_account"),
        ("command nothing", "unknown_asset"),
        ("command too-many", "overdraft"),
        ("command issue/2", "serial_range"),
        ("command unheld", "unknown_command"),
    ]
    assert caught.value.problems == ledger.problems(group)
    assert everything(store) == before
    assert ledger.verify().ok


def test_a_dry_run_writes_nothing_even_if_all_is_well(ledger: Ledger, store: Store, hands: Hands) -> None:
    ledger.post_all([pay("pay/1", 5), hold("aside", cash(2), expires_at=AT + HOUR)])
    before = everything(store)
    hands.at += HOUR

    assert ledger.problems([pay("pay/2", 5, ANN, BOB)]) == ()
    assert everything(store) == before


def test_each_of_a_group_may_stand_for_itself(ledger: Ledger) -> None:
    ledger.post(pay("old", 1))
    results = ledger.post_each(
        [
            pay("a", 5),
            pay("b", 7, ANN, BOB),
            pay("old", 1),
            pay("old", 2),
            pay("c", 6, ANN, BOB),
            pay("c", 6, ANN, BOB),
            move("d", cash(5, BOB, CAL), cash(2, BOB, CAL)),
            pay("e", 1, BOB, ANN),
        ]
    )

    assert [each.command_id.text for each in results] == ["a", "b", "old", "old", "c", "c", "d", "e"]
    assert [each.problem.code if isinstance(each, Refusal) else each.repeated for each in results] == [
        False, "overdraft", True, "identifier_reused", False, True, "overdraft", False
    ]  # fmt: skip
    assert [each.sequence for each in results if isinstance(each, Receipt)] == [10, 9, 11, 11, 12]
    assert [ledger.quantity(each, CNY) for each in (ANN, BOB, CAL)] == [1, 5, 0]
    assert ledger.post(pay("b", 1, ANN, BOB)).sequence == 13  # a refused id is free for another attempt
    assert names(ledger, 8) == ["old", "a", "c", "e", "b"]
    assert ledger.verify().ok


def test_a_group_in_which_each_is_refused_writes_nothing(ledger: Ledger, store: Store) -> None:
    before = everything(store)
    results = ledger.post_each([pay("a", 5, ANN, BOB), note("b", NOBODY)])
    assert [each.problem.code for each in results if isinstance(each, Refusal)] == [
        "overdraft",
        "unknown_account",
    ]
    assert everything(store) == before


# --------------------------------------------------------------- bad input


def paying(quantity: object) -> Making:
    return lambda: Transfer(CommandId("bad"), [Leg(CNY, quantity, ANN, BOB)], "gift", AT)  # type: ignore[arg-type]


# What is refused, as what, and under which code. The ledger has 1,000 with Ann, and 1 to 10 of the units.
BAD: dict[str, tuple[Making, type[Exception], str]] = {
    "overdraft": (lambda: pay("bad", 1_002, ANN, BOB), OverdraftError, "overdraft"),
    "overdraft of nothing": (lambda: pay("bad", 1, CAL, BOB), OverdraftError, "overdraft"),
    "unknown source": (lambda: pay("bad", 1, NOBODY, BOB), UnknownAccountError, "unknown_account"),
    "unknown target": (lambda: pay("bad", 1, ANN, NOBODY), UnknownAccountError, "unknown_account"),
    "statement about nobody": (lambda: note("bad", NOBODY), UnknownAccountError, "unknown_account"),
    "unknown asset": (
        lambda: move("bad", Leg(AssetId("X"), 1, ANN, BOB)),
        UnknownAssetError,
        "unknown_asset",
    ),
    "hold of an unknown asset": (
        lambda: hold("bad", Leg(AssetId("X"), 1, ANN, BOB)),
        UnknownAssetError,
        "unknown_asset",
    ),
    "hold for nobody": (lambda: hold("bad", cash(1, ANN, NOBODY)), UnknownAccountError, "unknown_account"),
    "hold of too much": (lambda: hold("bad", cash(1_002)), OverdraftError, "overdraft"),
    "zero": (paying(0), InvalidValueError, "invalid_value"),
    "negative": (paying(-1), InvalidValueError, "invalid_value"),
    "fraction": (paying("1.5"), InvalidValueError, "invalid_value"),
    "words": (paying("many"), InvalidValueError, "invalid_value"),
    "Decimal with a fraction": (paying(Decimal("1.5")), InvalidValueError, "invalid_value"),
    "Decimal that is no number": (paying(Decimal("NaN")), InexactNumberError, "inexact_number"),
    "true": (paying(quantity=True), InexactNumberError, "inexact_number"),
    "float": (paying(1.0), InexactNumberError, "inexact_number"),
    "none": (paying(None), InexactNumberError, "inexact_number"),
    "2^63": (paying(2**63), InvalidValueError, "invalid_value"),
    "10^400": (paying(10**400), InvalidValueError, "invalid_value"),
    "balance above": (lambda: pay("bad", LARGEST, BANK, ANN), LedgerError, "too_large"),
    "balance below": (
        lambda: move("bad", cash(LARGEST, BANK, CAL), cash(1, BANK, BOB)),
        LedgerError,
        "too_large",
    ),
    "same id, other content": (lambda: pay("pay/1", 999), IdentifierReusedError, "identifier_reused"),
    "reversal of a reversal": (lambda: reverse("bad", "undo/1"), LedgerError, "reversal_of_reversal"),
    "reversal twice": (lambda: reverse("bad", "pay/0"), LedgerError, "concluded"),
    "reversal of nothing": (lambda: reverse("bad", "never"), LedgerError, "unknown_command"),
    "account again": (
        lambda: OpenAccount(CommandId("bad"), Account(ANN, "other", may_go_negative=True), AT),
        LedgerError,
        "already_open",
    ),
    "asset again": (
        lambda: DefineAsset(CommandId("bad"), Asset(CNY, 3, serialised=False), AT),
        LedgerError,
        "already_defined",
    ),
    "from a bucket of holds": (
        lambda: move("bad", Leg(CNY, 1, ANN, BOB, Bucket.RESERVED)),
        LedgerError,
        "held_bucket",
    ),
    "number not held": (
        lambda: move("bad", units(1, ANN, BOB, [SerialRange(11, 11)])),
        SerialRangeError,
        "serial_range",
    ),
    "number issued before": (lambda: issue("bad", SerialRange(10, 10)), SerialRangeError, "serial_range"),
    "no number named": (lambda: move("bad", units(1, serials=None)), SerialRangeError, "serial_range"),
    "numbers of cash": (
        lambda: move("bad", Leg(CNY, 1, ANN, BOB, serials=(SerialRange(1, 1),))),
        SerialRangeError,
        "serial_range",
    ),
    "id of the ledger's own": (lambda: pay("ledger/expiry/1", 1), InvalidValueError, "invalid_value"),
    "command of the ledger's own": (
        lambda: ExpireHold(CommandId("bad"), CommandId("aside"), AT),
        InvalidValueError,
        "invalid_value",
    ),
}


def test_bad_input_is_a_typed_error_with_a_stable_code_and_changes_nothing(
    ledger: Ledger, store: Store
) -> None:
    ledger.post_all(
        [
            pay("pay/0", 7),
            reverse("undo/1", "pay/0"),
            pay("pay/1", 1_002),
            issue("issue/1", SerialRange(1, 10)),
            hold("aside", cash(2)),
        ]
    )
    before = everything(store)

    for what, (make, kind, code) in BAD.items():
        try:
            command = make()
        except CarbonkitError as error:
            found, problems = type(error), [error.problem]
        else:
            with pytest.raises(CarbonkitError) as caught:
                ledger.post(command)
            (refusal,) = ledger.post_each([command])
            with pytest.raises(BatchError) as group:
                ledger.post_all([pay("beside", 1), command])
            assert isinstance(refusal, Refusal)
            found, problems = (
                type(caught.value),
                [caught.value.problem, refusal.problem, *group.value.problems],
            )
            assert len(problems) == 3
        assert (what, found, {each.code for each in problems}) == (what, kind, {code})
        assert all(each.must for each in problems)
        assert everything(store) == before, what
    assert ledger.verify().ok


def test_the_largest_quantities_fit_and_no_larger_one(ledger: Ledger, store: Store) -> None:
    ledger.post(pay("pay/1", LARGEST))

    assert ledger.quantity(ANN, CNY) == LARGEST
    assert ledger.quantity(BANK, CNY) == -LARGEST
    before = everything(store)
    for refused in (pay("pay/2", 1), pay("pay/3", LARGEST), pay("pay/4", 1, BANK, BOB)):
        with pytest.raises(LedgerError, match="balance") as caught:
            ledger.post(refused)
        assert caught.value.code == "too_large"
    assert everything(store) == before

    ledger.post(pay("pay/6", LARGEST, ISSUER, BOB))
    with pytest.raises(LedgerError, match="balance"):  # the one who receives has no room
        ledger.post(pay("pay/5", 1, BOB, ANN))
    ledger.post(pay("pay/7", LARGEST, ANN, BANK))
    assert ledger.quantity(BANK, CNY) == 0
    assert ledger.verify().ok


def test_the_highest_serial_number_fits(ledger: Ledger, store: Store) -> None:
    ledger.post(issue("issue/1", SerialRange(LARGEST - 9, LARGEST)))
    ledger.post(move("deliver/1", units(4)))

    assert store.last_serial(CEA) == LARGEST
    assert ranges(ledger, BOB) == [f"{LARGEST - 9}-{LARGEST - 6}"]
    assert ledger.verify().ok


def test_odd_but_lawful_texts_are_kept(ledger: Ledger) -> None:
    odd = "A" + ".-_:/+" * 21 + "z"
    commands: list[Command] = [
        OpenAccount(
            CommandId(odd), Account(AccountId(odd), "holder", may_go_negative=False), "0001-01-01T00:00:00Z"
        ),
        Statement(CommandId("x"), AccountId(odd), "note", {"a": "碳\n\x00😀 '\"\\", "b": ""}, AT),
        Statement(CommandId("y"), ANN, "note", {"a": "x" * 1_000}, "9999-12-31T23:59:59.999999Z"),
        pay("z", 1, BANK, AccountId(odd)),
    ]
    ledger.post_all(commands)

    assert [record.command for record in ledger.records(8)] == commands
    assert ledger.quantity(AccountId(odd), CNY) == 1
    assert ledger.verify().ok


def test_names_that_differ_in_case_alone_are_two(ledger: Ledger) -> None:
    small = AccountId("ann")
    ledger.post_all(
        [
            OpenAccount(CommandId("OPEN/ANN"), Account(small, "holder", may_go_negative=False), AT),
            pay("pay/1", 1),
            pay("PAY/1", 2, BANK, small),
        ]
    )
    assert (ledger.quantity(ANN, CNY), ledger.quantity(small, CNY)) == (1, 2)
    assert [each.id for each in ledger.store.accounts()][-1] == small
    assert ledger.verify().ok

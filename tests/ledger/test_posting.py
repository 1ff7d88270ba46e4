"""Posting: what a command does, what it may not do, and that a refusal or a taking back leaves no trace."""

from __future__ import annotations

import pytest

from carbonkit.errors import (
    BatchError,
    LedgerError,
    OverdraftError,
    SerialRangeError,
    UnknownAccountError,
    UnknownAssetError,
)
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    CommandId,
    DefineAsset,
    Ledger,
    Leg,
    OpenAccount,
    SerialRange,
    Statement,
)
from carbonkit.ledger.posting import Draft
from tests.ledger.small import (
    ANN,
    AT,
    BANK,
    BOB,
    CAL,
    CEA,
    CER,
    CNY,
    ISSUER,
    LEFT,
    NOW,
    cash,
    start,
    state,
    transfer,
    units,
)


@pytest.fixture
def ledger() -> Ledger:
    return start()


def held(ledger: Ledger) -> dict[str, list[str]]:
    return {
        name.text: [str(each) for each in ledger.serials(name, CEA)]
        for name in (ANN, BOB, CAL)
        if ledger.serials(name, CEA)
    }


# What makes the last of many legs fail; each is refused for its own reason.
REFUSED = {
    "overdraft": (cash(101, ANN, BOB), OverdraftError),
    "unknown source": (cash(1, AccountId("NOBODY"), BOB), UnknownAccountError),
    "unknown target": (cash(1, ANN, AccountId("NOBODY")), UnknownAccountError),
    "unknown asset": (Leg(AssetId("XXX"), 1, ANN, BOB), UnknownAssetError),
    "no numbers chosen": (units(1, BOB, ANN, None), SerialRangeError),
    "numbers for cash": (Leg(CNY, 1, ANN, BOB, serials=LEFT), SerialRangeError),
    "numbers not held": (units(1, BOB, ANN, (SerialRange(500, 500),)), SerialRangeError),
    "numbers issued before": (units(1, ISSUER, BOB, (SerialRange(5, 5),)), SerialRangeError),
    "numbers issued twice": (units(2, ISSUER, BOB, (SerialRange(90, 90),) * 2), SerialRangeError),
    "issue without numbers": (units(1, ISSUER, BOB), SerialRangeError),
    "back to the issuer": (units(1, BOB, ISSUER), SerialRangeError),
    "too large": (cash(2**63 - 1, BANK, ANN), LedgerError),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_later_leg_refused_takes_back_the_legs_before(ledger: Ledger, why: str) -> None:
    last, error = REFUSED[why]
    draft = Draft(ledger.store)
    draft.post(transfer("before", units(4, ANN, CAL), units(1, CAL, BOB), cash(9, ANN, CAL)), NOW)
    before = state(draft.batch())

    with pytest.raises(error):
        draft.post(
            transfer(
                "refused",
                units(2, BOB, ANN, (SerialRange(13, 14),)),  # splits a stored block
                units(3, ANN, BOB),  # of it, and of one that the draft made
                units(3, CAL, ANN),  # empties a holding that the draft began
                units(5, ANN, CAL),
                units(8, ISSUER, CAL, (SerialRange(41, 45), SerialRange(31, 33))),
                units(8, CAL, BOB),
                cash(1, BANK, CAL),
                cash(10, CAL, BANK),
                last,
            ),
            NOW,
        )

    assert state(draft.batch()) == before
    draft.post(transfer("after", units(3, CAL, ANN), units(4, BOB, CAL, (SerialRange(17, 20),))), NOW)
    with ledger.store.turn(certain=True):
        assert ledger.store.write(draft.batch())
    assert held(ledger) == {"ANN": ["2-4", "5-10"], "BOB": ["1-1", "11-16"], "CAL": ["17-20"]}
    assert ledger.verify().ok


def test_a_chain_there_and_back_changes_nothing_but_the_journal(ledger: Ledger) -> None:
    receipt = ledger.post(transfer("round", units(10, ANN, BOB, (SerialRange(1, 10),)), units(10, BOB, ANN)))

    assert held(ledger) == {"ANN": ["1-10"], "BOB": ["11-20"]}
    assert [balance.quantity for balance in receipt.balances] == [0, 20, 10, 10]
    assert ledger.verify().ok


def test_a_chain_through_an_empty_account_splits_what_comes_back(ledger: Ledger) -> None:
    ledger.post(transfer("round", units(4, ANN, CAL), units(4, CAL, BOB), units(2, BOB, ANN)))

    assert held(ledger) == {"ANN": ["1-2", "5-10"], "BOB": ["3-4", "11-20"]}
    assert ledger.verify().ok


def test_what_comes_back_in_a_group_lies_in_its_order_again(ledger: Ledger) -> None:
    ledger.post_all(
        [
            transfer("out", units(4, ANN, BOB)),
            transfer("back", units(4, BOB, ANN, (SerialRange(1, 4),))),
            transfer("on", units(2, ANN, CAL)),
        ]
    )
    assert held(ledger) == {"ANN": ["3-4", "5-10"], "BOB": ["11-20"], "CAL": ["1-2"]}
    assert ledger.verify().ok


def test_legs_on_the_same_holdings_add_up(ledger: Ledger) -> None:
    receipt = ledger.post(transfer("twice", cash(60, ANN, BOB), cash(40, ANN, BOB), cash(30, BOB, ANN)))

    assert [balance.quantity for balance in receipt.balances] == [40, 60, 0, 100, 70, 30]
    with pytest.raises(OverdraftError, match="must move at most the 10 in ANN/CNY/tradable, was 21"):
        ledger.post(transfer("thrice", cash(20, ANN, BOB), cash(21, ANN, BOB)))
    assert ledger.quantity(ANN, CNY) == 30
    assert ledger.verify().ok


def test_a_leg_may_spend_what_a_leg_before_it_brought(ledger: Ledger) -> None:
    ledger.post(transfer("chain", cash(100, ANN, BOB), cash(100, BOB, CAL)))
    assert ledger.quantity(CAL, CNY) == 100
    with pytest.raises(OverdraftError):
        ledger.post(transfer("reversed", cash(100, BOB, ANN), cash(100, CAL, BOB)))
    assert ledger.quantity(CAL, CNY) == 100


def test_buckets_of_one_account_are_holdings_of_their_own(ledger: Ledger) -> None:
    into = Leg(CEA, 4, ANN, ANN, Bucket.TRADABLE, Bucket.BOUGHT_TODAY, LEFT)
    ledger.post(transfer("aside", into))

    assert ledger.quantity(ANN, CEA) == 6
    assert ledger.quantity(ANN, CEA, Bucket.BOUGHT_TODAY) == 4
    assert ledger.serials(ANN, CEA, Bucket.BOUGHT_TODAY) == (SerialRange(1, 4),)
    with pytest.raises(OverdraftError, match="the 6 in ANN/CEA/tradable"):
        ledger.post(transfer("sell", units(7, ANN, BOB)))
    with pytest.raises(SerialRangeError):
        ledger.post(transfer("sell", units(1, ANN, BOB, (SerialRange(4, 4),))))
    assert ledger.verify().ok


def test_a_negative_account_only_ever_issues_numbers(ledger: Ledger) -> None:
    assert ledger.quantity(ISSUER, CEA) == -20
    assert ledger.serials(ISSUER, CEA) == ()
    with pytest.raises(SerialRangeError, match="not go back to where they were issued"):
        ledger.post(transfer("back", units(1, ANN, ISSUER)))
    with pytest.raises(SerialRangeError, match="not go back"):
        ledger.post(transfer("across", units(1, ISSUER, BANK, (SerialRange(50, 50),))))
    with pytest.raises(SerialRangeError, match="exact ranges"):
        ledger.post(transfer("choose", units(1, ISSUER, ANN)))
    ledger.post(transfer("other", units(10, ISSUER, ANN, (SerialRange(1, 10),), CER)))
    assert ledger.serials(ANN, CER) == (SerialRange(1, 10),)
    assert ledger.verify().ok


def test_cash_may_go_back_to_the_bank(ledger: Ledger) -> None:
    ledger.post(transfer("back", cash(100, ANN, BANK)))
    assert ledger.quantity(BANK, CNY) == 0
    ledger.post(transfer("more", cash(5, BANK, ISSUER), cash(9, ISSUER, BANK)))
    assert (ledger.quantity(BANK, CNY), ledger.quantity(ISSUER, CNY)) == (4, -4)
    assert ledger.verify().ok


@pytest.mark.parametrize("first", [1, 5, 10, 20])
def test_a_number_is_issued_once(ledger: Ledger, first: int) -> None:
    ledger.post(transfer("spread", units(5, ANN, CAL)))
    for serials in ((SerialRange(first, first),), (SerialRange(91, 92), SerialRange(first, first + 30))):
        quantity = sum(each.quantity for each in serials)
        with pytest.raises(SerialRangeError, match="issued before"):
            ledger.post(transfer("again", units(quantity, ISSUER, CAL, serials)))
    with pytest.raises(BatchError) as caught:
        ledger.post_all(
            [
                transfer("new", units(5, ISSUER, CAL, (SerialRange(31, 35),))),
                transfer("moved", units(2, CAL, BOB, (SerialRange(32, 33),))),
                transfer("over", units(1, ISSUER, CAL, (SerialRange(33, 33),))),
                transfer("beside", units(1, ISSUER, CAL, (SerialRange(36, 36),))),
            ]
        )
    assert [problem.file for problem in caught.value.problems] == ["command over"]


def test_a_number_that_a_group_moved_may_not_be_issued_again_in_it(ledger: Ledger) -> None:
    with pytest.raises(BatchError, match="issued before"):
        ledger.post_all(
            [
                transfer("move", units(10, ANN, BOB)),
                transfer("again", units(1, ISSUER, ANN, (SerialRange(5, 5),))),
            ]
        )


def test_opening_and_defining_happen_once(ledger: Ledger) -> None:
    for command in (
        OpenAccount(CommandId("again"), Account(ANN, "other", may_go_negative=True), AT),
        DefineAsset(CommandId("again"), Asset(CNY, 3, serialised=False), AT),
    ):
        with pytest.raises(LedgerError, match="already"):
            ledger.post(command)
    with pytest.raises(BatchError):
        ledger.post_all(
            [
                OpenAccount(CommandId("new/1"), Account(AccountId("NEW"), "kind", may_go_negative=False), AT),
                OpenAccount(CommandId("new/2"), Account(AccountId("NEW"), "kind", may_go_negative=False), AT),
            ]
        )
    with pytest.raises(UnknownAccountError):
        ledger.account(AccountId("NEW"))


def test_a_statement_is_about_somebody(ledger: Ledger) -> None:
    with pytest.raises(UnknownAccountError):
        ledger.post(Statement(CommandId("x"), AccountId("NOBODY"), "note", {"a": ""}, AT))
    assert ledger.post(Statement(CommandId("x"), ANN, "note", {"a": ""}, AT)).balances == ()

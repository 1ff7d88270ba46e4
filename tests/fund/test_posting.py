"""Posting: each document is one transfer, posted once; the ledger says the same as the books."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest

from carbonkit.errors import (
    BatchError,
    CurrencyMismatchError,
    FundError,
    IdentifierReusedError,
    InvalidValueError,
    OverdraftError,
    UnknownAccountError,
    WrongTypeError,
)
from carbonkit.fund.account.capital_account import CapitalAccounts, capital_accounts
from carbonkit.fund.account.document import (
    CashMovement,
    CashParty,
    FundDocument,
    commitment_document,
    happening_documents,
    partner_cash,
)
from carbonkit.fund.account.fund_chart import FundChart
from carbonkit.fund.account.posting import (
    account_statement,
    post_documents,
    posted_entries,
    tie_out_ledger,
    transfers_of,
)
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.fund.partner.call import call_capital
from carbonkit.fund.partner.call_item import CallItem, CommitmentEffect, Use
from carbonkit.fund.partner.closing import close_fund
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.partner.cure import cure_default
from carbonkit.fund.partner.default import declare_default
from carbonkit.fund.partner.equalisation_terms import EqualisationTerms, FeeTrueUp
from carbonkit.fund.partner.late_interest import InterestMethod, LateInterest
from carbonkit.fund.partner.release import ReleaseKind, release_commitments
from carbonkit.fund.partner.unfunded import Happening, unfunded
from carbonkit.fund.refusal import Refusal
from carbonkit.ledger import CommandId, DefineAsset, Ledger, Leg, MemoryStore, Reversal, Transfer, leaf_hash
from carbonkit.storage import SQLiteStore
from carbonkit.values import AccountId, AssetId, FixedClock, Money, Period, Rounding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from carbonkit.ledger import Store

A, B, C, GP, BANK, MANAGER = (AccountId(name) for name in ("LP-A", "LP-B", "LP-C", "GP", "BANK", "MANAGER"))
PROMISED = Commitments([Commitment(A, Money("200", "CNY")), Commitment(B, Money("100", "CNY"))])
CHART = FundChart(fund="PEAK", currency="CNY", zone="Asia/Shanghai", bank=BANK, manager=MANAGER, may_owe=[GP])
CLOCK = FixedClock("2021-07-01T08:00:00Z")
YEAR = Period.year(2021)


def cny(minor: int) -> Money:
    return Money.from_minor(minor, "CNY")


def document(
    name: str,
    on: str,
    *entries: Entry,
    cash: tuple[CashMovement, ...] = (),
    unfunded: tuple[tuple[AccountId, Money], ...] = (),
) -> FundDocument:
    return FundDocument(
        name=name,
        on=on,
        reason=name.split("/", maxsplit=1)[0],
        entries=entries,
        cash=(*partner_cash(entries), *cash),
        unfunded=unfunded,
    )


def divided(minor: int, line: Line, name: str, on: str) -> tuple[Entry, ...]:
    return entries_of(PROMISED.shares(cny(minor)), on=on, line=line, document=name)


def life() -> list[FundDocument]:
    """Give a short life: a call, a purchase, a fee, a valuation, carry, a sale, a distribution."""
    called = divided(15_001, Line.CONTRIBUTION, "call/1", "2021-07-15")
    carry = (
        *entries_of(
            [(A, cny(-200)), (B, cny(-100))], on="2021-09-30", line=Line.CARRIED_INTEREST, document="carry/1"
        ),
        Entry(on="2021-09-30", partner=GP, line=Line.CARRIED_INTEREST, amount=cny(300), document="carry/1"),
    )
    paid_out = (
        *divided(-12_000, Line.DISTRIBUTION, "distribution/1", "2021-12-31"),
        Entry(
            on="2021-12-31", partner=GP, line=Line.DISTRIBUTION, amount=cny(-310), document="distribution/1"
        ),
    )
    return [
        commitment_document(PROMISED, on="2021-07-01", name="commitments/1"),
        document(
            "call/1",
            "2021-07-15",
            *called,
            unfunded=tuple((each.partner, -each.amount) for each in called),
        ),
        document("purchase/1", "2021-07-16", cash=(CashMovement(CashParty.MARKET, cny(-10_000)),)),
        document(
            "fee/1",
            "2021-09-30",
            *divided(-100, Line.MANAGEMENT_FEE, "fee/1", "2021-09-30"),
            *divided(20, Line.FEE_OFFSET, "fee/1", "2021-09-30"),
            cash=(CashMovement(CashParty.MANAGER, cny(-80)),),
        ),
        document("valuation/1", "2021-09-30", *divided(2_500, Line.UNREALISED, "valuation/1", "2021-09-30")),
        document("carry/1", "2021-09-30", *carry),
        document(
            "sale/1",
            "2021-12-30",
            *divided(3_000, Line.REALISED, "sale/1", "2021-12-30"),
            *divided(-2_500, Line.UNREALISED, "sale/1", "2021-12-30"),
            cash=(
                CashMovement(CashParty.MARKET, cny(13_000)),
                CashMovement(CashParty.OTHERS, cny(-7)),
            ),
        ),
        document("audit/1", "2021-12-30", *divided(-7, Line.EXPENSE, "audit/1", "2021-12-30")),
        document("distribution/1", "2021-12-31", *paid_out, unfunded=((A, cny(100)), (B, cny(50)))),
    ]


CASH = cny(15_001 - 10_000 - 80 + 13_000 - 7 - 12_310)
UNFUNDED = ((A, cny(20_000 - 10_001 + 100)), (B, cny(10_000 - 5_000 + 50)))


def books(documents: list[FundDocument]) -> CapitalAccounts:
    entries = [entry for each in documents for entry in each.entries]
    return capital_accounts(entries, PROMISED, general_partner=GP, period=YEAR, opening=None)


def opened(store: Store) -> Ledger:
    ledger = Ledger(store, CLOCK)
    ledger.post_all(CHART.opening([A, B, GP], on="2021-07-01", known=()))
    return ledger


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "memory":
        yield opened(MemoryStore())
        return
    with SQLiteStore.open(tmp_path / "ledger.db") as store:
        yield opened(store)


def test_the_ledger_says_what_the_books_say(ledger: Ledger) -> None:
    documents = life()
    receipts = post_documents(ledger, CHART, documents)
    assert [receipt.command_id.text for receipt in receipts] == [f"PEAK/{each.name}" for each in documents]
    kept = books(documents)
    tied = tie_out_ledger(ledger, CHART, kept, unfunded=UNFUNDED, cash=CASH)
    tied.check()
    assert [what for what, _, _ in tied.rows] == [
        "capital of LP-A",
        "capital of LP-B",
        "capital of GP",
        "net asset value",
        "unfunded of LP-A",
        "unfunded of LP-B",
        "cash",
    ]
    assert kept.closing == CASH == cny(5_604)  # all is sold: the value is the cash
    assert kept.account(GP).closing == cny(-10)  # more was paid out than had been accrued
    for line in Line:
        assert -ledger.quantity(CHART.line_account(line), CHART.capital) == kept.of(line).to_minor()
    assert ledger.quantity(MANAGER, CHART.cash) == 80
    assert ledger.quantity(CHART.market_account, CHART.cash) == -3_000
    assert ledger.quantity(A, CHART.cash) == ledger.quantity(GP, CHART.cash) == 0  # it only passes through
    assert ledger.verify().ok


def test_the_books_can_be_read_back_from_the_ledger(ledger: Ledger) -> None:
    documents = life()
    post_documents(ledger, CHART, documents)
    read = [entry for partner in (A, B, GP) for entry in posted_entries(ledger, CHART, partner)]
    again = capital_accounts(read, PROMISED, general_partner=GP, period=YEAR, opening=None)
    kept = books(documents)
    assert again.parts == kept.parts
    for account in kept:
        assert again.account(account.partner).lines == account.lines
        assert sorted(map(repr, again.account(account.partner).entries)) == sorted(map(repr, account.entries))


def test_a_repeat_after_a_crash_posts_nothing_twice(ledger: Ledger) -> None:
    documents = life()
    post_documents(ledger, CHART, documents[:4])  # here the process dies
    receipts = post_documents(ledger, CHART, documents)
    assert [receipt.repeated for receipt in receipts] == [True] * 4 + [False] * 5
    assert all(receipt.repeated for receipt in post_documents(ledger, CHART, documents))
    opening = CHART.opening([A, B, GP], on="2021-07-01", known=())
    assert all(receipt.repeated for receipt in ledger.post_all(opening))
    tie_out_ledger(ledger, CHART, books(documents), unfunded=UNFUNDED, cash=CASH).check()
    assert ledger.verify().ok


def test_a_crash_in_a_file_leaves_whole_documents(tmp_path: Path) -> None:
    documents = life()
    with SQLiteStore.open(tmp_path / "ledger.db") as store:
        post_documents(opened(store), CHART, documents[:5])
    with SQLiteStore.open(tmp_path / "ledger.db") as store:
        ledger = Ledger(store, CLOCK)
        assert sum(each.repeated for each in post_documents(ledger, CHART, documents)) == 5
        tie_out_ledger(ledger, CHART, books(documents), unfunded=UNFUNDED, cash=CASH).check()
        assert ledger.verify().ok


def test_another_document_under_the_same_name_is_refused(ledger: Ledger) -> None:
    documents = life()
    post_documents(ledger, CHART, documents[:2])
    other = document("call/1", "2021-07-15", *divided(1, Line.CONTRIBUTION, "call/1", "2021-07-15"))
    with pytest.raises(IdentifierReusedError):
        post_documents(ledger, CHART, [other])


def test_a_correction_is_a_reversal_and_read_back_too(ledger: Ledger) -> None:
    documents = life()
    post_documents(ledger, CHART, documents[:5])
    ledger.post(
        Reversal(
            CommandId("PEAK/valuation/1/undone"),
            CHART.command("valuation/1"),
            "wrong_price",
            CHART.moment("2021-10-01"),
        )
    )
    undone = [each for each in posted_entries(ledger, CHART, A) if each.document == "valuation/1/undone"]
    assert [(each.on, each.line, each.amount) for each in undone] == [
        (datetime.date(2021, 10, 1), Line.UNREALISED, cny(-1_667))
    ]
    with pytest.raises(BatchError, match="capital of LP-A: must be") as caught:
        tie_out_ledger(ledger, CHART, books(documents[:5]), unfunded=(), cash=cny(4_921)).check()
    assert [problem.field for problem in caught.value.problems] == [
        "capital of LP-A",
        "capital of LP-B",
        "net asset value",
    ]
    ledger.post(
        Reversal(CommandId("PEAK/call/1/undone"), CHART.command("fee/1"), "x", CHART.moment("2021-10-01"))
    )
    assert ledger.verify().ok


def test_what_may_not_fall_below_zero_does_not(ledger: Ledger) -> None:
    documents = life()
    post_documents(ledger, CHART, documents[:2])
    called = divided(15_002, Line.CONTRIBUTION, "call/2", "2021-07-16")
    above = document(
        "call/2", "2021-07-16", *called, unfunded=tuple((each.partner, -each.amount) for each in called)
    )
    with pytest.raises(OverdraftError, match="quantity of PEAK-UNFUNDED"):
        post_documents(ledger, CHART, [above])
    dear = document("purchase/1", "2021-07-16", cash=(CashMovement(CashParty.MARKET, cny(-15_002)),))
    with pytest.raises(OverdraftError, match="quantity of CNY"):
        post_documents(ledger, CHART, [dear])
    lost = document("loss/1", "2021-07-16", *divided(-15_100, Line.REALISED, "loss/1", "2021-07-16"))
    with pytest.raises(OverdraftError, match="quantity of PEAK-CAPITAL"):
        post_documents(ledger, CHART, [lost])
    owed = Entry(on="2021-07-16", partner=GP, line=Line.REALISED, amount=cny(-5), document="loss/2")
    post_documents(ledger, CHART, [document("loss/2", "2021-07-16", owed)])
    assert ledger.quantity(GP, CHART.capital) == -5


def test_a_statement_is_proven_by_itself(ledger: Ledger) -> None:
    documents = life()
    post_documents(ledger, CHART, documents)
    account = books(documents).account(A)
    receipt = ledger.post(account_statement(account, CHART))
    proof = ledger.inclusion(receipt.command_id, receipt.checkpoint.size)
    text = receipt.record.text()
    proof.check(leaf_hash(text.encode()), receipt.checkpoint.root)
    assert "LP-B" not in text
    said = account_statement(account, CHART)
    assert dict(said.facts) == {
        "fund": "PEAK",
        "currency": "CNY",
        "first_day": "2021-01-01",
        "last_day": "2021-12-31",
        "opening": "0.00",
        "line_contribution": "100.01",
        "line_distribution": "-80.00",
        "line_management_fee": "-0.67",
        "line_fee_offset": "0.13",
        "line_expense": "-0.05",
        "line_realised": "20.00",
        "line_unrealised": "0.00",
        "line_carried_interest": "-2.00",
        "closing": "37.42",
    }
    assert ledger.post(said).repeated


def test_documents_come_in_the_order_of_their_days() -> None:
    ledger = opened(MemoryStore())
    documents = life()
    with pytest.raises(FundError, match="document call/1, on: must be on or after 2021-07-16") as caught:
        post_documents(ledger, CHART, [documents[0], documents[2], documents[1]])
    assert caught.value.problem.code == Refusal.OUT_OF_ORDER
    assert ledger.record(CHART.command("commitments/1")) is None  # nothing was posted


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"cash": [CashMovement(CashParty.OTHERS, Money("1", "EUR"))]},
            "cash movement 1 of document call/1: must be CNY, was EUR",
        ),
        (
            {"unfunded": [(A, Money("1", "EUR"))]},
            r"unfunded of LP-A \(call/1\): must be CNY, was EUR",
        ),
        (
            {
                "entries": [
                    Entry(
                        on="2021-07-15",
                        partner=B,
                        line=Line.INTEREST,
                        amount=Money("1", "EUR"),
                        document="call/1",
                    )
                ]
            },
            r"entry 1 \(call/1\) of LP-B: must be CNY, was EUR",
        ),
    ],
)
def test_a_document_is_in_the_currency_of_the_chart(changed: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {
        "name": "call/1",
        "on": "2021-07-15",
        "reason": "call",
        "entries": (),
        "cash": (),
        "unfunded": (),
    }
    with pytest.raises(CurrencyMismatchError, match=message):
        transfers_of(FundDocument(**{**good, **changed}), CHART)


def test_every_happening_becomes_documents() -> None:
    """A call that B does not pay at first, its default and cure, a release, a later closing."""
    late = LateInterest(rate="0.12", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED)
    call = call_capital(
        PROMISED,
        (),
        total=cny(15_000),
        issued_on="2021-07-02",
        due_on="2021-07-15",
        purpose="fees",
        items=[CallItem("fees", Use.MANAGEMENT_FEE, cny(15_000), CommitmentEffect.INSIDE)],
    )
    unpaid = declare_default(
        PROMISED, [call], call=1, unpaid={B: cny(900)}, declared_on="2021-07-20", due_on="2021-07-30"
    )
    cure = cure_default(
        PROMISED, [call, unpaid], partner=B, paid_on="2021-09-30", terms=late, rounding=Rounding.HALF_UP
    )
    release = release_commitments(
        PROMISED,
        [call, unpaid, cure],
        released_on="2021-10-01",
        kind=ReleaseKind.RELEASED,
        reason="smaller fund",
        amounts={A: cny(1_000)},
    )
    closing = close_fund(
        PROMISED,
        [call, unpaid, cure, release],
        joining=[Commitment(C, cny(10_000))],
        closed_on="2021-10-15",
        terms=EqualisationTerms(interest=late, fee=FeeTrueUp.MANAGER, rounding=Rounding.HALF_UP),
    )
    happened: list[Happening] = [call, unpaid, cure, release, closing]
    parts = (*closing.fees_to_manager, *closing.interest_to_manager)
    to_manager = sum(amount.to_minor() for _, amount in parts)
    assert to_manager > 0
    extra = {
        cure.name: (CashMovement(CashParty.PARTNER, cure.interest, B),),
        closing.name: (CashMovement(CashParty.MANAGER, cny(-to_manager)),),
    }
    documents = [commitment_document(PROMISED, on="2021-07-01", name="commitments/1")]
    for each in happened:
        documents += happening_documents(each, cash=extra.get(each.name, ()))
    assert [each.name for each in documents[1:]] == [
        "call/1",
        "default/1",
        "default/1/cover",
        "cure/1",
        "release/1",
        "closing/2",
    ]
    ledger = Ledger(MemoryStore(), CLOCK)
    ledger.post_all(CHART.opening([A, B, C, GP], on="2021-07-01", known=()))
    post_documents(ledger, CHART, documents)
    kept = capital_accounts(
        [entry for each in documents for entry in each.entries],
        closing.commitments,
        general_partner=GP,
        period=YEAR,
        opening=None,
    )
    cash = sum(movement.amount.to_minor() for each in documents for movement in each.cash)
    assert kept.closing == cny(cash)  # nothing was bought: the value is the cash
    left = unfunded(closing.commitments, happened)
    tie_out_ledger(ledger, CHART, kept, unfunded=left, cash=cny(cash)).check()
    assert ledger.verify().ok


def test_a_document_can_take_from_what_it_brings() -> None:
    ledger = opened(MemoryStore())
    fee = Entry(on="2021-07-15", partner=A, line=Line.MANAGEMENT_FEE, amount=cny(-4), document="call/1")
    paid = Entry(on="2021-07-15", partner=A, line=Line.CONTRIBUTION, amount=cny(5), document="call/1")
    made = FundDocument(
        name="call/1",
        on="2021-07-15",
        reason="call",
        entries=[fee, paid],
        cash=[CashMovement(CashParty.MANAGER, cny(-4)), CashMovement(CashParty.PARTNER, cny(5), A)],
        unfunded=[(A, cny(-2)), (A, cny(3))],
    )
    post_documents(ledger, CHART, [made])
    assert [ledger.quantity(A, asset) for asset in (CHART.capital, CHART.unfunded)] == [1, 1]
    assert ledger.quantity(CHART.cash_account, CHART.cash) == 1


def test_only_capital_is_read_back() -> None:
    ledger = opened(MemoryStore())
    line = CHART.line_account(Line.INTEREST)
    legs = [Leg(CHART.cash, 5, line, A), Leg(CHART.capital, 3, line, B)]
    ledger.post(Transfer(CommandId("PEAK/odd/1"), legs, "odd", CHART.moment("2021-07-15")))
    assert posted_entries(ledger, CHART, A) == ()
    assert [str(each.amount) for each in posted_entries(ledger, CHART, B)] == ["0.03 CNY"]


MANY = Commitments(Commitment(AccountId(f"LP-{each}"), cny(100_000 + each)) for each in range(400))


def many(store: Store) -> tuple[Ledger, FundDocument]:
    """Open a fund of many partners, who have promised; and give its first call."""
    ledger = Ledger(store, CLOCK)
    ledger.post_all(CHART.opening([each.partner for each in MANY], on="2021-07-01", known=()))
    post_documents(ledger, CHART, [commitment_document(MANY, on="2021-07-01", name="commitments/1")])
    call = call_capital(
        MANY, (), total=cny(39_999_999), issued_on="2021-07-02", due_on="2021-07-15", purpose="allowances"
    )
    (document,) = happening_documents(call, cash=())
    return ledger, document


def test_a_call_on_many_partners_is_several_transfers_and_one_document() -> None:
    ledger, called = many(MemoryStore())
    parts = transfers_of(called, CHART)
    assert [str(each.id) for each in parts] == [f"PEAK/call/1{end}" for end in ("", "+2")]
    assert [len(each.legs) for each in parts] == [1_000, 600]  # 400 × (2 cash, 1 capital, 1 unfunded)
    receipts = post_documents(ledger, CHART, [called])
    assert [receipt.repeated for receipt in receipts] == [False] * 2
    assert [receipt.repeated for receipt in post_documents(ledger, CHART, [called])] == [True] * 2
    kept = capital_accounts(called.entries, MANY, general_partner=None, period=YEAR, opening=None)
    paid_in = dict(kept.parts)
    left = tuple((each.partner, each.amount - paid_in[each.partner]) for each in MANY)
    tie_out_ledger(ledger, CHART, kept, unfunded=left, cash=cny(39_999_999)).check()
    assert posted_entries(ledger, CHART, None) == called.entries
    last = MANY.each[-1].partner
    assert posted_entries(ledger, CHART, last) == kept.account(last).entries
    assert {each.document for each in posted_entries(ledger, CHART, last)} == {"call/1"}


def test_a_document_of_several_transfers_is_posted_whole_or_not_at_all() -> None:
    ledger, called = many(MemoryStore())
    too_much = [*called.unfunded[:-1], (called.unfunded[-1][0], cny(-200_000))]  # in the last transfer
    wrong = FundDocument(
        name=called.name,
        on=called.on,
        reason=called.reason,
        entries=called.entries,
        cash=called.cash,
        unfunded=too_much,
    )
    before = ledger.balances()
    with pytest.raises(BatchError, match="LP-399"):
        post_documents(ledger, CHART, [wrong])
    assert ledger.balances() == before
    post_documents(ledger, CHART, [called])  # its names were not used up


def test_a_document_is_not_named_like_a_part_of_another() -> None:
    def named(name: str) -> FundDocument:
        return document(name, "2021-07-15", *divided(3, Line.INTEREST, name, "2021-07-15"))

    for name in ("interest/1+2", "interest/1+10"):
        with pytest.raises(InvalidValueError, match=r"document: must not end in \+ and a number"):
            transfers_of(named(name), CHART)
    for name in ("interest/1+1", "interest/1+02", "interest/1+a", "interest/1+", "interest/2"):
        assert [str(each.id) for each in transfers_of(named(name), CHART)] == [f"PEAK/{name}"]


def test_what_is_zero_does_not_move() -> None:
    nothing = Entry(on="2021-07-15", partner=A, line=Line.INTEREST, amount=cny(0), document="call/1")
    one = Entry(on="2021-07-15", partner=B, line=Line.INTEREST, amount=cny(1), document="call/1")
    made = FundDocument(
        name="call/1", on="2021-07-15", reason="call", entries=[nothing, one], cash=(), unfunded=[(A, cny(0))]
    )
    assert [(leg.quantity, leg.target) for leg in transfers_of(made, CHART)[0].legs] == [(1, B)]


def test_the_books_that_are_compared_are_in_the_currency_of_the_chart() -> None:
    ledger = opened(MemoryStore())
    euros = Commitments([Commitment(A, Money("1", "EUR"))])
    other = capital_accounts([], euros, general_partner=None, period=YEAR, opening=None)
    kept = books([])
    with pytest.raises(CurrencyMismatchError, match="accounts: must be CNY, was EUR"):
        tie_out_ledger(ledger, CHART, other, unfunded=(), cash=cny(0))
    with pytest.raises(CurrencyMismatchError, match="cash: must be CNY, was EUR"):
        tie_out_ledger(ledger, CHART, kept, unfunded=(), cash=Money("0", "EUR"))
    with pytest.raises(CurrencyMismatchError, match="unfunded of LP-A: must be CNY, was EUR"):
        tie_out_ledger(ledger, CHART, kept, unfunded=[(A, Money("0", "EUR"))], cash=cny(0))
    with pytest.raises(CurrencyMismatchError, match="account: must be CNY, was EUR"):
        account_statement(other.account(A), CHART)
    with pytest.raises(UnknownAccountError):
        posted_entries(ledger, CHART, AccountId("X"))


# ------------------------------------------------------------- chart and document


def test_the_chart_opens_what_the_ledger_does_not_have() -> None:
    ledger = opened(MemoryStore())
    later = CHART.opening(
        [AccountId("LP-C")],
        on="2021-10-01",
        known=[CHART.cash, CHART.capital, CHART.unfunded, BANK, MANAGER, CHART.cash_account]
        + [CHART.market_account, CHART.commitments_account]
        + [CHART.line_account(line) for line in Line],
    )
    assert [command.id.text for command in later] == ["PEAK/open/LP-C"]
    ledger.post_all(later)
    assert ledger.account(AccountId("LP-C")).may_go_negative is False
    assert ledger.account(GP).may_go_negative is True
    assert ledger.asset(CHART.unfunded).places == 2


def test_a_chart_in_yen_counts_yen() -> None:
    chart = FundChart(fund="F", currency="JPY", zone="Asia/Tokyo", bank=BANK, manager=MANAGER, may_owe=())
    opening = chart.opening([], on="2021-07-01", known=())
    assert [each.asset.places for each in opening if isinstance(each, DefineAsset)] == [0, 0, 0]
    assert (chart.cash, chart.capital) == (AssetId("JPY"), AssetId("F-CAPITAL"))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"fund": "a/b"}, "fund: must be 1 to 40 letters"),
        ({"fund": "x" * 41}, "fund: must be 1 to 40 letters"),
        ({"currency": "yuan"}, "currency: must be an ISO 4217"),
        ({"zone": "Shanghai!"}, "zone: must be an IANA time zone"),
        ({"bank": "BANK"}, "bank: must be of type AccountId"),
        ({"may_owe": ["GP"]}, "may_owe: must be of type AccountId"),
    ],
)
def test_a_chart_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {
        "fund": "PEAK",
        "currency": "CNY",
        "zone": "Asia/Shanghai",
        "bank": BANK,
        "manager": MANAGER,
        "may_owe": (),
    }
    with pytest.raises(InvalidValueError, match=message):
        FundChart(**{**good, **changed})


PAID = Entry(on="2021-07-15", partner=A, line=Line.CONTRIBUTION, amount=cny(1), document="call/1")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": " "}, "name: must name the document"),
        ({"reason": "Call"}, "reason or kind: must be a lower-case name"),
        ({"on": "15/7"}, "on: must be a calendar date"),
        ({"entries": ["x"]}, "entry 1: must be of type Entry"),
        ({"cash": ["x"]}, "cash movement 1: must be of type CashMovement"),
        ({"unfunded": [("A", cny(1))]}, "unfunded: must be of type AccountId"),
        ({"unfunded": [(A, 1)]}, "unfunded of LP-A: must be of type Money"),
        ({"unfunded": [(A, Money("0.001", "CNY"))]}, "amount: must have at most 2 decimal places"),
    ],
)
def test_a_document_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {
        "name": "call/1",
        "on": "2021-07-15",
        "reason": "call",
        "entries": [PAID],
        "cash": (),
        "unfunded": (),
    }
    with pytest.raises(InvalidValueError, match=message):
        FundDocument(**{**good, **changed})


def test_a_document_is_one_document_of_one_day() -> None:
    for changed, message in (
        ({"name": "call/2"}, r"entry 1 \(call/1\), document: must be call/2, was call/1"),
        ({"on": "2021-07-16"}, r"entry 1 \(call/1\), on: must be 2021-07-16, was 2021-07-15"),
    ):
        good = {"name": "call/1", "on": "2021-07-15"}
        with pytest.raises(FundError, match=message) as caught:
            FundDocument(**{**good, **changed}, reason="call", entries=[PAID], cash=(), unfunded=())
        assert caught.value.problem.code == Refusal.MIXED_DOCUMENT


def test_carry_passes_between_partners() -> None:
    gone = Entry(on="2021-07-15", partner=A, line=Line.CARRIED_INTEREST, amount=cny(-2), document="carry/1")
    with pytest.raises(FundError, match="carried interest of carry/1: must add up to zero") as caught:
        FundDocument(name="carry/1", on="2021-07-15", reason="carry", entries=[gone], cash=(), unfunded=())
    assert caught.value.problem.code == Refusal.UNBALANCED


def test_a_document_does_something() -> None:
    with pytest.raises(FundError, match="document: must move cash, capital or unfunded") as caught:
        FundDocument(name="x/1", on="2021-07-15", reason="x", entries=(), cash=(), unfunded=[(A, cny(0))])
    assert caught.value.problem.code == Refusal.NOTHING_MOVES


def test_a_cash_movement_names_its_partner() -> None:
    with pytest.raises(InvalidValueError, match="amount: must not be zero"):
        CashMovement(CashParty.OTHERS, cny(0))
    with pytest.raises(WrongTypeError, match="partner: must be of type AccountId, was None"):
        CashMovement(CashParty.PARTNER, cny(1))
    with pytest.raises(InvalidValueError, match="partner: must be None if the party is no partner"):
        CashMovement(CashParty.OTHERS, cny(1), A)

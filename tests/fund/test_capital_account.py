"""Capital accounts: opening and entries are the closing, closings roll, and every entry has its place."""

from __future__ import annotations

import datetime
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, CurrencyMismatchError, FundError, InvalidValueError, NotFoundError
from carbonkit.fund.account.capital_account import CapitalAccount, CapitalAccounts, capital_accounts
from carbonkit.fund.account.capital_statement import Span, capital_statement, check_roll
from carbonkit.fund.entry import Entry, Line
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AccountId, Money, Period

A, B, GP = AccountId("A"), AccountId("B"), AccountId("GP")
FIRST = datetime.date(2021, 7, 1)
QUARTER = Period("2021-07-01", "2021-10-01")
PROMISED = Commitments([Commitment(A, Money("200", "CNY")), Commitment(B, Money("100", "CNY"))])


def cny(minor: int) -> Money:
    return Money.from_minor(minor, "CNY")


def entry(
    partner: AccountId,
    minor: int,
    *,
    on: str | datetime.date = "2021-07-15",
    line: Line = Line.CONTRIBUTION,
    name: str = "call/1",
) -> Entry:
    return Entry(on=on, partner=partner, line=line, amount=cny(minor), document=name)


def accounts(
    *entries: Entry, period: Period = QUARTER, before: CapitalAccounts | None = None
) -> CapitalAccounts:
    return capital_accounts(entries, PROMISED, general_partner=GP, period=period, opening=before)


def test_the_closing_is_the_opening_and_the_entries() -> None:
    kept = accounts(
        entry(A, 10_000),
        entry(B, 5_000),
        entry(A, -200, on="2021-09-30", line=Line.MANAGEMENT_FEE, name="fee/1"),
        entry(A, 300, on="2021-08-01", line=Line.REALISED, name="gain/1"),
    )
    assert kept.parts == ((A, cny(10_100)), (B, cny(5_000)), (GP, cny(0)))
    assert (kept.opening, kept.closing, kept.currency) == (cny(0), cny(15_100), "CNY")
    mine = kept.account(A)
    assert mine.lines == (
        (Line.CONTRIBUTION, cny(10_000)),
        (Line.MANAGEMENT_FEE, cny(-200)),
        (Line.REALISED, cny(300)),
    )
    assert mine.of(Line.MANAGEMENT_FEE, Line.REALISED) == cny(100)
    assert mine.change == cny(10_100)
    assert kept.of(Line.CONTRIBUTION) == cny(15_000)
    assert [each.document for each in mine.entries] == ["call/1", "gain/1", "fee/1"]  # by day
    assert [each.on for each in kept.entries] == sorted(each.on for each in kept.entries)
    assert list(kept) == list(kept.accounts)
    with pytest.raises(NotFoundError, match="partner: must be a partner of the fund, was C"):
        kept.account(AccountId("C"))


def test_a_period_opens_with_the_closing_before() -> None:
    third = accounts(entry(A, 10_000), entry(GP, 7, line=Line.CARRIED_INTEREST))
    fourth = accounts(entry(B, 1, on="2021-10-01"), before=third, period=Period("2021-10-01", "2022-01-01"))
    assert [each.opening for each in fourth] == [each.closing for each in third]
    assert fourth.closing == cny(10_008)
    check_roll([third, fourth])
    check_roll([])


def test_who_came_later_opens_with_zero_and_who_left_stays() -> None:
    third = accounts(entry(A, 10_000))
    later = Commitments([Commitment(B, Money("100", "CNY")), Commitment(AccountId("C"), Money("1", "CNY"))])
    fourth = capital_accounts(
        [], later, general_partner=None, period=Period("2021-10-01", "2022-01-01"), opening=third
    )
    assert [str(each.partner) for each in fourth] == ["B", "C", "A", "GP"]
    assert fourth.account(A).closing == cny(10_000)
    check_roll([third, fourth])


def test_a_general_partner_with_a_commitment_has_one_account() -> None:
    with_own = Commitments([*PROMISED, Commitment(GP, Money("3", "CNY"))])
    kept = capital_accounts([], with_own, general_partner=GP, period=QUARTER, opening=None)
    assert [str(each.partner) for each in kept] == ["A", "B", "GP"]
    alone = capital_accounts([], PROMISED, general_partner=None, period=QUARTER, opening=None)
    assert [str(each.partner) for each in alone] == ["A", "B"]


def test_a_period_begins_where_the_one_before_ends() -> None:
    third = accounts(entry(A, 10_000))
    with pytest.raises(FundError, match="period: must begin on 2021-10-01, where the period") as caught:
        accounts(before=third, period=Period("2021-10-02", "2022-01-01"))
    assert caught.value.problem.code == Refusal.DOES_NOT_ROLL
    euros = Commitments([Commitment(A, Money("1", "EUR"))])
    with pytest.raises(CurrencyMismatchError, match="opening: must be EUR, was CNY"):
        capital_accounts(
            [], euros, general_partner=None, period=Period("2021-10-01", "2022-01-01"), opening=third
        )


def test_every_break_of_a_roll_is_named() -> None:
    third = accounts(entry(A, 10_000))
    other = Period("2021-10-02", "2022-01-01")
    forged = CapitalAccounts(
        accounts=[
            CapitalAccount(partner=A, period=other, opening=cny(10_001), entries=()),
            CapitalAccount(partner=AccountId("C"), period=other, opening=cny(5), entries=()),
        ]
    )
    with pytest.raises(BatchError) as caught:
        check_roll([third, forged])
    assert [problem.field for problem in caught.value.problems] == [
        "period",
        f"opening of A {other}",
        f"opening of C {other}",
    ]
    assert {problem.code for problem in caught.value.problems} == {"does_not_roll"}
    assert caught.value.problems[1].hint == "the difference is 0.01 CNY"


def test_every_entry_without_a_place_is_named() -> None:
    euro = Entry(
        on="2021-07-15", partner=A, line=Line.INTEREST, amount=Money("1", "EUR"), document="interest/1"
    )
    with pytest.raises(BatchError) as caught:
        accounts(
            entry(A, 1, on="2021-10-02", name="call/9"),
            entry(A, 1),
            entry(AccountId("X"), 1, name="call/2"),
            euro,
            entry(A, 1, on="2021-06-30", name="call/3"),
        )
    assert [str(problem) for problem in caught.value.problems] == [
        "entry 1 (call/9): must lie in [2021-07-01, 2021-10-01), was 2021-10-02",
        "entry 3 (call/2): must be a partner of the fund, was X",
        "entry 4 (interest/1): must be CNY, was EUR",
        "entry 5 (call/3): must lie in [2021-07-01, 2021-10-01), was 2021-06-30",
    ]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"opening": Money("0.001", "CNY")}, "amount: must have at most 2 decimal places"),
        ({"opening": "1"}, "opening: must be of type Money"),
        ({"period": Period("2021-07-01", None)}, "period: must have an end"),
        ({"period": "2021"}, "period: must be of type Period"),
        ({"partner": "A"}, "partner: must be of type AccountId"),
        ({"entries": ["x"]}, "entry 1: must be of type Entry"),
        ({"entries": [entry(B, 1)]}, "entry of call/1: must be of A, was B"),
        (
            {"opening": Money("0", "EUR"), "entries": [entry(A, 1)]},
            "entry of call/1: must be EUR, was CNY",
        ),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {"partner": A, "period": QUARTER, "opening": cny(0), "entries": ()}
    with pytest.raises(InvalidValueError, match=message):
        CapitalAccount(**{**good, **changed})


def test_an_account_holds_no_entry_of_another_period() -> None:
    with pytest.raises(FundError, match="entry of call/1: must lie in") as caught:
        CapitalAccount(partner=A, period=QUARTER, opening=cny(0), entries=[entry(A, 1, on="2021-10-01")])
    assert caught.value.problem.code == Refusal.OUTSIDE_PERIOD


def test_accounts_are_of_one_fund_and_period() -> None:
    def one(partner: AccountId, period: Period = QUARTER, currency: str = "CNY") -> CapitalAccount:
        return CapitalAccount(partner=partner, period=period, opening=Money("0", currency), entries=())

    with pytest.raises(InvalidValueError, match="accounts: must hold one account or more"):
        CapitalAccounts(accounts=[])
    with pytest.raises(InvalidValueError, match="partner: must stand there once, was A"):
        CapitalAccounts(accounts=[one(A), one(A)])
    with pytest.raises(InvalidValueError, match="account of B: must be of"):
        CapitalAccounts(accounts=[one(A), one(B, Period.year(2021))])
    with pytest.raises(CurrencyMismatchError, match="account of B: must be CNY, was EUR"):
        CapitalAccounts(accounts=[one(A), one(B, currency="EUR")])
    with pytest.raises(InvalidValueError, match="accounts: must be of type CapitalAccount"):
        CapitalAccounts(accounts=["A"])  # type: ignore[list-item]


def test_an_account_explains_itself_by_document() -> None:
    said = accounts(entry(A, 1), entry(A, 2, name="call/2"), entry(A, 3, name="call/2")).explain()
    assert said.value == "0.06 CNY"
    assert [(part.what, part.value, part.how) for part in said.parts[0].parts] == [
        ("opening", "0.00 CNY", ""),
        ("contribution", "0.06 CNY", "call/1, call/2"),
    ]


LINES = st.sampled_from(list(Line))
ENTRIES = st.lists(
    st.builds(
        lambda partner, line, minor, day: Entry(
            on=FIRST + datetime.timedelta(days=day),
            partner=partner,
            line=line,
            amount=cny(minor),
            document="d/1",
        ),
        st.sampled_from([A, B, GP]),
        LINES,
        st.integers(-(10**12), 10**12),
        st.integers(0, 364),
    ),
    max_size=30,
)


@given(ENTRIES, st.sets(st.integers(1, 364), max_size=6))
def test_accounts_roll_over_any_cut_into_periods(entries: list[Entry], cuts: set[int]) -> None:
    days = [FIRST + datetime.timedelta(days=each) for each in (0, *sorted(cuts), 365)]
    before: CapitalAccounts | None = None
    reported = []
    for start, end in itertools.pairwise(days):
        within = [each for each in entries if start <= each.on < end]
        before = accounts(*within, period=Period(start, end), before=before)
        reported.append(before)
    check_roll(reported)
    whole = accounts(*entries, period=Period(days[0], days[-1]))
    assert before is not None
    assert before.parts == whole.parts
    model: dict[AccountId, int] = {}
    for each in entries:
        model[each.partner] = model.get(each.partner, 0) + each.amount.to_minor()
    assert {partner: minor for partner, closing in whole.parts if (minor := closing.to_minor())} == {
        partner: minor for partner, minor in model.items() if minor
    }
    assert whole.closing == cny(sum(model.values()))
    assert sum(whole.of(line).to_minor() for line in Line) == sum(model.values())


@given(ENTRIES, st.integers(0, 364), st.integers(0, 364), st.integers(0, 364))
def test_the_three_views_end_together(entries: list[Entry], one: int, two: int, three: int) -> None:
    year, quarter, last = (FIRST + datetime.timedelta(days=each) for each in sorted([one, two, three]))
    known = [each for each in entries if each.on <= last]
    said = capital_statement(
        known, PROMISED, general_partner=GP, inception=FIRST, year=year, quarter=quarter, as_of=last
    )
    for span in Span:
        view = said.over(span)
        assert view.parts == said.inception.parts
        start = view.period.start
        assert [each.opening for each in view] == [
            cny(sum(x.amount.to_minor() for x in known if x.partner == each.partner and x.on < start))
            for each in view
        ]
    assert [said.over(span).period.start for span in Span] == [quarter, year, FIRST]


def test_a_year_that_began_before_the_fund_counts_from_its_beginning() -> None:
    said = capital_statement(
        [entry(A, 1)],
        PROMISED,
        general_partner=GP,
        inception=FIRST,
        year="2021-01-01",
        quarter="2021-07-01",
        as_of="2021-09-30",
    )
    assert said.year == said.inception == said.quarter
    assert said.as_of == datetime.date(2021, 9, 30)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"year": "2021-08-01", "quarter": "2021-07-31"}, "quarter: must be on or after 2021-08-01"),
        ({"quarter": "2021-10-01"}, "as_of: must be on or after 2021-10-01, was 2021-09-30"),
        ({"as_of": "2021-06-30"}, "as_of: must be on or after 2021-07-01, was 2021-06-30"),
        ({"as_of": datetime.date.max}, "as_of: must have a day after it"),
    ],
)
def test_days_of_a_statement_are_in_order(changed: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {
        "general_partner": None,
        "inception": FIRST,
        "year": FIRST,
        "quarter": FIRST,
        "as_of": "2021-09-30",
    }
    with pytest.raises(InvalidValueError, match=message):
        capital_statement([], PROMISED, **{**good, **changed})


def test_a_statement_takes_nothing_from_after_its_day() -> None:
    with pytest.raises(BatchError, match=r"entry 1 \(call/1\): must lie in"):
        capital_statement(
            [entry(A, 1, on="2021-10-01")],
            PROMISED,
            general_partner=None,
            inception=FIRST,
            year=FIRST,
            quarter=FIRST,
            as_of="2021-09-30",
        )

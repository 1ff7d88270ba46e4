"""Commitments: positive, one a partner, in one currency; all that is wrong with a table at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, CurrencyMismatchError, InvalidValueError, NotFoundError
from carbonkit.fund.partner.commitment import Commitment, Commitments, read_commitments, read_percentages
from carbonkit.values import AccountId, Money

HEADER = "partner,amount,currency"


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def promised(*amounts: str) -> Commitments:
    return Commitments(Commitment(AccountId(f"LP-{n}"), cny(amount)) for n, amount in enumerate(amounts, 1))


def test_commitments_add_up_and_can_be_found() -> None:
    both = promised("200.00", "100.50")
    assert both.total == cny("300.50")
    assert both.currency == "CNY"
    assert both.of(AccountId("LP-2")) == cny("100.50")
    assert [str(each.partner) for each in both] == ["LP-1", "LP-2"]
    with pytest.raises(NotFoundError, match="partner: must be a partner of the fund, was LP-3"):
        both.of(AccountId("LP-3"))


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        (cny("0.00"), "amount: must be above zero, was 0.00 CNY"),
        (cny("-0.01"), "amount: must be zero or more, was -0.01 CNY"),
        (cny("0.005"), "amount: must have at most 2 decimal places, was 0.005 CNY"),
        (Money("0.5", "JPY"), "amount: must have at most 0 decimal places, was 0.5 JPY"),
        ("100.00", "amount: must be of type Money, was '100.00'"),
    ],
)
def test_an_amount_that_nobody_can_pay_is_refused(amount: Money, message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Commitment(AccountId("LP-1"), amount)
    assert str(caught.value).startswith(message)


def test_a_partner_is_an_account() -> None:
    with pytest.raises(InvalidValueError, match="partner: must be of type AccountId, was 'LP-1'"):
        Commitment("LP-1", cny("1"))  # type: ignore[arg-type]


def test_a_partner_stands_there_once() -> None:
    one = Commitment(AccountId("LP-1"), cny("1"))
    with pytest.raises(InvalidValueError, match="partner: must stand there once, was LP-1"):
        Commitments([one, one])


def test_there_is_one_currency() -> None:
    two = [Commitment(AccountId("A"), cny("1")), Commitment(AccountId("B"), Money("1", "EUR"))]
    with pytest.raises(CurrencyMismatchError, match="currency: must be CNY, as in the rows before, was EUR"):
        Commitments(two)
    with pytest.raises(CurrencyMismatchError, match="amount: must be CNY, was EUR"):
        promised("1").shares(Money("1", "EUR"))


def test_no_commitment_is_no_fund() -> None:
    with pytest.raises(InvalidValueError, match="commitments: must hold one commitment or more, was none"):
        Commitments(())


def test_only_commitments_are_commitments() -> None:
    with pytest.raises(InvalidValueError, match="commitments: must be of type Commitment"):
        Commitments([cny("1")])  # type: ignore[list-item]


@given(st.lists(st.integers(1, 10**15), min_size=1, max_size=9), st.integers(-(10**15), 10**15))
def test_shares_add_up(amounts: list[int], fen: int) -> None:
    partners = Commitments(
        Commitment(AccountId(f"LP-{n}"), Money.from_minor(amount, "CNY")) for n, amount in enumerate(amounts)
    )
    shares = partners.shares(Money.from_minor(fen, "CNY"))
    assert [partner for partner, _ in shares] == [each.partner for each in partners]
    assert sum(amount.to_minor() for _, amount in shares) == fen


def test_a_table_is_read_in_its_order() -> None:
    read = read_commitments([HEADER, "GP,1.50,CNY", '"LP-1","98.50","CNY"'], file="commitments.csv")
    assert read == Commitments(
        [Commitment(AccountId("GP"), cny("1.50")), Commitment(AccountId("LP-1"), cny("98.50"))]
    )


def test_all_problems_of_a_table_at_once() -> None:
    rows = [
        "A,100.00,CNY",
        "B B,100.00,CNY",
        "C,0,CNY",
        "D,1e2x,yuan",
        "A,5.00,CNY",
        "E,5.00,EUR",
        "F,0.001,CNY",
        "G,5.00",
    ]
    with pytest.raises(BatchError) as caught:
        read_commitments([HEADER, *rows], file="commitments.csv")
    assert [(problem.file, problem.row, problem.field) for problem in caught.value.problems] == [
        ("commitments.csv", 3, "partner"),
        ("commitments.csv", 4, "amount"),
        ("commitments.csv", 5, "amount"),
        ("commitments.csv", 5, "currency"),
        ("commitments.csv", 6, "partner"),
        ("commitments.csv", 7, "currency"),
        ("commitments.csv", 8, "amount"),
        ("commitments.csv", 9, ""),
    ]


def test_an_empty_table_is_no_fund() -> None:
    with pytest.raises(BatchError, match=r"commitments\.csv, commitments: must hold one commitment or more"):
        read_commitments([HEADER], file="commitments.csv")


def test_percentages_divide_the_whole_fund() -> None:
    lines = ["partner,percent", "A,33.333", "B,33.333", "C,33.334"]
    read = read_percentages(lines, file="shares.csv", total=cny("100.00"))
    assert [str(each.amount.amount) for each in read] == ["33.33", "33.33", "33.34"]
    assert read.total == cny("100.00")


@pytest.mark.parametrize(
    ("percent", "message"),
    [
        ("33.33", "percent: must add up to 100, was 99.99, 0.01 too little"),
        ("33.35", "percent: must add up to 100, was 100.01, 0.01 too much"),
        ("0", "row 4, percent: must be above zero, was 0"),
        ("a third", 'row 4, percent: must be a plain number such as "1234.5", was a third'),
    ],
)
def test_percentages_add_up_to_a_hundred_exactly(percent: str, message: str) -> None:
    lines = ["partner,percent", "A,33.33", "B,33.33", f"C,{percent}"]
    with pytest.raises(BatchError) as caught:
        read_percentages(lines, file="shares.csv", total=cny("100.00"))
    assert message in str(caught.value)


def test_a_partner_has_one_percentage_and_a_fund_a_size() -> None:
    with pytest.raises(BatchError, match=r"shares\.csv, row 3, partner: must stand there once, was A"):
        read_percentages(["partner,percent", "A,50", "A,50"], file="shares.csv", total=cny("1"))
    with pytest.raises(InvalidValueError, match="amount: must be above zero"):
        read_percentages(["partner,percent", "A,100"], file="shares.csv", total=cny("0"))
    with pytest.raises(BatchError, match="percent: must add up to 100, was 0, 100 too little"):
        read_percentages(["partner,percent"], file="shares.csv", total=cny("1"))
    with pytest.raises(InvalidValueError, match="amount: must be above zero"):
        # a share of a fund too small to give each partner one fen
        read_percentages(["partner,percent", "A,99", "B,1"], file="shares.csv", total=cny("0.01"))

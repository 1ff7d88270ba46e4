"""Fee bills and offsets: gross to net, never below zero, and what is left over is carried forward."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError, NotFoundError
from carbonkit.fund.entry import Line
from carbonkit.fund.fee.fee_bill import FeeBill, bill_fee
from carbonkit.fund.fee.fee_offset import OffsetTerms, offset_fee
from carbonkit.fund.fee.fee_terms import FeeBase, FeeMeasured, FeePeriods, FeeStep, FeeTerms
from carbonkit.fund.fee.management_fee import ManagementFee, charge_management_fee
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AccountId, Money, Rounding
from tests.carry import cny, partners

if TYPE_CHECKING:
    from fractions import Fraction

ALL = OffsetTerms(share=1, rounding=Rounding.HALF_UP)
TERMS = FeeTerms(
    steps=[FeeStep("2021-07-15", "0.02", [FeeBase.COMMITTED])],
    own=(),
    time=FeePeriods.YEARS,
    measured=FeeMeasured.AT_PERIOD_START,
    rounding=Rounding.HALF_UP,
)


def gross(*fen: int) -> ManagementFee:
    fund = partners(**{f"LP{n}": str(Money.from_minor(amount, "CNY").amount) for n, amount in enumerate(fen)})
    return charge_management_fee(
        TERMS, fund, (), number=3, start="2021-07-15", end="2022-07-15", charged_on="2021-07-15"
    )


def billed(fee: ManagementFee, **changed: Any) -> FeeBill:  # noqa: ANN401  any argument of a bill
    given_too: dict[str, Any] = {
        "waived": cny("0"),
        "rebates": (),
        "offset_terms": ALL,
        "portfolio_fees": cny("0"),
        "brought_forward": cny("0"),
    }
    return bill_fee(fee, **{**given_too, **changed})


def test_a_fee_is_never_below_zero_and_the_rest_rolls() -> None:
    eighty = OffsetTerms(share="0.80", rounding=Rounding.HALF_UP)
    left = cny("0")
    seen = []
    for portfolio_fees in ("50.00", "200.00", "0.00", "10.03"):
        offset = offset_fee(eighty, fee=cny("100"), portfolio_fees=cny(portfolio_fees), brought_forward=left)
        left = offset.carried_forward
        seen.append((str(offset.applied.amount), str(left.amount)))
    assert seen == [("40.00", "0.00"), ("100", "60.00"), ("60.00", "0.00"), ("8.02", "0.00")]


@given(
    fen=st.lists(st.integers(0, 10**9), min_size=1, max_size=8),
    share=st.fractions(0, 1, max_denominator=20),
    fee=st.integers(0, 10**9),
)
def test_what_is_set_off_and_carried_forward_is_all_there_was(
    fen: list[int], share: Fraction, fee: int
) -> None:
    terms = OffsetTerms(share=share, rounding=Rounding.FLOOR)
    left, applied = cny("0"), 0
    for amount in fen:
        offset = offset_fee(
            terms,
            fee=Money.from_minor(fee, "CNY"),
            portfolio_fees=Money.from_minor(amount, "CNY"),
            brought_forward=left,
        )
        left = offset.carried_forward
        applied += offset.applied.to_minor()
        assert 0 <= offset.applied.to_minor() <= fee
        assert left.to_minor() == 0 or offset.applied.to_minor() == fee
    assert applied + left.to_minor() == sum(int(share * amount) for amount in fen)


def test_every_step_has_its_line() -> None:
    bill = billed(
        gross(6000, 4000),  # 1.20 and 0.80
        waived=cny("0.50"),
        rebates=[(AccountId("LP1"), cny("0.10"))],
        portfolio_fees=cny("0.70"),
        offset_terms=OffsetTerms(share="0.5", rounding=Rounding.HALF_UP),
        brought_forward=cny("0.05"),
    )
    assert [str(amount) for _, amount in bill.waivers] == ["0.30 CNY", "0.20 CNY"]
    assert [str(amount) for _, amount in bill.rebates] == ["0.00 CNY", "0.10 CNY"]
    assert [str(amount) for _, amount in bill.offsets] == ["0.26 CNY", "0.14 CNY"]  # 0.40 of 0.90 and 0.50
    assert [str(amount) for _, amount in bill.parts] == ["0.64 CNY", "0.36 CNY"]
    assert bill.net == cny("1.00")
    sums = {line: sum(e.amount.to_minor() for e in bill.entries if e.line is line) for line in Line}
    assert {line: fen for line, fen in sums.items() if fen} == {
        Line.MANAGEMENT_FEE: -200,
        Line.FEE_WAIVER: 50,
        Line.FEE_REBATE: 10,
        Line.FEE_OFFSET: 40,
    }
    assert {entry.document for entry in bill.entries} == {"management-fee/3"}


@given(
    fen=st.lists(st.integers(1, 10**10), min_size=1, max_size=5),
    waived=st.fractions(0, 1, max_denominator=50),
    portfolio=st.integers(0, 10**9),
)
def test_nobody_pays_less_than_nothing(fen: list[int], waived: Fraction, portfolio: int) -> None:
    fee = gross(*fen)
    bill = billed(
        fee,
        waived=Money.from_minor(int(waived * fee.total.to_minor()), "CNY"),
        portfolio_fees=Money.from_minor(portfolio, "CNY"),
    )
    assert all(part.amount >= 0 for _, part in bill.parts)
    assert -sum(entry.amount.to_minor() for entry in bill.entries) == bill.net.to_minor()


@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        (
            {"waived": cny("2.01")},
            Refusal.ABOVE_FEE,
            "waived: must be at most the 2.00 CNY that are left of the fee, was 2.01 CNY",
        ),
        ({"waived": cny("-1")}, "invalid_value", "waived: must be zero or more"),
        ({"waived": Money("1", "EUR")}, "currency_mismatch", "waived: must be CNY, was EUR"),
        (
            {"rebates": [(AccountId("LP0"), cny("1.21"))]},
            Refusal.ABOVE_FEE,
            "rebate of LP0: must be at most the 1.20 CNY that are left of the fee",
        ),
        ({"rebates": [(AccountId("LP9"), cny("1"))]}, "not_found", "rebates: must be a partner that bears"),
        (
            {"rebates": [(AccountId("LP0"), cny("0.1"))] * 2},
            "invalid_value",
            "rebates: must name each partner once",
        ),
        ({"rebates": [(AccountId("LP0"), cny("-1"))]}, "invalid_value", "rebates: must be zero or more"),
        ({"portfolio_fees": cny("-1")}, "invalid_value", "portfolio_fees: must be zero or more"),
        ({"brought_forward": Money("1", "EUR")}, "currency_mismatch", "brought_forward: must be CNY"),
        ({"offset_terms": "80 %"}, "wrong_type", "terms: must be of type OffsetTerms"),
    ],
)
def test_a_bill_that_makes_no_sense_is_refused(changed: dict[str, Any], code: str, message: str) -> None:
    with pytest.raises((InvalidValueError, FundError, NotFoundError, CurrencyMismatchError)) as caught:
        billed(gross(6000, 4000), **changed)
    assert caught.value.problem.code == code
    assert str(caught.value).startswith(message)


def test_a_fee_of_nothing_is_billed_too() -> None:
    bill = billed(gross(1, 1), portfolio_fees=cny("5"))
    assert (bill.fee.total, bill.net, bill.offset.carried_forward) == (cny("0.00"), cny("0.00"), cny("5.00"))
    assert bill.entries == ()


def test_the_share_that_is_set_off_is_checked() -> None:
    with pytest.raises(InvalidValueError, match=r"share: must be from 0 to 1, was 80; 80 % is 0\.80"):
        OffsetTerms(share=80, rounding=Rounding.HALF_UP)

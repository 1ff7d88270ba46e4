"""
Worked: capital calls divided to the minor unit.

1. A hundred among three equal partners. Sources: the method of largest
   remainders (Hamilton; Hare and Niemeyer), worked by hand: 33.333… each, cut
   down to 33.33, leaves 0.01, which goes to the first. Parts that are rounded
   one by one add up to 99.99.
2. The first call of the illustrative fund in `examples/peak_fund`: one per cent
   of 10,000,000,000.00 CNY, of which three banks promise a third each of
   5,350,000,000.00 CNY; worked by hand.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from carbonkit.fund.partner.call import call_capital
from carbonkit.fund.partner.commitment import Commitment, Commitments, read_commitments
from carbonkit.values import AccountId, Money, Rounding, as_date, divide, read_table

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "peak_fund"

PEAK_FUND_CALL = {
    "LP-CITY": "20000000.00",
    "LP-DISTRICT": "10000000.00",
    "LP-BANK-1": "17833333.33",
    "LP-BANK-2": "17833333.33",
    "LP-BANK-3": "17833333.34",
    "LP-INDUSTRY-1": "8500000.00",
    "LP-INDUSTRY-2": "7000000.00",
    "GP": "1000000.00",
}


def lines(file: str) -> list[str]:
    return (EXAMPLE / file).read_text("utf-8").splitlines(keepends=True)


def test_a_hundred_among_three() -> None:
    partners = Commitments(Commitment(AccountId(name), Money("500.00", "CNY")) for name in "ABC")
    call = call_capital(
        partners,
        (),
        total=Money("100.00", "CNY"),
        issued_on="2024-01-02",
        due_on="2024-01-12",
        purpose="investment",
    )
    assert [str(amount) for _, amount in call.amounts] == ["33.34 CNY", "33.33 CNY", "33.33 CNY"]
    one_by_one = divide("100.00", 3, 2, Rounding.HALF_UP)
    assert str(one_by_one * 3) == "99.99"


def test_the_first_call_of_the_peak_fund() -> None:
    partners = read_commitments(lines("commitments.csv"), file="commitments.csv")
    assert partners.total == Money("10000000000.00", "CNY")
    columns: dict[str, Callable[[str], object]] = {
        "fund": AccountId,
        "name_en": str,
        "name_zh": str,
        "call_total": str,
        "currency": str,
        "issued_on": as_date,
        "due_on": as_date,
        "purpose": str,
        "management_fee": str,
    }
    (terms,) = read_table(lines("terms.csv"), file="terms.csv", columns=columns, build=dict)
    call = call_capital(
        partners,
        (),
        total=Money(terms["call_total"], terms["currency"]),
        issued_on=terms["issued_on"],
        due_on=terms["due_on"],
        purpose=terms["purpose"],
    )
    assert {str(partner): str(amount.amount) for partner, amount in call.amounts} == PEAK_FUND_CALL
    assert call.total == Money("100000000.00", "CNY")
    assert sum(left.to_minor() for _, left in call.after) == Money("9900000000.00", "CNY").to_minor()

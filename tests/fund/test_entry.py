"""Entries: one line of a capital account."""

from __future__ import annotations

import datetime

import pytest

from carbonkit.errors import InvalidValueError
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.values import AccountId, Money

CITY = AccountId("LP-CITY")


def entry(amount: str = "1.00", document: str = "call/1", on: str = "2021-07-15") -> Entry:
    return Entry(
        on=on,
        partner=CITY,
        line=Line.CONTRIBUTION,
        amount=Money(amount, "CNY"),
        document=document,
    )


def test_a_fraction_of_a_fen_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="at most 2 decimal places"):
        entry(amount="0.001")


@pytest.mark.parametrize("document", ["", "  "])
def test_the_document_is_named(document: str) -> None:
    with pytest.raises(InvalidValueError, match="document"):
        entry(document=document)


def test_the_day_is_a_day() -> None:
    with pytest.raises(InvalidValueError, match="on"):
        entry(on="15.7.2021")


def test_parts_of_nothing_make_no_entry() -> None:
    made = entries_of(
        [(CITY, Money("0", "CNY")), (AccountId("B"), Money("-2.00", "CNY"))],
        on=datetime.date(2021, 7, 15),
        line=Line.DISTRIBUTION,
        document="distribution/1",
    )
    assert [(each.partner.text, each.amount) for each in made] == [("B", Money("-2.00", "CNY"))]

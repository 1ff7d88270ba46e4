"""Contract notes: the parts of each add up to what was paid, or to what the units brought."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from carbonkit.errors import InvalidValueError
from carbonkit.fund.units.contract_note import RedemptionNote, SubscriptionNote
from tests.fund.unit_books import DAY, A, buy, cny, first, give_back, lot


def test_a_subscription_adds_up() -> None:
    note = SubscriptionNote(
        order=buy("S-1", A, cny("100.00")),
        price=first("1.0500"),
        fee=cny("1.00"),
        levy=cny("0.50"),
        units=Decimal("93.80"),
    )
    assert note.into_fund == cny("99.00")
    assert note.kept == Fraction("98.5") - Fraction("93.8") * Fraction("1.05")
    assert (note.lot.holder, str(note.lot.bought_on), note.lot.document) == (A, DAY, "S-1")
    assert "93.80 = (100.00 CNY − fee − levy) / 1.0500 CNY" in note.explain().text()


def redemption(fee: str) -> RedemptionNote:
    return RedemptionNote(
        order=give_back("R-1", A, 100),
        price=first("1.0500"),
        lots=(lot(A, "60.00"), lot(A, "40.00")),
        gross=cny("105.00"),
        performance_fee=cny("2.00"),
        levy=cny("1.00"),
        fee=cny(fee),
        fee_kept=cny("0.50"),
    )


def test_a_redemption_adds_up() -> None:
    note = redemption("2.00")
    assert note.units == Decimal("100.00")
    assert (note.proceeds, note.to_manager, note.out_of_fund) == (cny("100.00"), cny("3.50"), cny("103.50"))
    assert note.gross == note.out_of_fund + note.levy + note.fee_kept
    assert note.kept == 0
    text = note.explain().text()
    assert "proceeds of GREEN-A for BANK-A, order R-1: 100.00 CNY = 100.00 × 1.0500 CNY" in text
    assert "back-end fee: 2.00 CNY = 0.50 CNY of it stays in the fund" in text


def test_more_than_the_units_bring_is_not_taken_off() -> None:
    assert redemption("102.00").proceeds == cny("0.00")
    with pytest.raises(InvalidValueError, match=r"fees and levy: must be at most the 105\.00 CNY"):
        redemption("102.01")

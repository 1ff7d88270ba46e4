"""Accounts over the exchange: positions, holdings, and a statement whose pages are one list."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InvalidValueError, UnknownAccountError
from carbonkit.exchange.handler import ForbiddenError
from carbonkit.market import ParticipantKind
from carbonkit.values import AccountId, AssetId, Money
from carbonkit.wire import ACCOUNT, STATEMENT, HoldingLine, ListQuery, StatementLine
from tests.exchange.registries import ALLOCATED, ANN, CAT, CEA, SAM, House

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.wire import Operation

CNY = AssetId("CNY")


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    made = House().open()
    made.trade(500)
    made.trade(300)
    yield made
    made.close()


def test_an_account_shows_where_it_stands_at_the_venue_and_in_the_ledger(house: House) -> None:
    shown = house.look(CAT, ACCOUNT, account="KEE-002")
    assert (shown.account, shown.kind) == (AccountId("KEE-002"), ParticipantKind.KEY_EMITTER)
    assert shown.holdings == (
        HoldingLine(asset=CEA, bucket="bought_today", quantity=Decimal(800)),
        HoldingLine(asset=CEA, bucket="tradable", quantity=Decimal(ALLOCATED)),
        HoldingLine(asset=CNY, bucket="tradable", quantity=Decimal("940800.00")),
    )
    assert len(shown.positions) == 6
    (position,) = (each for each in shown.positions if each.asset == CEA)
    assert (position.sellable, position.bought) == (ALLOCATED, 800)
    assert (position.cash, position.committed) == (Money("940800.00", "CNY"), Money("0.00", "CNY"))


def test_an_account_that_does_not_trade_has_no_position(house: House) -> None:
    shown = house.look(SAM, ACCOUNT, account="AUTHORITY")
    assert (shown.kind, shown.positions) == (None, ())
    assert [str(each.quantity) for each in shown.holdings] == ["10000"]


def test_what_an_account_is_stays_known_after_a_restart(house: House) -> None:
    house.restart()
    assert house.look(ANN, ACCOUNT, account="KEE-001").kind is ParticipantKind.KEY_EMITTER


@pytest.mark.parametrize("operation", [ACCOUNT, STATEMENT])
def test_others_accounts_are_not_shown(house: House, operation: Operation[Any]) -> None:
    for name in ("KEE-001", "AUTHORITY", "NONE"):
        with pytest.raises(ForbiddenError):
            house.look(CAT, operation, account=name)
    with pytest.raises(UnknownAccountError):
        house.look(SAM, operation, account="NONE")
    with pytest.raises(InvalidValueError):
        house.look(SAM, operation, account="../etc")


def statement(house: House, limit: int) -> list[StatementLine]:
    lines: list[StatementLine] = []
    cursor = None
    while True:
        page = house.look(ANN, STATEMENT, ListQuery(limit=limit, cursor=cursor), account="KEE-001")
        lines += page.data
        assert len(page.data) == limit or page.next_cursor is None
        cursor = page.next_cursor
        if cursor is None:
            return lines


def test_a_statement_tells_each_movement_newest_first(house: House) -> None:
    lines = statement(house, 100)
    told = [(each.reason, each.asset.text, str(each.quantity), str(each.balance)) for each in lines]
    assert told == [
        ("settlement", "CNY", "22200.00", "1059200.00"),
        ("settlement", "CEA-2025", "-300", "4200"),
        ("settlement", "CNY", "37000.00", "1037000.00"),
        ("settlement", "CEA-2025", "-500", "4500"),
        ("post_hold", "CEA-2025", "5000", "5000"),
        ("pay_in", "CNY", "1000000.00", "1000000.00"),
    ]
    assert [each.sequence for each in lines] == sorted((each.sequence for each in lines), reverse=True)


def test_each_balance_is_the_one_before_and_what_came(house: House) -> None:
    balances: dict[tuple[AssetId, str], Decimal] = {}
    for each in reversed(statement(house, 100)):
        key = each.asset, each.bucket
        balances[key] = balances.get(key, Decimal(0)) + each.quantity
        assert balances[key] == each.balance


@given(limit=st.integers(1, 7))
def test_however_a_statement_is_cut_it_is_the_same(house: House, limit: int) -> None:
    assert statement(house, limit) == statement(house, 100)


@pytest.mark.parametrize("cursor", ["", "0", "-1", "1.0", "x", "٣", "9" * 19])
def test_a_cursor_that_no_page_gave_is_refused(house: House, cursor: str) -> None:
    with pytest.raises(InvalidValueError, match="next_cursor"):
        house.look(ANN, STATEMENT, ListQuery(cursor=cursor), account="KEE-001")

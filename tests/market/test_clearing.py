from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.market import Obligation, obligations
from carbonkit.values import AccountId, AssetId, Money

if TYPE_CHECKING:
    from tests.floor import Desk, OpenSession


def test_each_trade_is_owed_by_itself_and_in_full(desk: Desk, open_session: OpenSession) -> None:
    session = open_session()
    session.apply(desk.sell("S-1", "A", "48.00", 100))
    session.apply(desk.take("T-1", "B", "S-1", 100))
    session.apply(desk.sell("S-2", "B", "48.01", 100))
    session.apply(desk.take("T-2", "A", "S-2", 100))
    owed = obligations(session.trades)
    assert owed == (
        Obligation(
            trade="CEA/20210716/1",
            asset=AssetId("CEA-2019-2020"),
            quantity=100,
            seller=AccountId("A"),
            buyer=AccountId("B"),
            cash=Money("4800.00", "CNY"),
        ),
        Obligation(
            trade="CEA/20210716/2",
            asset=AssetId("CEA-2019-2020"),
            quantity=100,
            seller=AccountId("B"),
            buyer=AccountId("A"),
            cash=Money("4801.00", "CNY"),
        ),
    )


def test_no_trade_nothing_owed() -> None:
    assert obligations([]) == ()

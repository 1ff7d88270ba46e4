"""The desk: a trade that the ledger refuses to settle is not forgotten."""

from __future__ import annotations

from carbonkit.ledger import Bucket, CommandId, Leg, Transfer
from carbonkit.market import Side
from carbonkit.values import AccountId
from tests.exchange.desks import ANN, BOB, Hall


def moved(hall: Hall, name: str, source: Bucket, target: Bucket) -> None:
    """Move the seller's units in the ledger alone, where the venue cannot see it."""
    asset, seller = hall.instrument.asset, AccountId("KEE-001")
    quantity = hall.ledger.quantity(seller, asset, source)
    leg = Leg(asset, quantity, seller, seller, source, target)
    hall.ledger.post(Transfer(CommandId(name), [leg], "test", hall.desk.now()))


def test_a_trade_that_cannot_be_settled_is_told_of_until_it_is() -> None:
    hall = Hall()
    post = hall.place(ANN, "S-1", Side.SELL, 1000, "74.50").order
    moved(hall, "away", Bucket.TRADABLE, Bucket.FROZEN)
    hall.take(BOB, "T-1", post.order_id.text, 400)
    hall.take(BOB, "T-2", post.order_id.text, 100)
    assert len(hall.desk.unsettled) == 2
    hall.write()
    for _ in range(2):
        again = hall.another()
        assert (again.settle_rest(), len(again.unsettled)) == (2, 2)
    moved(hall, "back", Bucket.FROZEN, Bucket.TRADABLE)
    mended = hall.another()
    assert (mended.settle_rest(), mended.unsettled) == (2, [])
    assert hall.ledger.quantity(AccountId("KEE-002"), hall.instrument.asset, Bucket.BOUGHT_TODAY) == 500
    hall.close()

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.market import Allocation, OrderBook, SelfTrade

Resting = tuple[int, int, bool, int, int]  # id, owner, sells, ticks, lots
OPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "add", "ioc", "cancel", "reduce"]),
        st.booleans(),
        st.integers(95, 105),
        st.integers(1, 12),
        st.integers(0, 3),
    ),
    max_size=60,
)


class Obvious:
    """A book as a list that is searched from the start for every lot."""

    def __init__(self, rule: SelfTrade) -> None:
        self.rule = rule
        self.resting: list[Resting] = []

    def best(self, sell: bool) -> Resting | None:  # noqa: FBT001  by position, which is faster
        side = [each for each in self.resting if each[2] is sell]
        return min(
            side, key=lambda each: (each[3] if sell else -each[3], self.resting.index(each)), default=None
        )

    def change(self, order_id: int, lots: int) -> None:
        at = next(place for place, each in enumerate(self.resting) if each[0] == order_id)
        old = self.resting[at]
        if lots == old[4]:
            del self.resting[at]
        else:
            self.resting[at] = (*old[:4], old[4] - lots)

    def add(self, order: Resting, *, rest: bool) -> list[tuple[int, int]]:
        order_id, owner, sell, ticks, lots = order
        fills: list[tuple[int, int]] = []
        while lots:
            met = self.best(not sell)
            if met is None or (met[3] < ticks if sell else met[3] > ticks):
                break
            if owner and met[1] == owner and self.rule is not SelfTrade.ALLOWED:
                both = min(lots, met[4]) if self.rule is SelfTrade.DECREMENT else met[4]
                if self.rule is not SelfTrade.CANCEL_INCOMING:
                    self.change(met[0], both)
                if self.rule is SelfTrade.DECREMENT:
                    lots -= both
                elif self.rule is not SelfTrade.CANCEL_RESTING:
                    lots = 0
                continue
            fills.append((met[0], met[3]))
            self.change(met[0], 1)
            lots -= 1
        if lots and rest:
            self.resting.append((order_id, owner, sell, ticks, lots))
        return fills


@pytest.mark.parametrize("rule", SelfTrade)
@given(ops=OPS)
def test_a_book_does_what_a_searched_list_does(
    rule: SelfTrade, ops: list[tuple[str, bool, int, int, int]]
) -> None:
    book, model = OrderBook(self_trade=rule), Obvious(rule)
    for number, (what, sell, ticks, lots, owner) in enumerate(ops, start=1):
        if what in {"add", "ioc"}:
            reach = book.reachable(sell=sell, ticks=ticks, lots=lots, owner=owner)
            match = book.add(number, sell, ticks, lots, owner, what == "add")
            fills = [] if match is None else match.fills
            single = [(maker, price) for maker, price, count in fills for _ in range(count)]
            assert single == model.add((number, owner, sell, ticks, lots), rest=what == "add")
            assert reach == sum(count for _, _, count in fills)
        elif model.resting:
            order_id = model.resting[ticks % len(model.resting)][0]
            left = book.left(order_id)
            if what == "cancel":
                assert book.cancel(order_id) == left
                model.change(order_id, left)
            else:
                book.reduce(order_id, min(lots, left))
                model.change(order_id, min(lots, left))
        same(book, model)


def same(book: OrderBook, model: Obvious) -> None:
    for sell in (False, True):
        waiting = [each for each in model.resting if each[2] is sell]
        waiting.sort(key=lambda each: each[3] if sell else -each[3])
        assert [(each.order_id, each.owner, each.ticks, each.left) for each in book.orders(sell=sell)] == [
            (order_id, owner, ticks, lots) for order_id, owner, _, ticks, lots in waiting
        ]
        prices = sorted({each[3] for each in waiting}, reverse=not sell)
        assert [ticks for ticks, _, _ in book.depth(sell=sell)] == prices
        assert [ticks for ticks, _, _ in book.depth(sell=sell, levels=2)] == prices[:2]
        for ticks, lots, ids in book.depth(sell=sell):
            assert lots == sum(each[4] for each in waiting if each[3] == ticks)
            assert ids == [each[0] for each in waiting if each[3] == ticks]
            assert all(book.rank(order_id) == prices.index(ticks) + 1 for order_id in ids)
        assert book.best(sell=sell) == (prices[0] if prices else None)
    assert len(book) == len(model.resting)
    best_buy, best_sell = book.best(sell=False), book.best(sell=True)
    assert best_buy is None or best_sell is None or best_buy < best_sell


def test_what_is_not_in_the_book_is_not_cancelled() -> None:
    book = OrderBook()
    assert book.cancel(1) == 0
    book.add(1, True, 100, 5)  # noqa: FBT003  by position, as the hot path does
    assert 1 in book
    assert book.cancel(1) == 5
    assert (book.cancel(1), 1 in book, book.best(sell=True)) == (0, False, None)


def test_a_queue_does_not_keep_what_was_cancelled() -> None:
    book = OrderBook()
    book.add(1, True, 100, 5)  # noqa: FBT003  by position, as the hot path does
    for number in range(2, 1_002):
        book.add(number, True, 100, 5)  # noqa: FBT003  by position, as the hot path does
        book.cancel(number)
    (level,) = book._levels[True].values()
    assert len(level.queue) < 140
    assert list(book.depth(sell=True)) == [(100, 5, [1])]


@pytest.mark.parametrize(
    ("lots", "shares"),
    [(5, [3, 2, 0]), (10, [6, 3, 1]), (1, [1, 0, 0]), (12, [6, 3, 1])],
)
def test_a_level_is_shared_pro_rata(lots: int, shares: list[int]) -> None:
    book = OrderBook(Allocation.PRO_RATA)
    for number, waiting in enumerate((6, 3, 1), start=1):
        book.add(number, True, 100, waiting)  # noqa: FBT003  by position, as the hot path does
    match = book.add(9, False, 100, lots)  # noqa: FBT003  by position, as the hot path does
    assert match is not None
    got = {maker: count for maker, _, count in match.fills}
    assert [got.get(number, 0) for number in (1, 2, 3)] == shares
    assert match.left == lots - sum(shares)


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 2)), min_size=1, max_size=8),
    st.integers(1, 200),
    st.sampled_from(SelfTrade),
)
def test_a_shared_level_loses_no_lot(waiting: list[tuple[int, int]], lots: int, rule: SelfTrade) -> None:
    book = OrderBook(Allocation.PRO_RATA, rule)
    for number, (each, owner) in enumerate(waiting, start=1):
        book.add(number, True, 100, each, owner)  # noqa: FBT003  by position, as the hot path does
    before = sum(each for each, _ in waiting)
    reach = book.reachable(sell=False, ticks=100, lots=lots, owner=1)
    match = book.add(99, False, 100, lots, 1, False)  # noqa: FBT003  by position, as the hot path does
    assert match is not None
    traded = sum(count for _, _, count in match.fills)
    after = sum(each.left for each in book.orders(sell=True))
    cancelled = sum(count for order_id, count in match.prevented if order_id != 99)
    lost = sum(count for order_id, count in match.prevented if order_id == 99)
    assert before == after + traded + cancelled
    assert lots == traded + match.left + lost
    assert reach == traded
    own = {number for number, (_, owner) in enumerate(waiting, start=1) if owner == 1}
    if rule is not SelfTrade.ALLOWED:
        assert not own & {maker for maker, _, _ in match.fills}

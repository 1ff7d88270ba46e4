from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from carbonkit.market import Side
from carbonkit.market.book import Book
from carbonkit.values import OrderId

POSTS = st.lists(st.tuples(st.sampled_from(Side), st.integers(1, 12), st.booleans()), max_size=40)


@given(POSTS)
def test_a_book_ranks_as_a_sorted_list_does(posts: list[tuple[Side, int, bool]]) -> None:
    book, model = Book(), {}
    for number, (side, ticks, stays) in enumerate(posts):
        book.add(OrderId(f"O-{number}"), side, ticks)
        model[OrderId(f"O-{number}")] = side, ticks
        if not stays:
            gone = next(iter(model))
            book.remove(gone)
            del model[gone]
    assert list(book) == list(model)
    for side in Side:
        levels = sorted({ticks for of, ticks in model.values() if of is side}, reverse=side is Side.BUY)
        seen = list(book.best(side, 5))
        assert [ticks for ticks, _ in seen] == levels[:5]
        for ticks, ids in seen:
            assert list(ids) == [one for one, where in model.items() if where == (side, ticks)]
        for one, (of, ticks) in model.items():
            if of is side:
                assert book.rank(one) == levels.index(ticks) + 1


def test_a_copy_is_apart() -> None:
    book = Book()
    book.add(OrderId("S-1"), Side.SELL, 4800)
    copy = book.copy()
    copy.add(OrderId("S-2"), Side.SELL, 4800)
    copy.add(OrderId("S-3"), Side.SELL, 4799)
    book.remove(OrderId("S-1"))
    assert list(book) == []
    assert list(book.best(Side.SELL, 5)) == []
    assert list(copy.best(Side.SELL, 5)) == [
        (4799, (OrderId("S-3"),)),
        (4800, (OrderId("S-1"), OrderId("S-2"))),
    ]

"""A local book is the exchange's book, or says that it is not: whatever is lost, told twice or late."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.client.local_book import GapError, LocalBook
from carbonkit.errors import InvalidValueError
from carbonkit.exchange._feed_message import book_change
from carbonkit.market import Side
from carbonkit.market.level import Level
from carbonkit.values import InstrumentId, OrderId, Price
from carbonkit.wire import BookChange, Depth, Reset
from carbonkit.wire.codec import decoded, encoded
from carbonkit.wire.json_text import read_json, write_json

pytestmark = pytest.mark.whole

CEA = InstrumentId("CEA25")


def level(price: str, quantity: int, *orders: str) -> Level:
    return Level(Price(price, "CNY", "tCO2e"), quantity, tuple(map(OrderId, orders)))


def depth(sequence: int, buys: tuple[Level, ...] = (), sells: tuple[Level, ...] = ()) -> Depth:
    return Depth(instrument=CEA, sequence=sequence, buys=buys, sells=sells)


def change(previous: int, sequence: int, *buys: Level) -> BookChange:
    return BookChange(instrument=CEA, previous=previous, sequence=sequence, buys=buys, sells=())


_prices = st.integers(4700, 4712).map(lambda cents: Price(Decimal(cents) / 100, "CNY", "tCO2e"))
_sides = st.dictionaries(
    _prices, st.tuples(st.integers(1, 10**17), st.lists(st.integers(1, 30), max_size=2)), max_size=6
)
_books = st.tuples(_sides, _sides)
_steps = st.lists(
    st.tuples(
        _books,
        st.integers(1, 3),  # log lines of the write
        st.sampled_from(
            ["tell", "tell", "tell", "lose", "double", "repeat an old one", "ask", "ask late", "reset"]
        ),
    ),
    max_size=25,
)


def _whole(book: tuple[dict[Price, tuple[int, list[int]]], ...], sequence: int) -> Depth:
    made = [
        tuple(
            Level(price, quantity, tuple(OrderId(f"O-{each}") for each in orders))
            for price, (quantity, orders) in sorted(side.items(), reverse=buys)
        )
        for side, buys in zip(book, (True, False), strict=True)
    ]
    return depth(sequence, made[0], made[1])


def _over_the_wire(said: BookChange) -> BookChange:
    return decoded(BookChange, read_json(write_json(encoded(said)), most=10**6))[0]


class Exchange:
    """The true book, and every change of it that was told."""

    def __init__(self) -> None:
        self.line = 0
        self.truth = depth(0)
        self.told: list[BookChange] = []
        self.history = {0: self.truth}  # by each line, the book as it stood after it

    def becomes(self, book: tuple[dict[Price, tuple[int, list[int]]], ...], lines: int) -> BookChange | None:
        for line in range(self.line + 1, self.line + lines):
            self.history[line] = self.truth
        self.line += lines
        now = _whole(book, self.line)
        said = book_change(self.truth, now)
        if said is not None:
            self.truth = now
            self.told.append(said)
        self.history[self.line] = self.truth
        return said

    def answer(self, line: int) -> Depth:
        """What somebody is told who asks at a line: the sequence is the line's, as `Desk.depth` has it."""
        return attrs.evolve(self.history[line], sequence=line)


def _same(book: LocalBook, exchange: Exchange) -> None:
    """Whatever the book says of a line is what stood there."""
    if book.current:
        assert book.depth == exchange.answer(book.sequence)


@given(_steps)
def test_the_book_is_the_exchanges_book_of_its_line_or_is_not_current(
    steps: list[tuple[tuple[dict[Price, tuple[int, list[int]]], ...], int, str]],
) -> None:
    exchange, book, late = Exchange(), LocalBook(CEA), depth(0)
    behind: set[int] = set()  # the changes that were lost since the last whole book
    for state, lines, fate in steps:
        said = exchange.becomes(state, lines)
        heard = [] if said is None else {"lose": [], "double": [said, said]}.get(fate, [said])
        if said is not None and not heard:
            behind.add(said.sequence)
        if fate == "repeat an old one" and exchange.told:
            heard = [*heard, exchange.told[0]]
        for each in heard:
            missing = not book.current or any(book.sequence < lost < each.sequence for lost in behind)
            try:
                book.hear(_over_the_wire(each))
            except GapError:
                assert missing
                assert not book.current
            else:
                assert not missing
            _same(book, exchange)
        if fate == "reset":
            book.hear(Reset(reason="a test"))
        if fate in {"ask", "reset"} or not book.current:
            book.hear(exchange.answer(exchange.line))
            assert book.current
            behind.clear()
        if fate == "ask late":
            book.hear(late)
        late = exchange.answer(exchange.line)
        _same(book, exchange)
    book.hear(exchange.answer(exchange.line))
    assert book.depth == exchange.answer(exchange.line)


@given(_books, _books)
def test_a_change_says_what_differs_and_nothing_else(
    before: tuple[dict[Price, tuple[int, list[int]]], ...],
    after: tuple[dict[Price, tuple[int, list[int]]], ...],
) -> None:
    old, new = _whole(before, 1), _whole(after, 2)
    said = book_change(old, new)
    if said is None:
        assert (old.buys, old.sells) == (new.buys, new.sells)
        return
    for mine, theirs, told in ((old.buys, new.buys, said.buys), (old.sells, new.sells, said.sells)):
        was, now = {each.price: each for each in mine}, {each.price: each for each in theirs}
        differ = {price for price in was.keys() | now.keys() if was.get(price) != now.get(price)}
        assert {each.price for each in told} == differ
        assert all(each == now.get(each.price, Level(each.price, 0, ())) for each in told)


def test_changes_apply_from_the_snapshot_on() -> None:
    book = LocalBook("CEA25")
    assert book.hear(depth(7, (level("48.00", 10, "O-1"),)))
    assert not book.hear(change(3, 5, level("48.00", 99)))  # before the snapshot
    assert not book.hear(change(5, 7, level("48.00", 99)))
    assert book.hear(change(5, 9, level("48.00", 0), level("47.90", 4, "O-2")))  # around it
    assert book.hear(change(9, 10, level("47.95", 1, "O-3"), level("40.00", 0)))
    assert book.levels(Side.BUY) == (level("47.95", 1, "O-3"), level("47.90", 4, "O-2"))
    assert book.levels(Side.SELL) == ()
    assert (book.sequence, book.current) == (10, True)


def test_a_gap_makes_the_book_unusable_until_it_hears_a_whole_one() -> None:
    book = LocalBook(CEA)
    book.hear(depth(7))
    with pytest.raises(GapError) as caught:
        book.hear(change(8, 9))
    assert (caught.value.code, caught.value.problem.was) == ("gap", "8")
    for ask in (lambda: book.depth, lambda: book.sequence, lambda: book.levels(Side.BUY)):
        with pytest.raises(GapError):
            ask()
    with pytest.raises(GapError):
        book.hear(change(9, 10))
    assert book.hear(depth(9))
    assert book.hear(change(9, 10))
    assert book.depth == depth(10)


def test_a_book_that_was_asked_for_earlier_takes_nothing_back() -> None:
    book = LocalBook(CEA)
    book.hear(depth(9, (level("48.00", 10, "O-1"),)))
    assert not book.hear(depth(8))
    assert book.depth == depth(9, (level("48.00", 10, "O-1"),))


def test_what_is_not_the_books_leaves_it_alone() -> None:
    book = LocalBook(CEA)
    assert not book.hear(Reset(reason="a test"))
    book.hear(depth(9))
    other = attrs.evolve(change(20, 21, level("48.00", 1)), instrument=InstrumentId("CEA24"))
    assert not book.hear(other)
    assert not book.hear(attrs.evolve(depth(20), instrument=InstrumentId("CEA24")))
    assert not book.hear({"type": "weather"})
    assert book.depth == depth(9)
    assert book.hear(Reset(reason="a test"))
    assert not book.current


@pytest.mark.parametrize(
    "wrong",
    [change(9, 9), change(10, 9), change(7, 9, level("48.00", -1)), change(7, 9, *[level("48.00", 1)] * 2)],
)
def test_a_change_that_contradicts_itself_is_refused_whole(wrong: BookChange) -> None:
    book = LocalBook(CEA)
    book.hear(depth(7, (level("48.00", 10, "O-1"),)))
    with pytest.raises(InvalidValueError):
        book.hear(wrong)
    assert book.depth == depth(7, (level("48.00", 10, "O-1"),))

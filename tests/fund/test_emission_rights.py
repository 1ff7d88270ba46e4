"""Emission rights in the books: entries balance, the note adds up, what the rules leave out is not booked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund.product.emission_rights import (
    MovementNote,
    RightsChange,
    RightsEvent,
    RightsOrigin,
    book_rights,
    movement_note,
)
from carbonkit.fund.product.journal_entry import BookAccount, BookLine, BookSide, JournalEntry
from carbonkit.fund.refusal import Refusal
from carbonkit.values import Money, Source, Status

FREE, BOUGHT = RightsOrigin.FREE, RightsOrigin.BOUGHT
RECEIVED, GAINED, SURRENDERED, SOLD, CANCELLED = RightsChange


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def noted(
    events: list[RightsEvent], *, currency: str = "CNY", free: int = 0, amount: Money | None = None
) -> MovementNote:
    """Add events up, with no bought tonne at the start."""
    return movement_note(
        events,
        currency=currency,
        opening_free=free,
        opening_bought=0,
        opening_amount=cny("0") if amount is None else amount,
    )


def event(
    change: RightsChange,
    origin: RightsOrigin,
    quantity: Any,  # noqa: ANN401  wrong ones too
    carrying: str,
    **more: Any,  # noqa: ANN401  any field
) -> RightsEvent:
    facts = {"on": "2024-06-03", "change": change, "origin": origin, "quantity": quantity}
    return RightsEvent(**{**facts, "carrying": cny(carrying), **more})


def booked(happened: RightsEvent) -> list[tuple[str, str, str]]:
    return [
        (line.side.name[0], line.account.number, str(line.amount.amount))
        for line in book_rights(happened).lines
    ]


@pytest.mark.parametrize(
    ("happened", "lines"),
    [
        (event(RECEIVED, BOUGHT, 10, "900.00"), [("D", "1489", "900.00"), ("C", "1002", "900.00")]),
        (
            event(RECEIVED, BOUGHT, 10, "900.00", owed=True),
            [("D", "1489", "900.00"), ("C", "2241", "900.00")],
        ),
        (event(RECEIVED, FREE, 10, "0"), []),
        (event(SURRENDERED, BOUGHT, 10, "900.00"), [("D", "6711", "900.00"), ("C", "1489", "900.00")]),
        (event(SURRENDERED, FREE, 10, "0"), []),
        (
            event(SOLD, BOUGHT, 10, "900.00", proceeds=cny("980.00")),
            [("D", "1002", "980.00"), ("C", "1489", "900.00"), ("C", "6301", "80.00")],
        ),
        (
            event(SOLD, BOUGHT, 10, "900.00", proceeds=cny("880.00")),
            [("D", "1002", "880.00"), ("D", "6711", "20.00"), ("C", "1489", "900.00")],
        ),
        (
            event(SOLD, BOUGHT, 10, "900.00", proceeds=cny("900.00")),
            [("D", "1002", "900.00"), ("C", "1489", "900.00")],
        ),
        (
            event(SOLD, FREE, 10, "0", proceeds=cny("980.00")),
            [("D", "1002", "980.00"), ("C", "6301", "980.00")],
        ),
        (event(CANCELLED, BOUGHT, 10, "900.00"), [("D", "6711", "900.00"), ("C", "1489", "900.00")]),
        (event(CANCELLED, FREE, 10, "0"), []),
        (event(GAINED, FREE, 10, "0"), []),
        (
            event(SOLD, BOUGHT, 10, "900.00", proceeds=cny("980.00"), owed=True),
            [("D", "1221", "980.00"), ("C", "1489", "900.00"), ("C", "6301", "80.00")],
        ),
    ],
)
def test_each_event_has_its_entry(happened: RightsEvent, lines: list[tuple[str, str, str]]) -> None:
    assert booked(happened) == lines


def test_what_is_recalled_says_so() -> None:
    sold_free = event(SOLD, FREE, 10, "0", proceeds=cny("980.00"))
    cancelled = event(CANCELLED, BOUGHT, 10, "900.00")
    bought = event(RECEIVED, BOUGHT, 10, "900.00")
    statuses = [book_rights(each).source.status for each in (sold_free, cancelled, bought)]
    assert statuses == [Status.RECALLED, Status.RECALLED, Status.CONFIRMED]


@st.composite
def histories(draw: st.DrawFn) -> list[RightsEvent]:
    """Draw what may happen to allowances, one after the other."""
    held, worth, made = {FREE: 0, BOUGHT: 0}, 0, []
    for _ in range(draw(st.integers(0, 12))):
        origin, change = draw(st.sampled_from(RightsOrigin)), draw(st.sampled_from(RightsChange))
        if change is GAINED:
            quantity, carrying, origin = draw(st.integers(1, 100)), 0, FREE
            held[origin] += quantity
        elif change is RECEIVED:
            quantity, carrying = draw(st.integers(1, 100)), 0
            if origin is BOUGHT:
                carrying = draw(st.integers(1, 10_000))
                worth += carrying
            held[origin] += quantity
        elif held[origin]:
            quantity, carrying = draw(st.integers(1, held[origin])), 0
            if origin is BOUGHT:
                carrying = worth if quantity == held[origin] else worth * quantity // held[origin]
                worth -= carrying
            held[origin] -= quantity
        else:
            continue
        proceeds = Money.from_minor(draw(st.integers(0, 10_000)), "CNY") if change is SOLD else None
        amount = str(Money.from_minor(carrying, "CNY").amount)
        made.append(event(change, origin, quantity, amount, proceeds=proceeds))
    return made


@given(histories())
def test_entries_balance_and_the_asset_account_ends_where_the_note_does(made: list[RightsEvent]) -> None:
    account = 0
    for each in made:
        lines = book_rights(each).lines
        debit, credit = (
            sum(line.amount.to_minor() for line in lines if line.side is side) for side in BookSide
        )
        assert debit == credit
        for line in lines:
            if line.account.number == "1489":
                account += line.amount.to_minor() * (1 if line.side is BookSide.DEBIT else -1)
    note = noted(made)
    assert note.closing[1].to_minor() == account
    came = (note.opening, note.free, note.bought, note.gained)
    went = (note.surrendered, note.sold, note.other)
    assert note.closing[0] == sum(line[0] for line in came) - sum(line[0] for line in went)
    assert account == sum(line[1].to_minor() for line in came) - sum(line[1].to_minor() for line in went)


def test_a_note_has_the_lines_of_the_rules() -> None:
    note = movement_note(
        [
            event(RECEIVED, FREE, 1000, "0"),
            event(RECEIVED, BOUGHT, 200, "18000.00"),
            event(GAINED, FREE, 5, "0"),
            event(SURRENDERED, FREE, 1050, "0"),
            event(SURRENDERED, BOUGHT, 150, "12000.00"),
            event(SOLD, BOUGHT, 20, "1600.00", proceeds=cny("1800.00")),
            event(CANCELLED, BOUGHT, 10, "800.00"),
        ],
        currency="CNY",
        opening_free=50,
        opening_bought=100,
        opening_amount=cny("6000.00"),
    )
    assert note == MovementNote(
        opening=(150, cny("6000.00")),
        free=(1000, cny("0.00")),
        bought=(200, cny("18000.00")),
        gained=(5, cny("0.00")),
        surrendered=(1200, cny("12000.00")),
        sold=(20, cny("1600.00")),
        other=(10, cny("800.00")),
        closing=(125, cny("9600.00")),
    )
    assert note.explain().text().splitlines()[0] == (
        "4 closing: 125 tCO2e, 9600.00 CNY = opening + increase − decrease; "
        "shown in 其他流动资产 (other current assets)"
    )
    assert [part.what for part in note.explain().parts] == [
        "1 opening",
        "2 increase (1) allocated free",
        "2 increase (2) bought",
        "2 increase (3) other",
        "3 decrease (1) surrendered",
        "3 decrease (2) sold",
        "3 decrease (3) other",
    ]


def test_no_more_leaves_than_is_held() -> None:
    bought = event(RECEIVED, BOUGHT, 10, "900.00")
    for wrong in (
        event(SURRENDERED, BOUGHT, 11, "900.00"),
        event(SURRENDERED, BOUGHT, 9, "900.01"),
        event(SURRENDERED, FREE, 1, "0"),
    ):
        with pytest.raises(FundError, match="row 2, surrendered: must be no more than is held") as caught:
            noted([bought, wrong])
        assert caught.value.code == Refusal.OVERSOLD
    with pytest.raises(InvalidValueError, match="row 2, carrying: must leave nothing once no bought tonne"):
        noted([bought, event(SURRENDERED, BOUGHT, 10, "899.99")])
    with pytest.raises(InvalidValueError, match="opening_amount: must leave nothing"):
        noted([], amount=cny("1"))
    with pytest.raises(InvalidValueError, match="opening_free: must be zero or more, was -1"):
        noted([], free=-1)


def test_events_stand_in_order_in_one_currency() -> None:
    late, early = event(RECEIVED, FREE, 1, "0"), event(RECEIVED, FREE, 1, "0", on="2024-06-02")
    with pytest.raises(FundError, match="row 2, on: must be on or after 2024-06-03") as caught:
        noted([late, early])
    assert caught.value.code == Refusal.OUT_OF_ORDER
    with pytest.raises(CurrencyMismatchError, match="events: must be EUR, was CNY"):
        noted([late], currency="EUR", amount=Money("0", "EUR"))
    with pytest.raises(InvalidValueError, match="currency: must be an ISO 4217 currency code"):
        noted([], currency="RMB")
    with pytest.raises(InvalidValueError, match="events: must be of type RightsEvent"):
        noted(["bought"])  # type: ignore[list-item]
    with pytest.raises(InvalidValueError, match="event: must be of type RightsEvent"):
        book_rights("bought")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "origin", "carrying", "more", "message"),
    [
        (RECEIVED, FREE, "1.00", {}, "carrying: must be zero for free ones, was 1.00 CNY"),
        (RECEIVED, BOUGHT, "0", {}, "carrying: must be above zero for a purchase, was 0 CNY"),
        (RECEIVED, BOUGHT, "-1", {}, "carrying: must be zero or more, was -1 CNY"),
        (SOLD, BOUGHT, "1.00", {}, "proceeds: must be given for a sale and for nothing else, was None"),
        (RECEIVED, BOUGHT, "1", {"proceeds": cny("1")}, "proceeds: must be given for a sale"),
        (SOLD, BOUGHT, "1", {"proceeds": Money("1", "EUR")}, "proceeds: must be CNY, was EUR"),
        (SURRENDERED, BOUGHT, "1", {"owed": True}, "owed: must be of a purchase or a sale, was surrendered"),
        (RECEIVED, FREE, "0", {"owed": True}, "owed: must be of a purchase or a sale, was received"),
        (GAINED, BOUGHT, "1", {}, "origin: must be free where nothing was bought"),
        (RECEIVED, FREE, "0", {"on": "June"}, "on: must be a calendar date"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(
    change: RightsChange, origin: RightsOrigin, carrying: str, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        event(change, origin, 1, carrying, **more)
    assert str(caught.value).startswith(message)
    with pytest.raises(InvalidValueError, match="quantity: must be a str, int or Decimal, was 1"):
        event(RECEIVED, FREE, 1.5, "0")


def test_an_entry_is_written_as_in_a_journal() -> None:
    assert str(book_rights(event(RECEIVED, BOUGHT, 10, "900.00"))).splitlines() == [
        "2024-06-03 bought: received 10 tCO2e",
        "  Dr 1489 碳排放权资产 (carbon emission right assets) 900.00 CNY",
        "    Cr 1002 银行存款 (bank deposits) 900.00 CNY",
    ]
    assert str(book_rights(event(RECEIVED, FREE, 10, "0"))).splitlines()[1] == "  no entry"
    assert str(BookAccount("cash")) == "cash"


def test_an_entry_balances() -> None:
    rule, cash = Source("Company", "Manual", 2024), BookAccount("cash", "现金")
    debit, credit = (BookLine(side, cash, cny("1.00")) for side in BookSide)
    entry = JournalEntry(on="2024-01-02", text="nothing much", lines=[debit, credit], source=rule)
    assert str(cash) == "现金 (cash)"
    assert entry.explain().text() == (
        "entry of 2024-01-02: nothing much\n"
        "  source: Company, Manual, 2024 [confirmed]\n"
        "  debit 现金 (cash): 1.00 CNY\n"
        "  credit 现金 (cash): 1.00 CNY"
    )
    none = JournalEntry(on="2024-01-02", text="noted", lines=[], source=rule)
    assert none.explain().how == "no entry; noted in a memorandum"
    with pytest.raises(InvalidValueError, match="lines: must balance, was debit 1"):
        JournalEntry(on="2024-01-02", text="half", lines=[debit], source=rule)
    with pytest.raises(CurrencyMismatchError, match="lines: must be CNY, was EUR"):
        JournalEntry(
            on="2024-01-02",
            text="mixed",
            lines=[debit, BookLine(BookSide.CREDIT, cash, Money("1.00", "EUR"))],
            source=rule,
        )
    with pytest.raises(InvalidValueError, match="text: must say what happened"):
        JournalEntry(on="2024-01-02", text=" ", lines=[], source=rule)
    with pytest.raises(InvalidValueError, match="amount: must be above zero"):
        BookLine(BookSide.DEBIT, cash, cny("0"))
    with pytest.raises(InvalidValueError, match="name: must name the account"):
        BookAccount("")

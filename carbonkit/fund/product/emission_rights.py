"""
Emission rights in a Chinese company's books, after 财会〔2019〕22号: entries and the movement note.

Bought allowances are an asset at cost (account 1489); what came free is not booked, only
noted, until it is sold. The rules do not say by which method the cost of what is used is
found, so the caller brings it, from the lots of a portfolio for instance.
"""

from __future__ import annotations

import datetime
import enum
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import check_currency, on_day, paid, quantity_of, total_of
from carbonkit.fund.product.journal_entry import BookAccount, BookLine, BookSide, JournalEntry
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.money import Money, currency_code
from carbonkit.values.number import whole
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MovementNote", "RightsChange", "RightsEvent", "RightsOrigin", "book_rights", "movement_note"]

RIGHTS: Final = BookAccount("carbon emission right assets", "碳排放权资产", "1489")
BANK: Final = BookAccount("bank deposits", "银行存款", "1002")
RECEIVABLE: Final = BookAccount("other receivables", "其他应收款", "1221")
PAYABLE: Final = BookAccount("other payables", "其他应付款", "2241")
INCOME: Final = BookAccount("non-operating income", "营业外收入", "6301")
EXPENSE: Final = BookAccount("non-operating expenses", "营业外支出", "6711")


class RightsOrigin(enum.Enum):
    """
    Where allowances came from; the two are booked differently and kept apart.

    Example:
        >>> RightsOrigin("free").name
        'FREE'
    """

    FREE = "free"
    BOUGHT = "bought"


class RightsChange(enum.Enum):
    """
    What happened to allowances.

    Example:
        >>> RightsChange("surrendered").name
        'SURRENDERED'
    """

    RECEIVED = "received"
    """Allocated free, or bought."""
    GAINED = "gained"
    """Came in another way, at no cost."""
    SURRENDERED = "surrendered"
    """Handed in for emissions."""
    SOLD = "sold"
    CANCELLED = "cancelled"
    """Given up of one's own will."""


@attrs.frozen(kw_only=True)
class RightsEvent:
    """
    One thing that happened to allowances of one origin.

    Args:
        on: The day.
        change: What happened.
        origin: Free or bought.
        quantity: How many tonnes. [tCO2e]
        carrying: What they cost (price, fees and taxes) or stood in the books at; zero if free.
        proceeds: What a sale brought, fees taken off; None for anything else.
        owed: Whether a purchase or a sale is still to be paid.

    Raises:
        InvalidValueError: If free ones carry an amount, a purchase costs nothing, or proceeds stand
            without a sale or a sale without proceeds.
        CurrencyMismatchError: If the proceeds are in another currency.

    Example:
        >>> bought = RightsEvent(on="2024-05-06", change=RightsChange.RECEIVED, origin=RightsOrigin.BOUGHT,
        ...                      quantity=1000, carrying=Money("90000.00", "CNY"))
        >>> print(book_rights(bought))
        2024-05-06 bought: received 1000 tCO2e
          Dr 1489 碳排放权资产 (carbon emission right assets) 90000.00 CNY
            Cr 1002 银行存款 (bank deposits) 90000.00 CNY
    """

    on: datetime.date = attrs.field(converter=on_day)
    change: RightsChange = attrs.field(validator=is_a(RightsChange))
    origin: RightsOrigin = attrs.field(validator=is_a(RightsOrigin))
    quantity: int = attrs.field(converter=quantity_of)
    carrying: Money
    proceeds: Money | None = None
    owed: bool = attrs.field(default=False, validator=is_a(bool))

    def __attrs_post_init__(self) -> None:
        """Check that amounts stand where they belong."""
        paid(self.carrying, field="carrying")
        bought = self.origin is RightsOrigin.BOUGHT
        if self.carrying.amount and not bought:
            raise InvalidValueError("be zero for free ones", was=str(self.carrying), field="carrying")
        if bought and self.change is RightsChange.RECEIVED and not self.carrying.amount:
            raise InvalidValueError("be above zero for a purchase", was=str(self.carrying), field="carrying")
        if (self.change is RightsChange.SOLD) != (self.proceeds is not None):
            raise InvalidValueError(
                "be given for a sale and for nothing else", was=str(self.proceeds), field="proceeds"
            )
        if self.proceeds is not None:
            check_currency(paid(self.proceeds, field="proceeds"), self.carrying.currency, field="proceeds")
        if self.change is RightsChange.GAINED and bought:
            raise InvalidValueError("be free where nothing was bought", was="bought", field="origin")
        purchase = bought and self.change is RightsChange.RECEIVED
        if self.owed and not purchase and self.change is not RightsChange.SOLD:
            raise InvalidValueError("be of a purchase or a sale", was=self.change.value, field="owed")


def _source(status: Status, note: str) -> Source:
    return Source(
        "财政部 (Ministry of Finance)",
        "财会〔2019〕22号 碳排放权交易有关会计处理暂行规定 (accounting for carbon emission trading)",
        2019,
        table="entries",
        status=status,
        note=note,
    )


_READ: Final = "read in reports of the rules, not in their text"
_RULE: Final = _source(Status.CONFIRMED, _READ)
_RECALLED: Final = _source(Status.RECALLED, "check against the text of the rules")
_CANCELLED: Final = _source(Status.RECALLED, f"credit {_READ}; debit recalled")


def book_rights(event: RightsEvent) -> JournalEntry:
    """
    Make the entry of an event.

    Args:
        event: What happened.

    Returns:
        The entry; one without lines where the rules ask for none.

    Example:
        >>> sold = RightsEvent(on="2024-11-04", change=RightsChange.SOLD, origin=RightsOrigin.BOUGHT,
        ...                    quantity=100, carrying=Money("9000.00", "CNY"),
        ...                    proceeds=Money("9800.00", "CNY"))
        >>> print(book_rights(sold))
        2024-11-04 bought: sold 100 tCO2e
          Dr 1002 银行存款 (bank deposits) 9800.00 CNY
            Cr 1489 碳排放权资产 (carbon emission right assets) 9000.00 CNY
            Cr 6301 营业外收入 (non-operating income) 800.00 CNY
        >>> free = RightsEvent(on="2024-12-20", change=RightsChange.SURRENDERED, origin=RightsOrigin.FREE,
        ...                    quantity=100, carrying=Money("0", "CNY"))
        >>> print(book_rights(free))
        2024-12-20 free: surrendered 100 tCO2e
          no entry
    """
    check_type(event, RightsEvent, field="event")
    source = _RULE
    pairs: list[tuple[BookSide, BookAccount, Money]] = []
    if event.proceeds is not None:
        gain = event.proceeds - event.carrying
        into = RECEIVABLE if event.owed else BANK
        pairs = [(BookSide.DEBIT, into, event.proceeds), (BookSide.CREDIT, RIGHTS, event.carrying)]
        if gain.amount < 0:
            pairs.insert(1, (BookSide.DEBIT, EXPENSE, -gain))
        else:
            pairs.append((BookSide.CREDIT, INCOME, gain))
        source = _RULE if event.origin is RightsOrigin.BOUGHT else _RECALLED
    elif event.change is RightsChange.RECEIVED:
        against = PAYABLE if event.owed else BANK
        pairs = [(BookSide.DEBIT, RIGHTS, event.carrying), (BookSide.CREDIT, against, event.carrying)]
    else:
        pairs = [(BookSide.DEBIT, EXPENSE, event.carrying), (BookSide.CREDIT, RIGHTS, event.carrying)]
        if event.change is RightsChange.CANCELLED and event.origin is RightsOrigin.BOUGHT:
            source = _CANCELLED
        elif event.change is RightsChange.GAINED:
            source = _RECALLED
    return JournalEntry(
        on=event.on,
        text=f"{event.origin.value}: {event.change.value} {event.quantity} tCO2e",
        lines=(BookLine(side, account, amount) for side, account, amount in pairs if amount.amount),
        source=source,
    )


@attrs.frozen(kw_only=True)
class MovementNote:
    """
    The note on the movement of allowances over a time; made by `movement_note`.

    Args:
        opening: Tonnes and amount at the start.
        free: Increase: allocated free.
        bought: Increase: bought.
        gained: Increase: anything else.
        surrendered: Decrease: surrendered.
        sold: Decrease: sold.
        other: Decrease: anything else, such as cancelled.
        closing: Tonnes and amount at the end; the opening and the increases less the decreases.

    Example:
        >>> note = movement_note([], currency="CNY", opening_free=0, opening_bought=0,
        ...                      opening_amount=Money("0", "CNY"))
        >>> note.closing
        (0, Money('0.00', 'CNY'))
    """

    opening: tuple[int, Money]
    free: tuple[int, Money]
    bought: tuple[int, Money]
    gained: tuple[int, Money]
    surrendered: tuple[int, Money]
    sold: tuple[int, Money]
    other: tuple[int, Money]
    closing: tuple[int, Money]

    def explain(self) -> Explanation:
        """Give the note, line by line, with where its lines are from."""
        names = {
            "1 opening": self.opening,
            "2 increase (1) allocated free": self.free,
            "2 increase (2) bought": self.bought,
            "2 increase (3) other": self.gained,
            "3 decrease (1) surrendered": self.surrendered,
            "3 decrease (2) sold": self.sold,
            "3 decrease (3) other": self.other,
        }
        return Explanation(
            "4 closing",
            f"{self.closing[0]} tCO2e, {self.closing[1]}",
            how="opening + increase − decrease; shown in 其他流动资产 (other current assets)",
            source=_RULE,
            parts=(Explanation(name, f"{tonnes} tCO2e, {worth}") for name, (tonnes, worth) in names.items()),
        )


def movement_note(
    events: Iterable[RightsEvent],
    *,
    currency: str,
    opening_free: int,
    opening_bought: int,
    opening_amount: Money,
) -> MovementNote:
    """
    Add events up to the note on the movement of allowances.

    Args:
        events: What happened, in order.
        currency: The currency of the books.
        opening_free: The free tonnes at the start; 0 in the first year. [tCO2e]
        opening_bought: The bought tonnes at the start. [tCO2e]
        opening_amount: What the bought ones stood at.

    Returns:
        The note; its closing line follows from the others.

    Raises:
        FundError: `oversold` if more leaves than is held, or leaves at more than it stands at;
            `out_of_order` if an event lies before the one before it. The event is named by its place.
        CurrencyMismatchError: If an amount is in another currency.
        InvalidValueError: If the opening is negative, or has an amount without bought tonnes.

    Example:
        >>> happened = [
        ...     RightsEvent(on="2024-05-06", change=RightsChange.RECEIVED, origin=RightsOrigin.BOUGHT,
        ...                 quantity=1000, carrying=Money("90000.00", "CNY")),
        ...     RightsEvent(on="2024-12-20", change=RightsChange.SURRENDERED, origin=RightsOrigin.BOUGHT,
        ...                 quantity=400, carrying=Money("36000.00", "CNY"))]
        >>> movement_note(happened, currency="CNY", opening_free=0, opening_bought=0,
        ...               opening_amount=Money("0", "CNY")).closing
        (600, Money('54000.00', 'CNY'))
    """
    code = currency_code(currency)
    nothing = Money.from_minor(0, code)
    amount = paid(opening_amount, field="opening_amount")
    check_currency(amount, code, field="opening_amount")
    held = {
        RightsOrigin.FREE: _opening(opening_free, "opening_free"),
        RightsOrigin.BOUGHT: _opening(opening_bought, "opening_bought"),
    }
    _check_even(held, amount, field="opening_amount", row=None)
    first = (sum(held.values()), amount)
    taken = tuple(events)
    previous: datetime.date | None = None
    for place, event in enumerate(taken, start=1):
        check_type(event, RightsEvent, field="events")
        check_currency(event.carrying, code, field="events")
        if previous is not None and event.on < previous:
            raise FundError(
                f"be on or after {previous}",
                was=str(event.on),
                field="on",
                row=place,
                code=Refusal.OUT_OF_ORDER,
            )
        previous = event.on
        came = event.change in {RightsChange.RECEIVED, RightsChange.GAINED}
        held[event.origin] += event.quantity if came else -event.quantity
        amount = amount + event.carrying if came else amount - event.carrying
        if held[event.origin] < 0 or amount.amount < 0:
            raise FundError(
                "be no more than is held",
                was=f"{event.quantity} tCO2e at {event.carrying}",
                field=event.change.value,
                row=place,
                code=Refusal.OVERSOLD,
            )
        _check_even(held, amount, field="carrying", row=place)

    def line(change: RightsChange, origin: RightsOrigin | None = None) -> tuple[int, Money]:
        found = [each for each in taken if each.change is change and origin in {None, each.origin}]
        return sum(each.quantity for each in found), total_of((each.carrying for each in found), code)

    return MovementNote(
        opening=(first[0], nothing + first[1]),
        free=line(RightsChange.RECEIVED, RightsOrigin.FREE),
        bought=line(RightsChange.RECEIVED, RightsOrigin.BOUGHT),
        gained=line(RightsChange.GAINED),
        surrendered=line(RightsChange.SURRENDERED),
        sold=line(RightsChange.SOLD),
        other=line(RightsChange.CANCELLED),
        closing=(sum(held.values()), nothing + amount),
    )


def _opening(value: int, field: str) -> int:
    number = whole(value, field=field)
    if number < 0:
        raise InvalidValueError("be zero or more", was=number, field=field)
    return number


def _check_even(held: dict[RightsOrigin, int], amount: Money, *, field: str, row: int | None) -> None:
    """Check that no amount is left without tonnes that carry it."""
    if not held[RightsOrigin.BOUGHT] and amount.amount:
        raise InvalidValueError(
            "leave nothing once no bought tonne is left", was=str(amount), field=field, row=row
        )

"""Journal entries: debits and credits of a company's books, which always balance."""

from __future__ import annotations

import datetime
import enum
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import check_currency, is_said, on_day, paid, total_of
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.money import Money
from carbonkit.values.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["BookAccount", "BookLine", "BookSide", "JournalEntry"]


class BookSide(enum.Enum):
    """
    The side of an account that a line stands on.

    Example:
        >>> BookSide("debit").name
        'DEBIT'
    """

    DEBIT = "debit"
    CREDIT = "credit"


@attrs.frozen
class BookAccount:
    """
    An account of a company's books.

    Args:
        name: Its name in English.
        chinese: Its name in Chinese, if it has one.
        number: Its number in the chart of accounts, if it has one.

    Raises:
        InvalidValueError: If it has no name.

    Example:
        >>> print(BookAccount("carbon emission right assets", "碳排放权资产", "1489"))
        1489 碳排放权资产 (carbon emission right assets)
    """

    name: str
    chinese: str = ""
    number: str = ""

    def __attrs_post_init__(self) -> None:
        """Check that it has a name."""
        if not is_said(self.name):
            raise InvalidValueError("name the account", was=repr(self.name), field="name")

    def __str__(self) -> str:
        """Write number, Chinese and English name, as far as there are."""
        if not self.chinese:
            return self.name
        return f"{self.number} {self.chinese} ({self.name})".lstrip()


def _amount(value: Money) -> Money:
    if paid(value, field="amount").amount <= 0:
        raise InvalidValueError("be above zero", was=str(value), field="amount")
    return value


@attrs.frozen
class BookLine:
    """
    One line of an entry.

    Args:
        side: Debit or credit.
        account: The account.
        amount: How much; above zero.

    Raises:
        InvalidValueError: If the amount is not above zero or has a fraction of a minor unit.

    Example:
        >>> str(BookLine(BookSide.DEBIT, BookAccount("cash"), Money("1.00", "CNY")).amount)
        '1.00 CNY'
    """

    side: BookSide = attrs.field(validator=is_a(BookSide))
    account: BookAccount = attrs.field(validator=is_a(BookAccount))
    amount: Money = attrs.field(converter=_amount)


def _lines(value: Iterable[BookLine]) -> tuple[BookLine, ...]:
    return tuple(value)


@attrs.frozen(kw_only=True)
class JournalEntry:
    """
    An entry in a company's books: its debits add up to its credits.

    Args:
        on: The day.
        text: What happened.
        lines: The lines; none if the rules ask for no entry.
        source: The rule that it follows.

    Raises:
        InvalidValueError: If debits and credits do not add up to the same, or the text is blank.
        CurrencyMismatchError: If lines are in two currencies.

    Example:
        >>> cash, right = BookAccount("cash"), BookAccount("emission rights")
        >>> rule = Source("Company", "Accounting manual", 2024)
        >>> lines = [BookLine(BookSide.DEBIT, right, Money("68.00", "EUR")),
        ...          BookLine(BookSide.CREDIT, cash, Money("68.00", "EUR"))]
        >>> print(JournalEntry(on="2024-05-02", text="bought 1 t", lines=lines, source=rule))
        2024-05-02 bought 1 t
          Dr emission rights 68.00 EUR
            Cr cash 68.00 EUR
    """

    on: datetime.date = attrs.field(converter=on_day)
    text: str
    lines: tuple[BookLine, ...] = attrs.field(converter=_lines)
    source: Source = attrs.field(validator=is_a(Source))

    def __attrs_post_init__(self) -> None:
        """Check that it balances."""
        if not is_said(self.text):
            raise InvalidValueError("say what happened", was=repr(self.text), field="text")
        if not self.lines:
            return
        currency = self.lines[0].amount.currency
        for line in self.lines:
            check_currency(line.amount, currency, field="lines")
        debit, credit = (self._sum(side, currency) for side in BookSide)
        if debit != credit:
            raise InvalidValueError("balance", was=f"debit {debit}, credit {credit}", field="lines")

    def _sum(self, side: BookSide, currency: str) -> Money:
        return total_of((line.amount for line in self.lines if line.side is side), currency)

    def explain(self) -> Explanation:
        """Say what is booked, and by which rule."""
        return Explanation(
            f"entry of {self.on}",
            self.text,
            how="" if self.lines else "no entry; noted in a memorandum",
            source=self.source,
            parts=(Explanation(f"{line.side.value} {line.account}", str(line.amount)) for line in self.lines),
        )

    def __str__(self) -> str:
        """Write the entry as it stands in a journal."""
        rows = [f"{self.on} {self.text}"]
        for line in self.lines:
            mark = "  Dr" if line.side is BookSide.DEBIT else "    Cr"
            rows.append(f"{mark} {line.account} {line.amount}")
        return "\n".join(rows if self.lines else [*rows, "  no entry"])

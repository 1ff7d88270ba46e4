"""What a cell means: a text, an exact number, a date, or nothing; internal."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from carbonkit.errors import InvalidValueError
from carbonkit.intake._found import Bad, Merged
from carbonkit.intake.column import Dates
from carbonkit.values.number import exact, plain
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from carbonkit.intake._found import Raw

_PLAIN: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?")
_GROUPED: Final = re.compile(
    r"[+-]?[1-9][0-9]{0,2}([ ,.'_\u2019\u00a0\u202f])[0-9]{3}(\1[0-9]{3})*([.,][0-9]+)?"
)
_COMMA: Final = re.compile(r"[+-]?[0-9]+,[0-9]+")
_POINT: Final = re.compile(r"[+-]?[0-9]+\.[0-9]+")
_BEHIND: Final = re.compile(r"[0-9][0-9.,]*-|\([0-9][0-9.,]*\)")
_WITH_UNIT: Final = re.compile(r"[+-]?[0-9][0-9.,]*\s*[^0-9\s.,+-].*", re.DOTALL)
_NOTHING: Final = frozenset(
    {"-", "--", "–", "—", "n/a", "na", "n.a.", "none", "#n/a", "null", "nil", "x", "tbd", "?"}
)
_DATE: Final = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})")
_DAMAGED: Final = re.compile("\ufffd|[ÃÂ][\u0080-\u00bf]|â€|[\u0080-\u009f]")


def is_blank(raw: Raw, blanks: frozenset[str]) -> bool:
    """Say whether nothing stands in a cell."""
    if isinstance(raw, Merged):
        raw = raw.value
    if raw is None:
        return True
    return isinstance(raw, str) and (not raw or raw.isspace() or raw.strip() in blanks)


def text(raw: Raw) -> str:
    """Take a cell as text; space around it is taken off, and any run of space within counts as one."""
    if isinstance(raw, Merged):
        raw = raw.value
    if raw is None:
        return ""
    if isinstance(raw, str):
        return " ".join(raw.split())
    if isinstance(raw, Decimal):
        return plain(raw)
    if isinstance(raw, Bad):
        raise refusal(raw)
    raise InvalidValueError("be a text", was=f"the date {raw}", hint="format the column as text")


def refusal(bad: Bad) -> InvalidValueError:
    """Make the error that a bad cell is."""
    return InvalidValueError(bad.must, was=bad.was, hint=bad.hint, code=bad.code)


def is_damaged(found: str) -> bool:
    """Say whether a text reads as if it had been read in a wrong encoding, here or earlier."""
    return not found.isascii() and _DAMAGED.search(found) is not None


class Numbers:
    """Reads amounts as a layout says that they are written."""

    def __init__(self, decimal: str | None, thousands: str | None) -> None:
        self._decimal = decimal
        self._thousands = thousands
        if decimal is None or thousands is None:
            return
        point = re.escape(decimal)
        self._plain = re.compile(rf"[+-]?[0-9]+({point}[0-9]+)?([eE][+-]?[0-9]{{1,4}})?")
        self._grouped = None
        if thousands:
            sign = "".join(map(re.escape, thousands))
            self._grouped = re.compile(  # "0,123" is no group: whoever wrote it meant a decimal sign
                rf"[+-]?[1-9][0-9]{{0,2}}(?P<sign>[{sign}])[0-9]{{3}}((?P=sign)[0-9]{{3}})*({point}[0-9]+)?"
            )

    def amount(self, raw: Raw) -> Decimal:
        """Take a cell as an exact number."""
        if isinstance(raw, str):
            return self._written(raw)
        if isinstance(raw, Decimal):
            return exact(raw)
        if isinstance(raw, Merged):
            hint = "one amount stands for several rows; unmerge the cells and say how much each row has"
            shown = "" if isinstance(raw.value, Bad) else text_or_date(raw.value)
            raise InvalidValueError("not be a merged cell", was=shown, hint=hint)
        if isinstance(raw, Bad):
            raise refusal(raw)
        if raw is None:
            raise InvalidValueError("not be empty", hint='write "0" if zero was meant')
        raise InvalidValueError("be a number", was=f"the date {raw}", hint="format the column as numbers")

    def _written(self, raw: str) -> Decimal:
        written = raw.strip()
        if self._decimal is None or self._thousands is None:
            hint = "say decimal and thousands in the layout if texts are to be read as numbers"
            raise InvalidValueError("be a number, not a text", was=written, hint=hint)
        if self._plain.fullmatch(written):
            return exact(written.replace(self._decimal, "."))
        if self._grouped is not None and (found := self._grouped.fullmatch(written)):
            return exact(written.replace(found["sign"], "").replace(self._decimal, "."))
        raise InvalidValueError(self._must(), was=written, hint=self._hint(written))

    def _must(self) -> str:
        one = f"1234{self._decimal}5"
        grouped = f' or "1{self._thousands[0]}234{self._decimal}5"' if self._thousands else ""
        return f'be a plain number such as "{one}"{grouped}'

    def _hint(self, written: str) -> str:
        """Say what the layout may have to say of such a number."""
        hints = []
        if found := _GROUPED.fullmatch(written):
            hints.append(self._separated(found[1], found[3] or ""))
        for decimal, pattern in ((",", _COMMA), (".", _POINT)):
            if decimal != self._decimal and pattern.fullmatch(written):
                hints.append(f'say decimal="{decimal}" in the layout if that is what it is')
        if _BEHIND.fullmatch(written):
            hints.append("write the minus in front")
        if written.casefold() in _NOTHING:
            hints.append(f'say blanks=["{written}"] in the layout if it stands for nothing')
        if _WITH_UNIT.fullmatch(written):
            hints.append("a unit stands in a column of its own")
        return next(filter(None, hints), "")

    def _separated(self, sign: str, rest: str) -> str:
        if sign == self._decimal and rest and rest[0] != sign:
            return f'say decimal="{rest[0]}" and thousands="{sign}" in the layout if that is what they are'
        if sign not in (self._thousands or "") and sign != self._decimal:
            return f'say thousands="{sign}" in the layout if that is what it is'
        return ""


def text_or_date(raw: str | Decimal | datetime.date | None) -> str:
    """Show what a cell holds."""
    return raw.isoformat() if isinstance(raw, datetime.date) else text(raw)


def date(raw: Raw, dates: Dates) -> datetime.date:
    """Take a cell as a calendar date."""
    if isinstance(raw, Merged):
        raw = raw.value
    if isinstance(raw, datetime.date):
        return raw
    if isinstance(raw, Decimal):
        hint = "format the column as dates in the workbook, or write YYYY-MM-DD"
        raise InvalidValueError("be a date", was=plain(raw), hint=hint)
    written = text(raw)
    if not written:
        raise InvalidValueError("not be empty", hint="write YYYY-MM-DD")
    found = _DATE.fullmatch(written)
    if dates is Dates.ISO:
        if found:
            hint = "say dates=Dates.DAY_FIRST or Dates.MONTH_FIRST in the layout"
            raise InvalidValueError("be a calendar date YYYY-MM-DD", was=written, hint=hint)
        return as_date(written)
    if found is None:
        hint = "say dates=Dates.ISO in the layout" if _PLAIN.match(written) else ""
        raise InvalidValueError(f"be a date such as {dates.value}", was=written, hint=hint)
    day, month = (found[1], found[3]) if dates is Dates.DAY_FIRST else (found[3], found[1])
    try:
        return datetime.date(int(found[4]), int(month), int(day))
    except ValueError:
        raise InvalidValueError(f"be a day that exists, written like {dates.value}", was=written) from None

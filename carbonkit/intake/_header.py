"""Which column stands where: the names made from one header row or several; internal."""

from __future__ import annotations

import datetime
import difflib
from typing import TYPE_CHECKING, Final

from carbonkit.errors import InvalidValueError
from carbonkit.intake._cell import text
from carbonkit.intake._found import Merged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from carbonkit.intake._found import Problems, Raw
    from carbonkit.intake.layout import Layout

_SHOWN: Final = 6
_WIDEST: Final = 20_000  # columns


class Header:
    """The columns of a file by name."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.width = len(names)
        self._places: dict[str, int] = {}
        for place, name in enumerate(names):
            self._places.setdefault(name, place)

    def place(self, name: str) -> int:
        """Say where a column stands; "" stands nowhere."""
        return self._places.get(name, -1)

    def check(self, layout: Layout, problems: Problems, row: int | None) -> bool:
        """Add a problem for every column that the layout names and the file has not, or twice."""
        counted: dict[str, int] = {}
        for name in self.names:
            counted[name] = counted.get(name, 0) + 1
        good = True
        for name in layout.columns:
            if counted.get(name) == 1:
                continue
            good = False
            was = f"there {counted[name]} times" if name in counted else "missing"
            hint = self._near(name) if name not in counted else "give the headers different names"
            problems.say("be a column, once", was=was, field=name, row=row, hint=hint, code="header")
        return good

    def unused(self, layout: Layout) -> tuple[str, ...]:
        """List the columns that the layout does not name."""
        named = set(layout.columns)
        return tuple(name for name in self.names if name and name not in named)

    def _near(self, name: str) -> str:
        near = difflib.get_close_matches(name, self.names[:_WIDEST], n=3)
        if near:
            return "there is " + ", ".join(f'"{each}"' for each in near)
        shown = ", ".join(f'"{each}"' for each in self.names[:_SHOWN] if each)
        return f"the file has {shown}" if shown else ""


def header_of(
    rows: Mapping[int, Sequence[Raw]], numbers: tuple[int, ...], layout: Layout, problems: Problems
) -> Header | None:
    """Join the header rows, or add a problem for what cannot be read in them."""
    missing = [number for number in numbers if number not in rows]
    if missing:
        problems.say("have its header there", was="nothing", row=missing[0], field="header", code="empty")
        return None
    width = max(len(rows[number]) for number in numbers)
    if width > _WIDEST:
        problems.say(f"have at most {_WIDEST} columns", was=str(width), field="header", code="too_large")
        return None
    before = problems.wrong
    lines: list[list[str]] = []
    for number in numbers:
        line: list[str] = []
        for place in range(width):
            cell = _text(rows[number], place, number, problems)
            if not cell and layout.fill_header and number != numbers[-1] and line:
                cell = line[-1]
            line.append(cell)
        lines.append(line)
    if problems.wrong > before:
        return None
    return Header([_joined([line[place] for line in lines]) for place in range(width)])


def _text(cells: Sequence[Raw], place: int, number: int, problems: Problems) -> str:
    raw = cells[place] if place < len(cells) else None
    raw = raw.value if isinstance(raw, Merged) else raw
    if isinstance(raw, datetime.date):
        return raw.isoformat()
    try:
        return text(raw)
    except InvalidValueError as error:
        problems.take(error, f"header, column {place + 1}", number)
        return ""


def _joined(parts: list[str]) -> str:
    kept: list[str] = []
    for part in parts:
        if part and (not kept or kept[-1] != part):
            kept.append(part)
    return " / ".join(kept)

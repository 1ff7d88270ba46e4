"""The meaning of a row: the activities that it makes, what was published for it, what is wrong; internal."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.accounting.activity import Activity
from carbonkit.accounting.published import Published
from carbonkit.errors import CarbonkitError, InvalidValueError, UnknownUnitError
from carbonkit.intake._cell import Numbers, date, is_blank, is_damaged, refusal, text, text_or_date
from carbonkit.intake._found import Bad, Merged, Percentage
from carbonkit.intake.column import Blank, Dated, LastDay, Measured, Placed
from carbonkit.intake.finding import Finding
from carbonkit.intake.form import Csv, Parquet, Workbook
from carbonkit.intake.layout import Layout, Omission, Repeats
from carbonkit.values.number import plain
from carbonkit.values.place import Place
from carbonkit.values.quantity import CO2e, quantity
from carbonkit.values.time import Period
from carbonkit.values.unit import unit_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.intake._found import Problems, Raw, Row
    from carbonkit.intake._header import Header
    from carbonkit.intake.column import Kind

_ONE_DAY: Final = datetime.timedelta(days=1)
_REMEMBERED: Final = 100_000  # words, units and periods
_SHOWN: Final = 60


def numbers_of(form: Csv | Workbook | Parquet) -> Numbers:
    """Give what reads the numbers of a form."""
    if isinstance(form, Parquet):
        return Numbers(".", "")
    return Numbers(form.decimal, form.thousands)


@attrs.frozen
class Made:
    """What a row makes."""

    activities: tuple[Activity, ...]
    published: Published | None


class RowReader:
    """Turns rows into activities, one after the other; remembers ids, and words that it has looked up."""

    def __init__(self, layout: Layout, header: Header, problems: Problems, findings: list[Finding]) -> None:
        self._layout = layout
        self._problems = problems
        self._findings = findings
        self._numbers = numbers_of(layout.form)
        self._blanks = frozenset(layout.blanks)
        self._names = header.names
        self._width = header.width if isinstance(layout.form, Csv) else None
        self._at = {name: header.place(name) for name in layout.columns}
        self._numbered = {row: each.reason for each in layout.omissions for row in each.rows}
        self._known = [each for each in layout.omissions if not each.rows]
        self._units = dict(layout.units)
        self._places = dict(layout.place.words) if isinstance(layout.place, Placed) else {}
        self._kinds = [dict(each.kind) for each in layout.measured]
        self._seen: dict[str, tuple[int, tuple[Raw, ...]]] = {}
        self._told: set[str] = set()  # columns of which one problem says all
        self._periods: dict[tuple[Any, Any], Period] = {}
        self._found_places: dict[str, Place] = {}
        self.nothing: list[int] = []  # rows in which nothing stands

    def missing(self, last: int) -> None:
        """Add a problem for every row that is to be left out and is not there."""
        for row in self._numbered:
            if row > last:
                self._problems.say("be a row of the file", row=row, field="omissions", code="omission")

    def read(self, row: Row) -> Made | None:
        """Read one row; None where it makes nothing."""
        number, cells, broken = row
        reason = self._numbered.get(number)
        if reason is None:
            if all(cell is None or self._empty(cell) for cell in cells):
                self.nothing.append(number)
                return None
            reason = next((each.reason for each in self._known if self._omitted(each, cells)), None)
        if reason is not None:
            self._left_out(number, cells, reason)
            return None
        before = self._problems.wrong
        if broken:
            for place, cell in enumerate(cells):
                if isinstance(cell, Bad):
                    field = self._names[place] if place < len(self._names) else f"column {place + 1}"
                    self._problems.take(refusal(cell), field, number)
        if self._width is not None and len(cells) != self._width:
            must, was = f"have {self._width} cells", f"{len(cells)} cells"
            self._problems.say(must, was=was, row=number, code="malformed")
        if self._problems.wrong > before:
            return None
        made = self._made(number, cells)
        return made if self._problems.wrong == before else None

    # ------------------------------------------------------------------ rows

    def _empty(self, cell: Raw) -> bool:
        return isinstance(cell, Merged) or is_blank(cell, self._blanks)

    def _cell(self, cells: Sequence[Raw], column: str) -> Raw:
        place = self._at[column]
        return cells[place] if place < len(cells) else None

    def _omitted(self, omission: Omission, cells: Sequence[Raw]) -> bool:
        if any(not is_blank(self._cell(cells, column), self._blanks) for column in omission.blank):
            return False
        if any(is_blank(self._cell(cells, column), self._blanks) for column in omission.filled):
            return False
        return all(self._shown(cells, column).startswith(start) for column, start in omission.starts)

    def _shown(self, cells: Sequence[Raw], column: str) -> str:
        cell = self._cell(cells, column)
        cell = cell.value if isinstance(cell, Merged) else cell
        return cell.was if isinstance(cell, Bad) else text_or_date(cell)

    def _left_out(self, number: int, cells: Sequence[Raw], reason: str) -> None:
        said = f"left out: {reason}"
        amounts = [
            f"{each.column} {self._shown(cells, each.column)}"
            for each in self._layout.measured
            if not is_blank(self._cell(cells, each.column), self._blanks)
        ]
        if amounts:
            said += "; it holds " + ", ".join(amounts)[: 2 * _SHOWN]
        was = next(
            (self._said(cell) for cell in cells if not is_blank(cell, self._blanks)),
            "",
        )
        self._find("left_out", said, number, "", was[:_SHOWN])

    def _said(self, cell: Raw) -> str:
        cell = cell.value if isinstance(cell, Merged) else cell
        return cell.was if isinstance(cell, Bad) else text_or_date(cell)

    def _find(self, code: str, said: str, number: int, column: str, was: str) -> None:
        self._findings.append(
            Finding(code, said, file=self._problems.file, row=number, field=column, was=was)
        )

    def _wrong(self, error: CarbonkitError, cell: Raw, column: str, number: int) -> None:
        if isinstance(cell, Bad) and cell.throughout:
            if column not in self._told:
                self._told.add(column)
                self._problems.say(cell.must, was=cell.was, field=column, hint=cell.hint, code=cell.code)
            else:
                self._problems.again()
            return
        self._problems.take(error, column, number)

    # ----------------------------------------------------------- what it makes

    def _made(self, number: int, cells: Sequence[Raw]) -> Made | None:
        layout = self._layout
        texts = {
            column: self._text(cells, column, number)
            for column in dict.fromkeys((*layout.id, layout.facility))
        }
        facility = texts[layout.facility]
        key, apart = self._key(texts, number), ""
        if key is not None:
            said = self._repeated(key, number, cells)
            if said is None:
                return None
            apart = said
        if facility is not None and apart and layout.id == (layout.facility,):
            facility += apart
        place, period = self._place(number, cells), self._period(number, cells)
        activities = []
        for index, measured in enumerate(layout.measured):
            if self._is_blank(measured, cells, number):
                continue
            amount = self._amount(measured, cells, number)
            unit, kind = self._unit(measured, cells, number, amount), self._kind(index, cells, number)
            if None in (amount, unit, kind, place, period, facility, key):
                continue
            name = f"{layout.prefix}{key}{apart}" + (f"/{measured.name}" if len(layout.measured) > 1 else "")
            facts = (name, facility, kind, amount, unit, place, period)
            if (made := self._activity(facts, number)) is not None:
                activities.append(made)
        return Made(tuple(activities), self._published(cells, number, facility))

    def _activity(self, facts: tuple[Any, ...], number: int) -> Activity | None:
        name, facility, kind, amount, unit, place, period = facts
        try:
            return Activity(
                name,
                facility,
                kind.activity,
                quantity(amount, unit),
                place,
                period,
                kind.scope,
                category=kind.category,
                calorific=kind.calorific,
                file=self._problems.file,
                row=number,
            )
        except CarbonkitError as error:
            self._problems.take(error, error.problem.field, number)
            return None

    def _key(self, texts: dict[str, str | None], number: int) -> str | None:
        if not self._layout.id:
            return f"row {number}"
        known = [texts[column] for column in self._layout.id]
        parts = [part for part in known if part is not None]
        return "/".join(parts) if len(parts) == len(known) else None

    def _repeated(self, key: str, number: int, cells: Sequence[Raw]) -> str | None:
        """Say what is put behind an id: nothing the first time; None where the row is left out."""
        repeats, column = self._layout.repeats, " / ".join(self._layout.id)
        first = self._seen.get(key)
        if first is None:
            kept = tuple(cells) if repeats is Repeats.LEFT_OUT_IF_EQUAL else ()
            self._seen[key] = number, kept
            return ""
        if repeats is Repeats.SET_APART:
            said = f"the id of row {first[0]} again; kept as {key} (row {number})"
            self._find("repeat", said, number, column, key)
            return f" (row {number})"
        if repeats is Repeats.LEFT_OUT_IF_EQUAL and first[1] == tuple(cells):
            self._find("repeat", f"equal to row {first[0]} in all cells; left out", number, column, key)
            return None
        hint = f"row {first[0]} has it"
        if repeats is Repeats.LEFT_OUT_IF_EQUAL:
            hint += ", with other cells"
        self._problems.take(InvalidValueError("be used once", was=key, hint=hint), column, number)
        return ""

    # ------------------------------------------------------------------ cells

    def _text(self, cells: Sequence[Raw], column: str, number: int) -> str | None:
        cell = self._cell(cells, column)
        try:
            found = text(cell)
            if not found or found in self._blanks:
                raise InvalidValueError("not be empty")
        except CarbonkitError as error:
            self._wrong(error, cell, column, number)
            return None
        if is_damaged(found):
            said = "reads as if it had been read in a wrong encoding, or saved after that"
            self._find("damaged_text", said, number, column, found)
        return found

    def _is_blank(self, measured: Measured, cells: Sequence[Raw], number: int) -> bool:
        """Say whether no amount stands there, and do what the layout says of that."""
        column = measured.column
        if not is_blank(self._cell(cells, column), self._blanks):
            return False
        rule = self._layout.blank if measured.blank is None else measured.blank
        if rule is Blank.PROBLEM:
            hint = 'write "0" if zero was meant'
            self._problems.say("not be empty", field=column, row=number, hint=hint, code="invalid_value")
        elif rule is Blank.FINDING:
            self._find("blank", "blank; no activity", number, column, "")
        return True

    def _amount(self, measured: Measured, cells: Sequence[Raw], number: int) -> Decimal | None:
        column = measured.column
        cell = self._cell(cells, column)
        try:
            amount = self._numbers.amount(cell)
        except CarbonkitError as error:
            self._wrong(error, cell, column, number)
            return None
        if isinstance(cell, str) and isinstance(self._layout.form, Workbook):
            self._find("text_number", "a number written as text; read", number, column, cell.strip())
        self._shown_as_percentage(cell, number, column)
        if amount < 0:
            self._find("negative", "negative; kept", number, column, plain(amount))
        if measured.most is not None and amount > measured.most:
            said = f"above {plain(measured.most)}; kept"
            self._find("suspicious", said, number, column, plain(amount))
        return amount

    def _shown_as_percentage(self, cell: Raw, number: int, column: str) -> None:
        if isinstance(cell, Percentage):
            said = "a cell that shows a percentage; read as the number behind it"
            self._find("percentage", said, number, column, plain(Decimal(cell)))

    def _unit(
        self, measured: Measured, cells: Sequence[Raw], number: int, amount: Decimal | None
    ) -> str | None:
        if not measured.unit_column:
            return measured.unit
        cell = self._cell(cells, measured.unit_column)
        try:
            word = text(cell)
            if not word:
                hint = "name the unit" if not measured.unit else f"it should be {measured.unit}"
                raise InvalidValueError("not be empty", hint=hint)
            unit = self._units[word] if word in self._units else self._named(word)
            if measured.unit and unit != measured.unit:
                raise InvalidValueError(f"be {measured.unit}", was=word)
        except CarbonkitError as error:
            if measured.unit and amount is not None and not amount:
                said = f"no unit that is known; {measured.unit} taken, for a zero"
                self._find("unit", said, number, measured.unit_column, error.problem.was)
                return measured.unit
            self._wrong(error, cell, measured.unit_column, number)
            return None
        return unit

    def _named(self, word: str) -> str:
        try:
            return unit_named(word).name
        except UnknownUnitError as error:
            known = error.problem.hint.removeprefix("write ")
            meant = known if error.problem.hint.startswith("write ") else '"…"'
            near = [each for each in self._units if each.casefold() == word.casefold()]
            hint = f'say units={{"{word}": {meant}}} in the layout'
            if near:
                hint += f', which has "{near[0]}"'
            raise UnknownUnitError(
                "be a unit of the table, or a word of the layout", was=word, hint=hint
            ) from None

    def _kind(self, index: int, cells: Sequence[Raw], number: int) -> Kind | None:
        measured, kinds = self._layout.measured[index], self._kinds[index]
        if not measured.kind_column:
            return kinds[""]
        cell = self._cell(cells, measured.kind_column)
        try:
            word = text(cell)
            if word in kinds:
                return kinds[word]
            allowed = ", ".join(kinds)
            hint = "" if not word else "add it to the kinds of the layout"
            raise InvalidValueError(f"be one of {allowed}", was=word, hint=hint)
        except CarbonkitError as error:
            self._wrong(error, cell, measured.kind_column, number)
            return None

    def _place(self, number: int, cells: Sequence[Raw]) -> Place | None:
        given = self._layout.place
        if isinstance(given, Place):
            return given
        cell = self._cell(cells, given.column)
        try:
            word = text(cell)
            if word not in self._found_places:
                if len(self._found_places) >= _REMEMBERED:
                    self._found_places.clear()
                self._found_places[word] = self._place_of(word)
            return self._found_places[word]
        except CarbonkitError as error:
            self._wrong(error, cell, given.column, number)
            return None

    def _place_of(self, word: str) -> Place:
        if not word:
            raise InvalidValueError("not be empty")
        try:
            return Place(self._places.get(word, word))
        except InvalidValueError as error:
            hint = "or a word that the layout gives a place for"
            raise InvalidValueError(error.problem.must, was=word, hint=hint) from None

    def _period(self, number: int, cells: Sequence[Raw]) -> Period | None:
        given = self._layout.period
        if isinstance(given, Period):
            return given
        start, end = self._cell(cells, given.start), self._cell(cells, given.end)
        known = self._periods.get((start, end))
        if known is not None:
            return known
        first = self._day(start, given, given.start, number)
        last = self._day(end, given, given.end, number)
        if first is None or last is None:
            return None
        try:
            if given.last is LastDay.INCLUDED:
                if last == datetime.date.max:
                    raise InvalidValueError("end before the last of all days", was=str(last))
                last += _ONE_DAY
            period = Period(first, last)
        except CarbonkitError as error:
            self._problems.take(error, given.end, number)
            return None
        if len(self._periods) >= _REMEMBERED:
            self._periods.clear()
        self._periods[start, end] = period
        return period

    def _day(self, cell: Raw, given: Dated, column: str, number: int) -> datetime.date | None:
        try:
            return date(cell, given.dates)
        except CarbonkitError as error:
            self._wrong(error, cell, column, number)
            return None

    def _published(self, cells: Sequence[Raw], number: int, facility: str | None) -> Published | None:
        total = self._layout.total
        if total is None:
            return None
        cell = self._cell(cells, total.column)
        if is_blank(cell, self._blanks):
            self._find("blank", "blank; nothing to compare with", number, total.column, "")
            return None
        try:
            amount = self._numbers.amount(cell)
            group = text(self._cell(cells, total.group)) if total.group else ""
            called = text(self._cell(cells, total.called)) if total.called else ""
        except CarbonkitError as error:
            self._wrong(error, cell, total.column, number)
            return None
        self._shown_as_percentage(cell, number, total.column)
        if amount < 0:
            self._find("negative", "negative; kept", number, total.column, plain(amount))
        if facility is None:
            return None
        return Published(facility, CO2e(amount, total.unit), group=group, called=called)

"""
The statement that reads a plain file as activities, for files that are too large for objects; internal.

The statement is stricter than the row reader: what it does not take in the form that
both understand, it leaves to that, so that the two can never give different rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.intake._found import CELL
from carbonkit.intake._parquet_rows import quoted
from carbonkit.intake.column import Blank, Dated, Dates, Measured, Placed
from carbonkit.intake.column import LastDay as Last
from carbonkit.intake.form import Csv
from carbonkit.intake.layout import Layout, Repeats
from carbonkit.values.number import plain
from carbonkit.values.place import Place
from carbonkit.values.time import Period
from carbonkit.values.unit import UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

    from carbonkit.intake.column import Kind

NAMES: Final = (
    *("id", "facility", "activity", "amount", "unit", "place", "start", "end", "scope"),
    *("category", "calorific"),
)
_ENCODINGS: Final = frozenset({"utf-8", "utf-8-sig"})
_SPACE: Final = r"[\x09-\x0d\x1c-\x20\x{85}\p{Z}]+"
_AROUND: Final = f"^{_SPACE}|{_SPACE}$"
_DAMAGED: Final = r"\x{fffd}|[ÃÂ][\x{80}-\x{bf}]|â€|[\x{80}-\x{9f}]"
_UNPRINTABLE: Final = r"[^\x20-\x7e\p{L}\p{M}\p{N}\p{P}\p{S}]"
_PLACE: Final = r"001|[A-Z]{2}(/[A-Za-z0-9]([A-Za-z0-9 .'-]{0,62}[A-Za-z0-9.'-])?){0,4}"
_SPEND: Final = r"[A-Z]{3}@[12][0-9]{3}"
_CHUNK: Final = 4_194_304
_NEVER: Final = "\x01\x01"  # a cell that is this would be NULL, and no cell of a plain file is
_DIGITS: Final = 55  # characters of an amount; more are left to the row reader


def is_plain(layout: Layout) -> bool:
    """Say whether a statement can read such a file."""
    form = layout.form
    if isinstance(form, Csv):
        if form.encoding.lower() not in _ENCODINGS or len(form.thousands) > 1:
            return False
        if not form.delimiter.isascii() or not form.quote.isascii():
            return False
    if isinstance(layout.period, Dated) and layout.period.dates is not Dates.ISO:
        return False
    headed = layout.header == (1,) and layout.data_from is None
    return headed and bool(layout.id) and layout.repeats is Repeats.REFUSED and not layout.omissions


def literal(text: str) -> str:
    """Write a text for SQL."""
    return "'" + text.replace("'", "''") + "'"


def beside_quotes(stream: BinaryIO, form: Csv) -> bool:
    """Say whether a text file has space beside a quote, which DuckDB drops and the row reader keeps."""
    quote = form.quote.encode()
    last = b""
    stream.seek(0)
    while chunk := stream.read(_CHUNK):
        piece = last + chunk
        if quote in piece and (b" " + quote in piece or quote + b" " in piece):
            return True
        last = chunk[-1:]
    return False


def csv_source(
    path: str, form: Csv, names: tuple[str, ...], *, padded: bool = False, parallel: bool = True
) -> str:
    """Read a text file with all of its columns as texts, NULL in those that a row lacks if it is padded."""
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    nothing = literal(_NEVER if padded else "")
    return (
        f"read_csv({literal(path)}, auto_detect=false, header=true, columns={{{columns}}}, "
        f"delim={literal(form.delimiter)}, quote={literal(form.quote)}, escape={literal(form.quote)}, "
        f"encoding='utf-8', strict_mode=true, null_padding={padded}, parallel={parallel}, "
        f"ignore_errors=false, nullstr={nothing})"
    )


class Statement:
    """The statement for one layout over a source whose columns are texts under their own names."""

    def __init__(
        self,
        layout: Layout,
        source: str,
        at: Mapping[str, str],
        cells: tuple[str, ...] = (),
        padded: str = "",
    ) -> None:
        self._layout = layout
        self._source = source
        self._cells = cells
        self._padded = padded
        self._at = at
        self._blanks = ", ".join(literal(each) for each in ("", *layout.blanks))

    def rows(self) -> str:
        """Select the activities, in the order of measured columns."""
        parts = [self._part(each) for each in self._layout.measured]
        return " UNION ALL ".join(parts)

    def checked(self, source: str = "") -> str:
        """
        Select the numbers: of rows that are not plain, rows, ids, blank and odd amounts, damaged texts.

        Args:
            source: What is read in place of the source, such as the same file with a further column.

        Returns:
            The statement.
        """
        bad = [
            self._bad_row(),
            *self._bad_cells(),
            *(self._bad_amount(each) for each in self._layout.measured),
        ]
        wrong = " OR ".join(f"coalesce({each}, true)" for each in bad)
        blank, negative, suspicious = ["0"], ["0"], ["0"]
        damaged = [
            f"count(*) FILTER (WHERE regexp_matches({self._text(column)}, {literal(_DAMAGED)}))"
            for column in self._names()
        ]
        for each in self._layout.measured:
            nothing = self._nothing(each.column)
            if self._rule(each) is Blank.FINDING:
                blank.append(f"count(*) FILTER (WHERE {nothing})")
            amount = f"TRY_CAST({self._amount(each)} AS DOUBLE)"
            negative.append(f"count(*) FILTER (WHERE NOT {nothing} AND {amount} < 0)")
            if each.most is not None:
                most = plain(each.most)
                suspicious.append(f"count(*) FILTER (WHERE NOT {nothing} AND {amount} > {most})")
        return (  # every text in it was quoted
            f"SELECT count(*) FILTER (WHERE {wrong}), count(*), count(DISTINCT {self._key()}), "  # noqa: S608
            f"{' + '.join(blank)}, {' + '.join(negative)}, {' + '.join(suspicious)}, {' + '.join(damaged)} "
            f"FROM {source or self._source}"
        )

    # ---------------------------------------------------------------- columns

    def _text(self, column: str) -> str:
        cell = quoted(self._at[column])
        return f"trim(regexp_replace(coalesce({cell}, ''), {literal(_SPACE)}, ' ', 'g'))"

    def _stripped(self, column: str) -> str:
        """Take the space around a cell off and keep that within, as amounts are read."""
        cell = quoted(self._at[column])
        return f"regexp_replace(coalesce({cell}, ''), {literal(_AROUND)}, '', 'g')"

    def _nothing(self, column: str) -> str:
        return f"({self._stripped(column)} IN ({self._blanks}))"

    def _names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self._layout.id, self._layout.facility)))

    def _rule(self, measured: Measured) -> Blank:
        return self._layout.blank if measured.blank is None else measured.blank

    def _key(self) -> str:
        return " || '/' || ".join(self._text(column) for column in self._layout.id)

    def _amount(self, measured: Measured) -> str:
        text = self._stripped(measured.column)
        form = self._layout.form
        decimal, thousands = (form.decimal, form.thousands) if isinstance(form, Csv) else (".", "")
        if thousands:
            text = f"replace({text}, {literal(thousands)}, '')"
        if decimal != ".":
            text = f"replace({text}, {literal(decimal)}, '.')"
        return f"ltrim({text}, '+')"

    def _pattern(self) -> str:
        form = self._layout.form
        decimal, thousands = (form.decimal, form.thousands) if isinstance(form, Csv) else (".", "")
        point = f"(\\{decimal}[0-9]+)?"
        pattern = f"[+-]?[0-9]+{point}"
        if thousands:
            pattern += f"|[+-]?[1-9][0-9]{{0,2}}([{_escaped(thousands)}][0-9]{{3}})+{point}"
        return pattern

    def _unit(self, measured: Measured) -> str:
        if not measured.unit_column:
            return literal(measured.unit)
        word = self._text(measured.unit_column)
        words = {name: name for name in UNITS} | dict(self._layout.units)
        table = ", ".join(f"{literal(key)}: {literal(value)}" for key, value in words.items())
        spend = f"CASE WHEN regexp_full_match({word}, {literal(_SPEND)}) THEN {word} END"
        return f"CASE WHEN {word} <> '' THEN coalesce(MAP {{{table}}}[{word}], {spend}) END"

    def _of_kind(self, measured: Measured, what: Mapping[str, str]) -> str:
        """Choose by the word in the column of kinds."""
        if not measured.kind_column:
            return what[""]
        cases = " ".join(f"WHEN {literal(word)} THEN {value}" for word, value in what.items())
        return f"CASE {self._text(measured.kind_column)} {cases} END"

    def _place(self) -> str:
        given = self._layout.place
        if isinstance(given, Place):
            return literal(given.path)
        word = self._text(given.column)
        cases = " ".join(f"WHEN {literal(key)} THEN {literal(value)}" for key, value in given.words)
        return f"CASE {word} WHEN '' THEN '' {cases} ELSE {word} END" if cases else word

    def _days(self) -> tuple[str, str]:
        given = self._layout.period
        if isinstance(given, Period):
            return f"DATE '{given.start}'", f"DATE '{given.end}'"
        start, end = (f"TRY_CAST({self._text(column)} AS DATE)" for column in (given.start, given.end))
        if given.last is Last.INCLUDED:
            end = f"CAST({end} + 1 AS DATE)"
        return start, end

    # ------------------------------------------------------------------- rows

    def _bad_name(self, column: str) -> str:
        text = self._text(column)
        unprintable = f"regexp_matches({text}, {literal(_UNPRINTABLE)})"
        return f"{text} IN ({self._blanks}) OR length({text}) > 150 OR {unprintable}"

    def _bad_cells(self) -> list[str]:
        """Say what no cell of a text file may be, whether or not it is asked for."""
        bad = [
            f"{each} IS NULL OR length({each}) > {CELL} OR contains({each}, chr(0))" for each in self._cells
        ]
        return [*bad, f"{self._padded} IS NOT NULL"] if self._padded else bad

    def _bad_row(self) -> str:
        bad = [self._bad_name(column) for column in self._names()]
        bad.append(f"length({self._key()}) > 150")
        if isinstance(self._layout.place, Placed):
            bad.append(f"NOT regexp_full_match({self._place()}, {literal(_PLACE)})")
        if isinstance(self._layout.period, Dated):
            start, end = self._days()
            for column in (self._layout.period.start, self._layout.period.end):
                day = literal("[0-9]{4}-[0-9]{2}-[0-9]{2}")
                bad.append(f"NOT regexp_full_match({self._text(column)}, {day})")
            bad.append(f"{start} IS NULL OR {end} IS NULL OR {end} <= {start}")
            bad.append(f"{start} < DATE '0001-01-01' OR {end} > DATE '9999-12-31'")
        return " OR ".join(f"coalesce({each}, true)" for each in bad)

    def _bad_amount(self, measured: Measured) -> str:
        text, nothing = self._stripped(measured.column), self._nothing(measured.column)
        good = [
            f"regexp_full_match({text}, {literal(self._pattern())})",
            f"length({text}) <= {_DIGITS}",
            f"{self._unit(measured)} IS NOT NULL",
        ]
        if measured.unit and measured.unit_column:
            good.append(f"{self._unit(measured)} = {literal(measured.unit)}")
        if measured.kind_column:
            good.append(f"{self._of_kind(measured, {word: '1' for word, _ in measured.kind})} IS NOT NULL")
        whole = " AND ".join(f"coalesce({each}, false)" for each in good)
        if self._rule(measured) is Blank.PROBLEM:
            return f"{nothing} OR NOT ({whole})"
        return f"NOT ({nothing} OR ({whole}))"

    def _part(self, measured: Measured) -> str:
        start, end = self._days()
        label = literal(f"/{measured.name}") if len(self._layout.measured) > 1 else "''"
        chosen = {
            "id": f"{literal(self._layout.prefix)} || {self._key()} || {label}",
            "facility": self._text(self._layout.facility),
            "activity": self._of_kind(measured, {w: literal(kind.activity) for w, kind in measured.kind}),
            "amount": self._amount(measured),
            "unit": self._unit(measured),
            "place": self._place(),
            "start": start,
            "end": end,
            "scope": self._of_kind(measured, {w: f"{kind.scope.value}" for w, kind in measured.kind}),
            "category": f"CAST({self._of_kind(measured, _categories(measured.kind))} AS INTEGER)",
            "calorific": f"CAST({self._of_kind(measured, _calorific(measured.kind))} AS VARCHAR)",
        }
        columns = ", ".join(f"{value} AS {quoted(name)}" for name, value in chosen.items())
        return f"SELECT {columns} FROM {self._source} WHERE NOT {self._nothing(measured.column)}"  # noqa: S608


def _escaped(sign: str) -> str:
    return f"\\{sign}" if sign in r"\]^-" else sign


def _categories(kinds: tuple[tuple[str, Kind], ...]) -> dict[str, str]:
    return {word: str(kind.category.value) if kind.category else "NULL" for word, kind in kinds}


def _calorific(kinds: tuple[tuple[str, Kind], ...]) -> dict[str, str]:
    return {word: literal(kind.calorific.value) if kind.calorific else "NULL" for word, kind in kinds}

"""A plain file that is streamed and the same file read row by row give the same, or both refuse it."""

from __future__ import annotations

import contextlib
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carbonkit.errors import BatchError
from carbonkit.intake import (
    Blank,
    Csv,
    Dated,
    Dates,
    LastDay,
    Layout,
    Measured,
    Placed,
    Total,
    activity_frame,
    read_activity_file,
)
from carbonkit.intake._parquet_rows import connected
from tests.intake.samples import GAS, POWER, layout

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.whole

Seen = tuple[list[tuple[Any, ...]], dict[str, int]]


def read(raw: bytes, how: Layout) -> Seen | None:
    """Read row by row, or say that it is refused."""
    try:
        intake = read_activity_file(raw, how)
    except BatchError:
        return None
    rows = [
        (
            *(each.id, each.facility, each.activity, each.quantity.number, each.quantity.unit),
            *(each.place.path, each.period.start, each.period.end, each.scope.value),
        )
        for each in intake.activities
    ]
    return sorted(rows), intake.tally()


def framed(raw: bytes, how: Layout) -> tuple[bool, Seen | None]:
    """Read as a frame from a path, and say whether it was streamed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f"
        path.write_bytes(raw)
        try:
            frame = activity_frame(path, how)
        except BatchError:
            return False, None
        rows = [(*row[:3], Decimal(row[3]), *row[4:9]) for row in frame.relation.fetchall()]
        return frame.streamed, (sorted(rows), dict(frame.tally))


PLAIN = Csv(encoding="utf-8", delimiter=",", decimal=".", thousands="")
GROUPED = Csv(encoding="utf-8", delimiter=",", decimal=".", thousands=",")
SPACED = Csv(encoding="utf-8", delimiter=";", decimal=",", thousands=" ")
DATED = Dated("from", "to", Dates.ISO, LastDay.EXCLUDED)
GIVEN: dict[str, Any] = {
    "facility": "site",
    "place": Placed("at", {"Kiel": "DE/SH/Kiel", "": "DE"}),
    "period": DATED,
    "measured": Measured("gas", GAS, unit_column="u", blank=Blank.ABSENT, most=1000),
    "units": {"cbm": "m3", "": "m3"},
    "blanks": ("n/a", "a b", "-"),
}
NAMES = ("id", "site", "gas", "u", "at", "from", "to", "note")
CELLS: Sequence[tuple[str, ...]] = (
    ("1", "2", "3", "a  b", "", " 1", '"1"', ' "1"', '"1" ', "Ã¤", "\ufffd", "x" * 151, "-", "é"),
    ("x", '"x"', ' "x"', "", "n/a", "Kiel", '"x\ny"', '"x"y', 'x"y', "\u00a0x", "Ã¶", '"x""y"', "\u200b"),
    ("5", "-5", "+5", "0", "", "n/a", "a b", "a  b", "1e3", "1,5", '"1,234"', '"0,123"', "007", "0.5", ".5",
     "1 234", "1  234", "1\u00a0234", "0 123", " 7 ", "1234", "9" * 55, "9" * 56, "9" * 61, "-0", "x"),
    ("m3", "kWh", "cbm", "", "therm", "USD@2022", "USD@0022", " m3"),
    ("DE", "Kiel", "", "FR/IDF", "ZZ", "Paris", "001"),
    ("2024-01-01", "2024-01-01", "2024-01-01", "0000-01-01", "0001-01-01", "2024-12-31", "2024-02-30", ""),
    ("2025-01-01", "2025-01-01", "2025-01-01", "0001-01-01", "2024-01-01", "9999-12-31", "10000-01-01", " "),
    ("", "", "x", ' "', '"a, ""b"" c"', "\0", "y" * 10_001, "\x01\x01"),
)  # fmt: skip
PLAINEST = [cells[0] for cells in CELLS]


@st.composite
def files(draw: st.DrawFn, delimiter: str) -> bytes:
    lines = [delimiter.join(NAMES)]
    for number in range(draw(st.integers(0, 3))):
        cells = [str(number + 1), *PLAINEST[1:]]
        for place in draw(st.lists(st.integers(0, len(NAMES) - 1), max_size=2)):
            cells[place] = draw(st.sampled_from(CELLS[place]))
        behind = draw(
            st.sampled_from(["", "", "", "", delimiter, delimiter + " ", delimiter * 2, delimiter + "x"])
        )
        lines.append(delimiter.join(cells) + behind)
    lines += draw(st.lists(st.sampled_from(["", " ", delimiter, delimiter * 7]), max_size=1))
    ends = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    mark = draw(st.sampled_from(["", "", "\ufeff"]))
    return (mark + ends.join(lines) + draw(st.sampled_from(["", ends]))).encode()


CONNECTION = connected()


class _LeftError(Exception):
    """The file is left to the row reader, which agrees with itself."""


def _left(*_: object) -> None:
    raise _LeftError


def agree(raw: bytes, how: Layout) -> None:
    with (
        mock.patch("carbonkit.intake.frame._loaded", _left),
        mock.patch("carbonkit.intake.frame.connected", return_value=CONNECTION),  # to open one takes long
        contextlib.suppress(_LeftError),
    ):
        assert framed(raw, how) == (True, read(raw, how))


@given(raw=files(","))
@example(raw=b"id,site,gas,u,at,from,to,note\n1,x,5,m3,DE,0000-01-01,0001-01-01,\n")
@example(raw=b"id,site,gas,u,at,from,to,note\n1,x,5,m3,DE,2024-01-01,2025-01-01,,\n")
@example(raw=b'id,site,gas,u,at,from,to,note\n1, "x",5,m3,DE,2024-01-01,2025-01-01,\n')
@example(raw="id,site,gas,u,at,from,to,note\nÃ¤,x,5,m3,DE,2024-01-01,2025-01-01,\n".encode())
def test_a_streamed_file_and_its_rows_agree(raw: bytes) -> None:
    agree(raw, layout(form=PLAIN, **GIVEN))


@given(raw=files(","))
def test_they_agree_where_thousands_are_grouped(raw: bytes) -> None:
    agree(raw, layout(form=GROUPED, **GIVEN | {"measured": Measured("gas", POWER, unit="kWh")}))


@given(raw=files(";"))
def test_they_agree_where_space_groups_and_the_last_day_belongs_to_the_period(raw: bytes) -> None:
    included = Dated("from", "to", Dates.ISO, LastDay.INCLUDED)
    agree(raw, layout(form=SPACED, **GIVEN | {"period": included, "place": layout().place}))


@pytest.mark.parametrize("amount", ["1  234", "1\u00a0234", "a  b", "1\t234", " 1 234 ", "a b", "0 123"])
def test_they_agree_on_space_within_an_amount(amount: str) -> None:
    raw = f"id;gas\n1;{amount}\n".encode()
    agree(raw, layout(form=SPACED, blanks=("a b",)))


def test_they_agree_on_words_that_are_blank() -> None:
    raw = b"id,site,gas,u,at,from,to,note\n1,x,5,%b,%b,2024-01-01,2025-01-01,\n"
    for unit, place in ((b"", b"DE"), (b"m3", b"")):
        agree(raw % (unit, place), layout(form=PLAIN, **GIVEN))


SIMPLE = {"facility": "site", "form": PLAIN}


@pytest.mark.parametrize(
    ("row", "streamed"),
    [
        ("1,x,5", True),
        ('1,"x\ny",5', True),
        ("1,x,", True),
        ("1,x,5,", False),
        ("1,x,5, ", False),
        ('1, "x",5', False),
        ('1,"x" ,5', False),
    ],
)
def test_what_duckdb_would_read_otherwise_is_left_to_the_row_reader(row: str, *, streamed: bool) -> None:
    raw, how = f"id,site,gas\n{row}\n".encode(), layout(**SIMPLE)
    assert framed(raw, how) == (streamed, read(raw, how))


def test_space_beside_a_quote_is_seen_where_two_pieces_of_the_file_meet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raw, how = b'id,site,gas\n1, "x",5\n', layout(**SIMPLE)
    for size in range(1, len(raw)):
        monkeypatch.setattr("carbonkit.intake._plain_sql._CHUNK", size)
        assert not framed(raw, how)[0]


def test_a_streamed_frame_counts_damaged_texts_and_says_that_it_is_empty() -> None:
    how = layout(**SIMPLE)
    assert framed("id,site,gas\nÃ¤,\ufffd,5\n".encode(), how) == (
        True,
        ([("Ã¤", "\ufffd", "natural gas", Decimal(5), "m3", "DE", *YEAR, 1)], {"damaged_text": 2}),
    )
    assert framed(b"id,site,gas\n", how) == (True, ([], {"empty": 1}))


YEAR = (layout().period.start, layout().period.end)


def test_a_period_before_the_year_1_or_that_ends_as_it_starts_is_left_to_the_row_reader() -> None:
    how = layout(form=PLAIN, period=DATED)
    for start, end in (
        ("0000-01-01", "0001-01-01"),
        ("2024-01-01", "2024-01-01"),
        ("2024-02-01", "2024-01-01"),
    ):
        assert framed(f"id,gas,from,to\n1,5,{start},{end}\n".encode(), how) == (False, None)
    assert framed(b"id,gas,from,to\n1,5,0001-01-01,0001-01-02\n", how)[0]


def test_an_amount_of_55_characters_is_streamed_and_a_longer_one_read_by_its_row() -> None:
    for length, streamed in ((55, True), (56, False), (60, False)):
        found, seen = framed(b"id,gas\n1," + b"9" * length + b"\n", layout())
        assert found is streamed
        assert seen is not None
        assert seen[0][0][3] == Decimal("9" * length)
    assert framed(b"id,gas\n1," + b"9" * 61 + b"\n", layout()) == (False, None)


def test_published_totals_are_passed_over_whether_or_not_a_file_is_streamed() -> None:
    how, raw = layout(total=Total("t", "tCO2e")), b"id,gas,t\n1,5,x\n2,6,\n"
    assert framed(raw, how) == (True, read(raw, layout()))
    left = raw + b'3,7," "\n'
    assert framed(left, how) == (False, read(left, layout()))


def test_a_file_that_is_said_to_be_ascii_and_is_not_is_refused() -> None:
    how = layout(form=Csv(encoding="ascii", delimiter=",", decimal=".", thousands=""))
    assert framed("id,gas\né,5\n".encode(), how) == (False, None)


def test_progress_of_a_streamed_file_is_told_before_and_after_it_is_checked(tmp_path: Path) -> None:
    path, told = tmp_path / "f.csv", list[int]()
    path.write_text("id,gas\n" + "".join(f"{number},1\n" for number in range(300)), encoding="utf-8")
    assert activity_frame(path, layout(), progress=told.append).streamed
    assert told == [0, 300]

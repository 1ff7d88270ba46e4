"""Tables: strict about form, all problems at once, and nothing built by halves."""

from __future__ import annotations

import csv
import enum
import io
from decimal import Decimal
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, InvalidValueError, Problem
from carbonkit.values.number import exact, whole
from carbonkit.values.quantity import quantity
from carbonkit.values.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

COLUMNS: dict[str, Callable[[str], object]] = {"id": str, "amount": exact}


def read(lines: Iterable[str], **options: Any) -> tuple[dict[str, Any], ...]:  # noqa: ANN401  read_table's own
    columns = options.pop("columns", COLUMNS)
    return read_table(lines, file="x.csv", columns=columns, build=lambda row: row, **options)


def problems(lines: Iterable[str], **options: Any) -> tuple[Problem, ...]:  # noqa: ANN401  the same
    with pytest.raises(BatchError) as caught:
        read(lines, **options)
    return caught.value.problems


def said(lines: Iterable[str], **options: Any) -> list[str]:  # noqa: ANN401  the same
    return [str(problem) for problem in problems(lines, **options)]


def test_rows_come_in_their_order_whatever_that_of_the_columns() -> None:
    expected = ({"id": "a", "amount": Decimal("1.50")}, {"id": "b", "amount": Decimal(0)})
    assert read(["id,amount\n", "a,1.50\n", "b,0\n"]) == expected
    assert read(["amount,id\r\n", "1.50,a\r\n", "0,b"]) == expected
    assert read(iter(["id,amount", "a,1.50", "b,0"])) == expected
    assert read(io.StringIO("id,amount\na,1.50\nb,0\n")) == expected


def test_a_header_alone_is_an_empty_table() -> None:
    assert read(["id,amount\n"]) == ()


@pytest.mark.parametrize("header", ["\ufeffid,amount\n", '\ufeff"id","amount"\n'])
def test_a_byte_order_mark_is_skipped(header: str) -> None:
    assert read([header, "a,1\n"]) == ({"id": "a", "amount": Decimal(1)},)


def test_a_byte_order_mark_elsewhere_is_content() -> None:
    assert read(["id,amount\n", "\ufeffa,1\n"])[0]["id"] == "\ufeffa"


@pytest.mark.parametrize("lines", [[], [""], ["\n", "\n"], ["\ufeff"], ["\ufeff\n", "\r\n"]], ids=repr)
def test_nothing_is_no_table(lines: list[str]) -> None:
    (problem,) = problems(lines)
    assert (problem.code, problem.must, problem.row) == ("empty", "have a header row", 1)


def test_every_problem_of_a_header_is_named() -> None:
    assert said(["ID,id,id,extra\n", "a,1,2,3\n"]) == [
        "x.csv, row 1, id: must be a column, once, was there more than once",
        "x.csv, row 1, amount: must be a column, once, was missing",
        "x.csv, row 1, header: must be one of the columns id, amount, was ID",
        "x.csv, row 1, header: must be one of the columns id, amount, was extra",
    ]


def test_blank_lines_count_as_lines_and_hold_nothing() -> None:
    assert read(["\n", "id,amount\n", "\n", "a,1\n", "\r\n"], row_as="row") == (
        {"id": "a", "amount": Decimal(1), "row": 4},
    )


def test_a_row_has_as_many_cells_as_the_header() -> None:
    assert said(["id,amount\n", "a\n", "b,1,2\n", "c,1,\n", " \n"]) == [
        "x.csv, row 2: must have 2 cells, was 1 cells",
        "x.csv, row 3: must have 2 cells, was 3 cells",
        "x.csv, row 4: must have 2 cells, was 3 cells",
        "x.csv, row 5: must have 2 cells, was 1 cells",
    ]


def test_all_problems_are_reported_at_once_by_row_and_column() -> None:
    lines = ["id,amount,count\n", "a,x,1.5\n", "b,1,1\n", "c,,2\n", "d\n", "e,1,nan\n"]
    assert said(lines, columns={**COLUMNS, "count": whole}) == [
        'x.csv, row 2, amount: must be a plain number such as "1234.5", was x',
        "x.csv, row 2, count: must be a whole number, was 1.5",
        'x.csv, row 4, amount: must not be empty; write "0" if zero was meant',
        "x.csv, row 5: must have 3 cells, was 1 cells",
        "x.csv, row 6, count: must be a finite number, was nan",
    ]


QUOTED = ["id,amount\n", '"a\n', "\n", 'b",1\n', "c,x\n"]


@pytest.mark.parametrize(
    "lines", [QUOTED, [line.rstrip("\n") for line in QUOTED]], ids=["with ends", "without"]
)
def test_rows_are_counted_in_lines_when_cells_hold_line_breaks(lines: list[str]) -> None:
    (problem,) = problems(lines)
    assert (problem.row, problem.field) == (5, "amount")
    (row,) = read(lines[:-1], row_as="row")
    assert row == {"id": "a\n\nb", "amount": Decimal(1), "row": 2}


@pytest.fixture(autouse=True)
def _own_field_limit() -> Iterator[None]:
    """Keep the process-wide limit of the csv module as Python sets it, whatever ran before."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


def test_a_row_is_capped_even_where_the_host_has_lifted_the_csv_limit() -> None:
    csv.field_size_limit(100_000_000)
    lines = chain(["id,amount\n", '"'], repeat("a" * 100_000 + "\n"))
    (problem,) = problems(lines)
    assert (problem.code, problem.row) == ("malformed", 2)
    assert "longer than 10000000 characters" in problem.was


@pytest.mark.parametrize(
    ("lines", "row"),
    [
        (["id,amount\n", "a,1\n", '"b"x,1\n', "c,1\n"], 3),
        (["id,amount\n", '"a,1\n', "b,2\n"], 2),
        (['id,"amount\n', "a,1\n"], 1),
        (["id,amount\ra,1\r"], 1),
        (["id,amount\na,1\n"], 1),
        (["id,amount\n", '"' + "a" * 200_000 + '",1\n'], 2),
    ],
    ids=[
        "text after a quote",
        "open quote",
        "open quote in the header",
        "CR only",
        "two lines in one",
        "huge",
    ],
)
def test_broken_csv_is_malformed_and_ends_the_reading(lines: list[str], row: int) -> None:
    found = problems(lines)
    assert [(problem.code, problem.must) for problem in found] == [("malformed", "be well-formed CSV")]
    assert (found[0].file, found[0].row) == ("x.csv", row)


def test_what_was_found_before_the_break_is_still_reported() -> None:
    assert [problem.row for problem in problems(["id,amount\n", "a,x\n", '"b"x,1\n', "c,x\n"])] == [2, 3]


def test_a_cell_has_a_length() -> None:
    assert read(["id,amount\n", "a" * 10_000 + ",1\n"])
    (problem,) = problems(["id,amount\n", "a" * 10_001 + ",1\n"])
    assert (problem.must, problem.field, problem.row) == ("have at most 10000 characters", "id", 2)
    assert problem.was == "a" * 80 + "…"


def test_a_nul_is_refused_in_cells_and_in_the_header() -> None:
    (problem,) = problems(["id,amount\n", "a\0,1\n"])
    assert (problem.must, problem.field) == ("hold no NUL character", "id")
    assert "\0" not in str(problem)
    assert all("\0" not in text for text in said(["i\0d,amount\n"]))


def test_bytes_that_are_no_utf_8_are_a_problem_of_the_file() -> None:
    def decoded() -> Iterator[str]:
        for line in (b"id,amount\n", b"a,x\n", b"M\xfcller,1\n"):
            yield line.decode("utf-8")

    first, second = problems(decoded())
    assert first.row == 2
    assert (second.code, second.must, second.row) == ("encoding", "be UTF-8 text", 3)
    file = io.TextIOWrapper(io.BytesIO(b"\xff\xfei\0d\0"), encoding="utf-8")
    assert problems(file)[0].code == "encoding"


@pytest.mark.parametrize("line", [b"id,amount\n", None, 1, ["id", "amount"]], ids=repr)
def test_lines_are_texts(line: str) -> None:
    with pytest.raises(
        InvalidValueError, match=r"x\.csv, lines: must be texts, was .*; open the file with encoding"
    ):
        read(["id,amount\n", line])


def test_one_text_is_not_lines() -> None:
    with pytest.raises(InvalidValueError, match=r"must be lines, not one text.*splitlines"):
        read("id,amount\na,1\n")


def test_the_row_number_needs_a_name_of_its_own() -> None:
    assert read(["id,amount\n", "a,1\n", "b,2\n"], row_as="line")[1]["line"] == 3
    with pytest.raises(InvalidValueError, match="row_as: must not be a column, was id"):
        read(["id,amount\n"], row_as="id")


def test_a_table_has_at_most_so_many_rows() -> None:
    lines = ["id,amount\n", "a,1\n", "b,1\n"]
    assert len(read(lines, max_rows=2)) == 2
    (problem,) = problems([*lines, "c,1\n", "d,1\n"], max_rows=2)
    assert (problem.code, problem.must, problem.row) == ("too_long", "have at most 2 rows", 4)
    assert problems(lines, max_rows=0)[0].row == 2


def test_reading_stops_after_a_thousand_problems() -> None:
    asked = []

    def lines() -> Iterator[str]:
        yield "id,amount\n"
        for number in range(100_000):
            asked.append(number)
            yield "a,x\n"

    found = problems(lines())
    assert len(found) == 1001
    assert (found[-1].code, found[-1].row) == ("too_many", 1002)
    assert len(asked) < 1100


def test_a_hostile_header_does_not_flood_the_report() -> None:
    found = problems([",".join(["\x1b[31m" + "x" * 1000] * 5000) + "\n"])
    assert len(found) == 1000
    assert all(len(problem.was) <= 81 and problem.was.isprintable() for problem in found)


class Fuel(enum.Enum):
    GAS = "gas"


def test_a_converter_may_raise_a_plain_value_error() -> None:
    columns = {"fuel": Fuel, "count": int}
    assert read(["fuel,count\n", "gas,1\n"], columns=columns) == ({"fuel": Fuel.GAS, "count": 1},)
    assert said(["fuel,count\n", "coal,x\n"], columns=columns) == [
        "x.csv, row 2, fuel: must be readable as Fuel, was coal",
        "x.csv, row 2, count: must be readable as int, was x",
    ]


def test_a_mistake_in_a_converter_is_not_hidden() -> None:
    with pytest.raises(KeyError):
        read(["id\n", "a\n"], columns={"id": {}.__getitem__})


def test_what_build_refuses_is_reported_with_its_row() -> None:
    def build(row: dict[str, Any]) -> object:
        if row["unit"] == "both":
            raise BatchError([Problem("a", "be one"), Problem("b", "be two", field="unit", row=99)])
        return quantity(row["amount"], row["unit"])

    with pytest.raises(BatchError) as caught:
        read_table(
            ["amount,unit\n", "1,t\n", "1,ton\n", "1,both\n"],
            file="x.csv",
            columns={"amount": exact, "unit": str},
            build=build,
        )
    assert [(each.file, each.row, each.field, each.must) for each in caught.value.problems] == [
        ("x.csv", 3, "unit", "be a unit of the table"),
        ("x.csv", 4, "", "be one"),
        ("x.csv", 99, "unit", "be two"),
    ]


def test_a_row_with_a_bad_cell_is_not_built() -> None:
    built: list[str] = []
    with pytest.raises(BatchError):
        read_table(
            ["id,amount\n", "a,1\n", "b,x\n", "c\n", "d,1\n"],
            file="x.csv",
            columns=COLUMNS,
            build=lambda row: built.append(row["id"]),
        )
    assert built == ["a", "d"]


def test_with_a_bad_header_nothing_is_built() -> None:
    built: list[object] = []
    with pytest.raises(BatchError):
        read_table(["id\n", "a\n"], file="x.csv", columns=COLUMNS, build=built.append)
    assert not built


CELLS = st.text(st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=8))
def test_what_was_written_as_csv_is_read_again(rows: list[tuple[str, str]]) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerows([("one", "two"), *rows])
    file.seek(0)
    made = read(file, columns={"one": str, "two": str})
    assert [(row["one"], row["two"]) for row in made] == rows

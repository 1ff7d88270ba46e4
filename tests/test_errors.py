"""The error tree: one root, the builtin kinds, the facts, and the way across process boundaries."""

from __future__ import annotations

import copy
import inspect
import pickle
import re

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit import errors
from carbonkit.errors import (
    BatchError,
    CarbonkitError,
    FundError,
    InexactNumberError,
    InvalidValueError,
    LedgerError,
    MarketError,
    NotFoundError,
    Problem,
    RegistryError,
)

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, CarbonkitError)]
SINGLE = [kind for kind in KINDS if kind is not BatchError]

FACTS = st.fixed_dictionaries(
    {},
    optional={
        "was": st.text(),
        "field": st.text(),
        "file": st.text(),
        "row": st.integers(1),
        "hint": st.text(),
    },
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_drawing_shows_every_error_under_its_parent(kind: type[CarbonkitError]) -> None:
    lines = (errors.__doc__ or "").splitlines()
    depth = {}
    for number, line in enumerate(lines):
        found = re.match(r"    ([│├└─ ]*)(\w+Error)\b(?: \((\w+)\))?", line)
        if found:
            depth[found[2]] = (number, len(found[1]), found[3])
    number, indent, builtin = depth[kind.__name__]
    if kind is CarbonkitError:
        assert indent == 0
        return
    above = [name for name, (line, column, _) in depth.items() if line < number and column < indent]
    assert above[-1] == next(base.__name__ for base in kind.__bases__ if issubclass(base, CarbonkitError))
    outside = [base.__name__ for base in kind.__bases__ if not issubclass(base, CarbonkitError)]
    assert outside == ([builtin] if builtin else [])


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_listed_and_has_a_code_of_its_own(kind: type[CarbonkitError]) -> None:
    assert kind.__name__ in errors.__all__
    assert re.fullmatch("[a-z]+(_[a-z0-9]+)*", kind.code)
    assert [other for other in KINDS if other.code == kind.code] == [kind]


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (InvalidValueError, ValueError),
        (InexactNumberError, ValueError),
        (InexactNumberError, TypeError),
        (errors.IncompatibleUnitsError, TypeError),
        (errors.CurrencyMismatchError, ValueError),
        (NotFoundError, LookupError),
        (errors.UnknownFactorError, LookupError),
    ],
)
def test_errors_are_the_builtin_kinds_too(kind: type[CarbonkitError], builtin: type[Exception]) -> None:
    with pytest.raises(builtin):
        raise kind("be something else")
    assert issubclass(kind, CarbonkitError)


def test_a_batch_is_a_value_error_and_a_refusal_is_not() -> None:
    assert issubclass(BatchError, ValueError)
    for kind in (LedgerError, RegistryError, MarketError, FundError):
        assert not issubclass(kind, (ValueError, LookupError, TypeError))


@pytest.mark.parametrize("kind", SINGLE)
def test_the_facts_stand_in_the_problem_and_in_the_message(kind: type[CarbonkitError]) -> None:
    error = kind("be a date", was="soon", field="day", file="a.csv", row=0, hint="write 2021-07-16")
    assert error.problem == Problem(kind.code, "be a date", "soon", "day", "a.csv", 0, "write 2021-07-16")
    assert str(error) == "a.csv, row 0, day: must be a date, was soon; write 2021-07-16"
    assert str(error) == str(error.problem)


def test_a_message_leaves_out_what_is_not_known() -> None:
    assert str(CarbonkitError("be a date")) == "must be a date"
    assert str(CarbonkitError("be a date", field="day")) == "day: must be a date"
    assert str(CarbonkitError("be a date", was=None)) == "must be a date, was None"
    assert str(CarbonkitError("be a date", row=3)) == "row 3: must be a date"


def test_a_narrower_code_stands_in_the_problem() -> None:
    assert MarketError("be in the band", code="outside_band").problem.code == "outside_band"
    assert MarketError("be in the band").problem.code == "market_refused"


class Mute:
    """A value that cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize("value", ["x" * 1000, "a\nb\tc\0\x1b[31m\u202e", "\ud800", ["x" * 1000]], ids=ascii)
def test_a_hostile_value_is_shortened_and_safe_to_print(value: object) -> None:
    for problem in (CarbonkitError("be kind", was=value).problem, Problem("a", "be kind", was=value)):
        assert problem.was.isprintable()
        assert len(problem.was) <= 81
        assert attrs.evolve(problem, field="x").was == problem.was


@pytest.mark.parametrize(("value", "name"), [(Mute(), "Mute"), (10**10_000, "int")], ids=["mute", "huge"])
def test_a_value_that_cannot_be_shown_does_not_hide_the_refusal(value: object, name: str) -> None:
    error = InvalidValueError("be kind", was=value)
    assert str(error) == f"must be kind, was a value of type {name} that cannot be shown"


@pytest.mark.parametrize("kind", SINGLE)
@given(facts=FACTS)
def test_an_error_survives_pickle_and_copy(kind: type[CarbonkitError], facts: dict[str, str]) -> None:
    error = kind("be kind", **facts)  # type: ignore[arg-type]
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
        assert type(twin) is kind
        assert twin.problem == error.problem
        assert twin.args == error.args
        assert str(twin) == str(error)


def test_a_batch_survives_pickle_and_copy() -> None:
    error = BatchError([Problem("a", "be one", row=1), Problem("b", "be two")])
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
        assert type(twin) is BatchError
        assert twin.problems == error.problems
        assert twin.problem == error.problem
        assert str(twin) == str(error)


def test_a_place_is_filled_in_and_what_was_known_stays() -> None:
    first = InexactNumberError("be a number", was="x", field="price", hint="write it")
    placed = first.at(field="cell", file="a.csv", row=3)
    assert type(placed) is InexactNumberError
    assert str(placed) == "a.csv, row 3, price: must be a number, was x; write it"
    assert placed.__cause__ is first
    assert str(first) == "price: must be a number, was x; write it"
    again = placed.at(field="z", file="b.csv", row=9)
    assert again.problem == placed.problem
    assert CarbonkitError("be", row=0).at(row=5).problem.row == 0
    assert str(pickle.loads(pickle.dumps(placed))) == str(placed)  # noqa: S301


def test_a_batch_fills_in_the_place_of_every_problem() -> None:
    batch = BatchError([Problem("a", "be one"), Problem("b", "be two", field="unit", file="b.csv", row=0)])
    placed = batch.at(field="cell", file="a.csv", row=3)
    assert [str(problem) for problem in placed.problems] == [
        "a.csv, row 3, cell: must be one",
        "b.csv, row 0, unit: must be two",
    ]
    assert placed.__cause__ is batch
    assert "a.csv, row 3, cell: must be one" in str(placed)


def test_a_batch_lists_twenty_problems_and_keeps_all() -> None:
    batch = BatchError(Problem("a", "be kind", row=row) for row in range(1, 26))
    lines = str(batch).splitlines()
    assert lines[0] == "25 problems; nothing was written"
    assert lines[1] == "  row 1: must be kind"
    assert lines[-2:] == ["  row 20: must be kind", "  … and 5 more"]
    assert len(batch.problems) == 25
    assert str(BatchError(batch.problems[:20])).splitlines()[-1] == "  row 20: must be kind"
    assert str(BatchError(batch.problems[:1])).startswith("1 problem; nothing was written\n")
    assert batch.problem.must == "have no problems"


def test_a_problem_cannot_be_changed() -> None:
    problem = Problem("a", "be kind")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        problem.row = 1  # type: ignore[misc]
    assert len({problem, Problem("a", "be kind")}) == 1

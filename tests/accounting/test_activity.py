"""Activities, from objects and from rows, all problems at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.accounting import Activity, Scope, read_activities
from carbonkit.errors import BatchError, InvalidValueError
from carbonkit.values import Energy, Period

if TYPE_CHECKING:
    from tests.accounting.conftest import MakeActivity

HEADER = "id,facility,activity,amount,unit,place,start,end,scope"
ROW = "1,7,natural gas,20,kWh,US,2025-01-01,2026-01-01,1"


def read(*rows: str) -> tuple[Activity, ...]:
    return read_activities([HEADER, *rows], file="bills.csv")


def test_a_row_becomes_an_activity() -> None:
    (found,) = read(ROW)
    assert (found.quantity, found.period, found.scope) == (Energy(20, "kWh"), Period.year(2025), Scope.ONE)


@pytest.mark.parametrize("amount", ["0", "-20.5", "1e3"])
def test_zero_and_negative_amounts_are_amounts(amount: str) -> None:
    (found,) = read(ROW.replace("20,kWh", f"{amount},kWh"))
    assert found.quantity == Energy(amount, "kWh")


def test_an_activity_knows_its_row() -> None:
    found = read(ROW, "", ROW.replace("1,7", "2,7", 1))
    assert [(each.file, each.row) for each in found] == [("bills.csv", 2), ("bills.csv", 4)]


def test_where_it_was_read_is_no_part_of_its_value(activity: MakeActivity) -> None:
    assert activity(row=2) == activity(row=9)


def test_every_problem_is_reported() -> None:
    with pytest.raises(BatchError) as caught:
        read(
            ROW,
            ROW,  # the id again
            "2,7,natural gas,,kWh,US,2025-01-01,2026-01-01,1",
            "3,7,natural gas,1.0.0,ton,us,2025-13-01,2026-01-01,4",
            "4, ,natural gas,1,kWh,US,2025-01-01,2025-01-01,1",
            "5,7,natural gas,1,kWh,US,2025-02-01,2025-01-01,1",
            "1,7,natural gas,NaN,kWh,US,2025-01-01,2026-01-01,1",
        )
    assert [(problem.row, problem.field) for problem in caught.value.problems] == [
        (3, "id"),
        (4, "amount"),
        (5, "amount"),
        (5, "unit"),
        (5, "place"),
        (5, "start"),
        (5, "scope"),
        (6, "facility"),
        (7, "end"),
        (8, "id"),
        (8, "amount"),
    ]
    assert all(problem.file == "bills.csv" for problem in caught.value.problems)
    assert str(caught.value.problems[0]) == "bills.csv, row 3, id: must be used once, was 1"


def test_an_activity_checks_its_kinds(activity: MakeActivity) -> None:
    good = activity()
    wrong: list[tuple[dict[str, object], str]] = [
        ({"id": ""}, "id: must be a printable text"),
        ({"facility": 7}, "facility: must be a printable text"),
        ({"activity": "x" * 201}, "activity: must be a printable text of 1 to 200"),
        ({"quantity": "20 kWh"}, "quantity: must be of type Quantity"),
        ({"place": "US"}, "place: must be of type Place"),
        ({"period": 2025}, "period: must be of type Period"),
        ({"period": Period("2025-01-01", None)}, "period: must have an end"),
        ({"scope": 1}, "scope: must be of type Scope"),
    ]
    for changed, message in wrong:
        with pytest.raises(InvalidValueError, match=message):
            attrs.evolve(good, **changed)  # type: ignore[arg-type]  # the mistakes under test


def test_an_activity_explains_itself(activity: MakeActivity) -> None:
    assert str(activity()) == "1: 2 MMBtu of natural gas at US, [2025-01-01, 2026-01-01)"
    told = activity(row=12).explain().text()
    assert told == (
        "activity 1: 2 MMBtu = natural gas at US, [2025-01-01, 2026-01-01), facility 7, scope 1; "
        "bills.csv, row 12"
    )

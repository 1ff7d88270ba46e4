"""Months of a data year: each once for each thing that is recorded, all problems at once; internal."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError, Problem
from carbonkit.values.number import exact, plain, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    from carbonkit.values.number import Exact

MONTHS = range(1, 13)

Record = TypeVar("Record")


def month(value: int) -> int:
    """Take the number of a month."""
    number = whole(value, field="month")
    if number not in MONTHS:
        raise InvalidValueError("be a month from 1 to 12", was=number, field="month")
    return number


def measured(value: Exact | None, field: str) -> Decimal | None:
    """Take a measured figure, which is above zero, or None where nothing was measured."""
    if value is None:
        return None
    found = exact(value, field=field)
    if found <= 0:
        hint = "leave it out if it was not measured"
        raise InvalidValueError("be above zero", was=plain(found), field=field, hint=hint)
    return found


def cell(convert: Callable[[Exact], Decimal]) -> Callable[[str], Decimal | None]:
    """Make a reader of a cell that may be empty."""
    return lambda text: convert(text) if text.strip() else None


def check_year(records: Iterable[tuple[int, str]]) -> list[Problem]:
    """List the months that are missing or there twice, for each thing that is recorded."""
    seen: dict[str, list[int]] = {}
    for number_of_month, name in records:
        seen.setdefault(name, []).append(number_of_month)
    problems = []
    for name, months in seen.items():
        for each in MONTHS:
            count = months.count(each)
            if count != 1:
                was = "missing" if not count else f"there {count} times"
                hint = "write 0 if there was none" if not count else "add them up"
                problems.append(
                    Problem(
                        code="month", must="be there once", was=was, field=f"month {each}, {name}", hint=hint
                    )
                )
    if not seen:
        problems.append(Problem(code="month", must="be there", was="none", field="months"))
    return problems


def gather(
    records: Iterable[Record], check: Callable[[Record], object], named: Callable[[Record], str]
) -> list[Problem]:
    """Check every record, and list what each refuses under the month and the thing that it names."""
    problems = []
    for record in records:
        try:
            check(record)
        except CarbonkitError as error:
            found = error.problem
            field = f"{named(record)}, {found.field}" if found.field else named(record)
            problems.append(
                Problem(code=found.code, must=found.must, was=found.was, field=field, hint=found.hint)
            )
    return problems


def refuse(problems: Iterable[Problem]) -> None:
    """Raise one error for all problems, if there are any."""
    found = list(problems)
    if found:
        raise BatchError(found)

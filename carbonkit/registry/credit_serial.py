"""
Serial numbers of carbon credits, as the registries write them: read into ranges, with what does not add up.

A text of no known shape is an error. One whose numbers contradict each other, or the
quantity stated beside it, is read all the same, and the contradiction is reported:
real registries publish such rows.
"""

from __future__ import annotations

import datetime
import enum
import re
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import BatchError, InvalidValueError, Problem
from carbonkit.ledger.serial import SerialRange
from carbonkit.values.number import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "CreditSerial",
    "Inconsistency",
    "Overlap",
    "overlaps",
    "parse_credit_serial",
    "parse_credit_serials",
]

_LONGEST: Final = 200
_LARGEST: Final = 2**63 - 1
_COUNTRY: Final = r"(?P<country>[A-Z]{2})"
_START, _END = r"(?P<first>[0-9]{1,19})", r"(?P<last>[0-9]{1,19})"
_YEAR: Final = r"(?P<vintage>[0-9]{4})"


class Inconsistency(enum.Enum):
    """
    What can be wrong with a serial number that is read.

    Example:
        >>> Inconsistency("reversed").value
        'reversed'
    """

    REVERSED = "reversed"
    """The last number is below the first."""
    QUANTITY = "quantity"
    """The range does not count the quantity that is stated."""
    VINTAGE = "vintage"
    """The period ends before it starts, or the vintage lies in no year that can be."""
    PROJECT = "project"
    """The two ends name different projects or countries."""
    ZERO = "zero"
    """A number is 0; registries count from 1."""


@attrs.frozen
class CreditSerial:
    """
    A run of credits with serial numbers of one registry.

    Args:
        text: What was read.
        programme: The registry's scheme: VCS, GS, CER, CAR, ACR or ART.
        series: What the numbers are counted in: two rows of one series must not overlap.
        project: The project's number.
        country: Two letters, or "" if the number does not say.
        vintage: The year or years, such as "2019" or "2020-01-01/2020-12-31"; "" if it does not say.
        first: The first number.
        last: The last number.
        inconsistencies: What does not add up; empty if all does.

    Example:
        >>> found = parse_credit_serial("ACR-US-102-2003-274-120158079 to 120158094", quantity=16)
        >>> found.programme, found.project, found.serials.quantity, found.inconsistencies
        ('ACR', '102', 16, ())
    """

    text: str
    programme: str
    series: str
    project: str
    country: str
    vintage: str
    first: int
    last: int
    inconsistencies: tuple[Inconsistency, ...]

    @property
    def serials(self) -> SerialRange:
        """
        The numbers as a range.

        Raises:
            InvalidValueError: If the last one is below the first, or the first is 0.
        """
        return SerialRange(self.first, self.last)

    @property
    def quantity(self) -> int:
        """How many credits the numbers count; 0 if the last one is below the first."""
        return max(0, self.last - self.first + 1)


@attrs.frozen
class _Shape:
    programme: str
    pattern: re.Pattern[str]
    series: tuple[str, ...]  # the groups that name what is counted
    example: str


def _shape(programme: str, pattern: str, series: Sequence[str], example: str) -> _Shape:
    return _Shape(programme, re.compile(pattern), tuple(series), example)


_SHAPES: Final = (
    _shape(
        "VCS",
        rf"(?P<batch>[0-9]{{1,9}})-{_START}-{_END}-(?P<kind>[A-Z]{{2,4}})-(?P<unit>[A-Z]{{3}})"
        r"-(?P<account>[0-9A-Z]{1,9})"
        rf"-VER-{_COUNTRY}-(?P<scope>[0-9]{{1,3}})-(?P<project>[0-9]{{1,9}})"
        r"-(?P<start>[0-9]{8})-(?P<end>[0-9]{8})-(?P<flag>[0-9]{1,2})",
        (),  # numbers are global across projects
        "19385-941467007-941467431-VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1",
    ),
    _shape(
        "GS",
        rf"GS1-(?P<kind>[0-9]{{1,3}})-{_COUNTRY}-(?:GS)?(?P<project>[0-9]{{1,9}})-(?P<scope>[0-9]{{1,3}})-{_YEAR}"
        rf"-(?P<batch>[0-9]{{1,9}})-{_START}-{_END}",
        ("country", "project", "vintage", "batch"),
        "GS1-1-TW-GS1001-12-2019-20258-1-161285",
    ),
    _shape(
        "CER",
        rf"{_COUNTRY}-(?P<kind>[0-9])-{_START}-(?P<period>[0-9])-(?P<applied>[0-9])-(?P<zero>[0-9])"
        r"-(?P<project>[0-9]{1,9})"
        rf" ?- ?(?P<country2>[A-Z]{{2}})-(?P<kind2>[0-9])-{_END}-[0-9]-[0-9]-[0-9]"
        rf"-(?P<project2>[0-9]{{1,9}})",
        ("country", "kind", "period"),
        "RW-5-1463953-2-2-0-7014 - RW-5-1467609-2-2-0-7014",
    ),
    _shape(
        "CER",
        rf"{_COUNTRY}-(?P<kind>[0-9])-{_START}-{_END}-(?P<period>[0-9])-(?P<applied>[0-9])-(?P<zero>[0-9])"
        r"-(?P<project>[0-9]{1,9})",
        ("country", "kind", "period"),
        "RW-5-1463953-1467609-2-2-0-7014",
    ),
    _shape(
        "CAR",
        rf"CAR-(?:(?P<roc>ROC)-)?(?:(?P<kind>[0-9])-)?{_COUNTRY}-(?P<project>[0-9]{{1,9}})-(?P<scope>[0-9A-Z]{{1,6}})"
        rf"-(?P<account>[0-9]{{1,9}})-(?P<state>[A-Z]{{2,3}})-{_YEAR}"
        rf"-(?P<batch>[0-9]{{1,9}})-{_START} to {_END}",
        ("country", "project", "vintage", "batch"),
        "CAR-1-US-1008-27-845-WA-2014-1806-1 to 440",
    ),
    _shape(
        "ACR",
        rf"ACR-{_COUNTRY}-(?P<project>[0-9]{{1,9}})-{_YEAR}-(?P<batch>[0-9]{{1,9}})-{_START} to {_END}",
        (),
        "ACR-US-102-2003-274-120158079 to 120158094",
    ),
    _shape(
        "ART",
        rf"(?P<kind>FCPF|ART)-{_COUNTRY}-(?P<project>[0-9]{{1,9}})-{_YEAR}-(?P<batch>[0-9]{{1,9}})"
        rf"-{_START} to {_END}",
        ("kind", "country", "project", "vintage", "batch"),
        "FCPF-CI-130-2023-20-1 to 46404",
    ),
)
_FIRST_VINTAGE, _LAST_VINTAGE = 1990, 2100


def parse_credit_serial(text: str, *, quantity: int | None = None) -> CreditSerial:
    """
    Read a serial number of credits.

    Args:
        text: What the registry writes; spaces around it are overlooked.
        quantity: How many credits it is said to be; None if nothing is said.

    Returns:
        What it says, and what of that does not add up.

    Raises:
        InvalidValueError: If it has none of the known shapes, with the code `credit_serial`.

    Example:
        >>> found = parse_credit_serial("GS1-1-TW-GS1001-12-2019-20258-1-161285", quantity=161_284)
        >>> found.country, found.vintage, found.inconsistencies
        ('TW', '2019', (<Inconsistency.QUANTITY: 'quantity'>,))
    """
    given: object = text
    if not isinstance(given, str) or len(given) > _LONGEST:
        refused = _unreadable("another kind of thing, or too long")
        raise refused
    stripped = text.strip()
    for shape in _SHAPES:
        found = shape.pattern.fullmatch(stripped)
        if found is not None:
            return _read(stripped, shape, found.groupdict(default=""), quantity)
    refused = _unreadable(text)
    raise refused


def _unreadable(was: object) -> InvalidValueError:
    return InvalidValueError(
        "be a serial number of Verra, Gold Standard, CDM, CAR, ACR or ART",
        was=was,
        field="serial number",
        hint=f"such as {_SHAPES[-2].example!r}",
        code="credit_serial",
    )


def _read(text: str, shape: _Shape, parts: dict[str, str], quantity: int | None) -> CreditSerial:
    first, last = int(parts["first"]), int(parts["last"])
    if max(first, last) > _LARGEST:
        raise _unreadable(text)
    vintage, is_period = parts.get("vintage", ""), True
    if "start" in parts:
        vintage, is_period = _period(parts["start"], parts["end"])
    elif vintage:
        is_period = _FIRST_VINTAGE <= int(vintage) <= _LAST_VINTAGE
    wrong = []
    if last < first:
        wrong.append(Inconsistency.REVERSED)
    if quantity is not None and max(0, last - first + 1) != whole(quantity, field="quantity"):
        wrong.append(Inconsistency.QUANTITY)
    if not is_period:
        wrong.append(Inconsistency.VINTAGE)
    if any(
        f"{name}2" in parts and parts[name] != parts[f"{name}2"] for name in ("country", "project", "kind")
    ):
        wrong.append(Inconsistency.PROJECT)
    if not first:
        wrong.append(Inconsistency.ZERO)
    series = "-".join((shape.programme, *(parts[name] for name in shape.series)))
    return CreditSerial(
        text, shape.programme, series, parts["project"], parts["country"], vintage, first, last, tuple(wrong)
    )


def _period(start: str, end: str) -> tuple[str, bool]:
    """Read ddmmyyyy twice; say whether that is a period."""
    try:
        begins, ends = (datetime.date(int(each[4:]), int(each[2:4]), int(each[:2])) for each in (start, end))
    except ValueError:
        return f"{start}/{end}", False
    return f"{begins}/{ends}", begins <= ends and _FIRST_VINTAGE <= begins.year <= _LAST_VINTAGE


def parse_credit_serials(
    rows: Iterable[tuple[str, int | None]], *, file: str = ""
) -> tuple[CreditSerial, ...]:
    """
    Read many serial numbers with their quantities.

    Args:
        rows: The texts, and how many credits each is said to be.
        file: The file that they come from, for the errors.

    Returns:
        What they say, in order; look at `inconsistencies` and `overlaps`.

    Raises:
        BatchError: If any of them has none of the known shapes; it names all of those.

    Example:
        >>> rows = [("ACR-US-102-2003-274-1 to 9", 9), ("ACR-US-102-2003-274-10 to 11", 2)]
        >>> [each.quantity for each in parse_credit_serials(rows)]
        [9, 2]
    """
    found: list[CreditSerial] = []
    problems: list[Problem] = []
    for number, (text, quantity) in enumerate(rows, 1):
        try:
            found.append(parse_credit_serial(text, quantity=quantity))
        except InvalidValueError as error:
            problems.append(error.at(file=file, row=number).problem)
    if problems:
        raise BatchError(problems)
    return tuple(found)


@attrs.frozen
class Overlap:
    """
    Numbers that two rows of one series both have.

    Args:
        one: The place of the one row, counted from 0.
        other: The place of the other.
        series: What the numbers are counted in.
        first: The first number that both have.
        last: The last one.

    Example:
        >>> Overlap(0, 1, "ACR", 5, 9).last
        9
    """

    one: int
    other: int
    series: str
    first: int
    last: int


def overlaps(rows: Sequence[CreditSerial]) -> tuple[Overlap, ...]:
    """
    Find the rows that have numbers of the same series in common.

    Each row is named with the row before it that reaches farthest; rows whose ends are reversed
    count nothing and are left out.

    Args:
        rows: The rows, in any order.

    Returns:
        The overlaps, by series and number.

    Example:
        >>> rows = parse_credit_serials([("ACR-US-102-2003-274-1 to 9", 9), ("ACR-US-1-2003-2-9 to 11", 3)])
        >>> [(each.one, each.other, each.first, each.last) for each in overlaps(rows)]
        [(0, 1, 9, 9)]
    """
    ordered = sorted(
        (row.series, row.first, row.last, place) for place, row in enumerate(rows) if row.last >= row.first
    )
    found = []
    before, reach, holder = "", -1, -1
    for series, first, last, place in ordered:
        if series != before:
            before, reach, holder = series, -1, -1
        if first <= reach:
            found.append(Overlap(holder, place, series, first, min(reach, last)))
        if last > reach:
            reach, holder = last, place
    return tuple(found)

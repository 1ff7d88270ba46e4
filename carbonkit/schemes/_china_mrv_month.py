"""Months of a data year: each once for each thing that is recorded, all problems at once; internal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from carbonkit.accounting.process.balance import in_words
from carbonkit.accounting.process.combustion import weighted_mean
from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError, Problem, WrongTypeError
from carbonkit.values.field import check_type
from carbonkit.values.number import exact, plain, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from carbonkit.values.number import Exact

MONTHS = range(1, 13)

# Bounds that no fuel reaches; beyond them a figure was given in another unit.
_HEAT_OF_TONNE: Final = 60  # GJ/t
_HEAT_OF_GAS: Final = 500  # GJ/10⁴ Nm³
_CARBON_OF_HEAT: Final = Decimal("0.1")  # tC/GJ
_CARBON_OF_TONNE: Final = 1  # tC/t
_CARBON_OF_GAS: Final = 50  # tC/10⁴ Nm³, the two bounds of a gas multiplied

Record = TypeVar("Record")


def records(values: Iterable[Record], kind: type[Record], *, field: str) -> tuple[Record, ...]:
    """Take records, all of one type."""
    check_type(values, Iterable, field=field)
    found = tuple(values)
    for each in found:
        check_type(each, kind, field=field)
    return found


def check_pair(value: object, *, field: str) -> None:
    """Check that two things stand together."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:  # noqa: PLR2004  a pair
        raise WrongTypeError("hold pairs", was=repr(value), field=field)


def named_records(
    given: Iterable[tuple[str, Iterable[Record]]], kind: type[Record], *, field: str
) -> list[tuple[str, tuple[Record, ...]]]:
    """Take records of several accounts, each under its name."""
    check_type(given, Iterable, field=field)
    found = []
    for each in given:
        check_pair(each, field=field)
        name, values = each
        check_type(name, str, field=field)
        found.append((name, records(values, kind, field=name)))
    return found


def check_names(names: Iterable[str]) -> list[Problem]:
    """List the names that several accounts have."""
    counts = Counter(" ".join(name.split()).casefold() for name in names)
    return [
        Problem(code="name", must="be the name of one account", was=f"there {count} times", field=name)
        for name, count in counts.items()
        if count > 1
    ]


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


def check_heat(heat: Decimal | None, *, gas: bool) -> None:
    """Refuse a calorific value that no fuel has."""
    most = _HEAT_OF_GAS if gas else _HEAT_OF_TONNE
    if heat is not None and heat > most:
        unit = "GJ/10⁴ Nm³" if gas else "GJ/t"
        hint = (
            "1 kcal/Nm³ is 0.041868 GJ/10⁴ Nm³, 1 MJ/Nm³ is 10"
            if gas
            else "1 kcal/kg is 0.0041868 GJ/t, 1 kJ/kg is 0.001"
        )
        raise InvalidValueError(f"be at most {most} {unit}", was=plain(heat), field="heat", hint=hint)


def check_carbon_per_heat(carbon: Decimal | Fraction | None, *, field: str = "carbon_per_heat") -> None:
    """Refuse a carbon of heat that no fuel has."""
    if carbon is not None and carbon > _CARBON_OF_HEAT:
        must = f"be at most {plain(_CARBON_OF_HEAT)} tC/GJ"
        hint = "1 kg/GJ is 0.001 t/GJ"
        raise InvalidValueError(must, was=in_words(Fraction(carbon)), field=field, hint=hint)


def check_content(carbon: Decimal | None, heat: Decimal | None, *, gas: bool) -> None:
    """Refuse a carbon content that no fuel has, by itself and beside its heat."""
    if carbon is None:
        return
    most = _CARBON_OF_GAS if gas else _CARBON_OF_TONNE
    if carbon > most:
        unit = "tC/10⁴ Nm³" if gas else "tC/t"
        hint = "1 kg/Nm³ is 10 tC/10⁴ Nm³" if gas else "56 % is 0.56"
        raise InvalidValueError(f"be at most {most} {unit}", was=plain(carbon), field="carbon", hint=hint)
    if heat is not None:
        check_carbon_per_heat(Fraction(carbon) / Fraction(heat), field="carbon ÷ heat")


def cell(convert: Callable[[Exact], Decimal]) -> Callable[[str], Decimal | None]:
    """Make a reader of a cell that may be empty."""
    return lambda text: convert(text) if text.strip() else None


def check_year(every: Iterable[tuple[int, str]]) -> list[Problem]:
    """List the months that are missing or there twice, for each thing that is recorded."""
    seen: dict[str, list[int]] = {}
    for number_of_month, name in every:
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
    every: Iterable[Record], check: Callable[[Record], object], named: Callable[[Record], str]
) -> list[Problem]:
    """Check every record, and list what each refuses under the month and the thing that it names."""
    problems = []
    for record in every:

        def of_record(record: Record = record) -> object:
            return check(record)

        problems += caught(of_record, named(record))
    return problems


def caught(check: Callable[[], object], named: str = "") -> list[Problem]:
    """List what a check refuses, under a name."""
    try:
        check()
    except CarbonkitError as error:
        found = error.problems if isinstance(error, BatchError) else (error.problem,)
        return [
            Problem(
                code=each.code,
                must=each.must,
                was=each.was,
                field=", ".join(filter(None, (named, each.field))),
                hint=each.hint,
            )
            for each in found
        ]
    return []


Figures: TypeAlias = "Sequence[tuple[int, Fraction, Fraction]]"  # month, figure, weight


def mean(figures: Figures) -> Fraction:
    """Average the figures of months by their net weights; one figure throughout is its own mean."""
    used = [(value, weight) for _, value, weight in figures if weight] or [each[1:] for each in figures]
    first = used[0][0]
    return first if all(value == first for value, _ in used) else weighted_mean(used)


def check_mean(figures: Figures, named: str, field: str) -> list[Problem]:
    """List the months that take back what was not there, so that the year has no average."""
    try:
        if figures:
            mean(figures)
    except InvalidValueError as error:
        net = sum((weight for _, _, weight in figures), Fraction(0))
        code, hint = error.problem.code, "correct the month in which it was recorded"
        must, was = f"leave the year an average: {error.problem.must}", error.problem.was
        if not net:
            must, was = "leave the year an average, as the months differ and take each other back", "net 0"
        back = [number for number, _, weight in figures if weight * (net or 1) < 0]
        fields = [f"month {number}, {named}, {field}" for number in back] or [f"{named}, {field}"]
        return [Problem(code=code, must=must, was=was, field=each, hint=hint) for each in fields]
    return []


def refuse(problems: Iterable[Problem]) -> None:
    """Raise one error for all problems, if there are any."""
    found = list(problems)
    if found:
        raise BatchError(found)

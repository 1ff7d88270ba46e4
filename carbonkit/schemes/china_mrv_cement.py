"""
China's MRV guideline for cement, CETS-AG-02.01-V01-2024, from data year 2024; and the older method of oxides.

Factors and deductions were read in a developer's calculation forms, not in the guideline's text.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from carbonkit.accounting.process.balance import Ratio, Term, as_ratio, in_words, quotient
from carbonkit.accounting.process.cement import Clinker, Substitute, line_process, substitution_rate
from carbonkit.errors import NotFoundError, Problem
from carbonkit.registry.yearly import rule_of_year, years
from carbonkit.schemes._china_mrv_flow import filled
from carbonkit.schemes._china_mrv_kiln import CLINKERS, DEDUCTIONS
from carbonkit.schemes._china_mrv_month import caught, check_pair, check_year, gather, month, records, refuse
from carbonkit.schemes._china_mrv_source import CEMENT_2024, at
from carbonkit.schemes.china_mrv_fuel import DefaultTable, HeatFuel, canonical_fuel
from carbonkit.schemes.china_mrv_rounding import Decimals, Reported, Sector, Step, decimals, reported
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Exact, exact, plain, whole
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source, Status
from carbonkit.values.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "ClinkerMonth",
    "LineYear",
    "clinker_factor",
    "deduction",
    "line_year",
    "oxide_method",
    "process_floor",
    "read_clinker_months",
]

Take: TypeAlias = "Callable[[Step, Ratio], Ratio]"

_CLINKER: Final = "clinker"


def _looked_up(what: str, table: dict[str, str], name: str, year: int) -> Rule[Decimal]:
    check_type(name, str, field=what)
    value = table.get(name)
    if value is None:
        raise NotFoundError("be in the cement table", was=name, field=what, hint=f"known: {', '.join(table)}")
    rule = Rule(
        what=f"{what} of {name}",
        value=Decimal(value),
        says=f"{value} tCO2/t",
        valid=years(2024, None),
        source=CEMENT_2024,
    )
    return rule_of_year([rule], year)


def clinker_factor(kind: str, year: int) -> Rule[Decimal]:
    """
    Find what a tonne of clinker gives off from its limestone.

    Args:
        kind: "Portland", "white Portland", "sulfoaluminate" (sulfoferroaluminate too) or "aluminate".
        year: The data year.

    Returns:
        The factor, with its source and status. [tCO2/t]

    Raises:
        NotFoundError: If there is no such kind, or no guideline is known for the year.
        WrongTypeError: If the kind is no text.

    Example:
        >>> clinker_factor("Portland", 2024).value
        Decimal('0.535')
    """
    return _looked_up("clinker factor", CLINKERS, kind, year)


def deduction(material: str, year: int) -> Rule[Decimal]:
    """
    Find what a tonne of a raw material without carbonate saves.

    Args:
        material: The material.
        year: The data year.

    Returns:
        The deduction, with its source and status. [tCO2/t]

    Raises:
        NotFoundError: If there is no such material, or no guideline is known for the year.
        WrongTypeError: If the material is no text.

    Example:
        >>> deduction("carbide slag", 2024).value
        Decimal('0.480')
    """
    return _looked_up("deduction", DEDUCTIONS, material, year)


_OUR_READING: Final = (
    "the forms have the floor of a line's month; that all its kinds of clinker share it is our reading"
)


def process_floor(year: int) -> Rule[str]:
    """
    Return how far what substitutes save counts: over all kinds of clinker that a line made in a month.

    Args:
        year: The data year.

    Returns:
        The formula, with its source and status.

    Raises:
        NotFoundError: If no guideline is known for the year.

    Example:
        >>> process_floor(2024).source.status.value
        'derived'
    """
    formula = "max(0, Σ clinker × factor - Σ substitute × deduction), month by month"
    rule = Rule(
        what="floor of the process emission of a line",
        value=formula,
        says="over all kinds of clinker of the month",
        valid=years(2024, None),
        source=at(CEMENT_2024, "", status=Status.DERIVED, note=f"{CEMENT_2024.note}; {_OUR_READING}"),
    )
    return rule_of_year([rule], year)


def oxide_method() -> Rule[str]:
    """
    Return the older standard's method, whose arithmetic is `kiln_process` and `oxide_factor`.

    Returns:
        The formula, with its source and status.

    Example:
        >>> oxide_method().source.status.value
        'recalled'
    """
    formula = "(FR1 - FR10) × 44/56 + (FR2 - FR20) × 44/40 a tonne, with kiln dust and organic carbon"
    source = Source(
        "国家标准化管理委员会 (Standardization Administration of China)",
        "GB/T 32151.8-2015",
        2015,
        status=Status.RECALLED,
        note="check against the text",
    )
    return Rule(what="method of oxides", value=formula, says=formula, valid=years(2016, None), source=source)


def _clinker(value: Exact) -> Decimal:
    return exact(value, field="clinker")


def _substitutes(value: Iterable[tuple[str, Exact]]) -> tuple[tuple[str, Decimal], ...]:
    check_type(value, Iterable, field="substitutes")
    found = []
    for each in value:
        check_pair(each, field="substitutes")
        name, mass = each
        check_type(name, str, field="substitutes")
        found.append((name, exact(mass, field=name)))
    return tuple(found)


@attrs.frozen
class ClinkerMonth:
    """
    What a line made of one kind of clinker in one month, and what replaced limestone in it.

    Args:
        month: The month, 1 to 12.
        kind: The kind of clinker.
        clinker: How much was made; 0 if none was, negative to take back what was recorded. [t]
        substitutes: Each raw material without carbonate and its mass, of the clinker's sign. [t]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If there is no such month.
        WrongTypeError: If the kind or a material is no text, or the substitutes are no pairs.

    Example:
        >>> ClinkerMonth(1, "Portland", 100_000, [("carbide slag", 20_000)]).substitutes
        (('carbide slag', Decimal('20000')),)
    """

    month: int = attrs.field(converter=month)
    kind: str = attrs.field(validator=is_a(str))
    clinker: Decimal = attrs.field(converter=_clinker)
    substitutes: tuple[tuple[str, Decimal], ...] = attrs.field(default=(), converter=_substitutes)


def read_clinker_months(lines: Iterable[str], *, file: str) -> tuple[ClinkerMonth, ...]:
    """
    Read a line's months from a CSV text with the columns month, kind, material, mass.

    Args:
        lines: The text's lines, the header first. The material is "clinker" once for each month and kind, and
            the raw materials without carbonate stand in rows of their own, each once.
        file: The name that problems give the input.

    Returns:
        The months, in the order of their clinker.

    Raises:
        BatchError: If anything is wrong; every problem names file and row, or month, kind and material.
        InvalidValueError: If `lines` is one text.

    Example:
        >>> rows = ["month,kind,material,mass", "1,Portland,clinker,1000", "1,Portland,carbide slag,50"]
        >>> read_clinker_months(rows, file="kiln.csv")[0].substitutes
        (('carbide slag', Decimal('50')),)
    """

    def build(row: dict[str, Any]) -> tuple[tuple[int, str], str, Decimal]:
        return (row["month"], row["kind"]), row["material"], row["mass"]

    columns: dict[str, Callable[[str], object]] = {
        "month": lambda text: month(whole(text, field="month")),
        "kind": str,
        "material": str,
        "mass": exact,
    }
    made: dict[tuple[int, str], dict[str, Decimal]] = {}
    problems = []
    for key, material, mass in read_table(lines, file=file, columns=columns, build=build):
        masses = made.setdefault(key, {})
        if material in masses:
            field = f"month {key[0]}, {key[1]}, {material}"
            problems.append(
                Problem(code="month", must="be there once", was="there again", field=field, file=file)
            )
        masses[material] = mass
    for (number, kind), masses in made.items():
        if _CLINKER not in masses:
            field = f"month {number}, {kind}, clinker"
            hint = "write 0 if none was made"
            problems.append(
                Problem(code="month", must="be there", was="missing", field=field, file=file, hint=hint)
            )
    refuse(problems)
    return tuple(
        ClinkerMonth(
            number,
            kind,
            masses[_CLINKER],
            [(material, mass) for material, mass in masses.items() if material != _CLINKER],
        )
        for (number, kind), masses in made.items()
    )


@attrs.frozen
class LineYear:
    """
    A cement line's year, as it is reported.

    Args:
        line: Fuel and process in one balance.
        process: The process alone, from reported figures. [tCO2]
        clinker: All clinker of the year, as reported. [t]
        substitution: For each material that replaced limestone, its share of the process emissions.

    Example:
        >>> months = [ClinkerMonth(month, "Portland", 100_000) for month in range(1, 13)]
        >>> found = line_year(2024, months, fuels=[], defaults=DefaultTable.STANDARD)
        >>> found.line.total, found.intensity
        (Decimal('642000'), Decimal('0.5350'))
    """

    line: Reported
    process: Decimal
    clinker: Decimal
    substitution: tuple[tuple[str, Fraction], ...]

    @property
    def intensity(self) -> Decimal:
        """What a tonne of clinker emitted, as reported, in tCO2/t; an error if none was made."""
        ratio = quotient(Fraction(self.line.emissions), Fraction(self.clinker), field="clinker")
        return self.line.rule.value.report(Step.INTENSITY, ratio)

    def explain(self) -> Explanation:
        """
        Say what the line reports, down to the months and the rules.

        Returns:
            The line's balance, with how much of it is process.
        """
        how = f"{plain(self.process)} t of process, the rest of fuel; in whole tonnes"
        return Explanation("cement line", f"{plain(self.line.total)} tCO2", how, parts=(self.line.explain(),))


def _problems(
    year: int,
    months: Sequence[ClinkerMonth],
    fuels: Sequence[HeatFuel],
    defaults: DefaultTable,
    table: Decimals,
) -> list[Problem]:
    """List all that is wrong with a line's year."""
    first: dict[str, str] = {}
    for fuel in fuels:
        first.setdefault(canonical_fuel(fuel.fuel), fuel.fuel)
    of_fuels = [(fuel.month, first[canonical_fuel(fuel.fuel)]) for fuel in fuels]
    return [
        *check_year((each.month, f"{each.kind} clinker") for each in months),
        *(check_year(of_fuels) if of_fuels else ()),
        *gather(
            months,
            lambda each: refuse(_of_month(year, each)),
            lambda each: f"month {each.month}, {each.kind} clinker",
        ),
        *_of_year(months, table.report),
        *gather(
            fuels,
            lambda fuel: filled(fuel, defaults, year, oxidised=True),
            lambda fuel: f"month {fuel.month}, {fuel.fuel}",
        ),
    ]


def _of_month(year: int, each: ClinkerMonth) -> list[Problem]:
    """List all that is wrong with one kind of clinker in one month; signs need no figure of a table."""
    problems = caught(partial(clinker_factor, each.kind, year))
    for name, mass in each.substitutes:
        problems += caught(partial(deduction, name, year))
        problems += caught(partial(Clinker, each.kind, each.clinker, 0, [Substitute(name, mass, 0)]))
    return problems


def _of_year(months: Sequence[ClinkerMonth], take: Take) -> list[Problem]:
    """List the months that take back more of a substitute than the others recorded."""
    gross = sum(
        (
            as_ratio(take(Step.FUEL, each.clinker), field="clinker") * Fraction(CLINKERS[each.kind])
            for each in months
            if each.kind in CLINKERS
        ),
        Fraction(0),
    )
    masses: dict[str, list[tuple[int, Fraction]]] = {}
    wrong: set[str] = set()
    for each in months:
        for name, mass in each.substitutes:
            masses.setdefault(name, []).append((each.month, as_ratio(take(Step.FUEL, mass), field=name)))
            if Fraction(each.clinker) * Fraction(mass) < 0:
                wrong.add(name)  # told month by month already
    problems = []
    for name, entries in masses.items():
        net = sum((mass for _, mass in entries), Fraction(0))
        if gross * net < 0 and name not in wrong:
            must = "take back no more than the other months recorded"
            problems += [
                Problem(code="month", must=must, was=f"net {in_words(net)}", field=f"month {number}, {name}")
                for number, mass in entries
                if mass * net > 0
            ]
    return problems


def _clinker_of(year: int, each: ClinkerMonth, take: Take) -> Clinker:
    return Clinker(
        each.kind,
        take(Step.FUEL, each.clinker),
        clinker_factor(each.kind, year).value,
        [
            Substitute(name, take(Step.FUEL, mass), deduction(name, year).value)
            for name, mass in each.substitutes
        ],
    )


def _month_of(year: int, kinds: Sequence[ClinkerMonth], take: Take) -> Term:
    """Find what the line's kinds of clinker gave off in one month, all under one floor."""
    rules: list[Rule[Any]] = []
    for each in kinds:
        rules += [clinker_factor(each.kind, year), *(deduction(name, year) for name, _ in each.substitutes)]
    if len(kinds) > 1:
        rules.append(process_floor(year))
    name = "clinker" if len(kinds) > 1 else f"{kinds[0].kind} clinker"
    return line_process(
        f"{name}, month {kinds[0].month}",
        [_clinker_of(year, each, take) for each in kinds],
        parts=[rule.explain() for at_, rule in enumerate(rules) if rule not in rules[:at_]],
    )


def line_year(
    year: int,
    months: Iterable[ClinkerMonth],
    *,
    fuels: Iterable[HeatFuel],
    defaults: DefaultTable,
) -> LineYear:
    """
    Work out a cement line's year: fuel, and process month by month, never below nothing in any.

    The floor of a month is that of the line: its kinds of clinker share it, see `process_floor`.

    Args:
        year: The data year.
        months: Every month of every kind of clinker; 0 where none was made. A negative month takes back what
            others recorded.
        fuels: Every month of every fuel; none if the line burnt none.
        defaults: The table of defaults for fuels, as the guideline's own was not read; there is no default.

    Returns:
        The year, exactly and as reported; terms are rounded by month.

    Raises:
        BatchError: If a month is missing or there twice, a name is in no table, a substitute has not its
            clinker's sign, or more of it is taken back than was recorded; all problems at once.
        NotFoundError: If no guideline is known for the year.
        WrongTypeError: If an argument has another type.

    Example:
        >>> slag = [ClinkerMonth(month, "Portland", 100_000, [("carbide slag", 20_000)])
        ...         for month in range(1, 13)]
        >>> found = line_year(2024, slag, fuels=[], defaults=DefaultTable.STANDARD)
        >>> found.line.total, found.substitution
        (Decimal('526800'), (('carbide slag', Fraction(96, 535)),))
    """
    check_type(defaults, DefaultTable, field="defaults")
    table = decimals(Sector.CEMENT, year)
    made = records(months, ClinkerMonth, field="months")
    burnt = records(fuels, HeatFuel, field="fuels")
    refuse(_problems(year, made, burnt, defaults, table.value))
    by_month: dict[int, list[ClinkerMonth]] = {}
    for each in made:
        by_month.setdefault(each.month, []).append(each)

    def process(kinds: Sequence[ClinkerMonth]) -> Callable[[Take], Term]:
        return lambda take: _month_of(year, kinds, take)

    def fuel(each: HeatFuel) -> Callable[[Take], Term]:
        return lambda take: filled(each, defaults, year, oxidised=True).term(take)

    of_process = [process(kinds) for kinds in by_month.values()]
    alone = reported(f"process {year}", of_process, table)
    line = reported(f"cement line {year}", [*of_process, *(fuel(each) for each in burnt)], table)
    clinker = sum((Fraction(table.value.report(Step.FUEL, each.clinker)) for each in made), Fraction(0))
    return LineYear(
        line,
        alone.emissions,
        table.value.report(Step.FUEL, clinker),
        _substitution(year, made, table.value.report),
    )


def _substitution(year: int, made: Sequence[ClinkerMonth], take: Take) -> tuple[tuple[str, Fraction], ...]:
    """Find each material's share of clinker × factor, over all kinds of clinker."""
    clinkers = [_clinker_of(year, each, take) for each in made]
    gross = sum((each.gross for each in clinkers), Fraction(0))
    if not gross:
        return ()
    used: dict[str, list[Substitute]] = {}
    for each in clinkers:
        for substitute in each.substitutes:
            used.setdefault(substitute.what, []).append(substitute)
    return tuple((name, substitution_rate(gross, 1, of_name)) for name, of_name in used.items())

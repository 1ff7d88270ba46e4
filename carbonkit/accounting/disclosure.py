"""
Disclosures: an inventory's figures as they are printed, rounded once so that all parts add up.

Scope 2 is shown by both methods, so there are two totals. Scopes 1 and 3 have one printed figure
each, which serves both; the parts of every cut (scope, category, gas, facility) add up to the
printed totals. Biogenic CO2, removals and credits stand beside, in no total.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from carbonkit.accounting._remainder import largest_remainder
from carbonkit.accounting._words import CATEGORIES, METHODS, WORDS, Words, same
from carbonkit.accounting.gwp import CO2E
from carbonkit.accounting.inventory import Inventory
from carbonkit.accounting.removal import MemoItem
from carbonkit.accounting.scope import Category, Scope, Scope2Method
from carbonkit.accounting.statement import Statement
from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.number import Rounding, multiply, plain, round_to, subtract, total
from carbonkit.values.unit import unit_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.accounting.activity import Activity
    from carbonkit.accounting.calculation import Calculation
    from carbonkit.accounting.gwp import GwpSet
    from carbonkit.values.place import Place

__all__ = ["Disclosure", "Figure", "disclose"]

_FORMAT: Final = 1
_BOTH: Final = (Scope2Method.LOCATION, Scope2Method.MARKET)
_NAMED: Final = 5  # of what a method does not account for, how many an error names

_Bought: TypeAlias = "tuple[str, str, Place]"  # facility, activity and place of purchased energy


@attrs.frozen
class Figure:
    """
    One printed figure.

    Args:
        key: Names it for programs: its section, then what it is, such as "scope/2/market".
        english: Its label in English.
        chinese: Its label in Chinese.
        number: The printed number.
        unit: What is counted.
        exact: The exact number, where the printed one is a step or more away from it.

    Example:
        >>> print(Figure("scope/1", "scope 1", "范围一", Decimal("12.0"), "tCO2e"))
        scope 1: 12.0 tCO2e
    """

    key: str
    english: str
    chinese: str
    number: Decimal
    unit: str
    exact: Decimal | None = None

    @property
    def section(self) -> str:
        """The part of the disclosure that it stands in."""
        return self.key.partition("/")[0]

    def __str__(self) -> str:
        """Write it out in English."""
        return f"{self.english}: {plain(self.number)} {self.unit}"


@attrs.frozen(repr=False)
class Disclosure:
    """
    Printed figures and where they come from; made by `disclose`.

    Args:
        gwp: The name of the GWP set.
        places: How many decimal places were kept.
        rounding: How the totals were rounded.
        figures: The printed figures.
        statements: The exact statements behind them, one for each scope 2 method.

    Example:
        >>> from carbonkit.accounting import Activity, Catalogue, Factor, Rate, account, gwp_set
        >>> from carbonkit.values import Energy, Period, Place, Source
        >>> year, place = Period.year(2025), Place("US")
        >>> factor = Factor("gas", "1", "gas", place, year, "GJ", [Rate("CO2", 50, "kg")],
        ...                 Source("Us", "Gas analysis", 2025))
        >>> bills = [Activity(site, site, "gas", Energy(much, "GJ"), place, year, Scope.ONE)
        ...          for site, much in (("north", 110), ("south", 110))]
        >>> shown = disclose(account(bills, Catalogue([factor])), gwp_set("AR6"), unit="tCO2e", places=0,
        ...                  rounding=Rounding.HALF_UP)
        >>> for figure in shown.figures:
        ...     print(figure)
        scope 1: 11 tCO2e
        total: 11 tCO2e
        CO2: 11 tCO2e
        north: 6 tCO2e
        south: 5 tCO2e
    """

    gwp: str
    places: int
    rounding: Rounding
    figures: tuple[Figure, ...]
    statements: tuple[Statement, ...]

    @property
    def findings(self) -> tuple[str, ...]:
        """What a reader must know: each part that is printed a step or more away from its exact figure."""
        return tuple(
            f"{each}, a step or more away from its exact figure, {plain(each.exact)} {each.unit}, "
            "so that all parts add up"
            for each in self.figures
            if each.exact is not None
        )

    def figure(self, key: str) -> Figure:
        """
        Find one figure.

        Args:
            key: Its key.

        Returns:
            The figure.

        Raises:
            NotFoundError: If it is not disclosed; what was not accounted is not zero.
        """
        for figure in self.figures:
            if figure.key == key:
                return figure
        known = ", ".join(figure.key for figure in self.figures[:8])
        raise NotFoundError("be a figure of the disclosure", was=key, field="key", hint=f"it has {known}, …")

    def rows(self) -> tuple[tuple[Words, str, str], ...]:
        """
        List the figures for a table.

        Returns:
            For each its label in both languages, its number written out, and its unit; then, labelled as
            such, the exact figure of each that is printed a step or more away from it.
        """
        printed = [
            (Words(each.english, each.chinese), plain(each.number), each.unit) for each in self.figures
        ]
        note = WORDS["exact"]
        for each in self.figures:
            if each.exact is not None:
                words = Words(note.english.format(each.english), note.chinese.format(each.chinese))
                printed.append((words, plain(each.exact), each.unit))
        return tuple(printed)

    def as_dict(self) -> dict[str, object]:
        """
        Give the figures as plain values, for JSON; numbers are texts, so that none loses a digit.

        Returns:
            The same facts.
        """
        return {
            "format": _FORMAT,
            "gwp_set": self.gwp,
            "places": self.places,
            "rounding": self.rounding.name.lower(),
            "scope_2_methods": [each.scope_2.value for each in self.statements if each.scope_2 is not None],
            "figures": [
                {
                    "key": each.key,
                    "label": {"en": each.english, "zh": each.chinese},
                    "number": plain(each.number),
                    "unit": each.unit,
                    **({} if each.exact is None else {"exact": plain(each.exact)}),
                }
                for each in self.figures
            ],
            "findings": list(self.findings),
        }

    def csv(self) -> str:
        """
        Write the figures as CSV, with both languages.

        Returns:
            The text, with one line for each figure after the header; in its last column the exact figure,
            where the printed one is a step or more away from it.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("key", "label_en", "label_zh", "number", "unit", "exact"))
        for each in self.figures:
            labels = (_harmless(each.english), _harmless(each.chinese))
            exact = "" if each.exact is None else plain(each.exact)
            writer.writerow((_harmless(each.key), *labels, plain(each.number), each.unit, exact))
        return text.getvalue()

    def explain(self) -> Explanation:
        """
        Say how the printed figures came about, down to the sources.

        Returns:
            The figures with the exact statements behind them.
        """
        printed = (
            Explanation(each.english, f"{plain(each.number)} {each.unit}", f"printed as {each.key}")
            for each in self.figures
        )
        how = f"totals rounded to {self.places} places, {self.rounding.name.lower().replace('_', ' ')}; "
        how += "parts by largest remainder; exact figures below"
        return Explanation(
            f"disclosure under {self.gwp}",
            f"{len(self.figures)} figures",
            how,
            parts=(
                *printed,
                *(Explanation("finding", each) for each in self.findings),
                *(statement.explain() for statement in self.statements),
            ),
        )

    def __repr__(self) -> str:
        """Say how much it holds."""
        return f"<Disclosure under {self.gwp}, {len(self.figures)} figures>"


def disclose(
    inventory: Inventory,
    gwp: GwpSet,
    *,
    unit: str,
    places: int,
    rounding: Rounding,
    beside: Iterable[MemoItem] = (),
) -> Disclosure:
    """
    Round an inventory for publication: once, and so that all parts add up.

    Each total is rounded as named; every part is its exact figure rounded up or down, so that it is
    off by less than one step, wherever there are such parts that add up. There are none where the two
    totals were rounded in opposite directions and the printed scopes 1 and 3 can not serve both:
    then scope 2 is what they leave of its total, a step or more off, and the disclosure's findings
    name it with its exact figure. FLOOR and CEILING never come to this.

    Args:
        inventory: What was accounted; purchased energy by both methods.
        gwp: The GWP set.
        unit: The unit of CO2e that is printed; masses of biogenic CO2 come in the same.
        places: Decimal places that are printed.
        rounding: How totals are rounded.
        beside: Removals and credits, which no total takes in.

    Returns:
        The printed figures.

    Raises:
        InvalidValueError: If purchased energy was accounted by one method only, or not the same energy by
            both, or `places` is beyond what a number may have.
        IncompatibleUnitsError: If the unit is none of CO2e.
        UnknownGasError: If the set does not hold a gas.
        FixedBasisError: If a factor gives only CO2e, on another basis than this set.

    Example:
        >>> from carbonkit.accounting import Catalogue, account, gwp_set
        >>> disclose(account((), Catalogue(())), gwp_set("AR6"), unit="tCO2e", places=0,
        ...          rounding=Rounding.HALF_UP).rows()
        ((Words(english='total', chinese='总量'), '0', 'tCO2e'),)
    """
    check_type(inventory, Inventory, field="inventory")
    methods = inventory.methods
    if methods and methods != _BOTH:
        raise InvalidValueError(
            "account for purchased energy by both methods",
            was=f"{methods[0]} only",
            field="scope_2",
            hint="account(…, scope_2=[Scope2Method.LOCATION, Scope2Method.MARKET])",
        )
    if methods:
        _check_same_energy(inventory)
    check_type(beside, Iterable, field="beside")
    statements = tuple(inventory.co2e(gwp, scope_2=method) for method in methods or (None,))
    printer = _Printer(unit_named(unit).name, places, rounding)
    figures = [*printer.scopes(statements), *printer.cuts(statements), *printer.biogenic(statements)]
    for number, item in enumerate(beside, start=1):
        check_type(item, MemoItem, field="beside")
        rounded = round_to(item.number, places, rounding)
        figures.append(Figure(f"beside/{number}", item.label, item.label, rounded, item.unit))
    return Disclosure(gwp.id, places, rounding, tuple(figures), statements)


def _check_same_energy(inventory: Inventory) -> None:
    """Refuse two totals of which one leaves out energy that the other takes in."""
    bought: dict[Scope2Method | None, dict[_Bought, None]] = {method: {} for method in _BOTH}
    lines = inventory.lines
    for activity, place in zip(lines.activities, lines.chosen, strict=True):
        if activity.scope is Scope.TWO:
            bought[lines.factors[place].method][_bought(activity)] = None
    for calculation in inventory.calculations:
        if calculation.scope is Scope.TWO:
            bought[calculation.method][_bought(calculation)] = None
    lacks = []
    for method, other in (_BOTH, _BOTH[::-1]):
        missing = [key for key in bought[other] if key not in bought[method]]
        named = [f"{activity} at {place}, facility {facility}" for facility, activity, place in missing]
        if named:
            more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
            lacks.append(f"; {method} lacks {', '.join(named[:_NAMED])}{more}")
    if lacks:
        raise InvalidValueError(
            f"account for the same energy by both methods{''.join(lacks)}",
            field="scope_2",
            hint="where a method finds no emissions, say so with a row of zero",
        )


def _bought(row: Activity | Calculation) -> _Bought:
    return row.facility, row.activity, row.place


@attrs.define
class _Printer:
    """Rounds figures so that they add up."""

    unit: str
    places: int
    rounding: Rounding
    third: Decimal | None = None  # the printed figure of scope 3

    @property
    def step(self) -> Decimal:
        """One step of the last place that is printed."""
        return Decimal((0, (1,), -self.places))

    def scopes(self, statements: tuple[Statement, ...]) -> Iterator[Figure]:
        """Print the scopes and the totals."""
        found = [dict(each.by_scope().to(self.unit).parts) for each in statements]
        common = [name for name in (str(Scope.ONE), str(Scope.THREE)) if name in found[0]]
        shared = [found[0][name].number for name in common]
        apart = [each[str(Scope.TWO)].number for each in found if str(Scope.TWO) in each]
        totals = [self._rounded(each.total.to(self.unit).number) for each in statements]
        printed = self._together(shared, apart, totals)
        sums = dict(zip(common, printed, strict=True))
        self.third = sums.get(str(Scope.THREE))
        if str(Scope.ONE) in sums:
            exact = found[0][str(Scope.ONE)].number
            yield self._figure("scope/1", WORDS["scope 1"], sums[str(Scope.ONE)], exact)
        for statement, whole, parts in zip(statements, totals, found, strict=True):
            if statement.scope_2 is not None:
                words = _with(WORDS["scope 2"], statement.scope_2)
                second, exact = subtract(whole, total(printed)), parts[str(Scope.TWO)].number
                yield self._figure(f"scope/2/{statement.scope_2.value}", words, second, exact)
        if self.third is not None:
            yield self._figure("scope/3", WORDS["scope 3"], self.third, found[0][str(Scope.THREE)].number)
        for statement, whole in zip(statements, totals, strict=True):
            key, words, exact = "total", WORDS["total"], statement.total.to(self.unit).number
            if statement.scope_2 is not None:
                key, words = f"total/{statement.scope_2.value}", _with(words, statement.scope_2)
            yield self._figure(key, words, whole, exact)

    def cuts(self, statements: tuple[Statement, ...]) -> Iterator[Figure]:
        """Print the parts of scope 3 by category, and of each total by gas and facility."""
        if self.third is not None:
            categories = {str(category): category for category in Category}
            parts = statements[0].by_category().to(self.unit).parts
            rounded = largest_remainder([amount.number for _, amount in parts], self.third, self.places)
            for (label, exact), number in zip(parts, rounded, strict=True):
                category = categories.get(label)
                words = WORDS["no category"] if category is None else CATEGORIES[category]
                key = f"category/{category.value if category else 'none'}"
                yield self._figure(key, words, number, exact.number)
        for statement in statements:
            for cut in (statement.by_gas().to(self.unit), statement.by_facility().to(self.unit)):
                rounded_cut = cut.rounded(self.places, self.rounding)
                for (label, exact), (_, amount) in zip(cut.parts, rounded_cut.parts, strict=True):
                    key, words = f"{cut.by}/{label}", same(label)
                    if statement.scope_2 is not None:
                        key, words = f"{key}/{statement.scope_2.value}", _with(words, statement.scope_2)
                    yield self._figure(key, words, amount.number, exact.number)

    def biogenic(self, statements: tuple[Statement, ...]) -> Iterator[Figure]:
        """Print biogenic CO2 by scope; each scope that has any by itself, as they have no total."""
        for scope in Scope:
            several = statements if scope is Scope.TWO else statements[:1]
            masses = [statement.only(scope=scope).biogenic_co2 for statement in several]
            if not any(mass.number for mass in masses):
                continue
            for statement, mass in zip(several, masses, strict=True):
                key, name = f"biogenic/{scope.value}", WORDS[str(scope)]
                if scope is Scope.TWO and statement.scope_2 is not None:
                    key, name = f"{key}/{statement.scope_2.value}", _with(name, statement.scope_2)
                words, weight = WORDS["biogenic"], self.unit.removesuffix(CO2E)
                yield Figure(
                    key,
                    words.english.format(name.english),
                    words.chinese.format(name.chinese),
                    self._rounded(mass.to(weight).number),
                    f"{weight} CO2",
                )

    def _together(self, shared: list[Decimal], apart: list[Decimal], totals: list[Decimal]) -> list[Decimal]:
        """Round what both totals share, so that what is left for scope 2 is nearest to its exact figures."""
        # each shared figure is cut down, or one step more than that: of these few choices the one is
        # taken with every figure off by less than a step, if any is, and with the smallest sum of squares
        if not apart:
            return largest_remainder(shared, totals[0], self.places)
        cut = [round_to(number, self.places, Rounding.FLOOR) for number in shared]
        up = [round_to(number, self.places, Rounding.CEILING) for number in shared]
        step = self.step

        def off(choice: Iterable[Decimal]) -> tuple[bool, Decimal]:
            printed = list(choice)
            printed += [subtract(whole, total(choice)) for whole in totals]
            errors = [subtract(a, b) for a, b in zip(printed, (*shared, *apart), strict=True)]
            far = any(each.copy_abs() >= step for each in errors)
            return far, total(multiply(each, each) for each in errors)

        return list(min(product(*map(dict.fromkeys, zip(cut, up, strict=True))), key=off))

    def _rounded(self, number: Decimal) -> Decimal:
        return round_to(number, self.places, self.rounding)

    def _figure(self, key: str, words: Words, number: Decimal, exact: Decimal) -> Figure:
        far = subtract(number, exact).copy_abs() >= self.step
        printed = round_to(number, self.places, self.rounding)
        return Figure(key, words.english, words.chinese, printed, self.unit, exact if far else None)


def _with(words: Words, method: Scope2Method) -> Words:
    name = METHODS[method]
    return Words(f"{words.english}, {name.english}", f"{words.chinese}（{name.chinese}）")


def _harmless(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text

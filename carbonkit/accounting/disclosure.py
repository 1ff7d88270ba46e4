"""
Disclosures: an inventory's figures as they are printed, rounded once so that all parts add up.

Scope 2 is shown by both methods, so there are two totals. Scopes 1 and 3 have one printed figure
each, which serves both; the parts of every cut (scope, category, gas, facility) add up to the
printed totals. Biogenic CO2, removals and credits stand beside, in no total.
"""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Final

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
    from collections.abc import Iterable, Iterator

    from carbonkit.accounting.gwp import GwpSet

__all__ = ["Disclosure", "Figure", "disclose"]

_FORMAT: Final = 1
_BOTH: Final = (Scope2Method.LOCATION, Scope2Method.MARKET)


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

    Example:
        >>> print(Figure("scope/1", "scope 1", "范围一", Decimal("12.0"), "tCO2e"))
        scope 1: 12.0 tCO2e
    """

    key: str
    english: str
    chinese: str
    number: Decimal
    unit: str

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
            For each its label in both languages, its number written out, and its unit.
        """
        return tuple(
            (Words(each.english, each.chinese), plain(each.number), each.unit) for each in self.figures
        )

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
                }
                for each in self.figures
            ],
        }

    def csv(self) -> str:
        """
        Write the figures as CSV, with both languages.

        Returns:
            The text, with one line for each figure after the header.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("key", "label_en", "label_zh", "number", "unit"))
        for each in self.figures:
            labels = (_harmless(each.english), _harmless(each.chinese))
            writer.writerow((_harmless(each.key), *labels, plain(each.number), each.unit))
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
            parts=(*printed, *(statement.explain() for statement in self.statements)),
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

    The totals, and what scopes 1 and 3 make together, decide: each total is rounded as named, and
    every part is its exact figure rounded up or down by less than one step.

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
        InvalidValueError: If purchased energy was accounted by one method only, or `places` is beyond
            what a number may have.
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
    statements = tuple(inventory.co2e(gwp, scope_2=method) for method in methods or (None,))
    printer = _Printer(unit_named(unit).name, places, rounding)
    figures = [*printer.scopes(statements), *printer.cuts(statements), *printer.biogenic(statements)]
    for number, item in enumerate(beside, start=1):
        check_type(item, MemoItem, field="beside")
        rounded = round_to(item.number, places, rounding)
        figures.append(Figure(f"beside/{number}", item.label, item.label, rounded, item.unit))
    return Disclosure(gwp.id, places, rounding, tuple(figures), statements)


@attrs.define
class _Printer:
    """Rounds figures so that they add up."""

    unit: str
    places: int
    rounding: Rounding
    third: Decimal | None = None  # the printed figure of scope 3

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
            yield self._figure("scope/1", WORDS["scope 1"], sums[str(Scope.ONE)])
        for statement, whole in zip(statements, totals, strict=True):
            if statement.scope_2 is not None:
                words = _with(WORDS["scope 2"], statement.scope_2)
                second = subtract(whole, total(printed))
                yield self._figure(f"scope/2/{statement.scope_2.value}", words, second)
        if self.third is not None:
            yield self._figure("scope/3", WORDS["scope 3"], self.third)
        for statement, whole in zip(statements, totals, strict=True):
            if statement.scope_2 is None:
                yield self._figure("total", WORDS["total"], whole)
            else:
                words = _with(WORDS["total"], statement.scope_2)
                yield self._figure(f"total/{statement.scope_2.value}", words, whole)

    def cuts(self, statements: tuple[Statement, ...]) -> Iterator[Figure]:
        """Print the parts of scope 3 by category, and of each total by gas and facility."""
        if self.third is not None:
            categories = {str(category): category for category in Category}
            parts = statements[0].by_category().to(self.unit).parts
            rounded = largest_remainder([amount.number for _, amount in parts], self.third, self.places)
            for (label, _), number in zip(parts, rounded, strict=True):
                category = categories.get(label)
                words = WORDS["no category"] if category is None else CATEGORIES[category]
                yield self._figure(f"category/{category.value if category else 'none'}", words, number)
        for statement in statements:
            for cut in (statement.by_gas(), statement.by_facility()):
                rounded_cut = cut.to(self.unit).rounded(self.places, self.rounding)
                for label, amount in rounded_cut.parts:
                    key, words = f"{cut.by}/{label}", same(label)
                    if statement.scope_2 is not None:
                        key, words = f"{key}/{statement.scope_2.value}", _with(words, statement.scope_2)
                    yield self._figure(key, words, amount.number)

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
        # taken with every figure off by less than a step, and with the smallest sum of squares
        if not apart:
            return largest_remainder(shared, totals[0], self.places)
        cut = [round_to(number, self.places, Rounding.FLOOR) for number in shared]
        up = [round_to(number, self.places, Rounding.CEILING) for number in shared]
        step = Decimal((0, (1,), -self.places))

        def off(choice: Iterable[Decimal]) -> tuple[bool, Decimal]:
            printed = list(choice)
            printed += [subtract(whole, total(choice)) for whole in totals]
            errors = [subtract(a, b) for a, b in zip(printed, (*shared, *apart), strict=True)]
            return any(abs(each) >= step for each in errors), total(multiply(each, each) for each in errors)

        return list(min(product(*map(dict.fromkeys, zip(cut, up, strict=True))), key=off))

    def _rounded(self, number: Decimal) -> Decimal:
        return round_to(number, self.places, self.rounding)

    def _figure(self, key: str, words: Words, number: Decimal) -> Figure:
        return Figure(
            key, words.english, words.chinese, round_to(number, self.places, self.rounding), self.unit
        )


def _with(words: Words, method: Scope2Method) -> Words:
    name = METHODS[method]
    return Words(f"{words.english}, {name.english}", f"{words.chinese}（{name.chinese}）")


def _harmless(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text

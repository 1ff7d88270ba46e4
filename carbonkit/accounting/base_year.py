"""
Base years: what a target is measured against, by unit and scope, and the events that may change it.

The figures are taken from what was published and are frozen. An event says what happened to the group
or to its methods, and what that comes to in the base year; `recalculate` decides what follows.
"""

from __future__ import annotations

import datetime
import enum
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting._fraction import Share, fraction, percent, share, written
from carbonkit.accounting.exact_breakdown import ExactBreakdown
from carbonkit.accounting.scope import Category, Scope
from carbonkit.accounting.statement import Statement
from carbonkit.errors import BatchError, InvalidValueError
from carbonkit.values.field import check_type, is_a
from carbonkit.values.quantity import CO2e
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from carbonkit.accounting.consolidated_statement import ConsolidatedStatement

__all__ = [
    "RECALCULATION_RULES",
    "BaseYear",
    "BaseYearEvent",
    "EventKind",
    "UnitFigure",
    "figures_of",
]

FigureKey: TypeAlias = "tuple[str, Scope, Category | None]"


def _tonnes(value: CO2e | Fraction) -> Fraction:
    if isinstance(value, Fraction):
        return value
    check_type(value, CO2e, field="amount")
    return fraction(value.to("tCO2e").number)


@attrs.frozen
class UnitFigure:
    """
    What one unit emitted in the base year in one scope.

    Args:
        unit: The facility or entity, as the base year is kept.
        scope: The scope; purchased energy by the method that the target is set on.
        amount: How much; CO2e, or an exact fraction of a tonne. [tCO2e]
        category: In scope 3, the category.

    Raises:
        InvalidValueError: If the name is blank, a type is wrong, or a category stands outside scope 3.

    Example:
        >>> print(UnitFigure("A", Scope.ONE, CO2e("25", "tCO2e")))
        A, scope 1: 25 tCO2e
    """

    unit: str = attrs.field(validator=is_name)
    scope: Scope = attrs.field(validator=is_a(Scope))
    amount: Fraction = attrs.field(converter=_tonnes)
    category: Category | None = attrs.field(
        default=None, kw_only=True, validator=attrs.validators.optional(is_a(Category))
    )

    def __attrs_post_init__(self) -> None:
        """Check that a category stands where it belongs."""
        if self.category is not None and self.scope is not Scope.THREE:
            raise InvalidValueError("stand in scope 3 only", was=str(self.scope), field="category")

    @property
    def key(self) -> FigureKey:
        """What names it in a base year."""
        return self.unit, self.scope, self.category

    def __str__(self) -> str:
        """Say what was emitted where."""
        where = f"{self.unit}, {self.scope}" + (f", {self.category}" if self.category is not None else "")
        return f"{where}: {written(self.amount)} tCO2e"


def figures_of(statement: Statement | ConsolidatedStatement) -> tuple[UnitFigure, ...]:
    """
    Take the figures of a statement, by facility, scope and category.

    Args:
        statement: The statement; of a consolidated one, what is counted.

    Returns:
        The figures, exact.

    Example:
        >>> from carbonkit.accounting import Catalogue, account, gwp_set
        >>> figures_of(account((), Catalogue(())).co2e(gwp_set("AR6")))
        ()
    """
    shared = (
        [(Fraction(1), statement)]
        if isinstance(statement, Statement)
        else [(each.share, whole) for each, whole in statement.parts]
    )
    sums: dict[FigureKey, Fraction] = {}
    for counted, whole in shared:
        for key, amount in _figures(whole):
            sums[key] = sums.get(key, Fraction(0)) + counted * amount
    return tuple(
        UnitFigure(unit, scope, amount, category=category) for (unit, scope, category), amount in sums.items()
    )


def _figures(statement: Statement) -> list[tuple[FigureKey, Fraction]]:
    found: list[tuple[FigureKey, Fraction]] = []
    for scope in Scope:
        of_scope = statement.only(scope=scope)
        for unit, amount in of_scope.by_facility().parts:
            if scope is not Scope.THREE:
                found.append(((unit, scope, None), fraction(amount.number)))
                continue
            categories = {str(category): category for category in Category}
            of_unit = of_scope.only(facility=unit).by_category()
            found.extend(
                ((unit, scope, categories.get(label)), fraction(part.number)) for label, part in of_unit.parts
            )
    return found


def _all_figures(value: Iterable[UnitFigure]) -> tuple[UnitFigure, ...]:
    figures = tuple(value)
    for figure in figures:
        check_type(figure, UnitFigure, field="figures")
    return figures


@attrs.frozen
class BaseYear:
    """
    The emissions of the base year as they were stated, by unit and scope.

    A historic year that is shown beside it is kept, and recalculated, in the same way.

    Args:
        name: What it is taken from: the published report, or the snapshot with its seal.
        period: The year.
        figures: What each unit emitted in each scope.

    Raises:
        BatchError: If a figure stands twice.
        InvalidValueError: If the period has no end, or a type is wrong.

    Example:
        >>> from carbonkit.values import Rounding
        >>> base = BaseYear("report 2020", Period.year(2020),
        ...                 [UnitFigure(unit, Scope.ONE, CO2e(25, "tCO2e")) for unit in ("A", "B")])
        >>> print(base.total, base.by_unit().rounded(0, Rounding.HALF_UP).amount("A"))
        50 25 tCO2e
    """

    name: str = attrs.field(validator=is_name)
    period: Period = attrs.field(validator=is_a(Period))
    figures: tuple[UnitFigure, ...] = attrs.field(converter=_all_figures)

    def __attrs_post_init__(self) -> None:
        """Check that each figure stands once."""
        if self.period.end is None:
            raise InvalidValueError("have an end", was=str(self.period), field="period")
        keys: set[FigureKey] = set()
        problems = []
        for figure in self.figures:
            if figure.key in keys:
                problems.append(InvalidValueError("stand once", was=str(figure), field="figure").problem)
            keys.add(figure.key)
        if problems:
            raise BatchError(problems)

    @property
    def total(self) -> Fraction:
        """The sum of all figures, exact, in tCO2e."""
        return sum((figure.amount for figure in self.figures), Fraction(0))

    def by_unit(self) -> ExactBreakdown:
        """
        Break the total down by unit.

        Returns:
            The units, in the order in which they first occur.
        """
        return self._by("unit", lambda figure: figure.unit)

    def by_scope(self) -> ExactBreakdown:
        """
        Break the total down by scope.

        Returns:
            The scopes that have figures, in their order.
        """
        found = self._by("scope", lambda figure: str(figure.scope))
        return ExactBreakdown(found.by, sorted(found.parts))

    def _by(self, what: str, label: Callable[[UnitFigure], str]) -> ExactBreakdown:
        sums: dict[str, Fraction] = {}
        for figure in self.figures:
            key = label(figure)
            sums[key] = sums.get(key, Fraction(0)) + figure.amount
        return ExactBreakdown(what, sums.items())


class EventKind(enum.Enum):
    """
    What happened that may change a base year.

    Example:
        >>> print(EventKind.ACQUISITION)
        acquisition
    """

    ACQUISITION = "acquisition"
    DIVESTMENT = "divestment"
    MERGER = "merger"
    INSOURCING = "insourcing"
    OUTSOURCING = "outsourcing"
    METHODOLOGY_CHANGE = "methodology change"
    FACTOR_CORRECTION = "factor correction"
    ERROR_FOUND = "error found"
    ORGANIC_GROWTH = "organic growth"
    ORGANIC_DECLINE = "organic decline"
    REAL_FACTOR_CHANGE = "real factor change"

    def __str__(self) -> str:
        """Say it in words."""
        return self.value

    @property
    def adds(self) -> bool:
        """Whether it brings a unit's figures in."""
        return self in {EventKind.ACQUISITION, EventKind.MERGER, EventKind.INSOURCING}

    @property
    def structural(self) -> bool:
        """Whether emissions pass from one company to another."""
        return self.adds or self in {EventKind.DIVESTMENT, EventKind.OUTSOURCING}

    @property
    def corrects(self) -> bool:
        """Whether what was counted is now counted otherwise."""
        return self in {EventKind.METHODOLOGY_CHANGE, EventKind.FACTOR_CORRECTION, EventKind.ERROR_FOUND}


_CHAPTER_5: Final = Source(
    "WRI/WBCSD",
    "GHG Protocol Corporate Accounting and Reporting Standard, revised edition",
    2004,
    table="chapter 5",
    note="read in a re-publication",
)
_TABLE_9_4: Final = Source(
    "WRI/WBCSD",
    "Corporate Value Chain (Scope 3) Accounting and Reporting Standard",
    2011,
    table="chapter 9, table 9.4",
)
_SINCE: Final = Period("2004-03-01", None)


def _rule(says: str, kinds: Iterable[EventKind], source: Source) -> dict[EventKind, Rule[bool]]:
    valid = _SINCE if source is _CHAPTER_5 else Period("2011-09-01", None)
    adjusts = "not recalculated" not in says
    return {kind: Rule(str(kind), adjusts, says, valid, source) for kind in kinds}


RECALCULATION_RULES: Final[Mapping[EventKind, Rule[bool]]] = MappingProxyType(
    _rule(
        "recalculated, as emissions pass from one company to another and nothing changes for the atmosphere",
        (EventKind.ACQUISITION, EventKind.DIVESTMENT, EventKind.MERGER),
        _CHAPTER_5,
    )
    | _rule(
        "recalculated, unless the emissions stay within the boundary in another scope",
        (EventKind.INSOURCING, EventKind.OUTSOURCING),
        _TABLE_9_4,
    )
    | _rule(
        "recalculated, as the figures change and the emissions do not",
        (EventKind.METHODOLOGY_CHANGE, EventKind.FACTOR_CORRECTION, EventKind.ERROR_FOUND),
        _TABLE_9_4,
    )
    | _rule(
        "not recalculated, as the emissions themselves change; openings and closures are among it",
        (EventKind.ORGANIC_GROWTH, EventKind.ORGANIC_DECLINE),
        _CHAPTER_5,
    )
    | _rule(
        "not recalculated, as the factor follows a change of the emissions themselves",
        (EventKind.REAL_FACTOR_CHANGE,),
        _TABLE_9_4,
    )
)
"""Whether an event of a kind may change the base year; each rule with its source."""


def _share(value: Share) -> Fraction:
    return share(value)


def _day(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="on")


def _began(value: str | datetime.date | None) -> datetime.date | None:
    return None if value is None else as_date(value, field="began")


@attrs.frozen
class BaseYearEvent:
    """
    One thing that happened, and what it comes to in the base year.

    Args:
        id: Names it; used once.
        kind: What happened.
        on: The day from which it holds.
        unit: The facility or entity that it is about.
        figures: What comes in, of an acquisition, a merger or insourcing; what goes out, of outsourcing; by
            how much the base year changes, of a correction (negative if it was too high). A divestment has
            none: what the base year holds of the unit goes out. Only a correction's may be negative.
        share: Of a divestment, how much of the unit goes out.
        began: The day on which the unit began to exist, if that was after the base year.
        other: Of insourcing and outsourcing: the scope, or the category of scope 3, in which the
            emissions counted before or count from now on.
        note: What a reader must know about it.

    Raises:
        InvalidValueError: If figures are missing or out of place, stand twice or for another unit, or are
            negative and no correction, `other` is missing or out of place, a share is, or a type is wrong.

    Example:
        >>> bought = BaseYearEvent("1", EventKind.ACQUISITION, "2022-01-01", "C",
        ...                        [UnitFigure("C", Scope.ONE, CO2e(15, "tCO2e"))])
        >>> print(bought)
        1: acquisition of C on 2022-01-01
    """

    id: str = attrs.field(validator=is_name)
    kind: EventKind = attrs.field(validator=is_a(EventKind))
    on: datetime.date = attrs.field(converter=_day)
    unit: str = attrs.field(validator=is_name)
    figures: tuple[UnitFigure, ...] = attrs.field(default=(), converter=_all_figures)
    share: Fraction = attrs.field(default=Fraction(1), kw_only=True, converter=_share)
    began: datetime.date | None = attrs.field(default=None, kw_only=True, converter=_began)
    other: Scope | Category | None = attrs.field(default=None, kw_only=True)
    note: str = attrs.field(default="", kw_only=True, validator=is_a(str))

    def __attrs_post_init__(self) -> None:
        """Check that it says what its kind needs, and no more."""
        wanted = (self.kind.adds and self.began is None) or self.kind.corrects
        wanted = wanted or self.kind is EventKind.OUTSOURCING
        if wanted and not self.figures:
            hint = "estimate them, or say 0; a unit that began after the base year says when it began"
            must = f"be there for {self.kind}"
            raise InvalidValueError(must, was="none", field="figures", hint=hint)
        if self.figures and not (self.kind.adds or wanted):
            must = f"not be there for {self.kind}"
            raise InvalidValueError(must, was=str(self.figures[0]), field="figures")
        strange = [figure for figure in self.figures if figure.unit != self.unit]
        if strange:
            raise InvalidValueError(f"be of {self.unit}", was=str(strange[0]), field="figures")
        self._check_amounts()
        moved = self.kind in {EventKind.INSOURCING, EventKind.OUTSOURCING}
        if moved is not isinstance(self.other, Scope | Category):
            must = f"{'' if moved else 'not '}be a scope or a category for {self.kind}"
            raise InvalidValueError(must, was=str(self.other), field="other")
        if self.share != 1 and self.kind is not EventKind.DIVESTMENT:
            raise InvalidValueError("be of a divestment", was=percent(self.share), field="share")

    def _check_amounts(self) -> None:
        """Check that each figure stands once, and is negative only where that says something."""
        keys: set[FigureKey] = set()
        for figure in self.figures:
            if figure.key in keys:
                raise InvalidValueError("stand once", was=str(figure), field=f"event {self.id}, figures")
            keys.add(figure.key)
            if figure.amount < 0 and not self.kind.corrects:
                must = f"be zero or more for {self.kind}"
                hint = "say what came in or went out, without a sign; only a correction may be negative"
                field = f"event {self.id}, figures"
                raise InvalidValueError(must, was=str(figure), field=field, hint=hint)

    def __str__(self) -> str:
        """Say what happened, to what and when."""
        part = f" of {percent(self.share)}" if self.share != 1 else ""
        return f"{self.id}: {self.kind}{part} of {self.unit} on {self.on}"

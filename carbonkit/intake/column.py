"""What columns mean: what was measured, in which unit, where, when, and what was published for it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, TypeAlias

import attrs

from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.scope import Category, Scope
from carbonkit.errors import InvalidValueError, UnknownUnitError
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Exact, exact
from carbonkit.values.place import Place
from carbonkit.values.unit import Dimension, unit_named

__all__ = ["Blank", "Dated", "Dates", "Kind", "LastDay", "Measured", "Placed", "Total"]

Pairs: TypeAlias = "tuple[tuple[str, str], ...]"
_LABEL: Final = 100


class Blank(enum.Enum):
    """
    What a blank cell means where an amount could stand; a zero is always an amount.

    Example:
        >>> Blank.FINDING.value
        'no such activity; reported'
    """

    ABSENT = "no such activity"
    """There is no such activity, as in a form with a column for each fuel."""
    FINDING = "no such activity; reported"
    """The same, but every such cell is reported."""
    PROBLEM = "a problem"
    """An amount must stand there."""


class Dates(enum.Enum):
    """
    In which order a text gives year, month and day; a workbook's own dates need none.

    Example:
        >>> Dates.DAY_FIRST.value
        '31.12.2018'
    """

    ISO = "2018-12-31"
    DAY_FIRST = "31.12.2018"
    """Day, month, year; between them ".", "/" or "-"."""
    MONTH_FIRST = "12/31/2018"
    """Month, day, year; between them ".", "/" or "-"."""


class LastDay(enum.Enum):
    """
    Whether the day that ends a period belongs to it.

    Example:
        >>> LastDay.INCLUDED.value
        'the last day of the period'
    """

    INCLUDED = "the last day of the period"
    EXCLUDED = "the first day after the period"


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidValueError("be the name of a column", was=value, field="column")
    return value


def _optional(value: object) -> str:
    return _name(value) if value != "" else ""


def as_pairs(value: Mapping[str, str] | Pairs) -> Pairs:
    """Take a table of words, in its order."""
    items = value.items() if isinstance(value, Mapping) else value
    pairs = tuple((word, meaning) for word, meaning in items)
    for word, meaning in pairs:
        check_type(word, str, field="word")
        check_type(meaning, str, field="meaning")
    return pairs


@attrs.frozen
class Kind:
    """
    A kind of activity, as a word in a column stands for it.

    Args:
        activity: The activity, word for word as the factors name it.
        scope: Where it counts.
        category: In scope 3, the category.
        calorific: For a fuel given as energy, by which of its two heats.

    Raises:
        InvalidValueError: If the activity is blank, or a value has another type.

    Example:
        >>> Kind("natural gas", Scope.ONE).activity
        'natural gas'
    """

    activity: str = attrs.field(converter=_name)
    scope: Scope = attrs.field(validator=is_a(Scope))
    category: Category | None = attrs.field(default=None, kw_only=True)
    calorific: Calorific | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Check what is not said of every activity."""
        if self.category is not None:
            check_type(self.category, Category, field="category")
            if self.scope is not Scope.THREE:
                raise InvalidValueError("stand in scope 3 only", was=str(self.scope), field="category")
        if self.calorific is not None:
            check_type(self.calorific, Calorific, field="calorific")


def _kinds(value: Kind | Mapping[str, Kind] | tuple[tuple[str, Kind], ...]) -> tuple[tuple[str, Kind], ...]:
    if isinstance(value, Kind):
        return (("", value),)
    items = value.items() if isinstance(value, Mapping) else value
    kinds = tuple((word, kind) for word, kind in items)
    for word, kind in kinds:
        check_type(word, str, field="word")
        check_type(kind, Kind, field="kind")
    if not kinds:
        raise InvalidValueError("name a kind of activity", field="kind")
    return kinds


def _limit(value: Exact | None) -> Decimal | None:
    return None if value is None else exact(value, field="most")


@attrs.frozen
class Measured:
    """
    A column of amounts; each cell in it makes an activity.

    Args:
        column: The column's header.
        kind: What was done: one kind for the whole column, or, with `kind_column`, a table from
            the words of that column to kinds.
        unit: The unit, if it is the same in all rows.
        unit_column: The column that the unit stands in. With `unit` as well, the column is checked
            against it: another unit is a problem, and an unreadable one beside a zero a finding.
        kind_column: The column that says what was done.
        label: What is put behind the row's id, to name the activity, where a row makes several; else
            the activity with hyphens for its spaces.
        blank: What a blank cell means, where it differs from the layout's rule.
        most: The largest amount that is not suspicious; a larger one is reported and kept.

    Raises:
        InvalidValueError: If there is neither unit nor unit column, or a table of words without its
            column, or the reverse.
        UnknownUnitError: If the table has no such unit.

    Example:
        >>> gas = Measured("NaturalGas(kBtu)", Kind("natural gas", Scope.ONE), unit="kBtu")
        >>> gas.name
        'natural-gas'
    """

    column: str = attrs.field(converter=_name)
    kind: tuple[tuple[str, Kind], ...] = attrs.field(converter=_kinds)
    unit: str = attrs.field(default="", kw_only=True)
    unit_column: str = attrs.field(default="", kw_only=True, converter=_optional)
    kind_column: str = attrs.field(default="", kw_only=True, converter=_optional)
    label: str = attrs.field(default="", kw_only=True)
    blank: Blank | None = attrs.field(default=None, kw_only=True)
    most: Decimal | None = attrs.field(default=None, kw_only=True, converter=_limit)

    def __attrs_post_init__(self) -> None:
        """Check that unit and kind are said, once."""
        check_type(self.unit, str, field="unit")
        if self.unit:
            unit_named(self.unit)
        elif not self.unit_column:
            raise InvalidValueError("have a unit or a column of units", was=self.column, field="unit")
        if bool(self.kind_column) == (self.kind[0][0] == ""):
            must = "have one kind, or a table of words with the column that they stand in"
            raise InvalidValueError(must, was=self.column, field="kind_column")
        check_type(self.label, str, field="label")
        if len(self.label) > _LABEL or not self.label.isprintable():
            must = f"be a printable text of at most {_LABEL} characters"
            raise InvalidValueError(must, was=self.label, field="label")
        if self.blank is not None:
            check_type(self.blank, Blank, field="blank")

    @property
    def name(self) -> str:
        """What is put behind a row's id, where a row makes several activities."""
        return self.label or (self.column if self.kind_column else self.kind[0][1].activity).replace(" ", "-")


@attrs.frozen
class Placed:
    """
    A column of places.

    Args:
        column: The column's header.
        words: What words in it stand for; any other cell must be a place as it stands.

    Raises:
        InvalidValueError: If a word stands for no place.

    Example:
        >>> Placed("City", {"Toronto": "CA/ON/Toronto"}).column
        'City'
    """

    column: str = attrs.field(converter=_name)
    words: Pairs = attrs.field(default=(), converter=as_pairs)

    def __attrs_post_init__(self) -> None:
        """Check that every word stands for a place."""
        for _, meaning in self.words:
            Place(meaning)


@attrs.frozen
class Dated:
    """
    Two columns that a period stands in.

    Args:
        start: The header of the first day's column.
        end: The header of the column that ends the period.
        dates: In which order a text gives year, month and day.
        last: Whether the end belongs to the period; files differ, so there is no default.

    Raises:
        InvalidValueError: If a value is no choice.

    Example:
        >>> Dated("From", "To", Dates.DAY_FIRST, LastDay.INCLUDED).end
        'To'
    """

    start: str = attrs.field(converter=_name)
    end: str = attrs.field(converter=_name)
    dates: Dates = attrs.field(validator=is_a(Dates))
    last: LastDay = attrs.field(validator=is_a(LastDay))


@attrs.frozen
class Total:
    """
    A column of published emissions, to compare with.

    Args:
        column: The column's header.
        unit: A unit of CO2e.
        group: The column that the publisher sorts facilities by; "" for none.
        called: The column with what people call the facility; "" for none.

    Raises:
        InvalidValueError: If the unit measures no CO2e.

    Example:
        >>> Total("GHG Emissions (Kg)", "kgCO2e").unit
        'kgCO2e'
    """

    column: str = attrs.field(converter=_name)
    unit: str
    group: str = attrs.field(default="", kw_only=True, converter=_optional)
    called: str = attrs.field(default="", kw_only=True, converter=_optional)

    def __attrs_post_init__(self) -> None:
        """Check the unit."""
        try:
            known = unit_named(self.unit).dimension is Dimension.CO2E
        except UnknownUnitError:
            known = False
        if not known:
            raise InvalidValueError("be a unit of CO2e", was=self.unit, field="unit")

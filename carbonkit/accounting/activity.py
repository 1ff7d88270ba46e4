"""Activities: what was done, how much, where and when, as a bill or a meter says it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.accounting._field import is_name, name, uncertainty
from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.quality import Quality
from carbonkit.accounting.scope import Category, Scope
from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, choice, is_a
from carbonkit.values.number import exact, plain
from carbonkit.values.place import Place
from carbonkit.values.quantity import Quantity, quantity
from carbonkit.values.table import read_table
from carbonkit.values.time import Period, as_date
from carbonkit.values.unit import unit_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Activity", "read_activities"]


def _period(value: Period) -> Period:
    check_type(value, Period, field="period")
    if value.end is None:
        raise InvalidValueError("have an end", was=str(value), field="period")
    return value


@attrs.frozen
class Activity:
    """
    An amount of something done that emits, at one facility in one period.

    Args:
        id: Names the row; used once in an inventory.
        facility: The site, building or unit that it counts to.
        activity: The kind of activity, word for word as the factors name it.
        quantity: How much; negative for a credit note, which cancels what it corrects.
        place: Where it was done.
        period: When.
        scope: Where it counts.
        category: In scope 3, the category.
        calorific: For a fuel given as energy, by which of its two heats; the factor must say the same.
        uncertainty: Half of the 95 % interval of the quantity, as a share of it. [%]
        quality: How good the figure is.
        file: The file that it was read from.
        row: The row in that file.

    Raises:
        InvalidValueError: If a name is blank, the period has no end, a value has another type, a
            category stands outside scope 3, or the uncertainty is negative.

    Example:
        >>> from carbonkit.values import Energy
        >>> bill = Activity("7/gas", "7", "natural gas", Energy("1276453", "kBtu"), Place("US/WA/Seattle"),
        ...                 Period.year(2016), Scope.ONE)
        >>> print(bill)
        7/gas: 1276453 kBtu of natural gas at US/WA/Seattle, [2016-01-01, 2017-01-01)
    """

    id: str = attrs.field(validator=is_name)
    facility: str = attrs.field(validator=is_name)
    activity: str = attrs.field(validator=is_name)
    quantity: Quantity = attrs.field(validator=is_a(Quantity))
    place: Place = attrs.field(validator=is_a(Place))
    period: Period = attrs.field(converter=_period)
    scope: Scope = attrs.field(validator=is_a(Scope))
    category: Category | None = attrs.field(default=None, kw_only=True)
    calorific: Calorific | None = attrs.field(default=None, kw_only=True)
    uncertainty: Decimal | None = attrs.field(default=None, kw_only=True, converter=uncertainty)
    quality: Quality | None = attrs.field(default=None, kw_only=True)
    file: str = attrs.field(default="", kw_only=True, eq=False, repr=False)
    row: int | None = attrs.field(default=None, kw_only=True, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Check what is not said of every activity."""
        if self.category is not None:
            check_type(self.category, Category, field="category")
            if self.scope is not Scope.THREE:
                raise InvalidValueError("stand in scope 3 only", was=str(self.scope), field="category")
        if self.calorific is not None:
            check_type(self.calorific, Calorific, field="calorific")
        if self.quality is not None:
            check_type(self.quality, Quality, field="quality")

    def explain(self) -> Explanation:
        """
        Say what was done and where it was read.

        Returns:
            The quantity, with the row that it stands in.

        Example:
            >>> from carbonkit.values import Energy
            >>> print(Activity("1", "7", "steam", Energy("2", "kBtu"), Place("US"), Period.year(2016),
            ...                Scope.TWO).explain().text())
            activity 1: 2 kBtu = steam at US, [2016-01-01, 2017-01-01), facility 7, scope 2
        """
        how = f"{self.activity} at {self.place}, {self.period}, facility {self.facility}, {self.scope}"
        said = (
            self.category,
            self.calorific,
            self.uncertainty is not None and f"±{plain(self.uncertainty)} %",
            self.quality and f"quality {self.quality}",
        )
        how = ", ".join([how, *map(str, filter(None, said))])
        if self.file:
            how += f"; {self.file}" + (f", row {self.row}" if self.row is not None else "")
        return Explanation(f"activity {self.id}", str(self.quantity), how)

    def __str__(self) -> str:
        """Say what was done."""
        return f"{self.id}: {self.quantity} of {self.activity} at {self.place}, {self.period}"


def read_activities(lines: Iterable[str], *, file: str) -> tuple[Activity, ...]:
    """
    Read activities from CSV.

    The columns are id, facility, activity, amount, unit, place, start, end and
    scope. `end` is the first day after the period; `scope` is 1, 2 or 3. An
    amount may be zero or negative, never blank. These columns may be absent:
    category (1 to 15), calorific ("gross" or "net"), uncertainty [%] and quality
    (such as "1/2/2/3/1").

    Args:
        lines: The text's lines, the header first.
        file: The name that problems give the input.

    Returns:
        The activities, in the order of the rows.

    Raises:
        BatchError: If anything is wrong, an id that is used twice included; every problem names file,
            row and field.

    Example:
        >>> rows = read_activities(["id,facility,activity,amount,unit,place,start,end,scope",
        ...                         "1,7,gas,-20.5,therm_us,US,2016-01-01,2017-01-01,1"], file="gas.csv")
        >>> print(rows[0].quantity, rows[0].row)
        -20.5 therm_us 2
    """

    def build(row: dict[str, Any]) -> Activity:
        return Activity(
            id=row["id"],
            facility=row["facility"],
            activity=row["activity"],
            quantity=quantity(row["amount"], row["unit"]),
            place=row["place"],
            period=Period(row["start"], row["end"]),
            scope=row["scope"],
            category=row["category"],
            calorific=row["calorific"],
            uncertainty=row["uncertainty"],
            quality=row["quality"],
            file=file,
            row=row["row"],
        )

    columns: dict[str, Callable[[str], object]] = {
        "id": _used_once(),
        "facility": name,
        "activity": name,
        "amount": exact,
        "unit": lambda cell: unit_named(cell).name,
        "place": Place,
        "start": as_date,
        "end": as_date,
        "scope": lambda cell: choice(Scope, cell, field="scope"),
        "category": lambda cell: choice(Category, cell, field="category") if cell else None,
        "calorific": lambda cell: choice(Calorific, cell, field="calorific") if cell else None,
        "uncertainty": lambda cell: exact(cell) if cell else None,
        "quality": lambda cell: Quality.parse(cell) if cell else None,
    }
    absent: dict[str, str] = dict.fromkeys(("category", "calorific", "uncertainty", "quality"), "")
    return read_table(lines, file=file, columns=columns, build=build, row_as="row", absent=absent)


def _used_once() -> Callable[[str], str]:
    used: set[str] = set()

    def convert(cell: str) -> str:
        taken = name(cell)
        if taken in used:
            raise InvalidValueError("be used once", was=taken, field="id")
        used.add(taken)
        return taken

    return convert

"""
Calculations: what a method found that is more than one quantity times one factor.

A mass balance, a share of a vehicle's emissions, an instrument's claim: each says what it
emitted, gas by gas, and explains itself down to its inputs and their sources. It stands
in an inventory beside the lines of activities and factors.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.accounting._field import is_name, optional, uncertainty
from carbonkit.accounting.rate import Amount
from carbonkit.accounting.scope import Category, Scope, Scope2Method
from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.place import Place
from carbonkit.values.quantity import Quantity
from carbonkit.values.time import Period

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Calculation"]


def _amounts(value: Iterable[Amount]) -> tuple[Amount, ...]:
    amounts = tuple(value)
    for amount in amounts:
        check_type(amount, Amount, field="amounts")
    return amounts


@attrs.frozen
class Calculation:
    """
    What a method found to be emitted, at one facility in one period.

    Args:
        id: Names it; used once in an inventory, by an activity or a calculation.
        facility: The site that it counts to.
        activity: The kind of activity.
        place: Where it was done.
        period: When.
        scope: Where it counts.
        amounts: How much of each gas.
        working: How the amounts came about, down to the inputs and their sources.
        method: In scope 2, the method that it belongs to.
        category: In scope 3, the category.
        uncertainty: Half of the 95 % interval of the whole, as a share of it. [%]
        quantity: How much of the activity it is for, where that is one quantity.
        file: The file that it was read from.
        row: The row in that file.

    Raises:
        InvalidValueError: If a name is blank, a value has another type, scope 2 has no method or another
            scope has one, a category stands outside scope 3, or the uncertainty is negative.

    Example:
        >>> working = Explanation("refrigerant lost", "12.5 kg", "bought 20 kg - stored 7.5 kg")
        >>> lost = Calculation("leak 1", "7", "refrigerant", Place("CN"), Period.year(2025), Scope.ONE,
        ...                    [Amount("HFC134a", "12.5", "kg")], working)
        >>> print(lost.explain().text())
        calculated leak 1: 12.5 kg HFC134a = refrigerant at CN, [2025-01-01, 2026-01-01), facility 7, scope 1
          refrigerant lost: 12.5 kg = bought 20 kg - stored 7.5 kg
    """

    id: str = attrs.field(validator=is_name)
    facility: str = attrs.field(validator=is_name)
    activity: str = attrs.field(validator=is_name)
    place: Place = attrs.field(validator=is_a(Place))
    period: Period = attrs.field(validator=is_a(Period))
    scope: Scope = attrs.field(validator=is_a(Scope))
    amounts: tuple[Amount, ...] = attrs.field(converter=_amounts)
    working: Explanation = attrs.field(validator=is_a(Explanation))
    method: Scope2Method | None = attrs.field(default=None, kw_only=True, validator=optional(Scope2Method))
    category: Category | None = attrs.field(default=None, kw_only=True, validator=optional(Category))
    uncertainty: Decimal | None = attrs.field(default=None, kw_only=True, converter=uncertainty)
    quantity: Quantity | None = attrs.field(default=None, kw_only=True, validator=optional(Quantity))
    file: str = attrs.field(default="", kw_only=True, eq=False, repr=False)
    row: int | None = attrs.field(default=None, kw_only=True, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Check that method and category stand where they belong."""
        if (self.scope is Scope.TWO) is not (self.method is not None):
            must = "name a scope 2 method in scope 2, and none in scopes 1 and 3"
            raise InvalidValueError(must, was=f"{self.method} in {self.scope}", field="method")
        if self.category is not None and self.scope is not Scope.THREE:
            raise InvalidValueError("stand in scope 3 only", was=str(self.scope), field="category")

    def explain(self) -> Explanation:
        """
        Say what was emitted, where it counts, and how it was found.

        Returns:
            The amounts with their working.
        """
        where = f"{self.activity} at {self.place}, {self.period}, facility {self.facility}, {self.scope}"
        how = ", ".join([where, *map(str, filter(None, (self.category, self.method)))])
        if self.file:
            how += f"; {self.file}" + (f", row {self.row}" if self.row is not None else "")
        amounts = ", ".join(map(str, self.amounts)) or "nothing"
        return Explanation(f"calculated {self.id}", amounts, how, parts=(self.working,))

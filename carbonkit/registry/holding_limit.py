"""
Holding limits: how many allowances one holder, with all its affiliates, may hold at once.

The limit follows from the scheme's yearly budget. Allowances of the current and
of earlier vintages count together; those of each future vintage have a limit of
their own. Whether a transfer would break it is asked before the transfer.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import (
    Exact,
    Rounding,
    add,
    exact,
    multiply,
    plain,
    round_to,
    subtract,
    total,
    whole,
)
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Budget", "HeldUnits", "HoldingLimit", "LimitFormula", "holding_limit"]


def _share(value: Exact) -> Decimal:
    return exact(value, field="share")


def _quantity(value: int) -> int:
    number = whole(value, field="quantity")
    if number < 0:
        raise InvalidValueError("not be negative", was=number, field="quantity")
    return number


def _vintage(value: int) -> int:
    return whole(value, field="vintage")


def _allowances(value: Exact) -> Decimal:
    number = exact(value, field="budget")
    if number < 0:
        raise InvalidValueError("not be negative", was=plain(number), field="budget")
    return number


@attrs.frozen
class LimitFormula:
    """
    A limit in two steps: a share of a base, and a smaller share of the budget above it.

    Args:
        base: The base, in allowances.
        base_share: The share of the base.
        rest_share: The share of the budget less the base.
        uncounted: The kinds of account whose units do not count.

    Example:
        >>> LimitFormula(25_000_000, "0.1", "0.025").base_share
        Decimal('0.1')
    """

    base: int
    base_share: Decimal = attrs.field(converter=_share)
    rest_share: Decimal = attrs.field(converter=_share)
    uncounted: tuple[str, ...] = ()


@attrs.frozen
class Budget:
    """
    One programme's allowance budget of a year.

    Args:
        programme: Whose it is.
        year: The budget year.
        allowances: How many.
        explained: Where the number comes from; None if it is the caller's own.

    Raises:
        InvalidValueError: If the number is negative.

    Example:
        >>> Budget("Québec", 2014, "63190000").allowances
        Decimal('63190000')
    """

    programme: str
    year: int = attrs.field(converter=_vintage)
    allowances: Decimal = attrs.field(converter=_allowances)
    explained: Explanation | None = None

    def explain(self) -> Explanation:
        """Show the budget and where it comes from."""
        what = f"budget of {self.programme} {self.year}"
        parts = () if self.explained is None else (self.explained,)
        return Explanation(what, f"{plain(self.allowances)} allowances", parts=parts)


@attrs.frozen
class HeldUnits:
    """
    Units of one vintage in one account of a holder or of an affiliate.

    Args:
        account_kind: The kind of account.
        vintage: The vintage year.
        quantity: How many.

    Raises:
        InvalidValueError: If the quantity is negative or not whole.

    Example:
        >>> HeldUnits("general", 2025, 1000).quantity
        1000
    """

    account_kind: str
    vintage: int = attrs.field(converter=_vintage)
    quantity: int = attrs.field(converter=_quantity)


@attrs.frozen
class HoldingLimit:
    """
    The holding limit that a year's budgets lead to.

    Args:
        year: The budget year.
        exact_limit: The limit as the formula gives it.
        budgets: The budgets of the linked programmes.
        rule: The formula.

    Example:
        >>> from carbonkit.schemes.california import holding_limit_of
        >>> limit = holding_limit_of(2025)
        >>> limit.allowances
        8560000
        >>> limit.excess([HeldUnits("general", 2024, 8_560_001)], current_year=2025, exempt=0)
        1
    """

    year: int
    exact_limit: Decimal
    budgets: tuple[Budget, ...]
    rule: Rule[LimitFormula]

    @property
    def allowances(self) -> int:
        """The most whole allowances that may be held."""
        return int(round_to(self.exact_limit, 0, Rounding.FLOOR))

    def counted(self, holdings: Iterable[HeldUnits], *, current_year: int, exempt: int) -> int:
        """
        Count what falls under the limit.

        The limit of the current year counts this and earlier vintages together; the limit of a later
        year counts that one vintage.

        Args:
            holdings: What the holder and its affiliates hold, in all their accounts.
            current_year: The year in which it is asked.
            exempt: How many are exempt, for they stand against an obligation; 0 if none.

        Returns:
            How many count, not below 0.

        Raises:
            InvalidValueError: If the limit is of a past year, or the exemption is negative.
        """
        current = whole(current_year, field="current year")
        if self.year < current:
            raise InvalidValueError(
                f"be at most {self.year}, the year of the limit", was=current, field="current year"
            )
        held = sum(
            each.quantity
            for each in holdings
            if each.account_kind not in self.rule.value.uncounted
            and (each.vintage <= current if self.year == current else each.vintage == self.year)
        )
        return max(0, held - _quantity(exempt))

    def excess(self, holdings: Iterable[HeldUnits], *, current_year: int, exempt: int) -> int:
        """
        Say how many too many are held.

        Args:
            holdings: What the holder and its affiliates hold, or would hold after a transfer.
            current_year: The year in which it is asked.
            exempt: How many are exempt; 0 if none.

        Returns:
            How many; 0 if the limit is kept.
        """
        return max(0, self.counted(holdings, current_year=current_year, exempt=exempt) - self.allowances)

    def explain(self) -> Explanation:
        """Show the limit, the budgets and the formula with its source."""
        formula = self.rule.value
        how = (
            f"{plain(formula.base_share)} × {formula.base} + "
            f"{plain(formula.rest_share)} × (budget - {formula.base})"
        )
        rule = Explanation("rule", str(self.rule.valid), how=self.rule.says, source=self.rule.source)
        parts = (*(budget.explain() for budget in self.budgets), rule)
        return Explanation(
            f"holding limit {self.year}", f"{self.allowances} allowances", how=how, parts=parts
        )


def holding_limit(rule: Rule[LimitFormula], budgets: Sequence[Budget]) -> HoldingLimit:
    """
    Work out the holding limit of a year.

    Args:
        rule: The formula.
        budgets: One budget for each linked programme, all of one year.

    Returns:
        The limit, which explains itself.

    Raises:
        InvalidValueError: If there is no budget, two are of the same programme, or they are not of one year.

    Example:
        >>> from carbonkit.schemes.california import allowance_budget, limit_formula
        >>> joint = [allowance_budget(2014), Budget("Québec", 2014, 63_190_000)]
        >>> holding_limit(limit_formula(2014), joint).allowances
        7447250
    """
    found = {budget.year for budget in budgets}
    if len(found) != 1:
        was = ", ".join(map(str, sorted(found))) or "none"
        raise InvalidValueError("be budgets of one year", was=was, field="budgets")
    names = [budget.programme for budget in budgets]
    if len(set(names)) != len(names):
        raise InvalidValueError("hold each programme once", was=", ".join(names), field="budgets")
    formula = rule.value
    above = subtract(total(budget.allowances for budget in budgets), Decimal(formula.base))
    limit = add(multiply(formula.base_share, Decimal(formula.base)), multiply(formula.rest_share, above))
    return HoldingLimit(found.pop(), limit, tuple(budgets), rule)

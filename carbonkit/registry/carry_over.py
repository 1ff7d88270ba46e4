"""Carry-over: how many allowances of older vintages an entity may turn into newer ones."""

from __future__ import annotations

from decimal import Decimal

import attrs

from carbonkit.errors import InvalidValueError, NotFoundError, RegistryError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.number import Rounding, multiply, plain, round_to, whole
from carbonkit.values.rule import Rule
from carbonkit.values.time import Period, as_date

__all__ = ["CarryOver", "CarryOverRules", "carry_over"]


def _tonnes(value: int) -> int:
    number = whole(value, field="tonnes")
    if number < 0:
        raise InvalidValueError("not be negative", was=number, field="tonnes")
    return number


@attrs.frozen(kw_only=True)
class CarryOverRules:
    """
    The rules of a carry-over.

    Args:
        base: What every entity may carry over. [tCO2]
        ratio: How much more for each tonne sold on balance.
        trades: The days whose trades count.
        old: The vintages that are carried over.
        new: The vintage that they become.
        applications: The days on which it can be applied for.
        on_time: The years whose obligation must have been met on time.

    Example:
        >>> from carbonkit.schemes.china_power import carry_over_rules
        >>> carry_over_rules().value.base
        10000
    """

    base: int
    ratio: Decimal
    trades: Period
    old: tuple[str, ...]
    new: str
    applications: Period
    on_time: tuple[int, ...]


@attrs.frozen
class CarryOver:
    """
    How much an entity may carry over.

    Args:
        sold: What it sold of the old vintages, on the days that count. [tCO2]
        bought: What it bought of them.
        held: What it held of them at the end, without what was about to be surrendered or cancelled.
        on_time: Whether it met its obligations on time.
        rules: The rules.

    Example:
        >>> from carbonkit.schemes.china_power import carry_over_of
        >>> carry_over_of(sold=500_000, bought=120_000, held=450_000, on_time=True).most
        450000
    """

    sold: int = attrs.field(converter=_tonnes)
    bought: int = attrs.field(converter=_tonnes)
    held: int = attrs.field(converter=_tonnes)
    on_time: bool = attrs.field(validator=is_a(bool))
    rules: Rule[CarryOverRules]

    @property
    def net_sold(self) -> int:
        """What it sold on balance; 0 if it bought more."""
        return max(0, self.sold - self.bought)

    @property
    def limit(self) -> int:
        """What the rule allows, whatever it holds, cut down to whole tonnes."""
        if not self.on_time:
            return 0
        of_rule = self.rules.value
        more = multiply(of_rule.ratio, Decimal(self.net_sold))
        return of_rule.base + int(round_to(more, 0, Rounding.FLOOR))

    @property
    def most(self) -> int:
        """What it may carry over: the limit, or what it holds."""
        return min(self.limit, self.held)

    def left_after(self, applied: int, on: str) -> int:
        """
        Say what may still be applied for.

        Args:
            applied: What was applied for before. [tCO2]
            on: The day.

        Returns:
            What is left.

        Raises:
            NotFoundError: If it can not be applied for on that day.
            RegistryError: If more was applied for than may be carried over.
        """
        of_rule = self.rules.value
        if as_date(on) not in of_rule.applications:
            raise NotFoundError(
                "be a day for applications", was=on, field="day", hint=str(of_rule.applications)
            )
        left = self.most - _tonnes(applied)
        if left < 0:
            raise RegistryError(f"be at most {self.most}", was=applied, field="applied", code="above_limit")
        return left

    def explain(self) -> Explanation:
        """Show what may be carried over, from trades, holding and rule."""
        of_rule = self.rules.value
        return Explanation(
            f"carry-over of {', '.join(of_rule.old)} to {of_rule.new}",
            f"{self.most} t",
            how=f"{of_rule.base} + {plain(of_rule.ratio)} × {self.net_sold} sold on balance,"
            f" at most the {self.held} held",
            parts=(
                Explanation("sold", f"{self.sold} t"),
                Explanation("bought", f"{self.bought} t"),
                Explanation("obligations met on time", "yes" if self.on_time else "no: nothing"),
                Explanation("rule", str(self.rules.valid), how=self.rules.says, source=self.rules.source),
            ),
        )


def carry_over(rules: Rule[CarryOverRules], *, sold: int, bought: int, held: int, on_time: bool) -> CarryOver:
    """
    Work out how much an entity may carry over.

    Args:
        rules: The rules.
        sold: What it sold of the old vintages, on the days that count. [tCO2]
        bought: What it bought of them.
        held: What it held of them at the end: tradable, registered and frozen, without what was about
            to be surrendered or cancelled.
        on_time: Whether it met the obligations that the rules name on time.

    Returns:
        The limit and what is left of it.

    Raises:
        InvalidValueError: If a figure is negative or not whole.

    Example:
        >>> from carbonkit.schemes.china_power import carry_over_rules
        >>> carry_over(carry_over_rules(), sold=12_345, bought=0, held=99_999, on_time=True).most
        28517
    """
    return CarryOver(sold, bought, held, on_time, rules)

"""Offset limits: how much of an obligation may be met with credits, and from which projects."""

from __future__ import annotations

from decimal import Decimal

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import Exact, Rounding, exact, multiply, plain, round_to, whole
from carbonkit.values.rule import Rule

__all__ = ["OffsetLimit", "OffsetRule", "offset_limit"]


def _share(value: Exact) -> Decimal:
    number = exact(value, field="share")
    if not 0 <= number <= 1:
        raise InvalidValueError(
            "be from 0 to 1", was=plain(number), field="share", hint='write "0.04" for 4 %'
        )
    return number


def _count(value: int, field: str) -> int:
    number = whole(value, field=field)
    if number < 0:
        raise InvalidValueError("not be negative", was=number, field=field)
    return number


@attrs.frozen
class OffsetRule:
    """
    How much of an obligation may be met with credits.

    Args:
        share: The share of the obligation.
        without_benefit: The share of that limit that may come from projects without a direct
            environmental benefit to the state; 1 where the scheme does not ask for one.

    Raises:
        InvalidValueError: If a share is not from 0 to 1.

    Example:
        >>> OffsetRule("0.04", "0.5").share
        Decimal('0.04')
    """

    share: Decimal = attrs.field(converter=_share)
    without_benefit: Decimal = attrs.field(converter=_share)


@attrs.frozen
class OffsetLimit:
    """
    The most credits that may count against one obligation.

    Args:
        obligation: The obligation in tonnes.
        most: The most credits, of any kind.
        most_without_benefit: The most of those from projects without a direct environmental benefit.
        rule: The rule.

    Example:
        >>> from carbonkit.schemes.california import offset_limit_of
        >>> limit = offset_limit_of(2023, 100_000)
        >>> limit.most, limit.most_without_benefit
        (4000, 2000)
        >>> limit.usable(with_benefit=500, without_benefit=3000)
        2500
    """

    obligation: int
    most: int
    most_without_benefit: int
    rule: Rule[OffsetRule]

    def usable(self, *, with_benefit: int, without_benefit: int) -> int:
        """
        Say how many of the credits at hand may count.

        Args:
            with_benefit: Credits from projects with a direct environmental benefit; where the scheme does
                not ask for one, it makes no difference under which of the two a credit is given.
            without_benefit: Credits from other projects.

        Returns:
            How many, in all.

        Raises:
            InvalidValueError: If a number is negative or not whole.
        """
        good = _count(with_benefit, "credits with benefit")
        other = min(_count(without_benefit, "credits without benefit"), self.most_without_benefit)
        return min(self.most, good + other)

    def explain(self) -> Explanation:
        """Show the limit, the obligation and the rule with its source."""
        share = self.rule.value
        return Explanation(
            "offset limit",
            f"{self.most} credits",
            how=f"{plain(share.share)} × {self.obligation}, rounded floor",
            parts=(
                Explanation("obligation", f"{self.obligation} t"),
                Explanation(
                    "of those without direct environmental benefit",
                    f"{self.most_without_benefit} credits",
                    how=f"{plain(share.without_benefit)} × {plain(share.share)} × {self.obligation}, "
                    "rounded floor",
                ),
                Explanation("rule", str(self.rule.valid), how=self.rule.says, source=self.rule.source),
            ),
        )


def offset_limit(rule: Rule[OffsetRule], obligation: int) -> OffsetLimit:
    """
    Work out how many credits may count against an obligation.

    A limit is not to be passed, so it is cut down to whole credits.

    Args:
        rule: The rule of the year or the day.
        obligation: The obligation in whole tonnes.

    Returns:
        The limit, which explains itself.

    Raises:
        InvalidValueError: If the obligation is negative or not whole.

    Example:
        >>> from carbonkit.schemes.china_compliance import ccer_limit
        >>> ccer_limit("2025-12-31", 1_000_019).most
        50000
    """
    due = _count(obligation, "obligation")
    whole_limit = multiply(rule.value.share, Decimal(due))
    without = multiply(rule.value.without_benefit, whole_limit)
    return OffsetLimit(due, _floor(whole_limit), _floor(without), rule)


def _floor(number: Decimal) -> int:
    return int(round_to(number, 0, Rounding.FLOOR))

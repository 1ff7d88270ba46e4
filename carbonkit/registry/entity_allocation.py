"""
What an entity is allocated in the end: its units' tonnes, topped up or capped, and what was given before.

The order is that of the plans: gas units are topped up, units are summed, a large
gap is closed in part, what was pre-allocated is taken off, then what is owed.
"""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import Exact, Rounding, divide, exact, multiply, plain, round_to, subtract, whole
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Differentiated",
    "EntityAllocation",
    "EntityRules",
    "GapRule",
    "Issue",
    "differentiated",
    "entity_allocation",
    "issue_of",
    "pre_allocation",
]

_HUNDRED: Final = Decimal(100)


class GapRule(enum.Enum):
    """
    What happens where verified emissions are far above the allocation.

    Example:
        >>> GapRule("raise_issue").value
        'raise_issue'
    """

    CAP_OBLIGATION = "cap_obligation"
    """Less has to be surrendered: the allocation and a share of the emissions."""
    RAISE_ISSUE = "raise_issue"
    """More is issued: up to the rest of the emissions."""


def _tonnes(value: int, field: str) -> int:
    number = whole(value, field=field)
    if number < 0:
        raise InvalidValueError("not be negative", was=number, field=field)
    return number


def _verified(value: int) -> int:
    return _tonnes(value, "verified")


def _allocated(value: Exact) -> Decimal:
    number = exact(value, field="allocated")
    if number < 0:
        raise InvalidValueError("not be negative", was=plain(number), field="allocated")
    return number


@attrs.frozen(kw_only=True)
class EntityRules:
    """
    The rules of a year.

    Args:
        gap: What happens where the gap is large.
        gap_share: Above which share of the emissions it is large.
        gap_places: To how many places the gap in percent is rounded first; None if it is not.
        gas: The same for gas units, which are made whole.
        pre_share: The largest share that is pre-allocated.
        pre_share_fixed: Whether that share is pre-allocated, not less.
        pre_base: What it is a share of.

    Example:
        >>> from carbonkit.schemes.china_power import entity_rules
        >>> entity_rules(2024).value.pre_base
        'the verified emissions of the year before'
    """

    gap: GapRule
    gap_share: Decimal
    gap_places: int | None
    gas: GapRule
    pre_share: Decimal
    pre_share_fixed: bool
    pre_base: str


@attrs.frozen
class EntityAllocation:
    """
    What an entity is allocated, and what it owes.

    Args:
        year: The year.
        allocated: Its units' tonnes, before anything is added. [tCO2]
        verified: Its verified emissions. [tCO2]
        gas_top_up: What was added for gas units.
        top_up: What was added to close the gap.
        obligation: What it has to surrender.
        rules: The rules of the year.

    Example:
        >>> from carbonkit.schemes.china_power import entity_allocation_of
        >>> found = entity_allocation_of(2024, coal=700_000, verified_coal=1_000_000)
        >>> found.top_up, found.approved, found.obligation
        (100000, 800000, 1000000)
    """

    year: int
    allocated: int
    verified: int
    gas_top_up: int
    top_up: int
    obligation: int
    rules: Rule[EntityRules]

    @property
    def approved(self) -> int:
        """What is allocated in all."""
        return self.allocated + self.gas_top_up + self.top_up

    def explain(self) -> Explanation:
        """Show the tonnes step by step, and the rule."""
        return Explanation(
            f"allocation {self.year} of an entity",
            f"{self.approved} t",
            how=f"obligation {self.obligation} t of {self.verified} t verified",
            parts=(
                Explanation("its units", f"{self.allocated} t"),
                Explanation("top-up of gas units", f"{self.gas_top_up} t"),
                Explanation("top-up of the gap", f"{self.top_up} t"),
                Explanation("rule", str(self.rules.valid), how=self.rules.says, source=self.rules.source),
            ),
        )


def entity_allocation(
    rules: Rule[EntityRules],
    year: int,
    *,
    coal: Exact,
    verified_coal: int,
    gas: Iterable[tuple[Exact, int]] = (),
) -> EntityAllocation:
    """
    Work out what an entity is allocated and what it owes.

    Args:
        rules: The rules of the year.
        year: The year.
        coal: What its coal units are allocated, in all. [tCO2]
        verified_coal: The verified emissions of those units. [tCO2]
        gas: For each of its gas units, what it is allocated and its verified emissions. [tCO2]

    Returns:
        The tonnes.

    Raises:
        InvalidValueError: If a figure is negative, or emissions are not whole tonnes.

    Example:
        >>> from carbonkit.schemes.china_power import entity_rules
        >>> capped = entity_allocation(entity_rules(2020), 2020, coal=800_000, verified_coal=1_050_000)
        >>> capped.approved, capped.obligation
        (800000, 1010000)
    """
    of_year = rules.value
    units = [(_floored(_allocated(given)), _verified(emitted)) for given, emitted in gas]
    allocated = _floored(_allocated(coal)) + sum(given for given, _ in units)
    verified = _verified(verified_coal) + sum(emitted for _, emitted in units)
    missing_gas = sum(max(0, emitted - given) for given, emitted in units)  # each unit by itself
    raises_gas = of_year.gas is GapRule.RAISE_ISSUE
    gas_top_up = missing_gas if raises_gas else 0
    owed = verified if raises_gas else verified - missing_gas
    before = allocated + gas_top_up
    top_up = 0
    if _is_large(of_year, owed, before):
        if of_year.gap is GapRule.RAISE_ISSUE:
            kept = multiply(subtract(Decimal(1), of_year.gap_share), Decimal(owed))
            top_up = max(0, _floored(kept) - before)
        else:
            owed = before + _floored(multiply(of_year.gap_share, Decimal(owed)))
    return EntityAllocation(year, allocated, verified, gas_top_up, top_up, owed, rules)


def _floored(tonnes: Decimal) -> int:
    return int(round_to(tonnes, 0, Rounding.FLOOR))


def _is_large(rules: EntityRules, verified: int, allocated: int) -> bool:
    """Say whether the gap is above its share of the emissions."""
    gap = verified - allocated
    if gap <= 0:
        return False
    if rules.gap_places is None:
        return gap > multiply(rules.gap_share, Decimal(verified))
    percent = divide(Decimal(100 * gap), Decimal(verified), rules.gap_places, Rounding.HALF_UP)
    return percent > multiply(_HUNDRED, rules.gap_share)


def pre_allocation(rules: Rule[EntityRules], base: Exact, share: Exact | None = None) -> int:
    """
    Work out what is allocated before the year's output is verified, cut down to whole tonnes.

    Args:
        rules: The rules of the year; they say what the base is.
        base: The tonnes that a share of is pre-allocated.
        share: The share, where the rules only name the largest one.

    Returns:
        The tonnes.

    Raises:
        InvalidValueError: If the base is negative, the share is above the rules', or it is missing.

    Example:
        >>> from carbonkit.schemes.china_power import entity_rules
        >>> pre_allocation(entity_rules(2026), "3579.40", "0.5")
        1789
    """
    of_year = rules.value
    taken = of_year.pre_share if share is None else exact(share, field="share")
    if share is None and not of_year.pre_share_fixed:
        raise InvalidValueError(
            f"be given, at most {plain(of_year.pre_share)}", was=None, field="share", hint=rules.says
        )
    if not 0 <= taken <= of_year.pre_share or (of_year.pre_share_fixed and taken != of_year.pre_share):
        must = "be" if of_year.pre_share_fixed else "be 0 to"
        raise InvalidValueError(f"{must} {plain(of_year.pre_share)}", was=plain(taken), field="share")
    return int(round_to(multiply(taken, _allocated(base)), 0, Rounding.FLOOR))


@attrs.frozen
class Issue:
    """
    What is issued in the end, after what was given before and what is owed from earlier years.

    Args:
        approved: What is allocated in all.
        pre_allocated: What was pre-allocated of it.
        owed: What is owed from earlier years, such as borrowed or corrected amounts.
        deducted_before: How much of that was deducted from the pre-allocation.

    Raises:
        InvalidValueError: If a figure is negative, or more was deducted than was owed or pre-allocated.

    Example:
        >>> found = Issue(30_000, 50_000, 70_000, 50_000)
        >>> found.refund, found.issued, found.to_return, found.still_owed
        (20000, 0, 0, 40000)
    """

    approved: int = attrs.field(converter=_verified)
    pre_allocated: int = attrs.field(converter=_verified)
    owed: int = attrs.field(converter=_verified)
    deducted_before: int = attrs.field(converter=_verified)

    def __attrs_post_init__(self) -> None:
        """Check what was deducted."""
        most = min(self.owed, self.pre_allocated)
        if self.deducted_before > most:
            raise InvalidValueError(f"be at most {most}", was=self.deducted_before, field="deducted before")

    @property
    def refund(self) -> int:
        """What was deducted before and turns out to be above all that is allocated."""
        return max(0, self.deducted_before - self.approved)

    @property
    def deducted(self) -> int:
        """What is deducted now, after the refund."""
        return max(0, min(self.owed, self.approved) - self.deducted_before)

    @property
    def _rest(self) -> int:
        return self.approved - self.pre_allocated + self.refund - self.deducted

    @property
    def issued(self) -> int:
        """What is issued now."""
        return max(0, self._rest)

    @property
    def to_return(self) -> int:
        """What was given too much and has to be returned."""
        return max(0, -self._rest)

    @property
    def still_owed(self) -> int:
        """What is owed afterwards."""
        return self.owed - self.deducted_before + self.refund - self.deducted

    def explain(self) -> Explanation:
        """Show the steps."""
        return Explanation(
            "issue after pre-allocation and adjustments",
            f"{self.issued} t",
            how="approved - pre-allocated + refund - deducted",
            parts=(
                Explanation("approved", f"{self.approved} t"),
                Explanation("pre-allocated", f"{self.pre_allocated} t"),
                Explanation("refund", f"{self.refund} t"),
                Explanation("deducted", f"{self.deducted} t"),
            ),
        )


def issue_of(approved: int, *, pre_allocated: int, owed: int = 0, deducted_before: int = 0) -> Issue:
    """
    Work out what is issued in the end.

    Args:
        approved: What is allocated in all. [tCO2]
        pre_allocated: What was pre-allocated of it.
        owed: What is owed from earlier years.
        deducted_before: How much of that was deducted from the pre-allocation.

    Returns:
        What is issued, returned, refunded and still owed.

    Example:
        >>> issue_of(800_000, pre_allocated=600_000).issued
        200000
    """
    return Issue(approved, pre_allocated, owed, deducted_before)


@attrs.frozen
class Differentiated:
    """
    What becomes of an allocation that is held back for an entity under a freeze or in arrears.

    Args:
        issue: What would be issued.
        obligation: What has to be surrendered of it first.

    Example:
        >>> Differentiated(1_200_000, 1_000_000).released, Differentiated(800_000, 1_000_000).still_owed
        (200000, 200000)
    """

    issue: int = attrs.field(converter=_verified)
    obligation: int = attrs.field(converter=_verified)

    @property
    def surrendered(self) -> int:
        """What is surrendered from the provincial account."""
        return min(self.issue, self.obligation)

    @property
    def released(self) -> int:
        """What the entity gets."""
        return self.issue - self.surrendered

    @property
    def still_owed(self) -> int:
        """What the entity has to surrender itself."""
        return self.obligation - self.surrendered


def differentiated(issue: int, obligation: int) -> Differentiated:
    """
    Hold an allocation back, surrender from it first, and release the rest.

    Args:
        issue: What would be issued. [tCO2]
        obligation: What has to be surrendered.

    Returns:
        What is surrendered, released and still owed.

    Example:
        >>> differentiated(1_200_000, 1_000_000).surrendered
        1000000
    """
    return Differentiated(issue, obligation)

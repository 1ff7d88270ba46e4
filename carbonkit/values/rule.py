"""Rules as data: a value that a rulebook fixes, from when to when, and where it says so."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

from carbonkit.errors import NotFoundError, OverlapError
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import plain
from carbonkit.values.source import Source
from carbonkit.values.time import Period

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

__all__ = ["Rule", "rule_in_force"]

Value = TypeVar("Value")
Value_co = TypeVar("Value_co", covariant=True)


def _in_words(value: object) -> str:
    if isinstance(value, enum.Enum):
        return value.name.lower().replace("_", " ")
    return plain(value) if isinstance(value, Decimal) else str(value)


@attrs.frozen
class Rule(Generic[Value_co]):
    """
    One value that a rulebook fixes.

    Args:
        what: What the rule is about.
        value: What it fixes.
        says: The rule in words.
        valid: The days on which it is in force.
        source: The document that it was taken from.

    Example:
        >>> levels = Rule(what="levels", value=5, says="the best five prices may be taken",
        ...               valid=Period("2021-07-16", None), source=Source("Exchange", "Notice", 2021))
        >>> print(levels.explain().text())
        levels: 5 = the best five prices may be taken
          source: Exchange, Notice, 2021 [confirmed]
    """

    what: str
    value: Value_co
    says: str
    valid: Period
    source: Source

    def explain(self) -> Explanation:
        """Say what the rule fixes, in which words, and where it stands."""
        return Explanation(self.what, _in_words(self.value), how=self.says, source=self.source)


def rule_in_force(versions: Sequence[Rule[Value]], day: datetime.date) -> Rule[Value]:
    """
    Pick the version of a rule that is in force on a day.

    Args:
        versions: One rule's versions, in any order.
        day: The day.

    Returns:
        The one version that covers the day.

    Raises:
        NotFoundError: If no version covers it.
        OverlapError: If more than one does.

    Example:
        >>> import datetime
        >>> notice = Source("Exchange", "Notice", 2021)
        >>> old = Rule(what="levels", value=3, says="three", source=notice,
        ...            valid=Period("2020-01-01", "2021-01-01"))
        >>> new = Rule(what="levels", value=5, says="five", source=notice, valid=Period("2021-01-01", None))
        >>> rule_in_force([old, new], datetime.date(2021, 7, 16)).value
        5
    """
    found = [version for version in versions if day in version.valid]
    what = versions[0].what if versions else "rule"
    if not found:
        covered = ", ".join(str(version.valid) for version in versions) or "no day"
        raise NotFoundError(
            "be in force on the day", was=f"not on {day}", field=what, hint=f"known for {covered}"
        )
    if len(found) > 1:
        raise OverlapError("have one version in force on a day", was=f"{len(found)} on {day}", field=what)
    return found[0]

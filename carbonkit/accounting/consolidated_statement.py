"""
Consolidated statements: what a group counts of its facilities, weighed in CO2e under a named GWP set.

Each part is a statement of the whole facility with the share that is counted of it. Totals are exact
fractions; they are rounded once, for disclosure.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting._fraction import fraction, percent, written
from carbonkit.accounting.boundary import ConsolidatedShare
from carbonkit.accounting.exact_breakdown import ExactBreakdown
from carbonkit.accounting.gwp import GwpSet
from carbonkit.accounting.scope import Category, Scope2Method
from carbonkit.accounting.statement import Statement
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from carbonkit.accounting.breakdown import Breakdown

__all__ = ["ConsolidatedStatement"]


def _parts(
    value: Iterable[tuple[ConsolidatedShare, Statement]],
) -> tuple[tuple[ConsolidatedShare, Statement], ...]:
    parts = tuple(value)
    for share, statement in parts:
        check_type(share, ConsolidatedShare, field="share")
        check_type(statement, Statement, field="statement")
    return parts


@attrs.frozen(repr=False)
class ConsolidatedStatement:
    """
    The CO2e that a company counts, under one GWP set; made by `Consolidated.co2e`.

    Args:
        what: Who reports, by which approach, for which period.
        gwp: The GWP set that weighs the gases.
        scope_2: The method by which purchased energy is counted; None where there is none.
        parts: A statement of each facility in whole, with the share that is counted of it.

    Example:
        >>> from carbonkit.accounting.gwp import gwp_set
        >>> nothing = ConsolidatedStatement("A, equity share", gwp_set("AR6"), None, ())
        >>> nothing.total, nothing.by_scope().parts
        (Fraction(0, 1), ())
    """

    what: str = attrs.field(validator=is_name)
    gwp: GwpSet = attrs.field(validator=is_a(GwpSet))
    scope_2: Scope2Method | None = attrs.field(validator=attrs.validators.optional(is_a(Scope2Method)))
    parts: tuple[tuple[ConsolidatedShare, Statement], ...] = attrs.field(converter=_parts)

    @property
    def total(self) -> Fraction:
        """The sum of all that is counted, exact, in tCO2e; biogenic CO2 is not in it."""
        return sum((_counted(share, statement) for share, statement in self.parts), Fraction(0))

    @property
    def biogenic_co2(self) -> Fraction:
        """The counted carbon dioxide of biogenic origin, in tonnes, which stands apart from all scopes."""
        return sum(
            (share.share * fraction(each.biogenic_co2.to("t").number) for share, each in self.parts),
            Fraction(0),
        )

    def by_entity(self) -> ExactBreakdown:
        """
        Break the total down by entity.

        Returns:
            The entities that the facilities count to, in the order in which they first occur.
        """
        return self._sums("entity", ((share.entity, _counted(share, each)) for share, each in self.parts))

    def by_facility(self) -> ExactBreakdown:
        """
        Break the total down by facility.

        Returns:
            The facilities, in the order in which they first occur.
        """
        return self._by("facility", Statement.by_facility)

    def by_scope(self) -> ExactBreakdown:
        """
        Break the total down by scope.

        Returns:
            The scopes that have rows, in their order.
        """
        found = self._by("scope", Statement.by_scope)
        return ExactBreakdown(found.by, sorted(found.parts))

    def by_activity(self) -> ExactBreakdown:
        """
        Break the total down by the kind of activity.

        Returns:
            The kinds, in the order in which they first occur.
        """
        return self._by("activity", Statement.by_activity)

    def by_category(self) -> ExactBreakdown:
        """
        Break scope 3 down by category; the other scopes are not in it.

        Returns:
            The categories that have rows, in their order; what has none last.
        """
        found = self._by("category", Statement.by_category)
        order = {str(category): category.value for category in Category}
        return ExactBreakdown(
            found.by, sorted(found.parts, key=lambda part: order.get(part[0], len(order) + 1))
        )

    def by_gas(self) -> ExactBreakdown:
        """
        Break the total down by gas.

        Returns:
            The gases, in the order in which they first occur; stated CO2e apart, with its basis.
        """
        return self._by("gas", Statement.by_gas)

    def explain(self) -> Explanation:
        """
        Say how the total came about: by facility, with the share's chains and the facility's statement.

        Returns:
            The total with its parts.
        """
        under = self.gwp.id + (f", {self.scope_2}" if self.scope_2 is not None else "")
        parts = tuple(
            Explanation(
                f"{share.name} of {share.entity}",
                f"{written(_counted(share, statement))} tCO2e",
                f"{percent(share.share)} × {statement.total}",
                parts=(share.working, statement.explain()),
            )
            for share, statement in self.parts
        )
        what = f"CO2e of {self.what}, under {under}"
        return Explanation(what, f"{written(self.total)} tCO2e", "sum over facilities", parts=parts)

    def _by(self, what: str, broken: Callable[[Statement], Breakdown]) -> ExactBreakdown:
        return self._sums(
            what,
            (
                (label, share.share * fraction(amount.number))
                for share, statement in self.parts
                for label, amount in broken(statement).parts
            ),
        )

    @staticmethod
    def _sums(what: str, amounts: Iterable[tuple[str, Fraction]]) -> ExactBreakdown:
        sums: dict[str, Fraction] = {}
        for label, amount in amounts:
            sums[label] = sums.get(label, Fraction(0)) + amount
        return ExactBreakdown(what, sums.items())

    def __repr__(self) -> str:
        """Say whose it is."""
        return f"<ConsolidatedStatement of {self.what}, {self.gwp.id}>"


def _counted(share: ConsolidatedShare, statement: Statement) -> Fraction:
    return share.share * fraction(statement.total.number)

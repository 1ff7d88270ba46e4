"""Standings: what a partner has promised, paid in, got back and still owes, after all that has happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.fund.entry import Line
from carbonkit.fund.partner.unfunded import CallDay, UnfundedStep, unfunded_rolls
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.fund.partner.commitment import Commitments
    from carbonkit.fund.partner.unfunded import Happening
    from carbonkit.values.identifier import AccountId

__all__ = ["Standing", "standings"]


@attrs.frozen(kw_only=True)
class Standing:
    """
    Where a partner stands with the fund, given all that has happened; made by `standings`.

    Args:
        commitment: What it has promised.
        unfunded: What is left to call.
        contributions: All contributions to date, inside and outside of the commitment.
        distributions: All distributions to date, before tax.
        recallable: All distributions to date that can be, or were, called again.

    Example:
        >>> ten, none = Money("10.00", "CNY"), Money("0.00", "CNY")
        >>> Standing(commitment=ten, unfunded=ten, contributions=none, distributions=none,
        ...          recallable=none).commitment
        Money('10.00', 'CNY')
    """

    commitment: Money
    unfunded: Money
    contributions: Money
    distributions: Money
    recallable: Money


def standings(commitments: Commitments, happenings: Sequence[Happening]) -> dict[AccountId, Standing]:
    """
    Say where every partner stands.

    Args:
        commitments: Every partner's commitment, as it is now.
        happenings: All that happened, in order.

    Returns:
        Each partner's standing.

    Raises:
        FundError: `other_commitments` if something was divided by others, `not_the_next_call` if what
            happened is not all there, once each, in order.

    Example:
        >>> from carbonkit.fund.partner.call import call_capital
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.values import AccountId
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> call = call_capital(promised, (), total=Money("4.00", "CNY"), issued_on="2021-07-02",
        ...                     due_on="2021-07-15", purpose="allowances")
        >>> [str(each.contributions) for each in standings(promised, [call]).values()]
        ['4.00 CNY']
    """
    sums: dict[tuple[AccountId, Line], Money] = {}
    rolls = unfunded_rolls(commitments, happenings, calls=CallDay.NOTICE)
    for each in happenings:
        for entry in each.entries:
            key = entry.partner, entry.line
            sums[key] = sums[key] + entry.amount if key in sums else entry.amount
    none = Money.from_minor(0, commitments.currency)
    return {
        roll.partner: Standing(
            commitment=roll.commitment,
            unfunded=roll.unfunded,
            contributions=sums.get((roll.partner, Line.CONTRIBUTION), none),
            distributions=-sums.get((roll.partner, Line.DISTRIBUTION), none),
            recallable=roll.total(UnfundedStep.RECALLABLE),
        )
        for roll in rolls
    }

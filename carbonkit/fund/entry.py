"""
Entries: one line each of a partner's capital account, made by whatever happens to a fund.

Calls, closings, distributions, fees, gains and carried interest all come down to entries;
an account is their sum, a statement their sums by line, and the ledger's transfers are
made from them. An amount's sign is what it does to the partner's capital.
"""

from __future__ import annotations

import datetime
import enum
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import is_said, on_day
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Entry", "Line", "entries_of"]


class Line(enum.Enum):
    """
    The line of a capital account that an entry belongs to; the names follow ILPA's Reporting Template.

    Example:
        >>> Line("management fee").name
        'MANAGEMENT_FEE'
    """

    CONTRIBUTION = "contribution"
    """Paid in on a call or at a closing."""
    DISTRIBUTION = "distribution"
    """Paid out, or given back at a closing; negative."""
    OFFERING_COST = "offering cost"
    """Costs of founding and offering the fund."""
    PLACEMENT_FEE = "placement fee"
    """What was paid for finding partners."""
    PARTNER_TRANSFER = "partner transfer"
    """Capital that passed from one partner to another."""
    MANAGEMENT_FEE = "management fee"
    """The gross fee; negative."""
    FEE_WAIVER = "fee waiver"
    """What of the fee is waived; positive."""
    FEE_REBATE = "fee rebate"
    """What of the fee is given back; positive."""
    FEE_OFFSET = "fee offset"
    """What portfolio fees take off the management fee; positive."""
    EXPENSE = "partnership expense"
    """Costs that the fund pays to others; negative."""
    CHARGEBACK = "internal chargeback"
    """Costs that the fund pays to its manager or those related to it; negative."""
    INTEREST = "interest income"
    DIVIDEND = "dividend income"
    OTHER_INCOME = "other income"
    EQUALISATION_INTEREST = "equalisation interest"
    """Interest that a later partner pays to the earlier ones at a closing, outside of the commitments."""
    REALISED = "realised gain"
    """Gain or loss on what was sold."""
    UNREALISED = "unrealised gain"
    """Change of what was gained or lost on paper."""
    CARRIED_INTEREST = "carried interest"
    """Profit that passes from a limited partner to the general partner; adds up to zero over the partners."""


@attrs.frozen(kw_only=True)
class Entry:
    """
    One line of one partner's capital account.

    Args:
        on: The day.
        partner: Whose account.
        line: Which line.
        amount: What it does to the partner's capital: positive adds, negative
            takes away; in whole minor units.
        document: What it was made from, such as "call/3"; the ledger's transfer carries it.

    Raises:
        InvalidValueError: If the amount has a fraction of a minor unit, or the document is blank.

    Example:
        >>> entry = Entry(on="2021-07-15", partner=AccountId("LP-CITY"), line=Line.CONTRIBUTION,
        ...               amount=Money("100.00", "CNY"), document="call/1")
        >>> entry.line, entry.amount
        (<Line.CONTRIBUTION: 'contribution'>, Money('100.00', 'CNY'))
    """

    on: datetime.date = attrs.field(converter=on_day)
    partner: AccountId = attrs.field(validator=is_a(AccountId))
    line: Line = attrs.field(validator=is_a(Line))
    amount: Money = attrs.field(validator=is_a(Money))
    document: str

    def __attrs_post_init__(self) -> None:
        """Check that the amount can be paid and that the document is named."""
        self.amount.to_minor()
        if not is_said(self.document):
            raise InvalidValueError(
                "name what the entry is made from", was=repr(self.document), field="document"
            )


def entries_of(
    parts: Iterable[tuple[AccountId, Money]], *, on: str | datetime.date, line: Line, document: str
) -> tuple[Entry, ...]:
    """
    Make an entry of each part that is not zero.

    Args:
        parts: What each partner gets (positive) or bears (negative).
        on: The day.
        line: The line of the account.
        document: What they are made from.

    Returns:
        The entries, in the order of the parts.

    Example:
        >>> parts = [(AccountId("A"), Money("33.34", "CNY")), (AccountId("B"), Money("0", "CNY"))]
        >>> [str(each.partner) for each in
        ...  entries_of(parts, on="2021-07-15", line=Line.CONTRIBUTION, document="call/1")]
        ['A']
    """
    return tuple(
        Entry(on=on, partner=partner, line=line, amount=amount, document=document)
        for partner, amount in parts
        if amount.amount
    )

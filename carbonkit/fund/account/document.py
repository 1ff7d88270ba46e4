"""
Documents: all that one happening does to a fund's books, so that it is posted whole or not at all.

A call, a distribution, a fee or a valuation changes the partners' capital (entries), the
fund's cash (cash movements) and what is unfunded, or one of them. A movement of
cash names whom it is with; nothing is assumed to have been paid.
"""

from __future__ import annotations

import datetime
import enum
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import is_said, listed, on_day, pairs, total_of
from carbonkit.fund.entry import Entry, Line
from carbonkit.fund.partner.commitment import Commitments
from carbonkit.fund.partner.unfunded import Happening
from carbonkit.fund.refusal import Refusal
from carbonkit.ledger.field import lower_case_name
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "CashMovement",
    "CashParty",
    "FundDocument",
    "commitment_document",
    "happening_documents",
    "partner_cash",
]

_PAID: Final = frozenset({Line.CONTRIBUTION, Line.DISTRIBUTION})
_PASSED_ON: Final = (Line.CARRIED_INTEREST, Line.PARTNER_TRANSFER)  # from partner to partner


class CashParty(enum.Enum):
    """
    Whom the fund pays, or is paid by.

    Example:
        >>> CashParty("manager")
        <CashParty.MANAGER: 'manager'>
    """

    PARTNER = "partner"
    """A partner, which is named."""
    MANAGER = "manager"
    """The manager, who gets fees."""
    MARKET = "market"
    """Whom holdings are bought from and sold to."""
    OTHERS = "others"
    """Anybody else: auditors, banks, issuers."""


@attrs.frozen
class CashMovement:
    """
    Cash that comes into the fund or leaves it.

    Args:
        party: Whom it is with.
        amount: What it does to the fund's cash: positive comes in, negative goes out; in whole minor
            units, not zero.
        partner: Which partner; None for other parties.

    Raises:
        InvalidValueError: If the amount is zero or has a fraction of a minor unit, or a partner is
            missing or not wanted.

    Example:
        >>> CashMovement(CashParty.MANAGER, Money("-2.00", "CNY")).amount
        Money('-2.00', 'CNY')
    """

    party: CashParty = attrs.field(validator=is_a(CashParty))
    amount: Money = attrs.field(validator=is_a(Money))
    partner: AccountId | None = None

    def __attrs_post_init__(self) -> None:
        """Check that something moves, and that a partner is named if it is one."""
        if not self.amount.to_minor():
            raise InvalidValueError("not be zero", was=str(self.amount), field="amount")
        if self.party is CashParty.PARTNER:
            check_type(self.partner, AccountId, field="partner")
        elif self.partner is not None:
            raise InvalidValueError(
                "be None if the party is no partner", was=str(self.partner), field="partner"
            )


def partner_cash(entries: Iterable[Entry]) -> tuple[CashMovement, ...]:
    """
    Give the cash that contributions and distributions move, each with its partner.

    Args:
        entries: The entries; other lines are passed over, since whether and when they are paid is not
            said by them.

    Returns:
        The movements, in the order of the entries.

    Example:
        >>> paid = Entry(on="2021-07-15", partner=AccountId("A"), line=Line.CONTRIBUTION,
        ...              amount=Money("4.00", "CNY"), document="call/1")
        >>> [(str(each.partner), str(each.amount)) for each in partner_cash([paid])]
        [('A', '4.00 CNY')]
    """
    return tuple(
        CashMovement(CashParty.PARTNER, entry.amount, entry.partner)
        for entry in entries
        if entry.line in _PAID and entry.amount.amount
    )


def _name(value: str) -> str:
    if not is_said(value):
        raise InvalidValueError("name the document", was=repr(value), field="name")
    return value


def _reason(value: str) -> str:
    return lower_case_name(value)


def _entries(values: Iterable[Entry]) -> tuple[Entry, ...]:
    given = listed(values, field="entries")
    for number, entry in enumerate(given, start=1):
        check_type(entry, Entry, field=f"entry {number}")
    return given


def _cash(values: Iterable[CashMovement]) -> tuple[CashMovement, ...]:
    given = listed(values, field="cash")
    for number, movement in enumerate(given, start=1):
        check_type(movement, CashMovement, field=f"cash movement {number}")
    return given


def _parts(values: Iterable[tuple[AccountId, Money]]) -> tuple[tuple[AccountId, Money], ...]:
    given = tuple(pairs(values, field="unfunded"))
    for partner, amount in given:
        check_type(partner, AccountId, field="unfunded")
        check_type(amount, Money, field=f"unfunded of {partner}")
        amount.to_minor()
    return given


@attrs.frozen(kw_only=True)
class FundDocument:
    """
    What one happening does to a fund's books, on one day.

    Args:
        name: Its name, such as "call/1"; all its entries carry it.
        on: Its day; all its entries are of that day.
        reason: What kind of happening it is, a lower-case name such as call.
        entries: What it does to the partners' capital.
        cash: What it does to the fund's cash.
        unfunded: What it does to the partners' unfunded commitments: positive adds, negative takes away.

    Raises:
        FundError: `mixed_document` if an entry is of another document or day, `unbalanced` if carried
            interest or transfers between partners do not add up to zero, `nothing_moves` if it does
            nothing at all.
        InvalidValueError: If the name is blank, the reason no lower-case name, or a part has another type.

    Example:
        >>> paid = Entry(on="2021-07-15", partner=AccountId("A"), line=Line.CONTRIBUTION,
        ...              amount=Money("4.00", "CNY"), document="call/1")
        >>> call = FundDocument(name="call/1", on="2021-07-15", reason="call", entries=[paid],
        ...                 cash=partner_cash([paid]), unfunded=[(AccountId("A"), Money("-4.00", "CNY"))])
        >>> call.cash[0].party, len(call.unfunded)
        (<CashParty.PARTNER: 'partner'>, 1)
    """

    name: str = attrs.field(converter=_name)
    on: datetime.date = attrs.field(converter=on_day)
    reason: str = attrs.field(converter=_reason)
    entries: tuple[Entry, ...] = attrs.field(converter=_entries, repr=False)
    cash: tuple[CashMovement, ...] = attrs.field(converter=_cash, repr=False)
    unfunded: tuple[tuple[AccountId, Money], ...] = attrs.field(converter=_parts, repr=False)

    def __attrs_post_init__(self) -> None:
        """Check that it is one document of one day, and does something."""
        for number, entry in enumerate(self.entries, start=1):
            for field, was, must in (
                ("document", entry.document, self.name),
                ("on", str(entry.on), str(self.on)),
            ):
                if was != must:
                    raise FundError(
                        f"be {must}",
                        was=was,
                        field=f"entry {number} ({entry.document}), {field}",
                        code=Refusal.MIXED_DOCUMENT,
                    )
        for line in _PASSED_ON:
            passed = [each.amount for each in self.entries if each.line is line]
            off = total_of(passed, passed[0].currency) if passed else None
            if off is not None and off.amount:
                raise FundError(
                    "add up to zero over the partners",
                    was=str(off),
                    field=f"{line.value} of {self.name}",
                    code=Refusal.UNBALANCED,
                )
        amounts = [each.amount for each in self.entries]
        if not self.cash and not any(
            each.amount for each in (*amounts, *(left for _, left in self.unfunded))
        ):
            raise FundError(
                "move cash, capital or unfunded commitments",
                was=self.name,
                field="document",
                code=Refusal.NOTHING_MOVES,
            )


def commitment_document(commitments: Commitments, *, on: str | datetime.date, name: str) -> FundDocument:
    """
    Give the document by which partners promise what may be called from them.

    Args:
        commitments: The commitments that are new.
        on: The day of the closing.
        name: The document's name, such as "commitments/1".

    Returns:
        The document: each partner's unfunded commitment is what it has promised.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> commitment_document(promised, on="2021-07-01", name="commitments/1").unfunded
        ((AccountId('A'), Money('10.00', 'CNY')),)
    """
    check_type(commitments, Commitments, field="commitments")
    return FundDocument(
        name=name,
        on=on,
        reason="commitment",
        entries=(),
        cash=(),
        unfunded=((each.partner, each.amount) for each in commitments),
    )


def happening_documents(happening: Happening, *, cash: Iterable[CashMovement]) -> tuple[FundDocument, ...]:
    """
    Give the documents of a call, a distribution, a closing, a default, its cure or a release.

    There is one, but for a default, whose cover is paid later than it is declared. What
    happens to the unfunded commitments is in the first.

    Args:
        happening: What happened.
        cash: Cash that moves beside the contributions and distributions, with the first document: what a
            closing's money pays the manager, the interest of a cure; empty if there is none. Tax that was
            withheld is part of the distribution, and passes through the partner's account with it.

    Returns:
        The documents: entries, the cash of contributions and distributions, and what is unfunded.

    Raises:
        FundError: `nothing_moves` if it does nothing.

    Example:
        >>> from carbonkit.fund.partner.call import call_capital
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> call = call_capital(promised, (), total=Money("4.00", "CNY"), issued_on="2021-07-02",
        ...                     due_on="2021-07-15", purpose="allowances")
        >>> (made,) = happening_documents(call, cash=())
        >>> made.name, str(made.on), str(made.cash[0].amount), str(made.unfunded[0][1])
        ('call/1', '2021-07-15', '4.00 CNY', '-4.00 CNY')
    """
    check_type(happening, Happening, field="happening")
    currency = happening.commitments.currency
    sums: dict[AccountId, int] = {}
    for _, parts in happening.steps:
        for partner, amount in parts:
            sums[partner] = sums.get(partner, 0) + amount.to_minor()
    entries: tuple[Entry, ...] = getattr(happening, "entries", ())
    by_name: dict[str, list[Entry]] = {} if entries else {happening.name.replace(" ", "/"): []}
    for entry in entries:
        by_name.setdefault(entry.document, []).append(entry)
    extra: tuple[CashMovement, ...] = listed(cash, field="cash")
    unfunded = tuple((partner, Money.from_minor(minor, currency)) for partner, minor in sums.items())
    documents = []
    for name, mine in by_name.items():
        documents.append(
            FundDocument(
                name=name,
                on=mine[0].on if mine else happening.on,
                reason=happening.name.split(" ", maxsplit=1)[0],
                entries=mine,
                cash=(*partner_cash(mine), *extra),
                unfunded=unfunded,
            )
        )
        extra, unfunded = (), ()
    return tuple(documents)

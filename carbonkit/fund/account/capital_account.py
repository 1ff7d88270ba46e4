"""
Capital accounts: what each partner has in a fund, from the opening of a period to its closing.

An account's closing is its opening and the sum of its entries, nothing else. The
closing of one period is the opening of the next, and all closings together are
the fund's net asset value; `capital_accounts` and `tie_out` hold both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import BatchError, CurrencyMismatchError, FundError, InvalidValueError, NotFoundError
from carbonkit.fund._check import check_currency, listed
from carbonkit.fund.carry.waterfall import GIVEN_BACK, PAID_CARRY
from carbonkit.fund.entry import Entry, Line
from carbonkit.fund.partner.commitment import Commitments
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.time import Period

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator

    from carbonkit.errors import CarbonkitError

__all__ = ["CapitalAccount", "CapitalAccounts", "capital_accounts"]


def _opening(value: Money) -> Money:
    check_type(value, Money, field="opening")
    value.to_minor()
    return value


def _closed(value: Period) -> Period:
    check_type(value, Period, field="period")
    if value.end is None:
        raise InvalidValueError("have an end", was=str(value), field="period")
    return value


def _checked(values: Iterable[Entry]) -> tuple[Entry, ...]:
    given = listed(values, field="entries")
    for number, entry in enumerate(given, start=1):
        check_type(entry, Entry, field=f"entry {number}")
    return given


def _entries(values: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(_checked(values), key=_day))


def _day(entry: Entry) -> datetime.date:
    return entry.on


@attrs.frozen(kw_only=True)
class CapitalAccount:
    """
    One partner's capital over one period.

    Args:
        partner: Whose account.
        period: The period; its end is the day after the last.
        opening: What was there at its beginning; negative if the partner owed the fund.
        entries: What changed it, in any order; kept in the order of their days.

    Raises:
        FundError: `outside_period` if an entry's day is not in the period.
        InvalidValueError: If the period has no end, an entry is of another partner, or the opening has a
            fraction of a minor unit.
        CurrencyMismatchError: If an entry is in another currency than the opening.

    Example:
        >>> paid = Entry(on="2021-07-15", partner=AccountId("LP-CITY"), line=Line.CONTRIBUTION,
        ...              amount=Money("100.00", "CNY"), document="call/1")
        >>> fee = Entry(on="2021-09-30", partner=AccountId("LP-CITY"), line=Line.MANAGEMENT_FEE,
        ...             amount=Money("-2.00", "CNY"), document="fee/1")
        >>> account = CapitalAccount(partner=AccountId("LP-CITY"), period=Period("2021-07-01", "2021-10-01"),
        ...                          opening=Money("0.00", "CNY"), entries=[paid, fee])
        >>> print(account.explain().text())
        capital of LP-CITY [2021-07-01, 2021-10-01): 98.00 CNY = opening + entries
          opening: 0.00 CNY
          contribution: 100.00 CNY = call/1
          management fee: -2.00 CNY = fee/1
    """

    partner: AccountId = attrs.field(validator=is_a(AccountId))
    period: Period = attrs.field(converter=_closed)
    opening: Money = attrs.field(converter=_opening)
    entries: tuple[Entry, ...] = attrs.field(converter=_entries, repr=False)

    def __attrs_post_init__(self) -> None:
        """Check that every entry belongs to the partner, the period and the currency."""
        for entry in self.entries:
            where = f"entry of {entry.document}"
            if entry.partner != self.partner:
                raise InvalidValueError(f"be of {self.partner}", was=str(entry.partner), field=where)
            check_currency(entry.amount, self.opening.currency, field=where)
            if entry.on not in self.period:
                raise _outside(entry, self.period, where)

    @property
    def currency(self) -> str:
        """The currency of the account."""
        return self.opening.currency

    @property
    def change(self) -> Money:
        """The sum of the entries."""
        return Money.from_minor(sum(each.amount.to_minor() for each in self.entries), self.currency)

    @property
    def closing(self) -> Money:
        """What is there at the end of the period: the opening and all entries."""
        return self.opening + self.change

    @property
    def lines(self) -> tuple[tuple[Line, Money], ...]:
        """The sums of the entries by line, in the order of `Line`; lines without an entry are left out."""
        sums: dict[Line, int] = {}
        for entry in self.entries:
            sums[entry.line] = sums.get(entry.line, 0) + entry.amount.to_minor()
        return tuple((line, Money.from_minor(sums[line], self.currency)) for line in Line if line in sums)

    def of(self, *lines: Line) -> Money:
        """
        Add up the entries of some lines.

        Args:
            *lines: Which lines.

        Returns:
            Their sum; zero if there is no entry.

        Example:
            >>> account = CapitalAccount(partner=AccountId("A"), period=Period("2021-07-01", "2021-10-01"),
            ...                          opening=Money("5.00", "CNY"), entries=())
            >>> account.of(Line.INTEREST, Line.DIVIDEND), account.closing
            (Money('0.00', 'CNY'), Money('5.00', 'CNY'))
        """
        wanted = frozenset(lines)
        minor = sum(each.amount.to_minor() for each in self.entries if each.line in wanted)
        return Money.from_minor(minor, self.currency)

    def explain(self) -> Explanation:
        """Say how the closing came about, line by line, with the documents."""
        documents: dict[Line, list[str]] = {}
        for entry in self.entries:
            said = documents.setdefault(entry.line, [])
            if entry.document not in said:
                said.append(entry.document)
        return Explanation(
            f"capital of {self.partner} {self.period}",
            str(self.closing),
            how="opening + entries",
            parts=(
                Explanation("opening", str(self.opening)),
                *(
                    Explanation(line.value, str(amount), how=", ".join(documents[line]))
                    for line, amount in self.lines
                ),
            ),
        )


def _check_carry(entries: Iterable[Entry]) -> None:
    """Check that carry does not pass both as it is paid and as it accrues: an accrual has it all."""
    documents = sorted({entry.document for entry in entries if entry.line is Line.CARRIED_INTEREST})
    paid = [name for name in documents if name.partition("/")[0] in {PAID_CARRY, GIVEN_BACK}]
    accrued = [name for name in documents if name not in paid]
    if paid and accrued:
        raise FundError(
            "pass carry either as it is paid or as it accrues",
            was=f"{', '.join(paid)} and {', '.join(accrued)}",
            field="entries",
            code=Refusal.CARRY_TWICE,
            hint="an accrual takes in what is paid and given back; leave out the entries of "
            "distributions and clawbacks",
        )


def _accounts(values: Iterable[CapitalAccount]) -> tuple[CapitalAccount, ...]:
    given = listed(values, field="accounts")
    for account in given:
        check_type(account, CapitalAccount, field="accounts")
    return given


@attrs.frozen(kw_only=True)
class CapitalAccounts:
    """
    The capital accounts of all partners of a fund over one period.

    Args:
        accounts: One a partner, in the order of the commitments.

    Raises:
        InvalidValueError: If there is none, a partner stands there twice, or the periods differ.
        FundError: `carry_twice` if carry passes as it is paid, and as it accrues as well.
        CurrencyMismatchError: If they have two currencies.

    Example:
        >>> quarter = Period("2021-07-01", "2021-10-01")
        >>> both = CapitalAccounts(accounts=(
        ...     CapitalAccount(partner=AccountId(name), period=quarter, opening=Money(was, "CNY"), entries=())
        ...     for name, was in [("A", "2.00"), ("B", "1.00")]))
        >>> both.closing, both.parts[1]
        (Money('3.00', 'CNY'), (AccountId('B'), Money('1.00', 'CNY')))
    """

    accounts: tuple[CapitalAccount, ...] = attrs.field(converter=_accounts)

    def __attrs_post_init__(self) -> None:
        """Check that there is one account a partner, one period and one currency."""
        if not self.accounts:
            raise InvalidValueError("hold one account or more", was="none", field="accounts")
        seen: set[AccountId] = set()
        for account in self.accounts:
            if account.partner in seen:
                raise InvalidValueError("stand there once", was=str(account.partner), field="partner")
            seen.add(account.partner)
            field = f"account of {account.partner}"
            if account.period != self.period:
                raise InvalidValueError(f"be of {self.period}", was=str(account.period), field=field)
            check_currency(account.opening, self.currency, field=field)
        _check_carry(entry for each in self.accounts for entry in each.entries)

    def __iter__(self) -> Iterator[CapitalAccount]:
        """Go through the accounts in their order."""
        return iter(self.accounts)

    @property
    def period(self) -> Period:
        """The period of all accounts."""
        return self.accounts[0].period

    @property
    def currency(self) -> str:
        """The currency of all accounts."""
        return self.accounts[0].currency

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order of their days."""
        return tuple(sorted((entry for each in self.accounts for entry in each.entries), key=_day))

    @property
    def opening(self) -> Money:
        """All openings together."""
        return Money.from_minor(sum(each.opening.to_minor() for each in self.accounts), self.currency)

    @property
    def closing(self) -> Money:
        """All closings together: the fund's net asset value by its accounts."""
        return Money.from_minor(sum(each.closing.to_minor() for each in self.accounts), self.currency)

    @property
    def parts(self) -> tuple[tuple[AccountId, Money], ...]:
        """Each partner's closing."""
        return tuple((each.partner, each.closing) for each in self.accounts)

    def account(self, partner: AccountId) -> CapitalAccount:
        """
        Find one partner's account.

        Args:
            partner: The partner.

        Returns:
            The account.

        Raises:
            NotFoundError: If the fund has no such partner.

        Example:
            >>> one = CapitalAccount(partner=AccountId("A"), period=Period("2021-07-01", "2021-10-01"),
            ...                      opening=Money("2.00", "CNY"), entries=())
            >>> CapitalAccounts(accounts=[one]).account(AccountId("A")) == one
            True
        """
        for each in self.accounts:
            if each.partner == partner:
                return each
        raise NotFoundError("be a partner of the fund", was=str(partner), field="partner")

    def of(self, *lines: Line) -> Money:
        """
        Add up some lines over all partners.

        Args:
            *lines: Which lines.

        Returns:
            Their sum.

        Example:
            >>> one = CapitalAccount(partner=AccountId("A"), period=Period("2021-07-01", "2021-10-01"),
            ...                      opening=Money("2.00", "CNY"), entries=())
            >>> CapitalAccounts(accounts=[one]).of(Line.REALISED)
            Money('0.00', 'CNY')
        """
        minor = sum(each.of(*lines).to_minor() for each in self.accounts)
        return Money.from_minor(minor, self.currency)

    def explain(self) -> Explanation:
        """Say how each partner's closing came about."""
        return Explanation(
            f"capital of all partners {self.period}",
            str(self.closing),
            how="sum of the partners",
            parts=(each.explain() for each in self.accounts),
        )


def capital_accounts(
    entries: Iterable[Entry],
    commitments: Commitments,
    *,
    general_partner: AccountId | None,
    period: Period,
    opening: CapitalAccounts | None,
) -> CapitalAccounts:
    """
    Keep every partner's account over a period.

    Args:
        entries: What happened in the period, in any order.
        commitments: Every partner's commitment at the end of the period.
        general_partner: Who takes the carried interest, if it has an account of its own beside the
            commitments; None if nobody does.
        period: The period.
        opening: The accounts of the period before; None for the first. A partner that is new opens with
            zero; one that has left keeps its account.

    Returns:
        The accounts: in the order of the commitments, then the general partner's, then of those who left.

    Raises:
        FundError: `does_not_roll` if the period does not begin where the one before ends, `carry_twice` if
            carry passes as it is paid, and as it accrues as well.
        CurrencyMismatchError: If the accounts before are in another currency.
        BatchError: If entries lie outside of the period, are of a partner that the fund does not have,
            or in another currency; it names every one.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> paid = Entry(on="2021-07-15", partner=AccountId("A"), line=Line.CONTRIBUTION,
        ...              amount=Money("4.00", "CNY"), document="call/1")
        >>> third = capital_accounts([paid], promised, general_partner=None, opening=None,
        ...                          period=Period("2021-07-01", "2021-10-01"))
        >>> fourth = capital_accounts([], promised, general_partner=None, opening=third,
        ...                           period=Period("2021-10-01", "2022-01-01"))
        >>> fourth.opening, fourth.closing
        (Money('4.00', 'CNY'), Money('4.00', 'CNY'))
    """
    check_type(commitments, Commitments, field="commitments")
    _closed(period)
    currency = commitments.currency
    openings = {each.partner: Money.from_minor(0, currency) for each in commitments}
    if general_partner is not None:
        check_type(general_partner, AccountId, field="general_partner")
        openings.setdefault(general_partner, Money.from_minor(0, currency))
    if opening is not None:
        check_type(opening, CapitalAccounts, field="opening")
        check_currency(opening.opening, currency, field="opening")
        if opening.period.end != period.start:
            raise FundError(
                f"begin on {opening.period.end}, where the period before ends",
                was=str(period),
                field="period",
                code=Refusal.DOES_NOT_ROLL,
            )
        openings.update(opening.parts)
    sorted_out = _by_partner(_checked(entries), openings, period, currency)
    return CapitalAccounts(
        accounts=(
            CapitalAccount(partner=partner, period=period, opening=was, entries=sorted_out[partner])
            for partner, was in openings.items()
        )
    )


def _by_partner(
    entries: tuple[Entry, ...], openings: dict[AccountId, Money], period: Period, currency: str
) -> dict[AccountId, list[Entry]]:
    """Sort entries to their partners, or list every one that has no place."""
    found: dict[AccountId, list[Entry]] = {partner: [] for partner in openings}
    problems: list[CarbonkitError] = []
    for number, entry in enumerate(entries, start=1):
        where = f"entry {number} ({entry.document})"
        if entry.partner not in found:
            problems.append(NotFoundError("be a partner of the fund", was=str(entry.partner), field=where))
        if entry.on not in period:
            problems.append(_outside(entry, period, where))
        if entry.amount.currency != currency:
            problems.append(CurrencyMismatchError(f"be {currency}", was=entry.amount.currency, field=where))
        if not problems:
            found[entry.partner].append(entry)
    if problems:
        raise BatchError(error.problem for error in problems)
    return found


def _outside(entry: Entry, period: Period, where: str) -> FundError:
    return FundError(f"lie in {period}", was=str(entry.on), field=where, code=Refusal.OUTSIDE_PERIOD)

"""
Posting: a fund's documents in a ledger, each whole or not at all, and what the ledger says of them again.

A document is one transfer, or, with more legs than a transfer may have, several that are
posted together. Their command ids follow from its name, so a repeat after a crash returns the
first receipts and moves nothing. What was posted can be read back as entries, and a
statement of a partner's account is a record of its own, which can be proven to that
partner without showing it anybody else's.
"""

from __future__ import annotations

import datetime
import itertools
import re
from typing import TYPE_CHECKING, Final

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import check_currency, pairs
from carbonkit.fund.account.capital_account import CapitalAccount, CapitalAccounts
from carbonkit.fund.account.document import CashParty, FundDocument
from carbonkit.fund.account.fund_chart import FundChart
from carbonkit.fund.account.tie_out import TieOut
from carbonkit.fund.entry import Entry, Line
from carbonkit.fund.refusal import Refusal
from carbonkit.ledger.command import Reversal, Statement, Transfer
from carbonkit.ledger.leg import Leg
from carbonkit.values.field import check_type
from carbonkit.values.money import Money
from carbonkit.values.number import plain
from carbonkit.values.time import local_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from carbonkit.ledger.ledger import Ledger
    from carbonkit.ledger.receipt import Receipt
    from carbonkit.values.identifier import AccountId, AssetId

__all__ = ["account_statement", "post_documents", "posted_entries", "tie_out_ledger", "transfers_of"]

_MOST: Final = 1_000  # legs that a transfer may have
_PART: Final = re.compile(r"\+[2-9]|\+[1-9][0-9]+")  # what the later transfers' names end with


def transfers_of(document: FundDocument, chart: FundChart) -> tuple[Transfer, ...]:
    """
    Write a document as transfers of a ledger: one, if it has no more than 1,000 legs.

    A partner's cash passes through the partner's account, so that the record says who
    paid. Within each asset what arrives goes before what leaves; a document can
    therefore pay out what it takes in.

    Args:
        document: The document.
        chart: The fund's accounts.

    Returns:
        The transfers, to be posted together; the same document always gives the same ones. The first is
        named after the document, the others too, with +2, +3 and so on at the end.

    Raises:
        CurrencyMismatchError: If an amount is in another currency than the chart's.
        InvalidValueError: If the document's name ends as that of a later transfer would.

    Example:
        >>> from carbonkit.fund.account.document import CashMovement
        >>> from carbonkit.values import AccountId
        >>> chart = FundChart(fund="PEAK", currency="CNY", zone="Asia/Shanghai", bank=AccountId("BANK"),
        ...                   manager=AccountId("MANAGER"), may_owe=())
        >>> fee = Entry(on="2021-09-30", partner=AccountId("A"), line=Line.MANAGEMENT_FEE,
        ...             amount=Money("-2.00", "CNY"), document="fee/1")
        >>> paid = FundDocument(name="fee/1", on="2021-09-30", reason="fee", entries=[fee], unfunded=(),
        ...                 cash=[CashMovement(CashParty.MANAGER, Money("-2.00", "CNY"))])
        >>> (transfer,) = transfers_of(paid, chart)
        >>> for leg in transfer.legs:
        ...     print(leg.quantity, leg.asset, leg.source, leg.target)
        200 CNY PEAK/cash MANAGER
        200 PEAK-CAPITAL A PEAK/management-fee
    """
    check_type(document, FundDocument, field="document")
    check_type(chart, FundChart, field="chart")
    if _document(document.name) != document.name:
        raise InvalidValueError(
            "not end in + and a number, as parts of documents do", was=document.name, field="document"
        )
    legs = [
        *_cash_legs(document, chart),
        *_capital_legs(document, chart),
        *_unfunded_legs(document, chart),
    ]
    moment = chart.moment(document.on)
    return tuple(
        Transfer(
            chart.command(f"{document.name}+{number}" if number > 1 else document.name),
            legs[start : start + _MOST],
            document.reason,
            moment,
        )
        for number, start in enumerate(range(0, len(legs), _MOST), start=1)
    )


def _document(name: str) -> str:
    """Find the document that a transfer is a part of."""
    whole, sign, number = name.rpartition("+")
    return whole if whole and _PART.fullmatch(sign + number) else name


def _cash_legs(document: FundDocument, chart: FundChart) -> Iterator[Leg]:
    others = {
        CashParty.MANAGER: chart.manager,
        CashParty.MARKET: chart.market_account,
        CashParty.OTHERS: chart.bank,
    }
    for number, movement in enumerate(document.cash, start=1):
        check_currency(
            movement.amount, chart.currency, field=f"cash movement {number} of document {document.name}"
        )
    for movement in sorted(document.cash, key=lambda each: each.amount.amount < 0):  # stable
        path: tuple[AccountId, ...] = (chart.cash_account, movement.partner or others[movement.party])
        if movement.partner is not None:
            path = (*path, chart.bank)
        yield from _legs(chart.cash, -movement.amount.to_minor(), path)


def _capital_legs(document: FundDocument, chart: FundChart) -> Iterator[Leg]:
    for number, entry in enumerate(document.entries, start=1):
        check_currency(
            entry.amount, chart.currency, field=f"entry {number} ({document.name}) of {entry.partner}"
        )
    for entry in sorted(document.entries, key=lambda each: each.amount.amount < 0):
        yield from _legs(
            chart.capital, entry.amount.to_minor(), (chart.line_account(entry.line), entry.partner)
        )


def _unfunded_legs(document: FundDocument, chart: FundChart) -> Iterator[Leg]:
    for partner, amount in document.unfunded:
        check_currency(amount, chart.currency, field=f"unfunded of {partner} ({document.name})")
    for partner, amount in sorted(document.unfunded, key=lambda each: each[1].amount < 0):
        yield from _legs(chart.unfunded, amount.to_minor(), (chart.commitments_account, partner))


def _legs(asset: AssetId, minor: int, path: tuple[AccountId, ...]) -> Iterator[Leg]:
    """Move an amount along a path of accounts, or back along it if it is negative."""
    if minor:
        way = path if minor > 0 else path[::-1]
        for source, target in itertools.pairwise(way):
            yield Leg(asset, abs(minor), source, target)


def post_documents(
    ledger: Ledger, chart: FundChart, documents: Iterable[FundDocument]
) -> tuple[Receipt, ...]:
    """
    Post documents one after the other; those that were posted before are not posted again.

    Args:
        ledger: The ledger, with the accounts that `FundChart.opening` opens.
        chart: The fund's accounts.
        documents: The documents, in the order of their days.

    Returns:
        A receipt for each; for a document of several transfers, one for each of them.

    Raises:
        FundError: `out_of_order` if a document is of an earlier day than the one before it; nothing is
            posted then.
        CurrencyMismatchError: If an amount is in another currency; nothing is posted then.
        OverdraftError: If cash, capital or an unfunded commitment would fall below zero where the chart
            does not allow it; the documents before are posted.
        BatchError: The same of a document of several transfers; it names every place.
        IdentifierReusedError: If another document was posted under the same name.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.fund.account.document import commitment_document
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.values import AccountId, FixedClock
        >>> chart = FundChart(fund="PEAK", currency="CNY", zone="Asia/Shanghai", bank=AccountId("BANK"),
        ...                   manager=AccountId("MANAGER"), may_owe=())
        >>> ledger = Ledger(MemoryStore(), FixedClock("2021-07-01T08:00:00Z"))
        >>> opened = ledger.post_all(chart.opening([AccountId("A")], on="2021-07-01", known=()))
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> first = commitment_document(promised, on="2021-07-01", name="commitments/1")
        >>> [receipt.repeated for receipt in post_documents(ledger, chart, [first, first])]
        [False, True]
        >>> ledger.quantity(AccountId("A"), chart.unfunded)
        1000
    """
    transfers: list[tuple[Transfer, ...]] = []
    last: FundDocument | None = None
    for document in documents:
        made = transfers_of(document, chart)
        if last is not None and document.on < last.on:
            raise FundError(
                f"be on or after {last.on}, the day of {last.name}",
                was=str(document.on),
                field=f"document {document.name}, on",
                code=Refusal.OUT_OF_ORDER,
            )
        transfers.append(made)
        last = document
    receipts: list[Receipt] = []
    for made in transfers:
        if len(made) == 1:
            receipts.append(ledger.post(made[0]))
        else:
            receipts += ledger.post_all(made)
    return tuple(receipts)


def posted_entries(ledger: Ledger, chart: FundChart, partner: AccountId | None) -> tuple[Entry, ...]:
    """
    Read a partner's entries, or all, back from the ledger, reversals included.

    Args:
        ledger: The ledger.
        chart: The fund's accounts.
        partner: Whose entries; None for those of all partners, which are then read in one pass.

    Returns:
        The entries, in the order of the journal; a reversal's are of the reversal's name and day.

    Raises:
        UnknownAccountError: If the partner has no account.

    Example:
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.values import AccountId, FixedClock
        >>> chart = FundChart(fund="PEAK", currency="CNY", zone="Asia/Shanghai", bank=AccountId("BANK"),
        ...                   manager=AccountId("MANAGER"), may_owe=())
        >>> ledger = Ledger(MemoryStore(), FixedClock("2021-07-01T08:00:00Z"))
        >>> opened = ledger.post_all(chart.opening([AccountId("A")], on="2021-07-01", known=()))
        >>> gain = Entry(on="2021-12-31", partner=AccountId("A"), line=Line.UNREALISED,
        ...              amount=Money("4.00", "CNY"), document="valuation/1")
        >>> valued = FundDocument(name="valuation/1", on="2021-12-31", reason="valuation", entries=[gain],
        ...                   cash=(), unfunded=())
        >>> receipts = post_documents(ledger, chart, [valued])
        >>> posted_entries(ledger, chart, AccountId("A")) == (gain,)
        True
    """
    check_type(chart, FundChart, field="chart")
    lines = {chart.line_account(line): line for line in Line}
    found: list[Entry] = []
    for record in ledger.records() if partner is None else ledger.records_about(partner):
        if not isinstance(record.command, (Transfer, Reversal)):
            continue
        on = local_date(record.command.effective_at, chart.zone)
        document = _document(record.command.id.text.removeprefix(f"{chart.fund}/"))
        moves = record.entries
        for left, arrived in zip(moves[::2], moves[1::2], strict=True):
            if left.holding.asset != chart.capital:
                continue
            source, target = left.holding.account, arrived.holding.account
            who, line = (target, source) if source in lines else (source, target)
            if line in lines and partner in {None, who}:
                minor = arrived.quantity if who == target else left.quantity
                amount = Money.from_minor(minor, chart.currency)
                found.append(Entry(on=on, partner=who, line=lines[line], amount=amount, document=document))
    return tuple(found)


def tie_out_ledger(
    ledger: Ledger,
    chart: FundChart,
    accounts: CapitalAccounts,
    *,
    unfunded: Iterable[tuple[AccountId, Money]],
    cash: Money,
) -> TieOut:
    """
    Compare what the books say with what the ledger holds now.

    Args:
        ledger: The ledger.
        chart: The fund's accounts.
        accounts: All partners' accounts, up to the last document posted.
        unfunded: What each partner has unfunded.
        cash: The fund's cash.

    Returns:
        The comparison: each partner's capital, all capital by the lines, each partner's unfunded
        commitment, and the cash. `TieOut.check` refuses it if anything differs.

    Raises:
        UnknownAccountError: If a partner has no account in the ledger.
        CurrencyMismatchError: If the books are in another currency than the chart.

    Example:
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.values import AccountId, FixedClock, Period
        >>> chart = FundChart(fund="PEAK", currency="CNY", zone="Asia/Shanghai", bank=AccountId("BANK"),
        ...                   manager=AccountId("MANAGER"), may_owe=())
        >>> ledger = Ledger(MemoryStore(), FixedClock("2021-07-01T08:00:00Z"))
        >>> opened = ledger.post_all(chart.opening([AccountId("A")], on="2021-07-01", known=()))
        >>> books = CapitalAccounts(accounts=[CapitalAccount(
        ...     partner=AccountId("A"), period=Period("2021-07-01", "2021-10-01"),
        ...     opening=Money("1.00", "CNY"), entries=())])
        >>> tie_out_ledger(ledger, chart, books, unfunded=(), cash=Money("0", "CNY")).differences
        (('capital of A', Money('-1.00', 'CNY')), ('net asset value', Money('-1.00', 'CNY')))
    """
    check_type(accounts, CapitalAccounts, field="accounts")
    check_currency(accounts.closing, chart.currency, field="accounts")
    check_currency(cash, chart.currency, field="cash")

    def held(account: AccountId, asset: AssetId) -> Money:
        return Money.from_minor(ledger.quantity(account, asset), chart.currency)

    left = tuple(pairs(unfunded, field="unfunded"))
    for partner, amount in left:
        check_currency(amount, chart.currency, field=f"unfunded of {partner}")
    issued = sum(ledger.quantity(chart.line_account(line), chart.capital) for line in Line)
    return TieOut(
        [
            *(
                (f"capital of {each.partner}", each.closing, held(each.partner, chart.capital))
                for each in accounts
            ),
            ("net asset value", accounts.closing, Money.from_minor(-issued, chart.currency)),
            *((f"unfunded of {partner}", amount, held(partner, chart.unfunded)) for partner, amount in left),
            ("cash", cash, held(chart.cash_account, chart.cash)),
        ]
    )


def account_statement(account: CapitalAccount, chart: FundChart) -> Statement:
    """
    Write a partner's account as a statement of the ledger, to be posted and proven by itself.

    Args:
        account: The account over the period that is reported.
        chart: The fund's accounts.

    Returns:
        The statement: opening, the sum of every line that has one, and closing.

    Raises:
        CurrencyMismatchError: If the account is in another currency than the chart.

    Example:
        >>> from carbonkit.values import AccountId, Period
        >>> chart = FundChart(fund="PEAK", currency="CNY", zone="Asia/Shanghai", bank=AccountId("BANK"),
        ...                   manager=AccountId("MANAGER"), may_owe=())
        >>> account = CapitalAccount(partner=AccountId("A"), period=Period("2021-07-01", "2021-10-01"),
        ...                          opening=Money("1.00", "CNY"), entries=())
        >>> said = account_statement(account, chart)
        >>> said.id, said.fact("closing")
        (CommandId('PEAK/statement/2021-07-01/2021-09-30/A'), '1.00')
    """
    check_type(account, CapitalAccount, field="account")
    check_currency(account.opening, chart.currency, field="account")
    end = account.period.end
    assert end is not None  # noqa: S101  an account's period has an end
    last = end - datetime.timedelta(days=1)
    figures = {
        "opening": account.opening,
        "closing": account.closing,
        **{f"line_{line.name.lower()}": amount for line, amount in account.lines},
    }
    return Statement(
        chart.command(f"statement/{account.period.start}/{last}/{account.partner}"),
        account.partner,
        "capital_account",
        {
            "fund": chart.fund,
            "currency": chart.currency,
            "first_day": str(account.period.start),
            "last_day": str(last),
            **{name: plain(amount.amount) for name, amount in figures.items()},
        },
        chart.moment(last),
    )

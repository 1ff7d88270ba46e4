"""Tying out: the partners' capital against the fund's balance sheet, to the last minor unit."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import BatchError, FundError, InvalidValueError
from carbonkit.fund._check import as_of_day, check_currency, is_said, listed, paid, pairs, total_of
from carbonkit.fund.account.capital_account import CapitalAccounts
from carbonkit.fund.portfolio.valuation import NetAssetValue
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.values.number import Rounding

__all__ = ["BalanceSheet", "TieOut", "balance_sheet", "tie_out"]


def _cash(value: Money) -> Money:
    return paid(value, field="cash")


def _holdings(value: Money) -> Money:
    return paid(value, field="holdings")


def _items(values: Iterable[tuple[str, Money]]) -> tuple[tuple[str, Money], ...]:
    given = tuple(pairs(values, field="items"))
    for name, amount in given:
        if not is_said(name):
            raise InvalidValueError("say what it is", was=repr(name), field="item")
        paid(amount, field=name)
    return given


@attrs.frozen(kw_only=True)
class BalanceSheet:
    """
    What a fund owns and owes at the end of a day, line by line, in whole minor units.

    Args:
        as_of: The day.
        cash: The cash; an overdraft is a liability.
        holdings: All holdings at market.
        receivables: What others owe the fund, each with its name.
        liabilities: What the fund owes, each with its name; also what was received in advance.

    Raises:
        InvalidValueError: If an amount is negative or has a fraction of a minor unit, or an item has no
            name.
        CurrencyMismatchError: If something is in another currency than the cash.

    Example:
        >>> sheet = BalanceSheet(as_of="2021-12-31", cash=Money("20.00", "CNY"), holdings=Money("90", "CNY"),
        ...                      receivables=[("unpaid call", Money("1.00", "CNY"))],
        ...                      liabilities=[("management fee", Money("0.50", "CNY"))])
        >>> sheet.net_asset_value
        Money('110.50', 'CNY')
    """

    as_of: datetime.date = attrs.field(converter=as_of_day)
    cash: Money = attrs.field(converter=_cash)
    holdings: Money = attrs.field(converter=_holdings)
    receivables: tuple[tuple[str, Money], ...] = attrs.field(converter=_items)
    liabilities: tuple[tuple[str, Money], ...] = attrs.field(converter=_items)

    def __attrs_post_init__(self) -> None:
        """Check that there is one currency."""
        for name, amount in (("holdings", self.holdings), *self.receivables, *self.liabilities):
            check_currency(amount, self.currency, field=name)

    @property
    def currency(self) -> str:
        """The currency of the cash, and of everything else."""
        return self.cash.currency

    @property
    def net_asset_value(self) -> Money:
        """What the fund owns less what it owes; negative if it owes more."""
        owned = total_of((self.cash, self.holdings, *(each for _, each in self.receivables)), self.currency)
        return owned - total_of((each for _, each in self.liabilities), self.currency)

    def explain(self) -> Explanation:
        """Say how the net asset value came about."""
        return Explanation(
            f"net asset value on {self.as_of}",
            str(self.net_asset_value),
            how="cash + holdings + receivables − liabilities",
            parts=(
                Explanation("cash", str(self.cash)),
                Explanation("holdings at market", str(self.holdings)),
                *(Explanation(name, str(amount), how="receivable") for name, amount in self.receivables),
                *(Explanation(name, str(amount), how="liability") for name, amount in self.liabilities),
            ),
        )


def balance_sheet(
    value: NetAssetValue, *, receivables: Iterable[tuple[str, Money]], rounding: Rounding
) -> BalanceSheet:
    """
    Take a valuation as a balance sheet.

    Args:
        value: The valuation.
        receivables: What others owe the fund; the valuation does not know them.
        rounding: How the market value is rounded to the minor unit, if it has to be.

    Returns:
        The balance sheet.

    Raises:
        CurrencyMismatchError: If a receivable is in another currency.

    Example:
        >>> from carbonkit.values import Rounding
        >>> value = NetAssetValue(as_of="2021-12-31", cash=Money("2.00", "CNY"), holdings=(),
        ...                       liabilities=Money("0.50", "CNY"))
        >>> balance_sheet(value, receivables=(), rounding=Rounding.HALF_UP).net_asset_value
        Money('1.50', 'CNY')
    """
    check_type(value, NetAssetValue, field="value")
    return BalanceSheet(
        as_of=value.as_of,
        cash=value.cash,
        holdings=value.market_value.rounded(rounding),
        receivables=receivables,
        liabilities=[("liabilities", value.liabilities)] if value.liabilities.amount else [],
    )


def _rows(values: Iterable[tuple[str, Money, Money]]) -> tuple[tuple[str, Money, Money], ...]:
    return listed(values, field="rows")


@attrs.frozen
class TieOut:
    """
    Figures that were kept in two places, side by side.

    Args:
        rows: What, its amount in the books, and its amount in the other place.

    Example:
        >>> kept = TieOut([("cash", Money("2.00", "CNY"), Money("1.99", "CNY"))])
        >>> kept.ok, kept.differences
        (False, (('cash', Money('-0.01', 'CNY')),))
        >>> kept.check()
        Traceback (most recent call last):
        ...
        carbonkit.errors.BatchError: 1 problem; nothing was written
          cash: must be 2.00 CNY, was 1.99 CNY; the difference is -0.01 CNY
    """

    rows: tuple[tuple[str, Money, Money], ...] = attrs.field(converter=_rows)

    @property
    def differences(self) -> tuple[tuple[str, Money], ...]:
        """What the other place has more (positive) or less (negative), where it differs."""
        return tuple((what, found - kept) for what, kept, found in self.rows if found != kept)

    @property
    def ok(self) -> bool:
        """Whether both places say the same throughout."""
        return not self.differences

    def check(self) -> None:
        """
        Refuse if anything differs.

        Raises:
            BatchError: If something differs; it names everything that does, and by how much. The
                problems' code is `not_tied_out`.

        Example:
            >>> TieOut([("cash", Money("2.00", "CNY"), Money("2", "CNY"))]).check()
        """
        problems = [
            FundError(
                f"be {kept}",
                was=str(found),
                field=what,
                hint=f"the difference is {found - kept}",
                code=Refusal.NOT_TIED_OUT,
            ).problem
            for what, kept, found in self.rows
            if found != kept
        ]
        if problems:
            raise BatchError(problems)

    def explain(self) -> Explanation:
        """Say what was compared, figure by figure."""
        count = len(self.differences)
        said = "ties out" if not count else f"{count} difference{'' if count == 1 else 's'}"
        return Explanation(
            "tie-out",
            said,
            parts=(
                Explanation(what, str(kept), how="both" if kept == found else f"but {found} there")
                for what, kept, found in self.rows
            ),
        )


def tie_out(accounts: CapitalAccounts, sheet: BalanceSheet) -> TieOut:
    """
    Compare the partners' capital with the balance sheet of the last day.

    Args:
        accounts: All partners' accounts.
        sheet: The balance sheet of the last day of their period.

    Returns:
        The comparison, which ties out.

    Raises:
        FundError: `not_tied_out` if they differ; it says by how much.
        InvalidValueError: If the balance sheet is of another day.
        CurrencyMismatchError: If it is in another currency.

    Example:
        >>> from carbonkit.fund.account.capital_account import CapitalAccount
        >>> from carbonkit.values import AccountId, Period
        >>> accounts = CapitalAccounts(accounts=[CapitalAccount(
        ...     partner=AccountId("A"), period=Period("2021-07-01", "2022-01-01"),
        ...     opening=Money("2.00", "CNY"), entries=())])
        >>> tie_out(accounts, BalanceSheet(as_of="2021-12-31", cash=Money("1.99", "CNY"),
        ...     holdings=Money("0", "CNY"), receivables=(), liabilities=()))
        Traceback (most recent call last):
        ...
        carbonkit.errors.FundError: net asset value on 2021-12-31: must be the 2.00 CNY ...
    """
    check_type(accounts, CapitalAccounts, field="accounts")
    check_type(sheet, BalanceSheet, field="sheet")
    if sheet.as_of + datetime.timedelta(days=1) != accounts.period.end:
        raise InvalidValueError(
            f"be of the last day of {accounts.period}", was=str(sheet.as_of), field="balance sheet"
        )
    check_currency(sheet.cash, accounts.currency, field="cash")
    value, capital = sheet.net_asset_value, accounts.closing
    if value != capital:
        raise FundError(
            f"be the {capital} of the partners' capital",
            was=str(value),
            field=f"net asset value on {sheet.as_of}",
            hint=f"the difference is {value - capital}",
            code=Refusal.NOT_TIED_OUT,
        )
    return TieOut([(f"net asset value on {sheet.as_of}", capital, value)])

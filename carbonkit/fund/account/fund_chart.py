"""
Charts of accounts: which accounts and assets of a ledger a fund's books are kept in.

Cash is counted in the currency. Capital and unfunded commitments are assets of their
own: what a partner has of them is its capital account and what it may still be called
for. Each line of a capital account has an account that capital comes from and goes to,
so that the ledger's balances say at any moment how much of the capital is
contributions, fees or gains; with the sign changed they add up to the net asset value.

Only accounts that stand for the outside world or for a line may fall below zero, and the
partners that the chart names: a general partner that may have to give back carry.
An unfunded commitment never can, whoever's it is, unless the partner is named.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import listed
from carbonkit.fund.entry import Line
from carbonkit.ledger.account import Account
from carbonkit.ledger.asset import Asset
from carbonkit.ledger.command import DefineAsset, OpenAccount
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId, AssetId, CommandId, Identifier
from carbonkit.values.money import currency_code, minor_places
from carbonkit.values.text import matches
from carbonkit.values.time import as_date, at_local_time

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection, Iterable

__all__ = ["FundChart"]

_FUND: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_NOON: Final = "12:00"  # a time of day that every zone has on every day


def _fund(value: str) -> str:
    if not matches(_FUND, value):
        raise InvalidValueError(
            "be 1 to 40 letters, digits or . _ -, starting with a letter or digit", was=value, field="fund"
        )
    return value


def _zone(value: str) -> str:
    at_local_time(as_date("2021-07-16"), _NOON, value)
    return value


def _partners(values: Iterable[AccountId]) -> frozenset[AccountId]:
    given = listed(values, field="may_owe")
    for partner in given:
        check_type(partner, AccountId, field="may_owe")
    return frozenset(given)


@attrs.frozen(kw_only=True)
class FundChart:
    """
    The accounts and assets of one fund in a ledger.

    Args:
        fund: The fund's short name; every account, asset and command of its own begins with it.
        currency: What it is kept in.
        zone: The time zone of its days; a document takes effect at noon there.
        bank: The account that stands for the world outside, which cash comes from and goes to.
        manager: The manager's account, which fees are paid to.
        may_owe: The partners whose capital may be negative, such as the general partner; empty if none's
            may.

    Raises:
        InvalidValueError: If the name, the currency or the zone is not one.

    Example:
        >>> chart = FundChart(fund="PEAK", currency="CNY", zone="Asia/Shanghai", bank=AccountId("BANK"),
        ...                   manager=AccountId("MANAGER"), may_owe=[AccountId("GP")])
        >>> chart.cash_account, chart.capital, chart.line_account(Line.MANAGEMENT_FEE)
        (AccountId('PEAK/cash'), AssetId('PEAK-CAPITAL'), AccountId('PEAK/management-fee'))
        >>> len(chart.opening([AccountId("LP"), AccountId("GP")], on="2021-07-01", known=[AccountId("BANK")]))
        27
    """

    fund: str = attrs.field(converter=_fund)
    currency: str = attrs.field(converter=currency_code)
    zone: str = attrs.field(converter=_zone)
    bank: AccountId = attrs.field(validator=is_a(AccountId))
    manager: AccountId = attrs.field(validator=is_a(AccountId))
    may_owe: frozenset[AccountId] = attrs.field(converter=_partners)

    @property
    def cash(self) -> AssetId:
        """The currency as an asset."""
        return AssetId(self.currency)

    @property
    def capital(self) -> AssetId:
        """The partners' capital as an asset, in minor units of the currency."""
        return AssetId(f"{self.fund}-CAPITAL")

    @property
    def unfunded(self) -> AssetId:
        """The partners' unfunded commitments as an asset, in minor units of the currency."""
        return AssetId(f"{self.fund}-UNFUNDED")

    @property
    def cash_account(self) -> AccountId:
        """Where the fund's cash lies."""
        return AccountId(f"{self.fund}/cash")

    @property
    def market_account(self) -> AccountId:
        """What holdings are bought from and sold to: purchases less proceeds lie there."""
        return AccountId(f"{self.fund}/market")

    @property
    def commitments_account(self) -> AccountId:
        """What unfunded commitments come from and go to."""
        return AccountId(f"{self.fund}/commitments")

    def line_account(self, line: Line) -> AccountId:
        """
        Give the account that the capital of a line comes from and goes to.

        Args:
            line: The line.

        Returns:
            The account.

        Example:
            >>> FundChart(fund="PEAK", currency="CNY", zone="Asia/Shanghai", bank=AccountId("BANK"),
            ...     manager=AccountId("MANAGER"), may_owe=()).line_account(Line.REALISED)
            AccountId('PEAK/realised')
        """
        return AccountId(f"{self.fund}/{line.name.lower().replace('_', '-')}")

    def command(self, document: str) -> CommandId:
        """
        Give the command that posts a document: always the same one, so that it is posted once.

        Args:
            document: The document's name.

        Returns:
            The command's id.

        Raises:
            InvalidValueError: If the name has signs that an id may not have.

        Example:
            >>> FundChart(fund="PEAK", currency="CNY", zone="Asia/Shanghai", bank=AccountId("BANK"),
            ...     manager=AccountId("MANAGER"), may_owe=()).command("call/1")
            CommandId('PEAK/call/1')
        """
        return CommandId(f"{self.fund}/{document}")

    def moment(self, day: str | datetime.date) -> datetime.datetime:
        """
        Say when what happens on a day takes effect.

        Args:
            day: The day.

        Returns:
            Its noon in the fund's zone.

        Raises:
            InvalidValueError: If it is no calendar date.

        Example:
            >>> FundChart(fund="PEAK", currency="CNY", zone="Asia/Shanghai", bank=AccountId("BANK"),
            ...     manager=AccountId("MANAGER"), may_owe=()).moment("2021-07-15").isoformat()
            '2021-07-15T04:00:00+00:00'
        """
        return at_local_time(as_date(day, field="day"), _NOON, self.zone)

    def opening(
        self,
        partners: Iterable[AccountId],
        *,
        on: str | datetime.date,
        known: Collection[Identifier],
    ) -> tuple[DefineAsset | OpenAccount, ...]:
        """
        Give the commands that define the fund's assets and open its accounts.

        Args:
            partners: The partners; later ones by a further call.
            on: The day.
            known: The accounts and assets that the ledger has already, such as the bank and the currency.

        Returns:
            The commands, to be posted together; posted again, nothing happens.

        Example:
            >>> chart = FundChart(fund="PEAK", currency="CNY", zone="Asia/Shanghai", bank=AccountId("BANK"),
            ...                   manager=AccountId("MANAGER"), may_owe=())
            >>> chart.opening([], on="2021-07-01", known=())[1].asset
            Asset(id=AssetId('PEAK-CAPITAL'), places=2, serialised=False)
        """
        moment = self.moment(on)
        places = minor_places(self.currency)
        accounts = [
            Account(self.bank, "bank", may_go_negative=True),
            Account(self.manager, "fund_manager", may_go_negative=False),
            Account(self.cash_account, "fund_cash", may_go_negative=False),
            Account(self.market_account, "fund_market", may_go_negative=True),
            Account(self.commitments_account, "fund_commitments", may_go_negative=True),
            *(Account(self.line_account(line), "fund_line", may_go_negative=True) for line in Line),
            *(
                Account(partner, "fund_partner", may_go_negative=partner in self.may_owe)
                for partner in partners
            ),
        ]
        return (
            *(
                DefineAsset(self.command(f"define/{asset}"), Asset(asset, places, serialised=False), moment)
                for asset in (self.cash, self.capital, self.unfunded)
                if asset not in known
            ),
            *(
                OpenAccount(self.command(f"open/{account.id}"), account, moment)
                for account in accounts
                if account.id not in known
            ),
        )

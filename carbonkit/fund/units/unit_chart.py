"""The accounts of a class of units in a ledger, and the commands that open them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.fund.units.unit import UnitClass
from carbonkit.ledger.account import Account
from carbonkit.ledger.asset import Asset
from carbonkit.ledger.command import DefineAsset, OpenAccount
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, AssetId, CommandId
from carbonkit.values.money import minor_places

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection, Iterable

__all__ = ["UnitChart"]


@attrs.frozen(kw_only=True)
class UnitChart:
    """
    The accounts of one class of units in a ledger.

    Args:
        unit: The class.
        cash_account: Where the fund's cash lies; classes of one fund may share it.
        bank: The account that stands for the world outside, which cash comes from and goes to.
        manager: The manager's account, which fees are paid to.

    Raises:
        InvalidValueError: If a value has another type.

    Example:
        >>> from carbonkit.values import Rounding
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> chart = UnitChart(unit=unit, cash_account=AccountId("GREEN/cash"), bank=AccountId("BANK"),
        ...                   manager=AccountId("MANAGER"))
        >>> chart.issuing_account
        AccountId('GREEN-A/units')
    """

    unit: UnitClass = attrs.field(validator=is_a(UnitClass))
    cash_account: AccountId = attrs.field(validator=is_a(AccountId))
    bank: AccountId = attrs.field(validator=is_a(AccountId))
    manager: AccountId = attrs.field(validator=is_a(AccountId))

    @property
    def cash(self) -> AssetId:
        """The currency as an asset."""
        return AssetId(self.unit.currency)

    @property
    def issuing_account(self) -> AccountId:
        """Where units come from and go to; below zero by what is outstanding."""
        return AccountId(f"{self.unit.id}/units")

    def opening(
        self,
        holders: Iterable[AccountId],
        *,
        at: str | datetime.datetime,
        known: Collection[AccountId | AssetId],
    ) -> tuple[DefineAsset | OpenAccount, ...]:
        """
        Give the commands that define the class and open its accounts.

        Args:
            holders: The holders; later ones by a further call.
            at: When it takes effect.
            known: The accounts and assets that the ledger has already.

        Returns:
            The commands, to be posted together; posted again, nothing happens.

        Example:
            >>> from carbonkit.values import Rounding
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> chart = UnitChart(unit=unit, cash_account=AccountId("GREEN/cash"), bank=AccountId("BANK"),
            ...                   manager=AccountId("MANAGER"))
            >>> len(chart.opening([AccountId("BANK-A")], at="2026-01-05T00:00:00Z", known=()))
            7
        """
        cash = Asset(self.cash, minor_places(self.unit.currency), serialised=False)
        accounts = (
            Account(self.bank, "bank", may_go_negative=True),
            Account(self.manager, "fund_manager", may_go_negative=False),
            Account(self.cash_account, "fund_cash", may_go_negative=False),
            Account(self.issuing_account, "unit_issue", may_go_negative=True),
            *(Account(holder, "unit_holder", may_go_negative=False) for holder in holders),
        )
        return (
            *(
                DefineAsset(CommandId(f"{self.unit.id}/define/{asset.id}"), asset, at)
                for asset in (cash, self.unit.asset)
                if asset.id not in known
            ),
            *(
                OpenAccount(CommandId(f"{self.unit.id}/open/{account.id}"), account, at)
                for account in accounts
                if account.id not in known
            ),
        )

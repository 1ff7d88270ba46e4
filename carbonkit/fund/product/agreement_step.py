"""
Steps of agreements: the allowances and the money that one of them moves, all of it or nothing.

Repos, pledges and lending say what they move as a step; the ledger's transfer is made
from it, with an id of its own, so that posting it again changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.fund._check import paid, quantity_of
from carbonkit.ledger.account import Bucket
from carbonkit.ledger.command import Transfer
from carbonkit.ledger.leg import Leg
from carbonkit.ledger.serial import Selection
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, AssetId, CommandId
from carbonkit.values.money import Money

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from carbonkit.ledger.ledger import Ledger

__all__ = ["AgreementStep", "Payment", "Tonnes"]


def _amount(value: Money) -> Money:
    return paid(value, field="amount")


@attrs.frozen
class Tonnes:
    """
    Allowances that move.

    Args:
        asset: Which.
        quantity: How many tonnes. [tCO2e]
        source: Whose they were.
        target: Whose they are then; the same account if they only change their bucket.
        source_bucket: The bucket that they leave.
        target_bucket: The bucket that they reach.

    Raises:
        InvalidValueError: If the quantity is not whole or not above zero.

    Example:
        >>> owner = AccountId("KEE-001")
        >>> Tonnes(AssetId("CEA"), 100, owner, owner, target_bucket=Bucket.PLEDGED).quantity
        100
    """

    asset: AssetId = attrs.field(validator=is_a(AssetId))
    quantity: int = attrs.field(converter=quantity_of)
    source: AccountId = attrs.field(validator=is_a(AccountId))
    target: AccountId = attrs.field(validator=is_a(AccountId))
    source_bucket: Bucket = attrs.field(default=Bucket.TRADABLE, validator=is_a(Bucket))
    target_bucket: Bucket = attrs.field(default=Bucket.TRADABLE, validator=is_a(Bucket))


@attrs.frozen
class Payment:
    """
    Money that moves.

    Args:
        amount: How much; zero moves nothing.
        source: Who pays.
        target: Who is paid; the same account if it only changes its bucket.
        source_bucket: The bucket that it leaves.
        target_bucket: The bucket that it reaches.

    Raises:
        InvalidValueError: If the amount is negative or has a fraction of a minor unit.

    Example:
        >>> Payment(Money("4500000.00", "CNY"), AccountId("BANK"), AccountId("KEE-001")).amount
        Money('4500000.00', 'CNY')
    """

    amount: Money = attrs.field(converter=_amount)
    source: AccountId = attrs.field(validator=is_a(AccountId))
    target: AccountId = attrs.field(validator=is_a(AccountId))
    source_bucket: Bucket = attrs.field(default=Bucket.TRADABLE, validator=is_a(Bucket))
    target_bucket: Bucket = attrs.field(default=Bucket.TRADABLE, validator=is_a(Bucket))


def _tonnes(value: Iterable[Tonnes]) -> tuple[Tonnes, ...]:
    return tuple(value)


def _payments(value: Iterable[Payment]) -> tuple[Payment, ...]:
    return tuple(each for each in value if each.amount.amount)


@attrs.frozen(kw_only=True)
class AgreementStep:
    """
    What one step of an agreement moves.

    Args:
        id: The id of its transfer, made from the agreement's reference and the step.
        reason: Why, as the ledger's transfers say it.
        tonnes: The allowances.
        payments: The money; payments of nothing are left out.

    Example:
        >>> seller, buyer = AccountId("KEE-001"), AccountId("BANK")
        >>> sale = AgreementStep(id=CommandId("repo/R-1/sale"), reason="repo_sale",
        ...                 tonnes=[Tonnes(AssetId("CEA"), 10, seller, buyer)],
        ...                 payments=[Payment(Money("450.00", "CNY"), buyer, seller)])
        >>> len(sale.tonnes), len(sale.payments)
        (1, 1)
    """

    id: CommandId
    reason: str
    tonnes: tuple[Tonnes, ...] = attrs.field(default=(), converter=_tonnes)
    payments: tuple[Payment, ...] = attrs.field(default=(), converter=_payments)

    def transfer(self, ledger: Ledger, at: datetime.datetime) -> Transfer:
        """
        Make the ledger's transfer; of serialised allowances those on the left of the bucket move.

        Args:
            ledger: Where the allowances and the currency are defined; nothing is posted.
            at: When it takes effect.

        Returns:
            The transfer; the same each time.

        Raises:
            UnknownAssetError: If the ledger does not know the allowances or the currency.

        Example:
            >>> from carbonkit.ledger import Asset, DefineAsset, Ledger, MemoryStore
            >>> from carbonkit.values import FixedClock, as_instant
            >>> at = as_instant("2024-01-02T02:00:00Z")
            >>> ledger = Ledger(MemoryStore(), FixedClock(at))
            >>> yuan = Asset(AssetId("CNY"), 2, serialised=False)
            >>> receipt = ledger.post(DefineAsset(CommandId("define/CNY"), yuan, at))
            >>> payment = Payment(Money("450.00", "CNY"), AccountId("BANK"), AccountId("KEE-001"))
            >>> loan = AgreementStep(id=CommandId("pledge/P-1/2"), reason="pledge_paid", payments=[payment])
            >>> loan.transfer(ledger, at).legs[0].quantity
            45000
        """
        legs = [_of_tonnes(ledger, each) for each in self.tonnes]
        legs += [_of_payment(ledger, each) for each in self.payments]
        return Transfer(self.id, legs, self.reason, at)


def _of_tonnes(ledger: Ledger, moved: Tonnes) -> Leg:
    asset = ledger.asset(moved.asset)
    return Leg(
        asset.id,
        asset.steps(moved.quantity),
        moved.source,
        moved.target,
        moved.source_bucket,
        moved.target_bucket,
        Selection.FROM_LEFT if asset.serialised else None,
    )


def _of_payment(ledger: Ledger, moved: Payment) -> Leg:
    money = ledger.asset(AssetId(moved.amount.currency))
    return Leg(
        money.id,
        money.steps(moved.amount.amount),
        moved.source,
        moved.target,
        moved.source_bucket,
        moved.target_bucket,
    )

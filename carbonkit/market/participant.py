"""Participants: who takes part in a venue and what each brings, read from a table."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.market import _field
from carbonkit.market.administration import Admit, Deposit
from carbonkit.market.position_limit import ParticipantKind
from carbonkit.values.field import choice, is_a
from carbonkit.values.identifier import AccountId, AssetId
from carbonkit.values.money import Money, currency_code
from carbonkit.values.number import exact
from carbonkit.values.table import read_table

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Mapping
    from decimal import Decimal
    from typing import Any

__all__ = ["Participant", "read_participants"]


def _cash(text: str) -> Decimal:
    return exact(text, field="cash")


@attrs.frozen(kw_only=True)
class Participant:
    """
    What one account brings to a venue; all of it may be used at once.

    Args:
        account: The trading account.
        kind: What the participant is.
        allowances: How many units it may sell.
        cash: How much money it may spend.

    Raises:
        InvalidValueError: If allowances or cash are negative, or allowances are no whole number.
        WrongTypeError: If the kind is no `ParticipantKind`, or the cash no `Money`.

    Example:
        >>> Participant(account="KEE-001", kind=ParticipantKind.KEY_EMITTER, allowances=1000,
        ...             cash=Money("0", "CNY")).account
        AccountId('KEE-001')
    """

    account: AccountId = attrs.field(converter=_field.account)
    kind: ParticipantKind = attrs.field(validator=is_a(ParticipantKind))
    allowances: int = attrs.field(converter=_field.allowances)
    cash: Money = attrs.field(validator=is_a(Money))

    def __attrs_post_init__(self) -> None:
        """Check that the cash is not owed."""
        if self.cash.amount < 0:
            raise InvalidValueError("not be negative", was=str(self.cash), field="cash")

    def commands(self, asset: AssetId, at: datetime.datetime) -> tuple[Admit | Deposit, ...]:
        """
        Say what a venue is told to let the participant in.

        Args:
            asset: Which units its allowances are.
            at: When.

        Returns:
            Its admission, and a deposit of each thing that it brings.

        Example:
            >>> one = Participant(account="KEE-001", kind=ParticipantKind.KEY_EMITTER, allowances=1000,
            ...                   cash=Money("0", "CNY"))
            >>> [type(each).__name__ for each in one.commands(AssetId("CEA"), "2021-07-16T08:00:00+08:00")]
            ['Admit', 'Deposit']
        """
        commands: list[Admit | Deposit] = [Admit(account=self.account, kind=self.kind, at=at)]
        if self.allowances:
            commands.append(Deposit(account=self.account, amount=self.allowances, asset=asset, at=at))
        if self.cash.amount:
            commands.append(Deposit(account=self.account, amount=self.cash, at=at))
        return tuple(commands)


def _kind(text: str) -> ParticipantKind:
    return choice(ParticipantKind, text, field="kind")


_COLUMNS: Final[Mapping[str, Callable[[str], object]]] = MappingProxyType(
    {
        "account": AccountId,
        "kind": _kind,
        "allowances": _field.allowances,
        "cash": _cash,
        "currency": currency_code,
    }
)


def read_participants(lines: Iterable[str], *, file: str) -> tuple[Participant, ...]:
    """
    Read who takes part, and report every problem together.

    Args:
        lines: CSV lines with the columns account, kind, allowances, cash, currency.
        file: The name that problems give the input.

    Returns:
        The participants, in the order of the rows.

    Raises:
        BatchError: If anything is wrong, an account named twice included.

    Example:
        >>> lines = ["account,kind,allowances,cash,currency", "KEE-001,key-emitter,1000,0,CNY"]
        >>> read_participants(lines, file="participants.csv")[0].allowances
        1000
    """
    seen: set[AccountId] = set()

    def build(row: dict[str, Any]) -> Participant:
        account = row["account"]
        if account in seen:
            raise InvalidValueError("be named once", was=str(account), field="account")
        seen.add(account)
        return Participant(
            account=account,
            kind=row["kind"],
            allowances=row["allowances"],
            cash=Money(row["cash"], row["currency"]),
        )

    return read_table(lines, file=file, columns=_COLUMNS, build=build)

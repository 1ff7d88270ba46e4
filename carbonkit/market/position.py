"""Positions: what each participant may sell and spend, checked before an order and changed by every trade."""

from __future__ import annotations

import enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError, MarketError
from carbonkit.market.refusal import Refusal
from carbonkit.values.field import choice, is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money, currency_code
from carbonkit.values.number import Exact, exact, whole
from carbonkit.values.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from decimal import Decimal
    from typing import Any

__all__ = ["Participant", "ParticipantKind", "Position", "read_participants"]


class ParticipantKind(enum.Enum):
    """
    What a participant is.

    Example:
        >>> ParticipantKind("key-emitter")
        <ParticipantKind.KEY_EMITTER: 'key-emitter'>
    """

    KEY_EMITTER = "key-emitter"
    INSTITUTION = "institution"
    INDIVIDUAL = "individual"


def _account(value: str | AccountId) -> AccountId:
    return value if isinstance(value, AccountId) else AccountId(value)


def _allowances(value: Exact) -> int:
    allowances = whole(value, field="allowances")
    if allowances < 0:
        raise InvalidValueError("not be negative", was=allowances, field="allowances")
    return allowances


def _cash(text: str) -> Decimal:
    return exact(text, field="cash")


@attrs.frozen(kw_only=True)
class Participant:
    """
    What one account brings to a session; all of it may be used at once.

    Args:
        account: The trading account.
        kind: What the participant is.
        allowances: How many units it may sell today.
        cash: How much money it may spend today.

    Raises:
        InvalidValueError: If allowances or cash are negative, or allowances are no whole number.
        WrongTypeError: If the kind is no `ParticipantKind`, or the cash no `Money`.

    Example:
        >>> Participant(account="KEE-001", kind=ParticipantKind.KEY_EMITTER, allowances=1000,
        ...             cash=Money("0", "CNY")).account
        AccountId('KEE-001')
    """

    account: AccountId = attrs.field(converter=_account)
    kind: ParticipantKind = attrs.field(validator=is_a(ParticipantKind))
    allowances: int = attrs.field(converter=_allowances)
    cash: Money = attrs.field(validator=is_a(Money))

    def __attrs_post_init__(self) -> None:
        """Check that the cash is not owed."""
        if self.cash.amount < 0:
            raise InvalidValueError("not be negative", was=str(self.cash), field="cash")

    def position(self) -> Position:
        """
        Say where the participant stands before its first order.

        Returns:
            The opening position.

        Example:
            >>> one = Participant(account="KEE-001", kind=ParticipantKind.KEY_EMITTER, allowances=1000,
            ...                   cash=Money("0", "CNY"))
            >>> one.position().sellable
            1000
        """
        none = Money(0, self.cash.currency)
        return Position(
            account=self.account,
            sellable=self.allowances,
            offered=0,
            bought=0,
            cash=self.cash,
            committed=none,
            proceeds=none,
        )


def _kind(text: str) -> ParticipantKind:
    return choice(ParticipantKind, text, field="kind")


_COLUMNS: Final[Mapping[str, Callable[[str], object]]] = MappingProxyType(
    {"account": AccountId, "kind": _kind, "allowances": _allowances, "cash": _cash, "currency": currency_code}
)


def read_participants(lines: Iterable[str], *, file: str) -> tuple[Participant, ...]:
    """
    Read who takes part in a session, and report every problem together.

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


@attrs.frozen(kw_only=True)
class Position:
    """
    Where one account stands during a session.

    Units bought and money earned stay apart until they may be used again.

    Args:
        account: The trading account.
        sellable: Units that may be sold and are not offered.
        offered: Units behind its own sell posts.
        bought: Units bought today that may not be sold today.
        cash: Money that may be spent and is not committed.
        committed: Money behind its own buy posts.
        proceeds: Money earned today that may not be spent today.

    Example:
        >>> one = Participant(account="KEE-001", kind=ParticipantKind.KEY_EMITTER, allowances=1000,
        ...                   cash=Money("0", "CNY"))
        >>> one.position().offer(400).sellable
        600
    """

    account: AccountId
    sellable: int
    offered: int
    bought: int
    cash: Money
    committed: Money
    proceeds: Money

    @property
    def holding(self) -> int:
        """All units of the account."""
        return self.sellable + self.offered + self.bought

    @property
    def money(self) -> Money:
        """All money of the account."""
        return self.cash + self.committed + self.proceeds

    def offer(self, quantity: int) -> Position:
        """
        Set units aside for an order to sell.

        Args:
            quantity: How many units.

        Returns:
            The position after it.

        Raises:
            MarketError: `insufficient_allowances` if fewer units may be sold.
        """
        if quantity > self.sellable:
            hint = (
                f"the {self.bought} bought today may be sold on the next trading day" if self.bought else ""
            )
            raise MarketError(
                f"be at most the {self.sellable} that {self.account} may still sell today",
                was=quantity,
                field="quantity",
                hint=hint,
                code=Refusal.INSUFFICIENT_ALLOWANCES,
            )
        return self._with(sellable=self.sellable - quantity, offered=self.offered + quantity)

    def withdraw(self, quantity: int) -> Position:
        """
        Free units that an order to sell no longer offers.

        Args:
            quantity: How many units.

        Returns:
            The position after it.
        """
        return self._with(sellable=self.sellable + quantity, offered=self.offered - quantity)

    def commit(self, cost: Money) -> Position:
        """
        Set money aside for an order to buy.

        Args:
            cost: How much.

        Returns:
            The position after it.

        Raises:
            MarketError: `insufficient_cash` if less money is free.
        """
        if cost > self.cash:
            raise MarketError(
                f"cost at most the {self.cash} that {self.account} may still spend today",
                was=str(cost),
                field="quantity",
                code=Refusal.INSUFFICIENT_CASH,
            )
        return self._with(cash=self.cash - cost, committed=self.committed + cost)

    def release(self, cost: Money) -> Position:
        """
        Free money that an order to buy no longer needs.

        Args:
            cost: How much.

        Returns:
            The position after it.
        """
        return self._with(cash=self.cash + cost, committed=self.committed - cost)

    def sell(self, quantity: int, earned: Money, *, usable: bool) -> Position:
        """
        Trade units that were offered.

        Args:
            quantity: How many units.
            earned: What they brought.
            usable: Whether the money may be spent today.

        Returns:
            The position after it.
        """
        offered = self.offered - quantity
        if usable:
            return self._with(offered=offered, cash=self.cash + earned)
        return self._with(offered=offered, proceeds=self.proceeds + earned)

    def buy(self, quantity: int, cost: Money, *, sellable: bool) -> Position:
        """
        Trade money that was committed.

        Args:
            quantity: How many units were bought.
            cost: What they cost.
            sellable: Whether they may be sold today.

        Returns:
            The position after it.
        """
        committed = self.committed - cost
        if sellable:
            return self._with(committed=committed, sellable=self.sellable + quantity)
        return self._with(committed=committed, bought=self.bought + quantity)

    def _with(
        self,
        *,
        sellable: int | None = None,
        offered: int | None = None,
        bought: int | None = None,
        cash: Money | None = None,
        committed: Money | None = None,
        proceeds: Money | None = None,
    ) -> Position:
        return Position(
            account=self.account,
            sellable=self.sellable if sellable is None else sellable,
            offered=self.offered if offered is None else offered,
            bought=self.bought if bought is None else bought,
            cash=self.cash if cash is None else cash,
            committed=self.committed if committed is None else committed,
            proceeds=self.proceeds if proceeds is None else proceeds,
        )

"""Recording: each kind of request goes to what checks it and writes it as commands of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.ledger.account import Account
from carbonkit.ledger.command import Command, DefineAsset, OpenAccount
from carbonkit.registry.movement import Movements
from carbonkit.registry.proposal import Proposals
from carbonkit.registry.request import (
    Approval,
    Completion,
    Exchange,
    Opening,
    Proposal,
    Request,
    Undoing,
    UnitDefinition,
    Withdrawal,
)
from carbonkit.registry.statement import Statements
from carbonkit.registry.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.registry.check import Checks

__all__ = ["recorded_as"]


def recorded_as(request: Request, checks: Checks) -> Iterator[Command]:
    """
    Check a request by the rules and write it as commands of the ledger; the last is its receipt's.

    Args:
        request: What is asked.
        checks: The registry's checks, on the state that the turn has come to.

    Yields:
        The commands.

    Raises:
        RegistryError: If the rules refuse it.
        UnknownAccountError: If it names an account that is not open.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> from carbonkit.ledger.posting import Draft
        >>> from carbonkit.registry.check import Checks
        >>> from carbonkit.registry.rules import BlockPolicy
        >>> from carbonkit.registry.state import State
        >>> from carbonkit.schemes import uk
        >>> from carbonkit.values import AccountId, CommandId
        >>> checks = Checks(uk.registry_rules(), State(BlockPolicy.LOWEST), Draft(MemoryStore()))
        >>> at = "2021-01-01T00:00:00Z"
        >>> opening = Opening(CommandId("open/1"), AccountId("UK-TOTAL"), "total_quantity", at)
        >>> [command.account.kind for command in recorded_as(opening, checks)]
        ['total_quantity']
    """
    match request:
        case UnitDefinition():
            yield DefineAsset(request.id, request.unit.asset, request.effective_at)
        case Opening():
            kind = checks.rules.kind(request.kind)
            opened = Account(request.account, kind.name, may_go_negative=kind.may_go_negative)
            yield OpenAccount(request.id, opened, request.effective_at)
        case Transaction():
            yield from Movements(checks).transaction(request)
        case Undoing():
            yield Movements(checks).undoing(request)
        case Exchange():
            yield Movements(checks).exchange(request)
        case Proposal() | Approval() | Completion() | Withdrawal():
            yield from Proposals(checks).recorded_as(request)
        case _:
            yield Statements(checks).recorded_as(request)

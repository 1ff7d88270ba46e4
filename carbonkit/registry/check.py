"""Checks: what a scheme's rules and the accounts' states say to a movement, inside the ledger's turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.errors import OverdraftError, UnknownAccountError
from carbonkit.ledger.account import Holding
from carbonkit.ledger.serial import SerialRange
from carbonkit.registry.account import AccountState, Right
from carbonkit.registry.eligibility import eligible
from carbonkit.registry.refusal import Check
from carbonkit.registry.rules import RegistryRules, Route, TransactionType
from carbonkit.values.number import plain

if TYPE_CHECKING:
    from carbonkit.ledger.posting import Draft
    from carbonkit.registry.state import State
    from carbonkit.registry.transaction import Transaction
    from carbonkit.values.identifier import AccountId, AssetId, CommandId

__all__ = ["Checks"]


class Checks:
    """
    What a registry checks before it records, on the state that the turn has come to.

    Args:
        rules: The scheme's rules.
        state: What is known of accounts, blocks and pending transactions.
        draft: What the turn has come to.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> from carbonkit.ledger.posting import Draft
        >>> from carbonkit.registry.rules import BlockPolicy
        >>> from carbonkit.registry.state import State
        >>> from carbonkit.schemes import uk
        >>> checks = Checks(uk.registry_rules(), State(BlockPolicy.LOWEST), Draft(MemoryStore()))
        >>> from carbonkit.values import CommandId
        >>> checks.is_recorded(CommandId("open/1"))
        False
    """

    def __init__(self, rules: RegistryRules, state: State, draft: Draft) -> None:
        self.rules = rules
        self.state = state
        self.draft = draft

    def is_recorded(self, command_id: CommandId) -> bool:
        """Say whether an id was used; the ledger compares what for."""
        return self.draft.is_known(command_id)

    def account(self, account: AccountId) -> AccountState:
        """
        Return what is known of an account.

        Returns:
            Its state.

        Raises:
            UnknownAccountError: If it is not open.
        """
        found = self.state.accounts.get(account)
        if found is None:
            raise UnknownAccountError("be open", was=account, field="account", hint="submit Opening first")
        return found

    def route(self, request: Transaction) -> Route:
        """
        Check that the rules allow a transaction between these accounts, and their states.

        Args:
            request: The transaction.

        Returns:
            The route.

        Raises:
            RegistryError: If the rules or the states refuse it.
            UnknownAccountError: If an account is not open.
        """
        source, target = self.account(request.source), self.account(request.target)
        route = self.rules.check_route(request.type, source.kind, target.kind)
        if (request.source == request.target) != route.within:
            must = "be the same as the source" if route.within else "be another than the source"
            refused = Check.SAME_ACCOUNT.error(must, was=request.target, field="target")
            raise refused
        source.check_sender(route)
        target.check_receiver(route)
        if request.type is TransactionType.ISSUE:
            self.check_cap(request.unit.asset_id, request.quantity)
        elif request.type is TransactionType.SURRENDER and self.rules.eligibility:
            self._check_eligible(request, source)
        return route

    def _check_eligible(self, request: Transaction, source: AccountState) -> None:
        """Check that the units may be surrendered for the year, and credits within their share."""
        if request.year is None:
            missing = Check.YEAR_REQUIRED.error(
                "be the year whose emissions the surrender covers", was=None, field="year"
            )
            raise missing
        rule = eligible(self.rules.eligibility, request.unit, request.year)
        if rule.share is None:
            return
        emissions = source.emissions.get(request.year)
        claimed = self.state.claimed.get((request.source, str(request.year), rule.code), 0)
        left = 0 if emissions is None else rule.most(emissions) - claimed
        if request.quantity > left:
            refused = Check.OFFSETS_ABOVE_LIMIT.error(
                f"be at most {left}, what is left of {plain(rule.share)} of the verified emissions of"
                f" {request.year}",
                was=request.quantity,
                field=f"quantity of {rule.code}",
                hint="submit Emissions first" if emissions is None else "",
            )
            raise refused

    def needs_approval(self, request: Transaction, route: Route) -> bool:
        """Say whether a second person must approve a transaction."""
        if route.approval:
            return True
        trusted = self.account(request.source).trusts(request.target, request.effective_at)
        return route.delay and not trusted

    def serials(self, request: Transaction, route: Route) -> tuple[SerialRange, ...]:
        """
        Choose the serial numbers that go.

        Args:
            request: The transaction.
            route: The route that allows it.

        Returns:
            The ranges that it names, else those that the registry chooses.
        """
        if request.serials is not None:
            return request.serials
        asset = request.unit.asset_id
        if request.type is TransactionType.ISSUE:
            return (self.next_numbers(asset, request.quantity),)
        return self.chosen(Holding(request.source, asset, route.source_bucket.value), request.quantity)

    def chosen(self, holding: Holding, quantity: int) -> tuple[SerialRange, ...]:
        """
        Choose the serial numbers that leave a holding next, by the registry's policy.

        Args:
            holding: What they leave.
            quantity: How many units.

        Returns:
            The ranges.

        Raises:
            OverdraftError: If it has fewer.
        """
        chosen = self.state.blocks.choose(holding, quantity)
        there = sum(each.quantity for each in chosen)
        if there < quantity:
            raise OverdraftError(
                f"move at most the {there} in {holding}", was=quantity, field=f"quantity of {holding.asset}"
            )
        return chosen

    def check_approved(self, request: Transaction, route: Route) -> None:
        """
        Check that another person has approved a transaction, and that it need not wait.

        Args:
            request: The transaction.
            route: The route that allows it.

        Raises:
            RegistryError: If nobody has, the proposer has, or it has to wait.
        """
        source = self.account(request.source)
        if not (request.by and request.approved_by):
            refused = Check.APPROVAL_REQUIRED.error(
                "be asked for by one person and approved by another",
                was=request.id,
                field="transaction",
                hint="submit a Proposal, or name both in by and approved_by",
            )
            raise refused
        if request.by == request.approved_by:
            refused = Check.APPROVED_BY_PROPOSER.error(
                "be another person than the proposer", was=request.approved_by, field="approved_by"
            )
            raise refused
        source.check_right(request.approved_by, Right.APPROVE)
        if route.delay and not source.trusts(request.target, request.effective_at) and self.rules.clock:
            refused = Check.NOT_TRUSTED.error(
                f"be an account that {request.source} trusts",
                was=request.target,
                field="target",
                hint="submit a Proposal: it is carried out after the delay",
            )
            raise refused

    def next_numbers(self, asset: AssetId, quantity: int) -> SerialRange:
        """
        Return the numbers that an issue gives out next.

        Args:
            asset: What is issued.
            quantity: How many units.

        Returns:
            The range after the highest number that was ever issued.
        """
        first = self.state.last.get(asset, 0) + 1
        return SerialRange(first, first + quantity - 1)

    def check_cap(self, asset: AssetId, quantity: int) -> None:
        """
        Check that an issue stays within its cap.

        Args:
            asset: What is issued.
            quantity: How many units.

        Raises:
            RegistryError: If it does not.
        """
        cap, issued = self.state.caps.get(asset), self.state.issued.get(asset, 0)
        if cap is not None and issued + quantity > cap:
            refused = Check.ISSUE_ABOVE_CAP.error(
                f"be at most {cap - issued}, what is left of the cap of {asset}",
                was=quantity,
                field="quantity",
            )
            raise refused

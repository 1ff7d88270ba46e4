"""
The registry: accounts, units and what happens to them, under a scheme's rules, over one ledger.

Every transaction is checked against the rules and the ledger before anything is
written; a group is written whole or not at all. Verified emissions and excluded
years are statements in the same journal, so that compliance can be computed as
of any date from one provable record.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import CarbonkitError, InvalidValueError, RegistryError
from carbonkit.ledger.command import Statement
from carbonkit.ledger.ledger import Ledger
from carbonkit.registry.check import Checks
from carbonkit.registry.compliance import Compliance, ComplianceStatus, Report, history_of
from carbonkit.registry.reconciliation import Reconciliation, RegistryVerification, reconcile
from carbonkit.registry.recording import recorded_as
from carbonkit.registry.rules import RegistryRules
from carbonkit.registry.second_log import SecondLog
from carbonkit.registry.state import State
from carbonkit.values.number import whole
from carbonkit.values.time import as_date, at_local_time, local_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from carbonkit.ledger.checkpoint import Checkpoint
    from carbonkit.ledger.command import Command
    from carbonkit.ledger.posting import Draft
    from carbonkit.ledger.receipt import Receipt
    from carbonkit.registry.account import AccountState
    from carbonkit.registry.request import Request
    from carbonkit.values.identifier import AccountId

__all__ = ["Registry", "in_groups"]


@attrs.frozen
class Registry:
    """
    A registry under a scheme's rules, over a ledger.

    Args:
        ledger: Where everything is recorded.
        rules: The scheme's rules.

    Example:
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.registry import (
        ...     Appointment, Opening, Right, Transaction, TransactionType, UnitDefinition, UnitType)
        >>> from carbonkit.schemes import uk
        >>> from carbonkit.values import AccountId, CommandId, FixedClock
        >>> at, uka = "2021-01-01T00:00:00Z", UnitType("UKA", "2021-2030")
        >>> registry = Registry(Ledger(MemoryStore(), FixedClock(at)), uk.registry_rules())
        >>> issuance, total = AccountId("UK-ISSUANCE"), AccountId("UK-TOTAL")
        >>> receipts = registry.submit([
        ...     UnitDefinition(CommandId("define"), uka, at),
        ...     Opening(CommandId("open/1"), issuance, "issuance", at),
        ...     Opening(CommandId("open/2"), total, "total_quantity", at),
        ...     Appointment(CommandId("ann"), issuance, "ann", Right.INITIATE, at),
        ...     Appointment(CommandId("bob"), issuance, "bob", Right.APPROVE, at),
        ...     Transaction(CommandId("issue/1"), TransactionType.ISSUE, uka, 1000, issuance, total, at,
        ...                 by="ann", approved_by="bob")])
        >>> registry.ledger.serials(total, uka.asset_id)
        (SerialRange(first=1, last=1000),)
    """

    ledger: Ledger
    rules: RegistryRules
    _state: State = attrs.field(init=False, eq=False, repr=False)
    second_log: SecondLog = attrs.field(init=False, factory=SecondLog, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Let the state and the second log read along."""
        object.__setattr__(self, "_state", State(self.rules.policy))
        self.ledger.attach(self._state.witness)
        self.ledger.attach(self.second_log.witness)

    def submit(self, requests: Iterable[Request]) -> tuple[Receipt, ...]:
        """
        Check a group of requests and record it in one atomic write: all of it, or nothing.

        Args:
            requests: What is asked, in order; each sees the effects of those before it.

        Returns:
            One receipt each, in the same order.

        Raises:
            BatchError: If any request is refused; it names every one that is, or the second log's
                objection.
            BusyError: If other writers never let this group through.
            StorageError: If the store cannot be written.
        """
        group = tuple(requests)
        main: list[int] = []

        def make(draft: Draft) -> Iterator[Command | CarbonkitError]:
            main.clear()
            written = 0
            for request in group:
                commands = self._commands(draft, request)
                while True:
                    try:
                        command = next(commands, None)
                    except CarbonkitError as error:
                        yield error.at(file=f"request {request.id}")
                        break
                    if command is None:
                        main.append(written - 1)
                        break
                    written += 1
                    yield command

        receipts = self.ledger.post_made(make)
        return tuple(receipts[place] for place in main)

    def _commands(self, draft: Draft, request: Request) -> Iterator[Command]:
        self.rules.check_valid(local_date(request.effective_at, self.rules.zone))
        self._state.witness.examine(draft.rows, draft.holding_numbered)
        yield from recorded_as(request, Checks(self.rules, self._state, draft))

    def account(self, account: AccountId) -> AccountState:
        """
        Say what is known of an account besides what it contains.

        Args:
            account: The account.

        Returns:
            Its state, and who may act for it.

        Raises:
            UnknownAccountError: If it is not open.
            BusyError: If other writers never let the question through.
        """
        found: list[AccountState] = []

        def look(draft: Draft) -> Iterator[Command | CarbonkitError]:
            self._state.witness.examine(draft.rows, draft.holding_numbered)
            found.append(Checks(self.rules, self._state, draft).account(account))
            yield from ()

        self.ledger.post_made(look)
        return found[-1]

    def compliance(self, account: AccountId, on: str | datetime.date) -> Compliance:
        """
        Compute where an account holder stands at the end of a day.

        Args:
            account: Whose compliance is asked for.
            on: The day, in the scheme's time zone.

        Returns:
            The facts and the status.

        Raises:
            UnknownAccountError: If the account is not open.
            RegistryError: If no year of operation was stated by then.
            InvalidValueError: If the day is the last that the calendar has.
        """
        day = as_date(on)
        if day == datetime.date.max:
            raise InvalidValueError("be before the last day of the calendar", was=day, field="on")
        end = at_local_time(day + datetime.timedelta(days=1), "00:00", self.rules.zone)
        found = history_of(account, self.ledger.records_about(account), end, day.year, self.rules.compliance)
        if found is None:
            raise RegistryError(
                f"have its years of operation stated by {day}", was="none", field=f"account {account}"
            )
        return found

    def published(self, account: AccountId) -> dict[int, ComplianceStatus]:
        """
        Return the statuses of an account holder that were published, as they stood then.

        Args:
            account: Whose statuses are asked for.

        Returns:
            The statuses by year.

        Raises:
            UnknownAccountError: If the account is not open.
        """
        said = (record.command for record in self.ledger.records_about(account))
        return {
            whole(each.fact("year"), field="year"): ComplianceStatus(each.fact("status"))
            for each in said
            if isinstance(each, Statement) and each.kind == Report.PUBLISHED_STATUS.value
        }

    def reconcile(self) -> Reconciliation:
        """
        Read the whole journal again with a second log, and compare it with what is stored.

        Returns:
            The sums of every unit type, and every difference.
        """
        return reconcile(self.ledger.store, self.rules)

    def verify(
        self, progress: Callable[[int], None] | None = None, *, against: Iterable[Checkpoint] = ()
    ) -> RegistryVerification:
        """
        Recompute the ledger from its journal, and reconcile its units with a second log.

        Args:
            progress: Called now and then with the number of records done.
            against: Checkpoints that were kept outside.

        Returns:
            Everything found.
        """
        return RegistryVerification(self.ledger.verify(progress, against=against), self.reconcile())


def in_groups(
    registry: Registry,
    requests: Iterable[Request],
    size: int,
    progress: Callable[[int], None] | None = None,
) -> int:
    """
    Submit a long run of requests in groups, each whole or not at all.

    Run again after an interruption, it passes over what is recorded already.

    Args:
        registry: The registry.
        requests: What is asked, in order.
        size: How many requests a group has at most; 1 or more.
        progress: Called after every group with the number of requests done.

    Returns:
        How many requests were submitted.

    Raises:
        BatchError: If a request of some group is refused; the groups before it stay recorded.
        InvalidValueError: If the size is less than 1.

    Example:
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.schemes import uk
        >>> from carbonkit.values import FixedClock
        >>> clock = FixedClock("2021-01-01T00:00:00Z")
        >>> in_groups(Registry(Ledger(MemoryStore(), clock), uk.registry_rules()), [], 1000)
        0
    """
    if whole(size, field="size") < 1:
        raise InvalidValueError("be 1 or more", was=size, field="size")
    done = 0
    group: list[Request] = []
    for request in requests:
        group.append(request)
        if len(group) >= size:
            done += len(registry.submit(group))
            group.clear()
            if progress is not None:
                progress(done)
    if group:
        done += len(registry.submit(group))
        if progress is not None:
            progress(done)
    return done

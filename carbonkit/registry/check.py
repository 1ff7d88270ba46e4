"""Checks: a scheme's rules applied to requests before anything reaches the ledger."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from carbonkit.errors import RegistryError
from carbonkit.ledger.account import Account
from carbonkit.ledger.command import Command, DefineAsset, OpenAccount, Statement
from carbonkit.ledger.serial import Selection, SerialRange
from carbonkit.registry.compliance import Report, history_of
from carbonkit.registry.request import Emissions, Exclusion, Opening, Operation, Request, UnitDefinition
from carbonkit.registry.rules import RegistryRules, TransactionType
from carbonkit.registry.transaction import Transaction
from carbonkit.values.time import local_date

if TYPE_CHECKING:
    from carbonkit.ledger.ledger import Ledger
    from carbonkit.values.identifier import AccountId, AssetId, CommandId

__all__ = ["Check"]


class Check:
    """
    A scheme's rules applied to requests in order, with what earlier ones of the group will have done.

    A request that is recorded already passes: the ledger compares its content.

    Args:
        ledger: What is recorded.
        rules: The scheme's rules.

    Example:
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.registry import Opening
        >>> from carbonkit.schemes import uk
        >>> from carbonkit.values import AccountId, CommandId, FixedClock
        >>> at = "2021-01-01T00:00:00Z"
        >>> check = Check(Ledger(MemoryStore(), FixedClock(at)), uk.registry_rules())
        >>> opening = Opening(CommandId("open/1"), AccountId("UK-TOTAL"), "total_quantity", at)
        >>> check.command(opening).account.kind
        'total_quantity'
    """

    def __init__(self, ledger: Ledger, rules: RegistryRules) -> None:
        self._ledger = ledger
        self._rules = rules
        self._kinds: dict[AccountId, str] = {}
        self._next: dict[AssetId, int] = {}
        self._given: dict[CommandId, tuple[SerialRange, ...]] = {}
        self._emissions: dict[tuple[AccountId, int], int] = {}
        self._excluded: set[tuple[AccountId, int]] = set()
        self._known: set[AccountId] = set()
        self._years: dict[AccountId, tuple[int, int | None]] = {}

    def command(self, request: Request) -> Command:
        """
        Check a request by the rules and write it as a command of the ledger.

        Args:
            request: What is asked.

        Returns:
            The command, under the same id.

        Raises:
            RegistryError: If the rules refuse it.
            UnknownAccountError: If a transaction names an account that is not open.
        """
        self._rules.check_valid(local_date(request.effective_at, self._rules.zone))
        match request:
            case UnitDefinition():
                return DefineAsset(request.id, request.unit.asset, request.effective_at)
            case Opening():
                kind = self._rules.kind(request.kind)
                self._kinds[request.account] = kind.name
                opened = Account(request.account, kind.name, may_go_negative=kind.may_go_negative)
                return OpenAccount(request.id, opened, request.effective_at)
            case Operation():
                self._reported(request.account)
                self._years[request.account] = (request.first_year, request.last_year)
                last = "" if request.last_year is None else str(request.last_year)
                facts = {"first": str(request.first_year), "last": last}
                return self._stated(request, Report.OPERATING_YEARS, facts)
            case Emissions():
                self._check_emissions(request)
                facts = {"year": str(request.year), "tonnes": str(request.tonnes)}
                return self._stated(request, Report.VERIFIED_EMISSIONS, facts)
            case Exclusion():
                self._check_exclusion(request)
                return self._stated(request, Report.EXCLUDED_YEAR, {"year": str(request.year)})
            case Transaction():
                self._rules.check_route(request.type, self._kind(request.source), self._kind(request.target))
                return request.transfer(self._serials(request))

    @staticmethod
    def _stated(
        request: Operation | Emissions | Exclusion, report: Report, facts: dict[str, str]
    ) -> Statement:
        return Statement(request.id, request.account, report.value, facts, request.effective_at)

    def _kind(self, account: AccountId) -> str:
        if account not in self._kinds:
            self._kinds[account] = self._ledger.account(account).kind
        return self._kinds[account]

    def _serials(self, request: Transaction) -> tuple[SerialRange, ...] | Selection:
        if request.type is not TransactionType.ISSUE:
            return request.serials
        asset = request.unit.asset_id
        first = self._next.get(asset) or self._ledger.store.last_serial(asset) + 1
        if isinstance(request.serials, tuple):
            self._next[asset] = max([first, *(each.last + 1 for each in request.serials)])
            return request.serials
        before = self._given.get(request.id) or self._recorded_serials(request.id)
        if sum(each.quantity for each in before) == request.quantity:
            return before  # a retry: the numbers it was given then
        self._next[asset] = first + request.quantity
        self._given[request.id] = (SerialRange(first, first + request.quantity - 1),)
        return self._given[request.id]

    def _recorded_serials(self, command_id: CommandId) -> tuple[SerialRange, ...]:
        record = self._ledger.record(command_id)
        return () if record is None or not record.entries else record.entries[0].serials

    def _recorded(self, request: Request) -> bool:
        return self._ledger.record(request.id) is not None

    def _reported(self, account: AccountId) -> None:
        """Read once what the journal says about an account."""
        if account in self._known:
            return
        self._known.add(account)
        if self._ledger.store.account(account) is None:
            return
        far = datetime.datetime.max.replace(tzinfo=datetime.UTC)
        found = history_of(
            account, self._ledger.records_about(account), far, datetime.MAXYEAR, self._rules.compliance
        )
        if found is not None:
            self._years[account] = (found.first_year, found.last_year)
            self._emissions.update({(account, year): tonnes for year, tonnes in found.emissions})
            self._excluded.update((account, year) for year in found.excluded)

    def _check_emissions(self, request: Emissions) -> None:
        if self._recorded(request):
            return
        self._reported(request.account)
        self._check_operating(request)
        key = (request.account, request.year)
        if request.tonnes and key in self._excluded:
            raise RegistryError(
                f"be 0 for {request.year}, a year that the authority excluded",
                was=request.tonnes,
                field="tonnes",
                code="year_excluded",
            )
        self._emissions[key] = request.tonnes

    def _check_operating(self, request: Emissions | Exclusion) -> None:
        years = self._years.get(request.account)
        if years is None:
            raise RegistryError(
                "have its years of operation stated",
                was="none",
                field=f"account {request.account}",
                hint="submit Operation first",
                code="years_not_stated",
            )
        first, last = years
        if request.year < first or (last is not None and request.year > last):
            raise RegistryError(
                f"be a year of operation, {first} to {'now' if last is None else last}",
                was=request.year,
                field="year",
                code="year_outside_operation",
            )

    def _check_exclusion(self, request: Exclusion) -> None:
        if self._recorded(request):
            return
        self._reported(request.account)
        self._check_operating(request)
        key = (request.account, request.year)
        if self._emissions.get(key):
            raise RegistryError(
                "be a year without verified emissions",
                was=f"{request.year} with {self._emissions[key]} tCO2e",
                field="excluded year",
                hint="report 0 for it first",
                code="year_reported",
            )
        self._excluded.add(key)

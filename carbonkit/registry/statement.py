"""Statements: what is said of accounts, checked and written as commands of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from carbonkit.errors import IdentifierReusedError, RegistryError
from carbonkit.ledger.command import Statement
from carbonkit.registry.account import AccountState, AccountStatus
from carbonkit.registry.compliance import Report, history_of
from carbonkit.registry.refusal import Check
from carbonkit.registry.report import (
    Emissions,
    EmissionsWithdrawal,
    Exclusion,
    Inclusion,
    Operation,
    Publication,
)
from carbonkit.registry.request import Appointment, IssuanceCap, StatusChange, Trust
from carbonkit.registry.state import Notice
from carbonkit.values.time import local_date

if TYPE_CHECKING:
    from carbonkit.registry.check import Checks

__all__ = ["Statements"]

_Said: TypeAlias = (
    Operation
    | Emissions
    | EmissionsWithdrawal
    | Exclusion
    | Inclusion
    | IssuanceCap
    | StatusChange
    | Appointment
    | Trust
)


class Statements:
    """
    What is said of accounts, each checked on the state that the turn has come to.

    Args:
        checks: The registry's checks.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> from carbonkit.ledger.posting import Draft
        >>> from carbonkit.registry.check import Checks
        >>> from carbonkit.registry.rules import BlockPolicy
        >>> from carbonkit.registry.state import State
        >>> from carbonkit.schemes import uk
        >>> from carbonkit.values import AccountId, CommandId
        >>> checks = Checks(uk.registry_rules(), State(BlockPolicy.LOWEST), Draft(MemoryStore()))
        >>> said = Emissions(CommandId("em/1"), AccountId("UK-1"), 2021, 100, "2022-03-31T12:00:00Z")
        >>> Statements(checks).recorded_as(said)
        Traceback (most recent call last):
        ...
        carbonkit.errors.UnknownAccountError: account: must be open, was UK-1; submit Opening first
    """

    def __init__(self, checks: Checks) -> None:
        self._checks = checks

    def recorded_as(self, request: _Said | Publication) -> Statement:
        """
        Check a statement and write it as a command of the ledger.

        Args:
            request: What is said.

        Returns:
            The command.

        Raises:
            RegistryError: If the rules refuse it.
            UnknownAccountError: If it names an account that is not open.
        """
        if isinstance(request, Publication):
            return self._published(request)
        if not self._checks.is_recorded(request.id):
            self._check(request)
        return _stated(request)

    def _year(self, request: _Said | Publication) -> int:
        """Return the year in which a request takes effect, where the scheme is."""
        return local_date(request.effective_at, self._checks.rules.zone).year

    def _check(self, request: _Said) -> None:
        account = self._checks.account(request.account)
        match request:
            case Emissions():
                self._check_operating(account, request.year, self._year(request))
                if request.tonnes and request.year in account.excluded:
                    raise RegistryError(
                        f"be 0 for {request.year}, a year that the authority excluded",
                        was=request.tonnes,
                        field="tonnes",
                        code="year_excluded",
                    )
            case Exclusion():
                self._check_operating(account, request.year, request.year)
                _check_not_reported(account, request.year)
            case Operation():
                _check_years_cover(account, request)
            case StatusChange():
                self._check_status(account, request.status)
            case Trust():
                self._checks.account(request.trusted)
            case _:
                pass

    def _check_operating(self, account: AccountState, year: int, latest: int) -> None:
        if account.years is None:
            raise _years_not_stated(account)
        first, last = account.years
        end = latest if last is None else min(last, latest)
        if not first <= year <= end:
            raise RegistryError(
                f"be a year of operation, {first} to {end}",
                was=year,
                field="year",
                code="year_outside_operation",
            )

    def _check_status(self, account: AccountState, status: AccountStatus) -> None:
        if account.status is AccountStatus.CLOSED:
            raise Check.STATUS_NOT_ALLOWED.error(
                "stay closed", was=status.value, field=f"account {account.account}"
            )
        if status is AccountStatus.CLOSED and self._checks.state.blocks.any_of(account.account):
            raise Check.NOT_EMPTY.error(
                "be empty before it is closed",
                was="units",
                field=f"account {account.account}",
                hint="submit a CLOSURE_TRANSFER first",
            )

    # ------------------------------------------------------------ publishing

    def _published(self, request: Publication) -> Statement:
        checks = self._checks
        before = checks.draft.record(request.id) if checks.is_recorded(request.id) else None
        if before is not None:
            said = before.command
            if not isinstance(said, Statement) or said.kind != Report.PUBLISHED_STATUS.value:
                raise IdentifierReusedError(
                    "be new, or repeat the same request", was=request.id, field="request id"
                )
            facts = dict(said.facts) | {"year": str(request.year)}
            return Statement(request.id, request.account, said.kind, facts, request.effective_at)
        account = checks.account(request.account)
        if request.year in account.published:
            raise Check.ALREADY_PUBLISHED.error(
                "be published once",
                was=f"{request.year} as {account.published[request.year]}",
                field="year",
            )
        now = self._year(request)
        if request.year >= now:
            raise RegistryError(
                "be over when it is published", was=request.year, field="year", code="year_not_over"
            )
        records = checks.draft.records_about(request.account)
        found = history_of(request.account, records, request.effective_at, now, checks.rules.compliance)
        if found is None:
            raise _years_not_stated(account)
        found = found.through(request.year)
        facts = {
            "year": str(request.year),
            "status": found.status.value,
            "emitted": str(found.emitted),
            "surrendered": str(found.surrendered),
        }
        return Statement(
            request.id, request.account, Report.PUBLISHED_STATUS.value, facts, request.effective_at
        )


def _years_not_stated(account: AccountState) -> RegistryError:
    return RegistryError(
        "have its years of operation stated",
        was="none",
        field=f"account {account.account}",
        hint="submit Operation first",
        code="years_not_stated",
    )


def _check_not_reported(account: AccountState, year: int) -> None:
    if account.emissions.get(year):
        raise RegistryError(
            "be a year without verified emissions",
            was=f"{year} with {account.emissions[year]} tCO2e",
            field="excluded year",
            hint="report 0 for it first",
            code="year_reported",
        )


def _check_years_cover(account: AccountState, request: Operation) -> None:
    last = request.last_year
    outside = [
        year
        for year in sorted(account.emissions)
        if year < request.first_year or (last is not None and year > last)
    ]
    if outside:
        raise RegistryError(
            f"cover what is reported: {', '.join(str(year) for year in outside)}",
            was=f"{request.first_year} to {'now' if last is None else last}",
            field="years of operation",
            hint="submit EmissionsWithdrawal first",
            code="year_reported",
        )


def _stated(request: _Said) -> Statement:
    kind, facts = _reported(request) if isinstance(request, _REPORTS) else _noticed(request)
    return Statement(request.id, request.account, kind, facts, request.effective_at)


_REPORTS = (Operation, Emissions, EmissionsWithdrawal, Exclusion, Inclusion)


def _reported(
    request: Operation | Emissions | EmissionsWithdrawal | Exclusion | Inclusion,
) -> tuple[str, dict[str, str]]:
    match request:
        case Operation():
            last = "" if request.last_year is None else str(request.last_year)
            return Report.OPERATING_YEARS.value, {"first": str(request.first_year), "last": last}
        case Emissions():
            facts = {"year": str(request.year), "tonnes": str(request.tonnes)}
            return Report.VERIFIED_EMISSIONS.value, facts
        case EmissionsWithdrawal():
            return Report.WITHDRAWN_EMISSIONS.value, {"year": str(request.year)}
        case Exclusion():
            return Report.EXCLUDED_YEAR.value, {"year": str(request.year)}
        case Inclusion():
            return Report.INCLUDED_YEAR.value, {"year": str(request.year)}


def _noticed(request: IssuanceCap | StatusChange | Appointment | Trust) -> tuple[str, dict[str, str]]:
    match request:
        case IssuanceCap():
            return Notice.CAP.value, {"asset": request.unit.asset_id.text, "most": str(request.most)}
        case StatusChange():
            return Notice.STATUS.value, {"status": request.status.value}
        case Appointment():
            return Notice.REPRESENTATIVE.value, {"person": request.person, "right": request.right.value}
        case Trust():
            since = "" if request.since is None else request.since.isoformat()
            return Notice.TRUSTED.value, {"trusted": request.trusted.text, "since": since}

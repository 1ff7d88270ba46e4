"""Act 2: four years of a national registry, replayed and compared with its public report."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from carbonkit.cli.demo.example import progress_of
from carbonkit.cli.demo.record import EXAMPLE, YEARS, Holder, read_holders
from carbonkit.registry import (
    Compliance,
    ComplianceStatus,
    Emissions,
    Exclusion,
    Opening,
    Operation,
    Registry,
    Request,
    Transaction,
    TransactionType,
    UnitDefinition,
    compliance_status,
    in_groups,
)
from carbonkit.schemes import uk
from carbonkit.values.identifier import AccountId, CommandId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.cli.demo.example import Examples
    from carbonkit.cli.screen import Screen
    from carbonkit.ledger.ledger import Ledger

__all__ = ["EXAMPLE", "YEARS", "Difference", "Registered", "run"]

_GROUP: Final = 2_000
_EXCLUDED: Final = (
    "every year due is excluded in the report of 2025, but not every one was at that deadline",
    "2025年报告中应履约年度均已被排除，而在当时截止日并非全部被排除",
)
_INCLUDED: Final = (
    "every year due was excluded at that deadline, but not every one is in the report of 2025",
    "当时截止日应履约年度均已被排除，而2025年报告中并非全部被排除",
)
_NOT_YET: Final = (
    "the first year of operation in the report of 2025 is not the one known at that deadline",
    "2025年报告中的首个运营年度与当时截止日所知不同",
)
_CORRECTED: Final = (
    "emissions or years of operation were corrected after that deadline",
    "排放量或运营年度在该截止日之后被更正",
)
_ALONE: Final = (TransactionType.ALLOCATE, TransactionType.SURRENDER)  # what nobody has to approve
_Route: TypeAlias = tuple[AccountId, AccountId]
_ISSUANCE, _TOTAL, _ALLOCATION, _AUCTION, _DELIVERY, _SURRENDER = (
    AccountId(f"UK-{name}")
    for name in ("ISSUANCE", "TOTAL", "ALLOCATION", "AUCTION", "AUCTION-DELIVERY", "SURRENDER")
)
_CENTRAL: Final = (
    (_ISSUANCE, "issuance"),
    (_TOTAL, "total_quantity"),
    (_ALLOCATION, "allocation"),
    (_AUCTION, "auction"),
    (_DELIVERY, "auction_delivery"),
    (_SURRENDER, "surrender"),
)


@attrs.frozen
class Difference:
    """
    A published status that the replay does not come to.

    Args:
        account: The account.
        year: The year whose deadline it is.
        published: What the report says.
        computed: What the replay says.

    Example:
        >>> Difference(AccountId("UK-1000692"), 2021, "B", "EXCLUDED").cause[:48]
        'every year due is excluded in the report of 2025'
    """

    account: AccountId
    year: int
    published: str
    computed: str

    @property
    def cause(self) -> str:
        """Why the public files cannot say more."""
        return self.causes[0]

    @property
    def causes(self) -> tuple[str, str]:
        """Why the public files cannot say more, in English and in Chinese."""
        if self.computed == "EXCLUDED":
            return _EXCLUDED
        if self.published == "EXCLUDED":
            return _INCLUDED
        if "NOT_APPLICABLE" in {self.published, self.computed}:
            return _NOT_YET
        return _CORRECTED


@attrs.frozen
class Registered:
    """
    What act 2 found.

    Args:
        accounts: How many accounts were replayed.
        emissions_equal: How many cumulative emissions equal the published ones.
        surrenders_equal: How many cumulative surrenders equal the published ones.
        statuses: For each deadline, how many published statuses there are and how many are equal.
        on_time: The same for the years before the last, had every surrender and report been on time.
        differences: The statuses that differ.
        emitted: All emissions. [tCO2e]
        surrendered: All units surrendered.
        tally: For each deadline, how many accounts have each status.

    Example:
        >>> Registered.__name__
        'Registered'
    """

    accounts: int
    emissions_equal: int
    surrenders_equal: int
    statuses: tuple[tuple[int, int, int], ...]
    on_time: tuple[tuple[int, int, int], ...]
    differences: tuple[Difference, ...]
    emitted: int
    surrendered: int
    tally: tuple[tuple[int, tuple[tuple[str, int], ...]], ...]

    @property
    def good(self) -> bool:
        """Whether all cumulative figures and every status of the last deadline are equal."""
        _, published, equal = self.statuses[-1]
        return self.emissions_equal == self.surrenders_equal == self.accounts and published == equal


def _instant(year: int, month_day: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"{year}-{month_day}T12:00:00+00:00")


def _requests(holders: tuple[Holder, ...]) -> Iterator[Request]:
    start = _instant(2021, "01-01")
    yield UnitDefinition(CommandId("uk/define"), uk.UNIT, start)
    for account, kind in _CENTRAL:
        yield Opening(CommandId(f"uk/open/{account}"), account, kind, start)
    allocated = sum(sum(holder.allocated.values()) for holder in holders)
    surrendered = sum(holder.surrendered for holder in holders)
    yield _move("uk/issue", TransactionType.ISSUE, allocated + surrendered, (_ISSUANCE, _TOTAL), start)
    central = TransactionType.CENTRAL_TRANSFER
    yield _move("uk/to-allocation", central, allocated, (_TOTAL, _ALLOCATION), start)
    yield _move("uk/to-auction", central, surrendered, (_TOTAL, _AUCTION), start)
    yield _move("uk/auction", central, surrendered, (_AUCTION, _DELIVERY), start)
    for holder in holders:
        yield Opening(CommandId(f"uk/open/{holder.account}"), holder.account, holder.kind, start)
        first = CommandId(f"uk/years/{holder.account}")
        yield Operation(first, holder.account, holder.first_year, None, start)
    for year in YEARS:
        for holder in holders:
            yield from _year(holder, year)


def _year(holder: Holder, year: int) -> Iterator[Request]:
    """One account's year: allocation, report, purchase of what is missing, surrender."""
    account, name = holder.account, f"{holder.account}/{year}"
    if year in holder.allocated:
        given = holder.allocated[year]
        at = _instant(year, "02-28")
        yield _move(f"uk/allocate/{name}", TransactionType.ALLOCATE, given, (_ALLOCATION, account), at)
    if holder.last_year == year:
        last = CommandId(f"uk/last-year/{account}")
        yield Operation(last, account, holder.first_year, year, _instant(year, "12-31"))
    unreported = holder.statuses[year] == ComplianceStatus.UNREPORTED.value and year != YEARS[-1]
    reported = _instant(year + 1, "06-30" if unreported else "03-31")
    if year in holder.emissions:
        tonnes = holder.emissions[year]
        yield Emissions(CommandId(f"uk/emissions/{name}"), account, year, tonnes, reported)
    elif year in holder.excluded:
        yield Exclusion(CommandId(f"uk/exclude/{name}"), account, year, reported)
    plan = holder.surrenders(late=True)
    missing = holder.purchases(plan)[year]
    if missing:
        at = _instant(year + 1, "04-01")
        yield _move(f"uk/buy/{name}", TransactionType.TRANSFER, missing, (_DELIVERY, account), at)
    if plan[year]:
        at = _instant(year + 1, "04-28")
        yield _move(f"uk/surrender/{name}", TransactionType.SURRENDER, plan[year], (account, _SURRENDER), at)


def _move(
    name: str, kind: TransactionType, quantity: int, route: _Route, at: datetime.datetime
) -> Transaction:
    # Recorded history: two people of the registry stand for those who asked and approved then.
    by, approved_by = ("", "") if kind in _ALONE else ("registry", "authority")
    return Transaction(CommandId(name), kind, uk.UNIT, quantity, *route, at, by=by, approved_by=approved_by)


def run(ledger: Ledger, examples: Examples, screen: Screen) -> Registered:
    """
    Replay the registry and compare it with its public report.

    Args:
        ledger: Where it is recorded.
        examples: Where the input lies.
        screen: What a person sees.

    Returns:
        What was found.

    Example:
        >>> import io
        >>> from carbonkit.cli.demo.example import Examples
        >>> from carbonkit.cli.screen import Screen
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.values import SystemClock
        >>> examples = Examples.found()
        >>> if examples.has(EXAMPLE):
        ...     assert run(Ledger(MemoryStore(), SystemClock()), examples, Screen(io.StringIO())).good
    """
    screen.line("Replaying the UK ETS compliance report of 2021 to 2024 (Open Government Licence v3.0)")
    holders = read_holders(examples)
    registry = Registry(ledger, uk.registry_rules())
    requests = list(_requests(holders))
    in_groups(registry, requests, _GROUP, progress_of(screen, "requests", len(requests)))
    registered = _compared(registry, holders, screen)
    _tell(registered, len(requests), screen)
    return registered


def _compared(registry: Registry, holders: tuple[Holder, ...], screen: Screen) -> Registered:
    last: list[tuple[Holder, Compliance]] = []
    counted = {year: [0, 0, 0] for year in YEARS}
    tally: dict[int, dict[str, int]] = {year: {} for year in YEARS}
    differences: list[Difference] = []
    for done, holder in enumerate(holders, start=1):
        for year in YEARS:
            found = registry.compliance(holder.account, uk.surrender_deadline(year)[0])
            status, published = found.status.value, holder.statuses[year]
            tally[year][status] = tally[year].get(status, 0) + 1
            if published:
                counted[year][0] += 1
                counted[year][1] += status == published
                counted[year][2] += _on_time(holder, year) == published
            if published not in {"", status}:
                differences.append(Difference(holder.account, year, published, status))
            if year == YEARS[-1]:
                last.append((holder, found))
        screen.progress("accounts compared", done, len(holders))
    return Registered(
        accounts=len(holders),
        emissions_equal=sum(found.emitted == holder.emitted for holder, found in last),
        surrenders_equal=sum(found.surrendered == holder.surrendered for holder, found in last),
        statuses=tuple((year, counted[year][0], counted[year][1]) for year in YEARS),
        on_time=tuple((year, counted[year][0], counted[year][2]) for year in YEARS),
        differences=tuple(differences),
        emitted=sum(found.emitted for _, found in last),
        surrendered=sum(found.surrendered for _, found in last),
        tally=tuple((year, tuple(sorted(tally[year].items()))) for year in YEARS),
    )


def _on_time(holder: Holder, year: int) -> str:
    """Compute a status as if everything had been reported and surrendered by its deadline."""
    ended = holder.last_year if holder.last_year is not None and holder.last_year <= year else None
    plan = holder.surrenders(late=False)
    status = compliance_status(
        first_year=holder.first_year,
        last_year=ended,
        current_year=year + 1,
        emissions={each: tonnes for each, tonnes in holder.emissions.items() if each <= year},
        excluded={each for each in holder.excluded if each <= year},
        surrendered=sum(plan[each] for each in YEARS if each <= year),
    )
    return status.value


def _tell(registered: Registered, requests: int, screen: Screen) -> None:
    count = registered.accounts
    screen.line(f"{requests:,} requests recorded for {count:,} accounts")
    screen.line(
        f"cumulative emissions equal the published ones for {registered.emissions_equal:,} of {count:,}"
        f" accounts, cumulative surrenders for {registered.surrenders_equal:,} of {count:,}"
    )
    year, published, equal = registered.statuses[-1]
    screen.line(f"status at the deadline of {year}: {equal:,} of {published:,} published ones equal")
    screen.line("When units were surrendered is not public; earlier deadlines are replayed with the")
    screen.line("lateness that the published statuses themselves show (in brackets: had all been on time):")
    for (year, published, equal), (_, _, on_time) in zip(
        registered.statuses[:-1], registered.on_time[:-1], strict=True
    ):
        screen.line(f"  {year}: {equal:,} of {published:,} equal ({on_time:,})")
    screen.line(f"{len(registered.differences)} statuses differ:")
    for each in registered.differences:
        said = f"published {each.published}, computed {each.computed}"
        screen.line(f"  {each.account} {each.year}: {said}; {each.cause}")

"""Provision: what an exchange needs before its first day, and whatever of that is not there yet later on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from carbonkit.errors import InvalidValueError
from carbonkit.exchange.key import check_person
from carbonkit.exchange.scheme import BANK
from carbonkit.ledger.account import Account
from carbonkit.ledger.asset import Asset
from carbonkit.ledger.command import DefineAsset, OpenAccount
from carbonkit.market.administration import ListInstrument
from carbonkit.registry.request import Appointment, Opening, UnitDefinition
from carbonkit.values.identifier import AssetId, CommandId

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator, Mapping

    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.scheme import Listed
    from carbonkit.ledger.command import Command
    from carbonkit.registry.account import Right
    from carbonkit.registry.request import Request
    from carbonkit.registry.unit import UnitType
    from carbonkit.values.number import Exact

__all__ = ["provision"]

_PLACES: Final = 2  # decimal places of money: the ledger's smallest step of it


def provision(
    desk: Desk,
    day: datetime.date,
    bases: Mapping[str, Exact],
    *,
    staff: Iterable[tuple[str, Right]] = (),
    units: Iterable[UnitType] = (),
) -> None:
    """
    See to it that there are units, money, the registry's own accounts, their staff, and what is traded.

    What is there already stays as it is, so it may be done at every start, and again on a later day
    for what begins to trade then. It comes after `recover`, and before anybody is served. While a day is
    open nothing new is listed.

    Args:
        desk: The desk; all is written when this returns.
        day: The trading day that will be next.
        bases: The price from which each instrument begins to trade, by its id; of those that trade already
            it is not asked.
        staff: Who may do what for the registry's own accounts. Each right is given once: what was changed
            since stays changed.
        units: Units besides those that are traded, such as credits that may be surrendered.

    Raises:
        InvalidValueError: If an instrument has no base price, or one of the staff no name; then nothing is
            done.
        BatchError: If the registry refuses.
        StorageError: If ledger or journal cannot be written.

    Example:
        >>> from carbonkit.exchange.desk import Desk
        >>> from carbonkit.exchange.scheme import scheme_named
        >>> from carbonkit.exchange.sqlite_journal import SQLiteJournal
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.values import FixedClock, as_date
        >>> clock = FixedClock("2026-01-06T00:00:00Z")
        >>> with SQLiteJournal.open(":memory:") as journal:
        ...     desk = Desk(scheme_named("shanghai"), journal, Ledger(MemoryStore(), clock), clock)
        ...     provision(desk, as_date("2026-01-06"), {"SHEA": "40.00"})
        ...     [each.id for each in desk.venue.instruments()]
        [InstrumentId('SHEA')]
    """
    staff = tuple((check_person(person), right) for person, right in staff)
    listed = desk.scheme.listed(day)
    listings = tuple(_listings(desk, listed, bases))
    at = desk.now()
    money = tuple(_money(desk, at))
    if money:
        desk.ledger.post_all(money)
    requests = tuple(_requests(desk, [*(each.unit for each in listed), *units], at, staff))
    if requests:
        desk.registry.submit(requests)
    for each in listings:
        desk.tell(each)
    if not desk.writes.empty:
        desk.journal.write(desk.writes)
        desk.written()


def _listings(desk: Desk, listed: Iterable[Listed], bases: Mapping[str, Exact]) -> Iterator[ListInstrument]:
    """List what trades on the day and is not listed yet."""
    if desk.venue.day is not None:
        return
    known = {each.id for each in desk.venue.instruments()}
    for each in listed:
        instrument = each.instrument
        if instrument.id in known:
            continue
        base = bases.get(instrument.id.text)
        if base is None:
            raise InvalidValueError("have a base price", was=instrument.id, field="bases")
        yield ListInstrument(instrument=instrument, base=instrument.quote(base), at=desk.now())


def _money(desk: Desk, at: datetime.datetime) -> Iterator[Command]:
    store, cash = desk.ledger.store, AssetId(desk.scheme.currency)
    if store.asset(cash) is None:
        yield DefineAsset(CommandId(f"define/{cash}"), Asset(cash, _PLACES, serialised=False), at)
    if store.account(BANK) is None:
        yield OpenAccount(CommandId(f"open/{BANK}"), Account(BANK, "bank", may_go_negative=True), at)


def _requests(
    desk: Desk, units: Iterable[UnitType], at: datetime.datetime, staff: tuple[tuple[str, Right], ...]
) -> Iterator[Request]:
    store = desk.ledger.store
    for unit in dict.fromkeys(units):
        if store.asset(unit.asset_id) is None:
            yield UnitDefinition(CommandId(f"define/{unit.asset_id}"), unit, at)
    for account, kind in desk.scheme.central:
        if store.account(account) is None:
            yield Opening(CommandId(f"open/{account}"), account, kind, at)
        for person, right in dict.fromkeys(staff):
            # A person's name may be too long for an id with more in it.
            digest = hashlib.sha256(person.encode()).hexdigest()[:32]
            command = CommandId(f"appoint/{account}/{right.value}/{digest}")
            if desk.ledger.record(command) is None:
                yield Appointment(command, account, person, right, at)

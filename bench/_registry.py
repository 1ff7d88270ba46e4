"""Registries to measure: a small one for transfers between holders, and a national compliance year."""

from __future__ import annotations

import datetime
import random
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from bench._transfers import EFFECTIVE_AT, holders
from carbonkit.ledger import Ledger, Leg, Selection, Transfer
from carbonkit.registry import (
    AccountKind,
    BlockPolicy,
    Emissions,
    Exchange,
    Opening,
    Operation,
    Publication,
    Registry,
    RegistryRules,
    Request,
    Route,
    Transaction,
    TransactionType,
    UnitDefinition,
    UnitType,
    in_groups,
)
from carbonkit.schemes import china_registry
from carbonkit.values import AccountId, CommandId, Period, Source, SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench._transfers import Row
    from carbonkit.ledger import Store

__all__ = ["UNIT", "NationalYear", "opened", "transactions"]

UNIT: Final = UnitType("CEA", "2026")
_ISSUER: Final = AccountId("ISSUER")
_FUNDS: Final = 10**6
_GROUP: Final = 2_000
_HERE: Final = Source("carbonkit", "benchmark", 2026)


def _rules(policy: BlockPolicy) -> RegistryRules:
    """Make rules with one kind of holder, between whom anything may move."""
    return RegistryRules(
        "benchmark",
        "Asia/Shanghai",
        (AccountKind("issuer", "", may_go_negative=True), AccountKind("holder", "")),
        (
            Route(TransactionType.ISSUE, ("issuer",), ("holder",)),
            Route(TransactionType.TRANSFER, ("holder",), ("holder",)),
        ),
        Period("2020-01-01", None),
        _HERE,
        _HERE,
        policy,
    )


def opened(store: Store, accounts: int, policy: BlockPolicy, *, funds: int = _FUNDS) -> Registry:
    """Open a registry whose holders have units."""
    registry = Registry(Ledger(store, SystemClock()), _rules(policy))
    at = EFFECTIVE_AT
    requests: list[Request] = [
        UnitDefinition(CommandId("define"), UNIT, at),
        Opening(CommandId("open/issuer"), _ISSUER, "issuer", at),
    ]
    for name in holders(accounts):
        own = AccountId(name)
        requests.append(Opening(CommandId(f"open/{name}"), own, "holder", at))
        issue = CommandId(f"issue/{name}")
        requests.append(Transaction(issue, TransactionType.ISSUE, UNIT, funds, _ISSUER, own, at))
    registry.submit(requests)
    return registry


def transactions(rows: Sequence[Row]) -> list[Transaction]:
    """Write transfers as transactions of a registry; it chooses the serial numbers."""
    return [
        Transaction(
            CommandId(row.id),
            TransactionType.TRANSFER,
            UNIT,
            row.quantity,
            AccountId(row.source),
            AccountId(row.target),
            EFFECTIVE_AT,
        )
        for row in rows
    ]


class NationalYear:
    """
    A compliance year of a national market.

    Emitters are allocated their allowances in two steps, trade them, report, surrender credits up to
    the limit and allowances for the rest, carry over a part of what is left, and are published.

    Args:
        store: Where it is recorded.
        emitters: How many there are.
        trades: How many trades are settled.
    """

    def __init__(self, store: Store, emitters: int, trades: int) -> None:
        self.registry = Registry(Ledger(store, SystemClock()), china_registry.registry_rules())
        self.names = [AccountId(f"KEE-{number:05}") for number in range(emitters)]
        self.trades = trades
        draw = random.Random(2024)  # noqa: S311  the same year in every run
        self.emitted = {name: draw.randrange(100_000, 3_000_000) for name in self.names}
        self._draw = draw
        self._held: dict[AccountId, int] = {}

    def run(self) -> None:
        """Let the year go by."""
        for requests in (self._opened(), self._allocated()):
            in_groups(self.registry, requests, _GROUP)
        self._trade()
        for requests in (self._surrendered(), self._carried_over(), self._published()):
            in_groups(self.registry, requests, _GROUP)

    def _move(
        self,
        name: str,
        kind: TransactionType,
        unit: UnitType,
        quantity: int,
        way: tuple[AccountId, AccountId],
    ) -> Transaction:
        year = 2024 if kind is TransactionType.SURRENDER else None
        at = _SURRENDERED if year else _ALLOCATED
        return Transaction(CommandId(name), kind, unit, quantity, *way, at, year=year)

    def _opened(self) -> Iterator[Request]:
        for unit in (_CEA, _NEW, _CREDIT):
            yield UnitDefinition(CommandId(f"define/{unit.asset_id}"), unit, _ALLOCATED)
        for account, kind in _CENTRAL.items():
            yield Opening(CommandId(f"open/{account}"), account, kind, _ALLOCATED)
        for name in self.names:
            yield Opening(CommandId(f"open/{name}"), name, "key_emitter", _ALLOCATED)
            yield Operation(CommandId(f"years/{name}"), name, 2024, None, _ALLOCATED)

    def _allocated(self) -> Iterator[Request]:
        issue, allocate = TransactionType.ISSUE, TransactionType.ALLOCATE
        cap = sum(self.emitted.values())
        yield self._move("issue", issue, _CEA, 2 * cap, (_REGISTRY, _PROVINCE))
        yield self._move("issue/credit", issue, _CREDIT, cap, (_REGISTRY, _PROVINCE))
        for name, emitted in self.emitted.items():
            first, more = emitted * 7 // 10, emitted * 4 // 10
            yield self._move(f"pre/{name}", allocate, _CEA, first, (_PROVINCE, name))
            yield self._move(f"rest/{name}", allocate, _CEA, more, (_PROVINCE, name))
            yield self._move(f"credit/{name}", allocate, _CREDIT, emitted // 20, (_PROVINCE, name))
            self._held[name] = first + more

    def _trade(self) -> None:
        """Settle trades: allowances from seller to buyer; each may sell what it does not owe."""
        group: list[Transfer] = []
        for number in range(self.trades):
            seller, buyer = self._draw.sample(self.names, 2)
            spare = self._held[seller] - self.emitted[seller]
            quantity = self._draw.randrange(1, max(2, spare // 20))
            if quantity > spare:
                continue
            self._held[seller] -= quantity
            self._held[buyer] += quantity
            leg = Leg(_CEA.asset_id, quantity, seller, buyer, serials=Selection.FROM_LEFT)
            group.append(Transfer(CommandId(f"trade/{number}"), [leg], "settlement", _TRADED))
            if len(group) == _GROUP:
                self.registry.ledger.post_all(group)
                group.clear()
        self.registry.ledger.post_all(group)

    def _surrendered(self) -> Iterator[Request]:
        give = TransactionType.SURRENDER
        for name, emitted in self.emitted.items():
            credit = int(Decimal("0.05") * emitted)
            yield Emissions(CommandId(f"emissions/{name}"), name, 2024, emitted, _REPORTED)
            yield self._move(f"offset/{name}", give, _CREDIT, credit, (name, _GONE))
            yield self._move(f"surrender/{name}", give, _CEA, emitted - credit, (name, _GONE))

    def _carried_over(self) -> Iterator[Request]:
        for name, emitted in self.emitted.items():
            left = self._held[name] - emitted + int(Decimal("0.05") * emitted)
            quantity, own = min(left, 10_000), (name, name)
            yield self._move(f"register/{name}", TransactionType.REGISTER, _CEA, quantity, own)
            kind, at = TransactionType.CARRY_OVER, _PUBLISHED
            yield Exchange(
                CommandId(f"carry/{name}"), kind, _CEA, _NEW, quantity, name, _CARRIED, _REGISTRY, at
            )

    def _published(self) -> Iterator[Request]:
        for name in self.names:
            yield Publication(CommandId(f"publish/{name}"), name, 2024, _PUBLISHED)

    def outcome(self) -> tuple[bool, int]:
        """Verify everything, and count those whose published status is that they complied."""
        good = self.registry.verify().ok
        statuses = [self.registry.published(name)[2024].value for name in self.names]
        return good, statuses.count("A")


_CEA: Final = UnitType("CEA", "2024")
_NEW: Final = UnitType("CEA", "2025")
_CREDIT: Final = UnitType("CCER", "2024")
_REGISTRY, _PROVINCE, _GONE, _CARRIED = (
    AccountId(name) for name in ("REGISTRY", "PROVINCE", "GONE", "CARRIED")
)
_CENTRAL: Final = {
    _REGISTRY: "issuance",
    _PROVINCE: "provincial_authority",
    _GONE: "surrender",
    _CARRIED: "carried_over",
}
_ALLOCATED, _TRADED, _REPORTED, _SURRENDERED, _PUBLISHED = (
    datetime.datetime.fromisoformat(f"{day}T04:00:00+00:00")
    for day in ("2024-12-01", "2025-06-02", "2025-09-01", "2025-12-01", "2026-01-15")
)

"""
The transfers that every ledger is given: between random pairs of accounts, from a seed.

The same transfers as plain rows, for whoever keeps them bare, and as commands of
ours. A caller's ids ascend, as those of an order system do. Every account is
funded before the timer starts, so that none is refused, and what is compared
afterwards is each account's change.
"""

from __future__ import annotations

import datetime
import random
from typing import TYPE_CHECKING, Final, NamedTuple

from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    CommandId,
    DefineAsset,
    Leg,
    OpenAccount,
    Selection,
    SerialRange,
    Transfer,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from carbonkit.ledger import Command, Ledger

__all__ = [
    "ASSET",
    "EFFECTIVE_AT",
    "REASON",
    "Row",
    "batches",
    "changed",
    "commands",
    "drawn",
    "found",
    "holders",
    "opening",
    "summed",
]

ASSET: Final = AssetId("CEA-2026")
ISSUER: Final = Account(AccountId("ISSUER"), "issuer", may_go_negative=True)
EFFECTIVE_AT: Final = datetime.datetime(2026, 1, 5, 1, 30, tzinfo=datetime.UTC)
REASON: Final = "trade"
FUNDS: Final = 10**9  # more than an account can lose in any run
LEGS: Final = 500  # of one funding transfer


class Row(NamedTuple):
    """One transfer, as plain as it gets."""

    id: str
    source: str
    target: str
    quantity: int


def holders(count: int) -> list[str]:
    """Name the accounts."""
    return [f"HOLDER-{number:04}" for number in range(count)]


def drawn(count: int, accounts: int, *, seed: int = 0, hub: bool = False) -> list[Row]:
    """
    Draw transfers.

    Args:
        count: How many.
        accounts: Between how many accounts.
        seed: Where the draw begins; part of each id, so that two draws do not share one.
        hub: Whether the first account is the target of each, as a clearing house is.

    Returns:
        The transfers, ids ascending.
    """
    draw = random.Random(seed)  # noqa: S311  the same transfers in every run
    names = holders(accounts)
    rows = []
    for number in range(count):
        source, target = draw.sample(names[1:], 2) if hub else draw.sample(names, 2)
        rows.append(
            Row(f"trade/{seed:06}/{number:09}", source, names[0] if hub else target, draw.randint(1, 100))
        )
    return rows


def batches(count: int, size: int, accounts: int, *, seed: int = 0) -> list[list[Row]]:
    """Draw transfers and cut them into batches."""
    rows = drawn(count * size, accounts, seed=seed)
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def summed(rows: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """Add up what each account gained and lost, given source, target and quantity; the unchanged left out."""
    changes: dict[str, int] = {}
    for source, target, quantity in rows:
        changes[source] = changes.get(source, 0) - quantity
        changes[target] = changes.get(target, 0) + quantity
    return {name: change for name, change in sorted(changes.items()) if change}


def commands(rows: Iterable[Row], *, serialised: bool = False) -> list[Transfer]:
    """Write the transfers as commands of ours."""
    serials = Selection.FROM_LEFT if serialised else None
    return [
        Transfer(
            CommandId(row.id),
            [Leg(ASSET, row.quantity, AccountId(row.source), AccountId(row.target), serials=serials)],
            REASON,
            EFFECTIVE_AT,
        )
        for row in rows
    ]


def opening(accounts: int, *, serialised: bool = False) -> Iterator[Command]:
    """Yield what goes before the transfers: the asset, the accounts, and what each of them holds."""
    names = holders(accounts)
    yield DefineAsset(CommandId("define"), Asset(ASSET, 0, serialised=serialised), EFFECTIVE_AT)
    yield OpenAccount(CommandId("open/issuer"), ISSUER, EFFECTIVE_AT)
    for name in names:
        holder = Account(AccountId(name), "holder", may_go_negative=False)
        yield OpenAccount(CommandId(f"open/{name}"), holder, EFFECTIVE_AT)
    legs = [
        Leg(
            ASSET,
            FUNDS,
            ISSUER.id,
            AccountId(name),
            serials=[SerialRange(place * FUNDS + 1, (place + 1) * FUNDS)] if serialised else None,
        )
        for place, name in enumerate(names)
    ]
    for start in range(0, len(legs), LEGS):
        yield Transfer(CommandId(f"issue/{start:09}"), legs[start : start + LEGS], "issue", EFFECTIVE_AT)


def found(ledger: Ledger, names: Sequence[str]) -> dict[str, int]:
    """Ask the ledger what each account holds."""
    return {name: ledger.quantity(AccountId(name), ASSET) for name in names}


def changed(ledger: Ledger, names: Sequence[str]) -> Callable[[], dict[str, int]]:
    """Remember what each account holds now; the answer says later what has changed since."""
    before = found(ledger, names)

    def change() -> dict[str, int]:
        after = found(ledger, names)
        return {name: after[name] - before[name] for name in sorted(names) if after[name] != before[name]}

    return change

"""The small world of the tests of posting: cash, two kinds of numbered units, and five accounts."""

from __future__ import annotations

from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Batch,
    CommandId,
    DefineAsset,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    Selection,
    SerialRange,
    Transfer,
)
from carbonkit.ledger.moment import microseconds
from carbonkit.values import FixedClock, as_instant

AT = as_instant("2021-07-16T01:30:00Z")
NOW = microseconds(AT)
CNY, CEA, CER = AssetId("CNY"), AssetId("CEA"), AssetId("CER")
BANK, ISSUER, ANN, BOB, CAL = (AccountId(name) for name in ("BANK", "ISSUER", "ANN", "BOB", "CAL"))
LEFT = Selection.FROM_LEFT


def cash(quantity: int, source: AccountId, target: AccountId) -> Leg:
    return Leg(CNY, quantity, source, target)


def units(
    quantity: int,
    source: AccountId,
    target: AccountId,
    serials: tuple[SerialRange, ...] | Selection | None = LEFT,
    asset: AssetId = CEA,
) -> Leg:
    return Leg(asset, quantity, source, target, serials=serials)


def transfer(name: str, *legs: Leg) -> Transfer:
    return Transfer(CommandId(name), legs, "transfer", AT)


def start() -> Ledger:
    """Give a ledger in memory with the world in it: records 1 to 11."""
    ledger = Ledger(MemoryStore(), FixedClock(AT))
    ledger.post_all(
        [
            *(
                DefineAsset(CommandId(f"define/{asset}"), Asset(asset, places, serialised=serialised), AT)
                for asset, places, serialised in ((CNY, 2, False), (CEA, 0, True), (CER, 0, True))
            ),
            *(
                OpenAccount(CommandId(f"open/{name}"), Account(name, "kind", may_go_negative=negative), AT)
                for name, negative in ((BANK, True), (ISSUER, True), (ANN, False), (BOB, False), (CAL, False))
            ),
            transfer("issue/1", units(10, ISSUER, ANN, (SerialRange(1, 10),))),
            transfer("issue/2", units(10, ISSUER, BOB, (SerialRange(11, 20),))),
            transfer("pay/1", cash(100, BANK, ANN)),
        ]
    )
    return ledger


def state(batch: Batch) -> tuple[object, ...]:
    """All that a batch would write, apart from the order in which a store may take it."""
    return (
        batch.after,
        batch.head,
        batch.edge,
        batch.rows,
        batch.entries,
        batch.accounts,
        batch.assets,
        batch.mentions,
        sorted(batch.holdings),
        sorted(batch.ended),
        sorted(batch.begun),
        batch.holds,
        sorted(batch.concluded),
        batch.nodes,
    )

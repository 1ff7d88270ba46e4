"""The same commands make the same rows, numbers, entries, blocks and Merkle root in every store."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    Command,
    CommandId,
    DefineAsset,
    Leg,
    Ledger,
    MemoryStore,
    OpenAccount,
    Receipt,
    Refusal,
    SerialRange,
)
from tests.contract.world import (
    ANN,
    AT,
    BANK,
    BOB,
    CAL,
    CEA,
    DAN,
    ISSUER,
    SECOND,
    Hands,
    a_day,
    cash,
    everything,
    hold,
    issue,
    move,
    note,
    opening,
    pay,
    post_hold,
    reverse,
    units,
    void,
)

if TYPE_CHECKING:
    from carbonkit.ledger import Store

HOLDERS = (ANN, BOB, CAL, DAN)
BUCKETS = (Bucket.TRADABLE, Bucket.FROZEN, Bucket.PLEDGED)


def another_day(seed: int, steps: int) -> list[tuple[str, int, list[Command]]]:
    """Draw a long mixed script: how to post, how many seconds the clock moves, and what."""
    dice = random.Random(seed)  # noqa: S311  a script that is the same every time
    used, held = [command.id.text for command in opening()], ["never"]
    made, issued = 0, 0
    script: list[tuple[str, int, list[Command]]] = []

    def drawn() -> Command:
        nonlocal made, issued
        made += 1
        name = f"{dice.choice('abc')}/{made}"
        source, target = dice.sample(HOLDERS, 2)
        quantity = dice.randint(1, 40)
        old = dice.choice(used[-40:])
        used.append(name)
        which = dice.randrange(14)
        if which == 0:
            first = issued + dice.randint(1, 3)
            issued = first + dice.randint(0, 60)
            return issue(name, SerialRange(first, issued), target=target)
        if which <= 2:
            return pay(name, 10 * quantity, BANK, target)
        if which <= 4:
            return pay(name, quantity, source, target)
        if which <= 6:
            return move(name, units(quantity, source, target), cash(quantity, target, source))
        if which == 7:
            bucket = dice.choice(BUCKETS[1:])
            return move(name, Leg(CEA, 1 + quantity // 8, source, source, target_bucket=bucket, serials=units(1).serials))
        if which == 8:
            return note(name, source)
        if which <= 10:
            legs = [dice.choice((cash, units))(1 + quantity // 4, source, target) for _ in range(dice.randint(1, 2))]
            ends = None if dice.random() < 0.5 else AT + (made + dice.randint(0, 60)) * SECOND
            held.append(name)
            return hold(name, *legs, bucket=dice.choice((Bucket.RESERVED, Bucket.PENDING_SURRENDER)), expires_at=ends)
        if which == 11:
            of = dice.choice([*held[-12:], old])
            return dice.choice([post_hold(name, of), post_hold(name, of, 1), void(name, of)])
        if which == 12:
            return reverse(name, old)
        return pay(old, quantity, BANK, target)  # an id again, most often with other content

    while len(script) < steps:
        count = dice.choice((1, 1, 2, 5, 12))
        how = dice.choice(("post_all", "post_each", "post_each"))
        script.append((how, dice.randint(-1, 4), [drawn() for _ in range(count)]))
    return script


def run(store: Store, script: list[tuple[str, int, list[Command]]]) -> tuple[Ledger, list[object]]:
    """Post a script, and note what came of each step."""
    hands = Hands()
    ledger = Ledger(store, hands)
    ledger.post_all(opening())
    came: list[object] = []
    for how, seconds, commands in script:
        hands.at += seconds * SECOND
        if how == "post_all" and (problems := ledger.problems(commands)):
            came.append(problems)
            continue
        came.append([outcome(each) for each in getattr(ledger, how)(commands)])
    return ledger, came


def outcome(result: Receipt | Refusal) -> object:
    if isinstance(result, Refusal):
        return result
    return result.sequence, result.repeated, result.digest, result.balances, result.checkpoint


def test_a_long_mixed_script_makes_the_same_of_every_store(store: Store) -> None:
    script = another_day(seed=2021, steps=150)
    model, expected = run(MemoryStore(), script)
    ledger, came = run(store, script)

    assert came == expected
    assert everything(store) == everything(model.store)
    assert ledger.checkpoint() == model.checkpoint()
    kinds = {row.kind for row in store.rows()}
    assert kinds == {
        "open_account", "define_asset", "transfer", "statement", "hold", "post_hold", "void_hold",
        "expire_hold", "reversal",
    }  # fmt: skip
    assert store.head().sequence > 256, "a script so short does not reach the stored nodes"
    assert list(store.nodes())
    assert ledger.verify(against=[model.checkpoint()]).differences == ()


def test_a_journal_posted_again_elsewhere_makes_the_same_store(store: Store) -> None:
    """All but what the ledger itself recorded, at the same moments: a follower needs no more than the commands."""
    model, _ = run(MemoryStore(), another_day(seed=7, steps=40))
    hands = Hands()
    ledger = Ledger(store, hands)
    for record in model.records():
        if record.command.id.text.startswith("ledger/"):
            continue
        hands.at = record.recorded_at
        ledger.post(record.command)

    assert {row.command_id for row in store.rows()} >= {
        row.command_id for row in model.store.rows() if not row.command_id.startswith("ledger/")
    }
    assert [balance for balance in ledger.balances() if balance.holding.bucket != "reserved"]
    assert ledger.verify().ok


def test_the_form_of_a_record_is_for_ever(store: Store) -> None:
    """A root that changes here breaks every ledger and every checkpoint there is."""
    ledger = Ledger(store, Hands())
    ledger.post_all(
        [
            *a_day(),
            OpenAccount(CommandId("late"), Account(AccountId("EVE"), "holder", may_go_negative=False), AT),
            DefineAsset(CommandId("kg"), Asset(AssetId("KG"), 3, serialised=False), AT),
        ]
    )
    assert ISSUER in {each.id for each in store.accounts()}
    assert ledger.checkpoint().root.hex() == "654851a078658df240dafb6a4bfc3b8288f54a0987cfc76d4c9b3ba8b775a427"

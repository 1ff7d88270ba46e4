"""The same commands make the same rows, numbers, entries, blocks and Merkle root in every store."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeAlias

import pytest

from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    Command,
    CommandId,
    DefineAsset,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    Receipt,
    Refusal,
    SerialRange,
)
from tests.contract.world import (
    AT,
    BANK,
    CEA,
    HOLDERS,
    ISSUER,
    LEFT,
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
    from collections.abc import Callable

    from carbonkit.ledger import Store

pytestmark = pytest.mark.whole

Step: TypeAlias = tuple[str, int, list[Command]]  # how to post, how many seconds later, and what


class Day:
    """A long mixed script: what a world does that draws all its choices from one seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311  a script that is the same every time
        self.used = [command.id.text for command in opening()]
        self.held = ["never"]
        self.made = self.issued = 0

    def steps(self, count: int) -> list[Step]:
        dice = self.dice
        return [
            (
                dice.choice(("post_all", "post_each", "post_each")),
                dice.randint(-1, 4),
                [self.command() for _ in range(dice.choice((1, 1, 2, 5, 12)))],
            )
            for _ in range(count)
        ]

    def command(self) -> Command:
        dice = self.dice
        self.made += 1
        name, old = f"{dice.choice('abc')}/{self.made}", dice.choice(self.used[-40:])
        source, target = dice.sample(HOLDERS, 2)
        quantity = dice.randint(1, 40)
        self.used.append(name)
        bucket = dice.choice((Bucket.FROZEN, Bucket.PLEDGED))
        frozen = Leg(CEA, 1 + quantity // 8, source, source, target_bucket=bucket, serials=LEFT)
        makes: list[Callable[[], Command]] = [
            lambda: self.issue(name, target),
            *[lambda: pay(name, 10 * quantity, BANK, target)] * 2,
            *[lambda: pay(name, quantity, source, target)] * 2,
            *[lambda: move(name, units(quantity, source, target), cash(quantity, target, source))] * 2,
            lambda: move(name, frozen),
            lambda: note(name, source),
            *[lambda: self.hold(name, 1 + quantity // 4, source, target)] * 2,
            lambda: self.end(name, old),
            lambda: reverse(name, old),
            lambda: pay(old, quantity, BANK, target),  # an id again, most often with other content
        ]
        return dice.choice(makes)()

    def issue(self, name: str, target: AccountId) -> Command:
        first = self.issued + self.dice.randint(1, 3)
        self.issued = first + self.dice.randint(0, 60)
        return issue(name, SerialRange(first, self.issued), target=target)

    def hold(self, name: str, quantity: int, source: AccountId, target: AccountId) -> Command:
        self.held.append(name)
        kinds = self.dice.choices((cash, units), k=self.dice.randint(1, 2))
        ends = AT + (self.made + self.dice.randint(0, 60)) * SECOND
        return hold(
            name,
            *(kind(quantity, source, target) for kind in kinds),
            bucket=self.dice.choice((Bucket.RESERVED, Bucket.PENDING_SURRENDER)),
            expires_at=self.dice.choice((None, ends)),
        )

    def end(self, name: str, old: str) -> Command:
        of = self.dice.choice([*self.held[-12:], old])
        ends: list[Command] = [post_hold(name, of), post_hold(name, of, 1), void(name, of)]
        return self.dice.choice(ends)


def run(store: Store, script: list[Step]) -> tuple[Ledger, list[object]]:
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
    script = Day(seed=2021).steps(150)
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
    assert (
        ledger.checkpoint().root.hex() == "654851a078658df240dafb6a4bfc3b8288f54a0987cfc76d4c9b3ba8b775a427"
    )

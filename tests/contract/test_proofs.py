"""Proofs on every store: whoever keeps a checkpoint can check the ledger without the ledger."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.errors import IntegrityError, InvalidValueError
from carbonkit.ledger import (
    Checkpoint,
    CommandId,
    Ledger,
    MemoryStore,
    Receipt,
    Signer,
    leaf_hash,
    opened,
)
from carbonkit.ledger.tree import root_of
from tests.contract.world import AT, HOUR, Hands, a_day, cash, hold, note, opening, pay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.ledger import Store

ORIGIN = "registry.example/ledger"
SIGNER = Signer("registry.example/ledger", bytes(range(32)))
OTHER = Signer("witness.example", bytes(32))


def plain_root(leaves: Sequence[bytes]) -> bytes:
    """Work out a root as RFC 6962, section 2.1, writes it down."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    both = plain_root(leaves[:split]) + plain_root(leaves[split:])
    return hashlib.sha256(b"\x01" + both).digest()


def grown(store: Store) -> tuple[Ledger, list[Checkpoint]]:
    """Grow a ledger past 512 records in uneven steps, and keep a checkpoint after each."""
    ledger = Ledger(store, Hands(), ORIGIN)
    kept = [ledger.checkpoint()]
    commands = [*a_day(), *(note(f"note/{number}") for number in range(25, 600))]
    start = 0
    for size in (1, 2, 3, 7, 8, 25, 255, 256, 257, 300, 511, 512, 513, 600):
        receipts = ledger.post_all(commands[start:size])
        assert receipts[-1].checkpoint == ledger.checkpoint()
        kept.append(ledger.checkpoint())
        start = size
    return ledger, kept


def test_roots_are_those_of_the_plain_rule(store: Store) -> None:
    ledger, kept = grown(store)
    leaves = [leaf_hash(record.text().encode()) for record in ledger.records()]

    assert leaves == [record.row.leaf for record in ledger.records()]
    for checkpoint in kept:
        assert checkpoint == Checkpoint(ORIGIN, checkpoint.size, plain_root(leaves[: checkpoint.size]))
        assert root_of(store, checkpoint.size) == checkpoint.root
    assert [(node.level, node.number) for node in store.nodes()] == [(8, 0), (8, 1), (9, 0)]
    assert store.node(8, 1) == plain_root(leaves[256:512])
    assert store.node(9, 0) == kept[-3].root
    assert store.node(8, 2) is None
    assert ledger.verify(against=kept).ok


def test_inclusion_is_proven_to_whoever_has_the_text_and_a_checkpoint(store: Store) -> None:
    ledger, kept = grown(store)
    records = list(ledger.records())
    for record in [records[place] for place in (0, 1, 6, 24, 254, 255, 256, 257, 400, 511, 512, 599)]:
        for checkpoint in kept:
            if checkpoint.size < record.sequence:
                with pytest.raises(InvalidValueError, match="size"):
                    ledger.inclusion(record.command.id, checkpoint.size)
                continue
            proof = ledger.inclusion(record.command.id, checkpoint.size)
            leaf = leaf_hash(record.text().encode())
            proof.check(leaf, checkpoint.root)
            with pytest.raises(IntegrityError):
                proof.check(leaf_hash(record.text().encode() + b" "), checkpoint.root)
            if checkpoint.size > 1:
                with pytest.raises(IntegrityError):
                    attrs.evolve(proof, index=proof.index ^ 1).check(leaf, checkpoint.root)
        assert ledger.inclusion(record.command.id) == ledger.inclusion(record.command.id, 600)


def test_consistency_is_proven_between_any_two_checkpoints(store: Store) -> None:
    ledger, kept = grown(store)
    for place, old in enumerate(kept):
        for new in kept[place:]:
            proof = ledger.consistency(old.size, new.size)
            proof.check(old.root, new.root)
            if 0 < old.size < new.size:
                with pytest.raises(IntegrityError):
                    proof.check(old.root, kept[0].root)
        assert ledger.consistency(old.size) == ledger.consistency(old.size, 600)


def test_another_ledgers_checkpoint_is_not_led_to(store: Store) -> None:
    ledger, kept = grown(store)
    other = Ledger(MemoryStore(), Hands(AT + HOUR), ORIGIN)
    other.post_all([*opening(), *(note(f"note/{number}") for number in range(300))])
    with pytest.raises(IntegrityError):
        other.consistency(256, 308).check(kept[8].root, other.checkpoint().root)
    with pytest.raises(IntegrityError):
        other.inclusion(CommandId("note/30")).check(
            leaf_hash(next(ledger.records(38)).text().encode()), other.checkpoint().root
        )


def test_only_what_is_there_can_be_proven(ledger: Ledger) -> None:
    for size in (9, 2**63, -1, 4):
        with pytest.raises(InvalidValueError):
            ledger.inclusion(CommandId("open/ANN"), size)
    with pytest.raises(InvalidValueError, match="be recorded"):
        ledger.inclusion(CommandId("never"))
    for old, new in ((9, None), (0, 9), (5, 4), (-1, 4), (-1, None)):
        with pytest.raises(InvalidValueError):
            ledger.consistency(old, new)
    for size in (-1, 9):
        with pytest.raises(InvalidValueError):
            root_of(ledger.store, size)
    with pytest.raises(InvalidValueError):
        ledger.inclusion(CommandId("open/ANN"), "five")  # type: ignore[arg-type]


def test_receipts_carry_a_checkpoint_that_is_signed(store: Store) -> None:
    ledger = Ledger(store, Hands(), ORIGIN, signers=[SIGNER, OTHER])
    receipts = [*ledger.post_all(opening()), ledger.post(pay("pay/1", 5))]
    (each,) = ledger.post_each([pay("pay/2", 5)])
    assert isinstance(each, Receipt)

    for receipt in (*receipts, each):
        checkpoint = opened(receipt.note, SIGNER.verifier, origin=ORIGIN)
        assert checkpoint == opened(receipt.note, OTHER.verifier) == receipt.checkpoint
    again = ledger.post(pay("pay/1", 5))
    assert opened(again.note, SIGNER.verifier).size == 10
    assert opened(ledger.note(), SIGNER.verifier, OTHER.verifier) == ledger.checkpoint()
    with pytest.raises(IntegrityError):
        opened(again.note.replace("\n10\n", "\n11\n"), SIGNER.verifier)


def test_a_ledger_without_a_signer_signs_nothing(ledger: Ledger) -> None:
    assert ledger.post(note("a")).note == ""
    with pytest.raises(InvalidValueError, match="have a signer"):
        ledger.note()


def test_a_receipt_is_proof_enough(ledger: Ledger) -> None:
    """With a receipt kept outside, its record can be asked for a proof at any later time."""
    receipt = ledger.post(pay("pay/1", 5))
    ledger.post_all(note(f"note/{number}") for number in range(300))

    ledger.inclusion(receipt.command_id, receipt.checkpoint.size).check(
        bytes.fromhex(receipt.digest), receipt.checkpoint.root
    )
    ledger.consistency(receipt.checkpoint.size).check(receipt.checkpoint.root, ledger.checkpoint().root)


def test_what_the_clock_recorded_is_in_the_tree_too(ledger: Ledger, hands: Hands) -> None:
    ledger.post_all([pay("pay/1", 5), hold("order", cash(5), expires_at=AT + HOUR)])
    hands.at = AT + HOUR
    receipt = ledger.post(note("later"))

    record = ledger.record(CommandId("ledger/expiry/10"))
    assert record is not None
    ledger.inclusion(record.command.id).check(leaf_hash(record.text().encode()), receipt.checkpoint.root)


def test_verification_counts_and_finds_nothing(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[8:])
    told = list[int]()
    found = ledger.verify(told.append, against=[ledger.checkpoint()])

    assert found.differences == ()
    assert found.ok
    assert (found.records, found.accounts) == (25, 6)
    assert found.entries == sum(1 for _ in store.entries())
    assert {asset.text: quantity for asset, quantity in found.supply} == {"CEA": 20, "CNY": 5_007}
    assert found.root == ledger.checkpoint().root.hex()
    assert told == [25]


def test_a_checkpoint_kept_outside_shows_what_the_store_alone_cannot(ledger: Ledger) -> None:
    ledger.post_all(a_day()[8:])
    longer = Checkpoint(ledger.origin, 26, bytes(32))
    wrong = Checkpoint(ledger.origin, 12, bytes(32))
    right = Checkpoint(ledger.origin, 12, root_of(ledger.store, 12))

    assert ledger.verify(against=[right]).ok
    assert "checkpoint of 26 records is not reached" in ledger.verify(against=[longer]).differences[0]
    assert "the first 12 records are not those" in ledger.verify(against=[wrong]).differences[0]
    assert len(ledger.verify(against=iter([wrong, right, longer])).differences) == 2

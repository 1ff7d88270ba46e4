"""
Double entry for anything countable: allowances, credits, cash, fund units.

    account       Account, Holding, Bucket   asset         Asset, in whole steps
    serial        ranges of serial numbers   leg           Leg, one movement
    command       what a caller records      hold          transfers in two phases
    ledger        Ledger                     receipt       Receipt, Refusal
    journal       Record, Entry              verification  everything recomputed
    merkle        the RFC 6962 tree          checkpoint    its state, signed, kept outside
    store         what a store promises      memory        a store in memory
    shipping      a follower of a ledger     witness       what reads along, and may object

Inside: field, moment, plain and row (the forms of a record), books, blocks, phase and
posting (what a command does), turn and commit (many threads, one write).

Nothing recorded is changed or deleted; a group of commands is written whole or not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.ledger.account import HELD, Account, Balance, Bucket, Holding
    from carbonkit.ledger.asset import Asset
    from carbonkit.ledger.checkpoint import Checkpoint, opened, sign
    from carbonkit.ledger.command import Command, DefineAsset, OpenAccount, Reversal, Statement, Transfer
    from carbonkit.ledger.field import LARGEST
    from carbonkit.ledger.hold import ExpireHold, Hold, PostHold, VoidHold
    from carbonkit.ledger.journal import Entry, Record
    from carbonkit.ledger.ledger import Ledger
    from carbonkit.ledger.leg import Leg
    from carbonkit.ledger.memory import MemoryStore
    from carbonkit.ledger.merkle import ConsistencyProof, InclusionProof, leaf_hash
    from carbonkit.ledger.note import Signer, Verifier
    from carbonkit.ledger.receipt import Receipt, Refusal
    from carbonkit.ledger.serial import Selection, SerialRange
    from carbonkit.ledger.shipping import ship
    from carbonkit.ledger.store import Batch, Head, HoldingRow, OpenHold, Store, StoredBlock, TreeNode
    from carbonkit.ledger.verification import Verification, verify
    from carbonkit.ledger.witness import Undo, Witness
    from carbonkit.values.identifier import AccountId, AssetId, CommandId

__all__ = [
    "HELD",
    "LARGEST",
    "Account",
    "AccountId",
    "Asset",
    "AssetId",
    "Balance",
    "Batch",
    "Bucket",
    "Checkpoint",
    "Command",
    "CommandId",
    "ConsistencyProof",
    "DefineAsset",
    "Entry",
    "ExpireHold",
    "Head",
    "Hold",
    "Holding",
    "HoldingRow",
    "InclusionProof",
    "Ledger",
    "Leg",
    "MemoryStore",
    "OpenAccount",
    "OpenHold",
    "PostHold",
    "Receipt",
    "Record",
    "Refusal",
    "Reversal",
    "Selection",
    "SerialRange",
    "Signer",
    "Statement",
    "Store",
    "StoredBlock",
    "Transfer",
    "TreeNode",
    "Undo",
    "Verification",
    "Verifier",
    "VoidHold",
    "Witness",
    "leaf_hash",
    "opened",
    "ship",
    "sign",
    "verify",
]

_HOMES: Final = {
    "account": "HELD Account Balance Bucket Holding",
    "asset": "Asset",
    "checkpoint": "Checkpoint opened sign",
    "command": "Command DefineAsset OpenAccount Reversal Statement Transfer",
    "field": "LARGEST",
    "hold": "ExpireHold Hold PostHold VoidHold",
    "journal": "Entry Record",
    "ledger": "Ledger",
    "leg": "Leg",
    "memory": "MemoryStore",
    "merkle": "ConsistencyProof InclusionProof leaf_hash",
    "note": "Signer Verifier",
    "receipt": "Receipt Refusal",
    "serial": "Selection SerialRange",
    "shipping": "ship",
    "store": "Batch Head HoldingRow OpenHold Store StoredBlock TreeNode",
    "verification": "Verification verify",
    "witness": "Undo Witness",
    "carbonkit.values.identifier": "AccountId AssetId CommandId",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)

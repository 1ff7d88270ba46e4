"""
Double entry for anything countable: allowances, credits, cash, fund units.

    account       Account, Holding, Bucket   asset         Asset, in whole steps
    serial        ranges of serial numbers   command       what a caller asks to record
    journal       records, chained by hash   posting       what a command does, on a draft
    store         what a store promises      memory        a store in memory
    ledger        Ledger, Receipt            verification  everything recomputed

Nothing recorded is changed or deleted; a group of commands is written whole or not at all.
"""

from carbonkit.ledger.account import Account, Balance, Bucket, Holding
from carbonkit.ledger.asset import Asset
from carbonkit.ledger.command import Command, DefineAsset, Leg, OpenAccount, Statement, Transfer
from carbonkit.ledger.journal import Entry, Record
from carbonkit.ledger.ledger import Ledger, Receipt
from carbonkit.ledger.memory import MemoryStore
from carbonkit.ledger.serial import Selection, SerialRange
from carbonkit.ledger.store import Batch, Head, Store, StoredBlock
from carbonkit.ledger.verification import Verification, verify
from carbonkit.values.identifier import AccountId, AssetId, CommandId

__all__ = [
    "Account",
    "AccountId",
    "Asset",
    "AssetId",
    "Balance",
    "Batch",
    "Bucket",
    "Command",
    "CommandId",
    "DefineAsset",
    "Entry",
    "Head",
    "Holding",
    "Ledger",
    "Leg",
    "MemoryStore",
    "OpenAccount",
    "Receipt",
    "Record",
    "Selection",
    "SerialRange",
    "Statement",
    "Store",
    "StoredBlock",
    "Transfer",
    "Verification",
    "verify",
]

"""
Books: the accounts, assets and holdings of a ledger as a draft sees them while commands move things.

A holding is read from the store when it is first needed, kept with the texts that
records write of it, and every change can be taken back to a mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from carbonkit.errors import (
    LedgerError,
    OverdraftError,
    SerialRangeError,
    UnknownAccountError,
    UnknownAssetError,
)
from carbonkit.ledger.account import HELD, Account, Bucket, Holding
from carbonkit.ledger.blocks import DraftBlocks
from carbonkit.ledger.field import LARGEST
from carbonkit.ledger.serial import Selection, SerialRange
from carbonkit.ledger.store import HoldingRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.ledger.asset import Asset
    from carbonkit.ledger.leg import Leg
    from carbonkit.ledger.row import EntryRow
    from carbonkit.ledger.store import Store
    from carbonkit.values.identifier import AccountId, AssetId

__all__ = ["Books", "BooksMark", "Face", "HoldingKey", "Moves", "Request", "State", "ranges_text"]

HoldingKey: TypeAlias = tuple[str, str, str]
Request: TypeAlias = tuple[SerialRange, ...] | Selection | None
BooksMark: TypeAlias = tuple[int, int, int]

_REMEMBERED: Final = 100_000  # holdings whose faces are kept


class Face:
    """
    What never changes about a holding, with the texts that records write of it.

    Args:
        holding: The holding.
        account: Its account.
        asset: Its asset.

    Example:
        >>> from carbonkit.ledger import Account, AccountId, Asset, AssetId
        >>> bank = Account(AccountId("BANK"), "bank", may_go_negative=True)
        >>> yuan = Asset(AssetId("CNY"), 2, serialised=False)
        >>> Face(Holding(bank.id, yuan.id, "tradable"), bank, yuan).issues
        True
    """

    __slots__ = ("entry", "held", "holding", "issues", "leg", "serialised")

    def __init__(self, holding: Holding, account: Account, asset: Asset) -> None:
        self.holding = holding
        self.issues = account.may_go_negative
        self.serialised = asset.serialised
        self.held = Bucket(holding.bucket) in HELD
        self.leg = f'["{holding.account}","{holding.bucket}"]'
        self.entry = f'["{holding.account}","{holding.asset}","{holding.bucket}",'


class State:
    """
    A holding in a draft: what it contains now.

    Args:
        face: What never changes about it.
        row: What the store keeps of it, or None if it was never used.

    Example:
        >>> from carbonkit.ledger import Account, AccountId, Asset, AssetId
        >>> bank = Account(AccountId("BANK"), "bank", may_go_negative=True)
        >>> yuan = Asset(AssetId("CNY"), 2, serialised=False)
        >>> State(Face(Holding(bank.id, yuan.id, "tradable"), bank, yuan), None).quantity
        0
    """

    __slots__ = ("entry", "held", "holding", "issues", "leg", "number", "quantity", "serialised", "stored")

    def __init__(self, face: Face, row: HoldingRow | None) -> None:
        self.holding = face.holding
        self.issues = face.issues
        self.serialised = face.serialised
        self.held = face.held
        self.leg = face.leg
        self.entry = face.entry
        self.number = 0 if row is None else row.number
        self.stored = None if row is None else row.quantity
        self.quantity = 0 if row is None else row.quantity


class Moves:
    """
    What one command moves, gathered leg by leg in the forms that a record needs.

    Args:
        sequence: The place that its record will have.
        at: When it is recorded, in microseconds.

    Example:
        >>> Moves(1, 0).rows
        []
    """

    __slots__ = ("asked", "at", "rows", "sequence", "stored", "texts")

    def __init__(self, sequence: int, at: int) -> None:
        self.sequence = sequence
        self.at = at
        self.asked: list[str] = []  # the legs, as canonical text
        self.texts: list[str] = []  # the entries, as canonical text
        self.stored: list[str] = []  # the movements, as a row keeps them
        self.rows: list[EntryRow] = []


class Books:
    """
    A store's accounts, assets and holdings with changes that are not written yet.

    Args:
        store: What to start from.
        numbered: How many holdings the store has numbered.
        faces: What is remembered of holdings from one draft to the next.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> Books(MemoryStore(), 0, {}).changed()
        []
    """

    def __init__(self, store: Store, numbered: int, faces: dict[HoldingKey, Face]) -> None:
        self._store = store
        self._faces = faces
        self._accounts: dict[AccountId, Account] = {}
        self._assets: dict[AssetId, Asset] = {}
        self._states: dict[HoldingKey, State] = {}
        self._by_number: dict[int, State] = {}
        self._undo: list[State | int] = []  # a state, what it contained, whether it was new; again and again
        self.opened: list[Account | Asset] = []
        self.blocks = DraftBlocks(store)
        self.numbered = numbered

    # ------------------------------------------------------------ looking up

    def load(self, legs: Iterable[Leg]) -> None:
        """
        Read the holdings that many legs need in one step, instead of one by one.

        Args:
            legs: The legs that will move next.
        """
        states = self._states
        wanted: dict[HoldingKey, tuple[AccountId, AssetId]] = {}
        for leg in legs:
            source = (leg.source.text, leg.asset.text, leg.source_bucket._value_)
            if source not in states:
                wanted[source] = (leg.source, leg.asset)
            target = (leg.target.text, leg.asset.text, leg.target_bucket._value_)
            if target not in states:
                wanted[target] = (leg.target, leg.asset)
        if not wanted:
            return
        found = self._store.holdings(wanted)
        faces = self._faces
        for key, (account_id, asset_id) in wanted.items():
            face = faces.get(key)
            if face is not None:
                self._keep(key, face, found.get(key))
                continue
            account, asset = self.account(account_id), self.asset(asset_id)
            if account is not None and asset is not None:
                self._know(key, account, asset, found.get(key))

    def account(self, account_id: AccountId) -> Account | None:
        """Return an account, or None."""
        found = self._accounts.get(account_id)
        if found is None:
            found = self._store.account(account_id)
            if found is not None:
                self._accounts[account_id] = found
        return found

    def asset(self, asset_id: AssetId) -> Asset | None:
        """Return an asset, or None."""
        found = self._assets.get(asset_id)
        if found is None:
            found = self._store.asset(asset_id)
            if found is not None:
                self._assets[asset_id] = found
        return found

    def need_account(self, account_id: AccountId) -> Account:
        """
        Return an account that must be there.

        Returns:
            The account.

        Raises:
            UnknownAccountError: If it is not open.
        """
        found = self.account(account_id)
        if found is None:
            raise UnknownAccountError(
                "be open", was=account_id, field="account", hint="post OpenAccount first"
            )
        return found

    def state(self, account_id: AccountId, asset_id: AssetId, bucket: str) -> State:
        """
        Return a holding's state.

        Args:
            account_id: Whose it is.
            asset_id: What is held.
            bucket: The bucket, by its value.

        Returns:
            The state; the same object every time.

        Raises:
            UnknownAssetError: If the asset is not defined.
            UnknownAccountError: If the account is not open.
        """
        key = (account_id.text, asset_id.text, bucket)
        found = self._states.get(key)
        if found is None:
            asset = self.asset(asset_id)
            if asset is None:
                raise UnknownAssetError(
                    "be defined", was=asset_id, field="asset", hint="post DefineAsset first"
                )
            account = self.need_account(account_id)
            found = self._know(key, account, asset, self._store.holdings([key]).get(key))
        return found

    def numbered_state(self, number: int) -> State | None:
        """Return the state of a holding by its number, if the books have met it."""
        return self._by_number.get(number)

    def named(self) -> dict[int, Holding]:
        """Return every holding that the books have met, by its number."""
        return {number: state.holding for number, state in self._by_number.items()}

    def _know(self, key: HoldingKey, account: Account, asset: Asset, row: HoldingRow | None) -> State:
        face = Face(Holding(account.id, asset.id, key[2]), account, asset)
        if row is not None:  # what a store has is there for good; what only the draft has may be taken back
            if len(self._faces) >= _REMEMBERED:
                self._faces.clear()
            self._faces[key] = face
        return self._keep(key, face, row)

    def _keep(self, key: HoldingKey, face: Face, row: HoldingRow | None) -> State:
        state = State(face, row)
        self._states[key] = state
        if state.number:
            self._by_number[state.number] = state
        return state

    # -------------------------------------------------------------- changing

    def mark(self) -> BooksMark:
        """Return a point that `take_back` can return to."""
        return len(self._undo), self.blocks.mark(), len(self.opened)

    def take_back(self, mark: BooksMark) -> None:
        """Undo everything since a mark."""
        undo, blocks, opened = mark
        while len(self._undo) > undo:
            new, quantity, state = self._undo.pop(), self._undo.pop(), self._undo.pop()
            assert isinstance(state, State)  # noqa: S101  as `_set` wrote them
            assert isinstance(quantity, int)  # noqa: S101
            state.quantity = quantity
            if new:
                del self._by_number[state.number]
                state.number = 0
                self.numbered -= 1
        self.blocks.take_back(blocks)
        for each in self.opened[opened:]:
            if isinstance(each, Account):
                del self._accounts[each.id]
            else:
                del self._assets[each.id]
            place = 0 if isinstance(each, Account) else 1
            for key in [key for key in self._states if key[place] == each.id.text]:
                del self._states[key]
        del self.opened[opened:]

    def settle(self) -> None:
        """Forget the way back: every change made so far stands."""
        self._undo.clear()
        self.blocks.settle()

    def open_account(self, account: Account) -> None:
        """
        Open an account.

        Raises:
            LedgerError: If there is one with its id.
        """
        if self.account(account.id) is not None:
            raise LedgerError("not be open already", was=account.id, field="account", code="already_open")
        self._accounts[account.id] = account
        self.opened.append(account)

    def define_asset(self, asset: Asset) -> None:
        """
        Define an asset.

        Raises:
            LedgerError: If there is one with its id.
        """
        if self.asset(asset.id) is not None:
            raise LedgerError("not be defined already", was=asset.id, field="asset", code="already_defined")
        self._assets[asset.id] = asset
        self.opened.append(asset)

    def move(self, source: State, target: State, quantity: int, serials: Request, moves: Moves) -> None:
        """
        Move a quantity from one holding to another of the same asset.

        Args:
            source: The holding that it leaves.
            target: The holding that it reaches.
            quantity: How much.
            serials: For a serialised asset, the exact ranges or how to choose them; else None.
            moves: Where the movement is gathered.

        Raises:
            OverdraftError: If the source contains less, and may not go below zero.
            SerialRangeError: If serial numbers are missing, not wanted, or not in the source.
            LedgerError: If a balance would become too large.
        """
        left, arrived = source.quantity - quantity, target.quantity + quantity
        if left < 0 and not source.issues:
            raise OverdraftError(
                f"move at most the {source.quantity} in {source.holding}",
                was=quantity,
                field=f"quantity of {source.holding.asset}",
            )
        if left < -LARGEST or arrived > LARGEST:
            raise LedgerError(f"stay within ±{LARGEST}", was=quantity, field="balance", code="too_large")
        moved: tuple[SerialRange, ...] = ()
        ranges = ""
        if source.serialised:
            moved = self._move_serials(source, target, quantity, serials)
            ranges = ranges_text(moved)
        elif serials is not None:
            raise SerialRangeError(
                "be left out for an asset without serial numbers", was=source.holding.asset, field="serials"
            )
        self._set(source, left)
        self._set(target, arrived)
        out, into = source.number, target.number
        place, sequence, at = len(moves.rows), moves.sequence, moves.at
        moves.rows.append((out, at, place, sequence, -quantity, left))
        moves.rows.append((into, at, place + 1, sequence, quantity, arrived))
        moves.texts.append(f"{source.entry}{-quantity},{left},[{ranges}]]")
        moves.texts.append(f"{target.entry}{quantity},{arrived},[{ranges}]]")
        if moved:
            chosen = f'"{serials.value}"' if isinstance(serials, Selection) else "null"
            moves.stored.append(f"[{out},{into},{quantity},{left},{arrived},{chosen},[{ranges}]]")
        else:
            moves.stored.append(f"[{out},{into},{quantity},{left},{arrived}]")

    def _set(self, state: State, quantity: int) -> None:
        new = not state.number
        self._undo += (state, state.quantity, new)
        state.quantity = quantity
        if new:
            self.numbered += 1
            state.number = self.numbered
            self._by_number[state.number] = state

    def _move_serials(
        self, source: State, target: State, quantity: int, serials: Request
    ) -> tuple[SerialRange, ...]:
        if serials is None:
            raise SerialRangeError(
                "be named or chosen", was="None", field="serials", hint="or Selection.FROM_LEFT"
            )
        if target.issues:
            raise SerialRangeError(
                "not go back to where they were issued",
                was=target.holding.account,
                field="target",
                hint="cancel or delete them by a transfer to an account for that",
            )
        if source.issues:
            return self.blocks.issue(source.holding.asset, serials, target.holding)
        return self.blocks.move(source.holding, target.holding, serials, quantity)

    # --------------------------------------------------------------- reading

    def quantity(self, holding: Holding) -> int | None:
        """Return what a holding contains, or None if the books have not met it."""
        found = self._states.get((holding.account.text, holding.asset.text, holding.bucket))
        return None if found is None else found.quantity

    def all_holdings(self) -> list[HoldingRow]:
        """Return every holding that the books have numbered or read, by number."""
        rows = [_row(state) for state in self._states.values() if state.number]
        return sorted(rows, key=lambda row: row.number)

    def changed(self) -> list[HoldingRow]:
        """Return every holding that is new or contains something else than the store keeps."""
        return [
            _row(state) for state in self._states.values() if state.number and state.quantity != state.stored
        ]


def _row(state: State) -> HoldingRow:
    holding = state.holding
    return HoldingRow(state.number, holding.account.text, holding.asset.text, holding.bucket, state.quantity)


def ranges_text(ranges: Iterable[SerialRange]) -> str:
    """
    Write serial ranges as the inside of a JSON list.

    Args:
        ranges: The ranges.

    Returns:
        One pair of numbers each.

    Example:
        >>> ranges_text([SerialRange(1, 5), SerialRange(9, 9)])
        '[1,5],[9,9]'
    """
    return ",".join(f"[{each.first},{each.last}]" for each in ranges)

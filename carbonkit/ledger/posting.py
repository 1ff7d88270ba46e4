"""
Posting: what a command does to a ledger's state, worked out on a draft before anything is written.

The draft reads through to the store and keeps every change to itself, so that a
group of commands sees its own effects and a refused group leaves no trace. It is the
one place that knows what commands do: `verify` and a follower replay through it too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from carbonkit.errors import CarbonkitError, IdentifierReusedError, IntegrityError, LedgerError
from carbonkit.ledger.account import Account
from carbonkit.ledger.asset import Asset
from carbonkit.ledger.books import Books, BooksMark, Face, HoldingKey, Moves, Request, State, ranges_text
from carbonkit.ledger.command import Command, DefineAsset, OpenAccount, Reversal, Statement, Transfer
from carbonkit.ledger.hold import ExpireHold, Hold, PostHold, VoidHold
from carbonkit.ledger.journal import Record, record_of
from carbonkit.ledger.merkle import grow, leaf_hash
from carbonkit.ledger.moment import instant_of, microseconds, rfc3339
from carbonkit.ledger.phase import end_hold, open_hold, reverse
from carbonkit.ledger.plain import canonical, kind_of, plain_command
from carbonkit.ledger.row import Row, command_of, movements_of
from carbonkit.ledger.serial import Selection
from carbonkit.ledger.store import Batch, Head, OpenHold, TreeNode
from carbonkit.values.identifier import CommandId

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from carbonkit.ledger.account import Holding
    from carbonkit.ledger.row import EntryRow
    from carbonkit.ledger.store import Store
    from carbonkit.values.identifier import AccountId

__all__ = ["OWN_PREFIX", "Draft", "Mark"]

OWN_PREFIX: Final = "ledger/"
"""What the ids of the ledger's own records begin with; callers' ids may not."""

_written = lru_cache(maxsize=1024)(rfc3339)  # many commands take effect at one moment

Mark: TypeAlias = tuple[int, int, BooksMark]


class Draft:
    """
    A store's state with changes that are not written yet.

    Args:
        store: The state to start from.
        faces: What is remembered of holdings from one draft on the same store to the next.
        journal: Finds the row of a command that was recorded before; the store does, if None.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> Draft(MemoryStore()).batch().rows
        []
    """

    def __init__(
        self,
        store: Store,
        *,
        faces: dict[HoldingKey, Face] | None = None,
        journal: Callable[[CommandId], Row | None] | None = None,
    ) -> None:
        self._store = store
        self._journal = journal or store.row
        self._after = store.head()
        self._sequence = self._after.sequence
        self._recorded_at = self._after.recorded_at
        self._rows: list[Row] = []
        self._entries: list[EntryRow] = []
        self._made: dict[str, Row] = {}
        self._known: dict[str, int] = {}
        self._looked: set[str] = set()
        self._holds: dict[int, OpenHold] = {}
        self._concluded: dict[int, int] = {}
        self._mentions: list[tuple[str, int]] = []
        self._about: dict[AccountId, list[Record]] = {}  # of the rows that are filed already
        self._filed = 0
        self.books = Books(store, self._after.holdings, {} if faces is None else faces)

    @property
    def after(self) -> Head:
        """Where the journal ends that the draft builds on."""
        return self._after

    @property
    def rows(self) -> Sequence[Row]:
        """What the draft has made so far."""
        return self._rows

    # ------------------------------------------------------------ looking up

    def load(self, commands: Collection[Command]) -> None:
        """
        Read everything that a group of commands needs in few steps, instead of one by one.

        Args:
            commands: The commands that will be posted next.
        """
        self._look([command.id.text for command in commands])
        self.books.load(
            leg for command in commands if isinstance(command, (Transfer, Hold)) for leg in command.legs
        )

    def _look(self, ids: Sequence[str]) -> None:
        """Ask the store for the places of ids, each once."""
        wanted = [each for each in ids if each not in self._looked]
        if wanted:
            self._looked.update(wanted)
            self._known.update(self._store.places(wanted))

    def is_known(self, command_id: CommandId) -> bool:
        """Say whether an id was used, in the draft or before it."""
        text = command_id.text
        if text in self._made:
            return True
        self._look((text,))
        return text in self._known

    def known(self, command: Command) -> Row | None:
        """
        Find the row of a command that was posted before; `load` must have seen it.

        Args:
            command: The command that came again.

        Returns:
            Its row, or None if it is new.

        Raises:
            IdentifierReusedError: If the id was used for something else.
        """
        text = command.id.text
        if text not in self._known and text not in self._made:
            return None
        record = self.record(command.id)
        if record is None:
            return None
        if record.command != command:
            raise IdentifierReusedError(
                "be new, or repeat the same command",
                was=command.id,
                field="command id",
                hint=f"it was used for record {record.sequence}, {record.digest[:12]}…",
            )
        return record.row

    def record(self, command_id: CommandId) -> Record | None:
        """Return the record of a command in the draft or the store, or None."""
        row = self._made.get(command_id.text)
        if row is None:
            row = self._journal(command_id)
        if row is None or row.sequence > self._sequence:
            return None
        return record_of(row, self.holding_numbered)

    def records_about(self, account: AccountId) -> Iterator[Record]:
        """Yield what opened, moved or stated something about an account, in the store and the draft."""
        for row in self._store.rows_about(account):
            if row.sequence <= self._after.sequence:
                yield record_of(row, self.holding_numbered)
        while self._filed < len(self._rows):
            record = record_of(self._rows[self._filed], self.holding_numbered)
            for each in _accounts(record):
                self._about.setdefault(each, []).append(record)
            self._filed += 1
        yield from self._about.get(account, ())

    def holding_numbered(self, number: int) -> Holding:
        """Return the holding that a number names, in the draft or the store."""
        state = self.books.numbered_state(number)
        return self._store.holding_numbered(number) if state is None else state.holding

    def naming(self) -> Callable[[int], Holding]:
        """Return what gives the holding that a number names, and keeps nothing else of the draft."""
        named, others = self.books.named(), self._store.holding_numbered

        def holding(number: int) -> Holding:
            found = named.get(number)
            return others(number) if found is None else found

        return holding

    def concluded_by(self, sequence: int) -> int | None:
        """Return the place of the record that concluded another, or None."""
        by = self._concluded.get(sequence)
        return self._store.concluded_by(sequence) if by is None else by

    def quantity(self, holding: Holding) -> int:
        """Return what a holding contains in the draft."""
        found = self.books.quantity(holding)
        return self._store.quantity(holding) if found is None else found

    # --------------------------------------------------------------- posting

    def mark(self) -> Mark:
        """Return a point that `take_back` can return to."""
        return len(self._rows), len(self._entries), self.books.mark()

    def take_back(self, mark: Mark) -> None:
        """
        Undo everything since a mark.

        Args:
            mark: What `mark` returned.
        """
        rows, entries, books = mark
        gone = {row.sequence: row.command_id for row in self._rows[rows:]}
        if gone:
            for sequence, command_id in gone.items():
                del self._made[command_id]
                self._holds.pop(sequence, None)
            self._sequence -= len(gone)
            self._concluded = {place: by for place, by in self._concluded.items() if by not in gone}
            self._mentions = [each for each in self._mentions if each[1] not in gone]
            del self._rows[rows:], self._entries[entries:]
            self._about.clear()
            self._filed = 0
            self._recorded_at = self._rows[-1].recorded_at if self._rows else self._after.recorded_at
        self.books.take_back(books)

    def expire(self, now: int) -> None:
        """
        Give back every hold whose time is over.

        A holding that is so full that it cannot take its units back keeps nobody from posting:
        the hold stays open until there is room.

        Args:
            now: What the clock shows, in microseconds.

        Raises:
            IntegrityError: If a hold stands open that the journal does not have.
            LedgerError: If a hold cannot be ended for any reason but that.
        """
        for due in self._store.overdue(max(now, self._recorded_at + 1)):
            row = self._store.row_at(due.sequence)
            if row is None or due.expires_at is None:
                raise IntegrityError("be in the journal", was=due.sequence, field="open hold")
            command_id = CommandId(f"{OWN_PREFIX}expiry/{due.sequence}")
            ending = ExpireHold(command_id, CommandId(row.command_id), instant_of(due.expires_at))
            try:
                self.post(ending, now)
            except LedgerError as error:
                if error.code != "too_large":
                    raise

    def post(self, command: Command, now: int) -> Row:
        """
        Work out a new command and add its row to the draft.

        Args:
            command: The command; `known` must have said that it is new.
            now: What the clock shows, in microseconds; a clock that went back does not reorder the journal.

        Returns:
            The row that will be written.

        Raises:
            CarbonkitError: If the command is refused; the draft is then unchanged. One of:
            LedgerError: If the ledger refuses it.
            UnknownAccountError: If an account does not exist.
            UnknownAssetError: If an asset does not exist.
        """
        mark = self.books.mark()
        at = max(now, self._recorded_at + 1)
        moves = Moves(self._sequence + 1, at)
        try:
            if isinstance(command, Transfer):
                self._transfer(command, moves)
            else:
                self._other(command, at, moves)
        except CarbonkitError:
            self.books.take_back(mark)
            raise
        return self._recorded(command, at, moves)

    def _transfer(self, command: Transfer, moves: Moves) -> None:
        state = self.books.state
        for leg in command.legs:
            asset = leg.asset
            source = state(leg.source, asset, leg.source_bucket._value_)
            target = state(leg.target, asset, leg.target_bucket._value_)
            self._leg(source, target, leg.quantity, leg.serials, moves)

    def _leg(self, source: State, target: State, quantity: int, serials: Request, moves: Moves) -> None:
        if source.held or target.held:
            raise LedgerError(
                "not touch what holds set aside",
                was=source.holding if source.held else target.holding,
                field="bucket",
                hint="use Hold, PostHold and VoidHold",
                code="held_bucket",
            )
        self.books.move(source, target, quantity, serials, moves)
        moves.asked.append(
            f'{{"asset":"{source.holding.asset.text}","quantity":{quantity},{_chosen(serials)}'
            f'"source":{source.leg},"target":{target.leg}}}'
        )

    def _other(self, command: Command, at: int, moves: Moves) -> None:
        sequence = self._sequence + 1
        match command:
            case OpenAccount(account=account):
                self.books.open_account(account)
                self._mentions.append((account.id.text, sequence))
            case DefineAsset(asset=asset):
                self.books.define_asset(asset)
            case Statement(account=about):
                self.books.need_account(about)
                self._mentions.append((about.text, sequence))
            case Hold():
                expires_at = open_hold(self.books, command, at, moves)
                self._holds[sequence] = OpenHold(sequence, expires_at)
            case PostHold() | VoidHold() | ExpireHold():
                self._concluded[end_hold(self, command, at, moves)] = sequence
            case Reversal():
                self._concluded[reverse(self, command, moves)] = sequence
            case Transfer():
                self._transfer(command, moves)

    def _recorded(self, command: Command, at: int, moves: Moves) -> Row:
        text, effective = command.id.text, microseconds(command.effective_at)
        if isinstance(command, Transfer):
            return self._append_transfer(text, command.reason, effective, moves)
        # The leaf covers what the row says was moved, so the row is made first.
        reason = getattr(command, "reason", "")
        detail = canonical(plain_command(command))
        stored = f"[{','.join(moves.stored)}]"
        bare = Row(moves.sequence, text, kind_of(command), reason, effective, at, stored, detail, b"")
        body = Record(command, bare, self.holding_numbered).text()
        return self._append(bare._replace(leaf=leaf_hash(body.encode("ascii"))), moves)

    def _append_transfer(self, text: str, reason: str, effective: int, moves: Moves) -> Row:
        # The same text that `body_of` writes, put together from parts that are at hand.
        at = moves.at
        body = (
            f'{{"command":{{"command":"transfer","effective_at":"{_written(effective)}","id":"{text}",'
            f'"legs":[{",".join(moves.asked)}],"reason":"{reason}"}},"entries":[{",".join(moves.texts)}],'
            f'"recorded_at":"{rfc3339(at)}","sequence":{moves.sequence}}}'
        )
        stored = f"[{','.join(moves.stored)}]"
        leaf = leaf_hash(body.encode("ascii"))
        return self._append(
            Row(moves.sequence, text, "transfer", reason, effective, at, stored, "", leaf), moves
        )

    def _append(self, row: Row, moves: Moves) -> Row:
        self._rows.append(row)
        self._made[row.command_id] = row
        self._entries += moves.rows
        self._sequence = moves.sequence
        self._recorded_at = moves.at
        return row

    def repeat(self, row: Row, holding: Callable[[int], Holding]) -> None:
        """
        Post a recorded command again, as it was recorded, and check that it does the same.

        Args:
            row: The record; it must follow the draft's last one.
            holding: Gives the holding that a number names in the journal that the row is from.

        Raises:
            CarbonkitError: If it could not have been posted here.
            IntegrityError: If it would have done anything else.
        """
        if row.sequence != self._sequence + 1:
            raise IntegrityError(f"be record {self._sequence + 1}", was=row.sequence, field="sequence")
        if row.recorded_at <= self._recorded_at:
            raise IntegrityError(
                "be recorded later than the one before", was=row.recorded_at, field="recorded_at"
            )
        movements = movements_of(row)
        if row.kind == "transfer" and not row.detail:
            moves = Moves(row.sequence, row.recorded_at)
            for each in movements:
                source, target = self._numbered(each.source, holding), self._numbered(each.target, holding)
                if source.holding.asset != target.holding.asset:
                    raise IntegrityError("be of one asset", was=row.movements, field="movements")
                serials = Selection(each.selection) if each.selection else each.serials or None
                self._leg(source, target, each.quantity, serials, moves)
            made = self._append_transfer(row.command_id, row.reason, row.effective_at, moves)
        else:
            self.post(command_of(row, movements, holding), row.recorded_at)
            made = self._rows[-1]
        if made != row:
            raise IntegrityError(
                "do what it is recorded to do", was=row.movements, field=_differing(row, made)
            )

    def _numbered(self, number: int, holding: Callable[[int], Holding]) -> State:
        state = self.books.numbered_state(number)
        if state is None:
            named = holding(number)
            state = self.books.state(named.account, named.asset, named.bucket)
        return state

    def taken(self) -> tuple[list[Row], list[EntryRow]]:
        """Return the rows and entries made so far, and forget them and the way back."""
        rows, entries = self._rows, self._entries
        self._rows, self._entries = [], []
        self._made.clear()
        self.books.settle()
        return rows, entries

    # --------------------------------------------------------------- writing

    def open_holds(self) -> tuple[OpenHold, ...]:
        """Return the holds that the draft opened and did not conclude, by place."""
        return tuple([each for each in self._holds.values() if each.sequence not in self._concluded])

    def conclusions(self) -> tuple[tuple[int, int], ...]:
        """Return every record that the draft concluded, with the one that did."""
        return tuple(self._concluded.items())

    def mentions(self) -> tuple[tuple[str, int], ...]:
        """Return every account that the draft mentions without moving anything, with the record."""
        return tuple(self._mentions)

    def batch(self) -> Batch:
        """Return all changes, ready to be written in one step."""
        edge, completed = list(self._store.edge()), list[tuple[int, int, bytes]]()
        for size, row in enumerate(self._rows, start=self._after.sequence):
            grow(edge, size, row.leaf, completed)
        head = self._after
        if self._rows:
            head = Head(self._sequence, self._recorded_at, self._rows[-1].leaf, self.books.numbered)
        return Batch(
            after=self._after,
            head=head,
            edge=tuple(edge),
            rows=self._rows,
            entries=self._entries,
            accounts=[each for each in self.books.opened if isinstance(each, Account)],
            assets=[each for each in self.books.opened if isinstance(each, Asset)],
            mentions=self.mentions(),
            holdings=self.books.changed(),
            ended=list(self.books.blocks.ended.values()),
            begun=list(self.books.blocks.begun.values()),
            holds=self.open_holds(),
            concluded=self.conclusions(),
            nodes=[TreeNode(*each) for each in completed],
        )


def _chosen(serials: Request) -> str:
    if serials is None:
        return ""
    if isinstance(serials, Selection):
        return f'"serials":"{serials.value}",'
    return f'"serials":[{ranges_text(serials)}],'


def _differing(row: Row, made: Row) -> str:
    """Name the columns that differ."""
    return ", ".join(name for name, one, two in zip(Row._fields, row, made, strict=True) if one != two)


def _accounts(record: Record) -> set[AccountId]:
    """Return the accounts that a record is about."""
    found = {entry.holding.account for entry in record.entries}
    match record.command:
        case OpenAccount(account=account):
            found.add(account.id)
        case Statement(account=about):
            found.add(about)
        case _:
            pass
    return found

"""
The second log: an independent account of who has what, which re-validates every record.

It shares nothing with the ledger's own logic: it reads the numbers of each record,
keeps its own balances and its own map of serial numbers, and objects before anything
is written on which the two do not agree.
"""

from __future__ import annotations

import bisect
import json
from typing import TYPE_CHECKING, Any, TypeAlias

from carbonkit.ledger.witness import Undo, Witness
from carbonkit.registry.refusal import Check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from carbonkit.ledger.account import Holding
    from carbonkit.ledger.row import Row

__all__ = ["SecondLog"]

_Owned: TypeAlias = tuple[int, str]  # the last number of a block, and where it lies
_ISSUANCE_CAP = "issuance_cap"


class SecondLog:
    """
    Balances and blocks, worked out a second time from the journal's numbers.

    Example:
        >>> SecondLog().balances
        {}

    References:
        UK Emissions Trading Registry (ukets-registry), the transaction log's own checks.
    """

    def __init__(self) -> None:
        self._undo = Undo()
        self.witness = Witness(self._take_in, self._undo)
        self._accounts: dict[str, bool] = {}  # whether units may come into being there
        self._serialised: dict[str, bool] = {}
        self._places: dict[int, tuple[str, str, str]] = {}
        self._caps: dict[str, int] = {}
        self._issued: dict[str, int] = {}
        self._firsts: dict[str, list[int]] = {}
        self._blocks: dict[str, dict[int, _Owned]] = {}
        self.balances: dict[tuple[str, str, str], int] = {}
        """What every holding contains, by account, asset and bucket."""

    def blocks(self) -> Iterator[tuple[str, int, int, str]]:
        """Yield every block: asset, first and last number, and account/bucket, in order."""
        for asset in sorted(self._blocks):
            found = self._blocks[asset]
            for first in sorted(found):
                yield asset, first, *found[first]

    def _take_in(self, row: Row, holding: Callable[[int], Holding]) -> None:
        if row.movements != "[]":
            for movement in json.loads(row.movements):
                self._take_in_movement(row, movement, holding)
        if row.kind == "transfer":
            return
        facts = json.loads(row.detail)
        if row.kind == "open_account":
            account, _, issues = facts["account"]
            self._undo.put(self._accounts, account, issues)
        elif row.kind == "define_asset":
            asset, _, serialised = facts["asset"]
            self._undo.put(self._serialised, asset, serialised)
        elif row.kind == "statement" and facts["stated"] == _ISSUANCE_CAP:
            self._undo.put(self._caps, facts["facts"]["asset"], int(facts["facts"]["most"]))

    def _place(self, number: int, holding: Callable[[int], Holding]) -> tuple[str, str, str]:
        found = self._places.get(number)
        if found is None:
            named = holding(number)
            found = (named.account.text, named.asset.text, named.bucket)
            self._undo.put(self._places, number, found)
        return found

    def _take_in_movement(self, row: Row, movement: Sequence[Any], holding: Callable[[int], Holding]) -> None:
        source, target = self._place(movement[0], holding), self._place(movement[1], holding)
        quantity, left, arrived = movement[2:5]
        for check, place in ((Check.LOG_SENDER_UNKNOWN, source), (Check.LOG_RECEIVER_UNKNOWN, target)):
            if place[0] not in self._accounts:
                raise check.error("be open", was=place[0], field=_record(row, "account"))
        issues = self._accounts[source[0]]
        balances = self.balances
        rest = balances.get(source, 0) - quantity
        if rest < 0 and not issues:
            raise Check.LOG_BALANCE.error(
                f"be at most {rest + quantity}, the balance of {'/'.join(source)}",
                was=quantity,
                field=_record(row, "quantity"),
            )
        self._undo.put(balances, source, rest)
        total = balances.get(target, 0) + quantity
        self._undo.put(balances, target, total)
        if (rest, total) != (left, arrived):
            raise Check.LOG_BALANCE.error(
                f"leave {rest} and {total}", was=f"{left} and {arrived}", field=_record(row, "balances")
            )
        if self._serialised.get(source[1]):
            self._take_in_serials(row, movement, source, target)

    def _take_in_serials(
        self, row: Row, movement: Sequence[Any], source: tuple[str, str, str], target: tuple[str, str, str]
    ) -> None:
        asset, owner, quantity = source[1], f"{target[0]}/{target[2]}", movement[2]
        ranges = movement[6] if len(movement) > 6 else []  # noqa: PLR2004  the column after the choice
        counted = sum(last - first + 1 for first, last in ranges)
        if counted != quantity:
            raise Check.LOG_BLOCKS.error(
                f"hold {quantity} numbers", was=counted, field=_record(row, "serial numbers")
            )
        if self._accounts[source[0]]:
            self._issue(row, asset, quantity, ranges)
        else:
            for first, last in ranges:
                self._cut(row, asset, f"{source[0]}/{source[2]}", first, last)
        for first, last in ranges:
            self._add(asset, first, (last, owner))

    def _issue(self, row: Row, asset: str, quantity: int, ranges: Sequence[Sequence[int]]) -> None:
        issued = self._issued.get(asset, 0) + quantity
        cap = self._caps.get(asset)
        if cap is not None and issued > cap:
            raise Check.LOG_ISSUANCE.error(
                f"be at most {cap}, the cap of {asset}", was=issued, field=_record(row, "units issued")
            )
        self._undo.put(self._issued, asset, issued)
        for first, last in ranges:
            there = self._at_or_before(asset, last)
            if there is not None and there[1] >= first:
                raise Check.LOG_BLOCKS.error(
                    "be new numbers", was=f"{first} to {last}", field=_record(row, "serial numbers")
                )

    def _cut(self, row: Row, asset: str, owner: str, first: int, last: int) -> None:
        """Take a range out of the blocks of one owner."""
        at = first
        while at <= last:
            there = self._at_or_before(asset, at)
            if there is None or there[1] < at or there[2] != owner:
                raise Check.LOG_BLOCKS.error(
                    f"lie with {owner}", was=f"{first} to {last}", field=_record(row, "serial numbers")
                )
            begin, end, _ = there
            self._remove(asset, begin)
            if begin < at:
                self._add(asset, begin, (at - 1, owner))
            if end > last:
                self._add(asset, last + 1, (end, owner))
            at = end + 1

    def _at_or_before(self, asset: str, number: int) -> tuple[int, int, str] | None:
        firsts = self._firsts.get(asset, [])
        place = bisect.bisect_right(firsts, number)
        return (firsts[place - 1], *self._blocks[asset][firsts[place - 1]]) if place else None

    def _add(self, asset: str, first: int, owned: _Owned) -> None:
        self._put(asset, first, owned)
        self._undo.note(self._drop, asset, first)

    def _remove(self, asset: str, first: int) -> None:
        self._undo.note(self._put, asset, first, self._drop(asset, first))

    def _put(self, asset: str, first: int, owned: _Owned) -> None:
        bisect.insort(self._firsts.setdefault(asset, []), first)
        self._blocks.setdefault(asset, {})[first] = owned

    def _drop(self, asset: str, first: int) -> _Owned:
        firsts = self._firsts[asset]
        del firsts[bisect.bisect_left(firsts, first)]
        return self._blocks[asset].pop(first)


def _record(row: Row, what: str) -> str:
    return f"{what} of record {row.sequence} ({row.command_id})"

"""
Reconciliation: what a registry's store says, against what its journal comes to, and against others' books.

The journal is read again from its first record by a second log that knows nothing of
the store; every balance, every serial number and every unit type is compared.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from carbonkit.errors import CarbonkitError
from carbonkit.ledger.verification import Verification
from carbonkit.registry.second_log import SecondLog
from carbonkit.values.identifier import AssetId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from carbonkit.ledger.store import Store
    from carbonkit.registry.rules import RegistryRules

__all__ = ["Break", "Reconciliation", "RegistryVerification", "UnitSum", "breaks_between", "reconcile"]

Place: TypeAlias = tuple[str, str, str]
"""An account, an asset and a bucket."""

_Run: TypeAlias = tuple[str, int, int, str]  # asset, first and last number, where they lie
_NOTHING: Final = "nothing"


@attrs.frozen
class Break:
    """
    A difference between two books.

    Args:
        what: What differs: a balance, serial numbers, a unit type's sum, or the journal itself.
        where: Which one.
        ours: What the one says.
        theirs: What the other says.

    Example:
        >>> print(Break("balance", "UK-1/UKA-2021-2030/tradable", "5", "4"))
        balance of UK-1/UKA-2021-2030/tradable: 5 here, 4 there
    """

    what: str
    where: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        """Say what differs."""
        return f"{self.what} of {self.where}: {self.ours} here, {self.theirs} there"


@attrs.frozen
class UnitSum:
    """
    Where the units of one type are.

    Args:
        asset: The unit type.
        issued: How many were issued, by the journal.
        held: How many are in accounts, by bucket.
        gone: How many are in accounts that nothing leaves, such as surrendered ones, by kind of account.

    Example:
        >>> UnitSum(AssetId("CEA-2022"), 10, (("tradable", 6), ("frozen", 1)), (("surrender", 3),)).adds_up
        True
    """

    asset: AssetId
    issued: int
    held: tuple[tuple[str, int], ...]
    gone: tuple[tuple[str, int], ...]

    @property
    def adds_up(self) -> bool:
        """Whether what was issued is somewhere, and nothing else is."""
        return self.issued == sum(units for _, units in self.held + self.gone)


@attrs.frozen
class Reconciliation:
    """
    What a reconciliation found.

    Args:
        records: How many records were read again.
        units: Every unit type.
        breaks: Every difference; empty if there is none.

    Example:
        >>> Reconciliation(0, (), ()).ok
        True
    """

    records: int
    units: tuple[UnitSum, ...]
    breaks: tuple[Break, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return not self.breaks


@attrs.frozen
class RegistryVerification:
    """
    What the verification of a registry found: of its ledger, and of its units.

    Args:
        ledger: What the ledger's own verification found.
        reconciliation: What the second log found.

    Example:
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.registry import Registry
        >>> from carbonkit.schemes import uk
        >>> from carbonkit.values import SystemClock
        >>> Registry(Ledger(MemoryStore(), SystemClock()), uk.registry_rules()).verify().ok
        True
    """

    ledger: Verification
    reconciliation: Reconciliation

    @property
    def ok(self) -> bool:
        """Whether nothing differs anywhere."""
        return self.ledger.ok and self.reconciliation.ok

    @property
    def differences(self) -> tuple[str, ...]:
        """All that differs, in words."""
        return self.ledger.differences + tuple(str(each) for each in self.reconciliation.breaks)


def reconcile(store: Store, rules: RegistryRules) -> Reconciliation:
    """
    Read the whole journal again with a second log, and compare it with what is stored.

    Args:
        store: The store; it is only read, in one state.
        rules: The scheme's rules; they say from which kinds of account nothing leaves.

    Returns:
        The sums of every unit type, and every difference.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> from carbonkit.schemes import uk
        >>> reconcile(MemoryStore(), uk.registry_rules()).ok
        True
    """
    log, breaks = SecondLog(), []
    with store.snapshot():
        try:
            log.witness.read(store.rows(), store.holding_numbered)
        except CarbonkitError as error:
            breaks.append(Break("journal", f"record {log.witness.sequence + 1}", "recorded", str(error)))
        kinds = {account.id.text: (account.kind, account.may_go_negative) for account in store.accounts()}
        held = {
            (each.holding.account.text, each.holding.asset.text, each.holding.bucket): each.quantity
            for each in store.balances()
        }
        serialised = {asset.id.text for asset in store.assets() if asset.serialised}
        blocks = sorted(
            (
                each.asset.text,
                each.serials.first,
                each.serials.last,
                f"{each.holding.account}/{each.holding.bucket}",
            )
            for each in store.blocks()
        )
    breaks += breaks_between(held, log.balances)
    breaks += _block_breaks(blocks, list(log.blocks()))
    final = rules.final_kinds()
    units = tuple(_unit_sum(asset, held, log.balances, kinds, final) for asset in sorted(serialised))
    breaks += [_sum_break(each) for each in units if not each.adds_up]
    breaks += _numbers_breaks(units, blocks)
    return Reconciliation(log.witness.sequence, units, tuple(breaks))


def breaks_between(ours: Mapping[Place, int], theirs: Mapping[Place, int]) -> list[Break]:
    """
    Compare two books of balances, such as a registry's and a bank's or an exchange's.

    Args:
        ours: What the one has, by account, asset and bucket; what is missing counts as nothing.
        theirs: What the other has.

    Returns:
        Every difference, in the order of accounts.

    Example:
        >>> breaks_between({("A", "CEA-2022", "tradable"): 5}, {("A", "CEA-2022", "tradable"): 5})
        []
        >>> print(breaks_between({("A", "CEA-2022", "tradable"): 5}, {})[0])
        balance of A/CEA-2022/tradable: 5 here, 0 there
    """
    return [
        Break("balance", "/".join(place), str(ours.get(place, 0)), str(theirs.get(place, 0)))
        for place in sorted({*ours, *theirs})
        if ours.get(place, 0) != theirs.get(place, 0)
    ]


def _runs(blocks: Iterable[_Run]) -> Iterator[_Run]:
    """Join neighbours that lie in the same place; leave overlaps as they are."""
    asset, first, last, where = "", 0, 0, ""
    for block in blocks:
        if block[0] == asset and block[3] == where and block[1] == last + 1:
            last = block[2]
            continue
        if where:
            yield asset, first, last, where
        asset, first, last, where = block
    if where:
        yield asset, first, last, where


def _block_breaks(ours: list[_Run], theirs: list[_Run]) -> list[Break]:
    here, there = set(_runs(ours)), set(_runs(theirs))
    found = [
        Break("serial numbers", f"{asset} {first}-{last}", where, _NOTHING)
        for asset, first, last, where in sorted(here - there)
    ]
    found += [
        Break("serial numbers", f"{asset} {first}-{last}", _NOTHING, where)
        for asset, first, last, where in sorted(there - here)
    ]
    for before, after in itertools.pairwise(ours):
        if before[0] == after[0] and after[1] <= before[2]:
            overlap = f"{after[0]} {after[1]}-{min(before[2], after[2])}"
            found.append(Break("serial numbers", overlap, f"{before[3]} and {after[3]}", "one place"))
    return found


def _unit_sum(
    asset: str,
    held: Mapping[Place, int],
    journal: Mapping[Place, int],
    kinds: Mapping[str, tuple[str, bool]],
    final: frozenset[str],
) -> UnitSum:
    issued = -sum(units for place, units in journal.items() if place[1] == asset and kinds[place[0]][1])
    buckets: dict[str, int] = {}
    gone: dict[str, int] = {}
    for (account, of_asset, bucket), units in held.items():
        kind, issues = kinds[account]
        if of_asset != asset or issues:
            continue
        into, key = (gone, kind) if kind in final else (buckets, bucket)
        into[key] = into.get(key, 0) + units
    return UnitSum(AssetId(asset), issued, _listed(buckets), _listed(gone))


def _listed(units: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((name, quantity) for name, quantity in units.items() if quantity))


def _sum_break(unit: UnitSum) -> Break:
    there = sum(units for _, units in unit.held + unit.gone)
    return Break("units", unit.asset.text, f"{there} somewhere", f"{unit.issued} issued")


def _numbers_breaks(units: Iterable[UnitSum], blocks: Iterable[_Run]) -> list[Break]:
    counted: dict[str, int] = {}
    for asset, first, last, _ in blocks:
        counted[asset] = counted.get(asset, 0) + last - first + 1
    return [
        Break(
            "serial numbers", each.asset.text, str(counted.get(each.asset.text, 0)), f"{each.issued} issued"
        )
        for each in units
        if counted.get(each.asset.text, 0) != each.issued
    ]

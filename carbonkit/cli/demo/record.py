"""What the public files say of each account of the registry, and the dates that a replay must choose."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.registry import ComplianceStatus
from carbonkit.values.identifier import AccountId
from carbonkit.values.number import whole
from carbonkit.values.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonkit.cli.demo.example import Examples

__all__ = ["EXAMPLE", "YEARS", "Holder", "read_holders"]

EXAMPLE: Final = "ukets_compliance"
YEARS: Final = (2021, 2022, 2023, 2024)


@attrs.frozen
class Holder:
    """
    One account of the public report.

    Args:
        account: Its identifier.
        kind: What kind of account it is.
        first_year: The first year of operation.
        last_year: The last one; None while operation goes on.
        emissions: Verified emissions by year, in tCO2e.
        excluded: The years that the authority excluded.
        allocated: Allowances allocated for free, by year.
        emitted: The published sum of its emissions.
        surrendered: The published sum of what it surrendered.
        statuses: The published status at the deadline of each year; may be empty.

    Example:
        >>> Holder(AccountId("UK-1"), "operator_holding", 2021, None, {2021: 5}, set(), {}, 5, 5,
        ...        dict.fromkeys(YEARS, "A")).surrenders(late=False)
        {2021: 5, 2022: 0, 2023: 0, 2024: 0}
    """

    account: AccountId
    kind: str
    first_year: int
    last_year: int | None
    emissions: Mapping[int, int]
    excluded: AbstractSet[int]
    allocated: Mapping[int, int]
    emitted: int
    surrendered: int
    statuses: Mapping[int, str]

    def surrenders(self, *, late: bool) -> dict[int, int]:
        """
        Date the published sum: what is due at each deadline, all that is left at the last one.

        Args:
            late: Whether a deadline is missed where its published status says so, or where it has
                none because the account was not open yet.

        Returns:
            How many units are surrendered by the deadline of each year.
        """
        plan: dict[int, int] = {}
        due = given = 0
        for year in YEARS:
            due += self.emissions.get(year, 0)
            last = year == YEARS[-1]
            missed = late and not last and self.statuses[year] in {"", ComplianceStatus.SHORT.value}
            wanted = self.surrendered if last else min(due, self.surrendered)
            plan[year] = 0 if missed else max(0, wanted - given)
            given += plan[year]
        return plan

    def purchases(self, plan: Mapping[int, int]) -> dict[int, int]:
        """
        Say how many units must be bought each year, beyond those allocated.

        Args:
            plan: What is surrendered each year.

        Returns:
            How many units are bought before the deadline of each year.
        """
        bought: dict[int, int] = {}
        held = 0
        for year in YEARS:
            held += self.allocated.get(year, 0)
            bought[year] = max(0, plan[year] - held)
            held += bought[year] - plan[year]
        return bought


def _optional(cell: str) -> int | None:
    return whole(cell) if cell else None


def _tonnes(cell: str) -> int | None:
    return None if cell == "excluded" else whole(cell)


def read_holders(examples: Examples) -> tuple[Holder, ...]:
    """
    Read the four files of the example.

    Args:
        examples: Where they lie.

    Returns:
        One holder for each account, in the order of the report.

    Raises:
        BatchError: If a file is not as it must be.

    Example:
        >>> from carbonkit.cli.demo.example import Examples
        >>> examples = Examples.found()
        >>> not examples.has(EXAMPLE) or len(read_holders(examples)) == 1341
        True
    """
    emissions: dict[AccountId, dict[int, int]] = {}
    excluded: dict[AccountId, set[int]] = {}
    for row in _rows(examples, "emissions.csv", {"account": AccountId, "year": whole, "tonnes": _tonnes}):
        if row["tonnes"] is None:
            excluded.setdefault(row["account"], set()).add(row["year"])
        else:
            emissions.setdefault(row["account"], {})[row["year"]] = row["tonnes"]
    allocated: dict[AccountId, dict[int, int]] = {}
    for row in _rows(examples, "allocations.csv", {"account": AccountId, "year": whole, "quantity": whole}):
        allocated.setdefault(row["account"], {})[row["year"]] = row["quantity"]
    sums: dict[str, Callable[[str], object]] = {"cumulative_emissions": whole, "cumulative_surrenders": whole}
    statuses: dict[str, Callable[[str], object]] = {f"status_{year}": str for year in YEARS}
    published = {
        row["account"]: row
        for row in _rows(examples, "published.csv", {"account": AccountId, **sums, **statuses})
    }
    columns: dict[str, Callable[[str], object]]
    columns = {"account": AccountId, "kind": str, "first_year": whole, "last_year": _optional}
    return tuple(
        Holder(
            **row,
            emissions=emissions.get(row["account"], {}),
            excluded=excluded.get(row["account"], set()),
            allocated=allocated.get(row["account"], {}),
            emitted=published[row["account"]]["cumulative_emissions"],
            surrendered=published[row["account"]]["cumulative_surrenders"],
            statuses={year: published[row["account"]][f"status_{year}"] for year in YEARS},
        )
        for row in _rows(examples, "accounts.csv", columns)
    )


def _rows(
    examples: Examples, file: str, columns: Mapping[str, Callable[[str], object]]
) -> tuple[dict[str, Any], ...]:
    return read_table(examples.lines(EXAMPLE, file), file=file, columns=columns, build=dict)

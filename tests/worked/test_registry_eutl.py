"""
The European Union Transaction Log's sample, replayed account by account through registry and ledger.

2,428 installation-years of seven registries, 2005 to 2022. Each installation is an account
for each trading period, as cumulative figures begin anew with each. Every surrender is
dated by its deadline. What differs is listed with its cause: the published figures froze
at some deadline, and the year's own columns show what came or was corrected later.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from carbonkit.ledger import Ledger, MemoryStore
from carbonkit.registry import (
    Compliance,
    Emissions,
    Exclusion,
    Opening,
    Operation,
    Registry,
    Request,
    Transaction,
    TransactionType,
    UnitDefinition,
    UnitType,
    in_groups,
)
from carbonkit.schemes import eu_registry
from carbonkit.values import AccountId, CommandId, FixedClock

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.whole

Year: TypeAlias = dict[str, str]

SAMPLE = Path(__file__).parents[3] / "shared" / "data" / "registry" / "eutl_compliance_sample.csv"
START = "2005-01-01T12:00:00Z"
CENTRAL = ("issuance", "total_quantity", "allocation", "auction", "auction_delivery", "surrender")


def number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def read() -> dict[tuple[str, str], list[Year]]:
    found: dict[tuple[str, str], list[Year]] = {}
    with SAMPLE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found.setdefault((row["installation"], row["phase"]), []).append(row)
    return {key: sorted(rows, key=lambda row: row["year"]) for key, rows in sorted(found.items())}


def account(installation: str, phase: str) -> AccountId:
    return AccountId(f"{installation}.{phase}")


def moved(  # noqa: PLR0917  the parts of a transaction, in its own order
    name: str, kind: TransactionType, unit: UnitType, quantity: int, way: str, at: str
) -> Transaction:
    source, target = way.split(" > ")
    return Transaction(
        CommandId(name),
        kind,
        unit,
        quantity,
        AccountId(source),
        AccountId(target),
        at,
        by="registry",
        approved_by="authority",
    )


def requests(sample: dict[tuple[str, str], list[Year]]) -> Iterator[Request]:
    for kind in CENTRAL:
        yield Opening(CommandId(f"open/{kind}"), AccountId(kind), kind, START)
    for phase in sorted({phase for _, phase in sample}):
        unit = eu_registry.unit_of(phase)
        years = [row for key, rows in sample.items() if key[1] == phase for row in rows]
        all_of_it = sum(
            number(row["units_surrendered"]) + number(row["allowance_in_allocation"]) for row in years
        )
        central = TransactionType.CENTRAL_TRANSFER
        yield UnitDefinition(CommandId(f"define/{phase}"), unit, START)
        for name, moves, quantity, way in (
            ("issue", TransactionType.ISSUE, 2 * all_of_it, "issuance > total_quantity"),
            ("allocation", central, all_of_it, "total_quantity > allocation"),
            ("auction", central, all_of_it, "total_quantity > auction"),
            ("delivery", central, all_of_it, "auction > auction_delivery"),
        ):
            yield moved(f"{name}/{phase}", moves, unit, quantity, way, START)
    for (installation, phase), rows in sample.items():
        own = account(installation, phase)
        yield Opening(CommandId(f"open/{own}"), own, "operator_holding", START)
        yield Operation(CommandId(f"years/{own}"), own, int(rows[0]["year"]), None, START)
        held = 0
        for row in rows:
            yield from year_of(own, eu_registry.unit_of(phase), row, held)
            held = max(0, held + number(row["allowance_in_allocation"]) - number(row["units_surrendered"]))


def year_of(own: AccountId, unit: UnitType, row: Year, held: int) -> Iterator[Request]:
    year, name = int(row["year"]), f"{own}/{row['year']}"
    given, surrendered = number(row["allowance_in_allocation"]), number(row["units_surrendered"])
    if given:
        way = f"allocation > {own}"
        yield moved(f"allocate/{name}", TransactionType.ALLOCATE, unit, given, way, f"{year}-02-28T12:00:00Z")
    if row["verified"].isdigit():
        at = f"{year + 1}-03-31T12:00:00Z"
        yield Emissions(CommandId(f"emissions/{name}"), own, year, int(row["verified"]), at)
    elif row["verified"] == "Excluded":
        yield Exclusion(CommandId(f"exclude/{name}"), own, year, f"{year + 1}-03-31T12:00:00Z")
    if surrendered > held + given:
        missing, way = surrendered - held - given, f"auction_delivery > {own}"
        yield moved(
            f"buy/{name}", TransactionType.TRANSFER, unit, missing, way, f"{year + 1}-04-01T12:00:00Z"
        )
    if surrendered:
        way, at = f"{own} > surrender", f"{year + 1}-04-30T12:00:00Z"
        yield moved(f"surrender/{name}", TransactionType.SURRENDER, unit, surrendered, way, at)


def cause(published: int, found: int, of_year: int) -> str:
    """Say why a cumulative figure differs, from the year's own column."""
    if published == found - of_year:
        return "frozen before the year's own figure came"
    return "corrected since, in this year or an earlier one"


def status_cause(code: str, row: Year, found: Compliance) -> str:
    """Say why a published code is not the status that the figures give."""
    if code in {"", "-"}:
        return "no code published, or no obligation"
    if found.status.value == "EXCLUDED":
        return "every year is excluded; the log keeps a letter"
    if code in {"D", "E"}:
        return "the authority corrected the emissions"
    if row["compliance_code"].endswith("*") or code in {"B", "C"}:
        return "frozen at the deadline, reported or surrendered later"
    return "emissions or exclusion changed after the code was published"


@pytest.mark.skipif(not SAMPLE.exists(), reason="the research data are not beside the project")
def test_the_transaction_log_s_sample_is_replayed() -> None:
    sample = read()
    registry = Registry(
        Ledger(MemoryStore(), FixedClock("2023-06-01T00:00:00Z")), eu_registry.registry_rules()
    )
    in_groups(registry, requests(sample), 2_000)
    equal: Counter[str] = Counter()
    causes: Counter[tuple[str, str]] = Counter()
    for (installation, phase), rows in sample.items():
        for row in rows:
            found = registry.compliance(account(installation, phase), f"{int(row['year']) + 1}-04-30")
            calculated = row["cum_verified"] != "Not Calculated"
            for what, ours, column, own in (
                ("surrendered", found.surrendered, "cum_surrendered", "units_surrendered"),
                ("emitted", found.emitted, "cum_verified", "verified"),
            ):
                if not (row[column].isdigit() and calculated):
                    causes[what, "not calculated by the log"] += 1
                elif int(row[column]) == ours:
                    equal[what] += 1
                else:
                    causes[what, cause(int(row[column]), ours, number(row[own]))] += 1
            code = row["compliance_code"].rstrip("*")
            if code == found.status.value:
                equal["status"] += 1
            else:
                causes["status", status_cause(code, row, found)] += 1
    assert registry.verify().ok
    assert sum(len(rows) for rows in sample.values()) == 2_428
    assert equal == EQUAL
    assert causes == CAUSES


EQUAL = Counter({"surrendered": 1_958, "emitted": 1_988, "status": 1_759})
CAUSES: Counter[tuple[str, str]] = Counter(
    {
        ("emitted", "corrected since, in this year or an earlier one"): 26,
        ("emitted", "frozen before the year's own figure came"): 15,
        ("emitted", "not calculated by the log"): 399,
        ("status", "emissions or exclusion changed after the code was published"): 45,
        ("status", "every year is excluded; the log keeps a letter"): 301,
        ("status", "frozen at the deadline, reported or surrendered later"): 94,
        ("status", "no code published, or no obligation"): 218,
        ("status", "the authority corrected the emissions"): 11,
        ("surrendered", "corrected since, in this year or an earlier one"): 53,
        ("surrendered", "frozen before the year's own figure came"): 17,
        ("surrendered", "not calculated by the log"): 400,
    }
)

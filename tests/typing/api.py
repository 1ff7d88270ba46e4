"""What a caller's type checker sees; read by mypy and pyright, never run."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import assert_type

from carbonkit.accounting import (
    Activity,
    Breakdown,
    Catalogue,
    Choice,
    Fallback,
    First,
    Inventory,
    Line,
    Lines,
    Scope2Method,
    Step,
    account,
    bundled,
    gwp_set,
    read_factors,
)
from carbonkit.accounting.frame import FrameInventory
from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError, Problem
from carbonkit.ledger import (
    Balance,
    Bucket,
    Checkpoint,
    Command,
    CommandId,
    ConsistencyProof,
    Hold,
    InclusionProof,
    Ledger,
    Leg,
    MemoryStore,
    PostHold,
    Receipt,
    Record,
    Refusal,
    Reversal,
    SerialRange,
    Signer,
    Store,
    Transfer,
    Verification,
    VoidHold,
    opened,
)
from carbonkit.storage import PostgresStore, SQLiteStore
from carbonkit.values import (
    AccountId,
    AssetId,
    Clock,
    CO2e,
    Energy,
    Explanation,
    FixedClock,
    Mass,
    Money,
    Period,
    Place,
    Price,
    Quantity,
    Rounding,
    Source,
    Status,
    SystemClock,
    as_date,
    as_instant,
    divide,
    exact,
    multiply,
    quantity,
    read_table,
    round_to,
    whole,
)

# ------------------------------------------------------------------ numbers

assert_type(exact("1.5"), Decimal)
assert_type(exact(1), Decimal)
assert_type(exact(Decimal("1.5")), Decimal)
assert_type(whole("15"), int)
assert_type(round_to("1.55", 1, Rounding.HALF_UP), Decimal)
assert_type(divide(1, "3", 6, Rounding.HALF_EVEN), Decimal)
assert_type(multiply(exact(2), exact(3)), Decimal)

exact(0.1)  # type: ignore[arg-type]
exact(None)  # type: ignore[arg-type]
whole(1.0)  # type: ignore[arg-type]
multiply(2, 3)  # type: ignore[arg-type]
divide(1, 3)  # type: ignore[call-arg]
divide(1, 3, 2, "half_up")  # type: ignore[arg-type]
round_to("1.5", 0)  # type: ignore[call-arg]

# --------------------------------------------------------------- quantities

assert_type(Mass("1", "t") + Mass("1", "kg"), Mass)
assert_type(Mass("1", "t") * 2, Mass)
assert_type("0.5" * Mass("1", "t"), Mass)
assert_type(-Mass("1", "t"), Mass)
assert_type(Mass("1", "t") < Mass("1", "kg"), bool)
assert_type(Mass("1", "t").to("kg"), Mass)
assert_type(Mass("1", "t").number, Decimal)
assert_type(Mass("1", "t").unit, str)
assert_type(Energy("1", "MWh").to("GJ"), Energy)
assert_type(Energy("1", "MJ").to("kWh", places=6, rounding=Rounding.HALF_UP), Energy)
assert_type(CO2e("1", "tCO2e") - CO2e("1", "kgCO2e"), CO2e)
assert_type(quantity("1", "kWh"), Quantity)

Mass(1.5, "t")  # type: ignore[arg-type]
Mass("1", None)  # type: ignore[arg-type]
Mass("1")  # type: ignore[call-arg]
Mass("1", "t") + Energy("1", "MJ")  # type: ignore[operator]
Mass("1", "t") - CO2e("1", "tCO2e")  # type: ignore[operator]
Mass("1", "t") + 1  # type: ignore[operator]
Mass("1", "t") * Mass("1", "t")  # type: ignore[operator]
Mass("1", "t") * 1.5  # type: ignore[operator]
Mass("1", "t") / 2  # type: ignore[operator]
_ = Mass("1", "t") < Energy("1", "MJ")  # type: ignore[operator]
Mass("1", "t").number = Decimal(2)  # type: ignore[misc]

# -------------------------------------------------------- money and prices

assert_type(Money("1.50", "EUR") + Money("1", "EUR"), Money)
assert_type(Money("1.50", "EUR") * "0.5", Money)
assert_type(3 * Money("1.50", "EUR"), Money)
assert_type(Money.from_minor(150, "EUR"), Money)
assert_type(Money("1.50", "EUR").to_minor(), int)
assert_type(Money("1.555", "EUR").rounded(Rounding.HALF_UP), Money)
assert_type(Money("1.50", "EUR").formatted("en_GB"), str)
assert_type(Price("48.00", "CNY", "tCO2e").of(CO2e("1", "tCO2e")), Money)
assert_type(sum([Money("1", "EUR")], Money("0", "EUR")), Money)

Money(1.5, "EUR")  # type: ignore[arg-type]
Money("1.5")  # type: ignore[call-arg]
Money("1", "EUR") + 1  # type: ignore[operator]
Money("1", "EUR") * Money("1", "EUR")  # type: ignore[operator]
Money("1", "EUR") * 1.5  # type: ignore[operator]
Money("1", "EUR") / 2  # type: ignore[operator]
Money("1", "EUR") + Mass("1", "t")  # type: ignore[operator]
Money("1.555", "EUR").rounded()  # type: ignore[call-arg]
Money("1", "EUR").amount = Decimal(2)  # type: ignore[misc]
Price("1", "CNY", "t") + Price("1", "CNY", "t")  # type: ignore[operator]
Price("1", "CNY", "t").of(1)  # type: ignore[arg-type]

# --------------------------------------------------------------------- time

assert_type(as_date("2021-07-16"), datetime.date)
assert_type(as_instant("2021-07-16T01:30:00Z"), datetime.datetime)
assert_type(Period.year(2021), Period)
assert_type(Period("2021-01-01", None).end, datetime.date | None)
assert_type(Period.year(2021).days, int)
assert_type("2021-07-16" in Period.year(2021), bool)

fixed: Clock = FixedClock(as_instant("2021-07-16T01:30:00Z"))
system: Clock = SystemClock()
assert_type(fixed.now(), datetime.datetime)

as_date(20210716)  # type: ignore[arg-type]
as_instant(1626399000)  # type: ignore[arg-type]
Period("2021-01-01")  # type: ignore[call-arg]
Period(2021, 2022)  # type: ignore[arg-type]
_ = None in Period.year(2021)  # type: ignore[operator]
no_clock: Clock = as_date("2021-07-16")  # type: ignore[assignment]

# ------------------------------------- identifiers, places, sources, tables

assert_type(AccountId("A").text, str)
assert_type(Place("CN/SH").within(Place("CN")), bool)
assert_type(Source("IPCC", "AR5", 2013).status, Status)
assert_type(Explanation("lot", "1 t").parts, tuple[Explanation, ...])
assert_type(Explanation("lot", "1 t").sources(), Iterator[Source])
assert_type(
    read_table(["id\n"], file="x.csv", columns={"id": str}, build=lambda row: AccountId(row["id"])),
    tuple[AccountId, ...],
)

AccountId(1)  # type: ignore[arg-type]
other_account: AccountId = AssetId("A")  # type: ignore[assignment]
Place("CN").within("CN")  # type: ignore[arg-type]
Source("IPCC", "AR5", 2013, "Table 8.A.1")  # type: ignore[call-arg]
Source("IPCC", "AR5", 2013, status="draft")  # type: ignore[arg-type]

# ------------------------------------------------------------------- ledger

ledger = Ledger(
    MemoryStore(), fixed, "registry.example/ledger", signers=[Signer.generate("registry.example")]
)
leg = Leg(AssetId("CNY"), 5, AccountId("ANN"), AccountId("BOB"), target_bucket=Bucket.FROZEN)
paid = Transfer(CommandId("pay"), [leg], "gift", "2021-07-16T01:30:00Z")
held = Hold(CommandId("order"), [leg], "order", "2021-07-16T01:30:00Z", Bucket.RESERVED, None)
store: Store = MemoryStore()

assert_type(ledger.post(paid), Receipt)
assert_type(ledger.post_all([paid, held]), tuple[Receipt, ...])
assert_type(ledger.post_each(iter([paid])), tuple[Receipt | Refusal, ...])
assert_type(ledger.problems([paid]), tuple[Problem, ...])
assert_type(
    ledger.post(PostHold(CommandId("match"), held.id, "2021-07-16T01:30:00Z", [5])).balances,
    tuple[Balance, ...],
)
assert_type(
    ledger.post(VoidHold(CommandId("cancel"), held.id, "cancelled", "2021-07-16T01:30:00Z")).record, Record
)
assert_type(
    ledger.post(Reversal(CommandId("undo"), paid.id, "error", "2021-07-16T01:30:00Z")).checkpoint, Checkpoint
)
assert_type(ledger.quantity(AccountId("ANN"), AssetId("CNY"), at="2021-07-16T01:30:00Z"), int)
assert_type(ledger.balances(at=fixed.now()), tuple[Balance, ...])
assert_type(ledger.serials(AccountId("ANN"), AssetId("CEA")), tuple[SerialRange, ...])
assert_type(ledger.record(paid.id), Record | None)
assert_type(ledger.records_about(AccountId("ANN")), Iterator[Record])
assert_type(ledger.checkpoint(), Checkpoint)
assert_type(ledger.note(), str)
assert_type(ledger.inclusion(paid.id, 5), InclusionProof)
assert_type(ledger.consistency(1), ConsistencyProof)
assert_type(ledger.verify(print, against=[ledger.checkpoint()]), Verification)
assert_type(held.expires_at, datetime.datetime | None)
assert_type(opened(ledger.note(), Signer.generate("registry.example").verifier), Checkpoint)


def number_of(result: Receipt | Refusal) -> int | str:
    if isinstance(result, Refusal):
        return assert_type(result.problem.code, str)
    return assert_type(result.sequence, int)


def count(command: Command) -> int:
    return len(command.legs) if isinstance(command, (Transfer, Hold)) else 0


def stores(path: str, dsn: str) -> tuple[Store, Store, Store]:
    return MemoryStore(), SQLiteStore.open(path), PostgresStore.open(dsn, ledger="main", portable=True)


Leg(AssetId("CNY"), 1.5, AccountId("ANN"), AccountId("BOB"))  # type: ignore[arg-type]
Leg(AccountId("CNY"), 5, AccountId("ANN"), AccountId("BOB"))  # type: ignore[arg-type]
Transfer("pay", [leg], "gift", "2021-07-16T01:30:00Z")  # type: ignore[arg-type]
Hold(CommandId("order"), [leg], "order", "2021-07-16T01:30:00Z", Bucket.RESERVED)  # type: ignore[call-arg]
Hold(CommandId("order"), [leg], "order", "2021-07-16T01:30:00Z", "reserved", None)  # type: ignore[arg-type]
PostHold(CommandId("match"), "order", "2021-07-16T01:30:00Z")  # type: ignore[arg-type]
paid.reason = "other"  # type: ignore[misc]
ledger.post([paid])  # type: ignore[arg-type]
ledger.post_all(paid)  # type: ignore[arg-type]
ledger.post(paid).recorded_at = fixed.now()  # type: ignore[misc]
no_store: Store = {}  # type: ignore[assignment]

# ------------------------------------------------------------------- errors


def problem_of(error: InvalidValueError) -> Problem:
    caught: CarbonkitError = error
    return assert_type(caught.problem, Problem)


def placed(error: InvalidValueError, batch: BatchError) -> tuple[InvalidValueError, BatchError]:
    assert_type(batch.problems, tuple[Problem, ...])
    return assert_type(error.at(row=3), InvalidValueError), assert_type(batch.at(row=3), BatchError)


# --------------------------------------------------------------- accounting


def accounting(activities: Iterable[Activity], lines: Iterable[str]) -> None:
    assert_type(bundled("uk-desnz-2024", "cn-grid"), Catalogue)
    catalogue = Catalogue(read_factors(lines, file="factors.csv"))
    policy = Fallback(first=First.PLACE, wider=True, years_back=1)
    choice = catalogue.choose("steam", Place("US"), Period.year(2025), fallback=policy)
    assert_type(choice, Choice)
    assert_type(choice.step, Step | None)
    inventory = account(activities, catalogue, scope_2=Scope2Method, fallback=policy)
    assert_type(inventory, Inventory)
    assert_type(inventory.lines[0], Line)
    assert_type(inventory.lines[1:], Lines)
    assert_type(inventory.biogenic_co2(scope_2=Scope2Method.MARKET), Mass)
    statement = inventory.co2e(gwp_set("AR5"), scope_2=Scope2Method.LOCATION)
    assert_type(statement.by_category(), Breakdown)
    assert_type(statement.total, CO2e)
    assert_type(Inventory.from_frame(object(), catalogue), FrameInventory)
    inventory.co2e("AR5")  # type: ignore[arg-type]  # there is no default set, and a name is none
    Fallback(wider=True)  # type: ignore[call-arg]  # what gives way first is the caller's choice

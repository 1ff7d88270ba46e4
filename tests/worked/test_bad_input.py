"""Bad input of every kind: an error of carbonkit's own tree says where, what it must be and what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonkit.accounting import Catalogue, account, read_activities, read_factors
from carbonkit.errors import BatchError, CarbonkitError, Problem
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    CommandId,
    DefineAsset,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    Selection,
    SerialRange,
    Transfer,
)
from carbonkit.market import Participant, ParticipantKind, read_tape, run_tape
from carbonkit.schemes.china_national import instrument, venue_rules
from carbonkit.values import FixedClock, Money, Price, as_date
from tests.floor import open_floor

if TYPE_CHECKING:
    from collections.abc import Callable

AT = "2021-07-01T00:00:00Z"
DAY = as_date("2021-07-16")
ACTIVITIES = "id,facility,activity,amount,unit,place,start,end,scope"
FACTORS = (
    "id,edition,activity,place,method,valid_from,valid_until,per,gas,amount,unit,basis,"
    "publisher,title,year,table,url,licence,status,note"
)
TAPE = "seq,at,account,action,order_id,target_order_id,price,quantity"


def activities(*rows: str) -> None:
    account(read_activities([ACTIVITIES, *rows], file="bills.csv"), Catalogue(()))


def factors(*rows: str) -> None:
    Catalogue(read_factors([FACTORS, *rows], file="factors.csv"))


def tape(*rows: str) -> None:
    cea = instrument("CEA", DAY)
    seller = Participant(
        account="KEE-001", kind=ParticipantKind.KEY_EMITTER, allowances=1_000, cash=Money("0", "CNY")
    )
    session = open_floor([seller], cea=cea, rules=venue_rules(DAY))
    run_tape(session.venue, read_tape([TAPE, *rows], file="tape.csv", instrument=cea))


def post(name: str, serials: tuple[SerialRange, ...] | Selection, quantity: int) -> None:
    cea = AssetId("CEA-2019-2020")
    ledger = Ledger(MemoryStore(), FixedClock(AT))
    issuance = Account(AccountId("ISSUANCE"), "issuance", may_go_negative=True)
    holder, other = (
        Account(AccountId(name), "key_emitter", may_go_negative=False) for name in ("KEE-001", "KEE-002")
    )
    issued = Leg(cea, 100, issuance.id, holder.id, serials=(SerialRange(1, 100),))
    ledger.post_all(
        [
            DefineAsset(CommandId("define"), Asset(cea, 0, serialised=True), AT),
            OpenAccount(CommandId("open/1"), issuance, AT),
            OpenAccount(CommandId("open/2"), holder, AT),
            OpenAccount(CommandId("open/3"), other, AT),
            Transfer(CommandId("issue"), [issued], "issue", AT),
        ]
    )
    before = ledger.store.head()
    leg = Leg(cea, quantity, holder.id, other.id, serials=serials)
    try:
        ledger.post_all([Transfer(CommandId(name), [leg], "transfer", AT)])
    finally:
        assert ledger.store.head() == before


FACTOR = (
    "gas/{0},2025,natural gas,CN,,2025-01-01,2026-01-01,TJ,CO2,56100,kg,,IPCC,Guidelines,2006,,,,confirmed,"
)
BILL = "{0},boiler,natural gas,{1},{2},CN,2025-01-01,2026-01-01,1"
SELL = "{0},2021-07-16T09:30:0{0}+08:00,KEE-001,post-sell,S-{0},,{1},{2}"

CASES: dict[str, tuple[Callable[[], object], str, str, int | None, str, str]] = {
    "a malformed row": (lambda: activities("1,boiler"), "malformed", "bills.csv", 2, "", "2 cells"),
    "an unknown unit": (
        lambda: activities(BILL.format(1, "5", "ton")),
        "unknown_unit",
        "bills.csv",
        2,
        "unit",
        "ton",
    ),
    "a number with separators": (
        lambda: activities(BILL.format(1, '"1,000"', "TJ")),
        "invalid_value",
        "bills.csv",
        2,
        "amount",
        "1,000",
    ),
    "a float": (lambda: Price(48.0, "CNY", "tCO2e"), "inexact_number", "", None, "price", "48.0"),  # type: ignore[arg-type]
    "an unknown factor": (
        lambda: activities(BILL.format(1, "5", "TJ")),
        "unknown_factor",
        "bills.csv",
        2,
        "activity",
        "natural gas",
    ),
    "overlapping factor dates": (
        lambda: factors(FACTOR.format(1), FACTOR.format(2)),
        "overlap",
        "factors.csv",
        3,
        "valid_from",
        "gas/2 (2025), valid [2025-01-01, 2026-01-01)",
    ),
    "an overdraft": (
        lambda: post("sell/1", Selection.FROM_LEFT, 101),
        "overdraft",
        "command sell/1",
        None,
        "quantity of CEA-2019-2020",
        "101",
    ),
    "a broken serial range": (
        lambda: post("sell/2", (SerialRange(91, 110),), 20),
        "serial_range",
        "command sell/2",
        None,
        "serial range",
        "91-110",
    ),
    "a reversed serial range": (
        lambda: SerialRange(10, 1),
        "serial_range",
        "",
        None,
        "serial range",
        "10 to 1",
    ),
    "a price outside the band": (
        lambda: tape(SELL.format(1, "52.81", "100")),
        "outside_band",
        "tape.csv",
        2,
        "price",
        "52.81 CNY/tCO2e",
    ),
    "an odd lot": (
        lambda: tape(SELL.format(1, "48.00", "10.5")),
        "odd_lot",
        "tape.csv",
        2,
        "quantity",
        "10.5",
    ),
    "an order of block size": (
        lambda: tape(SELL.format(1, "48.00", "100000")),
        "outside_size",
        "tape.csv",
        2,
        "quantity",
        "100000",
    ),
}


def problems_of(act: Callable[[], object]) -> tuple[Problem, ...]:
    with pytest.raises(CarbonkitError) as caught:
        act()
    error = caught.value
    return error.problems if isinstance(error, BatchError) else (error.problem,)


@pytest.mark.parametrize(("act", "code", "file", "row", "field", "was"), CASES.values(), ids=CASES)
def test_one_problem_says_where_and_what(  # noqa: PLR0917  a row of the table
    act: Callable[[], object], code: str, file: str, row: int | None, field: str, was: str
) -> None:
    (problem,) = problems_of(act)
    assert (problem.code, problem.file, problem.row, problem.field) == (code, file, row, field)
    assert problem.must
    assert problem.was == was
    assert was in str(problem)


def test_a_batch_reports_all_of_its_problems_together() -> None:
    found = problems_of(
        lambda: activities(
            BILL.format(1, "5", "ton"), BILL.format(2, "five", "TJ"), BILL.format(2, "5", "TJ"), "3,short"
        )
    )
    assert [(problem.row, problem.field) for problem in found] == [
        (2, "unit"),
        (3, "amount"),
        (4, "id"),
        (5, ""),
    ]

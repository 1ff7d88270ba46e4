"""The administration over the exchange: admission, money, days, halts, and the first start."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.errors import InvalidValueError
from carbonkit.exchange.provision import provision
from carbonkit.ledger import Bucket, CommandId
from carbonkit.market import ParticipantKind, Side
from carbonkit.registry import Opening, Right, TransactionType, UnitType
from carbonkit.values import AccountId, AssetId, Money, Price
from carbonkit.wire import (
    ADMIT,
    APPROVE_TRANSACTION,
    CANCEL_ORDER,
    CLOSE_DAY,
    HALT,
    OPEN_DAY,
    ORDERS,
    PAY_IN,
    PAY_OUT,
    PLACE_ORDER,
    RESUME,
    CashRequest,
    DayRequest,
    HaltRequest,
    OrderRequest,
    Person,
    ResumeRequest,
)
from carbonkit.wire.scope import Scope
from tests.exchange.registries import (
    ALLOCATED,
    ANN,
    CEA,
    DAY,
    PAID_IN,
    SAM,
    STAFF,
    TOM,
    House,
    admission,
    market,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.wire import Operation

EVE = admission("KEE-003", "eve", "fay")


@pytest.fixture(scope="module")
def ready() -> Iterator[House]:
    made = House().open()
    yield made
    made.close()


@pytest.fixture
def house(ready: House) -> Iterator[House]:
    made = ready.copy()
    yield made
    made.check()
    made.close()


# --------------------------------------------------------------------- admission


def test_who_is_admitted_has_an_account_and_nothing_in_it(house: House) -> None:
    shown = house.ask(SAM, ADMIT, EVE)
    assert (shown.account.text, shown.kind, shown.holdings) == ("KEE-003", ParticipantKind.KEY_EMITTER, ())
    assert [each.holding for each in shown.positions] == [0] * 6
    assert house.ledger.account(AccountId("KEE-003")).kind == "key_emitter"


def test_an_account_that_was_open_brings_what_it_has(house: House) -> None:
    at = house.clock.now()
    opening = Opening(CommandId("before"), AccountId("KEE-003"), "key_emitter", at)
    house.desk.registry.submit([opening])
    name = house.propose(SAM, TransactionType.ALLOCATE, 40, "AUTHORITY", "KEE-003")
    house.ask(TOM, APPROVE_TRANSACTION, transaction=name)
    (position,) = (each for each in house.ask(SAM, ADMIT, EVE).positions if each.asset == CEA)
    assert position.sellable == 40


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"account": "KEE-001"}, (409, "duplicate_account")),
        ({"account": "KEE/003"}, (422, "invalid_value")),
        ({"account": "K" * 65}, (422, "invalid_value")),
        ({"account": "BANK"}, (422, "invalid_value")),
        ({"account": "ISSUANCE", "account_kind": "issuance"}, (422, "invalid_value")),
        ({"account_kind": "operator"}, (422, "registry_refused")),
        ({"allocation": "0.5"}, (422, "invalid_value")),
        ({"allocation": -1}, (422, "invalid_value")),
        ({"persons": (Person(name=" eve", right=Right.APPROVE),)}, (422, "invalid_value")),
        ({"persons": (Person(name="eve", right=Right.APPROVE),) * 101}, (422, "invalid_value")),
    ],
)
def test_who_cannot_be_admitted(house: House, change: dict[str, Any], refusal: tuple[int, str]) -> None:
    status, code = house.refused(SAM, ADMIT, attrs.evolve(EVE, **change))
    assert (status, code) == refusal
    assert house.ledger.store.account(AccountId("KEE-003")) is None


def test_an_account_of_another_kind_is_not_admitted(house: House) -> None:
    opening = Opening(CommandId("before"), AccountId("KEE-003"), "institution", house.clock.now())
    house.desk.registry.submit([opening])
    assert house.refused(SAM, ADMIT, EVE) == (422, "invalid_value")


# ------------------------------------------------------------------------- money


def test_money_comes_and_goes_at_the_venue_and_in_the_ledger(house: House) -> None:
    paid = CashRequest(account="KEE-001", amount=Money("0.07", "CNY"))
    assert house.ask(SAM, PAY_IN, paid).positions[0].cash == Money("1000000.07", "CNY")
    assert house.ask(SAM, PAY_OUT, CashRequest(account="KEE-001", amount=PAID_IN)).positions[0].cash == Money(
        "0.07", "CNY"
    )
    assert house.ledger.quantity(AccountId("BANK"), AssetId("CNY")) == -100_000_007


@pytest.mark.parametrize("operation", [PAY_IN, PAY_OUT], ids=lambda each: each.name)
@pytest.mark.parametrize(
    ("account", "amount", "refusal"),
    [
        ("KEE-001", Money("10", "USD"), (422, "invalid_value")),
        ("KEE-001", Money("0.001", "CNY"), (422, "invalid_value")),
        ("KEE-001", Money("0", "CNY"), (422, "invalid_value")),
        ("KEE-001", Money("-1", "CNY"), (422, "invalid_value")),
        ("KEE-001", Money(10**18, "CNY"), (422, "invalid_value")),
        ("KEE-009", Money("10", "CNY"), (404, "unknown_account")),
        ("AUTHORITY", Money("10", "CNY"), (404, "unknown_account")),
    ],
)
def test_money_that_is_not_taken(
    house: House, operation: Operation[Any], account: str, amount: Money, refusal: tuple[int, str]
) -> None:
    assert house.refused(SAM, operation, CashRequest(account=account, amount=amount)) == refusal


def test_no_more_money_is_paid_out_than_is_free(house: House) -> None:
    much = CashRequest(account="KEE-001", amount=Money("1000000.01", "CNY"))
    assert house.refused(SAM, PAY_OUT, much) == (422, "insufficient_cash")


# -------------------------------------------------------------------------- days


def test_what_was_bought_is_free_on_the_next_day_in_both(house: House) -> None:
    house.trade(250)
    house.trade(150)
    assert (house.sellable("KEE-002"), house.units("KEE-002")) == (ALLOCATED, ALLOCATED)
    house.close_day()
    said = house.ask(SAM, OPEN_DAY, DayRequest(day="2026-01-07"))
    assert said.sequence == house.desk.venue.sequence
    assert (house.sellable("KEE-002"), house.units("KEE-002")) == (5_400, 5_400)
    assert house.units("KEE-002", Bucket.BOUGHT_TODAY) == 0


def test_what_was_bought_is_free_even_if_the_clock_stood_still(house: House) -> None:
    house.at("2026-01-06T14:59:59+08:00")
    house.trade(250)
    house.at("2026-01-06T15:00:00+08:00")
    house.ask(SAM, CLOSE_DAY)
    house.clock.at -= datetime.timedelta(hours=1)  # the machine's clock was put back
    house.ask(SAM, OPEN_DAY, DayRequest(day="2026-01-07"))
    assert house.units("KEE-002") == house.sellable("KEE-002") == 5_250


@pytest.mark.parametrize(
    ("day", "refusal"),
    [("2026-01-07", (409, "day_still_open")), ("2026-01-06", (409, "day_still_open"))],
)
def test_a_day_that_is_open_stays(house: House, day: str, refusal: tuple[int, str]) -> None:
    assert house.refused(SAM, OPEN_DAY, DayRequest(day=day)) == refusal


def test_a_sunday_is_not_opened_and_a_day_is_not_closed_early(house: House) -> None:
    assert house.refused(SAM, CLOSE_DAY) == (422, "before_close")
    house.close_day()
    assert house.refused(SAM, CLOSE_DAY) == (409, "day_not_open")
    assert house.refused(SAM, OPEN_DAY, DayRequest(day="2026-01-11")) == (422, "not_a_trading_day")


def test_a_closed_day_is_kept_as_a_snapshot_that_the_next_start_goes_on_from(house: House) -> None:
    assert house.journal.snapshot() is None
    house.trade(250)
    house.close_day()
    found = house.journal.snapshot()
    assert found is not None
    assert found[0] == house.journal.end()
    before = house.picture()
    house.restart()
    assert house.picture() == before


def test_a_halt_stops_trading_until_it_ends(house: House) -> None:
    assert house.refused(SAM, RESUME, ResumeRequest()) == (409, "no_change")
    house.ask(SAM, HALT, HaltRequest(reason="a technical fault", instrument="CEA25"))
    with pytest.raises(AssertionError, match="a technical fault"):
        house.trade(100)
    house.ask(SAM, RESUME, ResumeRequest(instrument="CEA25"))
    house.trade(200)


# --------------------------------------------------------------------- provision


def test_a_second_start_changes_nothing(house: House) -> None:
    before = house.picture()
    for _ in range(2):
        house.restart()
        assert house.picture() == before


def test_what_begins_to_trade_later_is_listed_then() -> None:
    early = datetime.date(2025, 4, 25)
    later = House(attrs.evolve(market(), listed=lambda _: market().listed(early)))
    assert [each.id.text for each in later.desk.venue.instruments()][-1] == "CEA23"
    later.scheme = market()
    later.restart()
    assert [each.id.text for each in later.desk.venue.instruments()][-2:] == ["CEA24", "CEA25"]
    assert later.ledger.asset(AssetId("CEA-2025")).serialised
    later.close()


def test_while_a_day_is_open_nothing_new_is_listed() -> None:
    house = House(attrs.evolve(market(), listed=lambda _: market().listed(datetime.date(2025, 4, 25))))
    house.ask(SAM, OPEN_DAY, DayRequest(day=DAY))
    house.scheme = market()
    house.restart()
    assert house.desk.venue.instruments()[-1].id.text == "CEA23"
    house.close()


def test_nothing_is_listed_without_a_base_price() -> None:
    house = House(attrs.evolve(market(), listed=lambda _: ()))
    house.desk.scheme = market()
    with pytest.raises(InvalidValueError, match="have a base price, was CEA"):
        provision(house.desk, DAY, {"CEA25": "74.00"}, staff=STAFF)
    assert house.desk.writes.empty
    assert house.ledger.store.asset(AssetId("CEA-2025")) is None
    house.close()


def test_other_units_are_defined_and_each_right_is_given_once(house: House) -> None:
    bases: dict[str, str] = {}
    credit = UnitType("CCER", "2025")
    for _ in range(2):
        provision(
            house.desk, DAY, bases, staff=[*STAFF, ("anna.of:the-office", Right.APPROVE)], units=[credit]
        )
    assert house.ledger.asset(credit.asset_id).places == 0
    records = sum(1 for _ in house.ledger.records())
    provision(house.desk, DAY, bases, staff=STAFF, units=[credit])
    assert sum(1 for _ in house.ledger.records()) == records


@pytest.mark.parametrize("name", ["ann\u200b", "\u0430nn", "ann ", "a/n", "", "x" * 101])
def test_a_person_has_a_plain_name(house: House, name: str) -> None:
    assert house.refused(SAM, ADMIT, admission("KEE-003", "ann", name)) == (422, "invalid_value")
    before = sum(1 for _ in house.ledger.records())
    with pytest.raises(InvalidValueError, match="person"):
        provision(house.desk, DAY, {}, staff=[("sue", Right.APPROVE), (name, Right.APPROVE)])
    assert sum(1 for _ in house.ledger.records()) == before


def test_who_may_trade_is_no_staff(house: House) -> None:
    mallory = attrs.evolve(SAM, scopes=frozenset(Scope))
    order = OrderRequest(
        account="KEE-001",
        client_order_id="M-1",
        instrument="CEA25",
        side=Side.SELL,
        quantity=1,
        price=Price("74.00", "CNY", "tCO2e"),
    )
    assert house.refused(mallory, PLACE_ORDER, order) == (403, "forbidden")
    name = house.ask(ANN, PLACE_ORDER, order).order.order_id.text
    assert house.refused(mallory, CANCEL_ORDER, order=name) == (404, "not_found")
    assert house.look(mallory, ORDERS).data == ()
    assert [each.order_id.text for each in house.look(SAM, ORDERS).data] == [name]

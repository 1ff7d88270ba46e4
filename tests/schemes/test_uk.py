"""The UK scheme: its kinds of account and routes, as its registry's source code has them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from carbonkit.errors import InexactNumberError, InvalidValueError, RegistryError
from carbonkit.registry import TransactionType, UnitType
from carbonkit.schemes import uk
from carbonkit.values import Status, as_date

HOLDERS = ("operator_holding", "aircraft_operator_holding", "maritime_operator_holding")
# UK Emissions Trading Registry (ukets-registry, commit 4e80ded), transaction types and their codes.
CODES = {
    TransactionType.ISSUE: {"1-40"},
    TransactionType.CENTRAL_TRANSFER: {"10-51", "10-37", "10-43"},
    TransactionType.ALLOCATE: {"10-40"},
    TransactionType.RETURN: {"10-42"},
    TransactionType.TRANSFER: {"10-50"},
    TransactionType.SURRENDER: {"10-2"},
    TransactionType.DELETE: {"10-90"},
    TransactionType.CLOSURE_TRANSFER: {"10-91"},
}


def test_every_transaction_type_has_its_code() -> None:
    rules = uk.registry_rules()
    found = {kind: {r.code for r in rules.routes if r.transaction is kind} for kind in TransactionType}
    assert {kind: codes for kind, codes in found.items() if codes} == CODES


def test_exactly_these_routes_are_open() -> None:
    rules = uk.registry_rules()
    names = [kind.name for kind in rules.kinds]
    found: dict[str, set[tuple[str, str]]] = {}
    for kind in TransactionType:
        for source in names:
            for target in names:
                try:
                    route = rules.check_route(kind, source, target)
                except RegistryError:
                    continue
                found.setdefault(route.code, set()).add((source, target))
    central = (
        "total_quantity",
        "auction",
        "allocation",
        "new_entrants_reserve",
        "market_stability",
        "general",
    )
    giving = ("allocation", "new_entrants_reserve")
    traders = ("general", *HOLDERS, "trading", "auction_delivery")
    assert found == {
        "1-40": {("issuance", "total_quantity")},
        "10-51": {(one, two) for one in central for two in central},
        "10-37": {("auction", "auction_delivery")},
        "10-43": {("auction_delivery", "auction")},
        "10-40": {(account, holder) for account in giving for holder in HOLDERS},
        "10-42": {(holder, account) for account in giving for holder in HOLDERS},
        "10-50": {(one, two) for one in traders for two in traders},
        "10-2": {(holder, "surrender") for holder in HOLDERS},
        "10-90": {(holder, "deletion") for holder in (*HOLDERS, "trading")},
        "10-91": {(holder, "general") for holder in (*HOLDERS, "trading", "auction_delivery")},
    }


def test_units_come_into_being_in_one_place_only() -> None:
    rules = uk.registry_rules()
    assert [kind.name for kind in rules.kinds if kind.may_go_negative] == ["issuance"]
    assert all("issuance" not in route.targets for route in rules.routes)


def test_what_is_surrendered_or_cancelled_stays_there() -> None:
    rules = uk.registry_rules()
    assert all({"surrender", "deletion"}.isdisjoint(route.sources) for route in rules.routes)


def test_the_rules_begin_with_the_scheme() -> None:
    rules = uk.registry_rules()
    assert (rules.scheme, rules.zone) == ("UK ETS", "Europe/London")
    rules.check_valid(as_date("2021-01-01"))
    with pytest.raises(RegistryError):
        rules.check_valid(as_date("2020-12-31"))
    assert "ukets-registry" in rules.source.title


def test_the_unit_covers_the_first_phase() -> None:
    assert UnitType("UKA", "2021-2030") == uk.UNIT
    assert uk.UNIT.asset_id.text == "UKA-2021-2030"


@pytest.mark.parametrize(("year", "day"), [(2021, "2022-04-30"), (2023, "2024-04-30"), (2030, "2031-04-30")])
def test_units_are_due_on_30_april_of_the_year_after(year: int, day: str) -> None:
    found, source = uk.surrender_deadline(year)
    assert found == day
    assert as_date(found).month == 4
    assert source.status is Status.RECALLED  # not read in the order itself yet


def test_a_year_without_the_scheme_has_no_deadline() -> None:
    for year in (2020, 0, -1):
        with pytest.raises(InvalidValueError, match="2021 or later"):
            uk.surrender_deadline(year)
    for wrong in (2021.0, True, None):
        with pytest.raises(InexactNumberError):
            uk.surrender_deadline(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("year", ["2021", Decimal("2021.0")])
def test_a_year_may_come_as_text_or_decimal(year: Any) -> None:  # noqa: ANN401  what a table may hold
    assert uk.surrender_deadline(year)[0] == "2022-04-30"


def test_a_deadline_is_a_date_that_exists() -> None:
    assert as_date(uk.surrender_deadline(9998)[0]).year == 9999
    with pytest.raises(InvalidValueError, match="year: must be 2021 or later, up to 9998, was 9999"):
        uk.surrender_deadline(9999)

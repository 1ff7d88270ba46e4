"""Rules as data: routes that exist are allowed, and nothing else is."""

from __future__ import annotations

import datetime

import attrs
import pytest

from carbonkit.errors import InvalidValueError, RegistryError
from carbonkit.registry import AccountKind, BlockPolicy, RegistryRules, Route, TransactionType
from carbonkit.values import Period, Source

KINDS = (AccountKind("issuance", "Issuance", may_go_negative=True), AccountKind("holder", "Holder"))
ROUTES = (
    Route(TransactionType.ISSUE, ("issuance",), ("holder",), "1-1"),
    Route(TransactionType.TRANSFER, ("holder",), ("holder",), "1-2"),
)
SOURCE = Source("carbonkit", "example", 2026)
ADVICE = ((TransactionType.CANCEL, "surrender it"),)
RULES = RegistryRules(
    "X", "UTC", KINDS, ROUTES, Period("2021-01-01", "2022-01-01"), SOURCE, SOURCE, BlockPolicy.LOWEST, ADVICE
)


def test_a_refused_type_comes_with_the_scheme_s_advice() -> None:
    with pytest.raises(RegistryError, match=r"was cancel from holder to holder; check 2007; surrender it$"):
        RULES.check_route(TransactionType.CANCEL, "holder", "holder")


def test_a_route_is_found_by_type_source_and_target() -> None:
    allowed = {
        (kind, source, target)
        for kind in TransactionType
        for source in ("issuance", "holder", "other")
        for target in ("issuance", "holder", "other")
        if is_allowed(kind, source, target)
    }
    assert allowed == {
        (TransactionType.ISSUE, "issuance", "holder"),
        (TransactionType.TRANSFER, "holder", "holder"),
    }
    assert RULES.check_route(TransactionType.ISSUE, "issuance", "holder").code == "1-1"


def is_allowed(kind: TransactionType, source: str, target: str) -> bool:
    try:
        RULES.check_route(kind, source, target)
    except RegistryError as error:
        return error.problem.code != "route_not_allowed"
    return True


def test_an_unknown_kind_is_refused_with_those_that_exist() -> None:
    assert RULES.kind("holder").title == "Holder"
    with pytest.raises(RegistryError, match=r"kind of account of X, was other; it has issuance, holder"):
        RULES.kind("other")


@pytest.mark.parametrize(
    ("day", "holds"),
    [("2020-12-31", False), ("2021-01-01", True), ("2021-12-31", True), ("2022-01-01", False)],
)
def test_rules_hold_for_their_period(day: str, holds: bool) -> None:  # noqa: FBT001  a row of the table
    date = datetime.date.fromisoformat(day)
    if holds:
        RULES.check_valid(date)
    else:
        with pytest.raises(RegistryError, match="the period of these rules of X") as caught:
            RULES.check_valid(date)
        assert caught.value.problem.code == "no_rule_on_date"


def test_a_route_between_kinds_that_are_not_listed_is_refused() -> None:
    for route in (
        Route(TransactionType.CANCEL, ("nowhere",), ("holder",)),
        Route(TransactionType.CANCEL, ("holder",), ("nowhere",)),
    ):
        with pytest.raises(InvalidValueError, match="listed, was nowhere"):
            attrs.evolve(RULES, routes=(*ROUTES, route))


def test_a_kind_listed_twice_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="listed once, was holder"):
        attrs.evolve(RULES, kinds=(*KINDS, AccountKind("holder", "again")))

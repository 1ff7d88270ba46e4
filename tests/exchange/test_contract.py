"""The exchange keeps its OpenAPI document, and schemathesis finds no 5xx: with all of its checks."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from carbonkit.exchange.hub import FeedLimits
from carbonkit.wire.operations import OPERATIONS
from carbonkit.wire.scope import Scope
from tests.exchange.contracts import CHECKS, Report, conform
from tests.exchange.servers import Served, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from schemathesis.schemas import BaseSchema

pytestmark = pytest.mark.whole

_HOLDER: Final[Mapping[Scope | None, str]] = {
    None: "seller",
    Scope.READ: "seller",
    Scope.TRADE: "seller",
    Scope.REGISTRY: "seller",
    Scope.ADMIN: "admin",
}
_STAFF: Final[Mapping[Scope | None, str]] = {
    None: "admin",
    Scope.READ: "registrar",
    Scope.TRADE: "admin",
    Scope.REGISTRY: "registrar",
    Scope.ADMIN: "admin",
}
_KEYS: Final = {"holder": _HOLDER, "staff": _STAFF}
_OTHERS: Final = {
    "GET /v1/stream",
    "POST /oauth2/token",
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",
}


@pytest.fixture(name="house")
def _house() -> Iterator[tuple[Served, dict[str, object]]]:
    """Serve an exchange with something of everything; its streams end soon, so that they can be read."""
    soon = datetime.timedelta(milliseconds=20)
    with served(feeds=FeedLimits(longest=soon, heartbeat=soon / 2)) as venue:
        yield venue, _known(venue)


def _known(venue: Served) -> dict[str, object]:
    """Make one of each thing, and name it as fields and paths do."""
    order = venue.post("seller", "KEE-001", "S-1", "sell", "74.00", 50_000)
    spare = venue.asked(
        "admin", "POST", "/v1/admin/keys", {"person": "eve", "accounts": [], "scopes": ["read"]}
    )
    moved = {
        "type": "issue",
        "unit": "CEA",
        "vintage": "2024",
        "quantity": "10",
        "source": "ISSUANCE",
        "target": "AUTHORITY",
    }
    proposed = venue.asked("registrar", "POST", "/v1/transactions", moved)
    return {
        "account": "KEE-001",
        "source": "KEE-001",
        "target": "KEE-002",
        "counterparty": "KEE-002",
        "instrument": "CEA25",
        "order": order["order_id"],
        "block": order["order_id"],
        "auction": order["order_id"],
        "transaction": proposed["transaction"],
        "key": spare["key"]["key_id"],
        "currency": "CNY",
        "per": "tCO2e",
        "amount": "74.00",
        "quantity": "100",
        "minimum": "0",
        "unit": "CEA",
        "vintage": "2025",
        "side": "sell",
        "order_type": "limit",
        "time_in_force": "day",
        "until": None,
        "post_only": False,
    }


def _sound(report: Report) -> None:
    assert not report.findings, f"{len(report.findings)} findings:\n\n" + "\n\n".join(report.findings[:5])


def _no_stop(venue: Served) -> None:
    """The exchange still serves, and what it has is what its ledger has."""
    assert venue.exchange.failure is None
    assert venue.asked("admin", "GET", "/v1/time")["now"]
    assert venue.ask(None, "GET", "/health/ready").is_success
    assert "carbonkit_unsettled_trades 0.0" in venue.ask(None, "GET", "/metrics").text


def test_requests_by_chance_find_no_breach(house: tuple[Served, dict[str, object]]) -> None:
    venue, known = house
    report = conform(venue, key_of=_HOLDER.__getitem__, most=3, phases=frozenset({"fuzzing"}), known=known)
    _sound(report)
    assert report.operations >= {f"{each.method} {each.path}" for each in OPERATIONS} | _OTHERS
    assert {200, 403, 404, 422} <= report.statuses
    _no_stop(venue)


def _no_200(raw: dict[str, Any]) -> None:
    del raw["paths"]["/v1/time"]["get"]["responses"]["200"]


def _other_answer(raw: dict[str, Any]) -> None:
    raw["components"]["schemas"]["ServerTime"]["properties"]["now"] = {"type": "integer"}


def _laxer(raw: dict[str, Any]) -> None:
    raw["components"]["schemas"]["Price"]["properties"]["currency"] = {"type": "string"}


@pytest.mark.parametrize(
    ("path", "spoil", "found"),
    [
        ("/v1/time", _no_200, "status_code_conformance"),
        ("/v1/time", _other_answer, "response_schema_conformance"),
        ("/v1/orders", _laxer, "the document allows what is refused"),
    ],
)
def test_a_document_that_is_wrong_is_found(
    house: tuple[Served, dict[str, object]], path: str, spoil: Callable[[dict[str, Any]], None], found: str
) -> None:
    def change(schema: BaseSchema) -> BaseSchema:
        spoil(schema.raw_schema)
        return schema.include(path=path)

    venue, _ = house
    report = conform(
        venue, key_of=_HOLDER.__getitem__, most=10, phases=frozenset({"fuzzing"}), known={}, change=change
    )
    assert any(found in each for each in report.findings), report


@pytest.mark.slow
@pytest.mark.parametrize("who", _KEYS)
def test_the_whole_of_schemathesis_finds_no_breach(house: tuple[Served, dict[str, object]], who: str) -> None:
    venue, known = house
    report = conform(
        venue,
        key_of=_KEYS[who].__getitem__,
        most=10,
        phases=frozenset({"coverage", "fuzzing", "stateful"}),
        known=known,
    )
    _sound(report)
    assert report.checks >= CHECKS
    assert {200, 401, 403, 404, 405, 409, 413, 415, 422} <= report.statuses
    _no_stop(venue)

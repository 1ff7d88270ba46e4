"""Whatever happens on the way: each order ends up placed exactly once, and each trade is made once."""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.client import Facts, Outcome
from carbonkit.client.flow import _Course
from carbonkit.exchange import order_handler
from carbonkit.exchange.sqlite_journal import SQLiteJournal
from tests.exchange.fault_proxy import Fault
from tests.exchange.fault_runs import BrokenPromiseError, Conditions, House, audit, house, run_all
from tests.exchange.manners import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from carbonkit.client import Incoming, Outgoing, Signer

pytestmark = pytest.mark.whole


def _summary(at: House) -> str:
    met = ", ".join(f"{each.name} {at.proxies.met[each]}" for each in Fault)
    told = "\n".join(f"{count:6} {what}" for what, count in sorted(at.told.items()))
    return f"\nrequests by fault: {met}\nwhat the client said:\n{told}"


def _check_runs(each: int) -> None:
    """Run as many seeds with each library and driver, and look at everything afterwards."""
    with house() as at:
        for number, kind in enumerate(KINDS):
            run_all(at, kind, range(number * each, (number + 1) * each))
        audit(at, range(len(KINDS) * each))
        print(_summary(at))  # noqa: T201  pytest shows it with -s
        assert {fault for fault in Fault if at.proxies.met[fault]} == set(Fault)
        assert at.told["placed"] > each * len(KINDS)


def test_each_order_is_placed_once_in_some_runs() -> None:
    _check_runs(12)


@pytest.mark.slow
def test_each_order_is_placed_once_in_a_thousand_runs() -> None:
    _check_runs(260)


# ------------------------------------------------- whether the runs would notice


@pytest.fixture(name="at")
def opened_house() -> Iterator[House]:
    with house() as made:
        yield made


class NewKeys:
    """Spoils a signer: each try of a call gets an idempotency key of its own."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def need(self, at: datetime.datetime) -> Outgoing | None:
        return self._signer.need(at)

    def take(self, answer: Incoming, at: datetime.datetime) -> None:
        self._signer.take(answer, at)

    def refused(self, request: Outgoing) -> bool:
        return self._signer.refused(request)

    def headers(self, request: Outgoing, at: datetime.datetime) -> Mapping[str, str]:
        if request.method == "GET":
            return self._signer.headers(request, at)
        key = {"idempotency-key": str(uuid.uuid4())}
        spoilt = attrs.evolve(request, headers={**request.headers, **key})
        return {**self._signer.headers(spoilt, at), **key}


LOSING = Conditions(rate=60, faults=(Fault.LOST, Fault.GATEWAY))


def test_keys_that_do_not_last_are_noticed(at: House) -> None:
    with pytest.raises(BrokenPromiseError, match=r"reduced once|more_than_posted"):
        run_all(at, KINDS[0], range(12), attrs.evolve(LOSING, signed=NewKeys))


def test_an_exchange_that_takes_an_order_twice_is_noticed(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its handlers nor its store mind that a name is there already."""
    monkeypatch.setattr(order_handler, "new_order", lambda *_: f"O-{uuid.uuid4().hex}")
    journal = at.venue.exchange.desk.journal
    assert isinstance(journal, SQLiteJournal)
    with journal._file.writing() as connection:
        connection.execute("DROP INDEX document_by_name")
        connection.execute("CREATE INDEX document_by_name ON document (kind, account, name) WHERE name <> ''")
    with pytest.raises(BrokenPromiseError, match=r"placed twice|one order"):
        run_all(at, KINDS[0], range(12), attrs.evolve(LOSING, signed=NewKeys))


def test_a_client_that_claims_to_know_is_noticed(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = _Course._facts

    def claimed(course: _Course[Any], answer: Incoming | None = None) -> Facts:
        return attrs.evolve(honest(course, answer), outcome=Outcome.KNOWN)

    monkeypatch.setattr(_Course, "_facts", claimed)
    with pytest.raises(BrokenPromiseError, match="said not to be placed"):
        run_all(at, KINDS[0], range(12), LOSING)


def test_without_faults_there_is_nothing_to_notice(at: House) -> None:
    run_all(at, KINDS[1], range(6), Conditions(rate=0, attempt=datetime.timedelta(seconds=20)))
    audit(at, range(6))
    assert set(at.told) == {"placed"}

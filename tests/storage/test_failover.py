"""A standby takes over: with a synchronous one nothing that was acknowledged is lost."""

from __future__ import annotations

import threading
import time

import attrs
import pytest

from carbonkit.errors import CarbonkitError, StorageError
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Checkpoint,
    CommandId,
    DefineAsset,
    Ledger,
    Leg,
    OpenAccount,
    Transfer,
)
from carbonkit.storage.postgres import PostgresStore
from carbonkit.values import SystemClock
from tests.postgres import Cluster, wait_until

AT = "2021-07-16T01:30:00Z"
CNY, BANK, ANN = AssetId("CNY"), AccountId("BANK"), AccountId("ANN")
CLIENTS = 4


def opening() -> list[DefineAsset | OpenAccount]:
    return [
        DefineAsset(CommandId("define/CNY"), Asset(CNY, 2, serialised=False), AT),
        OpenAccount(CommandId("open/BANK"), Account(BANK, "bank", may_go_negative=True), AT),
        OpenAccount(CommandId("open/ANN"), Account(ANN, "holder", may_go_negative=False), AT),
    ]


def pay(name: str) -> Transfer:
    return Transfer(CommandId(name), [Leg(CNY, 1, BANK, ANN)], "payment", AT)


@attrs.define
class Clients:
    """Threads that post, and write down what was acknowledged to them."""

    ledger: Ledger
    acknowledged: dict[str, str] = attrs.field(factory=dict)
    newest: Checkpoint | None = None
    stop: threading.Event = attrs.field(factory=threading.Event)
    _threads: list[threading.Thread] = attrs.field(factory=list)

    def start(self, drill: str) -> None:
        for number in range(CLIENTS):
            thread = threading.Thread(target=self._post, args=(f"{drill}/{number}",))
            self._threads.append(thread)
            thread.start()

    def _post(self, name: str) -> None:
        place = 0
        while not self.stop.is_set():
            place += 1
            command = pay(f"{name}/{place}")
            while not self.stop.is_set():  # the same command again, until somebody says what became of it
                try:
                    receipt = self.ledger.post(command)
                except CarbonkitError:
                    time.sleep(0)
                    continue
                self.acknowledged[command.id.text] = receipt.digest
                if self.newest is None or receipt.checkpoint.size > self.newest.size:
                    self.newest = receipt.checkpoint
                break

    def end(self) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join(60)


def both(primary: Cluster, standby: Cluster) -> str:
    """Name both servers in one conninfo: whichever takes writes is meant."""
    one, two = (dict(part.split("=", 1) for part in each.dsn().split()) for each in (primary, standby))
    two = {**one, **two}
    hosts = ",".join(each["host"] for each in (one, two))
    ports = ",".join(each.get("port", "5432") for each in (one, two))
    rest = " ".join(f"{name}={value}" for name, value in one.items() if name not in {"host", "port"})
    return f"{rest} host={hosts} port={ports} target_session_attrs=read-write connect_timeout=2"


def failed_over(primary: Cluster, standby: Cluster, drill: str) -> Clients:
    """Post through a failover, and on, until what came after it is acknowledged too."""
    with PostgresStore.open(both(primary, standby)) as store:
        ledger = Ledger(store, SystemClock())
        ledger.post_all(opening())
        clients = Clients(ledger)
        clients.start(drill)
        wait_until("something is acknowledged", lambda: len(clients.acknowledged) > 100, 30)
        primary.kill()
        at_the_failover = len(clients.acknowledged)
        standby.promote()
        try:
            wait_until("it goes on", lambda: len(clients.acknowledged) > at_the_failover + 100, 60)
        finally:
            clients.end()
    return clients


@pytest.mark.slow
@pytest.mark.parametrize(("drill", "level"), [("1", "on"), ("2", "remote_apply"), ("3", "on")])
def test_nothing_acknowledged_is_lost_with_a_synchronous_standby(drill: str, level: str) -> None:
    with Cluster.create({"synchronous_commit": level}) as primary, primary.standby("standby") as standby:
        clients = failed_over(primary, standby, drill)
        with PostgresStore.open(standby.dsn(), readonly=True) as store:
            ledger = Ledger(store, SystemClock())
            found = {record.command.id.text: record.digest for record in ledger.records()}
            lost = {name for name, digest in clients.acknowledged.items() if found.get(name) != digest}
            assert lost == set()
            assert ledger.quantity(ANN, CNY) == len(found) - len(opening())
            assert clients.newest is not None
            assert ledger.verify(against=[clients.newest]).differences == ()


@pytest.mark.slow
def test_a_standby_that_lagged_loses_and_a_checkpoint_shows_it() -> None:
    """What makes the drill above able to fail: an asynchronous standby that was cut off."""
    with Cluster.create() as primary, primary.standby("standby", synchronous=False) as standby:
        with PostgresStore.open(primary.dsn()) as store:
            ledger = Ledger(store, SystemClock())
            ledger.post_all(opening())
            ledger.post(pay("first"))
            wait_until("it has streamed", lambda: _records(standby) == 4, 30)
            standby.stop("immediate")
            late = ledger.post(pay("late"))
            primary.kill()
        standby.start()
        standby.promote()
        with PostgresStore.open(standby.dsn(), readonly=True) as store:
            after = Ledger(store, SystemClock())
            assert after.record(CommandId("first")) is not None
            assert after.record(CommandId("late")) is None
            assert after.verify().ok
            assert not after.verify(against=[late.checkpoint]).ok


def _records(cluster: Cluster) -> int:
    try:
        with PostgresStore.open(cluster.dsn(), readonly=True) as store:
            return store.head().sequence
    except StorageError:  # its tables have not arrived yet
        return 0

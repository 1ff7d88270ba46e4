"""Opening, closing and opening again: an exchange as one thing, and its demonstration."""

from __future__ import annotations

import asyncio
import datetime
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.errors import InvalidValueError, StorageError, UnknownAccountError
from carbonkit.exchange.calendar_keeper import CalendarKeeper
from carbonkit.exchange.clock import DemoClock
from carbonkit.exchange.demo import BUYER, DemoPlay, demo_keys, demo_secret
from carbonkit.exchange.engine import Said
from carbonkit.exchange.exchange import Exchange, Settings
from carbonkit.exchange.handler_table import handlers
from carbonkit.exchange.health import ready
from carbonkit.exchange.housekeeper import Habits, Housekeeper
from carbonkit.exchange.journal import Kind, Search
from carbonkit.exchange.key import new_key
from carbonkit.exchange.key_handler import add_key
from carbonkit.exchange.problem_answer import explained
from carbonkit.exchange.scheme import scheme_names
from carbonkit.ledger.account import Bucket
from carbonkit.market.administration import Halt, Resume
from carbonkit.market.order import Side
from carbonkit.values.time import SystemClock
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.key import ApiKey

_EAGER = Habits(pause=datetime.timedelta(milliseconds=1))
_OWN: dict[str, tuple[type, str]] = {
    "keeper": (CalendarKeeper, "step"),
    "play": (DemoPlay, "_instruments"),
    "house": (Housekeeper, "step"),
}
_SHANGHAI = Settings(scheme="shanghai", bases={"SHEA": "38.00"})


def _agree(exchange: Exchange) -> None:
    """Check that venue and ledger agree on every account."""
    desk, currency = exchange.desk, exchange.scheme.currency
    assert desk.unsettled == []
    for account in desk.venue.accounts():
        for instrument in desk.venue.instruments():
            position = desk.venue.position(account, instrument.asset, currency)
            held = {
                each.holding.bucket: each.quantity for each in desk.ledger.balances(account, instrument.asset)
            }
            there = held.get(Bucket.TRADABLE.value, 0) + held.get(Bucket.BOUGHT_TODAY.value, 0)
            assert position.sellable + position.offered + position.bought == there, (account, instrument.id)


@pytest.mark.parametrize("scheme", scheme_names())
def test_a_demonstration_works_at_once(scheme: str) -> None:
    async def run() -> None:
        async with Exchange.open(Settings(scheme=scheme, demo=True, plays=False)) as exchange:
            desk = exchange.desk
            instrument = desk.venue.instruments()[-1]
            for side in Side:
                assert len(desk.venue.levels(instrument.id, side)) == 5
            assert desk.venue.day is not None
            assert desk.venue.position(BUYER, instrument.asset, "CNY").sellable == 2_000_000
            _agree(exchange)

    asyncio.run(run())


@pytest.mark.parametrize("scheme", scheme_names())
def test_a_demonstrations_market_moves(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carbonkit.exchange.demo._PAUSES", (1, 2))

    async def run() -> int:
        async with Exchange.open(Settings(scheme=scheme, demo=True)) as exchange:
            async with asyncio.timeout(20):
                while exchange.desk.journal.last_number(Kind.TRADE) < 20:  # noqa: ASYNC110  no event tells it
                    await asyncio.sleep(0)
            await exchange.engine.look(lambda _: _agree(exchange))
            return exchange.desk.journal.last_number(Kind.TRADE)

    assert asyncio.run(run()) >= 20


def test_a_demonstration_is_prepared_once_and_may_be_prepared_again(tmp_path: Path) -> None:
    settings = Settings(demo=True, plays=False, data=tmp_path)

    async def run() -> tuple[int, datetime.datetime]:
        async with Exchange.open(settings) as exchange:
            before = exchange.desk.ledger.store.head().sequence
            # As if the mark had not been written in time.
            play = DemoPlay(exchange.engine, exchange.scheme, handlers(exchange.wall), 1)
            await exchange.engine.look(lambda desk: setattr(desk.journal, "mark", lambda _: None))
            await play.prepare()
            await exchange.engine.look(lambda desk: delattr(desk.journal, "mark"))
            assert exchange.desk.ledger.store.head().sequence == before
            _agree(exchange)
            return exchange.desk.line, exchange.desk.now()

    line, now = asyncio.run(run())
    with Exchange.open(settings).closing() as again:
        assert again.desk.line >= line
        assert again.desk.now() >= now


def test_a_closed_day_is_no_trouble_for_the_market_that_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carbonkit.exchange.demo._PAUSES", (1, 1))
    clock = DemoClock("2026-11-28T04:00:00Z", lambda: 0)
    settings = Settings(demo=True, plays=False, keeps_days=False, clock=clock)

    async def run() -> int:
        async with Exchange.open(settings) as exchange:
            play = DemoPlay(exchange.engine, exchange.scheme, handlers(exchange.wall), 7)
            await play.prepare()
            task = asyncio.create_task(play.run())
            await asyncio.sleep(0.05)
            assert not task.done()
            exchange.engine.stop()
            async with asyncio.timeout(20):
                await task
            return exchange.desk.journal.last_number(Kind.ORDER)

    assert asyncio.run(run()) == 0


def test_well_known_keys_are_kept_nowhere(tmp_path: Path) -> None:
    with Exchange.open(Settings(demo=True, data=tmp_path)).closing() as exchange:
        assert exchange.find_key("demo-admin") is not None
        assert exchange.desk.journal.find(Search(kind=Kind.KEY), 10) == []
    assert not any(
        demo_secret(name).encode() in file.read_bytes()
        for name in demo_keys(SystemClock().now())
        for file in tmp_path.iterdir()
    )


def test_a_demonstrations_data_are_never_served_as_others(tmp_path: Path) -> None:
    with Exchange.open(Settings(demo=True, data=tmp_path / "demo")).closing():
        pass
    with pytest.raises(InvalidValueError, match="a demonstration, as it was"):
        Exchange.open(Settings(data=tmp_path / "demo"))
    with Exchange.open(Settings(scheme="shanghai", data=tmp_path / "real", bases=_SHANGHAI.bases)).closing():
        pass
    for other in (
        Settings(data=tmp_path / "real"),
        Settings(scheme="shanghai", demo=True, data=tmp_path / "real"),
    ):
        with pytest.raises(InvalidValueError, match="shanghai, as it was"):
            Exchange.open(other)
    # And what was opened in vain is closed again.
    with Exchange.open(Settings(scheme="shanghai", data=tmp_path / "real")).closing() as exchange:
        assert exchange.find_key("demo-admin") is None


def test_without_a_base_price_nothing_is_traded(tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match="base price"):
        Exchange.open(Settings(scheme="shanghai", data=tmp_path))


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidValueError, match="folder to write in"):
        Exchange.open(Settings(data=tmp_path / "file"))


def test_files_and_a_database_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match="left out"):
        Settings(data=tmp_path, database="dbname=exchange")


def test_a_database_is_shown_nowhere() -> None:
    assert "canary" not in repr(Settings(database="dbname=exchange password=canary"))


def test_it_works_on_postgresql_as_well(postgres_dsn: str) -> None:
    settings = Settings(demo=True, plays=False, database=postgres_dsn)

    async def run() -> int:
        async with Exchange.open(settings) as exchange:
            _agree(exchange)
            return exchange.desk.line

    line = asyncio.run(run())
    assert line > 0
    assert asyncio.run(run()) == line


def test_the_first_key_is_made_before_anything_runs(tmp_path: Path) -> None:
    settings = Settings(scheme="shanghai", data=tmp_path)
    with Exchange.open(settings, provide=False).closing() as exchange:
        key, secret = exchange.create_key(person="ann", accounts=(), scopes=(Scope.ADMIN,))
        with pytest.raises(UnknownAccountError):
            exchange.create_key(person="ann", accounts=("X",), scopes=(Scope.READ,))
        assert exchange.find_key(key.key_id) == key
    assert secret is not None
    with Exchange.open(settings, provide=False).closing() as exchange:
        assert exchange.find_key(key.key_id) == key
        assert exchange.find_key("nobody") is None


def test_a_key_made_before_anything_runs_makes_sense(tmp_path: Path) -> None:
    settings = Settings(scheme="shanghai", data=tmp_path, bases=_SHANGHAI.bases)
    with Exchange.open(settings).closing() as exchange:
        own = (each for each in ("AUTHORITY", "ISSUANCE", "AUTHORITY"))
        key, _ = exchange.create_key(person="ann", accounts=own, scopes=iter([Scope.READ, Scope.TRADE] * 2))
        assert [each.text for each in key.accounts] == ["AUTHORITY", "ISSUANCE"]
        assert key.scopes == (Scope.READ, Scope.TRADE)
        with pytest.raises(UnknownAccountError):
            exchange.create_key(person="ann", accounts=iter(["X"]), scopes=(Scope.READ,))
        right: dict[str, Any] = {"person": "ann", "accounts": (), "scopes": (Scope.READ,)}
        for wrong in (
            {"scopes": ()},
            {"scopes": (Scope.TRADE, Scope.ADMIN)},
            {"person": "a b"},
            {"person": ""},
        ):
            with pytest.raises(InvalidValueError):
                exchange.create_key(**{**right, **wrong})


def test_all_keys_are_known_from_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carbonkit.exchange.key_ring._PAGE", 2)
    settings = Settings(scheme="shanghai", data=tmp_path)
    with Exchange.open(settings, provide=False).closing() as exchange:
        made = [exchange.create_key(person="ann", accounts=(), scopes=(Scope.READ,))[0] for _ in range(5)]
    with Exchange.open(settings, provide=False).closing() as exchange:
        monkeypatch.setattr(exchange.desk.journal, "document", lambda *_: pytest.fail("it reads"))
        assert [exchange.find_key(each.key_id) for each in made] == made
        assert len(exchange._ring) == 5


def test_a_key_that_was_revoked_stays_so_however_late_the_news_of_it_comes(tmp_path: Path) -> None:
    async def run() -> None:
        settings = Settings(scheme="shanghai", data=tmp_path, keeps_days=False, bases=_SHANGHAI.bases)
        async with Exchange.open(settings) as exchange:
            journal, ring = exchange.desk.journal, exchange._ring

            def work(key: ApiKey) -> Callable[[Desk], Generator[None, None, Said]]:
                def put(desk: Desk) -> Generator[None, None, Said]:
                    add_key(desk, key)
                    yield
                    return Said(200, "{}")

                return put

            key, _ = new_key(person="ann", accounts=(), scopes=(Scope.READ,), at=exchange.wall.now())
            await exchange.engine.do(work(key), None, explained("/", "test"))
            late = ring.news(journal)
            await exchange.engine.do(work(attrs.evolve(key, revoked=True)), None, explained("/", "test"))
            await exchange.keys_changed(key.key_id)
            ring.take(late)
            found = exchange.find_key(key.key_id)
            assert found is not None
            assert found.revoked

    asyncio.run(run())


@pytest.mark.parametrize("whose", ["keeper", "play", "house"])
def test_a_defect_of_the_exchanges_own_stops_it(
    whose: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def bad(_: object) -> None:
        raise ValueError("a defect")

    stopped: list[int] = []
    monkeypatch.setattr("carbonkit.exchange.demo._PAUSES", (1, 1))

    async def run() -> None:
        exchange = Exchange.open(Settings(demo=True))
        exchange.on_failure = lambda: stopped.append(1)
        async with exchange:
            assert ready(exchange)[0] == 200
            owner, name = _OWN[whose]
            monkeypatch.setattr(owner, name, bad)
            async with asyncio.timeout(20):
                while ready(exchange)[0] == 200:  # noqa: ASYNC110  no event tells it
                    await asyncio.sleep(0.01)
            assert isinstance(exchange.failure, ValueError)

    asyncio.run(run())
    assert stopped == [1]
    assert [each.msg for each in caplog.records if each.levelname == "CRITICAL"] == ["exchange failed"]


def test_a_busy_engine_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carbonkit.exchange.demo._PAUSES", (1, 1))
    tries: list[int] = []

    async def busy(_: object) -> None:
        tries.append(1)
        raise StorageError("have room", code="busy")

    async def run() -> None:
        async with Exchange.open(Settings(demo=True, habits=_EAGER)) as exchange:
            monkeypatch.setattr(Housekeeper, "step", busy)
            monkeypatch.setattr(DemoPlay, "_instruments", busy)
            async with asyncio.timeout(20):
                while len(tries) < 20:  # noqa: ASYNC110  no event tells it
                    await asyncio.sleep(0.01)
            assert exchange.ready
            assert not any(each.done() for each in exchange._tasks)

    asyncio.run(run())


def test_the_state_is_written_now_and_then_and_old_answers_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = Settings(demo=True, plays=False, keeps_days=False, clock=DemoClock("2026-11-30T01:30:00Z"))
    asked: list[int] = []

    async def run() -> None:
        async with Exchange.open(settings) as exchange:
            journal = exchange.desk.journal
            for task in exchange._tasks:  # another housekeeper
                task.cancel()
            await asyncio.gather(*exchange._tasks, return_exceptions=True)
            monkeypatch.setattr(journal, "forget_answers", asked.append)
            keeper = Housekeeper(exchange.engine, exchange.wall, Habits(lines=5))
            await keeper.step()
            written = journal.snapshot()
            assert written is not None
            assert written[0] == exchange.desk.line >= 5
            for command in (
                Halt(reason="a test", at=exchange.desk.now()),
                Resume(at=exchange.desk.now()),
            ) * 9:
                await exchange.engine.do(_telling(command), None, explained("/", "test"))
                await keeper.step()
                due = exchange.desk.line >= written[0] + 5
                assert (journal.snapshot() or written)[0] == (exchange.desk.line if due else written[0])
                if due:
                    break
            assert exchange.desk.line >= written[0] + 5
            await keeper.step()
            assert len(asked) == 1
            age = exchange.wall.now() - datetime.datetime.fromtimestamp(asked[0] // 1_000_000, datetime.UTC)
            assert datetime.timedelta(hours=48) <= age < datetime.timedelta(hours=48, minutes=1)
            often = Housekeeper(exchange.engine, exchange.wall, Habits(forget=datetime.timedelta(0)))
            await often.step()
            await often.step()
            assert len(asked) == 3

    asyncio.run(run())


def _telling(command: Halt | Resume) -> Callable[[Desk], Generator[None, None, Said]]:
    def tell(desk: Desk) -> Generator[None, None, Said]:
        desk.tell(command)
        yield
        return Said(200, "{}")

    return tell


def test_what_cannot_begin_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(demo=True, data=tmp_path)

    async def broken(_: DemoPlay) -> None:
        raise StorageError("be there")

    async def run() -> None:
        async with Exchange.open(settings):
            raise AssertionError

    with monkeypatch.context() as patched:
        patched.setattr(DemoPlay, "prepare", broken)
        with pytest.raises(StorageError):
            asyncio.run(run())
    with Exchange.open(settings).closing():
        pass

"""Opening, closing and opening again: an exchange as one thing, and its demonstration."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from carbonkit.errors import InvalidValueError, StorageError, UnknownAccountError
from carbonkit.exchange.clock import DemoClock
from carbonkit.exchange.demo import BUYER, DemoPlay, demo_keys, demo_secret
from carbonkit.exchange.exchange import Exchange, Settings
from carbonkit.exchange.handler_table import handlers
from carbonkit.exchange.journal import Kind, Search
from carbonkit.exchange.scheme import scheme_names
from carbonkit.ledger.account import Bucket
from carbonkit.market.order import Side
from carbonkit.values.time import SystemClock
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    import datetime
    from pathlib import Path

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
    assert secret is not None
    with Exchange.open(settings, provide=False).closing() as exchange:
        assert exchange.find_key(key.key_id) == key
        assert exchange.find_key(key.key_id) is exchange.find_key(key.key_id)
        exchange.keys_changed(None)
        assert exchange.find_key(key.key_id) == key
        assert exchange.find_key("nobody") is None


def test_remembered_keys_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carbonkit.exchange.exchange._MOST_KEYS", 2)
    with Exchange.open(Settings(scheme="shanghai", data=tmp_path), provide=False).closing() as exchange:
        names = [
            exchange.create_key(person="ann", accounts=(), scopes=(Scope.READ,))[0].key_id for _ in range(3)
        ]
        assert [getattr(exchange.find_key(name), "key_id", "") for name in names] == names
        assert len(exchange._known_keys) <= 2


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

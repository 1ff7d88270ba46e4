"""What a client takes from its caller and from the exchange: nothing that would lead it astray."""

from __future__ import annotations

import asyncio
import datetime
import importlib.metadata
import itertools
from typing import TYPE_CHECKING, Any

import pytest

from carbonkit.client import (
    AsyncExchangeClient,
    CallOptions,
    ClientCredentials,
    ExchangeClient,
    KeySigner,
    Listening,
    LocalBook,
    RateLimiter,
    Retries,
    ServerFailedError,
    UnauthorizedError,
    UnreadableAnswerError,
)
from carbonkit.errors import CarbonkitError, InvalidValueError
from carbonkit.market import Side
from carbonkit.market.level import Level
from carbonkit.values import InstrumentId, Price
from carbonkit.wire import ORDERS, TIME, BookChange, Depth, Scope
from tests.client.rig import TIME as NOON
from tests.client.rig import URL, Answer, Rig, order, page, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client.rig import Thing

SECOND = 1_000_000_000
CEA = InstrumentId("CEA25")


# ------------------------------------------------------------------- rate limits


def test_a_header_shuts_out_for_ten_minutes_at_most_and_a_later_one_overwrites_it() -> None:
    limiter = RateLimiter()
    limiter.learn({"ratelimit": '"x";r=0;t=999999999'}, 0)
    assert limiter.reserve(0) == 600 * SECOND
    limiter.learn({"ratelimit": '"x";r=5;t=60'}, 0)
    assert limiter.reserve(0) == 0
    limiter = RateLimiter()
    limiter.learn({"ratelimit-policy": '"x";q=1;w=999999999'}, 0)
    assert [limiter.reserve(0), limiter.reserve(0)] == [0, 600 * SECOND]
    limiter = RateLimiter()
    limiter.learn({"ratelimit-policy": '"x";q=9;w=9', "ratelimit": '"x";r=0;t=500'}, 0)
    assert limiter.reserve(0) == 500 * SECOND
    limiter.learn({"ratelimit": '"x";r=9;t=1'}, 9 * SECOND)
    assert limiter.reserve(9 * SECOND) <= 2 * SECOND


def test_a_header_of_many_policies_is_not_kept_whole() -> None:
    limiter = RateLimiter()
    for number in range(50):
        limiter.learn({"ratelimit": f'"{number}";r=0;t=1'}, 0)
    assert len(limiter._told_until) <= 8


def test_who_is_cancelled_while_it_waits_gives_its_token_back() -> None:
    rig = Rig("httpx", "async")
    rig.script = [Answer(200, NOON)]
    limiter = RateLimiter(1, datetime.timedelta(seconds=100))

    async def story() -> None:
        client = rig.client(limiter=limiter, sleep=asyncio.sleep)
        long = CallOptions(deadline=datetime.timedelta(days=1))
        await client.time()
        for _ in range(5):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.time(options=long), 0.01)

    rig.runner.run(story())
    rig.close()
    assert limiter.reserve(0) == 100 * SECOND


# ---------------------------------------------------------- what an answer says


@pytest.mark.parametrize(
    "body",
    [
        [{"key": "K", "secret": "cks_SECRET"}],
        {"key": {}, "secret": ["cks_SECRET"]},
        {"key": "cks_SECRET", "secret": "cks_SECRET"},
        b'{"key":{"cks_SECRET":1,"cks_SECRET":1}}',
        b'{"secret":"cks_SECRET"',
        b"cks_SECRET",
    ],
)
def test_an_unreadable_answer_is_told_by_its_kind_alone(rig: Rig, body: Thing) -> None:
    rig.script = [Answer(201, body)]
    with pytest.raises(UnreadableAnswerError) as caught:
        rig.run(rig.client(retries=Retries(most=0)).make_key(person="ann", scopes=(Scope.READ,)))
    error: BaseException | None = caught.value
    assert "must be a readable answer" in str(error)
    assert "SECRET" not in f"{error}{error!r}{caught.value.problem}"


def test_an_unreadable_answer_says_of_what_kind_it_was(rig: Rig) -> None:
    rig.script = [Answer(200, {**NOON, "now": ["a"]})]
    with pytest.raises(UnreadableAnswerError, match=r"/now must .*, was an array"):
        rig.run(rig.client().time())


def test_pages_that_lead_back_are_refused(rig: Rig) -> None:
    numbers = itertools.count()
    rig.answers = lambda _: page(order(), cursor="abc"[next(numbers) % 3])
    with pytest.raises(UnreadableAnswerError) as caught:
        rig.run(rig.client().orders())
    assert (caught.value.code, len(rig.seen)) == ("endless_pages", 4)


def test_empty_pages_without_an_end_are_refused(rig: Rig) -> None:
    numbers = itertools.count()
    rig.answers = lambda _: page(cursor=f"c{next(numbers)}")
    with pytest.raises(UnreadableAnswerError) as caught:
        rig.run(rig.client().orders())
    assert (caught.value.code, len(rig.seen)) == ("endless_pages", 101)


def test_an_empty_cursor_is_none(rig: Rig) -> None:
    rig.answers = lambda _: page(order(), cursor="")
    with pytest.raises(UnreadableAnswerError):
        rig.run(rig.client().orders())
    assert len(rig.seen) == 1


def test_a_clock_is_set_by_an_hour_at_most(rig: Rig) -> None:
    rig.script = [problem(401, "clock_skew", Date="Mon, 30 Nov 2026 03:00:01 GMT")]
    with pytest.raises(UnauthorizedError, match="set this machine's clock"):
        rig.run(rig.client(KeySigner("demo", "cks_demo")).time())
    assert len(rig.seen) == 1


def test_an_error_of_the_token_endpoint_says_what_was_asked(rig: Rig) -> None:
    rig.script = [Answer(503, b"", {"X-Request-Id": "r-5"})]
    signer = ClientCredentials("demo", "cks_demo", token_url=f"{URL}/oauth2/token")
    with pytest.raises(ServerFailedError, match=r"^time: must be accepted") as caught:
        rig.run(rig.client(signer, retries=Retries(most=0)).time())
    facts = caught.value.facts
    assert (facts.operation, facts.status, facts.request_id) == ("time", 503, "r-5")


# ---------------------------------------------------------- what a caller says


@pytest.mark.parametrize(
    "make",
    [
        lambda: CallOptions(timeout=datetime.timedelta(0)),
        lambda: CallOptions(deadline=datetime.timedelta(seconds=-1)),
        lambda: CallOptions(timeout="5"),  # type: ignore[arg-type]  # what a caller without types may say
        lambda: CallOptions(retries=-1),
        lambda: CallOptions(retries=Retries()),  # type: ignore[arg-type]
        lambda: Retries(most=-1),
        lambda: Retries(most="3"),  # type: ignore[arg-type]
        lambda: Listening(silence=datetime.timedelta(0)),
        lambda: Listening(most=0),
        lambda: Listening(retries=3),  # type: ignore[arg-type]
        lambda: ExchangeClient(URL, retries=3),  # type: ignore[arg-type]
        lambda: AsyncExchangeClient(URL, timeouts=5),  # type: ignore[arg-type]
        lambda: ExchangeClient(URL, largest_answer=0),
        lambda: ExchangeClient("https://exchange.example/a/../b"),
        lambda: ExchangeClient("https://exchange.example/./b"),
        lambda: ClientCredentials("demo", "cks_demo", token_url=f"{URL}/../token"),
    ],
)
def test_settings_are_checked_when_they_are_made(make: Callable[[], object]) -> None:
    with pytest.raises(CarbonkitError):
        make()


def test_what_answers_otherwise_is_asked_otherwise(rig: Rig) -> None:
    client = rig.client()
    with pytest.raises(InvalidValueError, match=r"ask for it by page\(\)"):
        rig.run(client.send(ORDERS))
    with pytest.raises(InvalidValueError, match=r"ask by send\(\)"):
        rig.run(client.page(TIME))
    assert rig.seen == []


def test_a_client_on_a_path_without_an_installation_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> str:
        raise importlib.metadata.PackageNotFoundError

    monkeypatch.setattr("importlib.metadata.version", missing)
    rig = Rig("httpx", "sync")
    rig.script = [Answer(200, NOON)]
    rig.client().time()
    rig.close()
    assert rig.seen[0].headers["user-agent"] == "carbonkit/unknown (httpx)"


# ------------------------------------------------------------------------ books


def level(price: str, quantity: int, currency: str = "CNY") -> Level:
    return Level(Price(price, currency, "tCO2e"), quantity, ())


def depth(sequence: int, *buys: Level) -> Depth:
    return Depth(instrument=CEA, sequence=sequence, buys=buys, sells=())


def change(sequence: int, *sells: Level) -> BookChange:
    return BookChange(instrument=CEA, previous=sequence - 1, sequence=sequence, buys=(), sells=sells)


@pytest.mark.parametrize(
    "told",
    [
        depth(2, level("74.00", 0)),
        depth(2, level("74.00", 1), level("75.00", 1, "EUR")),
        depth(2, *(level(f"{number}.00", 1) for number in range(1, 10_002))),
        change(2, level("75.00", 1, "EUR")),
        change(2, *(level(f"{number}.00", 1) for number in range(1, 10_002))),
    ],
    ids=["no units", "two currencies", "without an end", "another currency", "growing without an end"],
)
def test_a_book_that_cannot_be_is_refused_and_the_copy_stays(told: Any) -> None:  # noqa: ANN401  of two classes
    book = LocalBook(CEA)
    book.hear(depth(1, level("74.00", 9)))
    with pytest.raises(InvalidValueError):
        book.hear(told)
    assert (book.sequence, [each.quantity for each in book.levels(Side.BUY)]) == (1, [9])
    assert book.hear(change(2, level("75.00", 1)))
